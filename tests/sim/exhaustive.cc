// SPDX-License-Identifier: Apache-2.0
//
// Faults one by one instead of by chance: a small scenario runs once for every operation on files
// that it does and every way in which that can fail, and once for every state that a loss of power
// there may leave, up to a number of them.
//
//   exhaustive [--scenario N] [--states N] [--seconds S]
//
// Without --scenario: all; `turn`: the one whose turn it is by HW_ROTATION. Each run must show
// every row once, or stop loudly where the simulator allows that. Exit code 1: a run was wrong; its
// fault is printed.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/env/env.h"
#include "sim/sim_plan.h"

namespace hw::sim {
namespace {

struct Subject {
  std::string_view name;
  bool topic = false;    // else files
  bool changes = false;  // takes rows back
  bool killed = false;   // halfway, so that a restore is among what fails
};
constexpr Subject kSubjects[] = {
    {.name = "rows into files"},
    {.name = "rows into files, killed", .killed = true},
    {.name = "changes into files", .changes = true},
    {.name = "changes into files, killed", .changes = true, .killed = true},
    {.name = "a topic", .topic = true},
    {.name = "a topic, killed", .topic = true, .killed = true},
};
constexpr int kNumSubjects = 6;
constexpr int64_t kOpsMin = 60;
constexpr int64_t kOpsMax = 500;
/// What a turn does at least on an idle machine.
constexpr int64_t kOpsOfTurn = 40;
constexpr uint64_t kSeedsMax = 2'000;

struct Arguments {
  int scenario = -1;
  int64_t turn = 0;
  int states = 64;
  double seconds = 1e9;
};

void say(const std::string& text) { (void)real_env().write_stdout(text + "\n"); }

bool suits(const SimPlan& plan, const Subject& subject) {
  return plan.job.append_only != subject.changes && plan.job.reader_script.empty() != subject.topic;
}

/// The first seed whose job suits and is small, without its faults.
Result<SimPlan> plan_of(const Subject& subject) {
  for (uint64_t seed = 1; seed <= kSeedsMax; ++seed) {
    HW_ASSIGN_OR_RETURN(SimPlan plan, plan_of_seed(seed, &make_own_job));
    if (!suits(plan, subject)) continue;
    plan.faults.clear();
    plan.incidents.clear();
    plan.trace = true;
    SimResult whole = carry_out(plan);
    if (!whole.verdict.ok()) return whole.verdict;
    if (whole.ops < kOpsMin || whole.ops > kOpsMax) continue;
    if (subject.killed) {
      plan.incidents = {{.kind = Incident::Kind::kKill, .op = whole.ops / 2}};
    }
    return plan;
  }
  return Status::KeyError("no seed gives a small job for '", subject.name, "'");
}

/// The operation of a line of a trace.
FileOp op_of(std::string_view line) {
  const std::string_view rest = line.substr(line.find(": ") + 2);
  FileOp found = FileOp::kStat;
  size_t longest = 0;
  for (int i = 0; i < kNumFileOps; ++i) {
    const std::string_view text = to_text(static_cast<FileOp>(i));
    if (!rest.starts_with(text) || text.size() <= longest) continue;
    longest = text.size();
    found = static_cast<FileOp>(i);
  }
  return found;
}

std::vector<SimPlan> failing_once(const SimPlan& plan, int64_t op, FileOp kind_of_op) {
  std::vector<SimPlan> plans;
  for (const FaultKind kind : {FaultKind::kError, FaultKind::kErrorAfter, FaultKind::kTorn,
                               FaultKind::kNoSpace, FaultKind::kSyncLost}) {
    if (!fits(kind, kind_of_op)) continue;
    SimPlan& one = plans.emplace_back(plan);
    one.faults = {{.op = op, .kind = kind, .amount = static_cast<uint64_t>(op) * 7919}};
  }
  return plans;
}

/// What a loss of power at `op` may leave: nothing or all of what was not synced, or a part.
std::vector<SimPlan> crashing_once(const SimPlan& plan, int64_t op, int states) {
  std::vector<SimPlan> plans;
  for (int state = 0; state < states; ++state) {
    Incident crash = {.kind = Incident::Kind::kPowerLoss, .op = op};
    crash.rule = state == 0       ? CrashRule::kNothing
                 : state == 1     ? CrashRule::kEverything
                 : state % 3 == 0 ? CrashRule::kInOrder
                                  : CrashRule::kAny;
    crash.sector = state % 2 == 0 ? 512 : 4096;
    crash.seed = static_cast<uint64_t>(op * 64 + state);
    SimPlan& one = plans.emplace_back(plan);
    one.incidents.push_back(crash);
    std::stable_sort(one.incidents.begin(), one.incidents.end(),
                     [](const Incident& a, const Incident& b) { return a.op < b.op; });
  }
  return plans;
}

struct Count {
  int64_t runs = 0;
  int64_t stopped = 0;
  int64_t wrong = 0;
};

void run_one(const SimPlan& plan, const std::string& what, Count& count) {
  ++count.runs;
  const SimResult result = carry_out(plan);
  if (result.stopped_loudly) ++count.stopped;
  if (result.verdict.ok()) return;
  ++count.wrong;
  say(fmt::format("WRONG {}: {}", what, result.verdict.ToString()));
}

Status run_subject(const Subject& subject, const Arguments& arguments, int64_t until_ns,
                   Count& count) {
  HW_ASSIGN_OR_RETURN(SimPlan plan, plan_of(subject));
  const std::vector<std::string> trace = carry_out(plan).trace;
  plan.trace = false;
  const auto ops = static_cast<int64_t>(trace.size());
  // A run that ends early has been at others than the one before it.
  const int64_t first = arguments.turn * kOpsOfTurn % std::max<int64_t>(ops, 1);
  for (int64_t i = 0; i < ops; ++i) {
    if (real_env().monotonic_ns() > until_ns) {
      say(fmt::format("{}: {} of {} operations, from {} on", subject.name, i, ops, first));
      return Status::OK();
    }
    const int64_t op = (first + i) % ops;
    const FileOp kind = op_of(trace[static_cast<size_t>(op)]);
    const std::string what =
        fmt::format("{} (seed {}), {}", subject.name, plan.seed, trace[static_cast<size_t>(op)]);
    for (const SimPlan& one : failing_once(plan, op, kind)) {
      run_one(one, fmt::format("{}, {}", what, to_text(one.faults[0].kind)), count);
    }
    int state = 0;
    for (const SimPlan& one : crashing_once(plan, op, arguments.states)) {
      run_one(one, fmt::format("{}, power lost, state {}", what, state++), count);
    }
  }
  say(fmt::format("{}: all {} operations", subject.name, ops));
  return Status::OK();
}

Arguments parse(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--scenario") {
      const std::string turn = real_env().variable("HW_ROTATION").value_or("0");
      const std::string which = argv[i + 1];
      const int number = std::atoi(which == "turn" ? turn.c_str() : which.c_str());
      arguments.scenario = number % kNumSubjects;
      if (which == "turn") arguments.turn = number / kNumSubjects;
    }
    if (name == "--states") arguments.states = std::atoi(argv[i + 1]);
    if (name == "--seconds") arguments.seconds = std::atof(argv[i + 1]);
  }
  return arguments;
}

int run(const Arguments& arguments) {
  const int64_t began_ns = real_env().monotonic_ns();
  const double seconds = std::min(arguments.seconds, 1e9);
  const int64_t until_ns = began_ns + static_cast<int64_t>(seconds * 1e9);
  Count count;
  for (int i = 0; i < kNumSubjects; ++i) {
    if (arguments.scenario >= 0 && arguments.scenario != i) continue;
    const Status ran = run_subject(kSubjects[i], arguments, until_ns, count);
    if (!ran.ok()) {
      say(fmt::format("exhaustive: {}: {}", kSubjects[i].name, ran.ToString()));
      return 1;
    }
  }
  say(fmt::format("exhaustive: {} runs, {} stopped loudly, {} wrong", count.runs, count.stopped,
                  count.wrong));
  return count.runs > 0 && count.wrong == 0 ? 0 : 1;
}

}  // namespace
}  // namespace hw::sim

int main(int argc, char** argv) { return hw::sim::run(hw::sim::parse(argc, argv)); }
