// SPDX-License-Identifier: Apache-2.0

#include "functions/in_list/literal_set.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "columnar/key_bytes.h"
#include "columnar/nested.h"
#include "expr/row_kernel.h"

namespace hw {
namespace {

using KernelResult = Result<std::unique_ptr<ScalarKernel>>;

/// Up to this many a loop over all beats hashing.
constexpr size_t kScannedMax = 8;

uint64_t scatter(uint64_t x) {
  x ^= x >> 32;
  x *= 0xd6e8feb86659fd93u;
  x ^= x >> 32;
  x *= 0xd6e8feb86659fd93u;
  return x ^ (x >> 32);
}

/// Numbers as 64-bit words: open addressing at a load of at most one half.
class WordSet {
 public:
  explicit WordSet(const std::vector<uint64_t>& words) : words_(words) {
    if (words.size() <= kScannedMax) return;
    const size_t size = std::bit_ceil(words.size() * 2);
    mask_ = size - 1;
    slots_.resize(size);
    used_.resize(size);
    for (const uint64_t word : words) {
      const size_t place = find(word);
      slots_[place] = word;
      used_[place] = 1;
    }
  }

  bool contains(uint64_t word) const {
    if (slots_.empty()) {
      bool found = false;
      for (const uint64_t candidate : words_) found |= candidate == word;
      return found;
    }
    return used_[find(word)] != 0;
  }

 private:
  size_t find(uint64_t word) const {
    size_t place = scatter(word) & mask_;
    while (used_[place] != 0 && slots_[place] != word) place = (place + 1) & mask_;
    return place;
  }

  std::vector<uint64_t> words_;
  std::vector<uint64_t> slots_;
  std::vector<uint8_t> used_;
  size_t mask_ = 0;
};

/// A number as a word that equal numbers share; nothing for NaN, which equals nothing.
template <typename T>
std::optional<uint64_t> word_of(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    if (value != value) return std::nullopt;
    return std::bit_cast<uint64_t>(value == 0 ? 0.0 : static_cast<double>(value));
  } else {
    return static_cast<uint64_t>(value);
  }
}

template <typename T>
class NumberSet {
 public:
  explicit NumberSet(const Column& items) : words_(words(items)) {}
  bool contains(T value) const {
    const std::optional<uint64_t> word = word_of(value);
    return word && words_.contains(*word);
  }

 private:
  static std::vector<uint64_t> words(const Column& items) {
    std::vector<uint64_t> all;
    for (int64_t i = 0; i < items.num_rows(); ++i) {
      if (items.is_null(i)) continue;
      const std::optional<uint64_t> word = word_of(ValueReader<T>(items)(i));
      if (word) all.push_back(*word);
    }
    return all;
  }

  WordSet words_;
};

struct Int128Hash {
  size_t operator()(Int128 value) const {
    return scatter(static_cast<uint64_t>(value) ^
                   scatter(static_cast<uint64_t>(static_cast<UInt128>(value) >> 64)));
  }
};

class DecimalSet {
 public:
  explicit DecimalSet(const Column& items) {
    for (int64_t i = 0; i < items.num_rows(); ++i) {
      if (!items.is_null(i)) values_.insert(ValueReader<Int128>(items)(i));
    }
  }
  bool contains(Int128 value) const { return values_.contains(value); }

 private:
  std::unordered_set<Int128, Int128Hash> values_;
};

/// Views into the items' column, which the set keeps alive.
class TextSet {
 public:
  explicit TextSet(const ColumnPtr& items) : items_(items) {
    for (int64_t i = 0; i < items->num_rows(); ++i) {
      if (items->is_null(i)) continue;
      values_.insert(items->value<std::string_view>(i));
      sizes_ |= size_bit(items->value<std::string_view>(i));
    }
  }
  bool contains(std::string_view value) const {
    return (sizes_ & size_bit(value)) != 0 && values_.contains(value);
  }

 private:
  /// Most texts are none of a short list, and of another size than those.
  static uint64_t size_bit(std::string_view text) {
    return uint64_t{1} << std::min<size_t>(text.size(), 63);
  }

