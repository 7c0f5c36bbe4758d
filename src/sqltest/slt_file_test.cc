// SPDX-License-Identifier: Apache-2.0

#include "sqltest/slt_file.h"

#include <gtest/gtest.h>

namespace hw {
namespace {

TEST(SltFileTest, ReadsTablesStatementsAndQueries) {
  const auto records = parse_slt(
      "# feature: x\n"
      "table t (a INT,\n"
      "  b STRING)\n"
      "1  x y\n"
      "-D  2\tz\n"
      "\n"
      "statement error\n"
      "SELECT c FROM t\n"
      "----\n"
      "'c'\n"
      "\n"
      "onlyif batch\n"
      "query IT rowsort\n"
      "SELECT a,\n"
      "  b FROM t\n"
      "----\n"
      "1  x y\n");
  ASSERT_TRUE(records.ok()) << records.status().ToString();
  ASSERT_EQ(records->size(), 3u);
  const SltRecord& table = (*records)[0];
  EXPECT_EQ(table.kind, SltRecord::Kind::kTable);
  EXPECT_EQ(table.rows, (std::vector<std::vector<std::string>>{{"1", "x y"}, {"-D", "2", "z"}}));
  EXPECT_EQ((*records)[1].lines, std::vector<std::string>{"'c'"});
  const SltRecord& query = (*records)[2];
  EXPECT_EQ(query.sql, "SELECT a,\n  b FROM t");
  EXPECT_TRUE(query.rowsort);
  EXPECT_EQ(query.condition, SltRecord::Condition::kBatchOnly);
  EXPECT_EQ(query.line, 13);
  EXPECT_EQ(query.expected_line, 17);
}

TEST(SltFileTest, PlansKeepTheirIndentationAndAreWholeOnDemand) {
  const auto records =
      parse_slt("explain\nSELECT 1\n----\nCalc()\n  Values()\n\nexplain all\nSELECT 1\n----\nx\n");
  ASSERT_TRUE(records.ok()) << records.status().ToString();
  ASSERT_EQ(records->size(), 2u);
  EXPECT_EQ((*records)[0].lines, (std::vector<std::string>{"Calc()", "  Values()"}));
  EXPECT_FALSE((*records)[0].whole_plan);
  EXPECT_TRUE((*records)[1].whole_plan);
  EXPECT_FALSE(parse_slt("explain some\nSELECT 1\n----\nx\n").ok());
}

TEST(SltFileTest, WhatWasWrittenIsAskedForByTable) {
  const auto records = parse_slt("written IT totals\n----\n1  a\n");
  ASSERT_TRUE(records.ok()) << records.status().ToString();
  ASSERT_EQ(records->size(), 1u);
  EXPECT_EQ((*records)[0].kind, SltRecord::Kind::kWritten);
  EXPECT_EQ((*records)[0].sql, "totals");
  EXPECT_EQ((*records)[0].rows, (std::vector<std::vector<std::string>>{{"1", "a"}}));
  EXPECT_FALSE(parse_slt("written IT\n----\n").ok());
}

TEST(SltFileTest, RefusesAnUnknownRecordNamingTheLine) {
  const auto records = parse_slt("\nqueri I\nSELECT 1\n");
  EXPECT_NE(records.status().message().find("line 2"), std::string::npos);
}

TEST(SltFileTest, ASpaceThatWouldPartCellsIsWrittenVisibly) {
  EXPECT_EQ(cell_text("a  b"), "a \u2420b");
  EXPECT_EQ(cell_text(""), "(empty)");
  EXPECT_EQ(cell_text("a b"), "a b");
  EXPECT_EQ(split_cells("a b  c\td"), (std::vector<std::string>{"a b", "c", "d"}));
}

}  // namespace
}  // namespace hw
