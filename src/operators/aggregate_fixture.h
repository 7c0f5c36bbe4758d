// SPDX-License-Identifier: Apache-2.0
//
// Aggregate calls by name, for tests of the aggregating operators.

#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "expr/function_catalogue.h"
#include "operators/aggregate_call.h"

namespace hw {

inline const FunctionCatalogue& test_functions() {
  static const FunctionCatalogue* const catalogue = [] {
    auto* made = new FunctionCatalogue();
    register_all_functions(*made);
    return made;
  }();
  return *catalogue;
}

struct CallOptions {
  int filter = -1;
  bool distinct = false;
};

/// The call with its result type inferred, as the planner would make it.
inline AggregateCall aggregate_call(std::string_view name, std::vector<int> args,
                                    const Schema& input, CallOptions options = {}) {
  AggregateCall call;
  call.function = test_functions().aggregate(name);
  HW_CHECK(call.function != nullptr);
  call.args = std::move(args);
  call.filter = options.filter;
  call.distinct = options.distinct;
  if (name == "COUNT") {
    call.result_type = SqlType::bigint().not_null();
  } else {
    call.result_type = input.type(call.args[0]).with_nullable(true);
  }
  return call;
}

}  // namespace hw
