// SPDX-License-Identifier: Apache-2.0

#include "engine/config_book.h"

#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

namespace hw {
namespace {

TEST(ConfigBookTest, ThePageIsWhatTheRecordsSay) {
  std::ifstream file(std::string(HW_SOURCE_DIR) + "/docs/book/config.md");
  const std::string page{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  EXPECT_EQ(page, config_book())
      << "write it anew: headwater config show --markdown > docs/book/config.md";
}

}  // namespace
}  // namespace hw
