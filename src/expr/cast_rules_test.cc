// SPDX-License-Identifier: Apache-2.0

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "columnar/type_parser.h"
#include "expr/cast.h"

namespace hw {
namespace {

SqlType type(const char* text) { return *parse_sql_type(text); }

std::string common(std::vector<const char*> texts) {
  std::vector<SqlType> types;
  for (const char* text : texts) types.push_back(type(text));
  const Result<SqlType> result = common_type(types);
  return result.ok() ? result->to_sql() : "none";
}

TEST(CommonTypeTest, NumbersWiden) {
  EXPECT_EQ(common({"TINYINT", "BIGINT", "INT"}), "BIGINT");
  EXPECT_EQ(common({"INT", "FLOAT"}), "FLOAT");
  EXPECT_EQ(common({"BIGINT", "DOUBLE"}), "DOUBLE");
  EXPECT_EQ(common({"FLOAT", "DOUBLE"}), "DOUBLE");
  EXPECT_EQ(common({"DECIMAL(5, 2)", "FLOAT"}), "DOUBLE");
  EXPECT_EQ(common({"INT", "DECIMAL(5, 2)"}), "DECIMAL(12, 2)");
  EXPECT_EQ(common({"BIGINT", "DECIMAL(5, 2)"}), "DECIMAL(21, 2)");
  EXPECT_EQ(common({"TINYINT", "DECIMAL(5, 2)"}), "DECIMAL(5, 2)");
  EXPECT_EQ(common({"DECIMAL(5, 4)", "DECIMAL(5, 1)"}), "DECIMAL(8, 4)");
  EXPECT_EQ(common({"DECIMAL(38, 0)", "DECIMAL(38, 38)"}), "DECIMAL(38, 6)");
}

TEST(CommonTypeTest, TextBytesAndTimes) {
  EXPECT_EQ(common({"CHAR(2)", "CHAR(2)"}), "CHAR(2)");
  EXPECT_EQ(common({"CHAR(2)", "CHAR(3)"}), "VARCHAR(3)");
  EXPECT_EQ(common({"CHAR(2)", "STRING"}), "STRING");
  EXPECT_EQ(common({"BINARY(2)", "BINARY(3)"}), "VARBINARY(3)");
  EXPECT_EQ(common({"TIMESTAMP(3)", "TIMESTAMP(6)"}), "TIMESTAMP(6)");
  EXPECT_EQ(common({"TIMESTAMP(3)", "TIMESTAMP_LTZ(0)"}), "TIMESTAMP_LTZ(3)");
  EXPECT_EQ(common({"TIME(0)", "TIME(3)"}), "TIME(3)");
  EXPECT_EQ(common({"INTERVAL DAY", "INTERVAL SECOND"}), "INTERVAL DAY TO SECOND(3)");
}

TEST(CommonTypeTest, NullsAndNullability) {
  EXPECT_EQ(common({"INT NOT NULL", "BIGINT NOT NULL"}), "BIGINT NOT NULL");
  EXPECT_EQ(common({"INT NOT NULL", "BIGINT"}), "BIGINT");
  EXPECT_EQ(common({"NULL", "INT NOT NULL"}), "INT");
  EXPECT_EQ(common({"NULL", "NULL"}), "NULL");
  EXPECT_EQ(common({}), "NULL");
}

TEST(CommonTypeTest, ConstructedByElement) {
  EXPECT_EQ(common({"ARRAY<INT NOT NULL>", "ARRAY<BIGINT>"}), "ARRAY<BIGINT>");
  EXPECT_EQ(common({"MAP<STRING, INT>", "MAP<CHAR(1), DOUBLE>"}), "MAP<STRING, DOUBLE>");
  EXPECT_EQ(common({"ROW<a INT, b STRING>", "ROW<x BIGINT, y CHAR(3)>"}),
            "ROW<a BIGINT, b STRING>");
  EXPECT_EQ(common({"ROW<a INT>", "ROW<a INT, b INT>"}), "none");
  EXPECT_EQ(common({"ARRAY<INT>", "MULTISET<INT>"}), "none");
  EXPECT_EQ(common({"ARRAY<INT>", "ARRAY<STRING>"}), "none");
}

TEST(CommonTypeTest, NumberAndStringIsAnErrorThatProposesACast) {
  const std::vector<SqlType> types = {type("INT"), type("STRING")};
  const Status status = common_type(types).status();
  EXPECT_TRUE(status.IsTypeError());
  EXPECT_EQ(status.message(),
            "implicit type conversion between INT and STRING is not supported; "
            "write CAST(.. AS INT)");
  EXPECT_EQ(common({"BOOLEAN", "INT"}), "none");
  EXPECT_EQ(common({"DATE", "STRING"}), "none");
  EXPECT_EQ(common({"STRING", "BYTES"}), "none");
  EXPECT_EQ(common({"INTERVAL MONTH", "INTERVAL DAY"}), "none");
}

TEST(ImplicitCastTest, WideningOnly) {
  const auto implicit = [](const char* from, const char* to) {
    return can_cast_implicitly(type(from), type(to));
  };
  EXPECT_TRUE(implicit("TINYINT", "BIGINT"));
  EXPECT_FALSE(implicit("BIGINT", "INT"));
  EXPECT_TRUE(implicit("INT", "DECIMAL(5, 2)"));
  EXPECT_TRUE(implicit("DECIMAL(38, 2)", "DECIMAL(10, 2)"));
  EXPECT_TRUE(implicit("INT", "DOUBLE"));
  EXPECT_FALSE(implicit("DOUBLE", "FLOAT"));
  EXPECT_FALSE(implicit("DOUBLE", "INT"));
  EXPECT_TRUE(implicit("CHAR(3)", "STRING"));
  EXPECT_FALSE(implicit("STRING", "CHAR(3)"));
  EXPECT_FALSE(implicit("STRING", "INT"));
  EXPECT_FALSE(implicit("INT", "STRING"));
  EXPECT_TRUE(implicit("TIMESTAMP(6)", "TIMESTAMP(3)"));
  EXPECT_TRUE(implicit("TIMESTAMP(3)", "TIMESTAMP_LTZ(3)"));
  EXPECT_FALSE(implicit("DATE", "TIMESTAMP(3)"));
  EXPECT_TRUE(implicit("NULL", "ROW<a INT>"));
  EXPECT_TRUE(implicit("ROW<a INT>", "ROW<b BIGINT>"));
  EXPECT_FALSE(implicit("ARRAY<BIGINT>", "ARRAY<INT>"));
  EXPECT_FALSE(implicit("BOOLEAN", "INT"));
}

TEST(CastRulesTest, WhichCastsFailAndWhichGiveNull) {
  const auto fails = [](const char* from, const char* to) {
    return cast_can_fail(type(from), type(to));
  };
  EXPECT_TRUE(fails("STRING", "INT"));
  EXPECT_TRUE(fails("BYTES", "STRING"));
  EXPECT_FALSE(fails("INT", "STRING"));
  EXPECT_FALSE(fails("STRING", "BYTES"));
  EXPECT_FALSE(fails("DOUBLE", "INT"));
  EXPECT_TRUE(fails("DATE", "TIMESTAMP(9)"));
  EXPECT_FALSE(fails("DATE", "TIMESTAMP(6)"));
  EXPECT_TRUE(fails("ARRAY<STRING>", "ARRAY<INT>"));
  EXPECT_FALSE(fails("ROW<a INT>", "ROW<b STRING>"));
  EXPECT_TRUE(fails("MAP<INT, INT>", "MAP<DECIMAL(2, 0), INT>"));
  const auto gives_null = [](const char* from, const char* to) {
    return cast_can_give_null(type(from), type(to));
  };
  EXPECT_TRUE(gives_null("INT", "DECIMAL(5, 2)"));
  EXPECT_FALSE(gives_null("INT", "DECIMAL(12, 2)"));
  EXPECT_TRUE(gives_null("DECIMAL(5, 3)", "DECIMAL(4, 2)"));
  EXPECT_FALSE(gives_null("DECIMAL(5, 3)", "DECIMAL(5, 2)"));
  EXPECT_FALSE(gives_null("DECIMAL(5, 2)", "DECIMAL(6, 3)"));
  EXPECT_TRUE(gives_null("DOUBLE", "DECIMAL(38, 0)"));
  EXPECT_FALSE(gives_null("DOUBLE", "INT"));
}

TEST(CastRulesTest, EveryCastThatExistsCanBeMade) {
  const ExprSession session;
  const std::vector<const char*> all = {
      "NULL",           "BOOLEAN",      "TINYINT",       "SMALLINT",       "INT",
      "BIGINT",         "FLOAT",        "DOUBLE",        "DECIMAL(10, 2)", "CHAR(3)",
      "VARCHAR(5)",     "STRING",       "BINARY(3)",     "VARBINARY(5)",   "BYTES",
      "DATE",           "TIME(3)",      "TIMESTAMP(3)",  "TIMESTAMP(9)",   "TIMESTAMP_LTZ(3)",
      "INTERVAL MONTH", "INTERVAL DAY", "ARRAY<INT>",    "ARRAY<STRING>",  "MAP<STRING, INT>",
      "MULTISET<INT>",  "ROW<a INT>",   "ROW<b STRING>", "SYMBOL",         "DESCRIPTOR"};
  int possible = 0;
  for (const char* from : all) {
    for (const char* to : all) {
      const bool can = can_cast(type(from), type(to));
      const bool made = make_cast(type(from), type(to), CastMode::kCast, session).ok();
      EXPECT_EQ(can, made) << from << " to " << to;
      possible += can;
      // What is done without being asked for is allowed when asked for.
      EXPECT_TRUE(can || !can_cast_implicitly(type(from), type(to))) << from << " to " << to;
    }
  }
  EXPECT_GT(possible, 250);
}

}  // namespace
}  // namespace hw
