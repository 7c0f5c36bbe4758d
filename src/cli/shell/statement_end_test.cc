// SPDX-License-Identifier: Apache-2.0

#include "cli/shell/statement_end.h"

#include <gtest/gtest.h>

namespace hw {
namespace {

TEST(StatementEndTest, ASemicolonInQuotesAndCommentsIsNone) {
  EXPECT_EQ(statements_end("SELECT ';' -- ;\n, `a;b` /* ; */ FROM t"), 0u);
  EXPECT_EQ(statements_end("SELECT 1; SELECT '"), 9u);
  EXPECT_EQ(statements_end("SELECT 1; SELECT 2 ;  "), 20u);
}

TEST(StatementEndTest, AStatementSetEndsBehindItsEnd) {
  const std::string_view set =
      "BEGIN STATEMENT SET; INSERT INTO t SELECT CASE WHEN a THEN 1 END; INSERT INTO u SELECT 2; ";
  EXPECT_EQ(statements_end(set), 0u);
  const std::string whole = std::string(set) + "END;";
  EXPECT_EQ(statements_end(whole), whole.size());
  const std::string_view execute = "EXECUTE STATEMENT SET BEGIN INSERT INTO t SELECT 1; END;";
  EXPECT_EQ(statements_end(execute), execute.size());
  EXPECT_EQ(statements_end(execute.substr(0, 50)), 0u);
}

TEST(StatementEndTest, CommentsAloneAreBlank) {
  EXPECT_TRUE(is_blank_sql(" -- x\n ; "));
  EXPECT_FALSE(is_blank_sql("x"));
}

}  // namespace
}  // namespace hw
