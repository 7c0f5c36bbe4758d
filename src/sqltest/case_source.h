// SPDX-License-Identifier: Apache-2.0
//
// The source behind a `table` record: its rows in order, in one split, in batches as small as the
// mode asks. A -U and its +U stay in one batch, as every source keeps them.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "columnar/batch.h"
#include "runtime/source.h"

namespace hw {

/// How a run cuts its input into batches.
struct Slicing {
  /// 0 = all rows at once.
  int64_t rows = 0;
  /// Not 0: each batch gets 1 to `rows` rows, drawn from this seed.
  uint64_t seed = 0;
  /// Columns of text come as codes into a dictionary.
  bool coded = false;
};

/// Rows of one table: cells as in the file, the first being the kind where it is one.
/// Fails (Invalid) naming the cell that does not fit its column.
Result<Batch> parse_rows(const SchemaPtr& schema, const std::vector<std::vector<std::string>>& rows,
                         std::string_view time_zone);

/// A bounded source of `rows`, projected to what the request asks for.
Result<std::unique_ptr<Source>> make_case_source(const Batch& rows, const ScanRequest& request,
                                                 Slicing slicing);

}  // namespace hw
