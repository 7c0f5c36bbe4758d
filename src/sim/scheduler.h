// SPDX-License-Identifier: Apache-2.0
//
// Decides who runs next, for how long, and what time it is. Simulated threads are fibers; each
// place where one waits or could lose its turn is a step. Time goes on with each step, and jumps
// when all wait for it.

#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/env/env.h"
#include "base/env/thread_turn.h"
#include "sim/event_hash.h"
#include "sim/fiber.h"

namespace hw::sim {

enum class Strategy : uint8_t {
  kUniform,     // anybody who can run
  kRoundRobin,  // in turn
  kRunToBlock,  // until it waits
  kPriorities,  // random ones, that of who runs drops now and then (PCT)
  kStarve,      // one thread gets no turn for long stretches
  kListed,      // until it waits, but for the preemptions that are listed
};
/// Those that a seed draws come first.
constexpr int kNumStrategies = 6;
constexpr int kNumDrawnStrategies = 5;
std::string_view to_text(Strategy strategy);

/// At this step that thread gets its turn, if it can run; -1: a turn ends, whoever has the next.
struct Preemption {
  int64_t step = 0;
  int thread = 0;
};

struct ScheduleOptions {
  uint64_t seed = 1;
  Strategy strategy = Strategy::kUniform;
  /// Steps of one turn, at most.
  int64_t quantum_max = 8;
  int64_t step_ns = 20'000;
  /// kListed, by step.
  std::vector<Preemption> preemptions = {};
  /// Every turn that kListed would not give by itself is noted.
  bool record = false;
};

/// Threads that live and die together.
struct SimProcess {
  int64_t id = 0;
  /// Nothing that it does has an effect any more; its threads run on only to end.
  bool dead = false;
  /// Stopped (SIGSTOP): its threads get no turn.
  bool paused = false;
  /// Only looks, and no time passes: nothing that it does is counted or fails.
  bool observes = false;
  int num_threads = 0;
  int64_t num_objects = 0;
  /// What its Env hands out: whoever ends gives all of it back.
  std::shared_ptr<arrow::MemoryPool> memory = {};
};

class Scheduler final : public ThreadTurn {
 public:
  Scheduler(const ScheduleOptions& options, EventHash& hash);
  ~Scheduler() override;

  /// Its handle waits for its end.
  std::unique_ptr<Thread> start_thread(SimProcess& process, std::string name,
                                       std::function<void()> body);

  bool wait(const std::function<bool()>& ready, int64_t timeout_ns) override;
  void pass() override;

  /// Gives somebody a turn, moving the clock up to `until_ns` if need be. False when nobody had
  /// one: it is `until_ns`, or nobody will ever run again.
  bool run_one(int64_t until_ns);
  /// Ends the turn of who runs at its next step.
  void preempt() { left_ = 0; }
  /// Its threads never run again; what they hold is lost.
  void abandon(SimProcess& process);
  /// At this step run_one() returns.
  void stop_at(int64_t step) { stop_step_ = step; }

  int64_t now_ns() const { return now_ns_; }
  void advance(int64_t ns) { now_ns_ += ns; }
  int64_t steps() const { return steps_; }
  /// Something happens here from outside: of options.record, a turn has to end here.
  void note_end_of_turn();
  /// Of options.record: a list with which kListed does the same.
  const std::vector<Preemption>& recorded() const { return recorded_; }
  const std::string& running_name() const;
  SimProcess* running_process() const;
  /// What each living thread is called and does, for a stuck run.
  std::string describe() const;

 private:
  struct SimThread;
  class Handle;
  bool can_run(const SimThread& thread) const;
  SimThread* choose();
  SimThread* next_in_turn() const;
  SimThread* listed();
  void record();
  SimThread* by_priority();

  const ScheduleOptions options_;
  EventHash& hash_;
  Random random_;
  std::vector<std::shared_ptr<SimThread>> threads_;
  std::vector<SimThread*> ready_;
  SimThread* running_ = nullptr;
  int64_t now_ns_ = 1'000'000'000;
  int64_t steps_ = 0;
  int64_t stop_step_ = -1;
  int64_t left_ = 0;
  int next_number_ = 0;
  int last_number_ = -1;
  int starved_ = -1;
  int64_t starved_until_ = 0;
  size_t next_preemption_ = 0;
  bool waited_ = true;  // whoever had the last turn gave it up
  std::vector<Preemption> recorded_;
};

}  // namespace hw::sim
