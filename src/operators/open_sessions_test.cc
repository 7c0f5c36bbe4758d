// SPDX-License-Identifier: Apache-2.0

#include "operators/open_sessions.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

namespace hw {
namespace {

using Span = std::pair<int64_t, int64_t>;

std::vector<Span> spans(OpenSessions& sessions, uint32_t key) {
  std::vector<Span> spans;
  for (const uint32_t id : sessions.sessions_of(key)) {
    spans.emplace_back(sessions.at(id).start_ms, sessions.at(id).end_ms);
  }
  return spans;
}

void add(OpenSessions& sessions, uint32_t key, int64_t time_ms) {
  if (sessions.extend(key, time_ms) == OpenSessions::kNone) sessions.open(key, time_ms);
}

int64_t at_its_last_ms(int64_t end_ms) { return end_ms - 1; }

/// The same by sorting all times.
std::vector<Span> sorted_out(std::vector<int64_t> times, int64_t gap_ms) {
  std::sort(times.begin(), times.end());
  std::vector<Span> spans;
  for (const int64_t time : times) {
    if (spans.empty() || time > spans.back().second) {
      spans.emplace_back(time, time + gap_ms);
    } else {
      spans.back().second = time + gap_ms;
    }
  }
  return spans;
}

TEST(OpenSessionsTest, WhatTouchesJoinsAndWhatIsFartherDoesNot) {
  OpenSessions sessions(10);
  for (const int64_t time : {100, 110, 121, 90, 79}) add(sessions, 3, time);
  EXPECT_EQ(spans(sessions, 3), (std::vector<Span>{{79, 89}, {90, 120}, {121, 131}}));
  add(sessions, 3, 89);
  EXPECT_EQ(spans(sessions, 3), (std::vector<Span>{{79, 120}, {121, 131}}));
  add(sessions, 3, 111);
  EXPECT_EQ(spans(sessions, 3), (std::vector<Span>{{79, 131}}));
}

TEST(OpenSessionsTest, AnyOrderOfTimesLeadsToTheSameSessions) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 300; ++round) {
    OpenSessions sessions(20, /*follow_starts=*/true);
    std::vector<std::vector<int64_t>> times(3);
    int64_t first = INT64_MAX;
    for (int i = 0; i < 60; ++i) {
      const uint32_t key = static_cast<uint32_t>(random() % 3);
      const auto time = static_cast<int64_t>(random() % 1500) - 700;
      times[key].push_back(time);
      add(sessions, key, time);
      first = std::min(first, time);
      EXPECT_EQ(sessions.least_start_ms(), first);
      if (random() % 5 == 0) sessions.end_batch();
    }
    for (uint32_t key = 0; key < 3; ++key) {
      EXPECT_EQ(spans(sessions, key), sorted_out(times[key], 20));
    }
  }
}

TEST(OpenSessionsTest, OfTwoThatJoinTheRowStaysKnown) {
  OpenSessions sessions(10);
  const uint32_t first = sessions.open(0, 100);
  sessions.at(first).row = 7;
  const uint32_t second = sessions.open(0, 115);
  sessions.at(second).row = 8;
  sessions.end_batch();
  const uint32_t joined = sessions.extend(0, 107);
  EXPECT_EQ(sessions.resolved(first), joined);
  EXPECT_EQ(sessions.resolved(second), joined);
  ASSERT_EQ(sessions.merges().size(), 1U);
  EXPECT_EQ(sessions.merges()[0].from_row, 7U);
  EXPECT_EQ(sessions.merges()[0].into_row, 8U);
  sessions.end_batch();
  const uint32_t bare = sessions.open(0, 200);
  EXPECT_EQ(sessions.extend(0, 125), joined);
  // 187 is near neither; 190 and the row-less one at 200 join, and the row goes along.
  sessions.close(joined);
  const uint32_t older = sessions.open(0, 181);
  sessions.at(older).row = 9;
  EXPECT_EQ(sessions.extend(0, 191), bare);
  EXPECT_EQ(sessions.at(bare).row, 9U);
  EXPECT_EQ(sessions.at(bare).first_ms, 181);
}

