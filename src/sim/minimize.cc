// SPDX-License-Identifier: Apache-2.0

#include "sim/minimize.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace hw::sim {
namespace {

// Turns of a run that is looked at more closely, and of a list that is kept.
constexpr size_t kRecordedMax = 100'000;
constexpr size_t kListedMax = 200;

class Minimizer {
 public:
  Minimizer(SimPlan plan, const MinimizeOptions& options)
      : best_(std::move(plan)), options_(options) {}

  SimPlan run() {
    if (!listed_schedule()) plain_schedule();
    for (int round = 0; round < 2 && tries_ < options_.tries_max; ++round) {
      shrink([](SimPlan& plan) -> auto& { return plan.incidents; }, false);
      shrink([](SimPlan& plan) -> auto& { return plan.faults; }, false);
      shrink([](SimPlan& plan) -> auto& { return plan.processes; }, false);
      for (size_t t = 0; t < best_.job.tables.size(); ++t) {
        shrink([t](SimPlan& plan) -> auto& { return plan.job.tables[t].splits; }, true);
        for (size_t s = 0; s < best_.job.tables[t].splits.size(); ++s)
          shrink([t, s](SimPlan& plan) -> auto& { return plan.job.tables[t].splits[s]; }, true);
      }
      if (best_.schedule.strategy == Strategy::kListed)
        shrink([](SimPlan& plan) -> auto& { return plan.schedule.preemptions; }, false);
      plain_processes();
    }
    return best_;
  }

 private:
  bool fails(SimPlan& plan, bool rows_changed) {
    if (tries_++ >= options_.tries_max) return false;
    if (rows_changed) {
      for (SimTable& table : plan.job.tables) table.batches.clear();
      if (!options_.expect(plan.job).ok()) return false;
    }
    return !carry_out(plan).verdict.ok();
  }

  bool accept(SimPlan plan, bool rows_changed) {
    if (!fails(plan, rows_changed)) return false;
    best_ = std::move(plan);
    return true;
  }

  // Leaves out halves, then quarters, …, then single entries.
  template <typename Select>
  void shrink(Select select, bool rows) {
    for (size_t piece = std::max<size_t>(1, select(best_).size() / 2);; piece /= 2) {
      for (size_t at = 0; at < select(best_).size();) {
        SimPlan plan = best_;
        auto& list = select(plan);
        const size_t end = std::min(at + piece, list.size());
        const bool keeps_one = rows || end - at < list.size() || kMayBeEmpty<decltype(list)>;
        list.erase(list.begin() + static_cast<std::ptrdiff_t>(at),
                   list.begin() + static_cast<std::ptrdiff_t>(end));
        if (!keeps_one || !accept(std::move(plan), rows)) at += piece;
      }
      if (piece <= 1) return;
    }
  }
  template <typename List>
  static constexpr bool kMayBeEmpty = !std::is_same_v<List, std::vector<ProcessOptions>&>;

  // Whoever runs goes on until it waits, but for preemptions that are listed: then those that do
  // not matter can be left out. A list that stays long says nothing to anybody.
  bool listed_schedule() {
    SimPlan plan = best_;
    plan.schedule.record = true;
    plan.schedule.preemptions = carry_out(plan).preemptions;
    plan.schedule.record = false;
    plan.schedule.strategy = Strategy::kListed;
    if (plan.schedule.preemptions.size() > kRecordedMax) return false;
    const SimPlan before = best_;
    if (!accept(std::move(plan), false)) return false;
    shrink([](SimPlan& listed) -> auto& { return listed.schedule.preemptions; }, false);
    if (best_.schedule.preemptions.size() <= kListedMax) return true;
    best_ = before;
    return false;
  }

  void plain_schedule() {
    for (const Strategy strategy : {Strategy::kRunToBlock, Strategy::kRoundRobin}) {
      SimPlan plan = best_;
      plan.schedule.strategy = strategy;
      if (accept(std::move(plan), false)) return;
    }
  }

  void plain_processes() {
    for (const int parallelism : {1, 2}) {
      SimPlan plan = best_;
      for (ProcessOptions& process : plan.processes)
        process.parallelism = std::min(process.parallelism, parallelism);
      if (accept(std::move(plan), false)) break;
    }
    SimPlan plan = best_;
    for (ProcessOptions& process : plan.processes) process.num_cores = 1;
    accept(std::move(plan), false);
  }

  SimPlan best_;
  const MinimizeOptions& options_;
  int tries_ = 0;
};

}  // namespace

SimPlan minimize(SimPlan plan, const MinimizeOptions& options) {
  return Minimizer(std::move(plan), options).run();
}

}  // namespace hw::sim
