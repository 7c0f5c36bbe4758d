// SPDX-License-Identifier: Apache-2.0

#include "base/crc32c.h"

#include <string>

#include <gtest/gtest.h>

namespace hw {
namespace {

TEST(Crc32cTest, MatchesThePublishedVectors) {
  // RFC 3720, B.4.
  EXPECT_EQ(crc32c(0, std::string(32, '\0').data(), 32), 0x8a9136aaU);
  EXPECT_EQ(crc32c(0, std::string(32, '\xff').data(), 32), 0x62a8ab43U);
  EXPECT_EQ(crc32c(0, "123456789", 9), 0xe3069283U);
}

TEST(Crc32cTest, GoesOnWhereItStopped) {
  const uint32_t first = crc32c(0, "1234", 4);
  EXPECT_EQ(crc32c(first, "56789", 5), 0xe3069283U);
}

TEST(Crc32cTest, OfNothingIsZero) { EXPECT_EQ(crc32c(0, "", 0), 0U); }

}  // namespace
}  // namespace hw
