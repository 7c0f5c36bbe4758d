// SPDX-License-Identifier: Apache-2.0
//
// Keys to rows of value columns, a batch at a time. A row keeps its number as long as it lives in
// this process; pointers to columns are valid until rows are added or erased. Row numbers are
// never part of a state, except in tables registered as children of this one (distinct sets,
// ordered sets), whose snapshots show the parent's keys instead.

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "state/frozen_versions.h"
#include "state/hash_index.h"
#include "state/key_encoder.h"
#include "state/row_chunks.h"
#include "state/state_table.h"
#include "state/table_schema.h"

namespace hw {

/// The keys of a batch: one column per key column, the first num_rows rows of each.
struct KeyColumns {
  std::span<const ColumnPtr> columns;
  int64_t num_rows = 0;
  /// hash_keys of them, one per row; null = computed.
  const uint64_t* hashes = nullptr;
};

/// The rows of a keyed table at a barrier. Any thread may read it.
struct KeyedVersion {
  int64_t snapshot = 0;
  std::shared_ptr<const TableSchema> schema;
  std::shared_ptr<const KeyEncoder> encoder;
  std::shared_ptr<const RowChunks> rows;
  std::shared_ptr<const KeyedVersion> parent;  // null: it has none
  bool cleared = false;  // since the version before it: what went is not known

  /// A column of the snapshot layout.
  Result<ColumnPtr> read(int column, std::span<const uint32_t> numbers,
                         const ColumnsWithoutNulls& without_nulls) const;
  Result<ColumnPtr> read_key(int key, std::span<const uint32_t> numbers) const;
};

class KeyedTable final : public StateTable {
 public:
  static constexpr uint32_t kNoRow = HashIndex::kNoRow;

  /// `pool` outlives the table.
  KeyedTable(TableSchema schema, arrow::MemoryPool* pool);
  /// A child of `parent`: its first key is a row of the parent, given as an INT column; a snapshot
  /// shows the parent's keys instead. `parent` outlives the table.
  KeyedTable(TableSchema schema, KeyedTable& parent, arrow::MemoryPool* pool);

  /// rows[i] = the row of key i, or kNoRow.
  Status find(const KeyColumns& keys, std::vector<uint32_t>& rows);
  /// rows[i] = the row of key i, which may be written to; `inserted` (if not null) gets the new
  /// ones in order of first appearance: all bytes zero, nothing NULL.
  Status find_or_insert(const KeyColumns& keys, std::vector<uint32_t>& rows,
                        std::vector<uint32_t>* inserted);
  /// The same for keys of another table of the same key types.
  Status find_or_insert_from(const KeyedTable& other, std::span<const uint32_t> other_rows,
                             std::vector<uint32_t>& rows, std::vector<uint32_t>* inserted);
  /// Announces writes to rows found by find() or scan().
  void touch(std::span<const uint32_t> rows) { rows_.touch(rows); }
  /// The rows are as if they had just been inserted: value bytes zero, nothing NULL.
  void reset_values(std::span<const uint32_t> rows);
  /// Requires: live rows, each once.
  Status erase(std::span<const uint32_t> rows);
  /// Removes everything, keeps memory. The next snapshot is not a delta.
  void clear();
  /// Expect about that many keys. Only in an empty table.
  void reserve(size_t num_rows) { index_.reserve(num_rows); }

  /// The values, for kernels: column 0 is value column `first`.
  RowStoreView values(int first) { return RowStoreView(rows_, kKeyColumns + first); }
  template <typename T>
  FixedColumn<T> fixed(int value) const {
    return rows_.fixed<T>(kKeyColumns + value);
  }
  FixedColumn<uint8_t> nulls(int value) const { return rows_.nulls(kKeyColumns + value); }
  Result<ColumnPtr> read_key(int key, std::span<const uint32_t> rows) const;
  Result<ColumnPtr> read_value(int value, std::span<const uint32_t> rows) const;
  /// Writes source row source_rows[i] (row i if there are none) into rows[i].
  void write_value(int value, const Column& source, std::span<const uint32_t> rows,
                   std::span<const int32_t> source_rows = {});
  /// Like RowChunks::scan.
  uint32_t scan(uint32_t from, size_t rows_max, std::vector<uint32_t>& rows) const {
    return rows_.scan(from, rows_max, rows);
  }
  /// All live rows, ascending.
  std::vector<uint32_t> live_rows() const;
  uint32_t end_row() const { return rows_.end_row(); }

  const TableSchema& schema() const { return schema_; }
  KeyedTable* parent() const { return parent_; }
  bool is_live(uint32_t row) const { return rows_.is_live(row); }

  SnapshotLayout layout() const override;
  std::shared_ptr<const FrozenTable> freeze(int64_t snapshot) override;
  void settle(Settled settled) override { versions_.settle(settled, rows_); }
  Status restore_rows(const std::vector<ColumnPtr>& columns, int64_t num_rows) override;
  int64_t num_rows() const override { return rows_.num_rows(); }
  int64_t num_bytes() const override { return rows_.num_bytes() + index_.num_bytes(); }

  /// A pane that is made while changes are remembered: all its rows are new.
  void track_changes() { rows_.track_changes(); }
  /// A pane that was dropped: what comes next has nothing to do with what was there.
  void forget_versions();
  /// The version of the last freeze(). Requires: there was one.
  const std::shared_ptr<const KeyedVersion>& newest_version() const {
    return versions_.list().back();
  }
  /// The rows that have the leading columns of a snapshot as keys. Fails (SerializationError) when
  /// a key is missing: a child's row without its parent.
  Result<std::vector<uint32_t>> rows_of_snapshot(const std::vector<ColumnPtr>& columns,
                                                 int64_t num_rows);

  /// Stored columns before the values.
  static constexpr int kKeyColumns = 2;

 private:
  template <bool kInsert, bool kPrefetch, typename Keys>
  Status probe(Keys keys, size_t num_rows, uint32_t* rows, std::vector<uint32_t>* inserted);
  template <bool kInsert>
  Status probe_encoded(const EncodedKeys& keys, std::vector<uint32_t>& rows,
                       std::vector<uint32_t>* inserted);

  const std::shared_ptr<const TableSchema> shared_schema_;
  const TableSchema& schema_;
  KeyedTable* const parent_ = nullptr;
  KeyEncoder encoder_;
  RowChunks rows_;
  HashIndex index_;
  bool has_null_keys_ = false;
  std::vector<uint32_t> tags_;  // scratch
  FrozenVersions<KeyedVersion> versions_;
  std::shared_ptr<const KeyEncoder> decoder_;  // of the versions
  bool cleared_ = false;                       // since the last freeze()
};

/// Row numbers as the INT column that keys a child table.
ColumnPtr parent_row_column(std::span<const uint32_t> rows);

}  // namespace hw
