// SPDX-License-Identifier: Apache-2.0
//
// Where a baseline's rows go: columns of 1,024 rows that are written again and again and stay in
// the cache. A run that checks results adds up a hash of every row before that.

#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace hw::bench {

constexpr size_t kRingRows = 1024;

/// Rows as a multiset: how many, and the sum of their hashes.
struct RowSum {
  int64_t rows = 0;
  uint64_t hash = 0;

  bool operator==(const RowSum&) const = default;
};

/// Of one row: columns from left to right.
class RowHash {
 public:
  void number(int64_t value) { add(static_cast<uint64_t>(value)); }
  void wide(__int128 value) {
    add(static_cast<uint64_t>(value));
    add(static_cast<uint64_t>(value >> 64));
  }
  void text(std::string_view value);
  void null() { add(0x6E756C6C); }
  uint64_t value() const { return state_ ^ (state_ >> 29); }

 private:
  void add(uint64_t value) {
    state_ = (state_ ^ value) * 0x9E3779B97F4A7C15;
    state_ ^= state_ >> 32;
  }
  uint64_t state_ = 0x243F6A8885A308D3;
};

class RingColumn {
 public:
  virtual ~RingColumn() = default;
  virtual void hash(size_t row, RowHash& hash) const = 0;
};

/// The rows of one query. Its columns name it as they are made, from left to right; when the first
/// of them dies, what is still in them is received.
class Output {
 public:
  explicit Output(bool checked) : checked_(checked) {}
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void add_column(RingColumn* column) { columns_.push_back(column); }
  /// The place of the next row in every column.
  size_t next() {
    if (rows_ == kRingRows) flush();
    return rows_++;
  }
  /// What was written up to now is received.
  void flush();
  /// From here on come the rows that hold in the end; what came before were updates towards them.
  void begin_final_rows();
  bool wants_final_rows() const { return checked_; }
  const RowSum& sum() const { return sum_; }

 private:
  const bool checked_;
  std::vector<RingColumn*> columns_;
  size_t rows_ = 0;
  RowSum sum_;
};

template <typename T>
class Numbers final : public RingColumn {
 public:
  explicit Numbers(Output& output) : output_(output), values_(kRingRows) {
    output.add_column(this);
  }
  ~Numbers() override { output_.flush(); }
  Numbers(const Numbers&) = delete;
  Numbers& operator=(const Numbers&) = delete;
  T& operator[](size_t row) { return values_[row]; }
  void hash(size_t row, RowHash& hash) const override {
    if constexpr (sizeof(T) == 16) {
      hash.wide(values_[row]);
    } else {
      hash.number(values_[row]);
    }
  }

 private:
  Output& output_;
  std::vector<T> values_;
};
using Longs = Numbers<int64_t>;
using Decimals = Numbers<__int128>;

/// Must be written for each row, in order.
class Texts final : public RingColumn {
 public:
  explicit Texts(Output& output) : output_(output), ends_(kRingRows + 1), bytes_(kRingRows * 128) {
    output.add_column(this);
  }
  ~Texts() override { output_.flush(); }
  Texts(const Texts&) = delete;
  Texts& operator=(const Texts&) = delete;
  void put(size_t row, std::string_view text) {
    const size_t begin = ends_[row];
    const size_t end = begin + text.size();
    if (end > bytes_.size()) bytes_.resize(2 * end);
    std::memcpy(bytes_.data() + begin, text.data(), text.size());
    ends_[row + 1] = end;
  }
  void hash(size_t row, RowHash& hash) const override {
    hash.text({bytes_.data() + ends_[row], ends_[row + 1] - ends_[row]});
  }

 private:
  Output& output_;
  std::vector<size_t> ends_;
  std::vector<char> bytes_;
};

}  // namespace hw::bench
