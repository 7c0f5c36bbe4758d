// SPDX-License-Identifier: Apache-2.0
//
// Rows of a table as an Arrow IPC file, ordered by key group. Internal to state/.

#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include <arrow/type_fwd.h>

#include "state/key_group.h"
#include "state/snapshot.h"
#include "state/snapshot_index.h"
#include "state/state_table.h"

namespace hw {

struct TableFileTarget {
  std::string stream;
  int num_key_groups = kKeyGroupsDefault;
  arrow::MemoryPool* pool = nullptr;
};
/// Writes those columns of `rows` as a stream and returns what the index says of it. Requires: the
/// layout's key columns are among what `rows` can read.
Result<SnapshotPiece> write_table_file(const FrozenRows& rows, const SnapshotLayout& layout,
                                       std::span<const int> columns, const TableFileTarget& target,
                                       SnapshotSink& sink);

/// The metadata of a field that holds its SQL type, without NOT NULL.
constexpr char kSqlTypeKey[] = "headwater.sql_type";
/// The SQL type of a column of such a file. Fails (SerializationError) when it has none.
Result<SqlType> sql_type_of(const arrow::Field& field);

/// Takes what is read.
class TableFileVisitor {
 public:
  virtual ~TableFileVisitor() = default;
  /// Before the rows.
  virtual Status on_schema(const arrow::Schema& schema) { return Status::OK(); }
  virtual Status on_rows(const arrow::RecordBatch& batch) = 0;
};

/// Reads the rows of `range` in their order. A piece that has rows, but none of the range, is not
/// opened. Only what is in intact blocks, and only valid Arrow data, reaches the visitor.
Status read_table_file(const SnapshotPiece& piece, KeyGroupRange range,
                       const SnapshotSource& source, arrow::MemoryPool* pool,
                       TableFileVisitor& visitor);

}  // namespace hw
