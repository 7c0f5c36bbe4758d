// SPDX-License-Identifier: Apache-2.0

#include "job/job_coordinator.h"

#include <gtest/gtest.h>

namespace hw {
namespace {

using Action = JobCoordinator::Action;
using Actions = std::vector<Action>;

JobFailure failure(const std::string& message) {
  return {.cause = Status::Invalid(message), .operator_name = "Calc", .tasklet = "Calc [1/1]"};
}

TEST(JobCoordinatorTest, CommitsWhenOnlyPreparedSinksAreLeft) {
  JobCoordinator coordinator(/*num_tasklets=*/3, /*num_workers=*/1);
  EXPECT_EQ(coordinator.on_prepared(1), Actions());
  EXPECT_EQ(coordinator.on_done(0), Actions());
  EXPECT_EQ(coordinator.on_prepared(2), Actions({Action::kCommitSinks}));
  EXPECT_EQ(coordinator.on_done(1), Actions());
  EXPECT_EQ(coordinator.on_done(2), Actions());
  EXPECT_EQ(coordinator.on_worker_stopped(), Actions({Action::kFinish}));
  EXPECT_TRUE(coordinator.status().ok());
}

TEST(JobCoordinatorTest, NeedsNoCommitWithoutSinks) {
  JobCoordinator coordinator(1, 1);
  EXPECT_EQ(coordinator.on_done(0), Actions());
  EXPECT_EQ(coordinator.on_worker_stopped(), Actions({Action::kFinish}));
}

TEST(JobCoordinatorTest, WaitsForEveryWorker) {
  JobCoordinator coordinator(2, 2);
  EXPECT_EQ(coordinator.on_worker_stopped(), Actions());
  EXPECT_EQ(coordinator.on_worker_stopped(), Actions({Action::kFinish}));
}

TEST(JobCoordinatorTest, KeepsTheFirstFailure) {
  JobCoordinator coordinator(2, 1);
  EXPECT_EQ(coordinator.on_failed(failure("first")), Actions({Action::kCancelAll}));
  EXPECT_EQ(coordinator.on_failed(failure("second")), Actions());
  EXPECT_EQ(coordinator.on_prepared(0), Actions());
  EXPECT_EQ(coordinator.on_done(1), Actions()) << "nothing commits after a failure";
  EXPECT_EQ(coordinator.status().message(), "first, while running Calc");
  EXPECT_EQ(coordinator.failure()->cause.message(), "first");
}

TEST(JobCoordinatorTest, AFailureDuringTheCommitIsOneToo) {
  JobCoordinator coordinator(1, 1);
  EXPECT_EQ(coordinator.on_prepared(0), Actions({Action::kCommitSinks}));
  EXPECT_EQ(coordinator.on_failed(failure("disk full")), Actions({Action::kCancelAll}));
  EXPECT_FALSE(coordinator.status().ok());
}

TEST(JobCoordinatorTest, StopsOnlyWhatRuns) {
  JobCoordinator coordinator(1, 1);
  EXPECT_EQ(coordinator.on_stop_requested(), Actions({Action::kStopSources}));
  EXPECT_EQ(coordinator.on_prepared(0), Actions({Action::kCommitSinks}));
  EXPECT_EQ(coordinator.on_stop_requested(), Actions());
  EXPECT_TRUE(coordinator.status().ok());
}

TEST(JobCoordinatorTest, ACancellationIsNoFailure) {
  JobCoordinator coordinator(1, 1);
  EXPECT_EQ(coordinator.on_cancel_requested(), Actions({Action::kCancelAll}));
  EXPECT_EQ(coordinator.on_cancel_requested(), Actions());
  EXPECT_EQ(coordinator.on_failed(failure("late")), Actions());
  EXPECT_TRUE(coordinator.status().IsCancelled());
  EXPECT_FALSE(coordinator.failure().has_value());
}

}  // namespace
}  // namespace hw
