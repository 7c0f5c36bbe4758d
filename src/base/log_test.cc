// SPDX-License-Identifier: Apache-2.0

#include "base/log.h"

#include <string>

#include <gtest/gtest.h>

namespace hw {
namespace {

TEST(LogTest, WritesFromTheSetLevelOn) {
  EXPECT_FALSE(log_enabled(LogLevel::kDebug));
  EXPECT_TRUE(log_enabled(LogLevel::kNote));
  set_log_level(LogLevel::kError);
  EXPECT_FALSE(log_enabled(LogLevel::kWarning));
  EXPECT_TRUE(log_enabled(LogLevel::kError));
  set_log_level(LogLevel::kNote);
}

}  // namespace
}  // namespace hw
