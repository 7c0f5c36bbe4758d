// SPDX-License-Identifier: Apache-2.0

#include "engine/durability.h"

#include <gtest/gtest.h>

#include "testkit/virtual_env.h"

namespace hw {
namespace {

class DurabilityTest : public testing::Test {
 protected:
  Status settings(const std::string& name) {
    std::vector<std::string> warnings;
    return durable_settings(config_, {}, name, /*bounded=*/false, env_, warnings).status();
  }

  SessionConfig config_;
  VirtualEnv env_;
};

TEST_F(DurabilityTest, AJobDoesNotKeepItsStateWhereSavepointsGo) {
  ASSERT_TRUE(config_.set("execution.checkpointing.dir", "/state/").ok());
  EXPECT_EQ(settings("savepoints").message(),
            "the job's state and savepoints would share the folder '/state/savepoints': give the "
            "job another 'pipeline.name', or savepoints a folder with "
            "'execution.checkpointing.savepoint-dir'");
  EXPECT_TRUE(settings("savepoint").ok());
  ASSERT_TRUE(config_.set("execution.checkpointing.savepoint-dir", "/elsewhere").ok());
  EXPECT_TRUE(settings("savepoints").ok());
  ASSERT_TRUE(config_.set("execution.checkpointing.savepoint-dir", "/state/a/").ok());
  EXPECT_FALSE(settings("a").ok());
}

}  // namespace
}  // namespace hw
