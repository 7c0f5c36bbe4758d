// SPDX-License-Identifier: Apache-2.0

#include "runtime/worker.h"

#include <algorithm>
#include <exception>
#include <immintrin.h>
#include <thread>
#include <utility>

#include "base/env/env.h"
#include "base/env/thread_turn.h"

namespace hw {
namespace {

// Idle rounds that only pause, then that give the core away, before the worker parks: together
// some tens of microseconds, the price of a wake-up.
constexpr int kPausingRounds = 64;
constexpr int kYieldingRounds = 96;
// How long a worker stays parked at most: while something outside is polled, and otherwise (then
// somebody wakes it).
constexpr int64_t kPollingParkNs = 1'000'000;
constexpr int64_t kParkNsMax = 100'000'000;

}  // namespace

Worker::Worker(Env& env, WorkerReports& reports) : env_(env), reports_(reports) {}

Worker::~Worker() {
  for (Seat& seat : seats_)
    if (seat.tasklet) seat.tasklet->close();
}

void Worker::add(int number, std::unique_ptr<Tasklet> tasklet) {
  seats_.push_back({number, std::move(tasklet), false});
}

void Worker::post(int number, Control control) {
  letters_.post({number, std::move(control)}, waker_);
}

void Worker::cancel() { letters_.post({kCancelAll, StopReading{}}, waker_); }

void Worker::run() {
  int idle_rounds = 0;
  while (true) {
    const Round round = step_all_once();
    if (round == Round::kStopped) return;
    if (round == Round::kBusy) {
      idle_rounds = 0;
    } else if (thread_turn != nullptr) {
      park();
    } else if (++idle_rounds <= kPausingRounds) {
      _mm_pause();
    } else if (idle_rounds <= kYieldingRounds) {
      std::this_thread::yield();
    } else {
      park();
    }
  }
}

// A look after the announcement sees whatever was there before it; what comes later wakes.
void Worker::park() {
  waker_.announce();
  if (letters_.any() || step_all_once() != Round::kIdle) {
    waker_.withdraw();
    return;
  }
  const int64_t parking = parking_ns();
  if (parking > 0) {
    waker_.park(parking);
  } else {
    waker_.withdraw();
  }
}

int64_t Worker::parking_ns() const {
  int64_t due_ms = Tasklet::kNever;
  int64_t parking = kParkNsMax;
  for (const Seat& seat : seats_) {
    if (!seat.tasklet) continue;
    due_ms = std::min(due_ms, seat.tasklet->next_due_ms());
    if (seat.tasklet->polls_outside()) parking = std::min(parking, kPollingParkNs);
  }
  if (due_ms == Tasklet::kNever) return parking;
  const int64_t wait_ms = std::max<int64_t>(0, due_ms - env_.wall_ms());
  return std::min(parking, std::min<int64_t>(wait_ms, 1000) * 1'000'000);
}

Worker::Round Worker::step_all_once() {
  if (stopped_) return Round::kStopped;
  read_letters();
  Round round = Round::kIdle;
  bool any = false;
  for (Seat& seat : seats_) {
    if (!seat.tasklet) continue;
    if (thread_turn != nullptr) thread_turn->pass();
    const Progress progress = step(seat);
    if (progress != Progress::kIdle) round = Round::kBusy;
    any = any || seat.tasklet != nullptr;
  }
  if (any) return round;
  stopped_ = true;
  reports_.post({.kind = WorkerReport::Kind::kStopped});
  return Round::kStopped;
}

Progress Worker::step(Seat& seat) {
  const Result<Progress> progress = guarded(seat, [&seat]() -> Result<Progress> {
    if (!seat.opened) {
      seat.opened = true;
      HW_TRY(seat.tasklet->open());
      return Progress::kBusy;
    }
    return seat.tasklet->step();
  });
  if (!progress.ok()) return Progress::kBusy;
  if (*progress == Progress::kDone)
    leave(seat, {.kind = WorkerReport::Kind::kDone, .tasklet = seat.number});
  return *progress;
}

// The one last catch: what a foreign library threw through us fails the job, not the process.
Result<Progress> Worker::guarded(Seat& seat, const std::function<Result<Progress>()>& call) {
  Result<Progress> progress = Progress::kIdle;
  try {
    progress = call();
  } catch (const std::exception& error) {
    progress = Status::UnknownError("an exception nobody caught: ", error.what());
  } catch (...) {
    progress = Status::UnknownError("an exception nobody caught");
  }
  if (!progress.ok())
    leave(seat, {.kind = WorkerReport::Kind::kFailed,
                 .tasklet = seat.number,
                 .status = progress.status(),
                 .operator_name = seat.tasklet->current_operator(),
                 .tasklet_name = seat.tasklet->name()});
  return progress;
}

void Worker::leave(Seat& seat, WorkerReport report) {
  // A failure is told before its channels close: what others make of that comes second.
  const bool failed = report.kind == WorkerReport::Kind::kFailed;
  if (failed) reports_.post(report);
  seat.tasklet->close();
  seat.tasklet.reset();
  if (!failed) reports_.post(std::move(report));
}

void Worker::read_letters() {
  for (Letter& letter : letters_.take()) {
    for (Seat& seat : seats_) {
      if (!seat.tasklet) continue;
      if (letter.number == kCancelAll) {
        seat.tasklet->close();
        seat.tasklet.reset();
      } else if (letter.number == seat.number) {
        (void)guarded(seat, [&]() -> Result<Progress> {
          HW_TRY(seat.tasklet->on_control(std::move(letter.control)));
          return Progress::kBusy;
        }).ok();
      }
    }
  }
}

}  // namespace hw
