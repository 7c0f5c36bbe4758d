// SPDX-License-Identifier: Apache-2.0
//
// What a checkpoint holds against what it has to hold (I4): the state that one thread comes to
// which reads the rows before the barrier, split by split, and nothing else.

#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "base/env/env.h"
#include "base/status.h"
#include "sim/sim_run.h"

namespace hw::sim {

/// A checkpoint or savepoint, read out.
struct CheckpointState {
  /// Rows of the operators' tables, as `operator/table: values`, but for their numbers of arrival.
  RowBag rows;
  /// How far time is for each operator; of its instances, for the one that is behind.
  std::map<std::string, int64_t> watermarks_ms;
  /// How many rows of a split are before the barrier; those that were read to their end are not
  /// there.
  std::map<std::string, int64_t> open_splits;
  /// How far the searches for splits were (position_of_search()).
  std::set<std::string> searches;
  /// Where it stands is known: each table is read once, and the input has not ended.
  bool comparable = true;
};

/// `directory` holds the manifest.
Result<CheckpointState> read_state(Env& env, const std::string& directory,
                                   const std::string& manifest);

/// How many rows of the job's tables are before it; negative: that is not known.
int64_t rows_before(const SimJob& job, const CheckpointState& state);

/// Whether what a job remembers depends on its rows alone.
bool has_certain_state(const SimJob& job);

/// Fails when the state is not that of a replay.
Status check_state(const SimPlan& plan, const CheckpointState& state);

}  // namespace hw::sim
