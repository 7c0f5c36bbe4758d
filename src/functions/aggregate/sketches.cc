// SPDX-License-Identifier: Apache-2.0
//
// MISRA_GRIES, the most frequent values within a bound, and RESERVOIR_SAMPLE, a random sample of
// fixed size. Both take inserts only (cash register model) and merge.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "columnar/column_builder.h"
#include "columnar/key_bytes.h"
#include "expr/literal.h"
#include "functions/aggregate/aggregate_kernels.h"
#include "functions/aggregate/grouped_rows.h"
#include "functions/aggregate/row_weights.h"

namespace hw {
namespace {

using KernelResult = Result<std::unique_ptr<AggregateKernel>>;

/// Counters and sample places at most: they are rewritten with every batch.
constexpr int64_t kSizeMax = 100'000;

void append_number(uint64_t value, std::string& out) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}
uint64_t take_number(std::string_view& bytes) {
  uint64_t value = 0;
  std::memcpy(&value, bytes.data(), sizeof(value));
  bytes.remove_prefix(sizeof(value));
  return value;
}
void append_piece(std::string_view piece, std::string& out) {
  append_number(piece.size(), out);
  out += piece;
}
std::string_view take_piece(std::string_view& bytes) {
  const uint64_t size = take_number(bytes);
  const std::string_view piece = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return piece;
}

/// The literal size of a sketch.
Result<int64_t> size_of(const char* name, const std::vector<ColumnPtr>& literals) {
  const ColumnPtr& literal = literals[1];
  if (literal == nullptr || literal_is_null(literal) || literal_integer(*literal) < 1 ||
      literal_integer(*literal) > kSizeMax) {
    return Status::Invalid("the second argument of ", name, " is a literal from 1 to ", kSizeMax);
  }
  return literal_integer(*literal);
}

/// At most k values with counters, by their encoded bytes.
using Counters = std::map<std::string, int64_t, std::less<>>;

Counters load_counters(std::string_view bytes) {
  Counters counters;
  while (!bytes.empty()) {
    const std::string_view value = take_piece(bytes);
    counters.emplace(value, static_cast<int64_t>(take_number(bytes)));
  }
  return counters;
}
std::string counter_bytes(const Counters& counters) {
  std::string bytes;
  for (const auto& [value, count] : counters) {
    append_piece(value, bytes);
    append_number(static_cast<uint64_t>(count), bytes);
  }
  return bytes;
}

class MisraGries final : public AggregateKernel {
 public:
  MisraGries(size_t size, SqlType result_type)
      : size_(size), result_type_(std::move(result_type)) {}

  std::vector<AccumulatorColumn> accumulator() const override {
    return {{"counters", SqlType::bytes().not_null()}};
  }

  Status update(RowStoreView state, const AggregateInput& input) override {
    const AggregateInput values{
        .args = input.args.first(1), .groups = input.groups, .signs = input.signs};
    const GroupedRows grouped(input, row_weights(values));
    std::string value;
    return grouped.for_each([&](uint32_t group, std::span<const uint32_t> rows) {
      Counters counters = load_counters(state.bytes(0, group));
      for (const uint32_t row : rows) {
        value.clear();
        append_value_bytes(*input.args[0], row, value);
        count(value, counters);
      }
      state.set_bytes(0, group, counter_bytes(counters));
      return Status::OK();
    });
  }

  /// Adds counters up and takes the (k + 1)-th largest off all: the errors add up to N / (k + 1).
  Status merge(RowStoreView state, std::span<const uint32_t> rows, RowStoreView from,
               std::span<const uint32_t> from_rows) override {
    for (size_t i = 0; i < rows.size(); ++i) {
      Counters counters = load_counters(state.bytes(0, rows[i]));
      for (const auto& [value, count] : load_counters(from.bytes(0, from_rows[i]))) {
        counters[value] += count;
      }
      if (counters.size() > size_) {
        std::vector<int64_t> counts;
        for (const auto& [value, count] : counters) counts.push_back(count);
        std::nth_element(counts.begin(), counts.begin() + static_cast<std::ptrdiff_t>(size_),
                         counts.end(), std::greater<>());
        subtract(counts[size_], counters);
      }
      state.set_bytes(0, rows[i], counter_bytes(counters));
    }
    return Status::OK();
  }

