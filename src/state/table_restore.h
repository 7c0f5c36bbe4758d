// SPDX-License-Identifier: Apache-2.0
//
// Fills a table from a snapshot, after a look at whether the two fit. Internal to state/.

#pragma once

#include <arrow/type_fwd.h>

#include "state/key_group.h"
#include "state/snapshot.h"
#include "state/snapshot_index.h"
#include "state/state_table.h"

namespace hw {

/// Gives the rows of `range` to `table`. Fails when kind, version or columns do not fit.
Status restore_table(const SnapshotTable& saved, KeyGroupRange range, const SnapshotSource& source,
                     arrow::MemoryPool* pool, StateTable& table);

}  // namespace hw
