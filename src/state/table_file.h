// SPDX-License-Identifier: Apache-2.0
//
// One table of a snapshot as an Arrow IPC file, its rows ordered by key group. Internal to state/.

#pragma once

#include <memory>

#include <arrow/type_fwd.h>

#include "state/key_group.h"
#include "state/snapshot.h"
#include "state/snapshot_index.h"
#include "state/state_table.h"

namespace hw {

/// Writes all rows of `table` as stream `<name>.arrow` and returns what the index says of it.
Result<SnapshotTable> write_table_file(const StateTable& table, int num_key_groups,
                                       SnapshotSink& sink, arrow::MemoryPool* pool);

/// Gives the rows of `range` to `table`. Fails when kind, version or columns do not fit.
Status read_table_file(const SnapshotTable& file, KeyGroupRange range, const SnapshotSource& source,
                       arrow::MemoryPool* pool, StateTable& table);

}  // namespace hw
