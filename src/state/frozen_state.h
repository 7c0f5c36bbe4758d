// SPDX-License-Identifier: Apache-2.0
//
// All tables of one operator instance as they were at a barrier. Made without copying a row;
// written later, by another thread, while the instance goes on: whole, or as what changed since an
// earlier snapshot whose streams are used again.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/env/thread_turn.h"
#include "base/status.h"
#include "state/key_group.h"
#include "state/snapshot.h"
#include "state/snapshot_index.h"
#include "state/state_table.h"

namespace hw {

/// When a table is written whole. Otherwise its next snapshot has one more delta.
struct DeltaPolicy {
  /// Up to so many rows are not worth a delta. With debug checks every table has deltas, so that
  /// whatever restarts a job restores some; in a simulation, too, so that it is the same in each
  /// build.
#ifdef HW_DEBUG_CHECKS
  int64_t small_rows = 0;
#else
  int64_t small_rows = thread_turn != nullptr ? 0 : 4096;
#endif
  /// A restore opens so many deltas of a table at most.
  size_t deltas_max = 64;
  /// Streams hold so many rows for each live one at most.
  int64_t stored_per_live = 2;
};

/// Any thread may write it, one at a time. Holds memory: of what the instance changes meanwhile,
/// the old version stays until it is destroyed.
class FrozenState {
 public:
  struct Table {
    std::string name;
    SnapshotLayout layout;
    std::shared_ptr<const FrozenTable> rows;
  };
  struct Parts {
    std::vector<Table> tables;  // parents before children
    int num_key_groups = kKeyGroupsDefault;
    KeyGroupRange key_groups;
    /// The settled snapshot since when all changes are known; 0 = none.
    int64_t since = 0;
    arrow::MemoryPool* pool = nullptr;
  };
  explicit FrozenState(Parts parts) : parts_(std::move(parts)) {}

  int64_t since() const { return parts_.since; }
  KeyGroupRange key_groups() const { return parts_.key_groups; }

  struct WriteOptions {
    /// Makes the names of new streams different from those of every earlier snapshot.
    int64_t snapshot = 0;
    /// Null, or what an earlier snapshot of this instance wrote: not older than since(), which is
    /// not 0 then.
    const SnapshotIndex* prior = nullptr;
    DeltaPolicy policy = {};
  };
  struct Written {
    /// Streams of the prior snapshot that belong to this one too.
    std::vector<std::string> kept;
    int64_t num_rows = 0;  // written now
  };
  /// Writes streams and, last, the index.
  Result<Written> write(SnapshotSink& sink, const WriteOptions& options) const;
  /// All of it in memory.
  Result<std::shared_ptr<SnapshotSource>> in_memory() const;

 private:
  Result<SnapshotTable> write_table(const Table& table, SnapshotSink& sink,
                                    const WriteOptions& options, Written& written) const;
  Result<SnapshotTable> write_base(const Table& table, SnapshotSink& sink,
                                   const WriteOptions& options, Written& written) const;

  const Parts parts_;
};

}  // namespace hw
