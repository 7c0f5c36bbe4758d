// SPDX-License-Identifier: Apache-2.0
//
// Jobs that the simulator runs: queries of every kind that keeps something, over rows drawn from a
// seed. What their results are does not depend on who runs when: rows come late, or their order
// counts, only where they are in one split.

#pragma once

#include <cstdint>
#include <string_view>

#include "base/env/env.h"
#include "sim/sim_job.h"

namespace hw::sim {

/// Without what is expected.
SimJob draw_job(Random& random);

/// Where the rows of a job go.
enum class SimTarget : uint8_t {
  kFiles,
  kTopic,
  kTopicMovedToFolder,   // closed segments lie elsewhere soon
  kTopicMovedToObjects,  // the same on S3
};
/// A topic in one of so many jobs.
SimTarget draw_target(Random& random, uint64_t one_in);

/// Completes a job whose append_only is set: its query's rows go to files below /out, or to a topic
/// of the log that a reader copies there.
void write_to(SimJob& job, SimTarget target, std::string_view columns, std::string_view query);

}  // namespace hw::sim
