// SPDX-License-Identifier: Apache-2.0
//
// Faults one by one instead of by chance: a small scenario runs once for every operation on files
// that it does and every way in which that can fail, and once for every state that a loss of power
// there may leave, up to a number of them.
//
//   exhaustive [--scenario N] [--from OPERATION] [--states N] [--seconds S]
//              [--ledger FILE --commit ID --date DAY]
//
// A process is killed at each operation, too. What stays damaged may end with a loud stop.
//
// Without --scenario: all; `turn`: the one whose turn it is by HW_ROTATION. Each run must show
// every row once, or stop loudly where the simulator allows that. Exit code 1: a run was wrong; its
// fault is printed. A ledger gets a line a scenario.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/env/env.h"
#include "base/env/text_file.h"
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
constexpr int64_t kOpsMin = 200;
constexpr int64_t kOpsMax = 600;
/// What a turn does at least on an idle machine.
constexpr int64_t kOpsOfTurn = 40;
constexpr uint64_t kSeedsMax = 2'000;

struct Arguments {
  int scenario = -1;
  int64_t turn = 0;
  int64_t from = 0;
  int states = 64;
  double seconds = 1e9;
  std::string ledger, commit, date;
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

/// Damage that stays is done to what has checksums, and may end with a loud stop.
bool can_damage(std::string_view line) { return line.find(" /state/") != std::string_view::npos; }

std::vector<SimPlan> failing_once(const SimPlan& plan, int64_t op, std::string_view line) {
  std::vector<SimPlan> plans;
  for (int i = 0; i < kNumFaultKinds; ++i) {
    const auto kind = static_cast<FaultKind>(i);
    if (!fits(kind, op_of(line)) || (damages(kind) && !can_damage(line))) continue;
    SimPlan& one = plans.emplace_back(plan);
    one.doomed = damages(kind);
    one.faults = {{.op = op, .kind = kind, .amount = static_cast<uint64_t>(op) * 7919}};
  }
  return plans;
}

/// One of the states that a loss of power may leave.
struct Left {
  CrashRule rule = CrashRule::kNothing;
  uint64_t seed = 0;
  int64_t sector = 512;
};

/// All of them where there are few enough; else nothing, everything, everything but one change, one
/// change alone, and others by chance.
std::vector<Left> states_left(size_t num_changes, size_t states_max, int64_t op) {
  std::vector<Left> states;
  if (num_changes < 16 && size_t{1} << num_changes <= states_max) {
    for (uint64_t listed = 0; listed < uint64_t{1} << num_changes; ++listed)
      states.push_back({.rule = CrashRule::kListed, .seed = listed});
    return states;
  }
  states = {{.rule = CrashRule::kNothing}, {.rule = CrashRule::kEverything}};
  const size_t listed_max = states_max * 2 / 3;
  for (size_t i = 0; i < std::min<size_t>(num_changes, 63) && states.size() < listed_max; ++i) {
    const uint64_t one = uint64_t{1} << (num_changes < 64 ? num_changes - 1 - i : i);
    states.push_back({.rule = CrashRule::kListed, .seed = one});
    states.push_back({.rule = CrashRule::kListed, .seed = ~one});
  }
  for (size_t i = states.size(); i < states_max; ++i)
    states.push_back({.rule = i % 3 == 0 ? CrashRule::kInOrder : CrashRule::kAny,
                      .seed = static_cast<uint64_t>(op) * 64 + i,
                      .sector = i % 2 == 0 ? 512 : 4096});
  states.resize(std::min(states.size(), std::max<size_t>(states_max, 1)));
  return states;
}

/// A process that is killed at `op`, and all that a loss of power there may leave.
std::vector<SimPlan> crashing_once(const SimPlan& plan, int64_t op,
                                   const std::vector<Left>& states) {
  std::vector<SimPlan> plans;
  const auto add = [&](const Incident& incident) {
    SimPlan& one = plans.emplace_back(plan);
    one.incidents.push_back(incident);
    std::stable_sort(one.incidents.begin(), one.incidents.end(),
                     [](const Incident& a, const Incident& b) { return a.op < b.op; });
  };
  add({.kind = Incident::Kind::kKill, .op = op});
  for (const Left& left : states)
    add({.kind = Incident::Kind::kPowerLoss,
         .op = op,
         .rule = left.rule,
         .sector = left.sector,
         .seed = left.seed});
  return plans;
}

struct Count {
  int64_t first = 0;  // operation that was looked at, of so many
  int64_t ops = 0;
  int64_t runs = 0;
  int64_t faults = 0;        // operations that failed in some way
  int64_t crashes = 0;       // kills and losses of power
  int64_t whole_points = 0;  // all of whose states were left once
  int64_t points = 0;
  int64_t stopped = 0;
  int64_t wrong = 0;

