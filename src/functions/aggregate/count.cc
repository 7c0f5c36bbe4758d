// SPDX-License-Identifier: Apache-2.0
//
// COUNT(*) and COUNT(a, b, …): rows, or rows without NULL among the arguments.

#include <cstdint>

#include "expr/kernel_output.h"
#include "functions/aggregate/aggregate_kernels.h"
#include "functions/aggregate/row_weights.h"

namespace hw {
namespace {

class CountKernel final : public AggregateKernel {
 public:
  explicit CountKernel(SqlType result_type) : result_type_(std::move(result_type)) {}

  std::vector<AccumulatorColumn> accumulator() const override {
    return {{"count", SqlType::bigint().not_null()}};
  }

  Status update(RowStoreView state, const AggregateInput& input) override {
    const std::span<const uint32_t> groups = input.groups;
    if (groups.empty()) return Status::OK();
    const FixedColumn<int64_t> counts = state.fixed<int64_t>(0);
    const std::vector<int8_t> weights = row_weights(input);
    if (one_group(groups)) {
      auto rows = static_cast<int64_t>(groups.size());
      if (!weights.empty()) {
        rows = 0;
        for (const int8_t weight : weights) rows += weight;
      }
      counts[groups[0]] += rows;
    } else if (weights.empty()) {
      for (const uint32_t group : groups) ++counts[group];
    } else {
      for (size_t i = 0; i < groups.size(); ++i) counts[groups[i]] += weights[i];
    }
    return Status::OK();
  }

  Status merge(RowStoreView state, std::span<const uint32_t> rows, RowStoreView from,
               std::span<const uint32_t> from_rows) override {
    return combine(state, rows, from, from_rows, 1);
  }
  Status unmerge(RowStoreView state, std::span<const uint32_t> rows, RowStoreView from,
                 std::span<const uint32_t> from_rows) override {
    return combine(state, rows, from, from_rows, -1);
  }
  bool invertible() const override { return true; }

  Result<ColumnPtr> result(RowStoreView state, std::span<const uint32_t> rows) override {
    const auto n = static_cast<int64_t>(rows.size());
    const FixedColumn<int64_t> counts = state.fixed<int64_t>(0);
    HW_ASSIGN_OR_RETURN(BufferPtr values, allocate_values<int64_t>(n));
    auto* out = reinterpret_cast<int64_t*>(values->mutable_data());
    for (size_t i = 0; i < rows.size(); ++i) out[i] = counts[rows[i]];
    return make_plain(result_type_, n, nullptr, std::move(values));
  }

 private:
  static Status combine(RowStoreView state, std::span<const uint32_t> rows, RowStoreView from,
                        std::span<const uint32_t> from_rows, int64_t sign) {
    const FixedColumn<int64_t> counts = state.fixed<int64_t>(0);
    const FixedColumn<int64_t> others = from.fixed<int64_t>(0);
    for (size_t i = 0; i < rows.size(); ++i) counts[rows[i]] += sign * others[from_rows[i]];
    return Status::OK();
  }

  const SqlType result_type_;
};

}  // namespace

AggregateFunction count_aggregate() {
  AggregateFunction function;
  function.name = "COUNT";
  function.signatures = {"() -> BIGINT NOT NULL", "(value ANY...) -> BIGINT NOT NULL"};
  function.sentence =
      "COUNT(*) counts rows, COUNT(a, b) the rows in which no argument is NULL; never NULL.";
  function.examples = {{"COUNT(*) FROM (VALUES (1), (CAST(NULL AS INT))) AS t(x)", "2"},
                       {"COUNT(x) FROM (VALUES (1), (CAST(NULL AS INT))) AS t(x)", "1"}};
  function.needs = [](const AggregateBinding&) { return AggregateNeeds::kNothing; };
  function.kernel =
      [](const AggregateBinding& binding) -> Result<std::unique_ptr<AggregateKernel>> {
    return std::make_unique<CountKernel>(binding.result_type);
  };
  return function;
}

}  // namespace hw
