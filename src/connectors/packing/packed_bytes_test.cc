// SPDX-License-Identifier: Apache-2.0

#include "connectors/packing/packed_bytes.h"

#include <limits>

#include <gtest/gtest.h>

namespace hw {
namespace {

TEST(PackedBytes, ReadBackWhatWasWritten) {
  PackedWriter writer(2);
  writer.number(std::numeric_limits<int64_t>::min());
  writer.text(std::string_view("a\0b", 3));
  writer.text("");
  const std::string bytes = writer.finish();
  PackedReader reader(bytes, 3);
  EXPECT_EQ(reader.version(), 2);
  EXPECT_EQ(reader.number(), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(reader.text(), std::string_view("a\0b", 3));
  EXPECT_EQ(reader.text(), "");
  EXPECT_TRUE(reader.finish("it").ok());
}

TEST(PackedBytes, ForeignBytesAreAnErrorNotACrash) {
  PackedWriter writer(1);
  writer.text("abc");
  const std::string bytes = writer.finish();
  for (size_t cut = 0; cut < bytes.size(); ++cut) {
    PackedReader reader(std::string_view(bytes).substr(0, cut), 1);
    reader.text();
    EXPECT_FALSE(reader.finish("it").ok()) << cut;
  }
  PackedReader newer(bytes, 0);
  newer.text();
  EXPECT_FALSE(newer.finish("it").ok());
  PackedReader half(bytes, 1);
  half.number();
  EXPECT_FALSE(half.finish("it").ok());
}

}  // namespace
}  // namespace hw
