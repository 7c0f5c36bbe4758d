// SPDX-License-Identifier: Apache-2.0
//
// PERCENTILE: values with their counts in one sorted accumulator, so that retractions and merges
// are exact.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "columnar/column_builder.h"
#include "columnar/nested.h"
#include "expr/literal.h"
#include "expr/row_value.h"
#include "functions/aggregate/aggregate_kernels.h"
#include "functions/aggregate/grouped_rows.h"

namespace hw {
namespace {

using Types = std::vector<SqlType>;

/// A value as a number whose unsigned order is the order of the values; NaN is the largest.
uint64_t order_of(double value) {
  if (std::isnan(value)) return UINT64_MAX;
  const auto bits = std::bit_cast<uint64_t>(value == 0 ? 0.0 : value);
  return bits >> 63 != 0 ? ~bits : bits | uint64_t{1} << 63;
}
double value_of(uint64_t order) {
  if (order == UINT64_MAX) return std::nan("");
  return std::bit_cast<double>(order >> 63 != 0 ? order & ~(uint64_t{1} << 63) : ~order);
}

struct Counted {
  uint64_t order;
  int64_t count;
};
using CountedValues = std::vector<Counted>;

CountedValues load(std::string_view bytes) {
  CountedValues values(bytes.size() / sizeof(Counted));
  if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}
std::string_view bytes_of(const CountedValues& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Counted)};
}

/// Sorts and adds equal values up; counts of 0 go.
void compact(CountedValues& values) {
  std::sort(values.begin(), values.end(),
            [](const Counted& a, const Counted& b) { return a.order < b.order; });
  size_t kept = 0;
  for (size_t i = 0; i < values.size();) {
    Counted sum = values[i];
    for (++i; i < values.size() && values[i].order == sum.order; ++i) sum.count += values[i].count;
    if (sum.count != 0) values[kept++] = sum;
  }
  values.resize(kept);
}

class PercentileKernel final : public AggregateKernel {
 public:
  PercentileKernel(std::vector<double> shares, SqlType result_type)
      : shares_(std::move(shares)), result_type_(std::move(result_type)) {}

  std::vector<AccumulatorColumn> accumulator() const override {
    return {{"values", SqlType::bytes().not_null()}};
  }

  Status update(RowStoreView state, const AggregateInput& input) override {
    const size_t n = input.groups.size();
    std::vector<int8_t> weights(n, 1);
    if (input.signs != nullptr) weights.assign(input.signs, input.signs + n);
    const Column& arg = *input.args[0];
    const Column* frequency = input.args.size() > 2 ? input.args[2].get() : nullptr;
    for (size_t i = 0; i < n; ++i) {
      const auto row = static_cast<int64_t>(i);
      const bool counts =
          !arg.is_null(row) && (frequency == nullptr ||
                                (!frequency->is_null(row) && frequency->value<int64_t>(row) > 0));
      if (!counts) weights[i] = 0;
    }
    const GroupedRows grouped(input, weights);
    return grouped.for_each([&](uint32_t group, std::span<const uint32_t> rows) {
      CountedValues values = load(state.bytes(0, group));
      for (const uint32_t row : rows) {
        const int64_t count = frequency == nullptr ? 1 : frequency->value<int64_t>(row);
        values.push_back({order_of(arg.value<double>(row)), weights[row] * count});
      }
      compact(values);
      state.set_bytes(0, group, bytes_of(values));
      return Status::OK();
    });
  }

  Status merge(RowStoreView state, std::span<const uint32_t> rows, RowStoreView from,
               std::span<const uint32_t> from_rows) override {
    for (size_t i = 0; i < rows.size(); ++i) {
      CountedValues values = load(state.bytes(0, rows[i]));
      const CountedValues others = load(from.bytes(0, from_rows[i]));
      values.insert(values.end(), others.begin(), others.end());
      compact(values);
      state.set_bytes(0, rows[i], bytes_of(values));
    }
    return Status::OK();
  }

