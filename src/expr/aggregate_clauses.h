// SPDX-License-Identifier: Apache-2.0
//
// What a call of an aggregate says beside its arguments: ORDER BY, WITHIN GROUP, IGNORE NULLS. The
// binder hands it over as a literal text behind the arguments, and the sort keys as further ones.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hw {

/// One sort key of ORDER BY inside of an aggregate.
struct ArgumentOrder {
  int arg = 0;
  bool descending = false;
  bool nulls_first = true;
};

/// `IGNORE NULLS ORDER BY 2 DESC NULLS LAST, …`: how the binder hands ORDER BY and the treatment of
/// NULLs over. Argument numbers count from 0.
struct AggregateClauses {
  bool ignore_nulls = false;
  std::vector<ArgumentOrder> order;

  std::string to_text() const;
  static AggregateClauses parse(std::string_view text);
};

}  // namespace hw
