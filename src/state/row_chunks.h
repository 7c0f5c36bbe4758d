// SPDX-License-Identifier: Apache-2.0
//
// Where every state table keeps its rows: columns in chunks of 4,096 rows. Indexes (hash slots,
// chains, sorted lists) lie beside it and can be rebuilt from the rows; a snapshot needs the rows
// only.
//
// A snapshot pins: it shares the chunks, and whoever writes to a pinned chunk afterwards gets a
// copy of it first. So rows handed out earlier must be announced by touch() before they are
// written. While changes are tracked, touched and added rows set a bit in a bitmap per chunk, and
// erased rows keep their bytes until the next pin, so that a delta can name them.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/assert.h"
#include "base/status.h"
#include "columnar/row_store.h"
#include "state/byte_arena.h"

namespace hw {

/// One column as it is stored.
struct RowColumn {
  /// Bytes a value: 1, 2, 4, 8, 16; 0 = bytes of any length.
  int width = 0;
  bool nullable = true;
};

class RowChunks final : public RowStore {
 public:
  static constexpr uint32_t kChunkRows = 1u << kRowChunkShift;

  /// `pool` outlives the rows.
  RowChunks(std::vector<RowColumn> columns, arrow::MemoryPool* pool);
  ~RowChunks() override;
  RowChunks(const RowChunks&) = delete;
  RowChunks& operator=(const RowChunks&) = delete;

  /// False: call grow() before the next add().
  bool has_room() const { return next_ < next_end_ || !holes_.empty(); }
  /// Fails when memory is short or 2^32 rows are reached (CapacityError).
  Status grow();
  /// Returns a new row: all bytes zero, nothing NULL. Requires: has_room(). May reuse the number
  /// of an erased row.
  uint32_t add() {
    uint32_t row;
    if (next_ < next_end_) {
      row = next_++;
    } else {
      row = holes_.back();
      holes_.pop_back();
    }
    added(row);
    return row;
  }
  /// Frees a row. Chunks that become empty give their memory back.
  void erase(uint32_t row);
  /// Frees all rows but keeps memory for the next ones.
  void clear();

  /// Announces writes to rows that were added before: copies pinned chunks, marks changes.
  void touch(std::span<const uint32_t> rows) {
    if (quiet_) return;
    for (const uint32_t row : rows) touch_row(row);
  }
  void touch(uint32_t row) {
    if (!quiet_) touch_row(row);
  }

  std::byte* const* fixed_chunks(int column) override {
    return fixed_[static_cast<size_t>(column)].data();
  }
  std::byte* const* null_chunks(int column) override {
    return nulls_[static_cast<size_t>(column)].data();
  }
  std::string_view bytes(int column, uint32_t row) const override;
  void set_bytes(int column, uint32_t row, std::string_view value) override;
  /// The reference behind bytes(), for comparisons.
  const BytesRef& bytes_ref(int column, uint32_t row) const {
    return reinterpret_cast<const BytesRef*>(
        fixed_[static_cast<size_t>(column)][row >> kRowChunkShift])[row & kRowChunkMask];
  }
  bool bytes_equal(int column, uint32_t row, std::string_view value) const {
    return !ByteArena::differs_early(bytes_ref(column, row), value) && bytes(column, row) == value;
  }
  template <typename T>
  FixedColumn<T> fixed(int column) const {
    return FixedColumn<T>(fixed_[static_cast<size_t>(column)].data());
  }
  FixedColumn<uint8_t> nulls(int column) const {
    return FixedColumn<uint8_t>(nulls_[static_cast<size_t>(column)].data());
  }

  const std::vector<RowColumn>& columns() const { return columns_; }
  bool is_live(uint32_t row) const;
  int64_t num_rows() const { return num_rows_; }
  /// Above every row number in use.
  uint32_t end_row() const { return static_cast<uint32_t>(chunks_.size()) << kRowChunkShift; }
  /// Appends live rows from number `from` on, ascending, at most about `rows_max` (whole words of
  /// 64 rows); returns where to go on, end_row() at the end.
  uint32_t scan(uint32_t from, size_t rows_max, std::vector<uint32_t>& rows) const;
  /// Bytes held, shared chunks included.
  int64_t num_bytes() const;

  /// A frozen copy that shares the chunks. Hand it back with unpin() when it has been written.
  std::unique_ptr<RowChunks> pin();
  void unpin(std::unique_ptr<RowChunks> pinned);
  /// From now on remembers which rows change. The bits of the time before a pin go to the pin.
  void track_changes() {
    tracking_ = true;
    quiet_ = false;
  }
  /// Since the last pin (a pinned copy: between the pin before it and it).
  bool is_changed(uint32_t row) const;
  bool is_erased(uint32_t row) const;

 private:
  struct Chunk;
  using Bits = std::vector<uint64_t>;

  void added(uint32_t row);
  void touch_row(uint32_t row);
  void zero_row(const Chunk& chunk, uint32_t in_chunk);
  Chunk& writable(uint32_t chunk_index);
  Result<std::shared_ptr<Chunk>> make_chunk(uint32_t capacity);
  Status enlarge_first_chunk();
  void set_pointers(uint32_t chunk_index);
  void mark_changed(uint32_t row);
  void open_holes(uint32_t chunk_index);
  void release_chunk(uint32_t chunk_index);
  void compact_bytes(Chunk& chunk);

  // Constant after construction.
  const std::vector<RowColumn> columns_;
  arrow::MemoryPool* const pool_;
  std::vector<int64_t> value_offsets_;  // bytes before the column in a chunk, per row
  std::vector<int64_t> null_offsets_;   // -1: the column is never NULL
  int64_t row_bytes_ = 0;
  bool has_bytes_ = false;

  std::vector<std::shared_ptr<Chunk>> chunks_;  // null: no memory at present
  std::vector<std::vector<std::byte*>> fixed_;  // [column][chunk]
  std::vector<std::vector<std::byte*>> nulls_;  // [column][chunk]
  int64_t num_rows_ = 0;
  // Free rows: a run, single ones of one chunk, and chunks where more are to be found.
  uint32_t next_ = 0;
  uint32_t next_end_ = 0;
  std::vector<uint32_t> holes_;
  int64_t open_chunk_ = -1;
  std::vector<uint32_t> reopen_;
  std::vector<uint32_t> empty_chunks_;
  std::shared_ptr<Chunk> spare_chunk_;
  // Snapshots.
  bool quiet_ = true;  // nothing pinned, nothing tracked: touch() has nothing to do
  bool tracking_ = false;
  int num_pins_ = 0;
  std::vector<Bits> changed_;  // [chunk]
  std::vector<Bits> erased_;   // [chunk]
};

}  // namespace hw
