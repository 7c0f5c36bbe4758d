// SPDX-License-Identifier: Apache-2.0
//
// Rows in columnar chunks with a chain per key, in order of arrival: join sides, sort buffers. An
// id is 32 bits and stays with the row as long as it lives in this process; it is never part of a
// state. What names a row in snapshots is its number of arrival. Where rows can be taken back by
// what they hold, an index finds the one that equals a retraction at once, however long its chain
// is: over whole rows, or over the columns that tell them apart, where such are known. Where those
// are among the key's, that index is all there is: no chains. Snapshots of all forms are alike.

#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "state/keyed_table.h"
#include "state/state_table.h"

namespace hw {

struct RowLogSpec {
  std::vector<SqlField> columns;
  /// Columns of the chain's key; none = one chain. Rows with a NULL key are rows like others.
  std::vector<int> key_columns;
  /// Rows can be retracted and erased.
  bool erasable = false;
  /// Erasable only: they go by their ids (erase), never by what they hold (apply), so that there is
  /// no index over whole rows.
  bool by_id_only = false;
  /// Erasable, not by_id_only: columns of which, together with the key's, no two rows agree in all.
  /// A row that is added where one with the same values stands is written over it, in its place.
  std::optional<std::vector<int>> unique_columns = std::nullopt;
  /// Each row carries an INT that may change, 0 at first.
  bool counted = false;
  /// Each row carries when it was last written, ms; rows can be erased.
  bool aged = false;
  int version = 1;

  /// The unique columns are among the key's.
  bool one_per_key() const;
};

/// The rows of a log at a barrier. Any thread may read it.
struct RowLogVersion {
  int64_t snapshot = 0;
  std::shared_ptr<const RowLogSpec> spec;
  std::shared_ptr<const RowChunks> rows;
  bool cleared = false;  // since the version before it: what went is not known

  /// A column of the snapshot layout.
  Result<ColumnPtr> read(int column, std::span<const uint32_t> ids,
                         const ColumnsWithoutNulls& without_nulls) const;
};

class RowLog final : public StateTable {
 public:
  static constexpr uint32_t kNoRow = HashIndex::kNoRow;

  /// `pool` outlives the log.
  RowLog(RowLogSpec spec, arrow::MemoryPool* pool);

  /// Rows to be added or taken back.
  struct Rows {
    std::span<const ColumnPtr> columns;
    int64_t num_rows = 0;
    /// Of the key columns, one per row; null = computed.
    const uint64_t* key_hashes = nullptr;
    /// counted: what added rows start with; empty = 0.
    std::span<const int32_t> counts;
    /// aged: when added rows are written, and up to when rows must have been written to be none.
    int64_t now_ms = 0;
    int64_t expired_ms = std::numeric_limits<int64_t>::min();
  };
  /// Adds the rows; `ids` gets theirs.
  Status append(const Rows& rows, std::vector<uint32_t>& ids);
  /// In order of the rows: adds row i where signs[i] > 0, takes one equal row back where < 0, skips
  /// where 0. ids[i] = the row added, or the erased one (its number only: it is gone), or kNoRow
  /// where no equal row was there. Requires: erasable.
  Status apply(const Rows& rows, std::span<const int8_t> signs, std::vector<uint32_t>& ids);
  /// Requires: erasable or aged, live ids, each once.
  Status erase(std::span<const uint32_t> ids);

  /// firsts[i] = the oldest row with key i, or kNoRow; then next() until kNoRow.
  Status find_chains(const KeyColumns& keys, std::vector<uint32_t>& firsts);
  uint32_t next(uint32_t id) const { return one_per_key_ ? kNoRow : nexts()[id]; }
  /// next() in a hot loop: index it by id. Requires: not one_per_key.
  FixedColumn<uint32_t> nexts() const { return rows_.fixed<uint32_t>(kNext); }

