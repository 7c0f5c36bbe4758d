// SPDX-License-Identifier: Apache-2.0

#include "job/checkpoint_error.h"

#include <gtest/gtest.h>

namespace hw {
namespace {

TEST(CheckpointErrorTest, TheKindSurvivesContextAndAPosition) {
  const Status held = checkpoint_error(CheckpointErrorKind::kHeld, "held by somebody");
  const Status told = at({.line = 3, .column = 7}, while_doing(held, "starting the job"));
  EXPECT_EQ(checkpoint_error_of(told), CheckpointErrorKind::kHeld);
  EXPECT_EQ(position_of(told).line, 3);
  EXPECT_EQ(told.message(), "held by somebody, while starting the job");
}

TEST(CheckpointErrorTest, OtherErrorsHaveNoKind) {
  EXPECT_EQ(checkpoint_error_of(Status::OK()), std::nullopt);
  EXPECT_EQ(checkpoint_error_of(Status::IOError("no disk")), std::nullopt);
  EXPECT_EQ(checkpoint_error_of(at({.line = 1, .column = 1}, Status::IOError("no disk"))),
            std::nullopt);
}

}  // namespace
}  // namespace hw
