// SPDX-License-Identifier: Apache-2.0
//
// The right to run a job: taken, renewed, used to publish checkpoints, lost to a higher attempt.
// Whoever lost it learns so at the next publish or renewal (an error with is_fenced()) and must
// stop; nothing that it does later is visible.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/env/local_file.h"
#include "base/status.h"
#include "job/checkpoint_files.h"
#include "job/lease_record.h"

namespace hw {

class Env;

constexpr int64_t kLeaseTimeoutDefaultMs = 10'000;

/// What an attempt goes on from; decided between reading the chain and taking the lease.
struct LeaseStart {
  int64_t generation = 1;
  int64_t checkpoint = 0;
  std::string manifest;
  ContentDigest digest{};
  /// Path of a savepoint outside; then checkpoint = 0.
  std::string origin;
};

struct LeaseOptions {
  int64_t timeout_ms = kLeaseTimeoutDefaultMs;
  bool standby = false;
  /// Start anew even where checkpoints lie that no record names.
  bool fresh = false;
  /// Something is named to start from, whatever the chain says.
  bool elsewhere = false;
  /// Asked while waiting; true ends it with Cancelled. May be empty.
  std::function<bool()> cancelled;
  /// Told once when waiting begins: who has it. May be empty.
  std::function<void(const std::string& message)> on_wait;
};

/// publish() and start() belong to one thread; renew() may be called from another one.
class Lease {
 public:
  /// Waits as LeaseWatch says, then writes attempt + 1, going on from the newest published
  /// checkpoint. Fails with kHeld (naming host and process), with kNothingValid when checkpoints
  /// lie there without any record, as check_lineage() where the newest one is not known, or
  /// Cancelled.
  static Result<std::unique_ptr<Lease>> take(Env& env, std::shared_ptr<CheckpointFiles> files,
                                             const LeaseOptions& options);

  int64_t attempt() const { return attempt_; }
  int64_t generation() const { return generation_; }
  /// The chain before our first record.
  const LeaseChain& chain() const { return chain_; }

  /// Says what this attempt goes on from where that is not the newest published checkpoint: an
  /// older one, a savepoint, nothing (--fresh). Before the first publish().
  Status start_from(const LeaseStart& start);

  /// THE commit of a checkpoint whose files and manifest are durable. Fails with kFenced; with
  /// kUnknownOutcome when it may have happened; any other error: it has not.
  struct Publication {
    int64_t checkpoint = 0;
    std::string manifest;
    ContentDigest digest{};
    std::vector<std::string> sinks;
  };
  Status publish(const Publication& publication);

  /// Shows life; to be called every timeout / 10, from a thread that nothing blocks. Fails with
  /// kFenced when a higher attempt is there.
  Status renew();

  /// Records before the one that published `checkpoint` are needed no more: the next record says
  /// so, and the call after that one removes them.
  Status forget_before(int64_t checkpoint);

 private:
  Lease(Env& env, std::shared_ptr<CheckpointFiles> files);
  Status take_after(LeaseChain chain);
  Status append(LeaseRecord record);
  Status taken_by_other() const;

  Env& env_;
  const std::shared_ptr<CheckpointFiles> files_;
  int64_t attempt_ = 0;
  int64_t generation_ = 0;
  int64_t number_ = 0;  // of our last record
  int64_t floor_ = 1;   // of our next record
  int64_t written_floor_ = 1;
  int64_t removed_below_ = 1;
  std::map<int64_t, int64_t> published_;  // by us: checkpoint -> number of its record
  LeaseChain chain_;
  std::unique_ptr<FileLock> lock_;
};

}  // namespace hw
