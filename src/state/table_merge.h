// SPDX-License-Identifier: Apache-2.0
//
// Reads a table of a snapshot as if it had been written whole: base and deltas, without what later
// deltas replaced or removed.

#pragma once

#include <arrow/type_fwd.h>

#include "state/key_group.h"
#include "state/snapshot.h"
#include "state/snapshot_index.h"
#include "state/table_file.h"

namespace hw {

/// Gives the rows of `range` to the visitor, piece by piece, the base first: rows of one key keep
/// their order, except that one that was changed later comes with its last delta. on_schema is
/// called for each piece that is read. Keeps the identities of what the deltas name in memory, not
/// the rows.
Status read_snapshot_table(const SnapshotTable& table, KeyGroupRange range,
                           const SnapshotSource& source, arrow::MemoryPool* pool,
                           TableFileVisitor& visitor);

}  // namespace hw
