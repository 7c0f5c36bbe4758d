// SPDX-License-Identifier: Apache-2.0

#include "log/drop_topic.h"

#include <arrow/filesystem/filesystem.h>
#include <gtest/gtest.h>

#include "log/log_error.h"
#include "log/scratch_topic.h"
#include "testkit/virtual_env.h"

namespace hw {
namespace {

class DropTopicTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(
        create_topic(env_, directory_.path(), {.name = "t", .schema = scratch_schema()}).ok());
  }
  Status drop() { return drop_topic(env_, directory_.path(), "t"); }
  std::vector<std::string> topics() { return *list_topics(env_, directory_.path()); }

  VirtualEnv env_{1'000'000};
  const ScratchDirectory directory_;
};

TEST_F(DropTopicTest, NothingOfTheTopicStays) {
  {
    const auto writer = *TopicWriter::open(env_, scratch_writer(directory_.path(), {0}));
    ASSERT_TRUE(writer->append(0, scratch_rows(0, 3), {}).ok());
    const std::string token = *writer->prepare(1);
    ASSERT_TRUE(writer->commit({&token, 1}).ok());
  }
  ASSERT_EQ(topics(), std::vector<std::string>{"t"});
  EXPECT_EQ(drop(), Status::OK());
  EXPECT_TRUE(topics().empty());
  const Env::Location location = *env_.locate(directory_.path());
  arrow::fs::FileSelector selector;
  selector.base_dir = location.path;
  EXPECT_TRUE(location.files->GetFileInfo(selector)->empty());
}

TEST_F(DropTopicTest, ANewTopicOfTheNameBeginsEmpty) {
  ASSERT_TRUE(drop().ok());
  ASSERT_TRUE(
      create_topic(env_, directory_.path(), {.name = "t", .schema = scratch_schema()}).ok());
  EXPECT_EQ(*scratch_read(env_, directory_.path(), 0), "");
}

TEST_F(DropTopicTest, AWriterThatLivesKeepsTheTopic) {
  const auto writer = *TopicWriter::open(env_, scratch_writer(directory_.path(), {0}));
  const Status refused = drop();
  EXPECT_EQ(log_error_of(refused), LogErrorKind::kHeld);
  EXPECT_EQ(topics(), std::vector<std::string>{"t"});
}

TEST_F(DropTopicTest, AMissingTopicIsAnError) {
  ASSERT_TRUE(drop().ok());
  EXPECT_TRUE(drop().IsKeyError());
}

TEST_F(DropTopicTest, WhatADropLeftIsRemovedByTheNext) {
  const Env::Location location = *env_.locate(directory_.path());
  const std::string left = location.path + "/.dropped-x-1";
  ASSERT_TRUE(location.files->CreateDir(left + "/chain").ok());
  EXPECT_EQ(topics(), std::vector<std::string>{"t"});
  ASSERT_TRUE(drop().ok());
  EXPECT_EQ(location.files->GetFileInfo(left)->type(), arrow::fs::FileType::NotFound);
}

}  // namespace
}  // namespace hw
