// SPDX-License-Identifier: Apache-2.0
//
// SUM: integers keep their type and wrap, DECIMAL widens to 38 digits and is NULL beyond them.

#include <optional>

#include "expr/type_rules.h"
#include "functions/aggregate/aggregate_kernels.h"
#include "functions/aggregate/sum_kernel.h"

namespace hw {
namespace {

template <typename Out>
struct FinishSum {
  template <typename Sum>
  std::optional<Out> operator()(Sum sum, int64_t, int64_t wraps) const {
    if constexpr (std::is_same_v<Out, Int128>) {
      if (wraps != 0 || !fits_digits(sum, kDecimalDigitsMax)) return std::nullopt;
    }
    return static_cast<Out>(sum);
  }
  int shift;
};

}  // namespace

AggregateFunction sum_aggregate() {
  AggregateFunction function;
  function.name = "SUM";
  function.signatures = {"(value NUMERIC) -> NUMERIC"};
  function.sentence =
      "The sum of the values that are not NULL, NULL if there is none. Integers keep their type "
      "and wrap around.";
  function.examples = {{"SUM(x) FROM (VALUES (1), (2), (CAST(NULL AS INT))) AS t(x)", "3"},
                       {"SUM(x) FROM (VALUES (1.50), (2.25)) AS t(x)", "3.75"}};
  function.infer = [](const CallBinding& binding) -> Result<SqlType> {
    return sum_type(binding.arg_types[0]);
  };
  function.needs = [](const AggregateBinding&) { return AggregateNeeds::kNothing; };
  function.kernel = [](const AggregateBinding& binding) {
    return make_sum_kernel<FinishSum>(binding, 0);
  };
  return function;
}

}  // namespace hw