  void add(const Count& other) {
    runs += other.runs;
    faults += other.faults;
    crashes += other.crashes;
    whole_points += other.whole_points;
    points += other.points;
    stopped += other.stopped;
    wrong += other.wrong;
  }
  std::string describe() const {
    return fmt::format(
        "{} runs, {} operations that failed, {} crashes at {} points, all states of {} of them, {} "
        "stopped loudly, {} wrong",
        runs, faults, crashes, points, whole_points, stopped, wrong);
  }
};

// A line a scenario; what was not done in one run is done by another, from where it ended.
void write_ledger(const Arguments& arguments, const Subject& subject, const Count& count) {
  Env& env = real_env();
  std::string text = read_text_file(env, arguments.ledger)
                         .ValueOr(
                             "date,commit,scenario,operations,first,points,points with all states,"
                             "runs,operations that failed,crashes,stopped loudly,wrong\n");
  text += fmt::format("{},{},\"{}\",{},{},{},{},{},{},{},{},{}\n", arguments.date, arguments.commit,
                      subject.name, count.ops, count.first, count.points, count.whole_points,
                      count.runs, count.faults, count.crashes, count.stopped, count.wrong);
  const Status written = write_text_file(env, arguments.ledger, text);
  if (!written.ok()) say(written.ToString());
}

void run_one(const SimPlan& plan, const std::string& what, Count& count) {
  ++count.runs;
  const SimResult result = carry_out(plan);
  if (result.stopped_loudly) ++count.stopped;
  count.faults += result.faults;
  count.crashes += result.kills;
  if (result.verdict.ok()) return;
  ++count.wrong;
  say(fmt::format("WRONG {}: {}", what, result.verdict.ToString()));
}

Status run_subject(const Subject& subject, const Arguments& arguments, int64_t until_ns,
                   Count& count) {
  HW_ASSIGN_OR_RETURN(SimPlan plan, plan_of(subject));
  const SimResult whole = carry_out(plan);
  const std::vector<std::string>& trace = whole.trace;
  plan.trace = false;
  // Who reads a topic at the end is not disturbed.
  const int64_t ops = std::min(whole.open_ops, static_cast<int64_t>(trace.size()));
  // A run that ends early has been at others than the one before it.
  const bool turns = arguments.turn > 0;
  const int64_t first =
      turns ? arguments.turn * kOpsOfTurn % std::max<int64_t>(ops, 1) : arguments.from;
  count.first = first;
  count.ops = ops;
  for (int64_t i = 0; i < (turns ? ops : ops - first); ++i) {
    if (real_env().monotonic_ns() > until_ns) {
      say(fmt::format("{}: {} of {} operations, from {} on", subject.name, i, ops, first));
      return Status::OK();
    }
    const int64_t op = (first + i) % ops;
    const std::string& line = trace[static_cast<size_t>(op)];
    const std::string what = fmt::format("{} (seed {}), {}", subject.name, plan.seed, line);
    // Operations are numbered from 1.
    for (const SimPlan& one : failing_once(plan, op + 1, line))
      run_one(one, fmt::format("{}, {}", what, to_text(one.faults[0].kind)), count);
    const size_t changes = whole.unsynced[static_cast<size_t>(op)];
    const auto states = states_left(changes, static_cast<size_t>(arguments.states), op);
    ++count.points;
    if (states.size() == size_t{1} << std::min<size_t>(changes, 62)) ++count.whole_points;
    int number = -1;  // the kill
    for (const SimPlan& one : crashing_once(plan, op + 1, states))
      run_one(one, fmt::format("{}, crash {}", what, number++), count);
  }
  say(fmt::format("{}: all {} operations{}", subject.name, ops,
                  turns || first == 0 ? "" : fmt::format(" from {} on", first)));
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
    if (name == "--from") arguments.from = std::atoll(argv[i + 1]);
    if (name == "--ledger") arguments.ledger = argv[i + 1];
    if (name == "--commit") arguments.commit = argv[i + 1];
    if (name == "--date") arguments.date = argv[i + 1];
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
    Count one;
    const Status ran = run_subject(kSubjects[i], arguments, until_ns, one);
    if (!ran.ok()) {
      say(fmt::format("exhaustive: {}: {}", kSubjects[i].name, ran.ToString()));
      return 1;
    }
    if (!arguments.ledger.empty()) write_ledger(arguments, kSubjects[i], one);
    count.add(one);
  }
  say("exhaustive: " + count.describe());
  return count.runs > 0 && count.wrong == 0 ? 0 : 1;
}

}  // namespace
}  // namespace hw::sim

int main(int argc, char** argv) { return hw::sim::run(hw::sim::parse(argc, argv)); }