  /// The largest counters first.
  Result<ColumnPtr> result(RowStoreView state, std::span<const uint32_t> rows) override {
    HW_ASSIGN_OR_RETURN(const std::unique_ptr<ColumnBuilder> out,
                        ColumnBuilder::make(result_type_));
    for (const uint32_t row : rows) {
      const Counters counters = load_counters(state.bytes(0, row));
      std::vector<std::pair<int64_t, std::string_view>> sorted;
      for (const auto& [value, count] : counters) sorted.emplace_back(-count, value);
      std::sort(sorted.begin(), sorted.end());
      for (auto [negative_count, value] : sorted) {
        HW_TRY(append_decoded_value(result_type_.key(), value, out->child(0)));
        HW_TRY(out->child(1).append_int(-negative_count));
      }
      HW_TRY(out->append_constructed(static_cast<int64_t>(sorted.size())));
    }
    return out->finish();
  }

 private:
  void count(const std::string& value, Counters& counters) const {
    const auto found = counters.find(value);
    if (found != counters.end()) {
      ++found->second;
    } else if (counters.size() < size_) {
      counters.emplace(value, 1);
    } else {
      subtract(1, counters);
    }
  }

  static void subtract(int64_t amount, Counters& counters) {
    for (auto it = counters.begin(); it != counters.end();) {
      it->second -= amount;
      it = it->second <= 0 ? counters.erase(it) : std::next(it);
    }
  }

  const size_t size_;
  const SqlType result_type_;
};

/// A sample with the state of its generator. Every value is in it with the same probability.
struct Reservoir {
  uint64_t seen = 0;
  uint64_t random = 0;
  std::vector<std::string> values;

  static Reservoir load(std::string_view bytes) {
    Reservoir reservoir;
    if (bytes.empty()) return reservoir;
    reservoir.seen = take_number(bytes);
    reservoir.random = take_number(bytes);
    while (!bytes.empty()) reservoir.values.emplace_back(take_piece(bytes));
    return reservoir;
  }
  std::string bytes() const {
    std::string out;
    append_number(seen, out);
    append_number(random, out);
    for (const std::string& value : values) append_piece(value, out);
    return out;
  }

  /// In [0, end), by splitmix64.
  uint64_t below(uint64_t end) {
    random += 0x9E3779B97F4A7C15u;
    uint64_t z = random;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    z ^= z >> 31;
    return static_cast<uint64_t>(static_cast<unsigned __int128>(z) * end >> 64);
  }

  void add(std::string value, size_t size) {
    ++seen;
    if (values.size() < size) {
      values.push_back(std::move(value));
      return;
    }
    const uint64_t place = below(seen);
    if (place < size) values[place] = std::move(value);
  }

  /// Draws each place from one of the two, in proportion to how many values they stand for.
  void merge(Reservoir other, size_t size) {
    if (other.seen <= size) {
      for (std::string& value : other.values) add(std::move(value), size);
      return;
    }
    std::vector<std::string> mixed;
    uint64_t mine = seen, theirs = other.seen;
    while (mixed.size() < size && !(values.empty() && other.values.empty())) {
      const bool take_mine =
          other.values.empty() || (!values.empty() && below(mine + theirs) < mine);
      std::vector<std::string>& from = take_mine ? values : other.values;
      uint64_t& left = take_mine ? mine : theirs;
      const auto place = static_cast<std::ptrdiff_t>(below(from.size()));
      mixed.push_back(std::move(from[static_cast<size_t>(place)]));
      from.erase(from.begin() + place);
      if (left > 0) --left;
    }
    values = std::move(mixed);
    seen += other.seen;
  }
};

class ReservoirSample final : public AggregateKernel {
 public:
  ReservoirSample(size_t size, uint64_t seed, SqlType result_type)
      : size_(size), seed_(seed), result_type_(std::move(result_type)) {}

  std::vector<AccumulatorColumn> accumulator() const override {
    return {{"sample", SqlType::bytes().not_null()}};
  }

  Status update(RowStoreView state, const AggregateInput& input) override {
    const AggregateInput values{
        .args = input.args.first(1), .groups = input.groups, .signs = input.signs};
    const GroupedRows grouped(input, row_weights(values));
    std::string value;
    return grouped.for_each([&](uint32_t group, std::span<const uint32_t> rows) {
      Reservoir reservoir = load(state.bytes(0, group));
      for (const uint32_t row : rows) {
        value.clear();
        append_value_bytes(*input.args[0], row, value);
        reservoir.add(value, size_);
      }
      state.set_bytes(0, group, reservoir.bytes());
      return Status::OK();
    });
  }

