// SPDX-License-Identifier: Apache-2.0
//
// The simulator's command line. Exit code 1: something failed; 2: it was called wrongly.

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/env/env.h"
#include "base/env/text_file.h"
#include "reference_job.h"
#include "sim/scenario.h"
#include "sim/search.h"

namespace {

constexpr const char* kUsage =
    "sim [--seed S] [--seeds N] [--minutes M] [--keep DIRECTORY] [--hashes] [--verbose]\n"
    "    [--trace] [--no-matrix] [--no-minimize] [--planted BUG] [--ledger FILE --commit ID --date "
    "DAY]\n"
    "sim --seed S --write FILE\n"
    "sim --scenario FILE…\n";

struct Arguments {
  hw::sim::SearchOptions search;
  std::vector<std::string> scenarios;
  std::string written;  // a seed as a scenario
  std::string ledger, commit, date;
};

std::optional<Arguments> parse(const std::vector<std::string>& words) {
  Arguments arguments;
  hw::sim::SearchOptions& search = arguments.search;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--hashes") {
      search.hashes = true;
    } else if (word == "--verbose") {
      search.verbose = true;
    } else if (word == "--trace") {
      search.trace = true;
    } else if (word == "--no-matrix") {
      search.matrix = false;
    } else if (word == "--no-minimize") {
      search.minimize = false;
    } else if (i + 1 == words.size()) {
      return std::nullopt;
    } else {
      const std::string& value = words[++i];
      if (word == "--seed") {
        search.first_seed = std::strtoull(value.c_str(), nullptr, 10);
      } else if (word == "--seeds") {
        search.num_seeds = std::strtoll(value.c_str(), nullptr, 10);
      } else if (word == "--minutes") {
        search.minutes_max = std::strtod(value.c_str(), nullptr);
      } else if (word == "--keep") {
        search.scenario_directory = value;
      } else if (word == "--write") {
        arguments.written = value;
      } else if (word == "--planted") {
        search.planted = std::atoi(value.c_str());
      } else if (word == "--ledger") {
        arguments.ledger = value;
      } else if (word == "--commit") {
        arguments.commit = value;
      } else if (word == "--date") {
        arguments.date = value;
      } else if (word == "--scenario") {
        arguments.scenarios.push_back(value);
        while (i + 1 < words.size()) arguments.scenarios.push_back(words[++i]);
      } else {
        return std::nullopt;
      }
    }
  }
  if (search.num_seeds == 0 && search.minutes_max == 0) search.num_seeds = 1;
  return arguments;
}

void say(const std::string& text) { (void)hw::real_env().write_stdout(text); }

int replay_all(const std::vector<std::string>& paths) {
  int failed = 0;
  for (const std::string& path : paths) {
    const hw::Result<std::string> text = hw::read_text_file(hw::real_env(), path);
    const hw::Result<hw::sim::SimPlan> plan =
        text.ok() ? hw::sim::parse_scenario(*text) : hw::Result<hw::sim::SimPlan>(text.status());
    say(path + "\n");
    if (!plan.ok()) say(plan.status().ToString() + "\n");
    if (!plan.ok() || !hw::sim::replay(*plan, say).ok()) ++failed;
  }
  say(fmt::format("{} scenarios, {} failures\n", paths.size(), failed));
  return failed == 0 ? 0 : 1;
}

int write_scenario(const Arguments& arguments) {
  const hw::Result<hw::sim::SimPlan> plan =
      hw::sim::plan_of_seed(arguments.search.first_seed, arguments.search.make_job);
  const hw::Status written = plan.ok() ? hw::write_text_file(hw::real_env(), arguments.written,
                                                             hw::sim::scenario_text(*plan))
                                       : plan.status();
  if (!written.ok()) say(written.ToString() + "\n");
  return written.ok() ? 0 : 1;
}

// A line a run: who adds it up knows what was searched.
void write_ledger(const Arguments& arguments, const hw::sim::SearchResult& result) {
  hw::Env& env = hw::real_env();
  std::string text = hw::read_text_file(env, arguments.ledger)
                         .ValueOr(
                             "date,commit,first seed,seeds,failures,kills,pauses,faults,"
                             "simulated seconds,seconds\n");
  text += fmt::format("{},{},{},{},{},{},{},{},{:.0f},{:.0f}\n", arguments.date, arguments.commit,
                      arguments.search.first_seed, result.seeds, result.failures.size(),
                      result.sum.kills, result.sum.pauses, result.sum.faults,
                      static_cast<double>(result.sum.simulated_ns) / 1e9, result.seconds);
  const hw::Status written = hw::write_text_file(env, arguments.ledger, text);
  if (!written.ok()) say(written.ToString() + "\n");
}

}  // namespace

int main(int argc, char** argv) {
  std::optional<Arguments> arguments = parse({argv + 1, argv + argc});
  if (!arguments) {
    say(kUsage);
    return 2;
  }
  if (!arguments->scenarios.empty()) return replay_all(arguments->scenarios);
  arguments->search.make_job = &hw::sim::make_any_job;
  if (!arguments->written.empty()) return write_scenario(*arguments);
  const hw::sim::SearchResult result = hw::sim::search(arguments->search, hw::real_env(), say);
  if (!arguments->ledger.empty()) write_ledger(*arguments, result);
  return result.failures.empty() ? 0 : 1;
}
