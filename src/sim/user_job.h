// SPDX-License-Identifier: Apache-2.0
//
// `headwater simulate`: a user's own script in simulated worlds. Its input files are copied into
// the world, as far as they are needed; what it writes there is compared with what an undisturbed
// run writes. Nothing outside is written.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "sim/search.h"

namespace hw::sim {

struct UserSimulation {
  std::string script;
  /// Configuration keys of the command line.
  std::vector<std::pair<std::string, std::string>> settings;
  std::string working_directory = "/";
  /// Of each input file, at most.
  int64_t lines_max = 500;
  SearchOptions search = {};
};

/// `real` is where input files are. Fails when the script does without being disturbed.
Result<SearchResult> simulate(const UserSimulation& simulation, Env& real,
                              const std::function<void(const std::string&)>& say);

}  // namespace hw::sim
