// SPDX-License-Identifier: Apache-2.0

#include "connectors/files/partition_commit.h"

#include <gtest/gtest.h>

namespace hw {
namespace {

Result<int64_t> time_of(const std::string& format, const std::string& value,
                        const std::string& zone = "UTC") {
  PartitionCommitPolicy policy;
  policy.zone = *TimeZone::find(zone);
  policy.format = format;
  return partition_time_ms(policy, {"dt"}, {value});
}

TEST(PartitionCommitTest, ATimeIsReadAsItsFormatSays) {
  EXPECT_EQ(*time_of("yyyy-MM-dd HH:mm:ss", "2024-06-30 22:00:00"), 1719784800000);
  EXPECT_EQ(*time_of("yyyy-MM-dd HH:mm:ss", "2024-06-30"), 1719705600000) << "its midnight";
  EXPECT_EQ(*time_of("yyyyMMdd'T'HHmmss.SSS", "20240630T220000.250"), 1719784800250);
  EXPECT_EQ(*time_of("yyyy", "1969"), -31536000000) << "before 1970";
}

TEST(PartitionCommitTest, TheClockOfTheZoneDecidesAlsoWhereItIsSetForwardOrBack) {
  const std::string format = "yyyy-MM-dd HH:mm:ss";
  EXPECT_EQ(*time_of(format, "2024-07-01 00:00:00", "Europe/Berlin"), 1719784800000);
  // There is no half past two on that day, and two of them on this one.
  EXPECT_EQ(*time_of(format, "2024-03-31 02:30:00", "Europe/Berlin"), 1711848600000);
  EXPECT_EQ(*time_of(format, "2024-10-27 02:30:00", "Europe/Berlin"), 1729989000000);
}

TEST(PartitionCommitTest, WhatIsNoTimeIsRefused) {
  for (const char* value :
       {"", "2024", "2024-13-01", "2024-02-30", "2024-01-01 24:00:00", "2024-01-01 00:00:00x", "x"})
    EXPECT_TRUE(time_of("yyyy-MM-dd HH:mm:ss", value).status().IsInvalid()) << value;
  // More digits than a moment can have.
  EXPECT_TRUE(time_of(std::string(22, 'y'), std::string(22, '9')).status().IsInvalid());
  EXPECT_TRUE(
      time_of("yyyy " + std::string(22, 'S'), "2024 " + std::string(22, '9')).status().IsInvalid());
}

TEST(PartitionCommitTest, APartitionIsCompleteWhenTimeHasPassedIt) {
  PartitionCommitPolicy policy;
  policy.by_partition_time = true;
  policy.delay_ms = 100;
  OpenPartitions partitions(policy);
  partitions.add("a", 0, 1000);
  partitions.add("b", 0, 2000);
  using Folders = std::vector<std::string>;
  EXPECT_EQ(partitions.take_complete(1 << 30), Folders()) << "processing time says nothing";
  partitions.on_watermark(1100);
  EXPECT_EQ(partitions.take_complete(0), Folders());
  partitions.on_watermark(1101);
  EXPECT_EQ(partitions.take_complete(0), Folders({"a"}));
  EXPECT_EQ(partitions.take_complete(0), Folders()) << "once";
  partitions.on_watermark(INT64_MAX);
  EXPECT_EQ(partitions.take_complete(0), Folders({"b"})) << "the end of time";
}

}  // namespace
}  // namespace hw
