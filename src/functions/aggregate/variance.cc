// SPDX-License-Identifier: Apache-2.0
//
// STDDEV_POP, STDDEV_SAMP, VAR_POP, VAR_SAMP: mean and sum of squared distances from it, updated
// value by value as Welford did, in DOUBLE. The result has AVG's type, so an INT column has a
// truncated INT.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <arrow/util/decimal.h>

#include "columnar/column_builder.h"
#include "expr/cast.h"
#include "expr/row_value.h"
#include "expr/type_rules.h"
#include "functions/aggregate/aggregate_kernels.h"
#include "functions/aggregate/row_weights.h"

namespace hw {
namespace {

constexpr int kCount = 0;
constexpr int kMean = 1;
constexpr int kSquares = 2;

struct Moments {
  int64_t count = 0;
  double mean = 0;
  double squares = 0;

  void add(double value) {
    ++count;
    const double distance = value - mean;
    mean += distance / static_cast<double>(count);
    squares += distance * (value - mean);
  }
  void remove(double value) {
    if (--count <= 0) {
      *this = {};
      return;
    }
    const double distance = value - mean;
    mean -= distance / static_cast<double>(count);
    squares = std::max(0.0, squares - distance * (value - mean));
  }
  void merge(const Moments& other) {
    if (other.count == 0) return;
    if (count == 0) {
      *this = other;
      return;
    }
    const double mine = static_cast<double>(count);
    const double theirs = static_cast<double>(other.count);
    const double distance = other.mean - mean;
    mean += distance * theirs / (mine + theirs);
    squares += other.squares + distance * distance * mine * theirs / (mine + theirs);
    count += other.count;
  }
};

struct Finish {
  bool sample = false;
  bool root = false;

  std::optional<double> operator()(const Moments& moments) const {
    const int64_t divisor = moments.count - (sample ? 1 : 0);
    if (divisor <= 0) return std::nullopt;
    const double variance = moments.squares / static_cast<double>(divisor);
    return root ? std::sqrt(variance) : variance;
  }
};

class VarianceKernel final : public AggregateKernel {
 public:
  /// `to_double` is null when the values are DOUBLE.
  VarianceKernel(Finish finish, SqlType result_type, std::unique_ptr<ScalarKernel> to_double)
      : finish_(finish), result_type_(std::move(result_type)), to_double_(std::move(to_double)) {}

  std::vector<AccumulatorColumn> accumulator() const override {
    return {{"count", SqlType::bigint().not_null()},
            {"mean", SqlType::float64().not_null()},
            {"squares", SqlType::float64().not_null()}};
  }

  Status update(RowStoreView state, const AggregateInput& input) override {
    const std::vector<int8_t> weights = row_weights(input);
    ColumnPtr arg = input.args[0];
    if (to_double_ != nullptr) {
      const KernelContext context{.num_rows = arg->num_rows()};
      HW_ASSIGN_OR_RETURN(arg, to_double_->evaluate(context, input.args));
    }
    HW_ASSIGN_OR_RETURN(arg, direct_argument(arg));
    const ValueReader<double> values(*arg);
    for (size_t i = 0; i < input.groups.size(); ++i) {
      const int weight = weights.empty() ? 1 : weights[i];
      if (weight == 0) continue;
      Moments moments = load(state, input.groups[i]);
      if (weight > 0) {
        moments.add(values(static_cast<int64_t>(i)));
      } else {
        moments.remove(values(static_cast<int64_t>(i)));
      }
      store(state, input.groups[i], moments);
    }
    return Status::OK();
  }

  Status merge(RowStoreView state, std::span<const uint32_t> rows, RowStoreView from,
               std::span<const uint32_t> from_rows) override {
    for (size_t i = 0; i < rows.size(); ++i) {
      Moments moments = load(state, rows[i]);
      moments.merge(load(from, from_rows[i]));
      store(state, rows[i], moments);
    }
    return Status::OK();
  }

