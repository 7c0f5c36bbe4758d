// SPDX-License-Identifier: Apache-2.0
//
// BITMAP_BUILD_AGG, BITMAP_AND_AGG, BITMAP_OR_AGG, BITMAP_XOR_AGG, and each with CARDINALITY: how
// many integers the set has. The set itself is kept of an input of inserts only, counts of its
// integers of one that takes rows back (counted_set.h). XOR takes rows back by adding them again.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "columnar/bitmap_value.h"
#include "expr/kernel_output.h"
#include "functions/aggregate/aggregate_kernels.h"
#include "functions/aggregate/counted_set.h"
#include "functions/aggregate/grouped_rows.h"
#include "functions/aggregate/row_weights.h"

namespace hw {
namespace {

using KernelResult = Result<std::unique_ptr<AggregateKernel>>;

enum class Operation : uint8_t { kBuild, kAnd, kOr, kXor };

/// The one result of a group in either form: the set or its size.
class BitmapKernel : public AggregateKernel {
 public:
  BitmapKernel(Operation operation, SqlType result_type)
      : operation_(operation), result_type_(std::move(result_type)) {}

  Result<ColumnPtr> result(RowStoreView state, std::span<const uint32_t> rows) final {
    const auto n = static_cast<int64_t>(rows.size());
    HW_ASSIGN_OR_RETURN(const BufferPtr validity, allocate_bitmap(n));
    HW_ASSIGN_OR_RETURN(TextWriter sets, TextWriter::make(n, n * 32));
    HW_ASSIGN_OR_RETURN(const BufferPtr sizes, allocate_values<int64_t>(n));
    std::string bytes;
    for (int64_t i = 0; i < n; ++i) {
      HW_ASSIGN_OR_RETURN(const std::optional<BitmapValue> set,
                          value_of(state, rows[static_cast<size_t>(i)]));
      reinterpret_cast<int64_t*>(sizes->mutable_data())[i] =
          set ? static_cast<int64_t>(set->size()) : 0;
      arrow::bit_util::SetBitTo(validity->mutable_data(), i, set.has_value());
      bytes.clear();
      if (set && result_type_.is_bitmap()) set->append_bytes(bytes);
      sets.append(bytes);
      sets.end_row();
    }
    if (!result_type_.is_bitmap()) return make_plain(result_type_, n, validity, sizes);
    return sets.finish(result_type_, n, validity);
  }

 protected:
  /// Nothing for NULL.
  virtual Result<std::optional<BitmapValue>> value_of(RowStoreView state, uint32_t row) const = 0;

  Operation operation() const { return operation_; }

  void combine(const BitmapValue& other, BitmapValue& set) const {
    switch (operation_) {
      case Operation::kAnd:
        return set.intersect(other);
      case Operation::kXor:
        return set.differ(other);
      case Operation::kBuild:
      case Operation::kOr:
        return set.unite(other);
    }
  }

 private:
  const Operation operation_;
  const SqlType result_type_;
};

uint32_t integer_at(const Column& column, uint32_t row) {
  return static_cast<uint32_t>(column.value<int32_t>(row));
}
Result<BitmapValue> set_at(const Column& column, uint32_t row) {
  return BitmapValue::read(column.value<std::string_view>(row));
}

/// BUILD, AND, OR of insert-only input: the set, no bytes = none yet.
class GrowingBitmap final : public BitmapKernel {
 public:
  using BitmapKernel::BitmapKernel;

  std::vector<AccumulatorColumn> accumulator() const override {
    return {{"bitmap", SqlType::bytes().not_null()}};
  }

  Status update(RowStoreView state, const AggregateInput& input) override {
    const Column& values = *input.args[0];
    const GroupedRows grouped(input, row_weights(input));
    return grouped.for_each([&](uint32_t group, std::span<const uint32_t> rows) -> Status {
      HW_ASSIGN_OR_RETURN(std::optional<BitmapValue> set, load(state, group));
      for (const uint32_t row : rows) {
        if (operation() == Operation::kBuild) {
          if (!set) set.emplace();
          set->add(integer_at(values, row));
          continue;
        }
        HW_ASSIGN_OR_RETURN(BitmapValue value, set_at(values, row));
        add(std::move(value), set);
      }
      store(state, group, *set);
      return Status::OK();
    });
  }

  Status merge(RowStoreView state, std::span<const uint32_t> rows, RowStoreView from,
               std::span<const uint32_t> from_rows) override {
    for (size_t i = 0; i < rows.size(); ++i) {
      HW_ASSIGN_OR_RETURN(std::optional<BitmapValue> other, load(from, from_rows[i]));
      if (!other) continue;
      HW_ASSIGN_OR_RETURN(std::optional<BitmapValue> set, load(state, rows[i]));
      add(*std::move(other), set);
      store(state, rows[i], *set);
    }
    return Status::OK();
  }

