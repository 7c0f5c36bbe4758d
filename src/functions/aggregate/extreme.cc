// SPDX-License-Identifier: Apache-2.0
//
// MIN and MAX of insert-only input: the one extreme value so far. Over input that takes rows back
// the operator keeps all values in order instead (AggregateNeeds::kOrderedSet).

#include <cmath>
#include <string_view>
#include <type_traits>
#include <utility>

#include "columnar/sql_type.h"
#include "expr/kernel_output.h"
#include "expr/resolve.h"
#include "expr/row_value.h"
#include "functions/aggregate/aggregate_kernels.h"
#include "functions/aggregate/row_weights.h"

namespace hw {
namespace {

constexpr int kValueColumn = 0;
constexpr int kPresentColumn = 1;

/// NaN is the largest number, as in ORDER BY, so that the order of the rows does not matter.
template <typename T>
bool comes_before(T a, T b) {
  if constexpr (std::is_floating_point_v<T>)
    return a < b || (std::isnan(b) && !std::isnan(a));
  else
    return a < b;
}
template <typename T, bool kLargest>
bool better(T candidate, T best) {
  return kLargest ? comes_before(best, candidate) : comes_before(candidate, best);
}

/// 16-byte numbers lie in accumulator rows at 8-byte alignment.
template <typename T>
struct Slot {
  using Stored = T;
  static T load(const Stored& stored) { return stored; }
  static Stored store(T value) { return value; }
};
template <>
struct Slot<Int128> {
  using Stored = std::array<uint64_t, 2>;
  static Int128 load(const Stored& stored) {
    return static_cast<Int128>(static_cast<UInt128>(stored[1]) << 64 | stored[0]);
  }
  static Stored store(Int128 value) {
    return {static_cast<uint64_t>(value), static_cast<uint64_t>(value >> 64)};
  }
};

Status check_insert_only(const std::vector<int8_t>& weights) {
  int8_t lowest = 0;
  for (const int8_t weight : weights) lowest = std::min(lowest, weight);
  if (lowest == 0) return Status::OK();
  return Status::UnknownError("MIN and MAX of an insert-only input were given a retraction");
}

/// What both kinds of kernel have in common.
class ExtremeKernel : public AggregateKernel {
 public:
  explicit ExtremeKernel(SqlType value_type, SqlType result_type)
      : value_type_(std::move(value_type)), result_type_(std::move(result_type)) {}

  std::vector<AccumulatorColumn> accumulator() const override {
    return {{"value", value_type_.not_null()}, {"present", SqlType::boolean().not_null()}};
  }
  /// Also rows that were used before, which windows that fire early begin anew.
  void initialize(RowStoreView state, std::span<const uint32_t> rows) override {
    const FixedColumn<uint8_t> present = state.fixed<uint8_t>(kPresentColumn);
    for (const uint32_t row : rows) present[row] = 0;
  }

 protected:
  const SqlType& result_type() const { return result_type_; }

  /// The bitmap of the rows that have a value; null when all have.
  static Result<BufferPtr> validity(RowStoreView state, std::span<const uint32_t> rows) {
    const FixedColumn<uint8_t> present = state.fixed<uint8_t>(kPresentColumn);
    std::vector<uint8_t> flags(rows.size());
    uint8_t all = 1;
    for (size_t i = 0; i < rows.size(); ++i) {
      flags[i] = present[rows[i]];
      all &= flags[i];
    }
    if (all != 0) return BufferPtr();
    const auto n = static_cast<int64_t>(rows.size());
    HW_ASSIGN_OR_RETURN(BufferPtr bits, allocate_bitmap(n));
    pack_bits(flags.data(), n, bits->mutable_data());
    return bits;
  }

 private:
  const SqlType value_type_;
  const SqlType result_type_;
};

template <typename T, bool kLargest>
class FixedExtreme final : public ExtremeKernel {
  /// BOOLEAN is one byte in accumulator rows.
  using Stored = std::conditional_t<std::is_same_v<T, bool>, uint8_t, typename Slot<T>::Stored>;