  ColumnPtr items_;
  uint64_t sizes_ = 0;
  std::unordered_set<std::string_view> values_;
};

/// Without NULL among the items the verdict is never NULL for a value that is not.
template <typename T, typename Set>
struct Lookup {
  bool operator()(T value) const { return set.contains(value); }
  Set set;
};
template <typename T, typename Set>
struct LookupWithNull {
  std::optional<bool> operator()(T value) const {
    if (set.contains(value)) return true;
    return std::nullopt;
  }
  Set set;
};

template <typename T, typename Set>
KernelResult make(Set set, bool has_null, const CallBinding& binding) {
  if (has_null) {
    return make_first_argument_kernel(LookupWithNull<T, Set>{std::move(set)}, binding);
  }
  return make_first_argument_kernel(Lookup<T, Set>{std::move(set)}, binding);
}

/// Arrays, maps and rows by their normalised bytes.
class BytesLookup final : public EncodedKernel {
 public:
  BytesLookup(const ColumnPtr& items, bool has_null, SqlType type)
      : EncodedKernel(std::move(type), 0), has_null_(has_null) {
    const std::vector<ColumnPtr> columns = {items};
    for (int64_t i = 0; i < items->num_rows(); ++i) {
      std::string bytes;
      append_key_bytes(columns, i, bytes);
      if (!items->is_null(i)) keys_.insert(std::move(bytes));
    }
  }

 protected:
  Result<ColumnPtr> compute(int64_t num_rows, std::span<const ColumnPtr> args) override {
    const std::vector<ColumnPtr> columns = {args[0]};
    std::vector<uint8_t> found(static_cast<size_t>(num_rows)), known(found.size());
    std::string bytes;
    for (int64_t row = 0; row < num_rows; ++row) {
      const auto i = static_cast<size_t>(row);
      if (args[0]->is_null(row)) continue;
      bytes.clear();
      append_key_bytes(columns, row, bytes);
      found[i] = keys_.contains(bytes) ? 1 : 0;
      known[i] = found[i] != 0 || !has_null_ ? 1 : 0;
    }
    HW_ASSIGN_OR_RETURN(BufferPtr bits, allocate_bitmap(num_rows));
    HW_ASSIGN_OR_RETURN(BufferPtr validity, allocate_bitmap(num_rows));
    pack_bits(found.data(), num_rows, bits->mutable_data());
    pack_bits(known.data(), num_rows, validity->mutable_data());
    return make_plain(result_type(), num_rows, std::move(validity), std::move(bits));
  }

 private:
  const bool has_null_;
  std::unordered_set<std::string> keys_;
};

}  // namespace

KernelResult make_set_lookup(const CallBinding& binding) {
  if (binding.literals.size() != 2 || binding.literals[1] == nullptr) {
    return Status::UnknownError("IN is compiled for a set of literals only");
  }
  const ColumnPtr items = ElementsView(*binding.literals[1]).elements();
  const bool has_null = items->null_count() > 0;
  switch (binding.arg_types[0].physical()) {
    case PhysicalType::kInt8:
      return make<int8_t>(NumberSet<int8_t>(*items), has_null, binding);
    case PhysicalType::kInt16:
      return make<int16_t>(NumberSet<int16_t>(*items), has_null, binding);
    case PhysicalType::kInt32:
      return make<int32_t>(NumberSet<int32_t>(*items), has_null, binding);
    case PhysicalType::kInt64:
      return make<int64_t>(NumberSet<int64_t>(*items), has_null, binding);
    case PhysicalType::kFloat32:
      return make<float>(NumberSet<float>(*items), has_null, binding);
    case PhysicalType::kFloat64:
      return make<double>(NumberSet<double>(*items), has_null, binding);
    case PhysicalType::kBool:
      return make<bool>(NumberSet<bool>(*items), has_null, binding);
    case PhysicalType::kDecimal128:
      return make<Int128>(DecimalSet(*items), has_null, binding);
    case PhysicalType::kBytes:
      return make<std::string_view>(TextSet(items), has_null, binding);
    default: {
      auto lookup = std::make_unique<BytesLookup>(items, has_null, binding.result_type);
      return std::make_unique<FirstArgumentKernel>(std::move(lookup));
    }
  }
}

}  // namespace hw
