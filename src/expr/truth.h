// SPDX-License-Identifier: Apache-2.0
//
// Three-valued logic by 64 rows at a time: a BOOLEAN column as two bitmaps, "is TRUE" and "is
// FALSE"; NULL is neither.

#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "columnar/column.h"

namespace hw {

class Truth {
 public:
  /// Reads a BOOLEAN column of any encoding.
  Status load(const Column& column);
  /// Every row is TRUE / FALSE.
  void fill(int64_t num_rows, bool value);

  int64_t num_rows() const { return num_rows_; }
  int64_t count_true() const;
  int64_t count_false() const;

  /// Three-valued AND and OR with as many rows.
  void and_with(const Truth& other);
  void or_with(const Truth& other);
  /// The same for row rows[i] with other's row i.
  void and_with(const Truth& other, const std::vector<int32_t>& rows);
  void or_with(const Truth& other, const std::vector<int32_t>& rows);

  /// Takes value's rows where `where` is TRUE.
  void lay_over(const Truth& where, const Truth& value);

  /// NOT.
  void negate() { std::swap(true_, false_); }
  /// IS TRUE, IS FALSE, IS UNKNOWN, or with `wanted` false their opposite: never NULL.
  void test_true(bool wanted);
  void test_false(bool wanted);
  void test_unknown(bool wanted);

  /// Bit i is set where row i is TRUE.
  const std::vector<uint64_t>& true_words() const { return true_; }

  /// Rows that are TRUE; rows that are not FALSE; rows that are not TRUE. Ascending.
  void rows_true(std::vector<int32_t>& rows) const;
  void rows_not_false(std::vector<int32_t>& rows) const;
  void rows_not_true(std::vector<int32_t>& rows) const;

  bool is_true(int64_t row) const { return (true_[static_cast<size_t>(row / 64)] >> row % 64) & 1; }
  bool is_false(int64_t row) const {
    return (false_[static_cast<size_t>(row / 64)] >> row % 64) & 1;
  }

  /// As a BOOLEAN column; without validity bitmap when nothing is NULL.
  Result<ColumnPtr> to_column(const SqlType& type) const;

 private:
  void resize(int64_t num_rows);
  /// Makes every row that is not TRUE FALSE; with `wanted` false the other way round.
  void complete(bool wanted);

  int64_t num_rows_ = 0;
  // Bits above num_rows_ are 0 in both.
  std::vector<uint64_t> true_;
  std::vector<uint64_t> false_;
};

/// Writes the numbers of the set bits among the first `num_bits`.
void set_bit_numbers(const uint64_t* words, int64_t num_bits, std::vector<int32_t>& numbers);

/// The rows of any column that are NULL (or are not), ascending.
void null_rows(const Column& column, std::vector<int32_t>& rows);
void non_null_rows(const Column& column, std::vector<int32_t>& rows);

}  // namespace hw
