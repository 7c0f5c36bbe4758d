// SPDX-License-Identifier: Apache-2.0

#include "expr/truth.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "base/assert.h"
#include "expr/kernel_output.h"

namespace hw {
namespace {

/// Bits of the last, partly used word; all ones when it is full.
uint64_t last_word_mask(int64_t num_rows) {
  return num_rows % 64 == 0 ? ~uint64_t{0} : (uint64_t{1} << num_rows % 64) - 1;
}

size_t words_for(int64_t num_rows) { return static_cast<size_t>((num_rows + 63) / 64); }

int64_t count(const std::vector<uint64_t>& words) {
  int64_t n = 0;
  for (const uint64_t word : words) n += std::popcount(word);
  return n;
}

void load_words(const uint8_t* bits, int64_t offset, int64_t n, std::vector<uint64_t>& words) {
  int64_t base = 0;
  if (offset % 8 == 0 && n >= 64) {
    base = n / 64 * 64;
    std::memcpy(words.data(), bits + offset / 8, static_cast<size_t>(base / 8));
  }
  for (; base < n; base += 64) {
    words[static_cast<size_t>(base / 64)] =
        load_bits(bits, offset + base, std::min<int64_t>(64, n - base));
  }
}

/// Above this many of 64 a loop over every bit without a branch beats finding the next one.
constexpr int kDenseBits = 20;
/// Starts and ends of runs of ones in a word, up to which the runs are written as blocks.
constexpr int kFewEdges = 6;

void write_runs(uint64_t word, int32_t first, int32_t* out) {
  int32_t at = first;
  while (word != 0) {
    const int zeros = std::countr_zero(word);
    word >>= zeros;
    at += zeros;
    const int ones = std::countr_one(word);
    for (int32_t j = 0; j < ones; ++j) out[j] = at + j;
    out += ones;
    at += ones;
    word = ones == 64 ? 0 : word >> ones;
  }
}

}  // namespace

void set_bit_numbers(const uint64_t* words, int64_t num_bits, std::vector<int32_t>& numbers) {
  // One word may write past what it counts, so there is room for one more.
  numbers.resize(static_cast<size_t>(num_bits) + 64);
  int32_t* out = numbers.data();
  for (int64_t base = 0; base < num_bits; base += 64) {
    uint64_t word = words[base / 64];
    if (num_bits - base < 64) word &= last_word_mask(num_bits);
    const int ones = std::popcount(word);
    const auto first = static_cast<int32_t>(base);
    if (ones >= kDenseBits && std::popcount(word ^ (word << 1)) <= kFewEdges) {
      write_runs(word, first, out);
    } else if (ones >= kDenseBits) {
      int32_t* next = out;
      for (int32_t j = 0; j < 64; ++j) {
        *next = first + j;
        next += (word >> j) & 1;
      }
    } else {
      int32_t* next = out;
      for (; word != 0; word &= word - 1) *next++ = first + std::countr_zero(word);
    }
    out += ones;
  }
  numbers.resize(static_cast<size_t>(out - numbers.data()));
}

void Truth::resize(int64_t num_rows) {
  num_rows_ = num_rows;
  true_.resize(words_for(num_rows));
  false_.resize(words_for(num_rows));
}

void Truth::fill(int64_t num_rows, bool value) {
  resize(num_rows);
  std::fill(true_.begin(), true_.end(), 0);
  std::fill(false_.begin(), false_.end(), 0);
  std::vector<uint64_t>& words = value ? true_ : false_;
  std::fill(words.begin(), words.end(), ~uint64_t{0});
  if (!words.empty()) words.back() = last_word_mask(num_rows);
}

Status Truth::load(const Column& column) {
  const int64_t n = column.num_rows();
  if (column.encoding() == Column::Encoding::kDictionary) {
    HW_ASSIGN_OR_RETURN(const ColumnPtr flat, column.flattened());
    return load(*flat);
  }
  if (column.is_constant()) {
    const bool is_null = n > 0 && column.slot_is_null(0);
    fill(n, n > 0 && !is_null && column.slot_value<bool>(0));
    if (is_null) std::fill(false_.begin(), false_.end(), 0);
    return Status::OK();
  }
  resize(n);
  const int64_t offset = column.values().offset;
  const uint8_t* bits = n > 0 ? column.values().buffers[1]->data() : nullptr;
  const uint8_t* validity = column.validity();
  load_words(bits, offset, n, true_);
  if (validity == nullptr) {
    complete(true);
    return Status::OK();
  }
  for (int64_t base = 0; base < n; base += 64) {
    const auto word = static_cast<size_t>(base / 64);
    const uint64_t known = load_bits(validity, offset + base, std::min<int64_t>(64, n - base));
    false_[word] = ~true_[word] & known;
    true_[word] &= known;
  }
  return Status::OK();
}

int64_t Truth::count_true() const { return count(true_); }
int64_t Truth::count_false() const { return count(false_); }

void Truth::and_with(const Truth& other) {
  HW_DCHECK(num_rows_ == other.num_rows_);
  for (size_t i = 0; i < true_.size(); ++i) {
    true_[i] &= other.true_[i];
    false_[i] |= other.false_[i];
  }
}

void Truth::or_with(const Truth& other) {
  HW_DCHECK(num_rows_ == other.num_rows_);
  for (size_t i = 0; i < true_.size(); ++i) {
    true_[i] |= other.true_[i];
    false_[i] &= other.false_[i];
  }
}

void Truth::and_with(const Truth& other, const std::vector<int32_t>& rows) {
  for (size_t i = 0; i < rows.size(); ++i) {
    const size_t word = static_cast<size_t>(rows[i]) / 64;
    const int bit = rows[i] % 64;
    const auto row = static_cast<int64_t>(i);
    true_[word] &= ~(uint64_t{!other.is_true(row)} << bit);
    false_[word] |= uint64_t{other.is_false(row)} << bit;
  }
}

void Truth::or_with(const Truth& other, const std::vector<int32_t>& rows) {
  for (size_t i = 0; i < rows.size(); ++i) {
    const size_t word = static_cast<size_t>(rows[i]) / 64;
    const int bit = rows[i] % 64;
    const auto row = static_cast<int64_t>(i);
    true_[word] |= uint64_t{other.is_true(row)} << bit;
    false_[word] &= ~(uint64_t{!other.is_false(row)} << bit);
  }
}

void Truth::lay_over(const Truth& where, const Truth& value) {
  HW_DCHECK(num_rows_ == where.num_rows_ && num_rows_ == value.num_rows_);
  for (size_t i = 0; i < true_.size(); ++i) {
    const uint64_t taken = where.true_[i];
    true_[i] = (value.true_[i] & taken) | (true_[i] & ~taken);
    false_[i] = (value.false_[i] & taken) | (false_[i] & ~taken);
  }
}

void Truth::complete(bool wanted) {
  for (size_t i = 0; i < true_.size(); ++i) false_[i] = ~true_[i];
  if (!false_.empty()) false_.back() &= last_word_mask(num_rows_);
  if (!wanted) negate();
}

void Truth::test_true(bool wanted) { complete(wanted); }

void Truth::test_false(bool wanted) {
  negate();
  complete(wanted);
}

void Truth::test_unknown(bool wanted) {
  for (size_t i = 0; i < true_.size(); ++i) true_[i] |= false_[i];
  complete(!wanted);
}

void Truth::rows_true(std::vector<int32_t>& rows) const {
  set_bit_numbers(true_.data(), num_rows_, rows);
}

void Truth::rows_not_false(std::vector<int32_t>& rows) const {
  std::vector<uint64_t> words(false_.size());
  for (size_t i = 0; i < words.size(); ++i) words[i] = ~false_[i];
  set_bit_numbers(words.data(), num_rows_, rows);
}

void Truth::rows_not_true(std::vector<int32_t>& rows) const {
  std::vector<uint64_t> words(true_.size());
  for (size_t i = 0; i < words.size(); ++i) words[i] = ~true_[i];
  set_bit_numbers(words.data(), num_rows_, rows);
}

Result<ColumnPtr> Truth::to_column(const SqlType& type) const {
  HW_ASSIGN_OR_RETURN(BufferPtr bits, allocate_bitmap(num_rows_));
  const size_t size = true_.size() * sizeof(uint64_t);
  if (size > 0) std::memcpy(bits->mutable_data(), true_.data(), size);
  BufferPtr validity;
  if (count(true_) + count(false_) < num_rows_) {
    HW_ASSIGN_OR_RETURN(validity, allocate_bitmap(num_rows_));
    auto* words = reinterpret_cast<uint64_t*>(validity->mutable_data());
    for (size_t i = 0; i < true_.size(); ++i) words[i] = true_[i] | false_[i];
  }
  return make_plain(type, num_rows_, std::move(validity), std::move(bits));
}

namespace {

/// Numbers of the rows whose validity is `wanted`.
void rows_by_validity(const Column& column, bool wanted, std::vector<int32_t>& rows) {
  const int64_t n = column.num_rows();
  rows.clear();
  if (column.is_constant() || !column.may_have_nulls()) {
    const bool valid = !column.may_have_nulls() || n == 0 || !column.slot_is_null(0);
    if (valid == wanted) {
      rows.resize(static_cast<size_t>(n));
      for (int64_t i = 0; i < n; ++i) rows[static_cast<size_t>(i)] = static_cast<int32_t>(i);
    }
    return;
  }
  if (!column.is_plain()) {
    for (int64_t i = 0; i < n; ++i) {
      if (column.is_null(i) != wanted) rows.push_back(static_cast<int32_t>(i));
    }
    return;
  }
  std::vector<uint64_t> words(words_for(n));
  for (int64_t base = 0; base < n; base += 64) {
    const uint64_t known = load_bits(column.validity(), column.values().offset + base,
                                     std::min<int64_t>(64, n - base));
    words[static_cast<size_t>(base / 64)] = wanted ? known : ~known;
  }
  set_bit_numbers(words.data(), n, rows);
}

}  // namespace

void null_rows(const Column& column, std::vector<int32_t>& rows) {
  rows_by_validity(column, false, rows);
}

void non_null_rows(const Column& column, std::vector<int32_t>& rows) {
  rows_by_validity(column, true, rows);
}

}  // namespace hw
