// SPDX-License-Identifier: Apache-2.0

#include "sqltest/golden_mode.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/crc32c.h"
#include "plan/rules/rule.h"

namespace hw {
namespace {

// Of the barriers behind which an attempt is killed. Later ones are seldom reached: golden inputs
// are small.
constexpr int kBarriersMax = 6;

void add_batch_sizes(std::vector<GoldenMode>& modes) {
  for (const int64_t rows : {2, 7, 1024, 65536}) {
    modes.push_back({.name = "rows-" + std::to_string(rows),
                     .parallelism = rows < 10 ? 2 : 1,
                     .slicing = {.rows = rows, .seed = 0},
                     .output_rows_max = std::min(rows, kBatchRowsMax)});
  }
  modes.push_back({.name = "coded-batch", .batch = true, .slicing = {.coded = true}});
  modes.push_back({.name = "output-1", .slicing = {}, .output_rows_max = 1});
  modes.push_back({.name = "output-1-batch", .batch = true, .slicing = {}, .output_rows_max = 1});
}

void add_plans(std::vector<GoldenMode>& modes) {
  modes.push_back({.name = "unchained", .parallelism = 2, .slicing = {}, .chaining = false});
  modes.push_back({.name = "unchained-batch", .batch = true, .slicing = {}, .chaining = false});
  modes.push_back(
      {.name = "one-phase", .parallelism = 2, .slicing = {}, .aggregation = "ONE_PHASE"});
  modes.push_back(
      {.name = "two-phase", .parallelism = 2, .slicing = {}, .aggregation = "TWO_PHASE"});
  modes.push_back({.name = "two-phase-7",
                   .parallelism = 3,
                   .slicing = {.rows = 7, .seed = 0},
                   .restarts = {.kill_after = 2, .parallelism = {3, 1, 2}},
                   .aggregation = "TWO_PHASE"});
  for (const Rule& rule : rules_in_order()) {
    if (rule.needed) continue;
    const std::string name(rule.name);
    modes.push_back({.name = "without-" + name, .slicing = {}, .without_rule = name});
    modes.push_back(
        {.name = "without-" + name + "-batch", .batch = true, .slicing = {}, .without_rule = name});
  }
}

void add_restores(std::vector<GoldenMode>& modes) {
  constexpr std::array<std::pair<int, int>, 4> kParallelisms = {
      std::pair{1, 4}, {4, 1}, {2, 3}, {3, 8}};
  for (int barrier = 1; barrier <= kBarriersMax; ++barrier) {
    for (const auto& [from, to] : kParallelisms) {
      modes.push_back({.name = "restored-" + std::to_string(barrier) + "-" + std::to_string(from) +
                               "-" + std::to_string(to),
                       // A plan for one instance has no edges that could be dealt out.
                       .parallelism = std::max(from, 2),
                       .slicing = {.rows = 1, .seed = 0},
                       .restarts = {.kill_after = barrier, .parallelism = {from, to}}});
    }
  }
}

}  // namespace

std::vector<GoldenMode> rotating_modes() {
  std::vector<GoldenMode> modes;
  add_batch_sizes(modes);
  add_plans(modes);
  add_restores(modes);
  return modes;
}

std::vector<GoldenMode> rotating_modes_of(const std::string& file, uint64_t rotation,
                                          size_t count) {
  const std::vector<GoldenMode> all = rotating_modes();
  // Each file begins elsewhere, so that every run has some of every kind.
  const uint64_t first = crc32c(0, file.data(), file.size()) + rotation * count;
  std::vector<GoldenMode> chosen;
  for (size_t i = 0; i < std::min(count, all.size()); ++i) {
    // A stride that shares no divisor with their number visits all of them.
    chosen.push_back(all[(first + i) * 17 % all.size()]);
  }
  return chosen;
}

}  // namespace hw
