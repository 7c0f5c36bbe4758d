// SPDX-License-Identifier: Apache-2.0
//
// Where SQL functions are found. Filled once at start by the generated register_all_functions;
// read-only afterwards, so shared between threads.
//
// Operators are functions too; the binder asks for them by these names:
//   = <> < <= > >=                      two arguments of any comparable type
//   + - * / %                           numbers; + - also datetime and interval, * / interval
//   NEGATE                              unary minus; unary plus is its operand
//   ||                                  text or binary
//   NOT, IS NULL, IS NOT NULL, IS TRUE, IS NOT TRUE, IS FALSE, IS NOT FALSE, IS UNKNOWN,
//   IS NOT UNKNOWN, IS DISTINCT FROM, IS NOT DISTINCT FROM
//   LIKE, SIMILAR TO                    value, pattern [, escape]; NOT LIKE is NOT of LIKE
//   BETWEEN, BETWEEN SYMMETRIC          value, low, high; become AND / OR of comparisons
//   IN                                  value, item1, item2, …; NOT IN is NOT of IN
//   ITEM                                array[i], map[key]
//   ROW, ARRAY, MAP                     constructors; MAP takes key1, value1, key2, value2, …
// AND, OR and CASE are special forms that the binder builds itself; COALESCE, IF, IFNULL, NULLIF
// are found here and become special forms when bound (bind_call in resolve.h).

#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "expr/aggregate_function.h"
#include "expr/scalar_function.h"

namespace hw {

class FunctionCatalogue {
 public:
  FunctionCatalogue() = default;
  FunctionCatalogue(const FunctionCatalogue&) = delete;
  FunctionCatalogue& operator=(const FunctionCatalogue&) = delete;

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
  // By upper-case name and alias.
  std::unordered_map<std::string, const ScalarFunction*> scalar_by_name_;
  std::unordered_map<std::string, const AggregateFunction*> aggregate_by_name_;
};

/// Generated: calls register_<name> of every file in src/functions.
void register_all_functions(FunctionCatalogue& catalogue);

}  // namespace hw
