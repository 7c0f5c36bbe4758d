// SPDX-License-Identifier: Apache-2.0
//
// The ways in which golden files are run. All must agree. Every file is run in all of
// golden_modes() and in a few of rotating_modes(), others each time.

#pragma once

#include <string>
#include <vector>

#include "sqltest/case_source.h"
#include "sqltest/restarting_job.h"

namespace hw {

struct GoldenMode {
  std::string name;
  bool batch = false;
  int parallelism = 1;
  Slicing slicing;
  /// How each job is killed and goes on; not at all by default.
  RestartRule restarts = {};
  /// Rows in the batches that operators make, at most; 0 = as usual.
  int64_t output_rows_max = 0;
  bool chaining = true;
  /// An optimizer rule that is left out.
  std::string without_rule = {};
  /// 'table.optimizer.agg-phase-strategy'.
  std::string aggregation = "AUTO";

  /// Whether EXPLAIN shows what it usually does.
  bool usual_plan() const { return chaining && without_rule.empty() && aggregation == "AUTO"; }
};

/// `seed` draws the random slicing.
inline std::vector<GoldenMode> golden_modes(uint64_t seed) {
  return {
      {.name = "batch", .batch = true, .parallelism = 1, .slicing = {}},
      {.name = "batch-4", .batch = true, .parallelism = 4, .slicing = {.rows = 3, .seed = 0}},
      {.name = "stream", .batch = false, .parallelism = 1, .slicing = {}},
      {.name = "stream-4", .batch = false, .parallelism = 4, .slicing = {}},
      {.name = "tiny", .batch = false, .parallelism = 1, .slicing = {.rows = 1, .seed = 0}},
      {.name = "tiny-4", .batch = false, .parallelism = 4, .slicing = {.rows = 1, .seed = 0}},
      {.name = "killed",
       .batch = false,
       .parallelism = 2,
       .slicing = {.rows = 1, .seed = 0},
       .restarts = {.kill_after = 1 + static_cast<int>(seed % 4), .parallelism = {2}}},
      {.name = "stopped",
       .batch = false,
       .parallelism = 2,
       .slicing = {.rows = 3, .seed = seed},
       .restarts = {.kill_after = 1 + static_cast<int>(seed % 3),
                    .stops = true,
                    .parallelism = {2, 3}}},
      {.name = "rescaled",
       .batch = false,
       .parallelism = 2,
       .slicing = {.rows = 2, .seed = 0},
       .restarts = {.kill_after = 2, .parallelism = {2, 4, 1, 3}}},
      {.name = "coded",
       .batch = false,
       .parallelism = 2,
       .slicing = {.rows = 7, .seed = 0, .coded = true}},
      {.name = "random", .batch = false, .parallelism = 2, .slicing = {.rows = 7, .seed = seed}},
  };
}

/// Sizes of batches, chaining, aggregates in one phase and in two, and each optimizer rule that is
/// not needed left out, kills at each of the first barriers from and to other parallelisms.
std::vector<GoldenMode> rotating_modes();

/// The next `count` of the rotating modes for a file; those of `rotation` + 1 follow.
std::vector<GoldenMode> rotating_modes_of(const std::string& file, uint64_t rotation, size_t count);

}  // namespace hw