  Result<ColumnPtr> result(RowStoreView state, std::span<const uint32_t> rows) override {
    HW_ASSIGN_OR_RETURN(const std::unique_ptr<ColumnBuilder> out,
                        ColumnBuilder::make(result_type_));
    for (const uint32_t row : rows) {
      const CountedValues values = load(state.bytes(0, row));
      int64_t total = 0;
      for (const Counted& value : values) total += value.count;
      if (total <= 0 || shares_.empty()) {
        HW_TRY(out->append_null());
      } else if (result_type_.is(TypeKind::kArray)) {
        for (const double share : shares_) {
          HW_TRY(out->child(0).append_double(percentile(values, total, share)));
        }
        HW_TRY(out->append_constructed(static_cast<int64_t>(shares_.size())));
      } else {
        HW_TRY(out->append_double(percentile(values, total, shares_[0])));
      }
    }
    return out->finish();
  }

 private:
  /// The value at position share * (total - 1) + 1, between two of them in proportion.
  static double percentile(const CountedValues& values, int64_t total, double share) {
    const double position = share * static_cast<double>(total - 1) + 1;
    const auto lower = static_cast<int64_t>(std::floor(position));
    const auto higher = static_cast<int64_t>(std::ceil(position));
    size_t i = 0;
    int64_t seen = values[0].count;
    while (seen < lower && i + 1 < values.size()) seen += values[++i].count;
    const double value = value_of(values[i].order);
    if (seen >= higher || i + 1 == values.size()) return value;
    return (static_cast<double>(higher) - position) * value +
           (position - static_cast<double>(lower)) * value_of(values[i + 1].order);
  }

  const std::vector<double> shares_;
  const SqlType result_type_;
};

/// The literal shares. Fails when there is none or one is outside of [0, 1].
Result<std::vector<double>> shares_of(const ColumnPtr& literal) {
  const auto rule = [] {
    return Status::Invalid(
        "the second argument of PERCENTILE is a literal from 0 to 1, or an "
        "ARRAY of such literals");
  };
  if (literal == nullptr || literal_is_null(literal)) return rule();
  std::vector<double> shares;
  if (literal->type().is(TypeKind::kArray)) {
    const ElementsView array(*literal);
    for (int64_t i = array.begin(0); i < array.end(0); ++i) {
      if (array.elements()->is_null(i)) return rule();
      shares.push_back(array.elements()->value<double>(i));
    }
  } else {
    shares.push_back(literal->value<double>(0));
  }
  for (const double share : shares) {
    if (!(share >= 0 && share <= 1)) return rule();
  }
  return shares;
}

}  // namespace

AggregateFunction percentile_aggregate() {
  AggregateFunction function;
  function.name = "PERCENTILE";
  function.signatures = {"(value DOUBLE, share DOUBLE, [frequency BIGINT]) -> DOUBLE",
                         "(value DOUBLE, shares ARRAY<DOUBLE>, [frequency BIGINT]) -> "
                         "ARRAY<DOUBLE>"};
  function.sentence =
      "The exact percentile of the values, for a literal share from 0 to 1, or for "
      "each of an array of them; between two values in proportion. A row counts "
      "`frequency` times.";
  function.examples = {
      {"PERCENTILE(x, 0.5) FROM (VALUES (1), (2), (10)) AS t(x)", "2.0"},
      {"PERCENTILE(x, ARRAY[0.25, 1]) FROM (VALUES (1), (2), (3)) AS t(x)", "[1.5, 3.0]"}};
  function.coerce = [](const CallBinding& binding) -> Result<Types> {
    Types types = binding.arg_types;
    const bool fits = (types.size() == 2 || types.size() == 3) && types[0].is_numeric() &&
                      (types.size() == 2 || types[2].is_integer());
    if (!fits) {
      return Status::TypeError(
          "PERCENTILE takes a number, a share and, if need be, an integer "
          "frequency");
    }
    types[0] = SqlType::float64();
    types[1] =
        types[1].is(TypeKind::kArray) ? SqlType::array(SqlType::float64()) : SqlType::float64();
    if (types.size() == 3) types[2] = SqlType::bigint();
    return types;
  };
  function.infer = [](const CallBinding& binding) -> Result<SqlType> {
    HW_TRY(shares_of(binding.literals[1]).status());
    if (!binding.arg_types[1].is(TypeKind::kArray)) return SqlType::float64();
    return SqlType::array(SqlType::float64().not_null());
  };
  function.kernel =
      [](const AggregateBinding& binding) -> Result<std::unique_ptr<AggregateKernel>> {
    HW_ASSIGN_OR_RETURN(std::vector<double> shares, shares_of(binding.literals[1]));
    return std::make_unique<PercentileKernel>(std::move(shares), binding.result_type);
  };
  return function;
}

}  // namespace hw
