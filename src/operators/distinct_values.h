// SPDX-License-Identifier: Apache-2.0
//
// The values that DISTINCT aggregates have seen, one entry per (group, value) shared by all filters
// over the same arguments. Insert-only input: a bit per filter. Input with retractions: a count per
// filter. Tells for every row of a batch whether it makes a value appear or go.

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "operators/aggregates.h"
#include "operators/dense_input.h"
#include "state/keyed_table.h"

namespace hw {

class DistinctValues {
 public:
  DistinctValues(DistinctArgs args, bool retracts);

  /// Columns of its table, a child of the groups' table.
  TableSchema table_schema(const Schema& input) const;
  const DistinctArgs& args() const { return args_; }
  /// Before table_schema(): values count for the life of their group that began when its value
  /// number `birth_column` says, and no longer. `groups` outlives this.
  void follow_lives(const KeyedTable& groups, int birth_column) {
    groups_ = &groups;
    births_ = birth_column;
  }

  /// Takes a batch in; `signs` empty = all +1. Afterwards changes() tells what happened.
  Status update(KeyedTable& table, const DenseInput& input, std::span<const uint32_t> groups,
                std::span<const int8_t> signs);
  /// The same for inserts whose filters have been looked at: bit s of asked[i] is set where row i
  /// passes filter s. Requires: at most 63 filters, and no row that passes none.
  Status update_asked(KeyedTable& table, const DenseInput& input, std::span<const uint32_t> groups,
                      std::vector<int64_t> asked);
  /// Inserts only: per row the filters for which its value appeared, a bit each. Requires:
  /// at most 63 filters.
  const std::vector<int64_t>& appeared() const { return bits_; }
  /// Per row: +1 where the value appeared for the filter, -1 where its last occurrence went.
  const std::vector<int8_t>& changes(int filter_slot);
  /// Rows of the table whose value is live for the filter.
  std::vector<uint32_t> live_values(const KeyedTable& table, int filter_slot,
                                    std::span<const uint32_t> rows) const;

 private:
  static constexpr int kBitsMax = 63;

  bool counts() const { return retracts_ || num_slots() > kBitsMax; }
  int num_slots() const { return static_cast<int>(args_.filters.size()); }
  /// Per row its value's entry, which is made if it is not there; kNoRow where `rows` (null: all)
  /// do not name it.
  Status find_entries(KeyedTable& table, const DenseInput& input, std::span<const uint32_t> groups,
                      const std::vector<int32_t>* rows, std::vector<uint32_t>& entries) const;
  void mark_bits(KeyedTable& table, std::span<const uint32_t> entries);
  void settle_bits(KeyedTable& table, std::span<const uint32_t> entries);
  Status count(KeyedTable& table, std::span<const uint32_t> entries);
  void forget_earlier_lives(KeyedTable& table, std::span<const uint32_t> entries,
                            std::span<const uint32_t> groups) const;
  int num_values() const { return counts() ? num_slots() : 1; }

  const DistinctArgs args_;
  const bool retracts_;
  const KeyedTable* groups_ = nullptr;  // with births_
  int births_ = -1;
  std::vector<std::vector<int8_t>> changes_;  // per slot; before counting: what each row asks for
  std::vector<int64_t> bits_;  // of each row; before they are settled: what it asks for
};

}  // namespace hw
