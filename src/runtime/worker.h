// SPDX-License-Identifier: Apache-2.0
//
// The thread that steps tasklets: in a loop over all of them while there is work, backing off in
// stages when there is none, parked only after an idle time. Control reaches it through its
// mailbox and is looked at before data. A test or the simulator calls step_all_once() instead.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "runtime/tasklet.h"
#include "runtime/worker_mailbox.h"
#include "runtime/worker_waker.h"

namespace hw {

class Env;
struct BarrierAnswer;

/// What a worker tells the job.
struct WorkerReport {
  enum class Kind : uint8_t {
    kPrepared,   // a sink tasklet waits: its input has ended, only the commit is left
    kAnswered,   // a tasklet has passed a barrier: `answer`
    kCommitted,  // a sink tasklet has committed everything up to `checkpoint`
    kExhausted,  // a source tasklet has read what there is and waits for the last barrier
    kDone,       // a tasklet has finished and is closed
    kFailed,     // a tasklet returned an error and is closed
    kStopped,    // the worker has closed everything and will do nothing more
  };
  Kind kind = Kind::kDone;
  int tasklet = 0;  // its number in the job
  Status status;    // kFailed
  std::string operator_name;
  std::string tasklet_name;
  std::shared_ptr<BarrierAnswer> answer;  // kAnswered
  int64_t checkpoint = 0;                 // kCommitted
};

/// Where reports go: the job's mailbox and who empties it. Outlives the workers.
struct WorkerReports {
  WorkerMailbox<WorkerReport> mailbox;
  WorkerWaker waker;
  void post(WorkerReport report) { mailbox.post(std::move(report), waker); }
};

class Worker {
 public:
  Worker(Env& env, WorkerReports& reports);
  ~Worker();

  /// Before it starts. `number` is the tasklet's in the job.
  void add(int number, std::unique_ptr<Tasklet> tasklet);

 public:  // Any thread.
  void post(int number, Control control);
  /// Close everything now.
  void cancel();
  WorkerWaker& waker() { return waker_; }

 public:  // The worker's thread.
  /// Until all tasklets are done or it was cancelled.
  void run();
  enum class Round : uint8_t { kIdle, kBusy, kStopped };
  /// Control first, then one step of each tasklet, in the order in which they were added.
  Round step_all_once();

 private:
  struct Letter {
    int number;  // kCancelAll, or a tasklet's
    Control control;
  };
  struct Seat {
    int number;
    std::unique_ptr<Tasklet> tasklet;
    bool opened = false;
  };
  static constexpr int kCancelAll = -1;

  void read_letters();
  Progress step(Seat& seat);
  Result<Progress> guarded(Seat& seat, const std::function<Result<Progress>()>& call);
  void leave(Seat& seat, WorkerReport report);
  void park();
  int64_t parking_ns() const;

  // Constant after construction; thread-safe themselves.
  Env& env_;
  WorkerReports& reports_;
  // Shared.
  WorkerMailbox<Letter> letters_;
  WorkerWaker waker_;
  // Owned by the worker's thread.
  std::vector<Seat> seats_;
  bool stopped_ = false;
};

}  // namespace hw
