// SPDX-License-Identifier: Apache-2.0

#include "runtime/inbox.h"

#include <string>

#include <gtest/gtest.h>

#include "columnar/literal.h"
#include "columnar/type_parser.h"

namespace hw {
namespace {

Batch row(int64_t n) { return *parse_batch(*parse_schema("n BIGINT"), "+ " + std::to_string(n)); }

// Channels and what comes out of the inbox behind them, as text: `0:+I[1]`, `wm 5`, `end 0`.
class InboxTest : public testing::Test {
 protected:
  void open(const std::vector<int>& input_of_channel, int num_inputs,
            const InputSelection* selection = nullptr,
            Alignment alignment = Alignment::kExactlyOnce) {
    std::vector<InputChannel> inputs;
    for (const int input : input_of_channel) {
      channels_.push_back(make_local_channel({}));
      inputs.push_back({input, channels_.back().get()});
    }
    inbox_ = std::make_unique<Inbox>(inputs, num_inputs, selection, alignment);
  }
  void send(size_t channel, Message message) { ASSERT_TRUE(channels_[channel]->offer(message)); }

  std::string drain() {
    std::string text;
    while (true) {
      const auto delivery = inbox_->next();
      if (!delivery.ok()) return text + delivery.status().message();
      if (!*delivery) return text;
      if (!text.empty()) text += " | ";
      const auto& [input, message] = **delivery;
      if (const auto* batch = std::get_if<Batch>(&message))
        text += std::to_string(input) + ":" + batch->to_text();
      if (const auto* watermark = std::get_if<Watermark>(&message))
        text += (watermark->idle ? "idle " : "wm ") + std::to_string(watermark->ms);
      if (const auto* barrier = std::get_if<Barrier>(&message))
        text += "barrier " + std::to_string(barrier->id);
      if (std::holds_alternative<End>(message)) text += "end " + std::to_string(input);
    }
  }

  std::vector<std::unique_ptr<Channel>> channels_;
  std::unique_ptr<Inbox> inbox_;
};

TEST_F(InboxTest, ReadsAllChannelsInTurn) {
  open({0, 0}, 1);
  for (int i = 0; i < 20; ++i) send(0, row(1));
  send(1, row(2));
  const std::string text = drain();
  EXPECT_LT(text.find("[2]"), text.size() / 2) << "a full channel does not starve another";
}

TEST_F(InboxTest, TellsTheMinimumWatermarkOfAllInputs) {
  open({0, 0, 1}, 2);
  send(0, Watermark{10});
  send(1, Watermark{8});
  EXPECT_EQ(drain(), "");
  send(2, Watermark{9});
  EXPECT_EQ(drain(), "wm 8");
  send(1, Watermark{30});
  EXPECT_EQ(drain(), "wm 9");
}

TEST_F(InboxTest, AnIdleChannelHoldsNobodyBack) {
  open({0, 0}, 1);
  send(0, Watermark{10});
  send(1, Watermark{Watermark::kNone, true});
  EXPECT_EQ(drain(), "wm 10");
  send(0, Watermark{10, true});
  EXPECT_EQ(drain(), "idle 10");
  send(1, row(1));
  EXPECT_EQ(drain(), "wm 10 | 0:+I[1]") << "it wakes before its row";
}

TEST_F(InboxTest, AnEndedChannelLeavesTheMinimum) {
  open({0, 0}, 1);
  send(0, Watermark{10});
  send(1, Watermark{5});
  send(1, End{});
  EXPECT_EQ(drain(), "wm 5 | wm 10");
  send(0, End{});
  EXPECT_EQ(drain(), "end 0");
  EXPECT_TRUE(inbox_->ended());
}

TEST_F(InboxTest, AnInputWithoutChannelsHasEnded) {
  open({1}, 2);
  EXPECT_EQ(drain(), "end 0");
  send(0, End{});
  EXPECT_EQ(drain(), "end 1");
}

TEST_F(InboxTest, ABarrierWaitsForAllChannelsAndBlocksThoseThatHaveIt) {
  open({0, 0, 1}, 2);
  send(0, Barrier{.id = 1});
  send(0, row(11));  // belongs to the next checkpoint
  send(1, row(2));
  send(2, row(3));
  send(2, Barrier{.id = 1});
  send(2, Watermark{50});
  EXPECT_EQ(drain(), "0:+I[2] | 1:+I[3]");
  send(1, row(4));
  send(1, Barrier{.id = 1});
  EXPECT_EQ(drain(), "0:+I[4] | barrier 1 | 0:+I[11]");
}

TEST_F(InboxTest, AnEndedChannelIsNotWaitedFor) {
  open({0, 0}, 1);
  send(0, Barrier{.id = 1});
  EXPECT_EQ(drain(), "");
  send(1, row(2));
  send(1, End{});
  EXPECT_EQ(drain(), "0:+I[2] | barrier 1");
  send(0, Barrier{.id = 2});
  EXPECT_EQ(drain(), "barrier 2");
}

TEST_F(InboxTest, AtLeastOnceGoesOnBehindABarrierAndPassesEachWhenAllHaveIt) {
  open({0, 0}, 1, nullptr, Alignment::kAtLeastOnce);
  send(0, Barrier{.id = 1});
  send(0, row(1));
  send(0, Barrier{.id = 2});
  send(0, row(2));
  EXPECT_EQ(drain(), "0:+I[1] | 0:+I[2]");
  send(1, Barrier{.id = 1});
  EXPECT_EQ(drain(), "barrier 1");
  send(1, End{});
  EXPECT_EQ(drain(), "barrier 2");
}

TEST_F(InboxTest, RefusesABarrierThatOvertakes) {
  open({0, 0}, 1);
  send(0, Barrier{.id = 1});
  send(1, Barrier{.id = 2});
  EXPECT_NE(drain().find("barriers arrive in order"), std::string::npos);
}

TEST_F(InboxTest, ALostSenderIsAnErrorAndNoEnd) {
  open({0}, 1);
  send(0, row(1));
  channels_[0]->close(Status::IOError("the peer is gone"));
  EXPECT_EQ(drain(), "0:+I[1]the peer is gone");
}

class Wants final : public InputSelection {
 public:
  uint32_t wanted_inputs() const override { return mask; }
  uint32_t mask = 1;
};

TEST_F(InboxTest, ReadsOnlyWantedInputs) {
  Wants wants;
  open({0, 1}, 2, &wants);
  send(1, row(2));
  send(0, row(1));
  EXPECT_EQ(drain(), "0:+I[1]");
  send(0, End{});
  EXPECT_EQ(drain(), "end 0 | 1:+I[2]") << "when what it wants has ended, the others go on";
}

TEST_F(InboxTest, TellsSendersThatNobodyWantsMore) {
  open({0, 0}, 1);
  inbox_->stop_wanting();
  EXPECT_TRUE(channels_[0]->unwanted() && channels_[1]->unwanted());
}

}  // namespace
}  // namespace hw
