// SPDX-License-Identifier: Apache-2.0
//
// The stream `index` of a snapshot: which tables it has, where they lie, the checksums of their
// bytes and where each key group begins. A table is a base and deltas.
// Layout: docs/formats/state_snapshot.md.

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

/// A stream with rows, ordered by key group.
struct SnapshotPiece {
  std::string stream;  // empty: there is none, and no rows
  StreamChecksums checksums;
  int64_t num_rows = 0;
  /// One above the last row of each record batch.
  std::vector<int64_t> batch_ends;
  /// Groups that have rows, ascending, with their first row.
  std::vector<std::pair<int, int64_t>> groups;

  /// Rows [first, second) belong to the range.
  std::pair<int64_t, int64_t> rows_of(KeyGroupRange range) const;
};

/// What became of a table since the piece before it. What goes, goes before what comes.
struct SnapshotDelta {
  /// Rows of drop_column with one of these values, in all pieces before, are gone.
  std::vector<int64_t> drops;
  /// Identity columns of rows that are gone.
  SnapshotPiece removed;
  /// Rows that are new, or replace the one of their identity.
  SnapshotPiece changed;
};

struct SnapshotTable {
  std::string name;
  std::string kind;
  int version = 1;
  std::vector<int> key_columns;
  /// The columns that tell two rows apart.
  std::vector<int> identity;
  int drop_column = -1;
  /// The base: rows as they were once.
  std::string stream;
  StreamChecksums checksums;
  int64_t num_rows = 0;
  std::vector<int64_t> batch_ends;
  std::vector<std::pair<int, int64_t>> groups;
  /// Oldest first.
  std::vector<SnapshotDelta> deltas;
  /// Base and deltas together.
  int64_t live_rows = 0;

  SnapshotPiece base() const { return {stream, checksums, num_rows, batch_ends, groups}; }
  void set_base(SnapshotPiece piece);
  /// The names of all its streams.
  std::vector<std::string> streams() const;
  /// In all streams, those included that are gone or replaced.
  int64_t stored_rows() const;
  int64_t stored_bytes() const;
};

struct SnapshotIndex {
  int num_key_groups = kKeyGroupsDefault;
  KeyGroupRange key_groups;
  std::vector<SnapshotTable> tables;

  const SnapshotTable* find(std::string_view name) const;
  /// The names of all streams of all tables.
  std::vector<std::string> streams() const;
};

std::string encode(const SnapshotIndex& index);
/// Fails (SerializationError) on anything that encode() would not have written.
Result<SnapshotIndex> decode_snapshot_index(std::string_view bytes);

}  // namespace hw
