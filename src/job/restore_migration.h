// SPDX-License-Identifier: Apache-2.0
//
// A snapshot of an operator instance in the schemas that the operator has now: columns renamed,
// widened, filled in, left out. Operators know nothing of it.

#pragma once

#include <memory>

#include <arrow/type_fwd.h>

#include "base/status.h"
#include "job/restore_tables.h"
#include "state/snapshot.h"

namespace hw {

/// Holds the changed tables in memory; the others are read where they are, if that outlives it.
/// Fails (SerializationError) when the snapshot is damaged or is not what its manifest says.
Result<std::shared_ptr<SnapshotSource>> migrate_state(std::shared_ptr<SnapshotSource> saved,
                                                      const StateMigration& migration,
                                                      arrow::MemoryPool* pool);

}  // namespace hw
