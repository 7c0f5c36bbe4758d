// SPDX-License-Identifier: Apache-2.0

#include "log/group_offsets.h"

#include <arrow/filesystem/filesystem.h>
#include <gtest/gtest.h>

#include "log/drop_topic.h"
#include "log/scratch_topic.h"

namespace hw {
namespace {

class GroupOffsetsTest : public ::testing::Test {
 protected:
  GroupOffsetsTest() { topic_ = made(); }
  std::unique_ptr<Topic> made() const {
    EXPECT_TRUE(create_topic(real_env(), directory_.path(),
                             {.name = "t", .schema = scratch_schema(), .num_partitions = 2})
                    .ok());
    return *Topic::open(real_env(), directory_.path(), "t");
  }
  std::vector<std::string> files_of(const std::string& group) const {
    const auto files = real_env().locate(topic_->path())->files;
    arrow::fs::FileSelector selector;
    selector.base_dir = topic_->path() + "/groups/" + group;
    std::vector<std::string> names;
    for (const auto& file : *files->GetFileInfo(selector)) names.push_back(file.path());
    std::sort(names.begin(), names.end());
    return names;
  }

  ScratchDirectory directory_;
  std::unique_ptr<Topic> topic_;
};

TEST_F(GroupOffsetsTest, TheLastWordOfEachPartitionCounts) {
  EXPECT_FALSE(read_group_offsets(*topic_, "g")->has_value());
  ASSERT_TRUE(write_group_offsets(*topic_, "g", {{0, 5}, {1, 7}}).ok());
  ASSERT_TRUE(write_group_offsets(*topic_, "g", {{1, 6}}).ok());
  ASSERT_TRUE(write_group_offsets(*topic_, "other", {{0, 1}}).ok());
  const GroupOffsets offsets = **read_group_offsets(*topic_, "g");
  EXPECT_EQ(offsets.next, (std::map<int, int64_t>{{0, 5}, {1, 6}}));
  EXPECT_GT(offsets.written_ms, 0);
  EXPECT_EQ(*list_groups(*topic_), (std::vector<std::string>{"g", "other"}));
}

TEST_F(GroupOffsetsTest, WhatACrashLeftHalfWrittenIsPassedOver) {
  for (int64_t next = 1; next <= 5; ++next) {
    ASSERT_TRUE(write_group_offsets(*topic_, "g", {{0, next}}).ok());
  }
  const std::vector<std::string> files = files_of("g");
  ASSERT_EQ(files.size(), 2u);
  ASSERT_TRUE((*real_env().open_append(files.back()))->truncate(11).ok());
  EXPECT_EQ((**read_group_offsets(*topic_, "g")).next.at(0), 4);
  ASSERT_TRUE(write_group_offsets(*topic_, "g", {{0, 9}}).ok());
  EXPECT_EQ((**read_group_offsets(*topic_, "g")).next.at(0), 9);
}

TEST_F(GroupOffsetsTest, ATopicThatIsMadeAgainHasNone) {
  ASSERT_TRUE(write_group_offsets(*topic_, "g", {{0, 5}}).ok());
  ASSERT_TRUE(drop_topic(real_env(), directory_.path(), "t").ok());
  topic_ = made();
  EXPECT_FALSE(read_group_offsets(*topic_, "g")->has_value());
  EXPECT_TRUE(list_groups(*topic_)->empty());
}

TEST_F(GroupOffsetsTest, AGroupIsNamedAsATopicIs) {
  for (const std::string name : {"", "a/b", "..", ".g"}) {
    EXPECT_TRUE(write_group_offsets(*topic_, name, {{0, 5}}).IsInvalid()) << name;
  }
}

}  // namespace
}  // namespace hw