  Result<ColumnPtr> result(RowStoreView state, std::span<const uint32_t> rows) override {
    HW_ASSIGN_OR_RETURN(const std::unique_ptr<ColumnBuilder> out,
                        ColumnBuilder::make(result_type_));
    for (const uint32_t row : rows) {
      const std::optional<double> value = finish_(load(state, row));
      HW_TRY(value ? append(*value, *out) : out->append_null());
    }
    return out->finish();
  }

 private:
  static Moments load(RowStoreView state, uint32_t row) {
    return {state.fixed<int64_t>(kCount)[row], state.fixed<double>(kMean)[row],
            state.fixed<double>(kSquares)[row]};
  }
  static void store(RowStoreView state, uint32_t row, const Moments& moments) {
    state.fixed<int64_t>(kCount)[row] = moments.count;
    state.fixed<double>(kMean)[row] = moments.mean;
    state.fixed<double>(kSquares)[row] = moments.squares;
  }

  /// As CAST from DOUBLE: integers are cut and saturate, what a DECIMAL cannot hold is NULL.
  Status append(double value, ColumnBuilder& out) const {
    if (result_type_.is_approximate()) return out.append_double(value);
    if (result_type_.is_integer()) {
      const int bits = result_type_.fixed_width() * 8 - 1;
      const double limit = std::ldexp(1.0, bits);
      if (std::isnan(value)) return out.append_int(0);
      if (value >= limit) return out.append_int(static_cast<int64_t>((uint64_t{1} << bits) - 1));
      return out.append_int(static_cast<int64_t>(value));
    }
    const arrow::Result<arrow::Decimal128> decimal =
        std::isfinite(value)
            ? arrow::Decimal128::FromReal(value, result_type_.precision(), result_type_.scale())
            : arrow::Result<arrow::Decimal128>(Status::Invalid("not finite"));
    return decimal.ok() ? out.append_decimal(*decimal) : out.append_null();
  }

  const Finish finish_;
  const SqlType result_type_;
  const std::unique_ptr<ScalarKernel> to_double_;
};

struct Form {
  const char* name;
  Finish finish;
  const char* sentence;
  const char* example;
};

AggregateFunction variance(const Form& form) {
  AggregateFunction function;
  function.name = form.name;
  function.signatures = {"(value NUMERIC) -> NUMERIC"};
  function.sentence = std::string(form.sentence) +
                      "; NULL if there are too few values. It has the type of AVG, so that of "
                      "integers is cut to an integer.";
  function.examples = {{function.name + "(x) FROM (VALUES (1e0), (3e0)) AS t(x)", form.example}};
  function.infer = [](const CallBinding& binding) -> Result<SqlType> {
    return avg_type(binding.arg_types[0]).with_nullable(true);
  };
  function.kernel =
      [finish = form.finish](
          const AggregateBinding& binding) -> Result<std::unique_ptr<AggregateKernel>> {
    std::unique_ptr<ScalarKernel> to_double;
    const SqlType& arg = binding.arg_types[0];
    if (!arg.is(TypeKind::kDouble)) {
      HW_ASSIGN_OR_RETURN(to_double,
                          make_cast(arg, SqlType::float64().with_nullable(arg.nullable()),
                                    CastMode::kCast, *binding.session));
    }
    return std::make_unique<VarianceKernel>(finish, binding.result_type, std::move(to_double));
  };
  return function;
}

}  // namespace

void add_variance(FunctionCatalogue& catalogue) {
  catalogue.add(variance({"STDDEV_POP",
                          {.sample = false, .root = true},
                          "The standard deviation of the values",
                          "1.0"}));
  AggregateFunction sample = variance({"STDDEV_SAMP",
                                       {.sample = true, .root = true},
                                       "The standard deviation of values that are a sample",
                                       "1.4142135623730951"});
  sample.aliases = {"STDDEV"};
  catalogue.add(std::move(sample));
  catalogue.add(
      variance({"VAR_POP", {.sample = false, .root = false}, "The variance of the values", "1.0"}));
  AggregateFunction sample_variance = variance({"VAR_SAMP",
                                                {.sample = true, .root = false},
                                                "The variance of values that are a sample",
                                                "2.0"});
  sample_variance.aliases = {"VARIANCE"};
  catalogue.add(std::move(sample_variance));
}

}  // namespace hw
