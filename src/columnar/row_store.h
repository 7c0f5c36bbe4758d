// SPDX-License-Identifier: Apache-2.0
//
// Random access to rows of mutable columns, wherever they are kept: a state table's chunks or a
// plain array for partial results of one batch. Row numbers are those that the owner hands out.
// Hot loops fetch a column once (`fixed<T>`) and then index it; nothing is virtual per row.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hw {

constexpr int kRowChunkShift = 12;
constexpr uint32_t kRowChunkMask = (1u << kRowChunkShift) - 1;

/// A fixed-width column: row r lies in chunk r >> kRowChunkShift at r & kRowChunkMask.
template <typename T>
class FixedColumn {
 public:
  explicit FixedColumn(std::byte* const* chunks) : chunks_(chunks) {}
  T& operator[](uint32_t row) const {
    return reinterpret_cast<T*>(chunks_[row >> kRowChunkShift])[row & kRowChunkMask];
  }

 private:
  std::byte* const* chunks_;
};

class RowStore {
 public:
  virtual ~RowStore() = default;
  /// Chunk base pointers of a fixed-width column (BOOLEAN as one byte). Valid until rows are
  /// added or erased.
  virtual std::byte* const* fixed_chunks(int column) = 0;
  /// One byte per row, 1 = NULL, chunked alike.
  virtual std::byte* const* null_chunks(int column) = 0;
  /// Columns of variable length: text and binary as they are, constructed types as
  /// append_value_bytes writes them. The view is valid until the next set_bytes.
  virtual std::string_view bytes(int column, uint32_t row) const = 0;
  virtual void set_bytes(int column, uint32_t row, std::string_view value) = 0;
};

/// The columns of one aggregate inside a store: column 0 is `first_column` of the store.
class RowStoreView {
 public:
  RowStoreView(RowStore& store, int first_column) : store_(&store), first_(first_column) {}
  template <typename T>
  FixedColumn<T> fixed(int column) const {
    return FixedColumn<T>(store_->fixed_chunks(first_ + column));
  }
  FixedColumn<uint8_t> nulls(int column) const {
    return FixedColumn<uint8_t>(store_->null_chunks(first_ + column));
  }
  std::string_view bytes(int column, uint32_t row) const {
    return store_->bytes(first_ + column, row);
  }
  void set_bytes(int column, uint32_t row, std::string_view value) const {
    store_->set_bytes(first_ + column, row, value);
  }

 private:
  RowStore* store_;
  int first_;
};

}  // namespace hw
