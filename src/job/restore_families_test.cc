// SPDX-License-Identifier: Apache-2.0

#include "job/restore_families.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace hw {
namespace {

// A plan of queries that each count the rows of `t` by `k`, filtered, into a sink.
class Plan {
 public:
  Plan& count(const std::string& filter, const std::string& sink) {
    const std::string n = std::to_string(queries_++);
    add({.role = PlanNode::Role::kSource,
         .uid = "source-" + n,
         .kind = "Scan",
         .text = "Scan(fields=[k, größe, my-col, a b])"},
        {"t"}, true, "");
    if (!filter.empty()) {
      add({.uid = "calc-" + n, .kind = "Calc", .text = "Calc(" + filter + ")"}, {}, false,
          "source-" + n);
    }
    add({.uid = "count-" + n, .kind = "Aggregate", .text = "Aggregate(k)"}, {"k"}, true,
        (filter.empty() ? "source-" : "calc-") + n);
    add({.role = PlanNode::Role::kSink, .uid = "sink-" + n, .kind = "Sink", .text = sink}, {sink},
        true, "count-" + n);
    return *this;
  }
  const PlanRecord& record() const { return record_; }

 private:
  void add(PlanNode node, std::vector<std::string> keys, bool keeps_state,
           const std::string& input) {
    node.meaning.uid_decides = false;
    node.meaning.keeps_state = keeps_state;
    node.meaning.keys = std::move(keys);
    if (!input.empty()) node.inputs = {{0, input}};
    record_.nodes.push_back(std::move(node));
  }
  PlanRecord record_;
  int queries_ = 0;
};

using Matches = std::map<std::string, std::string>;

// What became of the counts.
Matches counts(const NodeMatches& matches) {
  Matches found;
  for (const auto& [saved, now] : matches.matched) {
    if (saved.starts_with("count")) found[saved] = now;
  }
  return found;
}

TEST(RestoreFamiliesTest, AnEditedFilterIsTheSameQuery) {
  const auto matches =
      match_nodes(Plan().count("a > 1", "o").record(), Plan().count("a > 2", "o").record());
  EXPECT_EQ(counts(matches), (Matches{{"count-0", "count-0"}}));
  EXPECT_EQ(matches.matched.size(), 3u);
  EXPECT_TRUE(matches.ambiguous.empty());
}

TEST(RestoreFamiliesTest, WhatKeepsNoStateMayComeAndGo) {
  const Plan plain = Plan().count("", "o");
  const Plan filtered = Plan().count("a > 1", "o");
  EXPECT_EQ(counts(match_nodes(plain.record(), filtered.record())).size(), 1u);
  EXPECT_EQ(counts(match_nodes(filtered.record(), plain.record())).size(), 1u);
}

// A scan that is shared sends what others read, too: a Calc drops it, where there was none before.
TEST(RestoreFamiliesTest, ACalcThatDropsColumnsIsNoDifference) {
  const Plan alone = Plan().count("", "o").count("select=[id, k + 1 AS k]", "p").count("", "q");
  const Plan shared = Plan()
                          .count("select=[k]", "o")
                          .count("select=[id, k + 1 AS k]", "p")
                          .count("select=[$f0, k_2]", "q");
  for (const bool back : {false, true}) {
    const auto matches =
        match_nodes((back ? shared : alone).record(), (back ? alone : shared).record());
    EXPECT_EQ(counts(matches),
              (Matches{{"count-0", "count-0"}, {"count-1", "count-1"}, {"count-2", "count-2"}}));
    EXPECT_EQ(matches.matched.size(), 9u);
    EXPECT_TRUE(matches.ambiguous.empty());
  }
  const auto renamed = match_nodes(Plan().count("select=[k AS n]", "o").count("", "o").record(),
                                   Plan().count("", "o").count("select=[k AS n]", "o").record());
  EXPECT_EQ(counts(renamed), (Matches{{"count-0", "count-1"}, {"count-1", "count-0"}}));
}

TEST(RestoreFamiliesTest, ACalcThatDropsColumnsMayNameThemAnyhow) {
  const Plan alone = Plan().count("", "o").count("", "p").count("", "q");
  const Plan shared = Plan()
                          .count("select=[größe]", "o")
                          .count("select=[my-col, k]", "p")
                          .count("select=[a b]", "q");
  for (const bool back : {false, true}) {
    const auto matches =
        match_nodes((back ? shared : alone).record(), (back ? alone : shared).record());
    EXPECT_EQ(matches.matched.size(), 9u);
    EXPECT_TRUE(matches.ambiguous.empty());
  }
  // What is no column of the scan is made by the Calc.
  const auto made = match_nodes(Plan().count("select=[k - 1]", "o").count("", "o").record(),
                                Plan().count("", "o").count("select=[k - 1]", "o").record());
  EXPECT_EQ(counts(made), (Matches{{"count-0", "count-1"}, {"count-1", "count-0"}}));
}

// Counts of rows of a table and, behind the same Calc, of some of its rows once more.
PlanRecord counts_over_unions(const std::vector<std::string>& filters) {
  PlanRecord plan;
  const auto add = [&](const std::string& uid, PlanNode::Role role, const std::string& text,
                       std::vector<PlanNode::Input> inputs) {
    PlanNode node{.role = role, .uid = uid, .inputs = std::move(inputs)};
    node.text = text;
    node.kind = text.substr(0, text.find('('));
    node.meaning.uid_decides = false;
    node.meaning.keeps_state = node.kind != "Calc";
    node.meaning.keys = {node.kind};
    plan.nodes.push_back(std::move(node));
  };
  for (const std::string& filter : filters) {
    add("scan " + filter, PlanNode::Role::kSource, "Scan(t)", {});
    add("filter " + filter, PlanNode::Role::kOperator, "Calc(where=[" + filter + "])",
        {{0, "scan " + filter}});
    add("calc " + filter, PlanNode::Role::kOperator, "Calc(select=[k])",
        {{0, "scan " + filter}, {0, "filter " + filter}});
    add("count " + filter, PlanNode::Role::kOperator, "Aggregate(k)", {{0, "calc " + filter}});
    add("sink " + filter, PlanNode::Role::kSink, "Sink(o)", {{0, "count " + filter}});
  }
  return plan;
}

TEST(RestoreFamiliesTest, ACalcBehindAUnionIsOfAllOfIt) {
  const auto matches =
      match_nodes(counts_over_unions({"a > 1", "a > 2"}), counts_over_unions({"a > 2", "a > 1"}));
  EXPECT_EQ(counts(matches),
            (Matches{{"count a > 1", "count a > 1"}, {"count a > 2", "count a > 2"}}));
}

TEST(RestoreFamiliesTest, TheOrderOfQueriesDoesNotMatter) {
  const Plan before = Plan().count("a > 1", "o").count("a > 2", "p");
  const Plan after = Plan().count("a > 2", "p").count("a > 1", "o");
  const auto matches = match_nodes(before.record(), after.record());
  EXPECT_EQ(counts(matches), (Matches{{"count-0", "count-1"}, {"count-1", "count-0"}}));
  EXPECT_EQ(matches.matched.at("source-0"), "source-1");
}

TEST(RestoreFamiliesTest, QueriesOfOneSinkAreKnownByWhatFeedsThem) {
  const Plan before = Plan().count("a > 1", "o").count("a > 2", "o");
  const Plan swapped = Plan().count("a > 2", "o").count("a > 1", "o");
  EXPECT_EQ(counts(match_nodes(before.record(), swapped.record())),
            (Matches{{"count-0", "count-1"}, {"count-1", "count-0"}}));
  const Plan edited = Plan().count("a > 3", "o").count("a > 1", "o");
  EXPECT_EQ(counts(match_nodes(before.record(), edited.record())),
            (Matches{{"count-0", "count-1"}, {"count-1", "count-0"}}));
}

TEST(RestoreFamiliesTest, AnAddedQueryTakesNothing) {
  const auto matches = match_nodes(Plan().count("a > 1", "o").record(),
                                   Plan().count("a > 1", "p").count("a > 1", "o").record());
  EXPECT_EQ(counts(matches), (Matches{{"count-0", "count-1"}}));
  EXPECT_EQ(matches.matched.at("source-0"), "source-1");
}

TEST(RestoreFamiliesTest, WhatCannotBeToldApartIsMatchedByNobody) {
  const Plan before = Plan().count("a > 1", "o").count("a > 2", "o");
  const Plan both_edited = Plan().count("a > 3", "o").count("a > 4", "o");
  const auto edited = match_nodes(before.record(), both_edited.record());
  EXPECT_TRUE(counts(edited).empty());
  EXPECT_TRUE(edited.ambiguous.contains("count-0") && edited.ambiguous.contains("count-1"));

  const Plan apart = Plan().count("a > 1", "o").count("a > 2", "p");
  const Plan sinks_swapped = Plan().count("a > 1", "p").count("a > 2", "o");
  const auto swapped = match_nodes(apart.record(), sinks_swapped.record());
  EXPECT_TRUE(counts(swapped).empty());
  EXPECT_TRUE(swapped.ambiguous.contains("count-0"));
}

TEST(RestoreFamiliesTest, EqualQueriesAreInterchangeableAsLongAsNoneIsMissing) {
  const Plan two = Plan().count("a > 1", "o").count("a > 1", "o");
  EXPECT_EQ(counts(match_nodes(two.record(), two.record())).size(), 2u);
  const auto one = match_nodes(two.record(), Plan().count("a > 1", "o").record());
  EXPECT_TRUE(counts(one).empty());
  EXPECT_EQ(one.ambiguous.size(), 6u);
}

TEST(RestoreFamiliesTest, NodesOfHandMadeGraphsAreKnownByTheirUids) {
  PlanRecord record;
  record.nodes.push_back({.role = PlanNode::Role::kSource, .uid = "numbers"});
  record.nodes.push_back({.uid = "sums", .inputs = {{0, "numbers"}}});
  PlanRecord other = record;
  other.nodes[0].uid = "letters";
  other.nodes[1].inputs = {{0, "letters"}};
  const auto matches = match_nodes(record, other);
  EXPECT_EQ(matches.matched, (Matches{{"sums", "sums"}}));
}

}  // namespace
}  // namespace hw
