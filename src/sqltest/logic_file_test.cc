// SPDX-License-Identifier: Apache-2.0

#include "sqltest/logic_file.h"

#include <gtest/gtest.h>

namespace hw {
namespace {

TEST(LogicFileTest, ReadsRecordsForUsUpToHalt) {
  const auto records = parse_logic_file(
      "# a comment\n"
      "hash-threshold 8\n"
      "\n"
      "statement ok\n"
      "CREATE TABLE t (a INT)\n"
      "\n"
      "onlyif mysql\n"
      "statement ok\n"
      "FLUSH\n"
      "\n"
      "skipif mysql # not there\n"
      "onlyif headwater\n"
      "query IT valuesort label-1\n"
      "SELECT a,\n"
      "  'x'\n"
      "----\n"
      "1\tx\n"
      "2\n"
      "\n"
      "skipif headwater\n"
      "halt\n"
      "\n"
      "statement error\n"
      "SELECT\n"
      "\n"
      "halt\n"
      "statement nonsense\n");
  ASSERT_TRUE(records.ok()) << records.status().message();
  ASSERT_EQ(records->size(), 3u);
  EXPECT_EQ((*records)[1].line, 13);
  EXPECT_EQ((*records)[1].sql, "SELECT a,\n  'x'");
  EXPECT_EQ((*records)[1].sort, LogicSort::kValues);
  EXPECT_EQ((*records)[1].label, "label-1");
  EXPECT_EQ((*records)[1].expected, (std::vector<std::string>{"1", "x", "2"}));
  EXPECT_TRUE((*records)[2].fails);
}

TEST(LogicFileTest, RefusesWhatItDoesNotKnow) {
  EXPECT_FALSE(parse_logic_file("\nquery IX\nSELECT 1\n").ok());
  EXPECT_FALSE(parse_logic_file("query I sideways\nSELECT 1\n").ok());
  EXPECT_FALSE(parse_logic_file("statement\nSELECT 1\n").ok());
  EXPECT_FALSE(parse_logic_file("onlyif\nstatement ok\nSELECT 1\n").ok());
}

TEST(LogicFileTest, PrintsAndSortsValuesByTheirKind) {
  const std::vector<std::vector<std::string>> rows = {
      {"10", "2.0", ""}, {"-7.9", "NULL", "t\xc3\xa4\tb"}, {"TRUE", "1", "NULL"}};
  EXPECT_EQ(logic_values(rows, "IRT", LogicSort::kNone),
            (std::vector<std::string>{"10", "2.000", "(empty)", "-7", "NULL", "t@@@b", "1", "1.000",
                                      "NULL"}));
  EXPECT_EQ(logic_values(rows, "IRT", LogicSort::kRows).front(), "-7");
  EXPECT_EQ(logic_values(rows, "IRT", LogicSort::kValues).back(), "t@@@b");
}

TEST(LogicFileTest, HashesEachValueWithTheEndOfItsLine) {
  // printf '1\n2\n2\n4\n3\n6\n' | md5sum
  EXPECT_EQ(logic_hash({"1", "2", "2", "4", "3", "6"}),
            "6 values hashing to dec9154c4a1025b2f8d26e2fdd0ad78b");
  EXPECT_TRUE(is_logic_hash({"6 values hashing to dec9154c4a1025b2f8d26e2fdd0ad78b"}));
  EXPECT_FALSE(is_logic_hash({"6"}));
}

}  // namespace
}  // namespace hw
