// SPDX-License-Identifier: Apache-2.0
//
// Prints the rows of a SELECT in one of the output forms. json and csv state final rows: what
// updates is folded until the end, and refused where there is no end.

#pragma once

#include <memory>
#include <string>

#include "engine/result_printer.h"
#include "engine/row_receiver.h"

namespace hw {

struct PrintingOptions {
  OutputForm form = OutputForm::kTable;
  std::string time_zone = "UTC";
  /// table: changes with their kinds in batch mode, too.
  bool always_kinds = false;
};

std::shared_ptr<RowReceiver> make_printing_receiver(PrintingOptions options, TextWriter writer);

}  // namespace hw
