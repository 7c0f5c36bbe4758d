// SPDX-License-Identifier: Apache-2.0

#include "job/restart_policy.h"

#include <gtest/gtest.h>

#include "job/checkpoint_error.h"

namespace hw {
namespace {

using Waits = std::vector<std::optional<int64_t>>;

// Failures at these moments, each of an attempt that began `lived_ms` before.
Waits waits(const RestartSettings& settings, const std::vector<int64_t>& failures_ms,
            int64_t lived_ms = 0) {
  RestartPolicy policy(settings);
  Waits waits;
  for (const int64_t ms : failures_ms) waits.push_back(policy.on_failure(ms - lived_ms, ms));
  return waits;
}

TEST(RestartPolicyTest, NoneNeverStartsAgain) { EXPECT_EQ(waits({}, {0}), (Waits{std::nullopt})); }

TEST(RestartPolicyTest, AFixedDelayEndsAfterItsAttempts) {
  const RestartSettings settings{
      .strategy = RestartStrategy::kFixedDelay, .attempts = 2, .delay_ms = 70};
  EXPECT_EQ(waits(settings, {0, 100, 200}), (Waits{70, 70, std::nullopt}));
}

TEST(RestartPolicyTest, AnExponentialDelayGrowsToItsLimit) {
  const RestartSettings settings{.strategy = RestartStrategy::kExponentialDelay,
                                 .initial_backoff_ms = 100,
                                 .max_backoff_ms = 250,
                                 .backoff_multiplier = 2};
  EXPECT_EQ(waits(settings, {0, 1, 2, 3}), (Waits{100, 200, 250, 250}));
}

TEST(RestartPolicyTest, AnAttemptThatLivedLongForgetsThoseBefore) {
  const RestartSettings settings{.strategy = RestartStrategy::kExponentialDelay,
                                 .initial_backoff_ms = 100,
                                 .backoff_multiplier = 2,
                                 .reset_threshold_ms = 5'000};
  EXPECT_EQ(waits(settings, {10'000, 20'000}, 5'000), (Waits{100, 100}));
  EXPECT_EQ(waits(settings, {10'000, 20'000}, 4'999), (Waits{100, 200}));
}

TEST(RestartPolicyTest, AFailureRateEndsTheJobWhenFailuresAreTooClose) {
  const RestartSettings settings{.strategy = RestartStrategy::kFailureRate,
                                 .delay_ms = 5,
                                 .max_failures_per_interval = 2,
                                 .failure_interval_ms = 100};
  EXPECT_EQ(waits(settings, {0, 50, 100, 149}), (Waits{5, 5, 5, std::nullopt}));
}

TEST(RestartPolicyTest, OnlyWhatMayGoBetterIsTriedAgain) {
  EXPECT_TRUE(is_worth_a_restart(Status::IOError("the network is down")));
  EXPECT_TRUE(is_worth_a_restart(Status::CapacityError("the disk is full")));
  EXPECT_FALSE(is_worth_a_restart(Status::Invalid("division by zero")));
  const auto error = [](CheckpointErrorKind kind) { return checkpoint_error(kind, "text"); };
  EXPECT_TRUE(is_worth_a_restart(error(CheckpointErrorKind::kUnknownOutcome)));
  EXPECT_FALSE(is_worth_a_restart(error(CheckpointErrorKind::kFenced)));
  EXPECT_FALSE(is_worth_a_restart(error(CheckpointErrorKind::kBehindSinks)));
}

}  // namespace
}  // namespace hw