  Status merge(RowStoreView state, std::span<const uint32_t> rows, RowStoreView from,
               std::span<const uint32_t> from_rows) override {
    for (size_t i = 0; i < rows.size(); ++i) {
      Reservoir reservoir = load(state.bytes(0, rows[i]));
      reservoir.merge(load(from.bytes(0, from_rows[i])), size_);
      state.set_bytes(0, rows[i], reservoir.bytes());
    }
    return Status::OK();
  }

  Result<ColumnPtr> result(RowStoreView state, std::span<const uint32_t> rows) override {
    HW_ASSIGN_OR_RETURN(const std::unique_ptr<ColumnBuilder> out,
                        ColumnBuilder::make(result_type_));
    for (const uint32_t row : rows) {
      const Reservoir reservoir = load(state.bytes(0, row));
      for (std::string_view value : reservoir.values) {
        HW_TRY(append_decoded_value(result_type_.element(), value, out->child(0)));
      }
      HW_TRY(out->append_constructed(static_cast<int64_t>(reservoir.values.size())));
    }
    return out->finish();
  }

 private:
  Reservoir load(std::string_view bytes) const {
    Reservoir reservoir = Reservoir::load(bytes);
    if (bytes.empty()) reservoir.random = seed_;
    return reservoir;
  }

  const size_t size_;
  const uint64_t seed_;
  const SqlType result_type_;
};

uint64_t seed_of(const AggregateBinding& binding) {
  const bool given = binding.literals.size() > 2 && binding.literals[2] != nullptr &&
                     !literal_is_null(binding.literals[2]);
  if (given) return static_cast<uint64_t>(literal_integer(*binding.literals[2]));
  return binding.session->random_seed;
}

}  // namespace

AggregateFunction misra_gries_aggregate() {
  AggregateFunction function;
  function.name = "MISRA_GRIES";
  function.signatures = {"(value T, counters BIGINT) -> MAP<T, BIGINT>"};
  function.sentence =
      "The values that may be the most frequent ones, with lower bounds of how often "
      "they came: each is at most N / (counters + 1) too low, and a value that came "
      "more often than that is there. It takes an input of inserts only (cash "
      "register model).";
  function.examples = {
      {"MISRA_GRIES(x, 2) FROM (VALUES ('a'), ('b'), ('a')) AS t(x)", "{a=2, b=1}"}};
  function.infer = [](const CallBinding& binding) -> Result<SqlType> {
    HW_TRY(size_of("MISRA_GRIES", binding.literals).status());
    return SqlType::map(binding.arg_types[0].not_null(), SqlType::bigint().not_null()).not_null();
  };
  function.kernel = [](const AggregateBinding& binding) -> KernelResult {
    HW_TRY(refuse_retractions("MISRA_GRIES", "", binding));
    HW_ASSIGN_OR_RETURN(const int64_t size, size_of("MISRA_GRIES", binding.literals));
    return std::make_unique<MisraGries>(static_cast<size_t>(size), binding.result_type);
  };
  return function;
}

AggregateFunction reservoir_sample_aggregate() {
  AggregateFunction function;
  function.name = "RESERVOIR_SAMPLE";
  function.signatures = {"(value T, size BIGINT, [seed BIGINT]) -> ARRAY<T>"};
  function.sentence =
      "A random sample of `size` values that are not NULL, every one of n in it with "
      "probability size / n; with a seed the same one each time for the same order "
      "of rows. It takes an input of inserts only (cash register model).";
  function.examples = {
      {"CARDINALITY(RESERVOIR_SAMPLE(x, 2, 7)) FROM (VALUES (1), (2), (3)) AS t(x)", "2"}};
  function.infer = [](const CallBinding& binding) -> Result<SqlType> {
    HW_TRY(size_of("RESERVOIR_SAMPLE", binding.literals).status());
    return SqlType::array(binding.arg_types[0].not_null()).not_null();
  };
  function.kernel = [](const AggregateBinding& binding) -> KernelResult {
    HW_TRY(refuse_retractions("RESERVOIR_SAMPLE", "", binding));
    HW_ASSIGN_OR_RETURN(const int64_t size, size_of("RESERVOIR_SAMPLE", binding.literals));
    return std::make_unique<ReservoirSample>(static_cast<size_t>(size), seed_of(binding),
                                             binding.result_type);
  };
  return function;
}

}  // namespace hw