 protected:
  Result<std::optional<BitmapValue>> value_of(RowStoreView state, uint32_t row) const override {
    return load(state, row);
  }

 private:
  void add(BitmapValue value, std::optional<BitmapValue>& set) const {
    if (set) {
      combine(value, *set);
    } else {
      set = std::move(value);
    }
  }

  static Result<std::optional<BitmapValue>> load(RowStoreView state, uint32_t row) {
    const std::string_view bytes = state.bytes(0, row);
    if (bytes.empty()) return std::optional<BitmapValue>();
    HW_ASSIGN_OR_RETURN(BitmapValue set, BitmapValue::read(bytes));
    return std::optional<BitmapValue>(std::move(set));
  }
  static void store(RowStoreView state, uint32_t row, const BitmapValue& set) {
    std::string bytes;
    set.append_bytes(bytes);
    state.set_bytes(0, row, bytes);
  }
};

/// XOR: its own inverse. NULL when no set is there.
class XorBitmap final : public BitmapKernel {
 public:
  using BitmapKernel::BitmapKernel;

  std::vector<AccumulatorColumn> accumulator() const override {
    return {{"bitmap", SqlType::bytes().not_null()}, {"bitmaps", SqlType::bigint().not_null()}};
  }

  Status update(RowStoreView state, const AggregateInput& input) override {
    const std::vector<int8_t> weights = row_weights(input);
    const GroupedRows grouped(input, weights);
    return grouped.for_each([&](uint32_t group, std::span<const uint32_t> rows) -> Status {
      HW_ASSIGN_OR_RETURN(BitmapValue set, load(state, group));
      for (const uint32_t row : rows) {
        HW_ASSIGN_OR_RETURN(const BitmapValue value, set_at(*input.args[0], row));
        set.differ(value);
        state.fixed<int64_t>(1)[group] += weights.empty() ? 1 : weights[row];
      }
      store(state, group, set);
      return Status::OK();
    });
  }

  Status merge(RowStoreView state, std::span<const uint32_t> rows, RowStoreView from,
               std::span<const uint32_t> from_rows) override {
    for (size_t i = 0; i < rows.size(); ++i) {
      HW_ASSIGN_OR_RETURN(BitmapValue set, load(state, rows[i]));
      HW_ASSIGN_OR_RETURN(const BitmapValue other, load(from, from_rows[i]));
      set.differ(other);
      store(state, rows[i], set);
      state.fixed<int64_t>(1)[rows[i]] += from.fixed<int64_t>(1)[from_rows[i]];
    }
    return Status::OK();
  }

 protected:
  Result<std::optional<BitmapValue>> value_of(RowStoreView state, uint32_t row) const override {
    if (state.fixed<int64_t>(1)[row] <= 0) return std::optional<BitmapValue>();
    HW_ASSIGN_OR_RETURN(BitmapValue set, load(state, row));
    return std::optional<BitmapValue>(std::move(set));
  }

 private:
  static Result<BitmapValue> load(RowStoreView state, uint32_t row) {
    const std::string_view bytes = state.bytes(0, row);
    if (bytes.empty()) return BitmapValue();
    return BitmapValue::read(bytes);
  }
  static void store(RowStoreView state, uint32_t row, const BitmapValue& set) {
    std::string bytes;
    // As where none ever came.
    if (!set.is_empty()) set.append_bytes(bytes);
    state.set_bytes(0, row, bytes);
  }
};

/// BUILD, AND, OR of input that takes rows back.
class CountedBitmap final : public BitmapKernel {
 public:
  using BitmapKernel::BitmapKernel;

  std::vector<AccumulatorColumn> accumulator() const override {
    return {{"counts", SqlType::bytes().not_null()}, {"bitmaps", SqlType::bigint().not_null()}};
  }

  Status update(RowStoreView state, const AggregateInput& input) override {
    const std::vector<int8_t> weights = row_weights(input);
    const GroupedRows grouped(input, weights);
    return grouped.for_each([&](uint32_t group, std::span<const uint32_t> rows) -> Status {
      CountedSet change;
      if (operation() == Operation::kBuild) {
        change.add(integer_counts(*input.args[0], rows, weights));
      } else {
        for (const uint32_t row : rows) {
          const int weight = weights.empty() ? 1 : weights[row];
          HW_ASSIGN_OR_RETURN(const BitmapValue value, set_at(*input.args[0], row));
          change.add(value, weight);
          state.fixed<int64_t>(1)[group] += weight;
        }
      }
      return add(change, state, group);
    });
  }

  Status merge(RowStoreView state, std::span<const uint32_t> rows, RowStoreView from,
               std::span<const uint32_t> from_rows) override {
    for (size_t i = 0; i < rows.size(); ++i) {
      HW_ASSIGN_OR_RETURN(const CountedSet other, CountedSet::read(from.bytes(0, from_rows[i])));
      HW_TRY(add(other, state, rows[i]));
      state.fixed<int64_t>(1)[rows[i]] += from.fixed<int64_t>(1)[from_rows[i]];
    }
    return Status::OK();
  }

