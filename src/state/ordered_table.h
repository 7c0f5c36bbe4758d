// SPDX-License-Identifier: Apache-2.0
//
// Sorted entries per row of a parent table: Top-N, retracting MIN and MAX. Sets are found by the
// parent's row number, so they cost no hashing; a set is a sorted list of leaves of up to 128
// entries, one leaf while it is small. The order is that of order bytes (append_order_bytes);
// entries with equal ones are either one entry with a count, or stand in order of arrival.

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "state/keyed_table.h"
#include "state/sorted_set.h"
#include "state/state_table.h"

namespace hw {

enum class EqualEntries : uint8_t {
  kCounted,  // one entry that counts them
  kArrival,  // each its own entry, later ones behind earlier ones
};

struct OrderedTableSpec {
  /// What an entry carries.
  std::vector<SqlField> payload;
  EqualEntries equal = EqualEntries::kCounted;
  /// kArrival: entries can be found by parent row and payload.
  bool searchable = false;
  int version = 1;
};

/// The entries of an ordered table at a barrier. Any thread may read it.
struct OrderedVersion {
  int64_t snapshot = 0;
  std::shared_ptr<const OrderedTableSpec> spec;
  std::shared_ptr<const RowChunks> rows;
  std::shared_ptr<const KeyedVersion> parent;

  /// A column of the snapshot layout.
  Result<ColumnPtr> read(int column, std::span<const uint32_t> entries,
                         const ColumnsWithoutNulls& without_nulls) const;
};

class OrderedTable final : public StateTable {
 public:
  static constexpr uint32_t kNoEntry = HashIndex::kNoRow;

  /// `parent` and `pool` outlive the table. Whoever erases a parent's row erases its set before.
  OrderedTable(OrderedTableSpec spec, KeyedTable& parent, arrow::MemoryPool* pool);
  ~OrderedTable() override;

  /// kCounted: adds `count` (may be negative) to the entry with these order bytes, makes it if it
  /// was not there and erases it when nothing is left. Counts below 0 are ignored: what is not
  /// there cannot be taken back. `payload` is read when an entry is made.
  Status add_count(uint32_t parent_row, std::string_view order, int64_t count,
                   std::span<const ColumnPtr> payload, int64_t payload_row);
  /// kArrival: returns the new entry, behind all with the same order bytes. `payload_hash` is
  /// hash_keys of the payload columns, read where searchable.
  Result<uint32_t> insert(uint32_t parent_row, std::string_view order, uint64_t payload_hash,
                          std::span<const ColumnPtr> payload, int64_t payload_row);
  /// searchable: the oldest entry of the set with an equal payload, or kNoEntry.
  uint32_t find_equal(uint32_t parent_row, uint64_t payload_hash,
                      std::span<const ColumnPtr> payload, int64_t payload_row) const;

  /// Takes an entry out of its set but keeps its payload readable until free_removed().
  void remove(uint32_t entry);
  void free_removed();
  /// Removes and frees the whole set.
  void erase_set(uint32_t parent_row);

  size_t size(uint32_t parent_row) const;
  /// Requires: the set is not empty.
  uint32_t first(uint32_t parent_row) const;
  uint32_t last(uint32_t parent_row) const;
  /// Appends the entries at positions [begin, end) of the set.
  void read_range(uint32_t parent_row, size_t begin, size_t end,
                  std::vector<uint32_t>& entries) const;
  std::string_view order_bytes(uint32_t entry) const { return rows_.bytes(kOrder, entry); }
  int64_t count(uint32_t entry) const { return rows_.fixed<int64_t>(kMark)[entry]; }
  Result<ColumnPtr> read(int payload_column, std::span<const uint32_t> entries) const;

  SnapshotLayout layout() const override;
  std::shared_ptr<const FrozenTable> freeze(int64_t snapshot) override;
  void settle(Settled settled) override { versions_.settle(settled, rows_); }
  Status restore_rows(const std::vector<ColumnPtr>& columns, int64_t num_rows) override;
  int64_t num_rows() const override { return rows_.num_rows(); }
  int64_t num_bytes() const override;

  // Stored columns.
  static constexpr int kParent = 0;
  static constexpr int kOrder = 1;
  static constexpr int kMark = 2;  // kCounted: the count; kArrival: the number of arrival

 private:
  static constexpr int kTag = 3;   // searchable only: the entry's tag in by_payload_
  static constexpr int kSame = 4;  // searchable only: the next of equal entries, round and round

  SortedSet& set_of(uint32_t parent_row);
  const SortedSet* find_set(uint32_t parent_row) const;
  SortedSet::Place place_of(uint32_t entry) const;
  Result<uint32_t> add_entry(uint32_t parent_row, std::string_view order, int64_t mark,
                             std::span<const ColumnPtr> payload, int64_t payload_row);
  uint32_t newest_equal(uint32_t tag, uint32_t parent_row, std::span<const ColumnPtr> payload,
                        int64_t payload_row) const;
  void index_entry(uint32_t entry, uint32_t tag, std::span<const ColumnPtr> payload,
                   int64_t payload_row);
  void unindex_entry(uint32_t entry);

  const std::shared_ptr<const OrderedTableSpec> shared_spec_;
  const OrderedTableSpec& spec_;
  const int payload_;  // first stored payload column
  KeyedTable& parent_;
  RowChunks rows_;
  std::vector<SortedSet> sets_;  // by parent row
  /// searchable only: parent row and payload -> the newest of equal entries.
  HashIndex by_payload_;
  std::vector<uint32_t> removed_;
  int64_t next_arrival_ = 0;
  FrozenVersions<OrderedVersion> versions_;
};

}  // namespace hw
