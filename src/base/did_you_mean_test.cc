// SPDX-License-Identifier: Apache-2.0

#include "base/did_you_mean.h"

#include <vector>

#include <gtest/gtest.h>

namespace hw {
namespace {

const std::vector<std::string>& names() {
  static const std::vector<std::string> kNames = {"path", "format", "scan.startup.mode", "userId"};
  return kNames;
}

TEST(DidYouMean, FindsTheNameWithTheFewestEdits) {
  EXPECT_EQ(nearest("scan.startup-mode", names()).front(), "scan.startup.mode");
  EXPECT_EQ(nearest("fromat", names()).front(), "format");
  EXPECT_EQ(nearest("pth", names()).front(), "path");
}

TEST(DidYouMean, LetterCaseCountsNothing) {
  EXPECT_EQ(nearest("USERID", names()).front(), "userId");
}

TEST(DidYouMean, ProposesNothingForAnotherWord) {
  EXPECT_TRUE(nearest("bootstrap", names()).empty());
  EXPECT_TRUE(nearest("", names()).empty());
  EXPECT_TRUE(nearest("x", {}).empty());
}

}  // namespace
}  // namespace hw
