// SPDX-License-Identifier: Apache-2.0
//
// One column of an ORDER BY.

#pragma once

#include <string>
#include <vector>

#include "columnar/schema.h"

namespace hw {

/// NULL is the smallest value unless SQL says otherwise: the planner sets nulls_first for ASC and
/// clears it for DESC where neither NULLS FIRST nor NULLS LAST is written.
struct SortKey {
  int column = -1;
  bool descending = false;
  bool nulls_first = true;
  bool operator==(const SortKey&) const = default;
};

/// `price DESC, ts ASC NULLS LAST`; the default place of NULLs is not printed.
std::string to_text(const std::vector<SortKey>& keys, const Schema& schema);

}  // namespace hw