 protected:
  Result<std::optional<BitmapValue>> value_of(RowStoreView state, uint32_t row) const override {
    using Value = std::optional<BitmapValue>;
    const int64_t bitmaps = state.fixed<int64_t>(1)[row];
    if (operation() != Operation::kBuild && bitmaps <= 0) return Value();
    HW_ASSIGN_OR_RETURN(const CountedSet counts, CountedSet::read(state.bytes(0, row)));
    if (operation() == Operation::kAnd) return Value(counts.with_count(bitmaps));
    BitmapValue set = counts.positive();
    // Of BUILD nothing tells an empty set from no rows.
    if (operation() == Operation::kBuild && set.is_empty()) return Value();
    return Value(std::move(set));
  }

 private:
  static Status add(const CountedSet& change, RowStoreView state, uint32_t row) {
    HW_ASSIGN_OR_RETURN(CountedSet counts, CountedSet::read(state.bytes(0, row)));
    counts.add(change);
    std::string bytes;
    counts.append_bytes(bytes);
    state.set_bytes(0, row, bytes);
    return Status::OK();
  }

  /// How often each integer was added less how often it was taken back.
  static std::vector<std::pair<uint32_t, int64_t>> integer_counts(
      const Column& values, std::span<const uint32_t> rows, const std::vector<int8_t>& weights) {
    std::vector<std::pair<uint32_t, int64_t>> counts;
    counts.reserve(rows.size());
    for (const uint32_t row : rows) {
      counts.emplace_back(integer_at(values, row), weights.empty() ? 1 : weights[row]);
    }
    std::sort(counts.begin(), counts.end());
    size_t last = 0;
    for (size_t i = 1; i < counts.size(); ++i) {
      if (counts[i].first == counts[last].first) {
        counts[last].second += counts[i].second;
      } else {
        counts[++last] = counts[i];
      }
    }
    counts.resize(std::min(counts.size(), last + 1));
    return counts;
  }
};

KernelResult make_kernel(Operation operation, const AggregateBinding& binding) {
  if (operation == Operation::kXor) {
    return std::make_unique<XorBitmap>(operation, binding.result_type);
  }
  if (binding.retracts) return std::make_unique<CountedBitmap>(operation, binding.result_type);
  return std::make_unique<GrowingBitmap>(operation, binding.result_type);
}

struct Words {
  std::string_view name;
  std::string_view what;
  std::string_view set;
  std::string_view size;
};

template <Operation kOperation>
void add_pair(const Words& words, FunctionCatalogue& catalogue) {
  constexpr bool kBuild = kOperation == Operation::kBuild;
  const std::string input = kBuild ? " FROM (VALUES (3), (1), (3), (-1)) AS t(x)"
                                   : " FROM (VALUES (BITMAP_BUILD(ARRAY[1, 2, 3])), "
                                     "(BITMAP_BUILD(ARRAY[3, 4]))) AS t(x)";
  for (const bool cardinality : {false, true}) {
    AggregateFunction function;
    function.name = "BITMAP_" + std::string(words.name) + (cardinality ? "_CARDINALITY" : "");
    function.name += "_AGG";
    function.signatures = {std::string(kBuild ? "(value INT)" : "(value BITMAP)") +
                           (cardinality ? " -> BIGINT" : " -> BITMAP")};
    function.sentence = (cardinality ? "How many integers are in " : "") + std::string(words.what) +
                        "; NULL if there is none.";
    if (!cardinality) function.sentence[0] = 'T';
    function.examples = {
        {function.name + "(x)" + input, std::string(cardinality ? words.size : words.set)}};
    function.kernel = [](const AggregateBinding& binding) {
      return make_kernel(kOperation, binding);
    };
    catalogue.add(std::move(function));
  }
}

}  // namespace

void add_bitmaps(FunctionCatalogue& catalogue) {
  add_pair<Operation::kBuild>({.name = "BUILD",
                               .what = "the set of the INTs that are not NULL, without sign",
                               .set = "{1,3,4294967295}",
                               .size = "3"},
                              catalogue);
  add_pair<Operation::kAnd>({.name = "AND",
                             .what = "the intersection of the sets that are not NULL",
                             .set = "{3}",
                             .size = "1"},
                            catalogue);
  add_pair<Operation::kOr>({.name = "OR",
                            .what = "the union of the sets that are not NULL",
                            .set = "{1,2,3,4}",
                            .size = "4"},
                           catalogue);
  add_pair<Operation::kXor>(
      {.name = "XOR",
       .what = "the set of the integers that are in an odd number of the sets that are not NULL",
       .set = "{1,2,4}",
       .size = "3"},
      catalogue);
}

}  // namespace hw
