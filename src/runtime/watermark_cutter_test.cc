// SPDX-License-Identifier: Apache-2.0

#include "runtime/watermark_cutter.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "base/env/env.h"
#include "columnar/literal.h"
#include "columnar/type_parser.h"

namespace hw {
namespace {

// Rows whose only column is their time; the watermark is that time less `delay`.
TimedBatch timed(std::string_view rows, int64_t delay = 0) {
  TimedBatch timed{.batch = *parse_batch(*parse_schema("t BIGINT"), rows)};
  for (int64_t row = 0; row < timed.batch.num_rows(); ++row) {
    const auto time = timed.batch.column(0)->value<int64_t>(row);
    timed.time_ms.push_back(time);
    timed.watermark_ms.push_back(time - delay);
  }
  return timed;
}

std::string text(const std::vector<Message>& messages) {
  std::string text;
  for (const Message& message : messages) {
    if (!text.empty()) text += " / ";
    if (const auto* batch = std::get_if<Batch>(&message)) text += batch->to_text();
    if (const auto* watermark = std::get_if<Watermark>(&message))
      text += "wm " + std::to_string(watermark->ms);
  }
  return text;
}

std::string cut(const TimedBatch& rows) {
  WatermarkCutter cutter;
  std::vector<Message> out;
  cutter.cut(rows, out);
  return text(out);
}

TEST(WatermarkCutterTest, SendsTheWatermarkBehindABatchWhoseRowsAreAllOnTime) {
  EXPECT_EQ(cut(timed("+ 1 | + 5 | + 7")), "+I[1] | +I[5] | +I[7] / wm 7");
}

TEST(WatermarkCutterTest, CutsBeforeALateRow) {
  EXPECT_EQ(cut(timed("+ 1 | + 5 | + 3 | + 7")), "+I[1] | +I[5] / wm 5 / +I[3] | +I[7] / wm 7");
}

TEST(WatermarkCutterTest, AnEqualTimeIsLate) {
  EXPECT_EQ(cut(timed("+ 5 | + 5")), "+I[5] / wm 5 / +I[5]");
  EXPECT_EQ(cut(timed("+ 5 | + 5", 1)), "+I[5] | +I[5] / wm 4");
}

TEST(WatermarkCutterTest, CutsOnceForLateRowsInSuccession) {
  EXPECT_EQ(cut(timed("+ 9 | + 3 | + 4 | + 5 | + 9")),
            "+I[9] / wm 9 / +I[3] | +I[4] | +I[5] | +I[9]");
}

TEST(WatermarkCutterTest, IgnoresRowsWithoutWatermark) {
  TimedBatch rows = timed("+ 5 | + 6");
  rows.watermark_ms = {Watermark::kNone, Watermark::kNone};
  EXPECT_EQ(cut(rows), "+I[5] | +I[6]");
}

TEST(WatermarkCutterTest, NeverPartsAnUpdateAndJudgesItByItsEarlierTime) {
  EXPECT_EQ(cut(timed("+ 5 | -U 6 | +U 4 | + 9")), "+I[5] / wm 5 / -U[6] | +U[4] | +I[9] / wm 9");
  EXPECT_EQ(cut(timed("+ 5 | -U 4 | +U 8 | + 7")), "+I[5] / wm 5 / -U[4] | +U[8] / wm 8 / +I[7]");
}

TEST(WatermarkCutterTest, GoesOnFromARestoredWatermark) {
  WatermarkCutter cutter(10);
  std::vector<Message> out;
  cutter.cut(timed("+ 9 | + 12"), out);
  EXPECT_EQ(text(out), "+I[9] | +I[12] / wm 12");
}

// What the rule is for: whichever way the rows are cut into batches, exactly the same rows find a
// sent watermark at or above their time.
TEST(WatermarkCutterTest, LatenessDoesNotDependOnTheSizeOfBatches) {
  for (const uint64_t seed : {1, 2, 3, 4, 5, 6, 7, 8}) {
    Random random(seed);
    std::vector<int64_t> times;
    int64_t base = 0;
    for (int i = 0; i < 200; ++i)
      times.push_back((base += 3) - static_cast<int64_t>(random.below(40)));
    const int64_t delay = static_cast<int64_t>(random.below(20));
    std::vector<bool> late;
    int64_t running = Watermark::kNone;
    for (const int64_t time : times) {
      late.push_back(time <= running);
      running = std::max(running, time - delay);
    }
    for (const size_t size : {1, 2, 3, 7, 50, 199, 200}) {
      WatermarkCutter cutter;
      std::vector<Message> out;
      for (size_t begin = 0; begin < times.size(); begin += size) {
        std::string rows;
        for (size_t i = begin; i < std::min(times.size(), begin + size); ++i)
          rows += (rows.empty() ? "+ " : " | + ") + std::to_string(times[i]);
        cutter.cut(timed(rows, delay), out);
      }
      std::vector<bool> found;
      int64_t sent = Watermark::kNone;
      for (const Message& message : out) {
        if (const auto* watermark = std::get_if<Watermark>(&message)) sent = watermark->ms;
        if (const auto* batch = std::get_if<Batch>(&message))
          for (int64_t row = 0; row < batch->num_rows(); ++row)
            found.push_back(batch->slice(row, 1).column(0)->value<int64_t>(0) <= sent);
      }
      EXPECT_EQ(found, late) << "seed " << seed << ", batches of " << size;
    }
  }
}

}  // namespace
}  // namespace hw
