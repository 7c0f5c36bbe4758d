// SPDX-License-Identifier: Apache-2.0

#include "engine/table_layout.h"

#include <gtest/gtest.h>

namespace hw {
namespace {

const Schema& schema() {
  static const Schema two({{"word", SqlType::string()}, {"n", SqlType::integer()}});
  return two;
}

TEST(TableLayoutTest, WidthsFollowTheWidestCell) {
  TableLayout layout(schema(), false, false);
  std::string out;
  layout.add({"a", "1"}, out);
  layout.add({"longer", "200"}, out);
  layout.finish(out);
  EXPECT_EQ(out,
            "+--------+-----+\n"
            "| word   | n   |\n"
            "+--------+-----+\n"
            "| a      |   1 |\n"
            "| longer | 200 |\n"
            "+--------+-----+\n"
            "2 rows\n");
}

TEST(TableLayoutTest, WideCharactersCountTwoAndMarksNone) {
  EXPECT_EQ(display_width("日本"), 4u);
  EXPECT_EQ(display_width("é"), 1u);
  EXPECT_EQ(display_width("e\u0301"), 1u);
  EXPECT_EQ(display_width("größe"), 5u);
}

TEST(TableLayoutTest, RowsOfAnUnboundedResultAppearAtOnce) {
  TableLayout layout(schema(), true, true);
  std::string out;
  layout.add({"+I", "a", "1"}, out);
  EXPECT_NE(out.find("| +I | a"), std::string::npos);
}

TEST(TableLayoutTest, ALineBreakInAValueDoesNotBreakTheTable) {
  TableLayout layout(schema(), false, false);
  std::string out;
  layout.add({"a\nb", "1"}, out);
  layout.finish(out);
  EXPECT_NE(out.find("| a b"), std::string::npos);
}

TEST(TableLayoutTest, WhatATerminalWouldObeyIsSpelledOut) {
  EXPECT_EQ(terminal_text("größe 日本"), "größe 日本");
  EXPECT_EQ(terminal_text("\x1b[31mred\x7f\t."), "\\x1b[31mred\\x7f .");
  EXPECT_EQ(terminal_text(std::string_view("\0\xff\xc3", 3)), "\\x00\\xff\\xc3");
  EXPECT_EQ(terminal_text("\u009b2J"), "\\x9b2J");
  TableLayout layout(Schema({{"a\x1b", SqlType::string()}}), false, false);
  std::string out;
  layout.add({"\x1b"}, out);
  layout.finish(out);
  EXPECT_EQ(out, "+-------+\n| a\\x1b |\n+-------+\n| \\x1b  |\n+-------+\n1 row\n");
}

}  // namespace
}  // namespace hw
