// SPDX-License-Identifier: Apache-2.0

#include "job/checkpoint_files.h"

#include <arrow/filesystem/filesystem.h>
#include <gtest/gtest.h>

#include "testkit/faulty_env.h"

namespace hw {
namespace {

class CheckpointFilesTest : public testing::Test {
 protected:
  CheckpointFilesTest() : root_(testing::TempDir() + "headwater-checkpoint-files") { clear(); }
  ~CheckpointFilesTest() override { clear(); }
  void clear() { (void)real_env().locate(root_)->files->DeleteDir(root_).ok(); }
  Status make(const std::string& path) { return open_checkpoint_files(env_, path).status(); }
  bool is_there(const std::string& path) {
    const Env::Location location = *real_env().locate(path);
    return location.files->GetFileInfo(path)->type() == arrow::fs::FileType::Directory;
  }

  const std::string root_;
  FaultyEnv env_;
};

TEST_F(CheckpointFilesTest, EveryNameOnTheWayIsSynced) {
  ASSERT_TRUE(make(root_ + "/a/b").ok());
  EXPECT_TRUE(is_there(root_ + "/a/b"));
  EXPECT_TRUE(env_.synced.contains(root_ + "/a"));
  EXPECT_TRUE(env_.synced.contains(root_));
  EXPECT_TRUE(env_.synced.contains(root_.substr(0, root_.rfind('/'))));
}

TEST_F(CheckpointFilesTest, NamesOfAMakerThatDiedAreSyncedAgain) {
  ASSERT_TRUE(real_env().locate(root_)->files->CreateDir(root_ + "/a/b", true).ok());
  ASSERT_TRUE(make(root_ + "/a/b").ok());
  EXPECT_TRUE(env_.synced.contains(root_ + "/a"));
  EXPECT_TRUE(env_.synced.contains(root_));
}

TEST_F(CheckpointFilesTest, WhatIsNotOnDiskIsAnError) {
  env_.faults = {.fail_at = 0, .kind = Faults::Kind::kKill};
  EXPECT_FALSE(make(root_ + "/a").ok());
  env_.faults = {};
  EXPECT_TRUE(make(root_ + "/a").ok());
}

TEST_F(CheckpointFilesTest, AFileInTheWayIsNamed) {
  ASSERT_TRUE(make(root_).ok());
  {
    ASSERT_TRUE((*real_env().open_append(root_ + "/a"))->append("x").ok());
  }
  EXPECT_EQ(make(root_ + "/a/b").message(),
            "a directory is needed, but '" + root_ + "/a' is a file");
}

}  // namespace
}  // namespace hw
