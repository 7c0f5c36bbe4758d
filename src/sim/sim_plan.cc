// SPDX-License-Identifier: Apache-2.0

#include "sim/sim_plan.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/env/random_seed.h"
#include "sim/workload.h"

namespace hw::sim {
namespace {

template <typename T, size_t N>
T one_of(const std::array<T, N>& choices, Random& random) {
  return choices[random.below(N)];
}

// With bounds that differ by orders of magnitude each order is as likely.
int64_t spread(Random& random) {
  constexpr std::array<uint64_t, 4> kBounds = {60, 500, 3'000, 20'000};
  return static_cast<int64_t>(random.below(one_of(kBounds, random)));
}

ProcessOptions draw_process(Random& random, const SourcePace& pace,
                            std::vector<std::pair<std::string, std::string>> settings) {
  constexpr std::array<int64_t, 5> kBatchRows = {1, 2, 7, 64, 4096};
  return {.num_cores = static_cast<int>(1 + random.below(4)),
          .parallelism = static_cast<int>(1 + random.below(random.below(4) == 0 ? 8 : 3)),
          .output_rows_max = one_of(kBatchRows, random),
          .standby = random.below(4) == 0,
          .pace = {.quantum_max = one_of(std::array<int64_t, 4>{1, 4, 32, 4096}, random),
                   .row_gap_ns = pace.row_gap_ns,
                   .seed = random.next()},
          .settings = std::move(settings)};
}

/// How fast rows come, and how often checkpoints are taken meanwhile.
struct Rhythm {
  int64_t length_ms = 20;  // of the input, about
  int64_t row_gap_ns = 0;
  int64_t interval_ms = 10;
};

int64_t longest_split(const SimJob& job) {
  size_t rows = 1;
  for (const SimTable& table : job.tables)
    for (const auto& split : table.splits) rows = std::max(rows, split.size());
  return static_cast<int64_t>(rows);
}

// Most inputs take long enough for some checkpoints: what is restored is seldom nothing.
Rhythm draw_rhythm(Random& random, const SimJob& job) {
  constexpr std::array<int, 5> kIntervalsMs = {3, 10, 30, 100, 400};
  if (random.below(5) == 0) return {.interval_ms = one_of(kIntervalsMs, random)};
  constexpr std::array<int64_t, 4> kLengthsMs = {20, 60, 200, 1'000};
  constexpr std::array<int64_t, 4> kCheckpoints = {2, 4, 8, 16};
  const int64_t length_ms = one_of(kLengthsMs, random);
  return {.length_ms = length_ms,
          .row_gap_ns = length_ms * 1'000'000 / longest_split(job),
          .interval_ms = std::max<int64_t>(3, length_ms / one_of(kCheckpoints, random))};
}

std::vector<std::pair<std::string, std::string>> draw_settings(Random& random,
                                                               int64_t interval_ms) {
  constexpr std::array<std::string_view, 3> kRestarts = {"none", "fixed-delay",
                                                         "exponential-delay"};
  std::vector<std::pair<std::string, std::string>> settings = {
      {"execution.checkpointing.dir", kStateDirectory},
      {"execution.checkpointing.interval", fmt::format("{} ms", interval_ms)},
      {"execution.checkpointing.num-retained", std::to_string(1 + random.below(3))},
      {"execution.checkpointing.tolerable-failed-checkpoints", std::to_string(random.below(3))},
      {"execution.checkpointing.max-concurrent-checkpoints", std::to_string(1 + random.below(3))},
      {"restart-strategy.type", std::string(one_of(kRestarts, random))},
      {"restart-strategy.fixed-delay.attempts", "5"},
      {"restart-strategy.fixed-delay.delay", "100 ms"},
  };
  if (random.below(6) == 0) settings.front().second = kObjectStateDirectory;
  if (random.below(3) == 0)
    settings.emplace_back("execution.lease.timeout", fmt::format("{} s", 1 + random.below(10)));
  return settings;
}

// A job goes on with what it has whether its aggregates work in one phase or in two.
void draw_phases_of_aggregates(Random random, std::vector<ProcessOptions>& processes) {
  if (random.below(2) == 0) return;
  for (ProcessOptions& process : processes) {
    const uint64_t choice = random.below(5);
    if (choice < 3) {
      process.settings.emplace_back("table.optimizer.agg-phase-strategy",
                                    choice < 2 ? "TWO_PHASE" : "ONE_PHASE");
    } else if (choice == 3) {
      process.settings.emplace_back("table.optimizer.distinct-agg.split.enabled", "true");
    }
  }
}

Phase draw_phase(Random& random, FaultKind kind) {
  constexpr std::array<Phase, 4> kReads = {Phase::kTakeLease, Phase::kReadManifest,
                                           Phase::kReadState, Phase::kLoadState};
  if (fits(kind, FileOp::kRead) && !fits(kind, FileOp::kAppend)) return one_of(kReads, random);
  return static_cast<Phase>(1 + random.below(kNumPhases - 1));
}

// A random set of kinds at a random rate: what always comes together hides what comes alone.
std::vector<Fault> draw_faults(Random& random, bool doomed) {
  std::vector<FaultKind> kinds;
  for (int kind = 0; kind < kNumFaultKinds; ++kind)
    if (random.below(3) == 0 && (doomed || !damages(static_cast<FaultKind>(kind))))
      kinds.push_back(static_cast<FaultKind>(kind));
  if (doomed)
    kinds.push_back(static_cast<FaultKind>(random.below(2) == 0
                                               ? static_cast<uint64_t>(FaultKind::kFlippedBit)
                                               : random.below(kNumFaultKinds)));
  std::vector<Fault> faults;
  // State that is damaged where it lies, between the look at a checkpoint and its use: a table is
  // read in pieces, each with the block around it, so only what stays wrong is seen to be.
  for (uint64_t i = 0; doomed && i < 4 && random.below(5) > 0; ++i)
    faults.push_back({.phase = Phase::kLoadState,
                      .kind = FaultKind::kFlippedBit,
                      .skip = static_cast<int64_t>(random.below(4)),
                      .amount = random.next() >> 8 | 1});
  if (kinds.empty()) return faults;
  const uint64_t count = random.below(one_of(std::array<uint64_t, 3>{2, 5, 20}, random));
  for (uint64_t i = 0; i < count; ++i) {
    constexpr std::array<uint64_t, 3> kOps = {40, 300, 2'000};
    Fault fault = {.op = static_cast<int64_t>(random.below(one_of(kOps, random))),
                   .kind = kinds[random.below(kinds.size())],
                   .amount = random.next() >> 8};
    // Steps of the protocol are few among all operations: most faults look for one phase or kind.
    const auto only = static_cast<FileOp>(random.below(kNumFileOps));
    const Phase phase = draw_phase(random, fault.kind);
    const uint64_t aim = random.below(4);
    if (aim == 0 && fits(fault.kind, only)) fault.only = only;
    // What comes first in a phase is the same each time.
    const auto skip = static_cast<int64_t>(random.below(12));
    if (aim > 1) fault.phase = phase;
    if (aim > 1 && random.below(2) == 0) fault.skip = skip;
    faults.push_back(fault);
  }
  std::sort(faults.begin(), faults.end(),
            [](const Fault& a, const Fault& b) { return a.op < b.op; });
  return faults;
}

std::vector<Incident> draw_incidents(Random& random, int64_t length_ms) {
  using Kind = Incident::Kind;
  constexpr std::array<Kind, 6> kKinds = {Kind::kKill,  Kind::kKill,  Kind::kPowerLoss,
                                          Kind::kPause, Kind::kPause, Kind::kClock};
  constexpr std::array<int64_t, 3> kClockMs = {5'000, 3'600'000, 86'400'000};
  constexpr std::array<CrashRule, 4> kRules = {CrashRule::kNothing, CrashRule::kEverything,
                                               CrashRule::kInOrder, CrashRule::kAny};
  std::vector<Incident> incidents;
  const uint64_t count = random.below(random.below(3) == 0 ? 10 : 4);
  const bool savepoints = random.below(3) == 0;
  // Steps and operations are counted from the incident before.
  int64_t step = 0, op = 0;
  for (uint64_t i = 0; i < count; ++i) {
    Incident incident = {
        .kind = one_of(kKinds, random),
        .rule = one_of(kRules, random),
        .sector = random.below(2) == 0 ? 512 : 4096,
        .seed = random.next() >> 8,
        .pause_ms = static_cast<int64_t>(random.below(2) == 0 ? random.below(9'000)
                                                              : 10'000 + random.below(590'000))};
    if (savepoints && random.below(2) == 0)
      incident.kind = random.below(2) == 0 ? Kind::kSavepoint : Kind::kStop;
    incident.clock_ms =
        static_cast<int64_t>(random.below(static_cast<uint64_t>(2 * one_of(kClockMs, random)))) -
        kClockMs[0];
    const uint64_t place = random.below(8);
    if (place == 0) {
      incident.step = step += spread(random);
    } else if (place < 3) {
      incident.op = op += static_cast<int64_t>(random.below(random.below(2) == 0 ? 60 : 400));
    } else {
      incident.ms = static_cast<int64_t>(random.below(static_cast<uint64_t>(length_ms * 5 / 4)));
    }
    // What a user asks for waits for no operation.
    if (place > 0 && random.below(2) == 0 && incident.kind < Kind::kSavepoint)
      incident.phase = draw_phase(random, FaultKind::kError);
    incidents.push_back(incident);
  }
  return incidents;
}

}  // namespace

Status expect_undisturbed(SimJob& job, bool batch_mode) {
  SimPlan plan;
  plan.job = job;
  plan.job.append_only = false;
  plan.job.expected_read = plan.job.expected_late = -1;
  plan.schedule.strategy = Strategy::kRunToBlock;
  plan.processes = {{.num_cores = 1,
                     .parallelism = 1,
                     .output_rows_max = 4096,
                     .pace = {.quantum_max = 4096},
                     .settings = {{"execution.runtime-mode", batch_mode ? "batch" : "streaming"}}}};
  SimResult result = carry_out(plan);
  if (result.num_ended_well == 0) return result.verdict;
  job.expected = std::move(result.output);
  job.expected_read = result.rows_read;
  job.expected_late = result.rows_late;
  return Status::OK();
}

Result<SimJob> make_own_job(Random& random) {
  SimJob job = draw_job(random);
  HW_TRY(expect_undisturbed(job, /*batch_mode=*/!job.streams_only));
  return job;
}

Result<SimPlan> plan_of_seed(uint64_t seed, const JobMaker& make_job) {
  Random random(seed_of_stream(seed, "plan"));
  SimPlan plan;
  plan.seed = seed;
  HW_ASSIGN_OR_RETURN(plan.job, make_job(random));
  plan.schedule = {
      .seed = random.next(),
      .strategy = static_cast<Strategy>(random.below(kNumDrawnStrategies)),
      .quantum_max = one_of(std::array<int64_t, 4>{1, 4, 30, 1000}, random),
      .step_ns = one_of(std::array<int64_t, 4>{2'000, 20'000, 100'000, 500'000}, random)};
  const Rhythm rhythm = draw_rhythm(random, plan.job);
  const SourcePace pace = {.row_gap_ns = rhythm.row_gap_ns};
  const auto settings = draw_settings(random, rhythm.interval_ms);
  plan.processes.clear();
  for (uint64_t i = 0, count = 1 + random.below(4); i < count; ++i)
    plan.processes.push_back(draw_process(random, pace, settings));
  plan.processes.front().standby = false;
  draw_phases_of_aggregates(Random(seed_of_stream(seed, "phases of aggregates")), plan.processes);
  plan.doomed = random.below(10) == 0;
  if (random.below(10) > 0) plan.faults = draw_faults(random, plan.doomed);
  plan.incidents = draw_incidents(random, rhythm.length_ms);
  return plan;
}

}  // namespace hw::sim
