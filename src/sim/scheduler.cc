// SPDX-License-Identifier: Apache-2.0

#include "sim/scheduler.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "base/assert.h"
#include "base/env/object_number.h"

namespace hw::sim {
namespace {

constexpr int64_t kForever = std::numeric_limits<int64_t>::max();
// Of a hundred steps, so many drop the priority of who runs.
constexpr uint64_t kDropsPerThousand = 4;
constexpr uint64_t kStarvationsPerThousand = 3;
constexpr uint64_t kStarvedStepsMax = 3000;
// Who runs until it waits may never wait: one that tries again on a full disk, say.
constexpr int64_t kLongTurnSteps = 20'000;

}  // namespace

std::string_view to_text(Strategy strategy) {
  constexpr std::array<std::string_view, kNumStrategies> kNames = {
      "uniform", "round-robin", "run-to-block", "priorities", "starve", "listed"};
  return kNames[static_cast<size_t>(strategy)];
}

struct Scheduler::SimThread {
  SimThread(SimProcess& in, std::string called, int numbered, std::function<void()> body)
      : process(in), name(std::move(called)), number(numbered), fiber(std::move(body)) {}
  SimProcess& process;
  const std::string name;
  const int number;
  Fiber fiber;
  // Waits: for this, until then.
  const std::function<bool()>* ready = nullptr;
  int64_t deadline_ns = 0;
  uint64_t priority = 0;
};

class Scheduler::Handle final : public Thread {
 public:
  Handle(Scheduler& scheduler, std::shared_ptr<SimThread> thread)
      : scheduler_(scheduler), thread_(std::move(thread)) {}
  ~Handle() override {
    // The simulator itself joins only what has ended or was abandoned.
    if (thread_turn != nullptr) scheduler_.wait([this] { return thread_->fiber.finished(); }, -1);
  }

