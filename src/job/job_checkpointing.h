// SPDX-License-Identifier: Apache-2.0
//
// The checkpoints of one run: feeds the CheckpointCoordinator what happens, carries its decisions
// out, keeps the parts of what is under way. Belongs to the job's thread; the CheckpointSink works
// on a thread of its own.

#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "job/checkpoint_assembly.h"
#include "job/checkpoint_coordinator.h"
#include "job/job_run.h"
#include "runtime/barrier_answers.h"
#include "runtime/tasklet.h"
#include "runtime/worker_mailbox.h"
#include "runtime/worker_queue.h"
#include "runtime/worker_waker.h"

namespace hw {

class Env;

/// The run as its checkpoints see it.
class CheckpointHost {
 public:
  virtual ~CheckpointHost() = default;
  /// Where the search for splits stands now: no split is dealt out before the barrier is in.
  virtual Result<std::vector<JobCheckpoint::SourceState>> sources() = 0;
  /// Lets a barrier in. `stops`: nothing is read behind it. `final`: only sinks are left.
  virtual void inject(const InjectBarrier& barrier, bool final) = 0;
  /// Tells a sink's tasklet.
  virtual void commit(int tasklet, CommitPrepared commit) = 0;
  virtual void on_published(int64_t checkpoint) = 0;
  virtual void fail(const Status& cause) = 0;
};

class JobCheckpointing {
 public:
  /// All outlive it. `waker` is woken when the sink has done something.
  JobCheckpointing(CheckpointHost& host, Env& env, const JobOptions& options, bool batch_mode,
                   std::vector<CheckpointMember> members, WorkerWaker& waker);

  void request(CheckpointRequest request);
  void on_answer(int tasklet, BarrierAnswer answer);
  void on_committed(int tasklet, int64_t up_to);
  void on_done(int tasklet);
  /// Time has passed, or the sink has done something. Returns whether it did anything.
  bool tend();

  /// When tend() is due, on the monotonic clock; none: after the next event.
  std::optional<int64_t> next_tend_ms() const { return coordinator_.next_tick_ms(); }
  /// The last checkpoint has been asked for: no other comes.
  bool ending() const { return ending_; }
  /// The sink has nothing to do.
  bool idle() const { return num_posted_ == 0; }

 private:
  struct Done {
    enum class Kind : uint8_t { kWritten, kPublished, kSavepoint, kOther };
    Kind kind = Kind::kOther;
    int64_t checkpoint = 0;
    Status status;
    CheckpointRequest request;
    std::string savepoint;
  };
  void post(std::function<Done(CheckpointSink&)> work);
  void hear(const Done& done);
  void carry_out(CheckpointCoordinator::Actions actions);
  void carry_out(CheckpointAction& action);
  void trigger(const CheckpointAction& action);
  void write(CheckpointAction& action);
  void commit(int64_t up_to, bool last);
  void tell_committed();
  int64_t now_ms() const;

  CheckpointHost& host_;
  Env& env_;
  const CheckpointOptions& options_;
  const bool batch_mode_;
  WorkerWaker& waker_;
  CheckpointAssembly assembly_;
  CheckpointCoordinator coordinator_;
  bool ending_ = false;
  bool failed_ = false;
  int64_t last_ = 0;                  // the number of the last one, once it is under way
  int64_t newest_published_ = 0;      // of this run
  std::map<int, int64_t> committed_;  // by sink tasklet that is not done
  /// By the tasklet that commits it and has not been told yet: what other instances prepared.
  std::map<int, std::vector<CommitPrepared::Prepared>> of_others_;
  std::deque<int64_t> published_;  // and not committed everywhere
  std::map<int64_t, std::string> savepoint_paths_;
  // Shared with the queue's thread.
  WorkerMailbox<Done> done_;
  int num_posted_ = 0;
  WorkerQueue queue_;  // last: ends first
};

}  // namespace hw
