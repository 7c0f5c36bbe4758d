// SPDX-License-Identifier: Apache-2.0
//
// Where every state table keeps its rows: columns in chunks of 4,096 rows. Indexes (hash slots,
// chains, sorted lists) lie beside it and can be rebuilt from the rows; a snapshot needs the rows
// only.
//
// A snapshot pins: it shares the chunks, and whoever writes to a pinned chunk afterwards gets a
// copy of it first. So rows handed out earlier must be announced by touch() before they are
// written. While changes are tracked, touched and added rows set a bit in a bitmap per chunk, and
// erased rows keep their bytes until the next pin, so that a delta can name them. A row that was
// added since the last pin leaves no trace when it is erased.
//
// One thread owns the rows. A pinned copy may be read by another one: of what the two share, the
// owner writes only columns that hold links between rows, and those are nobody else's.

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

/// Columns where surely no row has NULL; of the first 64 at most.
class ColumnsWithoutNulls {
 public:
  bool has(int column) const { return column < kMax && ((bits_ >> column) & 1) != 0; }
  void add(int column) { bits_ |= column < kMax ? uint64_t{1} << column : 0; }

 private:
  static constexpr int kMax = 64;
  uint64_t bits_ = 0;
};

class RowChunks final : public RowStore {
 public:
  static constexpr uint32_t kChunkRows = 1u << kRowChunkShift;

  /// `pool` outlives the rows.
  RowChunks(std::vector<RowColumn> columns, arrow::MemoryPool* pool);
  ~RowChunks() override = default;
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
    if (!quiet_) touch_rows(rows);
  }
  void touch(uint32_t row) {
    if (!quiet_) touch_rows(std::span(&row, 1));
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

  /// For one who reads so many rows: which columns have no NULL at all, as far as to find that out
  /// takes less than to look at each of the rows.
  ColumnsWithoutNulls columns_without_nulls(size_t num_rows) const;

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

  /// A frozen copy that shares the chunks. From now on changes are tracked; the bits of the time
  /// before go to the copy.
  std::shared_ptr<const RowChunks> pin();
  /// Nobody reads the pinned copy any more: what is left of its chunks is written in place.
  /// Optional; each pinned copy at most once.
  void release(const RowChunks& pinned);
  /// From now on remembers which rows change.
  void track_changes() {
    tracking_ = true;
    quiet_ = false;
  }
  /// Since the last pin (a pinned copy: between the pin before it and it).
  bool is_changed(uint32_t row) const;
  bool is_erased(uint32_t row) const;
  /// Pinned copies: appends the live rows whose change one of `pins` knows (older pins of the same
  /// rows, and this one), ascending.
  void find_changed(std::span<const RowChunks* const> pins, std::vector<uint32_t>& rows) const;
  /// Pinned copies: appends rows erased between the pin before it and it, ascending. Their bytes
  /// are readable.
  void find_erased(std::vector<uint32_t>& rows) const;

 private:
  struct Chunk;
  using Bits = std::vector<uint64_t>;

  void added(uint32_t row);
  void touch_rows(std::span<const uint32_t> rows);
  bool forget_added(uint32_t row);
  void zero_row(const Chunk& chunk, uint32_t in_chunk);
  Chunk& writable(uint32_t chunk_index);
  Result<std::shared_ptr<Chunk>> make_chunk(uint32_t capacity, bool zeroed = true);
  Chunk& copy_pinned(uint32_t chunk_index);
  Status enlarge_first_chunk();
  void set_pointers(uint32_t chunk_index);
  void mark_changed(uint32_t row);
  void open_holes(uint32_t chunk_index);
  void release_chunk(uint32_t chunk_index);
  void queue_for_reuse(uint32_t chunk_index);
  void compact_bytes(uint32_t chunk_index);

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
  std::vector<Bits> changed_;  // [chunk], empty where nothing is set
  std::vector<Bits> added_;    // among them: rows that are younger than the last pin
  std::vector<Bits> erased_;   // [chunk]
};

}  // namespace hw