 private:
  Scheduler& scheduler_;
  const std::shared_ptr<SimThread> thread_;
};

Scheduler::Scheduler(const ScheduleOptions& options, EventHash& hash)
    : options_(options), hash_(hash), random_(options.seed) {}

Scheduler::~Scheduler() = default;

std::unique_ptr<Thread> Scheduler::start_thread(SimProcess& process, std::string name,
                                                std::function<void()> body) {
  auto thread = std::make_shared<SimThread>(process, std::move(name), next_number_++,
                                            [&process, body = std::move(body)] {
                                              body();
                                              --process.num_threads;
                                            });
  ++process.num_threads;
  thread->priority = random_.next();
  threads_.push_back(thread);
  return std::make_unique<Handle>(*this, std::move(thread));
}

bool Scheduler::wait(const std::function<bool()>& ready, int64_t timeout_ns) {
  if (running_ == nullptr) return ready();  // the simulator itself never waits
  SimThread& self = *running_;
  self.ready = &ready;
  self.deadline_ns = timeout_ns < 0 ? kForever : now_ns_ + timeout_ns;
  ++steps_;
  waited_ = true;
  self.fiber.suspend();
  self.ready = nullptr;
  return ready();
}

void Scheduler::pass() {
  if (running_ == nullptr) return;
  ++steps_;
  now_ns_ += options_.step_ns;
  const bool listed = next_preemption_ < options_.preemptions.size() &&
                      steps_ >= options_.preemptions[next_preemption_].step;
  if (--left_ > 0 && steps_ != stop_step_ && !listed) return;
  waited_ = false;
  running_->fiber.suspend();
}

// The threads of a dead process find every wait over: they are to end.
bool Scheduler::can_run(const SimThread& thread) const {
  if (thread.process.paused) return false;
  if (thread.ready == nullptr) return true;
  if (thread.deadline_ns <= now_ns_ || (thread.process.dead && thread.deadline_ns != kForever))
    return true;
  return (*thread.ready)();
}

Scheduler::SimThread* Scheduler::by_priority() {
  SimThread* best = ready_.front();
  for (SimThread* thread : ready_)
    if (thread->priority > best->priority) best = thread;
  if (random_.below(1000) < kDropsPerThousand) {
    uint64_t lowest = best->priority;
    for (SimThread* thread : ready_) lowest = std::min(lowest, thread->priority);
    best->priority = lowest > 0 ? lowest - 1 : 0;
  }
  return best;
}

Scheduler::SimThread* Scheduler::next_in_turn() const {
  for (SimThread* thread : ready_)
    if (thread->number > last_number_) return thread;
  return ready_.front();
}

// Who is named here; else who has run goes on, and behind a wait the next one.
Scheduler::SimThread* Scheduler::listed() {
  const std::vector<Preemption>& list = options_.preemptions;
  SimThread* named = nullptr;
  for (; next_preemption_ < list.size() && list[next_preemption_].step <= steps_;
       ++next_preemption_)
    for (SimThread* thread : ready_)
      if (thread->number == list[next_preemption_].thread) named = thread;
  if (named != nullptr) return named;
  for (SimThread* thread : ready_)
    if (!waited_ && thread->number == last_number_) return thread;
  return next_in_turn();
}

void Scheduler::note_end_of_turn() {
  if (options_.record) recorded_.push_back({.step = steps_, .thread = -1});
}

void Scheduler::record() {
  const bool goes_on = !waited_ && running_->number == last_number_;
  const bool in_turn = waited_ && running_ == next_in_turn();
  if (!goes_on && !in_turn) recorded_.push_back({.step = steps_, .thread = running_->number});
}

Scheduler::SimThread* Scheduler::choose() {
  switch (options_.strategy) {
    case Strategy::kUniform:
      break;
    case Strategy::kRoundRobin:
    case Strategy::kRunToBlock:
      return next_in_turn();
    case Strategy::kListed:
      return listed();
    case Strategy::kPriorities:
      return by_priority();
    case Strategy::kStarve:
      if (starved_until_ < steps_ && random_.below(1000) < kStarvationsPerThousand) {
        starved_ = ready_[random_.below(ready_.size())]->number;
        starved_until_ = steps_ + 1 + static_cast<int64_t>(random_.below(kStarvedStepsMax));
      }
      if (starved_until_ >= steps_ && ready_.size() > 1)
        std::erase_if(ready_, [this](SimThread* thread) { return thread->number == starved_; });
      break;
  }
  return ready_[random_.below(ready_.size())];
}

bool Scheduler::run_one(int64_t until_ns) {
  ready_.clear();
  int64_t due_ns = kForever;
  for (const auto& thread : threads_) {
    if (can_run(*thread)) {
      ready_.push_back(thread.get());
    } else if (!thread->process.paused) {
      due_ns = std::min(due_ns, thread->deadline_ns);
    }
  }
  if (ready_.empty()) {
    if (due_ns == kForever && until_ns == kForever) return false;
    now_ns_ = std::max(now_ns_, std::min(due_ns, until_ns));
    return due_ns <= until_ns;
  }
  running_ = choose();
  if (options_.record) record();
  left_ =
      options_.strategy == Strategy::kRunToBlock || options_.strategy == Strategy::kListed
          ? kLongTurnSteps
          : 1 + static_cast<int64_t>(random_.below(static_cast<uint64_t>(options_.quantum_max)));
  // Whoever goes on takes no time for that.
  if (waited_ || running_->number != last_number_) now_ns_ += options_.step_ns;
  hash_.add(static_cast<uint64_t>(now_ns_));
  hash_.add(static_cast<uint64_t>(running_->number));
  thread_turn = this;
  simulated_object_number = &running_->process.num_objects;
  running_->fiber.resume();
  simulated_object_number = nullptr;
  thread_turn = nullptr;
  last_number_ = running_->number;
  const bool finished = running_->fiber.finished();
  // Each turn is one step at least.
  if (finished) waited_ = true, ++steps_;
  running_ = nullptr;
  if (finished)
    std::erase_if(threads_, [](const auto& thread) { return thread->fiber.finished(); });
  return true;
}

void Scheduler::abandon(SimProcess& process) {
  std::erase_if(threads_, [&](const auto& thread) { return &thread->process == &process; });
  process.num_threads = 0;
}

const std::string& Scheduler::running_name() const {
  static const std::string kNobody = "simulator";
  return running_ == nullptr ? kNobody : running_->name;
}

SimProcess* Scheduler::running_process() const {
  return running_ == nullptr ? nullptr : &running_->process;
}

std::string Scheduler::describe() const {
  std::string text;
  for (const auto& thread : threads_) {
    text += std::to_string(thread->process.id) + "/" + thread->name;
    text += thread->process.paused     ? " stopped"
            : thread->ready == nullptr ? " runs"
            : thread->deadline_ns == kForever
                ? " waits"
                : " waits until " + std::to_string(thread->deadline_ns / 1'000'000) + " ms";
    text += "; ";
  }
  return text;
}

}  // namespace hw::sim
