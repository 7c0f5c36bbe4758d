// SPDX-License-Identifier: Apache-2.0
//
// Decides when checkpoints begin, when they are complete, what is in their manifest, when sinks
// commit and what is dropped. Pure: no clock, no thread, no I/O; a shell feeds it events and
// carries its actions out, in their order.
//
// What holds at every step: a sink is told to commit only what a published manifest holds, in the
// order of epochs; whatever a sink has prepared is in every later manifest until it says that it
// has committed, also when its own checkpoint was aborted; checkpoints are published in the order
// of their numbers, and no number is used twice.

#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "job/checkpoint_request.h"
#include "job/job_run.h"
#include "state/manifest.h"

namespace hw {

/// Why a step failed.
enum class CheckpointFailure : uint8_t {
  kError,           // this checkpoint is dead
  kDiskFull,        // likewise, and never a reason to fail the job
  kFenced,          // the job belongs to another process
  kUnknownOutcome,  // a publication may have happened
};
CheckpointFailure checkpoint_failure_of(const Status& status);

struct CheckpointAction {
  enum class Kind : uint8_t {
    kTrigger,        // tell sources (kFinal: sinks) to begin `checkpoint`
    kAbort,          // tell tasklets to forget it, remove its files; `reason`
    kWriteManifest,  // with `committables`
    kPublish,
    kWriteSavepoint,   // copy the published `checkpoint` to request.savepoint_directory
    kCommit,           // tell `tasklets` to commit all epochs up to `checkpoint`
    kDrop,             // `dropped` checkpoints, then sweep
    kAnswerSavepoint,  // the savepoint of `checkpoint` is there, or failed with `reason`
    kFinish,           // a stop or the end of the input is complete: nothing is pending
    kFail,             // end the job with `reason`
  };
  Kind kind = Kind::kTrigger;
  int64_t checkpoint = 0;
  CheckpointRequest request = {.purpose = CheckpointPurpose::kPeriodic};
  std::vector<ManifestCommittable> committables;
  std::vector<int> tasklets;
  std::vector<int64_t> dropped;
  Status reason;
};

class CheckpointCoordinator {
 public:
  using Actions = std::vector<CheckpointAction>;

  struct Start {
    int64_t attempt = 1;
    int64_t next_checkpoint = 1;
    int num_tasklets = 0;  // 0 … num_tasklets - 1 answer each barrier
    /// Published earlier, oldest first.
    std::vector<int64_t> published;
    /// Restored and not yet committed, with the tasklet that holds each now: told to commit at the
    /// first tick.
    std::vector<std::pair<int, ManifestCommittable>> pending;
    int64_t now_ms = 0;
  };
  CheckpointCoordinator(CheckpointSettings settings, Start start);

  /// Time has passed; next_tick_ms() says when this can matter.
  Actions on_tick(int64_t now_ms);
  /// A savepoint is refused (kAnswerSavepoint with a reason) while a stop is under way; a second
  /// stop changes nothing.
  Actions on_request(CheckpointRequest request, int64_t now_ms);

  /// A tasklet has passed the barrier and its snapshot is durable, or has failed. It answers the
  /// barriers that it has seen in their order, aborted ones too: what a sink has prepared by then
  /// must not be lost. Answers of another attempt are dropped and counted.
  struct Answer {
    int64_t checkpoint = 0;
    int64_t attempt = 0;
    int tasklet = 0;
    std::vector<ManifestCommittable> committables;
    int committer = -1;  // the tasklet that commits these; -1: this one
    Status status;
  };
  Actions on_answer(Answer answer, int64_t now_ms);
  /// A tasklet has ended for good: it answers no barrier any more. Not for sinks that still have
  /// something to commit.
  Actions on_tasklet_done(int tasklet);

  Actions on_manifest_written(int64_t checkpoint, const Status& status, int64_t now_ms);
  Actions on_published(int64_t checkpoint, const Status& status, int64_t now_ms);
  /// `request`: as in the action.
  Actions on_savepoint_written(int64_t checkpoint, const CheckpointRequest& request,
                               const Status& status);
  /// A tasklet has committed all epochs up to `checkpoint`, or has failed to: it is told again
  /// after a while.
  Actions on_committed(int tasklet, int64_t checkpoint, const Status& status, int64_t now_ms);

  /// When on_tick() is due; nothing = only after another event.
  std::optional<int64_t> next_tick_ms() const;

  /// Chapters for metrics and tests.
  int64_t num_completed() const { return num_completed_; }
  int64_t num_failed() const { return num_failed_; }
  int64_t num_skipped() const { return num_skipped_; }  // due, but too many in flight
  int64_t num_foreign_answers() const { return num_foreign_answers_; }
  size_t num_in_flight() const { return in_flight_.size(); }
  size_t num_pending() const { return pending_.size(); }

 private:
  enum class Phase : uint8_t {
    kAligning,    // waits for answers, or for an older one
    kWriting,     // its manifest is written
    kPublishing,  // may be durable at any moment: cannot be aborted
  };
  struct Flight {
    Phase phase = Phase::kAligning;
    CheckpointRequest request;
    int64_t triggered_ms = 0;
    int64_t base = 0;  // the newest published one at its trigger: its files are used
    std::set<int> missing;
  };
  struct Pending {
    int tasklet = 0;
    ManifestCommittable committable;
    /// The barrier at which it was answered: every manifest from there on holds it.
    int64_t since = 0;
    bool published = false;  // by that manifest or a later one
  };

  void trigger(CheckpointRequest request, int64_t now_ms, Actions& actions);
  void trigger_what_is_due(int64_t now_ms, Actions& actions);
  void advance(Actions& actions);
  void abort(int64_t checkpoint, const Status& reason, int64_t now_ms, Actions& actions);
  void fail(const Status& reason, Actions& actions);
  void complete(int64_t checkpoint, int64_t now_ms, Actions& actions);
  void commit(const std::set<int>& tasklets, Actions& actions);
  void drop_old(Actions& actions);
  void finish_if_settled(Actions& actions);
  Flight* find_oldest(int64_t checkpoint, Phase phase);

  const CheckpointSettings settings_;
  const int64_t attempt_;
  int64_t next_checkpoint_;
  std::set<int> open_tasklets_;
  std::map<int, int64_t> last_answer_;  // by tasklet
  std::map<int64_t, Flight> in_flight_;
  std::deque<CheckpointRequest> requests_;  // wait for room
  int64_t requests_not_before_ms_ = 0;
  std::vector<int64_t> published_;   // not dropped, oldest first
  std::vector<Pending> pending_;     // in the order of their commit
  std::map<int, int64_t> retry_ms_;  // tasklets whose commit failed
  std::set<int64_t> savepoints_;     // being copied
  int64_t next_due_ms_;
  int64_t pause_until_ms_;
  bool skip_counted_ = false;
  int consecutive_failures_ = 0;
  bool ending_ = false;  // the last checkpoint has been asked for
  bool ended_ = false;   // and published
  bool finished_ = false;
  bool failed_ = false;
  int64_t num_completed_ = 0;
  int64_t num_failed_ = 0;
  int64_t num_skipped_ = 0;
  int64_t num_foreign_answers_ = 0;
};

}  // namespace hw