 public:
  using ExtremeKernel::ExtremeKernel;

  Status update(RowStoreView state, const AggregateInput& input) override {
    if (input.groups.empty()) return Status::OK();
    const std::vector<int8_t> weights = row_weights(input);
    HW_TRY(check_insert_only(weights));
    HW_ASSIGN_OR_RETURN(const ColumnPtr arg, direct_argument(input.args[0]));
    const ValueReader<T> values(*arg);
    const FixedColumn<Stored> best = state.fixed<Stored>(kValueColumn);
    const FixedColumn<uint8_t> present = state.fixed<uint8_t>(kPresentColumn);
    for (size_t i = 0; i < input.groups.size(); ++i) {
      if (!weights.empty() && weights[i] == 0) continue;
      offer(best, present, input.groups[i], values(static_cast<int64_t>(i)));
    }
    return Status::OK();
  }

  Status merge(RowStoreView state, std::span<const uint32_t> rows, RowStoreView from,
               std::span<const uint32_t> from_rows) override {
    const FixedColumn<Stored> best = state.fixed<Stored>(kValueColumn);
    const FixedColumn<uint8_t> present = state.fixed<uint8_t>(kPresentColumn);
    const FixedColumn<Stored> others = from.fixed<Stored>(kValueColumn);
    const FixedColumn<uint8_t> others_present = from.fixed<uint8_t>(kPresentColumn);
    for (size_t i = 0; i < rows.size(); ++i) {
      if (others_present[from_rows[i]] == 0) continue;
      offer(best, present, rows[i], load(others[from_rows[i]]));
    }
    return Status::OK();
  }

  Result<ColumnPtr> result(RowStoreView state, std::span<const uint32_t> rows) override {
    const auto n = static_cast<int64_t>(rows.size());
    const FixedColumn<Stored> best = state.fixed<Stored>(kValueColumn);
    HW_ASSIGN_OR_RETURN(BufferPtr values, allocate_values<Stored>(n));
    auto* out = reinterpret_cast<Stored*>(values->mutable_data());
    for (size_t i = 0; i < rows.size(); ++i) out[i] = best[rows[i]];
    if constexpr (std::is_same_v<T, bool>) {
      HW_ASSIGN_OR_RETURN(BufferPtr bits, allocate_bitmap(n));
      pack_bits(out, n, bits->mutable_data());
      values = std::move(bits);
    }
    HW_ASSIGN_OR_RETURN(BufferPtr valid, validity(state, rows));
    return make_plain(result_type(), n, std::move(valid), std::move(values));
  }

 private:
  static T load(const Stored& stored) {
    if constexpr (std::is_same_v<T, bool>)
      return stored != 0;
    else
      return Slot<T>::load(stored);
  }

  static void offer(const FixedColumn<Stored>& best, const FixedColumn<uint8_t>& present,
                    uint32_t row, T value) {
    if (present[row] != 0 && !better<T, kLargest>(value, load(best[row]))) return;
    if constexpr (std::is_same_v<T, bool>)
      best[row] = value ? 1 : 0;
    else
      best[row] = Slot<T>::store(value);
    present[row] = 1;
  }
};

template <bool kLargest>
class BytesExtreme final : public ExtremeKernel {
 public:
  using ExtremeKernel::ExtremeKernel;

  Status update(RowStoreView state, const AggregateInput& input) override {
    const std::vector<int8_t> weights = row_weights(input);
    HW_TRY(check_insert_only(weights));
    const Column& arg = *input.args[0];
    for (size_t i = 0; i < input.groups.size(); ++i) {
      if (!weights.empty() && weights[i] == 0) continue;
      offer(state, input.groups[i], arg.value<std::string_view>(static_cast<int64_t>(i)));
    }
    return Status::OK();
  }

  Status merge(RowStoreView state, std::span<const uint32_t> rows, RowStoreView from,
               std::span<const uint32_t> from_rows) override {
    for (size_t i = 0; i < rows.size(); ++i) {
      if (from.fixed<uint8_t>(kPresentColumn)[from_rows[i]] == 0) continue;
      offer(state, rows[i], from.bytes(kValueColumn, from_rows[i]));
    }
    return Status::OK();
  }

