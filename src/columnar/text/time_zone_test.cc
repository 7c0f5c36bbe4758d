// SPDX-License-Identifier: Apache-2.0

#include "columnar/text/time_zone.h"

#include <limits>

#include <gtest/gtest.h>

#include "columnar/text/timestamp.h"

namespace hw {
namespace {

int64_t ms(const char* text) {
  int64_t ticks = 0;
  EXPECT_EQ(parse_timestamp(text, 3, ticks), ParseOutcome::kOk) << text;
  return ticks;
}

std::string text(int64_t ticks) {
  std::string out;
  append_timestamp(ticks, 0, Fraction::kExact, out);
  return out;
}

std::string local(const char* zone, const char* instant) {
  TimeZone found = *TimeZone::find(zone);
  return text(found.to_local(ms(instant), 1'000));
}
std::string instant(const char* zone, const char* local) {
  TimeZone found = *TimeZone::find(zone);
  return text(found.to_instant(ms(local), 1'000));
}

TEST(TimeZoneTest, NamesAndOffsets) {
  EXPECT_EQ(local("UTC", "2020-06-01 12:00:00"), "2020-06-01 12:00:00");
  EXPECT_EQ(local("Z", "2020-06-01 12:00:00"), "2020-06-01 12:00:00");
  EXPECT_EQ(local("+02:00", "2020-06-01 12:00:00"), "2020-06-01 14:00:00");
  EXPECT_EQ(local("-0530", "2020-06-01 12:00:00"), "2020-06-01 06:30:00");
  EXPECT_EQ(local("GMT+8", "2020-06-01 12:00:00"), "2020-06-01 20:00:00");
  EXPECT_EQ(local("UTC-03:00", "2020-06-01 12:00:00"), "2020-06-01 09:00:00");
  EXPECT_EQ(local("Asia/Kolkata", "2020-06-01 12:00:00"), "2020-06-01 17:30:00");
  EXPECT_EQ(local("America/New_York", "2020-01-01 00:00:00"), "2019-12-31 19:00:00");
}

TEST(TimeZoneTest, WhatIsNoZoneIsRefused) {
  for (const char* name : {"", "Nowhere/Town", "+25:00", "+1:60", "GMT+x", "+", "2"}) {
    const Status status = TimeZone::find(name).status();
    EXPECT_TRUE(status.IsInvalid()) << name;
    EXPECT_NE(status.message().find("Europe/Berlin"), std::string::npos);
  }
}

TEST(TimeZoneTest, SkippedTimesAreShiftedForward) {
  // 2020-03-29 02:00 became 03:00 in Berlin.
  EXPECT_EQ(instant("Europe/Berlin", "2020-03-29 01:59:59"), "2020-03-29 00:59:59");
  EXPECT_EQ(instant("Europe/Berlin", "2020-03-29 02:30:00"), "2020-03-29 01:30:00");
  EXPECT_EQ(instant("Europe/Berlin", "2020-03-29 03:00:00"), "2020-03-29 01:00:00");
  EXPECT_EQ(local("Europe/Berlin", "2020-03-29 01:30:00"), "2020-03-29 03:30:00");
}

TEST(TimeZoneTest, RepeatedTimesAreTheEarlierOnes) {
  // 2020-10-25 03:00 became 02:00 in Berlin.
  EXPECT_EQ(instant("Europe/Berlin", "2020-10-25 01:59:59"), "2020-10-24 23:59:59");
  EXPECT_EQ(instant("Europe/Berlin", "2020-10-25 02:30:00"), "2020-10-25 00:30:00");
  EXPECT_EQ(instant("Europe/Berlin", "2020-10-25 03:00:00"), "2020-10-25 02:00:00");
  EXPECT_EQ(local("Europe/Berlin", "2020-10-25 00:30:00"), "2020-10-25 02:30:00");
  EXPECT_EQ(local("Europe/Berlin", "2020-10-25 01:30:00"), "2020-10-25 02:30:00");
}

TEST(TimeZoneTest, ADayThatASamoanNeverSaw) {
  EXPECT_EQ(instant("Pacific/Apia", "2011-12-30 12:00:00"), "2011-12-30 22:00:00");
  EXPECT_EQ(local("Pacific/Apia", "2011-12-30 10:00:00"), "2011-12-31 00:00:00");
}

TEST(TimeZoneTest, ChangesAfterTheListedYearsFollowTheLastRules) {
  EXPECT_EQ(local("Europe/Berlin", "2050-07-01 00:00:00"), "2050-07-01 02:00:00");
  EXPECT_EQ(local("Europe/Berlin", "2050-01-01 00:00:00"), "2050-01-01 01:00:00");
  // The last Sunday of March 2050 is the 27th.
  EXPECT_EQ(local("Europe/Berlin", "2050-03-27 00:59:59"), "2050-03-27 01:59:59");
  EXPECT_EQ(local("Europe/Berlin", "2050-03-27 01:00:00"), "2050-03-27 03:00:00");
  EXPECT_EQ(instant("Europe/Berlin", "2050-03-27 02:30:00"), "2050-03-27 01:30:00");
  EXPECT_EQ(instant("Europe/Berlin", "2050-10-30 02:30:00"), "2050-10-30 00:30:00");
  // Not as in 2026, whose days are like these, but when Cuba left its clocks alone.
  EXPECT_EQ(local("America/Havana", "2037-11-01 04:59:59"), "2037-11-01 00:59:59");
  EXPECT_EQ(local("America/Havana", "2037-11-01 05:00:00"), "2037-11-01 00:00:00");
  EXPECT_EQ(local("America/Havana", "2043-11-01 05:00:00"), "2043-11-01 00:00:00");
  EXPECT_EQ(local("America/New_York", "2100-07-01 12:00:00"), "2100-07-01 08:00:00");
  EXPECT_EQ(local("Asia/Tokyo", "2100-07-01 12:00:00"), "2100-07-01 21:00:00");
}

TEST(TimeZoneTest, TimesBefore1970AndBeforeZones) {
  EXPECT_EQ(local("Europe/Berlin", "1945-06-01 00:00:00"), "1945-06-01 03:00:00");
  EXPECT_EQ(local("Europe/Berlin", "1800-01-01 00:00:00"), "1800-01-01 00:53:28");
  EXPECT_EQ(instant("Europe/Berlin", "1800-01-01 00:53:28"), "1800-01-01 00:00:00");
}

TEST(TimeZoneTest, TheMemoryOfAnIntervalNeverShows) {
  TimeZone remembering = *TimeZone::find("Europe/Berlin");
  // Hours around four changes of the clock, forward and backward.
  const int64_t begin = ms("2019-03-20 00:00:00");
  const int64_t end = ms("2020-11-10 00:00:00");
  for (int64_t at = begin; at < end; at += 1'800'000) {
    TimeZone fresh = *TimeZone::find("Europe/Berlin");
    ASSERT_EQ(remembering.to_instant(at, 1'000), fresh.to_instant(at, 1'000)) << text(at);
  }
  for (int64_t at = end; at > begin; at -= 1'800'000) {
    TimeZone fresh = *TimeZone::find("Europe/Berlin");
    ASSERT_EQ(remembering.to_local(at, 1'000), fresh.to_local(at, 1'000)) << text(at);
  }
}

TEST(TimeZoneTest, TheEndsOfTimeSaturate) {
  TimeZone zone = *TimeZone::find("+01:00");
  EXPECT_EQ(zone.to_local(std::numeric_limits<int64_t>::max(), 1'000),
            std::numeric_limits<int64_t>::max());
  EXPECT_EQ(zone.to_instant(std::numeric_limits<int64_t>::min(), 1'000),
            std::numeric_limits<int64_t>::min());
  TimeZone berlin = *TimeZone::find("Europe/Berlin");
  EXPECT_EQ(berlin.to_local(std::numeric_limits<int64_t>::max() - 1, 1'000),
            std::numeric_limits<int64_t>::max());
  EXPECT_EQ(berlin.to_local(std::numeric_limits<int64_t>::min() + 1, 1'000),
            std::numeric_limits<int64_t>::min() + 1 + 3'208'000);
}

}  // namespace
}  // namespace hw