  Result<ColumnPtr> read(int column, std::span<const uint32_t> ids) const;
  /// The counts of all rows. Requires: counted; touch() before writing.
  FixedColumn<int32_t> counts() const { return rows_.fixed<int32_t>(count_column_); }
  /// When rows were last written. Requires: aged; touch() before writing.
  FixedColumn<int64_t> ages() const { return rows_.fixed<int64_t>(age_column_); }
  /// After a restore: rows of a state that did not age count as written now.
  void adopt_ages(int64_t now_ms);
  /// Like RowChunks::scan.
  uint32_t scan(uint32_t from, size_t rows_max, std::vector<uint32_t>& ids) const {
    return rows_.scan(from, rows_max, ids);
  }
  uint32_t end_row() const { return rows_.end_row(); }
  void touch(std::span<const uint32_t> ids) { rows_.touch(ids); }
  /// Live rows, chain by chain, if there are any.
  std::vector<uint32_t> live_rows() const;
  /// The next snapshot is not a delta.
  void clear();

  const RowLogSpec& spec() const { return spec_; }

  SnapshotLayout layout() const override;
  std::shared_ptr<const FrozenTable> freeze(int64_t snapshot) override;
  void settle(Settled settled) override { versions_.settle(settled, rows_); }
  Status restore_rows(const std::vector<ColumnPtr>& columns, int64_t num_rows) override;
  void finish_restore() override;
  int64_t num_rows() const override { return rows_.num_rows(); }
  int64_t num_bytes() const override;

 private:
  // Columns of links; none where there is one row per key.
  static constexpr int kNext = 0;
  static constexpr int kPrevious = 1;  // linked only
  static constexpr int kChain = 2;     // linked only: the row of chains_
  static constexpr int kSame = 3;      // erasable, no unique columns: the next one of equal rows

  /// Rows may leave their chain.
  bool linked() const { return !one_per_key_ && (spec_.erasable || spec_.aged); }
  /// Rows are told apart by identity_, not by all their columns.
  bool by_identity() const { return spec_.unique_columns.has_value(); }
  int stored_column(int column) const { return first_column_ + column; }
  Status find_chain_rows(const Rows& rows, std::vector<uint32_t>& chains);
  Result<uint32_t> add_row(uint32_t chain);
  /// Before add_row(chains[at]), for one of the next ones: where its chain ends.
  void ask_for_ends(std::span<const uint32_t> chains, size_t at) const;
  void write(std::span<const ColumnPtr> columns, std::span<const uint32_t> ids,
             std::span<const int32_t> source_rows);
  void unlink(uint32_t id);
  uint32_t find_equal(uint32_t tag, std::span<const ColumnPtr> columns, int64_t row) const;
  void index_row(uint32_t tag, uint32_t id, std::span<const ColumnPtr> columns, int64_t row);
  void unindex_row(uint32_t tag, uint32_t id, uint32_t first_equal);
  uint32_t equal_to_take(uint32_t first_equal, int64_t expired_ms) const;
  Status unindex_rows(std::span<const uint32_t> ids);
  Status drop_empty_chains(std::span<const uint32_t> chains);

  // row_log_identity.cc
  Status apply_by_identity(const Rows& rows, std::span<const int8_t> signs,
                           std::vector<uint32_t>& ids);
  uint32_t find_identity(uint32_t tag, std::span<const ColumnPtr> identity, int64_t row) const;
  void find_single_rows(const KeyColumns& keys, std::vector<uint32_t>& firsts) const;
  void erase_identified(uint32_t tag, uint32_t id);
  struct Pending;
  void write_pending(const Rows& rows, Pending& pending);

  const std::shared_ptr<const RowLogSpec> shared_spec_;
  const RowLogSpec& spec_;
  const bool one_per_key_;
  const std::vector<int> identity_;  // by_identity only: the key columns, then the unique ones
  const int first_column_;
  const int count_column_;
  const int age_column_;
  const int arrival_column_;
  KeyedTable chains_;  // key -> oldest row, newest row
  RowChunks rows_;
  /// Not by_id_only: hash of the identity, or of the whole row -> the (first of equal) rows.
  HashIndex by_row_;
  int64_t next_arrival_ = 0;
  FrozenVersions<RowLogVersion> versions_;
  bool cleared_ = false;  // since the last freeze()
};

}  // namespace hw
