// SPDX-License-Identifier: Apache-2.0
//
// Which checkpoint a job goes on from: the newest one whose every byte is right; an older one only
// when no sink shows more than it holds; otherwise a loud stop, never a silent fresh start.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/status.h"
#include "job/checkpoint_files.h"
#include "job/lease_record.h"
#include "state/manifest.h"

namespace hw {

struct DamagedCheckpoint {
  int64_t checkpoint = 0;
  std::string manifest;
  Status why;
  /// Its manifest is not there.
  bool missing = false;
};

struct RestoreChoice {
  /// Null: no checkpoint was published; the job starts from `origin`, or anew where that is empty.
  std::shared_ptr<const Manifest> manifest;
  /// A savepoint that an earlier attempt started from and did not get beyond (open_checkpoint()).
  std::string origin;
  std::string manifest_name;
  ContentDigest digest{};
  /// Newer ones that were passed over: to be told loudly. Not empty: Lease::start_from() the
  /// choice.
  std::vector<DamagedCheckpoint> damaged;
};

struct RestoreRequest {
  std::string job;
  /// Found damaged while their state was loaded.
  std::set<int64_t> known_damaged;
  /// Asks a sink for the newest epoch that it shows of a generation (Sink::newest_shown_epoch()): 0
  /// = none of it, no value = it cannot tell, then every epoch that was published for it counts as
  /// shown. May be empty.
  std::function<Result<std::optional<int64_t>>(const std::string& sink_uid, int64_t generation)>
      newest_shown_epoch;
};

/// Whether the chain's readable records say what the newest published checkpoint is: a record that
/// cannot be read may name a newer one. Fails as choose_restore() does then.
Status check_lineage(const CheckpointFiles& files, const LeaseChain& chain);

/// Fails with kNothingValid, kBehindSinks (naming sink, epoch and what to do) or kForeign.
Result<RestoreChoice> choose_restore(std::shared_ptr<const CheckpointFiles> files,
                                     const LeaseChain& chain, const RestoreRequest& request);

}  // namespace hw
