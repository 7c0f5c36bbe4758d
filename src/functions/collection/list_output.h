// SPDX-License-Identifier: Apache-2.0
//
// Makes columns of lists whose elements are rows of other columns: a kernel names the rows, and one
// gather copies them.

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "columnar/column.h"
#include "columnar/gather.h"
#include "columnar/nested.h"

namespace hw {

class ListOutput {
 public:
  explicit ListOutput(int64_t num_rows);

  /// Appends row `row` of column `source` of finish() to the list that is open.
  void add(int32_t source, int64_t row) { picks_.push_back({source, static_cast<int32_t>(row)}); }
  void add_range(int32_t source, int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) add(source, row);
  }
  /// Where the open list begins among all that was added.
  size_t list_begin() const { return static_cast<size_t>(offsets_.back()); }
  std::vector<RowSource>& picks() { return picks_; }
  void end_row();
  void end_null_row();

  /// An ARRAY column. Requires: columns of the element type, but for nullability.
  Result<ColumnPtr> finish(const SqlType& type, const std::vector<ColumnPtr>& sources);
  /// A MAP column with keys and values from the same row numbers of two lists of columns.
  Result<ColumnPtr> finish_map(const SqlType& type, const std::vector<ColumnPtr>& keys,
                               const std::vector<ColumnPtr>& values);

 private:
  Result<std::shared_ptr<arrow::ArrayData>> gathered(const SqlType& type,
                                                     const std::vector<ColumnPtr>& sources) const;
  Status wrap(std::shared_ptr<arrow::Buffer>& validity,
              std::shared_ptr<arrow::Buffer>& offsets) const;

  std::vector<int32_t> offsets_;
  std::vector<uint8_t> present_;
  bool any_null_ = false;
  std::vector<RowSource> picks_;
};

/// Calls `fill(row)` for every row where no argument is NULL; the others become NULL lists.
template <typename Fill>
void for_each_list(int64_t num_rows, std::span<const ColumnPtr> strict_args, ListOutput& out,
                   Fill fill) {
  for (int64_t row = 0; row < num_rows; ++row) {
    bool is_null = false;
    for (const ColumnPtr& arg : strict_args) is_null = is_null || arg->is_null(row);
    if (is_null) {
      out.end_null_row();
      continue;
    }
    fill(row);
    out.end_row();
  }
}

/// Tells which rows of several columns of one type hold the same value; NULL is equal to NULL, NaN
/// to NaN.
class ElementEquality {
 public:
  /// Hashes all rows at once.
  explicit ElementEquality(std::vector<ColumnPtr> columns);
  bool equal(RowSource a, RowSource b) const;
  uint64_t hash(RowSource at) const {
    return hashes_[static_cast<size_t>(at.source)][static_cast<size_t>(at.row)];
  }

 private:
  std::vector<std::vector<ColumnPtr>> columns_;
  std::vector<std::vector<uint64_t>> hashes_;
  mutable std::string bytes_a_, bytes_b_;
};

/// The different elements of one list; cleared from list to list.
class ElementSet {
 public:
  /// `equality` outlives it.
  explicit ElementSet(const ElementEquality& equality) : equality_(&equality) {}
  void clear(size_t elements_expected);
  /// False when an equal one is there.
  bool insert(RowSource element);
  bool contains(RowSource element) const;

 private:
  size_t find(RowSource element) const;

  const ElementEquality* equality_;
  std::vector<RowSource> slots_;  // row -1 = free; a power of two, at most half full
  size_t mask_ = 0;
};

}  // namespace hw
