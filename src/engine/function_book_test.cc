// SPDX-License-Identifier: Apache-2.0

#include "engine/function_book.h"

#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

namespace hw {
namespace {

TEST(FunctionBookTest, ThePageIsWhatTheRecordsSay) {
  std::ifstream file(std::string(HW_SOURCE_DIR) + "/docs/book/functions.md");
  const std::string page{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  EXPECT_EQ(page, function_book())
      << "write it anew: headwater functions --markdown > docs/book/functions.md";
}

}  // namespace
}  // namespace hw
