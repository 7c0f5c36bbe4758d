// SPDX-License-Identifier: Apache-2.0

#include "sql/bind_catalog.h"

#include <gtest/gtest.h>

#include "sql/session_fixture.h"

namespace hw {
namespace {

TEST(BindCatalogTest, CatalogsInMemoryBeginWithTheirDefaultDatabase) {
  SessionFixture session;
  session.must(
      "CREATE CATALOG c COMMENT 'mine' WITH ('type' = 'generic_in_memory', 'default-database' = "
      "'d'); CREATE CATALOG e WITH ('type' = 'generic_in_memory')");
  EXPECT_EQ(session.listing("SHOW CATALOGS"), "c\ndefault_catalog\ne\n");
  EXPECT_EQ(session.listing("SHOW DATABASES FROM c"), "d\n");
  session.must("USE CATALOG c");
  EXPECT_EQ(session.listing("SHOW CURRENT CATALOG"), "c\n");
  EXPECT_EQ(session.listing("SHOW CURRENT DATABASE"), "d\n");
  session.must("USE CATALOG e");
  EXPECT_EQ(session.listing("SHOW CURRENT DATABASE"), "default\n");
  session.must("USE c.d");
  EXPECT_EQ(session.listing("SHOW CURRENT CATALOG"), "c\n");
}

TEST(BindCatalogTest, NamesOfThreePartsReachEveryCatalog) {
  SessionFixture session;
  session.must(
      "CREATE CATALOG c WITH ('type' = 'generic_in_memory'); CREATE DATABASE c.d;"
      "CREATE TABLE c.d.t (a INT, b STRING); CREATE VIEW c.d.v AS SELECT a FROM c.d.t;"
      "CREATE TABLE t (z DATE)");
  EXPECT_EQ(session.columns("SELECT * FROM c.d.t"), "(a INT, b STRING)");
  EXPECT_EQ(session.columns("SELECT c.d.t.a, d.t.b, t.a AS again FROM c.d.t"),
            "(a INT, b STRING, again INT)");
  EXPECT_EQ(session.columns("SELECT * FROM c.d.v"), "(a INT)");
  EXPECT_EQ(session.error("INSERT INTO c.d.t SELECT 1, 'x'"), "ok");
  EXPECT_EQ(session.error("SELECT * FROM c.d.t /*+ OPTIONS('k' = 'v') */"), "ok");
  EXPECT_EQ(session.listing("SHOW TABLES FROM c.d"), "t\nv\n");
  EXPECT_EQ(session.listing("SHOW TABLES IN c.d LIKE 't%'"), "t\n");
  EXPECT_EQ(session.listing("SHOW VIEWS FROM c.d NOT LIKE 't%'"), "v\n");
  EXPECT_EQ(session.listing("SHOW COLUMNS FROM c.d.v"), "a | INT | TRUE | - | - | -\n");
  EXPECT_EQ(session.listing("DESCRIBE c.d.v"), "a | INT | TRUE | - | - | -\n");
  EXPECT_EQ(session.listing("SHOW CREATE VIEW c.d.v"),
            "CREATE VIEW `c`.`d`.`v` (`a`)\nAS SELECT a FROM c.d.t\n");
  session.must("DROP VIEW c.d.v; DROP TABLE c.d.t; DROP DATABASE c.d; DROP CATALOG c");
  EXPECT_EQ(session.listing("SHOW TABLES"), "t\n");
}

TEST(BindCatalogTest, AViewKeepsThePlaceOfItsCreation) {
  SessionFixture session;
  session.must(
      "CREATE CATALOG c WITH ('type' = 'generic_in_memory'); CREATE TABLE c.`default`.t (a INT);"
      "CREATE TABLE t (z DATE); USE CATALOG c; CREATE VIEW v AS SELECT * FROM t;"
      "USE CATALOG default_catalog");
  EXPECT_EQ(session.columns("SELECT * FROM c.`default`.v"), "(a INT)");
  EXPECT_EQ(session.columns("SELECT * FROM t"), "(z DATE)");
}

TEST(BindCatalogTest, DescribesCatalogsAndDatabases) {
  SessionFixture session;
  session.must(
      "CREATE CATALOG c COMMENT 'it''s' WITH ('default-database' = 'd', 'type' = "
      "'generic_in_memory'); CREATE DATABASE c.e COMMENT 'x' WITH ('k' = 'v', 'password' = 'p')");
  EXPECT_EQ(session.listing("DESCRIBE CATALOG c"),
            "name | c\ntype | generic_in_memory\ncomment | it's\n");
  EXPECT_EQ(session.listing("DESC CATALOG EXTENDED default_catalog"),
            "name | default_catalog\ntype | generic_in_memory\ncomment | -\n"
            "option:default-database | default_database\n");
  EXPECT_EQ(session.listing("DESCRIBE DATABASE EXTENDED c.e"),
            "catalog | c\nname | e\ncomment | x\noption:k | v\noption:password | ******\n");
  EXPECT_EQ(session.listing("SHOW CREATE DATABASE c.d"), "CREATE DATABASE `c`.`d`\n");
  const std::string sql = session.listing("SHOW CREATE CATALOG c");
  EXPECT_EQ(sql,
            "CREATE CATALOG `c`\nCOMMENT 'it''s'\nWITH (\n  'default-database' = 'd',\n  'type' = "
            "'generic_in_memory'\n)\n");
  session.must("DROP CATALOG c");
  EXPECT_EQ(session.error(sql), "ok");
}

TEST(BindCatalogTest, ErrorsOfNamesSayWhatIsThere) {
  SessionFixture session;
  session.must("CREATE CATALOG lake WITH ('type' = 'generic_in_memory'); CREATE DATABASE sales");
  EXPECT_EQ(session.error("USE CATALOG lak"),
            "1:1 there is no catalog 'lak'; did you mean 'lake'?");
  EXPECT_EQ(session.error("USE sale"),
            "1:1 there is no database 'sale' in catalog 'default_catalog'; did you mean 'sales'?");
  EXPECT_EQ(session.error("USE lake"),
            "1:1 there is no database 'lake' in catalog 'default_catalog'; 'lake' is a catalog: "
            "write lake.<database>, or USE CATALOG lake first");
  EXPECT_EQ(session.error("SELECT * FROM lak.d.t"),
            "1:15 there is no catalog 'lak'; did you mean 'lake'?, while looking for 'lak.d.t'");
  EXPECT_EQ(session.error("SELECT * FROM sale.t"),
            "1:15 there is no database 'sale' in catalog 'default_catalog'; did you mean 'sales'?, "
            "while looking for 'default_catalog.sale.t'");
  EXPECT_EQ(session.error("SELECT * FROM a.b.c.d"),
            "1:15 a table is named by one to three parts, but 'a.b.c.d' has 4");
  EXPECT_EQ(session.error("SHOW TABLES FROM a.b.c"),
            "1:18 a database is named by one or two parts, but 'a.b.c' has 3");
  EXPECT_EQ(session.error("SHOW DATABASES FROM lale"),
            "1:21 there is no catalog 'lale'; did you mean 'lake'?");
  EXPECT_EQ(session.error("DESCRIBE CATALOG a.b"),
            "1:18 a catalog is named by one part, but 'a.b' has 2");
  EXPECT_EQ(session.error("DROP TABLE lale.`default`.t"),
            "1:1 there is no catalog 'lale'; did you mean 'lake'?");
  EXPECT_EQ(session.error("DROP TABLE IF EXISTS lale.`default`.t"), "ok");
  EXPECT_EQ(session.error("DROP CATALOG default_catalog"),
            "1:1 the current catalog 'default_catalog' cannot be dropped; USE CATALOG another one "
            "first");
}

TEST(BindCatalogTest, RefusesWrongOptionsOfCatalogs) {
  SessionFixture session;
  EXPECT_EQ(
      session.error("CREATE CATALOG c WITH ('k' = 'v')"),
      "1:1 a catalog needs the option 'type', one of: generic_in_memory, filesystem, log, shelf, "
      "while creating catalog 'c'");
  EXPECT_EQ(
      session.error("CREATE CATALOG c WITH ('type' = 'self')"),
      "1:1 there is no catalog type 'self'; the types are: generic_in_memory, filesystem, log, "
      "shelf, while creating catalog 'c'");
  EXPECT_EQ(session.error("CREATE CATALOG c WITH ('type' = 'hive')"),
            "1:1 not supported yet: catalogs of type 'hive', while creating catalog 'c'");
  EXPECT_NE(session.error("CREATE CATALOG c WITH ('type' = 'shelf', 'path' = 'x')").find("'path'"),
            std::string::npos);
  session.must("CREATE CATALOG c WITH ('type' = 'shelf')");
  EXPECT_EQ(session.error("CREATE CATALOG c WITH ('type' = 'generic_in_memory')"),
            "1:1 a catalog named 'c' exists already; drop it first or write IF NOT EXISTS");
  EXPECT_EQ(session.error("CREATE CATALOG IF NOT EXISTS c WITH ('type' = 'shelf')"), "ok");
}

TEST(BindCatalogTest, TablesOutsideAreReadFromTheirCatalog) {
  SessionFixture session;
  session.shelf["orders"] = {.columns = {{.name = "id", .type = SqlType::bigint()},
                                         {.name = "k", .type = SqlType::string()}},
                             .primary_key = {"id"},
                             .options = {{"connector", "shelf"}}};
  session.must("CREATE CATALOG s WITH ('type' = 'shelf')");
  EXPECT_EQ(session.listing("SHOW TABLES FROM s.stock"), "orders\n");
  EXPECT_EQ(session.listing("DESCRIBE s.stock.orders"),
            "id | BIGINT | FALSE | PRI(id) | - | -\nk | STRING | TRUE | - | - | -\n"
            "$row | BIGINT | FALSE | - | METADATA FROM 'row' VIRTUAL | -\n");
  EXPECT_EQ(session.listing("SHOW CREATE TABLE s.stock.orders"),
            "CREATE TABLE `s`.`stock`.`orders` (\n  `id` BIGINT NOT NULL,\n  `k` STRING,\n"
            "  PRIMARY KEY (`id`) NOT ENFORCED\n)\nWITH (\n  'connector' = 'shelf'\n)\n");
  EXPECT_NE(session.error("SELECT * FROM s.stock.order").find("did you mean 'orders'?"),
            std::string::npos);
}

TEST(BindCatalogTest, HiddenColumnsAreReadByNameOnly) {
  SessionFixture session;
  session.must("CREATE CATALOG s WITH ('type' = 'shelf'); USE CATALOG s; CREATE TABLE t (a INT)");
  EXPECT_EQ(session.columns("SELECT * FROM t"), "(a INT)");
  EXPECT_EQ(session.columns("SELECT t.* FROM t"), "(a INT)");
  EXPECT_EQ(session.columns("TABLE t"), "(a INT)");
  EXPECT_EQ(session.columns("SELECT $row, u.$row AS r, a FROM t AS u"),
            "($row BIGINT NOT NULL, r BIGINT NOT NULL, a INT)");
  EXPECT_EQ(session.columns("SELECT b, $row FROM t AS u (b)"), "(b INT, $row BIGINT NOT NULL)");
  EXPECT_EQ(session.columns("SELECT * FROM t AS u NATURAL JOIN t AS v"), "(a INT)");
  EXPECT_EQ(session.error("SELECT * FROM t AS u (b, c)"),
            "1:23 an alias names all columns or none: 'u' names 2 of 1");
  EXPECT_EQ(session.error("INSERT INTO t (a, $row) VALUES (1, 2)"),
            "1:19 column '$row' cannot be written: it is VIRTUAL");
}

TEST(BindCatalogTest, TablesAreMadeAndDroppedOutside) {
  SessionFixture session;
  session.must(
      "CREATE CATALOG s WITH ('type' = 'shelf'); CREATE TABLE s.stock.t (a INT, PRIMARY KEY (a) "
      "NOT "
      "ENFORCED) WITH ('k' = 'v')");
  ASSERT_EQ(session.shelf.size(), 1u);
  const ExternalTable& made = session.shelf.at("t");
  EXPECT_EQ(made.primary_key, std::vector<std::string>{"a"});
  const std::map<std::string, std::string> options = {
      {"connector", "shelf"}, {"box", "t"}, {"k", "v"}};
  EXPECT_EQ(made.options, options);
  EXPECT_EQ(session.error("CREATE TABLE s.stock.t (a INT)"),
            "1:1 a table named 't' exists already; drop it first or write IF NOT EXISTS");
  EXPECT_EQ(session.error("CREATE TABLE IF NOT EXISTS s.stock.t (a INT)"), "ok");
  EXPECT_EQ(
      session.error("CREATE TABLE s.stock.u (a INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)"),
      "1:1 a catalog outside keeps columns, PRIMARY KEY and options of a table, but not "
      "WATERMARK; leave it out or write CREATE TEMPORARY TABLE");
  EXPECT_EQ(session.error("CREATE VIEW s.stock.v AS SELECT 1 AS one"),
            "1:1 catalog 's' holds tables only; write CREATE TEMPORARY VIEW");
  EXPECT_EQ(session.error("CREATE DATABASE s.d"),
            "1:1 catalog 's' has the database 'stock' and takes no other");
  session.must("CREATE TEMPORARY VIEW s.stock.v AS SELECT 1 AS one; DROP TABLE s.stock.t");
  EXPECT_TRUE(session.shelf.empty());
  EXPECT_EQ(session.listing("SHOW TABLES FROM s.stock"), "v\n");
}

TEST(BindCatalogTest, DroppingACatalogLeavesWhatIsOutside) {
  SessionFixture session;
  session.must(
      "CREATE CATALOG s WITH ('type' = 'shelf'); CREATE TABLE s.stock.t (a INT);"
      "CREATE TEMPORARY VIEW s.stock.v AS SELECT 1 AS one; DROP CATALOG s");
  EXPECT_EQ(session.shelf.size(), 1u);
  session.must("CREATE CATALOG s WITH ('type' = 'shelf')");
  EXPECT_EQ(session.listing("SHOW TABLES FROM s.stock"), "t\n");
}

TEST(BindCatalogTest, ChecksOnlyImagineChangesOutside) {
  SessionFixture session;
  session.must("CREATE CATALOG s WITH ('type' = 'shelf'); CREATE TABLE s.stock.t (a INT)");
  session.catalog.leave_outside_alone();
  session.must("CREATE TABLE s.stock.u (b INT); DROP TABLE s.stock.t");
  EXPECT_TRUE(session.shelf.contains("t"));
  EXPECT_FALSE(session.shelf.contains("u"));
  EXPECT_EQ(session.listing("SHOW TABLES FROM s.stock"), "u\n");
  EXPECT_EQ(session.columns("SELECT * FROM s.stock.u"), "(b INT)");
  EXPECT_EQ(session.error("DROP TABLE s.stock.t"), "1:1 there is no table 't'");
}

}  // namespace
}  // namespace hw
