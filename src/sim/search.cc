// SPDX-License-Identifier: Apache-2.0

#include "sim/search.h"

#include <utility>

#include <arrow/filesystem/filesystem.h>
#include <fmt/format.h>

#include "base/assert.h"
#include "base/env/text_file.h"
#include "base/planted.h"
#include "sim/minimize.h"
#include "sim/scenario.h"

namespace hw::sim {
namespace {

// One seed in so many is run again: both runs must be the same to the last event.
constexpr uint64_t kRepeatEvery = 50;

void plant(int number) {
#ifdef HW_DEBUG_CHECKS
  planted_bug = number;
#else
  HW_CHECK(number == 0 && "bugs are planted in builds with debug checks only");
#endif
}

void add(SimResult& sum, const SimResult& result) {
  sum.kills += result.kills;
  sum.pauses += result.pauses;
  sum.restores += result.restores;
  sum.savepoints += result.savepoints;
  sum.versions += result.versions;
  sum.states += result.states;
  sum.faults += result.faults;
  sum.ops += result.ops;
  sum.steps += result.steps;
  sum.rows += result.rows;
  sum.processes += result.processes;
  sum.simulated_ns += result.simulated_ns;
  sum.coverage.add(result.coverage);
}

class Search {
 public:
  Search(const SearchOptions& options, Env& env, const std::function<void(const std::string&)>& say)
      : options_(options), env_(env), say_(say), begin_ns_(env.monotonic_ns()) {}

  SearchResult run() {
    for (uint64_t seed = options_.first_seed; !enough(); ++seed) {
      ++result_.seeds;
      Result<SimPlan> plan = plan_of_seed(seed, options_.make_job);
      if (options_.planted > 0) say_(fmt::format("seed {}\n", seed));
      if (!plan.ok()) {
        fail(seed, plan.status());
      } else {
        run_plan(seed, *std::move(plan));
      }
    }
    result_.seconds = seconds();
    return std::move(result_);
  }

 private:
  double seconds() const { return static_cast<double>(env_.monotonic_ns() - begin_ns_) / 1e9; }
  bool enough() const {
    const bool stops = options_.planted > 0 || options_.stop_at_failure;
    if (stops && !result_.failures.empty()) return true;
    if (options_.num_seeds > 0 && result_.seeds >= options_.num_seeds) return true;
    return options_.minutes_max > 0 && seconds() >= options_.minutes_max * 60;
  }

  void fail(uint64_t seed, const Status& why) {
    say_(fmt::format("seed {} FAILED: {}\n", seed, why.ToString()));
    result_.failures.push_back(seed);
  }

  void run_plan(uint64_t seed, SimPlan plan) {
    plan.trace = options_.trace;
    plant(options_.planted);
    const SimResult result = carry_out(plan);
    plant(0);
    add(result_.sum, result);
    if (options_.hashes || options_.verbose)
      say_(fmt::format("seed {} {} hash {:016x} steps {} ops {} faults {} kills {} processes {}\n",
                       seed, plan.job.name, result.hash, result.steps, result.ops, result.faults,
                       result.kills, result.processes));
    for (const std::string& line : result.trace) say_("  " + line + "\n");
    if (options_.verbose || !result.verdict.ok())
      for (const std::string& line : result.story) say_("  " + line + "\n");
    if (!result.verdict.ok()) {
      fail(seed, result.verdict);
      return keep(seed, std::move(plan));
    }
    if (seed % kRepeatEvery != 0 || options_.planted > 0) return;
    const SimResult again = carry_out(plan);
    if (again.hash != result.hash) fail(seed, first_difference(std::move(plan)));
  }

  // Where two runs of one plan part.
  static Status first_difference(SimPlan plan) {
    plan.trace = true;
    const std::vector<std::string> one = carry_out(plan).trace, two = carry_out(plan).trace;
    size_t at = 0;
    while (at < one.size() && at < two.size() && one[at] == two[at]) ++at;
    return Status::Invalid("the same seed ran twice and differed: at operation ", at + 1, ", '",
                           at < one.size() ? one[at] : "the end", "' against '",
                           at < two.size() ? two[at] : "the end", "'");
  }

  void keep(uint64_t seed, SimPlan plan) {
    if (options_.scenario_directory.empty() || options_.planted > 0) return;
    if (options_.minimize)
      plan = minimize(std::move(plan),
                      {.expect = [](SimJob& job) { return expect_undisturbed(job, false); }});
    // Where it cannot be made the file cannot, either, and that is said.
    const Result<Env::Location> place = env_.locate(options_.scenario_directory);
    if (place.ok()) (void)place->files->CreateDir(place->path, /*recursive=*/true);
    const std::string path = fmt::format("{}/seed-{}.scenario", options_.scenario_directory, seed);
    const Status kept = write_text_file(env_, path, scenario_text(plan));
    say_(kept.ok() ? fmt::format("  scenario: {}\n", path)
                   : fmt::format("  the scenario could not be kept: {}\n", kept.ToString()));
  }

  const SearchOptions& options_;
  Env& env_;
  const std::function<void(const std::string&)>& say_;
  const int64_t begin_ns_;
  SearchResult result_;
};

}  // namespace

std::string SearchResult::describe() const {
  return fmt::format(
      "{} seeds, {} failures, {} kills, {} pauses, {} faults, {} processes, {} restores, {} "
      "savepoints, {} versions from them, {} states replayed, {} operations, {} steps, {:.1f} h "
      "simulated in {:.1f} s: "
      "{:.0f} seeds a minute\n",
      seeds, failures.size(), sum.kills, sum.pauses, sum.faults, sum.processes, sum.restores,
      sum.savepoints, sum.versions, sum.states, sum.ops, sum.steps,
      static_cast<double>(sum.simulated_ns) / 3.6e12, seconds,
      static_cast<double>(seeds) * 60 / seconds);
}

SearchResult search(const SearchOptions& options, Env& env,
                    const std::function<void(const std::string&)>& say) {
  SearchResult result = Search(options, env, say).run();
  if (options.matrix) say(result.sum.coverage.describe());
  say(result.describe());
  return result;
}

Status replay(const SimPlan& plan, const std::function<void(const std::string&)>& say) {
  const SimResult result = carry_out(plan);
  for (const std::string& line : result.story) say("  " + line + "\n");
  say(fmt::format("hash {:016x} steps {} ops {}: {}\n", result.hash, result.steps, result.ops,
                  result.verdict.ToString()));
  return result.verdict;
}

}  // namespace hw::sim
