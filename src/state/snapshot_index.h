// SPDX-License-Identifier: Apache-2.0
//
// The stream `index` of a snapshot: which tables it has, where they lie, the checksums of their
// bytes and where each key group begins. Layout: docs/formats/state_snapshot.md.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "state/checksummed_file.h"
#include "state/key_group.h"

namespace hw {

constexpr std::string_view kSnapshotIndexStream = "index";

struct SnapshotTable {
  std::string name;
  std::string kind;
  int version = 1;
  std::vector<int> key_columns;
  std::string stream;
  StreamChecksums checksums;
  int64_t num_rows = 0;
  /// One above the last row of each record batch.
  std::vector<int64_t> batch_ends;
  /// Groups that have rows, ascending, with their first row.
  std::vector<std::pair<int, int64_t>> groups;

  /// Rows [first, second) belong to the range.
  std::pair<int64_t, int64_t> rows_of(KeyGroupRange range) const;
};

struct SnapshotIndex {
  int num_key_groups = kKeyGroupsDefault;
  KeyGroupRange key_groups;
  std::vector<SnapshotTable> tables;

  const SnapshotTable* find(std::string_view name) const;
};

std::string encode(const SnapshotIndex& index);
/// Fails (SerializationError) on anything that encode() would not have written.
Result<SnapshotIndex> decode_snapshot_index(std::string_view bytes);

}  // namespace hw
