// SPDX-License-Identifier: Apache-2.0
//
// APPROX_COUNT_DISTINCT by HyperLogLog: up to kSparseMax different hashes are kept as they are and
// counted exactly; then 2^14 registers of a byte, whose standard error is 0.8 %. The estimate is
// Ertl's, which needs no tables of bias. Cash register model: it takes inserts only.

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "columnar/key_bytes.h"
#include "expr/kernel_output.h"
#include "functions/aggregate/aggregate_kernels.h"
#include "functions/aggregate/grouped_rows.h"
#include "functions/aggregate/row_weights.h"

namespace hw {
namespace {

constexpr int kIndexBits = 14;
constexpr size_t kRegisters = size_t{1} << kIndexBits;
constexpr int kValueBits = 64 - kIndexBits;
/// 8 KiB of hashes: half of the registers' size.
constexpr size_t kSparseMax = 1024;

/// The sketch of one group. Its bytes are sorted hashes, or exactly kRegisters registers.
class Sketch {
 public:
  explicit Sketch(std::string_view bytes) {
    if (bytes.size() == kRegisters) {
      registers_.assign(bytes.begin(), bytes.end());
      return;
    }
    hashes_.resize(bytes.size() / sizeof(uint64_t));
    if (!bytes.empty()) std::memcpy(hashes_.data(), bytes.data(), bytes.size());
  }

  void add(uint64_t hash) {
    if (registers_.empty()) {
      hashes_.push_back(hash);
    } else {
      raise(hash);
    }
  }

  void merge(const Sketch& other) {
    if (other.registers_.empty()) {
      for (const uint64_t hash : other.hashes_) add(hash);
      return;
    }
    become_dense();
    for (size_t i = 0; i < kRegisters; ++i) {
      registers_[i] = std::max(registers_[i], other.registers_[i]);
    }
  }

  /// Requires: called after the last add().
  std::string_view bytes() {
    if (registers_.empty()) {
      std::sort(hashes_.begin(), hashes_.end());
      hashes_.erase(std::unique(hashes_.begin(), hashes_.end()), hashes_.end());
      if (hashes_.size() > kSparseMax) become_dense();
    }
    if (!registers_.empty()) return {registers_.data(), registers_.size()};
    return {reinterpret_cast<const char*>(hashes_.data()), hashes_.size() * sizeof(uint64_t)};
  }

  int64_t estimate() const {
    if (registers_.empty()) return static_cast<int64_t>(hashes_.size());
    std::array<int64_t, kValueBits + 2> histogram{};
    for (const char value : registers_) ++histogram[static_cast<unsigned char>(value)];
    constexpr double kCount = kRegisters;
    double sum = kCount * tau(1.0 - static_cast<double>(histogram[kValueBits + 1]) / kCount);
    for (int k = kValueBits; k >= 1; --k) {
      sum = 0.5 * (sum + static_cast<double>(histogram[static_cast<size_t>(k)]));
    }
    sum += kCount * sigma(static_cast<double>(histogram[0]) / kCount);
    const double alpha = 0.5 / std::log(2.0);
    return std::llround(alpha * kCount * kCount / sum);
  }

 private:
  void raise(uint64_t hash) {
    const size_t index = hash >> kValueBits;
    const uint64_t rest = hash << kIndexBits;
    const int value = rest == 0 ? kValueBits + 1 : std::countl_zero(rest) + 1;
    registers_[index] = std::max(registers_[index], static_cast<char>(value));
  }

  void become_dense() {
    if (!registers_.empty()) return;
    registers_.assign(kRegisters, 0);
    for (const uint64_t hash : hashes_) raise(hash);
    hashes_.clear();
  }

  static double sigma(double x) {
    if (x == 1.0) return HUGE_VAL;
    double y = 1, z = x, before = 0;
    do {
      x *= x;
      before = z;
      z += x * y;
      y += y;
    } while (z != before);
    return z;
  }
  static double tau(double x) {
    if (x == 0.0 || x == 1.0) return 0;
    double y = 1, z = 1 - x, before = 0;
    do {
      x = std::sqrt(x);
      before = z;
      y *= 0.5;
      z -= (1 - x) * (1 - x) * y;
    } while (z != before);
    return z / 3;
  }

  std::vector<uint64_t> hashes_;
  std::vector<char> registers_;
};

class ApproxCountKernel final : public AggregateKernel {
 public:
  explicit ApproxCountKernel(SqlType result_type) : result_type_(std::move(result_type)) {}

  std::vector<AccumulatorColumn> accumulator() const override {
    return {{"sketch", SqlType::bytes().not_null()}};
  }

  Status update(RowStoreView state, const AggregateInput& input) override {
    const auto num_rows = static_cast<int64_t>(input.groups.size());
    const std::vector<uint64_t> hashes = hash_keys(input.args, num_rows);
    const GroupedRows grouped(input, row_weights(input));
    return grouped.for_each([&](uint32_t group, std::span<const uint32_t> rows) {
      Sketch sketch(state.bytes(0, group));
      for (const uint32_t row : rows) sketch.add(hashes[row]);
      state.set_bytes(0, group, sketch.bytes());
      return Status::OK();
    });
  }

  Status merge(RowStoreView state, std::span<const uint32_t> rows, RowStoreView from,
               std::span<const uint32_t> from_rows) override {
    for (size_t i = 0; i < rows.size(); ++i) {
      Sketch sketch(state.bytes(0, rows[i]));
      sketch.merge(Sketch(from.bytes(0, from_rows[i])));
      state.set_bytes(0, rows[i], sketch.bytes());
    }
    return Status::OK();
  }

  Result<ColumnPtr> result(RowStoreView state, std::span<const uint32_t> rows) override {
    const auto n = static_cast<int64_t>(rows.size());
    HW_ASSIGN_OR_RETURN(BufferPtr values, allocate_values<int64_t>(n));
    auto* out = reinterpret_cast<int64_t*>(values->mutable_data());
    for (size_t i = 0; i < rows.size(); ++i) out[i] = Sketch(state.bytes(0, rows[i])).estimate();
    return make_plain(result_type_, n, nullptr, std::move(values));
  }

 private:
  const SqlType result_type_;
};

}  // namespace

AggregateFunction approx_count_distinct_aggregate() {
  AggregateFunction function;
  function.name = "APPROX_COUNT_DISTINCT";
  function.signatures = {"(value ANY) -> BIGINT NOT NULL"};
  function.sentence =
      "About how many different values there are that are not NULL: exact up to "
      "1,024, then with a standard error of 0.8 %. 16 KiB a group at most. It takes "
      "an input of inserts only (cash register model).";
  function.examples = {{"APPROX_COUNT_DISTINCT(x) FROM (VALUES ('a'), ('b'), ('a')) AS t(x)", "2"}};
  function.kernel =
      [](const AggregateBinding& binding) -> Result<std::unique_ptr<AggregateKernel>> {
    HW_TRY(refuse_retractions("APPROX_COUNT_DISTINCT", "; use COUNT(DISTINCT ..)", binding));
    return std::make_unique<ApproxCountKernel>(binding.result_type);
  };
  return function;
}

Status refuse_retractions(std::string_view name, std::string_view advice,
                          const AggregateBinding& binding) {
  if (!binding.retracts) return Status::OK();
  return Status::NotImplemented("not supported yet: ", name,
                                " over an input with updates or deletes, because it takes inserts "
                                "only",
                                advice);
}

}  // namespace hw
