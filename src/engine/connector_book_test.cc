// SPDX-License-Identifier: Apache-2.0

#include "engine/connector_book.h"

#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

namespace hw {
namespace {

std::string page(const std::string& name) {
  std::ifstream file(std::string(HW_SOURCE_DIR) + "/docs/book/" + name);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST(ConnectorBookTest, ThePagesAreWhatTheRecordsSay) {
  EXPECT_EQ(page("connectors.md"), connector_book())
      << "write it anew: headwater connectors --markdown > docs/book/connectors.md";
  EXPECT_EQ(page("formats.md"), format_book())
      << "write it anew: headwater formats --markdown > docs/book/formats.md";
}

}  // namespace
}  // namespace hw
