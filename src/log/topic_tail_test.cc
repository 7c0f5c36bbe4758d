// SPDX-License-Identifier: Apache-2.0

#include "log/topic_tail.h"

#include <string>

#include <gtest/gtest.h>

#include "log/drop_topic.h"
#include "log/retention.h"
#include "log/scratch_topic.h"
#include "testkit/virtual_env.h"

namespace hw {
namespace {

class TopicTailTest : public testing::Test {
 protected:
  void create(int num_partitions = 2) {
    TopicOptions options;
    options.segment_bytes = 4096;
    options.offload_path = directory_.path() + "/old";
    options.offload_after_ms = 20'000;
    ASSERT_TRUE(create_topic(env_, directory_.path(),
                             {.name = "t",
                              .schema = scratch_schema(),
                              .num_partitions = num_partitions,
                              .options = options})
                    .ok());
    std::vector<int> partitions;
    for (int p = 0; p < num_partitions; ++p) partitions.push_back(p);
    writer_ = *TopicWriter::open(env_, scratch_writer(directory_.path(), partitions));
  }
  void write(int partition, int64_t first, int64_t count = 1) {
    env_.advance_ms(1000);
    ASSERT_TRUE(writer_->append(partition, scratch_rows(first, count), {}).ok());
    const std::string token = *writer_->prepare(writer_->settled_epoch() + 1);
    ASSERT_TRUE(writer_->commit({&token, 1}).ok());
  }
  std::unique_ptr<TopicTail> tail(int64_t rows) {
    return *TopicTail::open(env_, directory_.path(), "t", rows);
  }
  static std::string text(TopicTail& tail) {
    const auto batches = tail.next();
    if (!batches.ok()) return batches.status().ToString();
    std::string text;
    for (const Batch& batch : *batches) {
      for (int64_t row = 0; row < batch.num_rows(); ++row) {
        text += (text.empty() ? "" : " ") + value_text(*batch.column(0), row);
      }
    }
    return text;
  }

  VirtualEnv env_{1'000'000};
  const ScratchDirectory directory_;
  std::unique_ptr<TopicWriter> writer_;
};

TEST_F(TopicTailTest, TheLastRowsComeInTheOrderOfTheirCommitsAndThenNewOnes) {
  create();
  write(1, 10, 3);
  write(0, 20, 2);
  write(1, 30);
  const auto last = tail(4);
  EXPECT_EQ(text(*last), "12 20 21 30");
  EXPECT_EQ(text(*last), "");
  write(0, 40);
  write(1, 50, 2);
  EXPECT_EQ(text(*last), "40 50 51");
  const auto none = tail(0);
  EXPECT_EQ(text(*none), "");
  write(0, 60);
  EXPECT_EQ(text(*none), "60");
}

TEST_F(TopicTailTest, RowsThatAppearWhileAnotherPartitionIsReadAreNotMissed) {
  create();
  for (int64_t n = 0; n < 60; ++n) write(1, n);
  const auto last = tail(1000);
  // The tail knows the topic as it was: it reads partition 0, then looks for files that are moved,
  // and learns of all that came since.
  write(0, 100);
  const auto seen = *Topic::open(env_, directory_.path(), "t");
  ASSERT_GT(clean(*seen)->num_offloaded, 0);
  EXPECT_TRUE(text(*last).ends_with(" 59"));
  EXPECT_EQ(text(*last), "100");
  EXPECT_EQ(text(*last), "");
}

TEST_F(TopicTailTest, ATopicThatIsMadeAgainGoesOnWithItsFirstRow) {
  create();
  write(0, 1, 5);
  const auto last = tail(2);
  EXPECT_EQ(text(*last), "4 5");
  writer_ = nullptr;
  ASSERT_TRUE(drop_topic(env_, directory_.path(), "t").ok());
  env_.advance_ms(1000);
  // As many records as the old one had.
  create();
  write(0, 7);
  EXPECT_EQ(text(*last), "7");
  EXPECT_EQ(last->times_made_again(), 1);
  write(1, 8);
  EXPECT_EQ(text(*last), "8");
}

TEST_F(TopicTailTest, ATopicThatIsDroppedIsSaidToBeGone) {
  create(1);
  write(0, 1);
  const auto last = tail(2);
  EXPECT_EQ(text(*last), "1");
  writer_ = nullptr;
  ASSERT_TRUE(drop_topic(env_, directory_.path(), "t").ok());
  const Status gone = last->next().status();
  EXPECT_TRUE(gone.IsKeyError()) << gone.ToString();
}

}  // namespace
}  // namespace hw
