// SPDX-License-Identifier: Apache-2.0

#include "reference/examination.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace hw::reference {
namespace {

bool disables(const EngineMode& mode, std::string_view rule) {
  return std::any_of(mode.options.begin(), mode.options.end(),
                     [&](const auto& option) { return option.second == rule; });
}

TEST(ExaminationTest, WhoReadsWhatIsFoundOutWhereThatDecidesWhichRowsAreLate) {
  int overs = 0, others = 0;
  for (uint64_t seed = 1; seed <= 400; ++seed) {
    const GeneratedJob job = *generate_job(seed, {.query = {.whole_grammar = true}});
    if (!has_late_rows(job)) continue;
    const bool over = job.query().find(" OVER (") != std::string::npos;
    for (uint64_t drawn = 1; drawn <= 20; ++drawn) {
      const EngineMode mode = mode_for(job, /*batch=*/false, drawn);
      const bool blind = disables(mode, "prune_columns") || disables(mode, "fold_constants");
      overs += over ? 1 : 0;
      others += blind && !over ? 1 : 0;
      EXPECT_FALSE(over && blind) << "seed " << seed << ", mode of " << drawn;
    }
  }
  EXPECT_GT(overs, 100);
  EXPECT_GT(others, 10);
}

}  // namespace
}  // namespace hw::reference
