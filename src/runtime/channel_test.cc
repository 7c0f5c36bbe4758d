// SPDX-License-Identifier: Apache-2.0

#include "runtime/channel.h"

#include <string>

#include <gtest/gtest.h>

#include "base/env/env.h"
#include "columnar/literal.h"
#include "columnar/type_parser.h"
#include "runtime/worker_waker.h"

namespace hw {
namespace {

Batch row(int64_t n) { return *parse_batch(*parse_schema("n BIGINT"), "+ " + std::to_string(n)); }

// Both kinds keep the same promises.
class ChannelTest : public testing::TestWithParam<bool> {
 protected:
  std::unique_ptr<Channel> make(ChannelOptions options) {
    return GetParam() ? make_spsc_channel(options, producer_, consumer_)
                      : make_local_channel(options);
  }
  static bool offer(Channel& channel, Message message) { return channel.offer(message); }

  WorkerWaker producer_, consumer_;
};

TEST_P(ChannelTest, KeepsTheOrder) {
  const auto channel = make({});
  EXPECT_TRUE(offer(*channel, row(1)));
  EXPECT_TRUE(offer(*channel, Watermark{5}));
  EXPECT_TRUE(offer(*channel, Barrier{.id = 3}));
  EXPECT_TRUE(offer(*channel, End{}));
  std::vector<Message> out;
  EXPECT_EQ(channel->take(out, 2), 2u);
  EXPECT_EQ(channel->take(out, 9), 2u);
  EXPECT_EQ(std::get<Batch>(out[0]).to_text(), "+I[1]");
  EXPECT_EQ(std::get<Watermark>(out[1]).ms, 5);
  EXPECT_EQ(std::get<Barrier>(out[2]).id, 3);
  EXPECT_TRUE(std::holds_alternative<End>(out[3]));
  EXPECT_EQ(channel->take(out, 9), 0u);
}

TEST_P(ChannelTest, RefusesWhatIsAboveItsBoundInMessages) {
  const auto channel = make({.messages_max = 2});
  EXPECT_TRUE(offer(*channel, Watermark{1}));
  EXPECT_TRUE(offer(*channel, Watermark{2}));
  Message third = row(3);
  EXPECT_FALSE(channel->offer(third));
  EXPECT_EQ(std::get<Batch>(third).num_rows(), 1) << "a refused message stays whole";
  std::vector<Message> out;
  EXPECT_EQ(channel->take(out, 1), 1u);
  EXPECT_TRUE(channel->offer(third));
}

TEST_P(ChannelTest, RefusesWhatIsAboveItsBoundInBytesButOneBatchAlwaysPasses) {
  const auto channel = make({.messages_max = 8, .bytes_max = 1});
  EXPECT_TRUE(offer(*channel, row(1)));
  EXPECT_FALSE(offer(*channel, row(2)));
  std::vector<Message> out;
  EXPECT_EQ(channel->take(out, 8), 1u);
  EXPECT_TRUE(offer(*channel, row(2)));
}

TEST_P(ChannelTest, ALossIsToldAfterWhatWasSentAndIsNoEnd) {
  const auto channel = make({});
  EXPECT_TRUE(offer(*channel, row(1)));
  channel->close(Status::IOError("the peer is gone"));
  EXPECT_TRUE(channel->lost().ok());
  std::vector<Message> out;
  EXPECT_EQ(channel->take(out, 8), 1u);
  EXPECT_EQ(channel->lost().message(), "the peer is gone");
}

TEST_P(ChannelTest, TheProducerSeesThatNobodyWantsMore) {
  const auto channel = make({.messages_max = 1});
  EXPECT_FALSE(channel->unwanted());
  EXPECT_TRUE(offer(*channel, row(1)));
  channel->stop_wanting();
  EXPECT_TRUE(channel->unwanted());
}

INSTANTIATE_TEST_SUITE_P(Kinds, ChannelTest, testing::Bool(),
                         [](const auto& param) { return param.param ? "Spsc" : "Local"; });

// The one test with threads here: a small ring, both ends as fast as they can.
TEST(SpscChannelTest, CarriesEverythingInOrderBetweenThreads) {
  constexpr int64_t kMessages = 20'000;
  WorkerWaker producer, consumer;
  const auto channel = make_spsc_channel({.messages_max = 4}, producer, consumer);
  const auto thread = real_env().start_thread("producer", [&] {
    for (int64_t i = 0; i < kMessages;) {
      Message message = Watermark{i};
      producer.announce();
      if (channel->offer(message)) {
        ++i;
        producer.withdraw();
      } else {
        producer.park(1'000'000'000);
      }
    }
  });
  int64_t next = 0;
  std::vector<Message> out;
  while (next < kMessages) {
    consumer.announce();
    out.clear();
    if (channel->take(out, 3) == 0) {
      consumer.park(1'000'000'000);
      continue;
    }
    consumer.withdraw();
    for (const Message& message : out) ASSERT_EQ(std::get<Watermark>(message).ms, next++);
  }
}

}  // namespace
}  // namespace hw