TEST(OpenSessionsTest, GivesOutEachSessionOnceWhenItsEndHasPassed) {
  OpenSessions sessions(10'000);
  add(sessions, 0, 0);
  add(sessions, 1, 5);
  add(sessions, 0, 9'000);  // its bucket is one of the past now
  std::vector<uint32_t> due;
  sessions.take_due(10'003, at_its_last_ms, due);
  EXPECT_TRUE(due.empty());
  sessions.take_due(10'004, at_its_last_ms, due);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(sessions.at(due[0]).key, 1U);
  sessions.close(due[0]);
  due.clear();
  EXPECT_EQ(sessions.least_end_ms(), 19'000);
  sessions.take_due(INT64_MAX, at_its_last_ms, due);
  ASSERT_EQ(due.size(), 1U);
  sessions.close(due[0]);
  EXPECT_TRUE(sessions.empty());
  EXPECT_EQ(sessions.least_end_ms(), INT64_MAX);
  due.clear();
  sessions.take_due(INT64_MAX, at_its_last_ms, due);
  EXPECT_TRUE(due.empty());
}

TEST(OpenSessionsTest, NoSessionEndsBeforeTheLeastEndThoughOthersHaveGrown) {
  OpenSessions sessions(10'000);
  add(sessions, 0, 0);
  add(sessions, 1, 100);
  add(sessions, 0, 9'000);  // 0 to 19'000, in the bucket of 10'000
  EXPECT_LE(sessions.least_end_ms(), 10'100);
  std::vector<uint32_t> due;
  sessions.take_due(sessions.least_end_ms(), at_its_last_ms, due);
  EXPECT_TRUE(due.empty());
  EXPECT_LE(sessions.least_end_ms(), 10'100);
  sessions.take_due(10'099, at_its_last_ms, due);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(sessions.at(due[0]).key, 1U);
}

TEST(OpenSessionsTest, StartsOfWhatIsClosedAreForgotten) {
  OpenSessions sessions(10, /*follow_starts=*/true);
  const uint32_t stays = sessions.open(0, 0);
  for (int64_t i = 1; i < 10'000; ++i) {
    const uint32_t id = sessions.open(1, i * 20);
    EXPECT_EQ(sessions.least_start_ms(), 0);
    sessions.close(id);
  }
  sessions.open(1, 7);
  sessions.close(stays);
  EXPECT_EQ(sessions.least_start_ms(), 7);
}

TEST(OpenSessionsTest, TakesDueAgainstAPlainModel) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 100; ++round) {
    OpenSessions sessions(1'000, /*follow_starts=*/true);
    std::vector<int64_t> live;
    std::vector<Span> closed;
    int64_t progress = 0;
    for (int step = 0; step < 80; ++step) {
      const int64_t time = progress + static_cast<int64_t>(random() % 4'000);
      live.push_back(time);
      add(sessions, 0, time);
      if (random() % 3 != 0) continue;
      sessions.end_batch();
      progress += static_cast<int64_t>(random() % 1'500);
      std::vector<uint32_t> due;
      for (bool more = true; more;) {
        due.clear();
        sessions.take_due(progress, at_its_last_ms, due);
        more = !due.empty();
        for (const uint32_t id : due) {
          closed.emplace_back(sessions.at(id).start_ms, sessions.at(id).end_ms);
          sessions.close(id);
        }
      }
      std::vector<Span> left;
      for (const Span& span : sorted_out(live, 1'000)) {
        if (span.second - 1 > progress) {
          left.push_back(span);
          continue;
        }
        ASSERT_FALSE(closed.empty());
        EXPECT_EQ(closed.front(), span);
        closed.erase(closed.begin());
        std::erase_if(live, [&](int64_t t) { return t >= span.first && t < span.second; });
      }
      EXPECT_TRUE(closed.empty());
      EXPECT_EQ(spans(sessions, 0), left);
      EXPECT_EQ(sessions.least_start_ms(), left.empty() ? INT64_MAX : left.front().first);
    }
  }
}

}  // namespace
}  // namespace hw
