// SPDX-License-Identifier: Apache-2.0
//
// The ways in which every golden file is run. All must agree.

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
      {.name = "random", .batch = false, .parallelism = 2, .slicing = {.rows = 7, .seed = seed}},
  };
}

}  // namespace hw
