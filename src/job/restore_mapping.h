// SPDX-License-Identifier: Apache-2.0
//
// Which operator of a job takes over which state of a checkpoint that was taken of another version
// of it: the same SQL, or an edited one. Decides only; nothing is read but the manifest. What could
// be taken for something else is refused, never guessed (docs/book/change_a_job.md).

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "job/job_checkpoint.h"
#include "job/restore_tables.h"
#include "runtime/job_graph.h"
#include "state/manifest.h"

namespace hw {

class Env;

enum class RestoreFate : uint8_t {
  kMapped,    // goes on with its state as it is
  kMigrated,  // goes on with its state in another schema
  kNew,       // begins with nothing: the checkpoint knows no such operator
  kMissing,   // state that no operator of the job takes
};
std::string_view to_text(RestoreFate fate);

/// One operator, source or sink.
struct RestoreLine {
  RestoreFate fate = RestoreFate::kMapped;
  std::string uid;        // in the job; empty if missing
  std::string saved_uid;  // in the checkpoint; empty if new
  std::string what;       // `GroupAggregate(groupBy=[k], select=[COUNT(*) AS n])`
  std::string reason;     // empty where there is nothing to say
  bool operator==(const RestoreLine&) const = default;
};
/// `mapped    Source(orders)`, `migrated  GroupAggregate(…): SUM(x) starts with the next row`.
std::string to_text(const RestoreLine& line);

struct RestoreMappingOptions {
  /// What operators are opened with to learn their tables; outlives the call.
  Env* env = nullptr;
  /// State that nobody takes is dropped: `execution.state-recovery.ignore-unclaimed-state`.
  bool allow_non_restored_state = false;
};

struct RestoreMapping {
  /// In the order of the job's graph, missing ones last. Operators without state are left out.
  std::vector<RestoreLine> lines;
  /// uid in the job -> uid in the checkpoint, of all that go on. Where the job that was saved
  /// shared what this one does several times, several go on from one.
  std::map<std::string, std::string> uids;
  /// By uid in the job: how tables change. None for those whose state stays as it is.
  std::map<std::string, StateMigration> migrations;
  /// Set where sinks of the job share a part of which they had each their own: which one. Nothing
  /// else is filled in then; the job without sharing takes the checkpoint.
  std::optional<std::string> shares_too_much;
};

/// Fails (Invalid) when state would be lost and that is not allowed, when state cannot be read by
/// the operator that it belongs to, or when the number of key groups differs; the message has a
/// line for each operator that stands in the way, and what to do.
Result<RestoreMapping> map_restore(const JobGraph& graph, const Manifest& manifest,
                                   const RestoreMappingOptions& options);

/// The checkpoint as the job that was mapped can take it (JobOptions::restore): uids are its own,
/// state in the schemas of its operators, without what is missing. `saved` is what
/// read_checkpoint() returned for the manifest.
Result<JobCheckpoint> apply(const RestoreMapping& mapping, JobCheckpoint saved, Env& env);

}  // namespace hw
