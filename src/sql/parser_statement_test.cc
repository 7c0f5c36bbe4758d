// SPDX-License-Identifier: Apache-2.0

#include <string>

#include <gtest/gtest.h>

#include "sql/parser.h"
#include "sql/unparse.h"

namespace hw {
namespace {

std::string canonical(std::string_view text) {
  Result<ast::StatementPtr> statement = parse_statement(text);
  return statement.ok() ? ast::to_sql(**statement) : "error: " + statement.status().message();
}

void expect_kept(std::string_view text) { EXPECT_EQ(canonical(text), text); }

// Returns "line:column message".
std::string error_of(std::string_view text) {
  const Status status = parse_statement(text).status();
  const SqlPosition position = position_of(status);
  return std::to_string(position.line) + ":" + std::to_string(position.column) + " " +
         status.message();
}

template <typename T>
std::shared_ptr<const T> parsed(std::string_view text) {
  ast::StatementPtr statement = parse_statement(text).ValueOrDie();
  const T* node = &statement->as<T>();
  return {std::move(statement), node};
}

TEST(ParserStatementTest, TakesEveryKindOfColumn) {
  expect_kept(
      "CREATE TEMPORARY TABLE IF NOT EXISTS c.d.t (a INT NOT NULL COMMENT 'x', ts TIMESTAMP(3) "
      "METADATA FROM 'timestamp' VIRTUAL COMMENT 'y', offset_ BIGINT METADATA, p AS PROCTIME() "
      "COMMENT 'z', b STRING PRIMARY KEY NOT ENFORCED, WATERMARK FOR ts AS ts - INTERVAL '5' "
      "SECOND, CONSTRAINT pk PRIMARY KEY (a, b) NOT ENFORCED) COMMENT 'c' DISTRIBUTED BY HASH (a) "
      "INTO 4 BUCKETS PARTITIONED BY (a, b) WITH ('connector' = 'kafka', 'topic' = 'it''s')");
  const auto table = parsed<ast::CreateTable>("CREATE TABLE t (a INT, m INT METADATA, c AS a)");
  EXPECT_EQ(table->columns[0].kind, ast::ColumnKind::kPhysical);
  EXPECT_EQ(table->columns[1].kind, ast::ColumnKind::kMetadata);
  EXPECT_EQ(table->columns[2].kind, ast::ColumnKind::kComputed);
}

TEST(ParserStatementTest, LetsColumnsHaveTheNamesOfClauses) {
  EXPECT_EQ(canonical("CREATE TABLE t (watermark INT, primary STRING, unique INT, value ROW<key "
                      "INT>)"),
            "CREATE TABLE t (`watermark` INT, `primary` STRING, `unique` INT, `value` ROW<`key` "
            "INT>)");
}

TEST(ParserStatementTest, TakesDistributionsAndLike) {
  expect_kept("CREATE TABLE t (a INT) DISTRIBUTED INTO 3 BUCKETS");
  expect_kept("CREATE TABLE t (a INT) DISTRIBUTED BY (a)");
  expect_kept("CREATE TABLE t LIKE u");
  expect_kept(
      "CREATE TABLE t (a INT) WITH ('k' = 'v') LIKE u (EXCLUDING ALL INCLUDING CONSTRAINTS "
      "OVERWRITING OPTIONS)");
  EXPECT_EQ(error_of("CREATE TABLE t LIKE u (OVERWRITING ALL)"),
            "1:36 expected GENERATED, METADATA, OPTIONS or WATERMARKS, but found ALL");
}

TEST(ParserStatementTest, TakesTablesFromQueries) {
  expect_kept("CREATE TABLE t WITH ('k' = 'v') AS SELECT * FROM u");
  expect_kept("CREATE TABLE t (b, a) AS SELECT 1 AS a, 2 AS b");
  expect_kept("CREATE OR REPLACE TABLE t WITH ('k' = 'v') AS WITH c AS (SELECT 1) SELECT * FROM c");
  expect_kept("REPLACE TABLE t AS SELECT 1");
  EXPECT_EQ(error_of("CREATE TABLE t (a INT, b)"),
            "1:24 the column b needs a type, as in b STRING; only CREATE TABLE .. AS takes names "
            "alone");
  EXPECT_EQ(
      error_of("REPLACE TABLE t (a INT)"),
      "1:24 expected AS and a query, which REPLACE TABLE needs, but found the end of the text");
}

TEST(ParserStatementTest, RefusesKeysThatWouldBeEnforced) {
  EXPECT_EQ(
      error_of("CREATE TABLE t (a INT,\n PRIMARY KEY (a))"),
      "2:17 a PRIMARY KEY is not checked by the engine, so it is declared NOT ENFORCED: write "
      "PRIMARY KEY (..) NOT ENFORCED");
  const std::string unique =
      "a table has no UNIQUE constraint; declare PRIMARY KEY (..) NOT ENFORCED";
  EXPECT_EQ(error_of("CREATE TABLE t (a INT, UNIQUE (a))"), "1:24 " + unique);
  EXPECT_EQ(error_of("CREATE TABLE t (a INT UNIQUE)"), "1:23 " + unique);
  EXPECT_EQ(error_of("CREATE TABLE t (a INT, CONSTRAINT c UNIQUE (a))"), "1:37 " + unique);
}

TEST(ParserStatementTest, TakesViews) {
  expect_kept("CREATE TEMPORARY VIEW IF NOT EXISTS v (a, b) COMMENT 'x' AS SELECT 1, 2");
  expect_kept("ALTER VIEW v RENAME TO w");
  expect_kept("ALTER VIEW IF EXISTS v AS SELECT 1");
}

TEST(ParserStatementTest, TakesFunctions) {
  expect_kept(
      "CREATE TEMPORARY SYSTEM FUNCTION IF NOT EXISTS f AS 'a.b' LANGUAGE PYTHON USING JAR 'x', "
      "ARTIFACT 'y' WITH ('k' = 'v')");
  EXPECT_EQ(
      canonical("CREATE FUNCTION f(a INT, b STRING) RETURNS INT NOT NULL LANGUAGE SQL RETURN a "
                "+ CHAR_LENGTH(b)"),
      "CREATE FUNCTION f (a INT, b STRING) RETURNS INT NOT NULL LANGUAGE SQL RETURN a + "
      "CHAR_LENGTH(b)");
  EXPECT_EQ(error_of("CREATE FUNCTION f AS 'x' LANGUAGE RUST"),
            "1:35 expected JAVA, SCALA, PYTHON, CPP, WASM or SQL, but found RUST");
}

TEST(ParserStatementTest, TakesCatalogsDatabasesAndDrops) {
  expect_kept("CREATE CATALOG IF NOT EXISTS c COMMENT 'x' WITH ('type' = 'filesystem')");
  expect_kept("CREATE DATABASE c.d COMMENT 'x' WITH ('k' = 'v')");
  expect_kept("ALTER CATALOG c SET ('k' = 'v')");
  expect_kept("ALTER CATALOG c RESET ('k', 'l')");
  expect_kept("ALTER CATALOG c COMMENT 'x'");
  expect_kept("ALTER DATABASE d SET ('k' = 'v')");
  expect_kept("DROP TEMPORARY SYSTEM FUNCTION IF EXISTS f");
  EXPECT_EQ(canonical("DROP TABLE t RESTRICT"), "DROP TABLE t");
  expect_kept("DROP DATABASE IF EXISTS d CASCADE");
  EXPECT_EQ(error_of("DROP TEMPORARY CATALOG c"),
            "1:16 expected TABLE, VIEW or FUNCTION, but found CATALOG");
}

TEST(ParserStatementTest, TakesChangesOfTables) {
  EXPECT_EQ(canonical("ALTER TABLE t ADD a INT FIRST"), "ALTER TABLE t ADD (a INT FIRST)");
  expect_kept(
      "ALTER TABLE IF EXISTS t ADD (a INT COMMENT 'x' AFTER b, c AS a, WATERMARK FOR d AS d)");
  expect_kept("ALTER TABLE t MODIFY (a BIGINT, PRIMARY KEY (a) NOT ENFORCED)");
  EXPECT_EQ(canonical("ALTER TABLE t DROP a"), "ALTER TABLE t DROP (a)");
  expect_kept("ALTER TABLE t DROP PRIMARY KEY");
  expect_kept("ALTER TABLE t DROP CONSTRAINT c");
  expect_kept("ALTER TABLE t DROP WATERMARK");
  expect_kept("ALTER TABLE t ADD IF NOT EXISTS PARTITION (a = 1, b = 'x')");
  EXPECT_EQ(canonical("ALTER TABLE t DROP PARTITION (a = 1), PARTITION (a = 2)"),
            "ALTER TABLE t DROP PARTITION (a = 1) PARTITION (a = 2)");
  expect_kept("ALTER TABLE t RENAME a TO b");
  expect_kept("ALTER TABLE t RENAME TO u.v");
  expect_kept("ALTER TABLE t SET ('k' = 'v')");
  expect_kept("ALTER TABLE t RESET ('k')");
  EXPECT_EQ(error_of("ALTER TABLE t RESET ()"), "1:21 RESET (..) needs at least one key");
  EXPECT_EQ(error_of("ALTER TABLE t ADD (a)"), "1:21 expected a type, but found ')'");
}

TEST(ParserStatementTest, TakesInserts) {
  expect_kept("INSERT INTO t SELECT * FROM u");
  expect_kept("INSERT INTO c.d.t (a, b) VALUES (1, 'x'), (2, DEFAULT)");
  expect_kept(
      "INSERT OVERWRITE t /*+ OPTIONS('k'='v') */ PARTITION (p = 1, q = 'x') (a) SELECT 1 ON "
      "CONFLICT DO DEDUPLICATE");
  EXPECT_EQ(canonical("EXECUTE INSERT INTO t (SELECT 1)"), "INSERT INTO t SELECT 1");
  EXPECT_EQ(error_of("INSERT t SELECT 1"), "1:8 expected INTO or OVERWRITE, but found t");
  expect_kept("INSERT INTO t SELECT * FROM a CROSS JOIN b ON CONFLICT DO NOTHING");
  EXPECT_EQ(error_of("INSERT INTO t SELECT 1 ON CONFLICT DO UPDATE"),
            "1:39 expected NOTHING, ERROR or DEDUPLICATE, but found UPDATE");
}

TEST(ParserStatementTest, TakesStatementSets) {
  const std::string canonical_set =
      "EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO b SELECT 2; END";
  EXPECT_EQ(
      canonical("BEGIN STATEMENT SET;\nINSERT INTO a SELECT 1;\nINSERT INTO b SELECT 2;\nEND;"),
      canonical_set);
  EXPECT_EQ(canonical(canonical_set), canonical_set);
  EXPECT_EQ(canonical("EXPLAIN STATEMENT SET BEGIN INSERT INTO a SELECT 1; END"),
            "EXPLAIN EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; END");
  EXPECT_EQ(error_of("EXECUTE STATEMENT SET BEGIN END"),
            "1:1 a statement set needs at least one INSERT");
  EXPECT_EQ(error_of("EXECUTE STATEMENT SET BEGIN SELECT 1; END"),
            "1:29 a statement set writes tables, but this query goes nowhere; write INSERT INTO a "
            "table, or the query behind END");
  EXPECT_EQ(error_of("BEGIN STATEMENT SET; DROP TABLE t; END"),
            "1:22 expected INSERT or END, but found DROP");
  EXPECT_EQ(error_of("EXECUTE STATEMENT SET\nBEGIN INSERT INTO a SELECT 1;"),
            "2:30 a statement set ends with END, but the one that begins at line 1 has none");
}

TEST(ParserStatementTest, TakesExplain) {
  EXPECT_EQ(canonical("EXPLAIN PLAN FOR SELECT 1"), "EXPLAIN SELECT 1");
  expect_kept("EXPLAIN ESTIMATED_COST, CHANGELOG_MODE, PLAN_ADVICE, JSON_EXECUTION_PLAN SELECT 1");
  expect_kept("EXPLAIN STATE INSERT INTO t SELECT 1");
  expect_kept("EXPLAIN CREATE TABLE t AS SELECT 1");
  EXPECT_EQ(error_of("EXPLAIN DROP TABLE t").substr(0, 30), "1:9 expected a query, INSERT, ");
  EXPECT_EQ(error_of("EXPLAIN CREATE TABLE t (a INT)").substr(0, 25), "1:9 EXPLAIN takes a query");
}

TEST(ParserStatementTest, TakesSettingsWithAndWithoutQuotes) {
  expect_kept("SET 'table.local-time-zone' = 'UTC'");
  EXPECT_EQ(canonical("SET execution.checkpointing.interval = 10s;"),
            "SET 'execution.checkpointing.interval' = '10s'");
  EXPECT_EQ(canonical("SET a.b = 'x y' -- why\n;"), "SET 'a.b' = 'x y'");
  EXPECT_EQ(canonical("SET a=hdfs://host/dir"), "SET 'a' = 'hdfs://host/dir'");
  EXPECT_EQ(canonical("SET 'a' = 5"), "SET 'a' = '5'");
  EXPECT_EQ(canonical("SET a = 'x;y'"), "SET 'a' = 'x;y'");
  expect_kept("SET");
  expect_kept("RESET 'a'");
  EXPECT_EQ(canonical("RESET a.b ;"), "RESET 'a.b'");
  expect_kept("RESET");
  EXPECT_EQ(error_of("SET a"), "1:5 expected SET key = value, but found no '='");
  EXPECT_EQ(error_of("SET a = b\nSELECT 1;"),
            "1:5 SET and RESET without quotes end with their line; is a ';' missing?");
}

TEST(ParserStatementTest, TakesUseShowAndDescribe) {
  expect_kept("USE CATALOG c");
  expect_kept("USE c.d");
  for (const std::string_view text : {"SHOW CATALOGS",
                                      "SHOW DATABASES FROM c",
                                      "SHOW TABLES FROM c.d NOT LIKE 'a%'",
                                      "SHOW VIEWS",
                                      "SHOW COLUMNS FROM t ILIKE 'x'",
                                      "SHOW PARTITIONS t PARTITION (a = 1)",
                                      "SHOW FUNCTIONS",
                                      "SHOW USER FUNCTIONS",
                                      "SHOW JOBS",
                                      "SHOW CURRENT CATALOG",
                                      "SHOW CURRENT DATABASE",
                                      "SHOW CREATE TABLE t",
                                      "SHOW CREATE VIEW c.d.v",
                                      "SHOW CREATE CATALOG c",
                                      "DESCRIBE t",
                                      "DESCRIBE EXTENDED c.d.t",
                                      "DESCRIBE CATALOG c",
                                      "DESCRIBE DATABASE EXTENDED d",
                                      "DESCRIBE FUNCTION f",
                                      "DESCRIBE JOB 'x'"}) {
    expect_kept(text);
  }
  EXPECT_EQ(canonical("SHOW TABLES IN d"), "SHOW TABLES FROM d");
  EXPECT_EQ(canonical("DESC t"), "DESCRIBE t");
  EXPECT_EQ(error_of("SHOW TABELS").substr(0, 24), "1:6 expected CATALOGS, D");
}

TEST(ParserStatementTest, TakesPlansJobsAndChanges) {
  expect_kept("STOP JOB 'x' WITH SAVEPOINT WITH DRAIN");
  expect_kept("COMPILE PLAN 'f' IF NOT EXISTS FOR INSERT INTO a SELECT 1");
  expect_kept("COMPILE AND EXECUTE PLAN 'f' FOR INSERT INTO a SELECT 1");
  expect_kept("EXECUTE PLAN 'f'");
  expect_kept("ADD JAR 'f'");
  EXPECT_EQ(canonical("ADD JAR /a/b.jar;"), "ADD JAR '/a/b.jar'");
  EXPECT_EQ(canonical("UPDATE t u SET a = 1, b = b + 1 WHERE c"),
            "UPDATE t AS u SET a = 1, b = b + 1 WHERE c");
  expect_kept("DELETE FROM t WHERE a");
  expect_kept("TRUNCATE TABLE t");
  EXPECT_EQ(canonical("EXECUTE SELECT 1"), "SELECT 1");
}

TEST(ParserStatementTest, RecognisesWhatIsNotSupported) {
  EXPECT_EQ(parsed<ast::UnsupportedStatement>("CREATE MODEL m INPUT (a INT) WITH ('x'='y');")->what,
            "CREATE MODEL");
  EXPECT_EQ(parsed<ast::UnsupportedStatement>("CREATE MATERIALIZED TABLE t AS SELECT 1")->what,
            "CREATE MATERIALIZED TABLE");
  EXPECT_EQ(parsed<ast::UnsupportedStatement>("call p(1)")->what, "CALL");
}

TEST(ParserStatementTest, ProposesTheStatementThatWasMeant) {
  EXPECT_EQ(error_of("SELCT 1"), "1:1 expected a statement, but found SELCT; did you mean SELECT?");
  EXPECT_EQ(error_of("CRAETE TABLE t"),
            "1:1 expected a statement, but found CRAETE; did you mean CREATE?");
  EXPECT_EQ(error_of("INSERT INOT t SELECT 1"),
            "1:8 expected INTO or OVERWRITE, but found INOT; did you mean INTO?");
  EXPECT_EQ(error_of(""), "1:1 expected a statement, but found the end of the text");
  EXPECT_EQ(error_of("SELECT 1; SELECT 2").substr(0, 33), "1:11 expected the end of the text");
}

TEST(StatementReaderTest, YieldsStatementsWithTheirRanges) {
  const std::string_view script = " ;; SELECT 1 ; -- x\nINSERT INTO t SELECT ';'\n;;";
  StatementReader reader(script);
  ParsedStatement first = reader.next().ValueOrDie().value();
  EXPECT_EQ(script.substr(first.begin, first.end - first.begin), "SELECT 1");
  ParsedStatement second = reader.next().ValueOrDie().value();
  EXPECT_EQ(script.substr(second.begin, second.end - second.begin), "INSERT INTO t SELECT ';'");
  EXPECT_EQ(second.statement->position.line, 2);
  EXPECT_FALSE(reader.next().ValueOrDie().has_value());
  EXPECT_FALSE(reader.next().ValueOrDie().has_value());
}

TEST(StatementReaderTest, YieldsWhatStandsBeforeAnErrorAndGoesOnBehindIt) {
  StatementReader reader("SELECT 1; SELECT FROM t; SELECT 10L; SELECT 2; SELECT 'x");
  EXPECT_TRUE(reader.next().ok());
  EXPECT_EQ(position_of(reader.next().status()).column, 18);
  EXPECT_EQ(position_of(reader.next().status()).column, 33);
  Result<std::optional<ParsedStatement>> next = reader.next();
  ASSERT_TRUE(next.ok());
  EXPECT_EQ(ast::to_sql(*(**next).statement), "SELECT 2");
  EXPECT_EQ(reader.next().status().message(), "a string must end with a single quote");
  EXPECT_FALSE(reader.next().ValueOrDie().has_value());
}

TEST(StatementReaderTest, KeepsARawSettingApartFromTheNextStatement) {
  StatementReader reader("SET a = 10s; SELECT 1");
  const ParsedStatement set = reader.next().ValueOrDie().value();
  EXPECT_EQ(ast::to_sql(*set.statement), "SET 'a' = '10s'");
  EXPECT_EQ(ast::to_sql(*reader.next().ValueOrDie()->statement), "SELECT 1");
}

TEST(StatementReaderTest, ParsesWholeScripts) {
  EXPECT_EQ(parse_script("SELECT 1; SELECT 2").ValueOrDie().size(), 2u);
  EXPECT_EQ(parse_script("").ValueOrDie().size(), 0u);
  EXPECT_FALSE(parse_script("SELECT 1; x").ok());
}

}  // namespace
}  // namespace hw
