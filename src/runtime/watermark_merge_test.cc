// SPDX-License-Identifier: Apache-2.0

#include "runtime/watermark_merge.h"

#include <gtest/gtest.h>

namespace hw {
namespace {

using Told = std::optional<Watermark>;

TEST(WatermarkMergeTest, TellsTheMinimumWhenItRises) {
  WatermarkMerge merge(2);
  EXPECT_EQ(merge.on_watermark(0, {10}), Told());
  EXPECT_EQ(merge.on_watermark(1, {5}), Told(Watermark{5}));
  EXPECT_EQ(merge.on_watermark(1, {7}), Told(Watermark{7}));
  EXPECT_EQ(merge.on_watermark(1, {20}), Told(Watermark{10}));
  EXPECT_EQ(merge.on_watermark(1, {30}), Told());
}

TEST(WatermarkMergeTest, NeverFalls) {
  WatermarkMerge merge(1);
  EXPECT_EQ(merge.on_watermark(0, {10}), Told(Watermark{10}));
  EXPECT_EQ(merge.on_watermark(0, {3}), Told());
  EXPECT_EQ(merge.told_ms(), 10);
}

TEST(WatermarkMergeTest, LeavesIdleMembersOut) {
  WatermarkMerge merge(2);
  EXPECT_EQ(merge.on_watermark(0, {10}), Told());
  EXPECT_EQ(merge.on_watermark(1, {Watermark::kNone, true}), Told(Watermark{10}));
  EXPECT_EQ(merge.on_watermark(0, {12}), Told(Watermark{12}));
}

TEST(WatermarkMergeTest, TakesAMemberInAgainWithItsNextRow) {
  WatermarkMerge merge(2);
  (void)merge.on_watermark(0, {10});
  (void)merge.on_watermark(1, {3});
  (void)merge.on_watermark(1, {3, true});
  EXPECT_EQ(merge.told_ms(), 10);
  // Its old watermark holds the minimum back, but what was told stays.
  EXPECT_EQ(merge.on_row(1), Told());
  EXPECT_EQ(merge.on_watermark(0, {20}), Told());
  EXPECT_EQ(merge.on_watermark(1, {15}), Told(Watermark{15}));
}

TEST(WatermarkMergeTest, StandsStillAndSaysSoWhenAllAreIdle) {
  WatermarkMerge merge(2);
  (void)merge.on_watermark(0, {10});
  (void)merge.on_watermark(1, {4});
  EXPECT_EQ(merge.on_watermark(0, {10, true}), Told());
  EXPECT_EQ(merge.on_watermark(1, {4, true}), Told(Watermark{4, true}));
  EXPECT_EQ(merge.on_watermark(1, {4, true}), Told());
  // Who wakes first ends the silence, even below what was told.
  EXPECT_EQ(merge.on_row(1), Told(Watermark{4, false}));
}

TEST(WatermarkMergeTest, AnEndedMemberLeavesForGood) {
  WatermarkMerge merge(2);
  (void)merge.on_watermark(0, {10});
  EXPECT_EQ(merge.on_end(1), Told(Watermark{10}));
  EXPECT_EQ(merge.on_end(0), Told());
  EXPECT_EQ(merge.told_ms(), 10);
}

TEST(WatermarkMergeTest, GoesOnFromARestoredWatermark) {
  WatermarkMerge merge(1, 50);
  EXPECT_EQ(merge.on_watermark(0, {40}), Told());
  EXPECT_EQ(merge.on_watermark(0, {60}), Told(Watermark{60}));
}

}  // namespace
}  // namespace hw
