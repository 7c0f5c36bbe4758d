// SPDX-License-Identifier: Apache-2.0
//
// AVG: of integers the truncated quotient in their type, of DECIMAL rounded to at least 6 places.

#include <optional>

#include "expr/type_rules.h"
#include "functions/aggregate/aggregate_kernels.h"
#include "functions/aggregate/sum_kernel.h"

namespace hw {
namespace {

template <typename Out>
struct FinishAvg {
  template <typename Sum>
  std::optional<Out> operator()(Sum sum, int64_t count, int64_t wraps) const {
    if constexpr (std::is_same_v<Out, Int128>) {
      // The sum is a DECIMAL of 38 digits, as SUM's is, whatever 128 bits hold.
      if (wraps != 0 || !fits_digits(sum, kDecimalDigitsMax)) return std::nullopt;
      return divide_decimals(sum, count, shift, kDecimalDigitsMax);
    } else if constexpr (std::is_integral_v<Out>) {
      return static_cast<Out>(sum / count);
    } else {
      return static_cast<Out>(sum / static_cast<double>(count));
    }
  }
  /// Digits behind the point that the result has more than the sum.
  int shift;
};

}  // namespace

AggregateFunction avg_aggregate() {
  AggregateFunction function;
  function.name = "AVG";
  function.signatures = {"(value NUMERIC) -> NUMERIC"};
  function.sentence =
      "The mean of the values that are not NULL, NULL if there is none. The mean of integers is an "
      "integer: the fraction is dropped.";
  function.examples = {{"AVG(x) FROM (VALUES (1), (2)) AS t(x)", "1"},
                       {"AVG(x) FROM (VALUES (1e0), (2e0)) AS t(x)", "1.5"},
                       {"AVG(x) FROM (VALUES (1.0), (2.0), (2.0)) AS t(x)", "1.666667"}};
  function.infer = [](const CallBinding& binding) -> Result<SqlType> {
    return avg_type(binding.arg_types[0]);
  };
  function.needs = [](const AggregateBinding&) { return AggregateNeeds::kNothing; };
  function.kernel = [](const AggregateBinding& binding) {
    return make_sum_kernel<FinishAvg>(binding,
                                      binding.result_type.scale() - binding.arg_types[0].scale());
  };
  return function;
}

}  // namespace hw
