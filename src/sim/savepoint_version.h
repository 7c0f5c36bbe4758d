// SPDX-License-Identifier: Apache-2.0
//
// Savepoints belong to the user: whenever one was taken, another version of the job must be able to
// go on from it, at another parallelism and from a state directory of its own, and show together
// with what was visible then exactly what is expected (I6).

#pragma once

#include <memory>
#include <string>

#include "sim/sim_run.h"
#include "sim/world.h"

namespace hw::sim {

/// Where savepoints go, and what a version from one of them writes to.
constexpr const char* kSavepointDirectory = "/save";
constexpr const char* kVersionStateDirectory = "/state-version";
constexpr const char* kVersionOutputDirectory = "/out/version";

struct TakenSavepoint {
  /// Its directory, as a user names it.
  std::string path;
  int64_t generation = 0;
  int64_t checkpoint = 0;
  /// When it was complete, to the byte.
  std::shared_ptr<const WorldImage> world = nullptr;
};

/// The savepoint whose manifest this is; no path: it is none.
TakenSavepoint savepoint_of_manifest(const std::string& path);

/// A run that goes on from there and is not disturbed. `own_place`: its rows go to a directory of
/// their own; requires that has_own_place().
SimPlan plan_of_version(const SimPlan& plan, const TakenSavepoint& savepoint, bool own_place);
/// Whether a version of the job can write elsewhere: what is in files of ours.
bool has_own_place(const SimJob& job);

}  // namespace hw::sim
