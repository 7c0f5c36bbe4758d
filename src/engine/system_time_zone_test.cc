// SPDX-License-Identifier: Apache-2.0

#include "engine/system_time_zone.h"

#include <gtest/gtest.h>

namespace hw {
namespace {

TEST(SystemTimeZoneTest, TheVariableDecidesAlone) {
  EXPECT_EQ(zone_named_by("Europe/Berlin", "Asia/Tokyo\n"), "Europe/Berlin");
  EXPECT_EQ(zone_named_by(":Europe/Berlin", ""), "Europe/Berlin");
  EXPECT_EQ(zone_named_by("/usr/share/zoneinfo/America/New_York", ""), "America/New_York");
  EXPECT_EQ(zone_named_by("", "Asia/Tokyo\n"), "UTC");
  EXPECT_EQ(zone_named_by("<+03>-3", "Asia/Tokyo\n"), "UTC") << "a rule is no zone's name";
}

TEST(SystemTimeZoneTest, TheFileDecidesWithoutIt) {
  EXPECT_EQ(zone_named_by(std::nullopt, "Asia/Tokyo\n"), "Asia/Tokyo");
  EXPECT_EQ(zone_named_by(std::nullopt, "Etc/UTC\n"), "UTC");
  EXPECT_EQ(zone_named_by(std::nullopt, ""), "UTC");
  EXPECT_EQ(zone_named_by(std::nullopt, "Nowhere/Atall\n"), "UTC");
}

}  // namespace
}  // namespace hw
