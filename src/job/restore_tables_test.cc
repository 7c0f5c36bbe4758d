// SPDX-License-Identifier: Apache-2.0

#include "job/restore_tables.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "columnar/type_parser.h"

namespace hw {
namespace {

// `groups keyed: *key_k INT, SUM(a).sum BIGINT`: a star marks keys.
ManifestTable table(const std::string& name, const std::string& kind,
                    std::vector<std::pair<std::string, std::string>> columns) {
  ManifestTable made{.name = name, .kind = kind};
  for (auto& [column, type] : columns) {
    const bool key = column.starts_with("*");
    made.columns.push_back({.name = key ? column.substr(1) : column, .type = type, .key = key});
  }
  return made;
}

OperatorState aggregate(std::vector<ManifestTable> tables) {
  OperatorState state{.kind = "GroupAggregate"};
  state.meaning.uid_decides = false;
  state.tables = std::move(tables);
  return state;
}

std::string one(const std::vector<std::string>& texts) {
  return texts.size() == 1 ? texts[0] : std::to_string(texts.size()) + " texts";
}

const ManifestTable kSums =
    table("groups", "keyed", {{"*key_k", "INT"}, {"SUM(a).sum", "BIGINT NOT NULL"}});

TEST(RestoreTablesTest, EqualTablesStayAsTheyAre) {
  const StateComparison same = compare_state(aggregate({kSums}), aggregate({kSums}));
  EXPECT_TRUE(same.equal);
  EXPECT_TRUE(same.notes.empty() && same.lost.empty() && same.refused.empty());
}

TEST(RestoreTablesTest, AnAddedAggregateIsFilledIn) {
  const ManifestTable more = table("groups", "keyed",
                                   {{"*key_k", "INT"},
                                    {"COUNT(*).count", "BIGINT NOT NULL"},
                                    {"SUM(a).sum", "BIGINT NOT NULL"}});
  const StateComparison added = compare_state(aggregate({kSums}), aggregate({more}));
  EXPECT_FALSE(added.equal);
  EXPECT_TRUE(added.refused.empty());
  EXPECT_EQ(one(added.notes),
            "COUNT(*) counts from now on: it starts empty for keys that are there");
  const std::vector<TableMigration::Source> sources = {{0}, {-1}, {1}};
  EXPECT_EQ(added.migration.tables[0].sources, sources);

  OperatorState retracting = aggregate({more});
  retracting.meaning.input_retracts = true;
  EXPECT_NE(one(compare_state(aggregate({kSums}), retracting).refused).find("take back rows"),
            std::string::npos);
  EXPECT_EQ(one(compare_state(aggregate({more}), aggregate({kSums})).lost), "COUNT(*)");
}

TEST(RestoreTablesTest, AgesComeAndGo) {
  const auto groups = [](bool aged) {
    ManifestTable made = table("groups", "keyed", {{"*key_k", "INT"}, {"SUM(a).sum", "BIGINT"}});
    if (aged) made.columns.push_back({.name = "$last_write", .type = "BIGINT", .key = false});
    return made;
  };
  const StateComparison begun =
      compare_state(aggregate({groups(false)}), aggregate({groups(true)}));
  EXPECT_FALSE(begun.equal);
  EXPECT_TRUE(begun.refused.empty() && begun.lost.empty());
  EXPECT_EQ(one(begun.notes), "the time to live of state 'groups' begins now");
  const StateComparison ended =
      compare_state(aggregate({groups(true)}), aggregate({groups(false)}));
  EXPECT_FALSE(ended.equal);
  EXPECT_TRUE(ended.refused.empty() && ended.lost.empty());
  EXPECT_EQ(one(ended.notes), "state 'groups' is kept for ever from now on");

  // Also where rows can be taken back.
  OperatorState join{.kind = "Join"};
  join.meaning.uid_decides = false;
  join.meaning.input_retracts = true;
  OperatorState aged_join = join;
  join.tables = {table("left", "row_log", {{"*k", "INT"}, {"arrival", "BIGINT NOT NULL"}})};
  aged_join.tables = {
      table("left", "row_log",
            {{"*k", "INT"}, {"$last_write", "BIGINT"}, {"arrival", "BIGINT NOT NULL"}})};
  EXPECT_TRUE(compare_state(join, aged_join).refused.empty());
}

TEST(RestoreTablesTest, ExpiredDistinctValuesDoNotComeBack) {
  const auto values = [](bool aged) {
    ManifestTable made =
        table("distinct0", "keyed",
              {{"*key_k", "INT"}, {"*value_v", "INT"}, {"seen", "BIGINT NOT NULL"}});
    if (aged) made.columns.push_back({.name = "$born", .type = "BIGINT", .key = false});
    return made;
  };
  EXPECT_TRUE(compare_state(aggregate({values(false)}), aggregate({values(true)})).refused.empty());
  EXPECT_NE(one(compare_state(aggregate({values(true)}), aggregate({values(false)})).refused)
                .find("those that have expired would count again"),
            std::string::npos);
}

TEST(RestoreTablesTest, NamesThatPlanningMadeUpAreFollowed) {
  OperatorState before = aggregate(
      {table("groups", "keyed", {{"SUM($f1).sum", "BIGINT"}, {"SUM($f2).sum", "BIGINT"}})});
  before.meaning.names = {{0, "$f1", "a + 1"}, {0, "$f2", "b"}};
  OperatorState after = before;
  after.meaning.names = {{0, "$f1", "b"}, {0, "$f2", "a + 1"}};
  const StateComparison swapped = compare_state(before, after);
  EXPECT_FALSE(swapped.equal);
  EXPECT_TRUE(swapped.notes.empty() && swapped.lost.empty() && swapped.refused.empty());
  const std::vector<TableMigration::Source> sources = {{1}, {0}};
  EXPECT_EQ(swapped.migration.tables[0].sources, sources);
  EXPECT_EQ(meant_name(before.meaning, "groups", "SUM($f1) FILTER (WHERE $f12).sum"),
            "SUM(a + 1) FILTER (WHERE $f12).sum");
}

TEST(RestoreTablesTest, NumberedTablesAreKnownByWhatTheyHold) {
  const ManifestTable words =
      table("distinct0", "keyed",
            {{"*key_k", "INT"}, {"value_s", "STRING"}, {"seen", "BIGINT NOT NULL"}});
  ManifestTable moved = words;
  moved.name = "distinct1";
  ManifestTable other = words;
  other.columns[1].name = "value_v";
  const StateComparison added = compare_state(aggregate({words}), aggregate({other, moved}));
  ASSERT_EQ(added.migration.tables.size(), 1u);
  EXPECT_EQ(added.migration.tables[0].saved_table, "distinct0");
  EXPECT_EQ(added.migration.tables[0].table.name, "distinct1");
  EXPECT_TRUE(added.refused.empty());

  ManifestTable filtered = words;
  filtered.columns[2].name = "seen WHERE a, seen";
  EXPECT_NE(
      one(compare_state(aggregate({words}), aggregate({filtered})).refused).find("DISTINCT values"),
      std::string::npos);
}

TEST(RestoreTablesTest, TypesOnlyGrow) {
  const auto type = [](const char* text) { return *parse_sql_type(text); };
  EXPECT_TRUE(widens(type("INT"), type("BIGINT")));
  EXPECT_TRUE(widens(type("FLOAT"), type("DOUBLE")));
  EXPECT_TRUE(widens(type("DECIMAL(10, 2)"), type("DECIMAL(12, 4)")));
  EXPECT_TRUE(widens(type("VARCHAR(3)"), type("STRING")));
  EXPECT_FALSE(widens(type("BIGINT"), type("INT")));
  EXPECT_FALSE(widens(type("DECIMAL(10, 2)"), type("DECIMAL(10, 4)")));
  EXPECT_FALSE(widens(type("INT"), type("DOUBLE")));
  EXPECT_FALSE(widens(type("TIMESTAMP(3)"), type("TIMESTAMP(6)")));
  EXPECT_FALSE(widens(type("CHAR(3)"), type("VARCHAR(3)")));
}

// How a column of a kind of table may change: '' = migrates.
std::string verdict(const std::string& kind, const std::string& column, const std::string& from,
                    const std::string& to, const std::string& order = "") {
  OperatorState before{.kind = "Operator"};
  if (!order.empty()) before.meaning.fixed = {{"orderBy", order}};
  OperatorState after = before;
  before.tables = {table("rows", kind, {{column, from}})};
  after.tables = {table("rows", kind, {{column, to}})};
  const StateComparison compared = compare_state(before, after);
  return compared.refused.empty() ? "" : compared.refused[0];
}

TEST(RestoreTablesTest, KeysAndOrdersKeepTheirBytes) {
  EXPECT_EQ(verdict("row_log", "a", "INT", "BIGINT"), "");
  EXPECT_NE(verdict("row_log", "*a", "INT", "BIGINT").find("rows are dealt"), std::string::npos);
  EXPECT_EQ(verdict("row_log", "*a", "VARCHAR(3)", "VARCHAR(9)"), "");
  EXPECT_EQ(verdict("ordered", "row_a", "INT", "BIGINT", "b ASC"), "");
  EXPECT_NE(verdict("ordered", "row_a", "INT", "BIGINT", "a ASC").find("rows are sorted"),
            std::string::npos);
  EXPECT_NE(verdict("ordered", "MIN(a)", "INT", "BIGINT").find("rows are sorted"),
            std::string::npos);
  EXPECT_NE(verdict("row_log", "a", "INT", "INT NOT NULL").find("NULLs may have been kept"),
            std::string::npos);
  EXPECT_EQ(verdict("row_log", "a", "INT NOT NULL", "INT"), "");
  EXPECT_EQ(verdict("row_log", "a", "INT", "DATE"),
            "column 'a' of state 'rows' is DATE, but was INT");
}

TEST(RestoreTablesTest, AnAddedColumnIsNullWhereRowsAreNotTakenBack) {
  OperatorState before{.kind = "Join"};
  before.tables = {table("left", "row_log", {{"*k", "INT"}})};
  OperatorState after = before;
  after.tables[0].columns.push_back({.name = "s", .type = "STRING"});
  EXPECT_EQ(one(compare_state(before, after).notes),
            "'s' of state 'left' is NULL in the rows kept so far");
  after.meaning.input_retracts = true;
  EXPECT_NE(one(compare_state(before, after).refused).find("could not be found"),
            std::string::npos);
  after.meaning.input_retracts = false;
  after.tables[0].columns[1].type = "STRING NOT NULL";
  EXPECT_NE(one(compare_state(before, after).refused).find("nothing to fill it with"),
            std::string::npos);
  EXPECT_EQ(one(compare_state(after, before).lost), "'s' of state 'left'");
}

}  // namespace
}  // namespace hw
