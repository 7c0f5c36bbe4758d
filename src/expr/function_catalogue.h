// SPDX-License-Identifier: Apache-2.0
//
// Where SQL functions are found. Filled once at start by the generated register_all_functions;
// read-only afterwards, so shared between threads.

#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "expr/aggregate_function.h"
#include "expr/scalar_function.h"

namespace hw {

class FunctionCatalogue {
 public:
  /// Requires: a new name, a sentence and at least one example (checked: aborts at start).
  void add(ScalarFunction function);
  void add(AggregateFunction function);

  /// Case-insensitive; null when there is none.
  const ScalarFunction* scalar(std::string_view name) const;
  const AggregateFunction* aggregate(std::string_view name) const;
  /// Nearest names for "did you mean".
  std::vector<std::string> near(std::string_view name) const;

  const std::deque<ScalarFunction>& scalars() const { return scalars_; }
  const std::deque<AggregateFunction>& aggregates() const { return aggregates_; }

 private:
  std::deque<ScalarFunction> scalars_;  // deque: addresses stay
  std::deque<AggregateFunction> aggregates_;
};

/// Generated: calls register_<name> of every file in src/functions.
void register_all_functions(FunctionCatalogue& catalogue);

}  // namespace hw