  Result<ColumnPtr> result(RowStoreView state, std::span<const uint32_t> rows) override {
    const auto n = static_cast<int64_t>(rows.size());
    HW_ASSIGN_OR_RETURN(TextWriter writer, TextWriter::make(n, n * 16));
    const FixedColumn<uint8_t> present = state.fixed<uint8_t>(kPresentColumn);
    for (const uint32_t row : rows) {
      if (present[row] != 0) writer.append(state.bytes(kValueColumn, row));
      writer.end_row();
    }
    HW_ASSIGN_OR_RETURN(BufferPtr valid, validity(state, rows));
    return writer.finish(result_type(), n, std::move(valid));
  }

 private:
  static void offer(RowStoreView state, uint32_t row, std::string_view value) {
    uint8_t& present = state.fixed<uint8_t>(kPresentColumn)[row];
    if (present != 0 &&
        !better<std::string_view, kLargest>(value, state.bytes(kValueColumn, row))) {
      return;
    }
    state.set_bytes(kValueColumn, row, value);
    present = 1;
  }
};

template <bool kLargest>
Result<std::unique_ptr<AggregateKernel>> make(const AggregateBinding& binding) {
  const SqlType& arg = binding.arg_types[0];
  const SqlType& type = binding.result_type;
  switch (arg.physical()) {
    case PhysicalType::kBool:
      return std::make_unique<FixedExtreme<bool, kLargest>>(arg, type);
    case PhysicalType::kInt8:
      return std::make_unique<FixedExtreme<int8_t, kLargest>>(arg, type);
    case PhysicalType::kInt16:
      return std::make_unique<FixedExtreme<int16_t, kLargest>>(arg, type);
    case PhysicalType::kInt32:
      return std::make_unique<FixedExtreme<int32_t, kLargest>>(arg, type);
    case PhysicalType::kInt64:
      return std::make_unique<FixedExtreme<int64_t, kLargest>>(arg, type);
    case PhysicalType::kFloat32:
      return std::make_unique<FixedExtreme<float, kLargest>>(arg, type);
    case PhysicalType::kFloat64:
      return std::make_unique<FixedExtreme<double, kLargest>>(arg, type);
    case PhysicalType::kDecimal128:
      return std::make_unique<FixedExtreme<Int128, kLargest>>(arg, type);
    case PhysicalType::kBytes:
      return std::make_unique<BytesExtreme<kLargest>>(arg, type);
    default:
      return Status::UnknownError("MIN and MAX take values that have an order");
  }
}

}  // namespace

AggregateFunction extreme_aggregate(bool largest) {
  AggregateFunction function;
  function.name = largest ? "MAX" : "MIN";
  function.signatures = {"(value T) -> T"};
  function.sentence = largest ? "The largest value that is not NULL, NULL if there is none."
                              : "The smallest value that is not NULL, NULL if there is none.";
  const std::string from = "(x) FROM (VALUES ('b'), ('a'), ('c')) AS t(x)";
  function.examples = {{function.name + from, largest ? "c" : "a"}};
  function.infer = [name = function.name](const CallBinding& binding) -> Result<SqlType> {
    const SqlType& type = binding.arg_types[0];
    if (type.is_constructed() || type.is(TypeKind::kNull) || !type.has_order()) {
      return Status::TypeError(name, " needs values that have an order, but got ",
                               type_list(binding.arg_types));
    }
    return type.with_nullable(true);
  };
  function.needs = [](const AggregateBinding& binding) {
    return binding.retracts ? AggregateNeeds::kOrderedSet : AggregateNeeds::kNothing;
  };
  function.kernel =
      [largest](const AggregateBinding& binding) -> Result<std::unique_ptr<AggregateKernel>> {
    return largest ? make<true>(binding) : make<false>(binding);
  };
  return function;
}

}  // namespace hw
