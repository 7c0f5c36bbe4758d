// SPDX-License-Identifier: Apache-2.0
//
// A column under construction that is written by row number: a row that nobody wrote is NULL. So
// a decoder never visits fields that a record does not have, and an error in the middle of a
// record is undone by forgetting its row. One thread.

#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "columnar/column.h"
#include "columnar/sql_type.h"

namespace arrow {
class MemoryPool;
}

namespace hw {

class SlotColumn {
 public:
  /// Requires: `pool` outlives this; null = the recycling pool.
  SlotColumn(SqlType type, arrow::MemoryPool* pool);
  SlotColumn(SlotColumn&&) noexcept;
  ~SlotColumn();

  const SqlType& type() const { return type_; }
  /// ROW: its fields. ARRAY, MULTISET and MAP: elements, or keys and values.
  SlotColumn& child(int i) { return children_[static_cast<size_t>(i)]; }
  int num_children() const { return static_cast<int>(children_.size()); }

  // --- writing (hot: bench/micro/json_decode.cc) ---

  /// Makes room for rows [0, rows), for the fields of a ROW too. Everything else needs it first.
  Status reserve(int64_t rows) { return rows <= capacity_ ? Status::OK() : grow(rows); }
  /// Says that `row` has a value; alone for a ROW, whose fields are written on their own.
  void mark(int64_t row) { validity_[row >> 3] |= static_cast<uint8_t>(1u << (row & 7)); }
  template <typename T>
  void set(int64_t row, T value) {
    reinterpret_cast<T*>(values_)[row] = value;
    mark(row);
  }
  void set_bool(int64_t row, bool value) {
    const auto bit = static_cast<uint8_t>(1u << (row & 7));
    values_[row >> 3] =
        static_cast<uint8_t>(value ? values_[row >> 3] | bit : values_[row >> 3] & ~bit);
    mark(row);
  }
  /// Text and binary: returns room for `bytes_max` bytes and kSlack more, or null when the column
  /// cannot hold them; then close_bytes says how many there are. Rows come in ascending order.
  char* open_bytes(int64_t row, int64_t bytes_max) {
    if (bytes_max + kSlack > text_capacity_ - text_size_ && !grow_text(bytes_max)) return nullptr;
    fill_to(row);
    return text_ + text_size_;
  }
  void close_bytes(int64_t row, int64_t bytes) {
    text_size_ += bytes;
    offsets_[row + 1] = static_cast<int32_t>(text_size_);
    filled_ = row + 1;
    mark(row);
  }
  /// Fails when the column cannot hold it (CapacityError).
  Status set_bytes(int64_t row, std::string_view value);
  /// ARRAY, MAP, MULTISET: the children's row where this row's elements begin …
  int64_t open_list(int64_t row) {
    fill_to(row);
    return offsets_[row];
  }
  /// … and one after the last.
  void close_list(int64_t row, int64_t elements_end) {
    offsets_[row + 1] = static_cast<int32_t>(elements_end);
    filled_ = row + 1;
    mark(row);
  }
  static constexpr int64_t kSlack = 64;

  bool is_set(int64_t row) const { return (validity_[row >> 3] >> (row & 7)) & 1; }
  /// Bytes of text so far, children included: what bounds a batch.
  int64_t text_bytes() const;

  // --- taking back, finishing ---

  /// Makes rows from `rows` on NULL again, children included.
  void truncate(int64_t rows);
  /// Returns rows [0, rows) and starts anew.
  Result<ColumnPtr> finish(int64_t rows);
  /// The same for the fields of a ROW that stands for a batch.
  Result<std::vector<ColumnPtr>> finish_fields(int64_t rows);

 private:
  Status grow(int64_t rows);
  bool grow_text(int64_t bytes_more);
  void fill_to(int64_t row) {
    const auto end = offsets_[filled_];
    while (filled_ < row) offsets_[++filled_] = end;
  }
  void forget();
  Result<std::shared_ptr<arrow::ArrayData>> finish_storage(
      int64_t rows, const std::shared_ptr<arrow::DataType>& arrow_type);

  // Constant after construction.
  SqlType type_;
  PhysicalType physical_;
  arrow::MemoryPool* pool_;
  int64_t width_ = 0;  // bytes a row of values; 0 = none or bits

  std::vector<SlotColumn> children_;
  std::shared_ptr<arrow::ResizableBuffer> validity_buffer_;
  std::shared_ptr<arrow::ResizableBuffer> values_buffer_;  // or offsets
  std::shared_ptr<arrow::ResizableBuffer> text_buffer_;
  uint8_t* validity_ = nullptr;
  uint8_t* values_ = nullptr;
  int32_t* offsets_ = nullptr;
  char* text_ = nullptr;
  int64_t capacity_ = 0;
  int64_t text_size_ = 0;
  int64_t text_capacity_ = 0;
  int64_t filled_ = 0;  // offsets_[0..filled_] are written
  // What the last finished column needed: the next begins with as much.
  int64_t rows_before_ = 0;
  int64_t text_before_ = 0;
};

}  // namespace hw
