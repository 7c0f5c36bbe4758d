// SPDX-License-Identifier: Apache-2.0

#include "sqltest/restarting_job.h"

#include <utility>

#include <gtest/gtest.h>

namespace hw {
namespace {

TEST(RestartingJobTest, RefusesToRunAGraphWithoutExchangesAtMoreThanOne) {
  JobGraph graph;
  graph.name = "t";
  const Status status = run_restarting(std::move(graph), {}, {.parallelism = {1, 3}}).status();
  EXPECT_EQ(status.message(),
            "a graph that is planned for parallelism 1 has no exchanges, so it cannot run at 3: "
            "plan it for 2 or more");
}

}  // namespace
}  // namespace hw
