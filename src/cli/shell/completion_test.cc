// SPDX-License-Identifier: Apache-2.0

#include "cli/shell/completion.h"

#include <gtest/gtest.h>

#include "base/env/env.h"
#include "engine/printing_receiver.h"
#include "engine/session.h"
#include "sql/parser.h"

namespace hw {
namespace {

using Words = std::vector<std::string>;

class CompletionTest : public ::testing::Test {
 protected:
  CompletionTest() : env_(make_test_env(1, 0)), session_(*env_) {
    execute("CREATE TABLE orders (id BIGINT, item STRING) WITH ('connector' = 'datagen')");
    execute("CREATE VIEW open_orders AS SELECT id AS open_id FROM orders");
    execute("CREATE DATABASE other");
  }

  void execute(std::string_view sql) {
    const auto statement = parse_statement(sql);
    ASSERT_TRUE(statement.ok()) << statement.status().message();
    const auto outcome = session_.execute(**statement, nullptr);
    ASSERT_TRUE(outcome.ok()) << outcome.status().message();
  }
  Words words(std::string_view before, std::string_view after = "") {
    return complete(before, after, session_).candidates;
  }

  std::unique_ptr<Env> env_;
  Session session_;
};

TEST_F(CompletionTest, KeywordsFollowTheCaseThatIsTyped) {
  EXPECT_EQ(words("SELE"), Words{"SELECT"});
  EXPECT_EQ(words("sele"), Words{"select"});
  EXPECT_EQ(words("SELECT 1 QUAL"), Words{"QUALIFY"});
}

TEST_F(CompletionTest, TablesStandBehindFrom) {
  EXPECT_EQ(words("SELECT * FROM o"), (Words{"open_orders", "orders", "other"}));
  EXPECT_EQ(words("DESCRIBE ord"), Words{"orders"});
  EXPECT_EQ(words("INSERT INTO or"), Words{"orders"});
}

TEST_F(CompletionTest, ColumnsAreThoseOfTablesThatTheStatementNames) {
  EXPECT_EQ(words("SELECT * FROM orders WHERE ite"), Words{"item"});
  EXPECT_EQ(words("SELECT o.", " FROM orders AS o"), (Words{"id", "item"}));
  EXPECT_EQ(words("SELECT open_i", " FROM open_orders"), Words{"open_id"});
  EXPECT_EQ(words("SELECT open_i"), Words{});
}

TEST_F(CompletionTest, FunctionsAreWords) {
  EXPECT_EQ(words("SELECT CONCAT_"), Words{"CONCAT_WS"});
  EXPECT_EQ(words("SELECT approx_c"), Words{"approx_count_distinct"});
}

TEST_F(CompletionTest, QuotesHoldKeysAndValues) {
  EXPECT_EQ(words("SET 'execution.runtime"), Words{"execution.runtime-mode"});
  EXPECT_EQ(words("SET 'execution.runtime-mode' = 'B"), Words{"BATCH"});
  EXPECT_EQ(words("CREATE TABLE t (a INT) WITH ('connector' = 'blac"), Words{"blackhole"});
  const Words rows = words("CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'number-of");
  EXPECT_EQ(rows, Words{"number-of-rows"});
  EXPECT_EQ(words("CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'format' = 'cs"),
            Words{"csv"});
}

TEST_F(CompletionTest, NamesOfSeveralParts) {
  EXPECT_EQ(words("SELECT * FROM default_database.ord"), Words{"orders"});
  EXPECT_EQ(words("SELECT * FROM default_catalog.default_database.ord"), Words{"orders"});
  EXPECT_EQ(words("SELECT * FROM default_catalog.oth"), Words{"other"});
  EXPECT_EQ(words("USE CATALOG def"), Words{"default_catalog"});
}

TEST_F(CompletionTest, TellsWhatIsReplacedAndWhatAllBeginWith) {
  const Completion found = complete("SELECT CONCAT", "", session_);
  EXPECT_EQ(found.replaces, 6u);
  EXPECT_EQ(shared_beginning(found.candidates), "CONCAT");
  EXPECT_EQ(shared_beginning({"abc", "abd"}), "ab");
  EXPECT_EQ(shared_beginning({}), "");
}

}  // namespace
}  // namespace hw
