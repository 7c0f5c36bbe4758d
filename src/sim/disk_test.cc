// SPDX-License-Identifier: Apache-2.0

#include "sim/disk.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "base/env/env.h"

namespace hw::sim {
namespace {

struct DiskTest : testing::Test {
  DiskFilePtr make(const std::string& path, std::string_view bytes) {
    DiskFilePtr file = *disk.create(path, false, 1);
    disk.write(*file, 0, bytes, 1);
    return file;
  }
  Disk disk;
  Random random{7};
};

TEST_F(DiskTest, WhatIsNotSyncedMayBeLost) {
  make("/a", "hello");
  disk.sync_directory("/");
  disk.crash(CrashRule::kNothing, 512, random);
  ASSERT_NE(disk.find("/a"), nullptr);
  EXPECT_EQ(disk.find("/a")->bytes, "");
}

TEST_F(DiskTest, ANameIsLostWithoutASyncOfItsDirectory) {
  Disk::sync(*make("/a", "hello"));
  disk.crash(CrashRule::kNothing, 512, random);
  EXPECT_EQ(disk.find("/a"), nullptr);
}

TEST_F(DiskTest, WhatIsSyncedStays) {
  Disk::sync(*make("/a", "hello"));
  disk.sync_directory("/");
  disk.crash(CrashRule::kAny, 512, random);
  ASSERT_NE(disk.find("/a"), nullptr);
  EXPECT_EQ(disk.find("/a")->bytes, "hello");
}

TEST_F(DiskTest, ARenameThatIsLostLeavesTheOldName) {
  Disk::sync(*make("/a", "hello"));
  disk.sync_directory("/");
  ASSERT_TRUE(disk.rename("/a", "/b", false).ok());
  disk.crash(CrashRule::kNothing, 512, random);
  EXPECT_NE(disk.find("/a"), nullptr);
  EXPECT_EQ(disk.find("/b"), nullptr);
}

TEST_F(DiskTest, ARenameReplacesNothingUnlessAsked) {
  make("/a", "1");
  make("/b", "2");
  EXPECT_TRUE(disk.rename("/a", "/b", false).IsAlreadyExists());
  EXPECT_TRUE(disk.rename("/a", "/b", true).ok());
  EXPECT_EQ(disk.find("/b")->bytes, "1");
}

TEST_F(DiskTest, ADirectoryTakesItsFilesAlong) {
  ASSERT_TRUE(disk.create("/d", true, 1).ok());
  make("/d/a", "1");
  make("/d-not", "2");
  ASSERT_TRUE(disk.rename("/d", "/e", false).ok());
  EXPECT_EQ(disk.list("/e", true), std::vector<std::string>{"/e/a"});
  EXPECT_NE(disk.find("/d-not"), nullptr);
}

TEST_F(DiskTest, PagesThatASyncDroppedAreNeverWritten) {
  const DiskFilePtr file = make("/a", "hello");
  disk.sync_directory("/");
  Disk::forget_unsynced(*file);
  Disk::sync(*file);
  EXPECT_EQ(file->bytes, "hello");
  disk.crash(CrashRule::kEverything, 512, random);
  EXPECT_EQ(disk.find("/a")->bytes, "");
}

TEST_F(DiskTest, SectorsAreTornApart) {
  const DiskFilePtr file = make("/a", std::string(8 * 512, 'x'));
  disk.sync_directory("/");
  disk.crash(CrashRule::kAny, 512, random);
  const std::string& left = disk.find("/a")->bytes;
  for (size_t at = 0; at + 512 <= left.size(); at += 512) {
    const std::string sector = left.substr(at, 512);
    EXPECT_TRUE(sector == std::string(512, 'x') || sector == std::string(512, '\0')) << at;
  }
}

TEST_F(DiskTest, WhatLosesItsDirectoryIsLost) {
  ASSERT_TRUE(disk.create("/d", true, 1).ok());
  Disk::sync(*make("/d/a", "1"));
  disk.sync_directory("/d");
  disk.crash(CrashRule::kNothing, 512, random);
  EXPECT_EQ(disk.find("/d/a"), nullptr);
}

TEST_F(DiskTest, EachStateThatALossOfPowerMayLeaveCanBeAskedFor) {
  std::set<std::string> left;
  for (uint64_t listed = 0; listed < 8; ++listed) {
    Disk disk;
    ASSERT_TRUE(disk.put("/old", std::string(600, 'a')).ok());
    Disk::sync(*disk.find("/old"));
    disk.write(*disk.find("/old"), 500, std::string(100, 'b'), 0);
    ASSERT_TRUE(disk.create("/new", /*is_directory=*/false, 0).ok());
    // A name and two sectors.
    EXPECT_EQ(disk.num_unsynced(512), 3u);
    Random random(1);
    disk.crash(CrashRule::kListed, 512, random, listed);
    const std::string& bytes = disk.find("/old")->bytes;
    EXPECT_EQ(disk.find("/new") != nullptr, (listed & 1) != 0);
    EXPECT_EQ(bytes[500] == 'b', (listed & 2) != 0);
    EXPECT_EQ(bytes[599] == 'b', (listed & 4) != 0);
    left.insert(bytes + (disk.find("/new") != nullptr ? "+" : "-"));
  }
  EXPECT_EQ(left.size(), 8u);
}

}  // namespace
}  // namespace hw::sim
