// SPDX-License-Identifier: Apache-2.0
//
// A job's durable directory: where checkpoints are written, published through the lease, found
// again and cleaned up. Layout: docs/formats/checkpoint.md. Synchronous; one thread (writers
// apart).

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "job/checkpoint_files.h"
#include "job/checkpoint_writer.h"
#include "job/lease.h"
#include "state/manifest.h"

namespace hw {

class Env;

struct CheckpointStoreOptions {
  std::string job;
  /// What the job goes on from, wherever that lies: numbers begin above it.
  int64_t restored_checkpoint = 0;
  /// Files of dropped checkpoints stay that long: readers may have them open.
  int64_t delete_grace_ms = 60'000;
};

class CheckpointStore {
 public:
  /// Requires: `lease` was taken on `files`. Both `env` and `lease` outlive the store. What earlier
  /// attempts left behind is dealt with by sweep(), not here.
  static Result<std::unique_ptr<CheckpointStore>> open(Env& env,
                                                       std::shared_ptr<CheckpointFiles> files,
                                                       Lease& lease,
                                                       CheckpointStoreOptions options);

  /// The lowest number for a checkpoint of this attempt: above any that can be seen here.
  int64_t next_checkpoint() const { return next_checkpoint_; }

  /// Writes an instance's snapshot of checkpoint `id`. May be used by another thread than the
  /// store.
  struct Place {
    int64_t checkpoint = 0;
    int operator_index = 0;  // its place among the operators of the graph
    int subtask = 0;
  };
  std::unique_ptr<CheckpointWriter> writer(const Place& place) const;

  /// Step 7 of the protocol: makes names durable and writes the manifest. Fills in job, generation,
  /// attempt, parent, wall_ms and the entries of kept files. Returns the manifest's file name.
  Result<std::string> write_manifest(Manifest& manifest);
  /// Step 8, THE commit. Requires: write_manifest() of it returned OK. Errors as Lease::publish();
  /// when it has not happened, abandon() it.
  Status publish(const Manifest& manifest);
  /// Removes what was written of a checkpoint that was not published; errors are only reported.
  Status abandon(int64_t checkpoint);

  /// Published ones that a restart may choose from, oldest first.
  std::vector<int64_t> published() const;
  /// The manifest of one of them; null = it is none, or cannot be read.
  std::shared_ptr<const Manifest> find(int64_t checkpoint) const;

  /// First phase of deletion: the manifest is renamed and is none any more.
  Status drop(int64_t checkpoint);
  /// Second phase: after the grace, removes files that no manifest names any more, and what dead
  /// attempts left. Returns what went wrong; nothing of it stops the job.
  std::vector<Status> sweep();

  const std::shared_ptr<CheckpointFiles>& files() const { return files_; }

 private:
  struct Written {
    std::shared_ptr<const Manifest> manifest;
    ContentDigest digest{};
  };
  CheckpointStore(Env& env, std::shared_ptr<CheckpointFiles> files, Lease& lease,
                  CheckpointStoreOptions options);
  Status load();
  Status complete_files(Manifest& manifest) const;
  std::set<std::string> named_files() const;
  Status remove_dropped(const std::string& name, const std::set<std::string>& named);
  Status sweep_leftovers();

  Env& env_;
  const std::shared_ptr<CheckpointFiles> files_;
  Lease& lease_;
  const CheckpointStoreOptions options_;
  int64_t opened_ms_;
  int64_t next_checkpoint_ = 1;
  /// Null where the manifest cannot be read: nothing is deleted while nobody knows what it names.
  std::map<int64_t, std::shared_ptr<const Manifest>> published_;
  std::map<int64_t, Written> written_;  // and not published yet
  /// Manifests that lie there and belong to nobody's history any more (--fresh, a fallback): what
  /// they name stays too.
  std::vector<std::shared_ptr<const Manifest>> abandoned_;
  /// Manifests of dead attempts that nobody published.
  std::vector<std::string> unpublished_;
  std::map<std::string, int64_t> dropped_ms_;  // file -> when it was dropped or first seen
  bool leftovers_swept_ = false;
};

/// File names within a job's directory.
std::string checkpoint_manifest_name(int64_t checkpoint, int64_t attempt);
constexpr std::string_view kManifestPrefix = "checkpoint-";
constexpr std::string_view kDroppedPrefix = "dropped-";
constexpr std::string_view kDataDirectory = "data";

}  // namespace hw
