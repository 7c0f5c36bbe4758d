// SPDX-License-Identifier: Apache-2.0

#include "sql/listing.h"

#include <gtest/gtest.h>

#include "sql/session_fixture.h"

namespace hw {
namespace {

TEST(ListingTest, DescribesATable) {
  SessionFixture session;
  session.must(
      "CREATE TABLE t (id INT, k STRING, up AS UPPER(k), ts TIMESTAMP(3), p AS PROCTIME(), "
      "PRIMARY KEY (id) NOT ENFORCED, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)");
  EXPECT_EQ(session.listing("DESCRIBE t"),
            "id | INT | FALSE | PRI(id) | - | -\n"
            "k | STRING | TRUE | - | - | -\n"
            "up | STRING | TRUE | - | AS UPPER(k) | -\n"
            "ts | TIMESTAMP(3) *ROWTIME* | TRUE | - | - | ts - INTERVAL '1' SECOND\n"
            "p | TIMESTAMP_LTZ(3) *PROCTIME* | FALSE | - | AS PROCTIME() | -\n");
}

TEST(ListingTest, DescribesCommentsWhereThereAreAny) {
  SessionFixture session;
  session.must("CREATE TABLE c (id INT COMMENT 'the id', n INT)");
  EXPECT_EQ(session.listing("DESCRIBE c"),
            "id | INT | TRUE | - | - | - | the id\nn | INT | TRUE | - | - | - | -\n");
}

TEST(ListingTest, ShowsObjectsByPattern) {
  SessionFixture session;
  session.must(
      "CREATE TABLE apple (a INT); CREATE TABLE pear (a INT);"
      "CREATE VIEW ape AS SELECT a FROM apple");
  EXPECT_EQ(session.listing("SHOW TABLES"), "ape\napple\npear\n");
  EXPECT_EQ(session.listing("SHOW TABLES LIKE 'ap%'"), "ape\napple\n");
  EXPECT_EQ(session.listing("SHOW TABLES NOT LIKE 'ap%'"), "pear\n");
  EXPECT_EQ(session.listing("SHOW VIEWS"), "ape\n");
  EXPECT_EQ(session.listing("SHOW CURRENT DATABASE"), "default_database\n");
}

TEST(ListingTest, WritesTablesBackAsSql) {
  SessionFixture session;
  session.must(
      "CREATE TABLE t (a INT NOT NULL, b AS a + 1, PRIMARY KEY (a) NOT ENFORCED) WITH "
      "('bounded' = 'true')");
  const std::string sql = session.listing("SHOW CREATE TABLE t");
  EXPECT_EQ(sql,
            "CREATE TABLE `default_catalog`.`default_database`.`t` (\n"
            "  `a` INT NOT NULL,\n"
            "  `b` AS a + 1,\n"
            "  PRIMARY KEY (`a`) NOT ENFORCED\n"
            ")\n"
            "WITH (\n"
            "  'bounded' = 'true'\n"
            ")\n");
  session.must("DROP TABLE t");
  EXPECT_EQ(session.error(sql), "ok");
}

TEST(ListingTest, MatchesLikePatterns) {
  EXPECT_TRUE(like_matches("abcabd", "a%bd", false));
  EXPECT_TRUE(like_matches("", "%", false));
  EXPECT_TRUE(like_matches("ABC", "a_c", true));
  EXPECT_FALSE(like_matches("ABC", "a_c", false));
  EXPECT_FALSE(like_matches("ab", "a", false));
}

}  // namespace
}  // namespace hw
