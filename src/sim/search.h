// SPDX-License-Identifier: Apache-2.0
//
// The search for failures: seed after seed, until there were enough or the time is over. Counts
// what it saw, keeps each failing seed as a scenario, made small.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/env/env.h"
#include "sim/sim_plan.h"

namespace hw::sim {

struct SearchOptions {
  JobMaker make_job = &make_own_job;
  uint64_t first_seed = 1;
  /// 0 = no bound.
  int64_t num_seeds = 0;
  double minutes_max = 0;
  /// A failing seed's scenario goes here.
  std::string scenario_directory;
  bool minimize = true;
  bool stop_at_failure = false;
  /// A bug that the runs have (base/planted.h), but not what is expected of them; the search ends
  /// when it is found. 0 = none.
  int planted = 0;
  /// Each seed's hash, or all that happened.
  bool hashes = false;
  bool verbose = false;
  /// Each operation on files, a line.
  bool trace = false;
  bool matrix = true;
};

struct SearchResult {
  int64_t seeds = 0;
  std::vector<uint64_t> failures;
  double seconds = 0;
  /// Sums.
  SimResult sum;
  std::string describe() const;
};

/// `env` is the real one: it says the time and keeps scenarios. `say` gets what people should read.
SearchResult search(const SearchOptions& options, Env& env,
                    const std::function<void(const std::string&)>& say);

/// Runs one scenario; the story goes to `say`.
Status replay(const SimPlan& plan, const std::function<void(const std::string&)>& say);

}  // namespace hw::sim
