// SPDX-License-Identifier: Apache-2.0
//
// Edits of a job's SQL and what must become of its state, from statement to mapping.

#include "job/restore_mapping.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "base/env/env.h"
#include "engine/restore_edits.h"
#include "engine/session.h"
#include "job/restore_record.h"
#include "sql/parser.h"
#include "testkit/virtual_env.h"

namespace hw {
namespace {

class AnyReceiver final : public RowReceiver {
 public:
  Status begin(const ResultShape&) override { return Status::OK(); }
  Status receive(const Batch&) override { return Status::OK(); }
  Status end() override { return Status::OK(); }
};

// The word behind CREATE TABLE.
std::string table_of(const std::string& declaration) {
  const size_t begin = std::string("CREATE TABLE ").size();
  return declaration.substr(begin, declaration.find(' ', begin) - begin);
}

enum class Sharing { kNone, kEqualParts };

using Settings = std::vector<std::pair<std::string, std::string>>;

Settings phases(const std::string& strategy) {
  return {{"table.optimizer.agg-phase-strategy", strategy}};
}

// The graph of a statement, which is never started.
JobGraph graph_of(const std::string& sql, const std::string& other_table, int max_parallelism,
                  Sharing sharing = Sharing::kEqualParts, const Settings& settings = {}) {
  VirtualEnv env;
  Session session(env);
  JobGraph graph;
  session.set_job_starter([&](JobGraph made, JobOptions) -> Result<std::unique_ptr<JobRun>> {
    graph = std::move(made);
    return Status::Cancelled("it is only planned");
  });
  EXPECT_TRUE(session.config().set("parallelism.default", "2").ok());
  EXPECT_TRUE(
      session.config().set("pipeline.max-parallelism", std::to_string(max_parallelism)).ok());
  EXPECT_TRUE(session.config()
                  .set("table.optimizer.reuse-sub-plan-enabled",
                       sharing == Sharing::kEqualParts ? "true" : "false")
                  .ok());
  for (const auto& [key, value] : settings) EXPECT_TRUE(session.config().set(key, value).ok());
  const auto execute = [&](const std::string& text) {
    return session.execute(**parse_statement(text), std::make_shared<AnyReceiver>()).status();
  };
  for (const std::string& table : edit_tables()) {
    const bool other = !other_table.empty() && table_of(table) == table_of(other_table);
    EXPECT_EQ(execute(other ? other_table : table), Status::OK());
  }
  const Status started = execute(sql);
  EXPECT_TRUE(started.IsCancelled()) << sql << "\n" << started.message();
  return graph;
}

// A checkpoint of the graph as far as a mapping looks at it.
Manifest manifest_of(const JobGraph& graph, Env& env) {
  Manifest manifest;
  manifest.job = "edited";
  manifest.checkpoint = 7;
  manifest.num_key_groups = graph.max_parallelism;
  for (const Vertex& vertex : graph.vertices) {
    if (vertex.source) manifest.operators.push_back({.uid = vertex.source->uid});
    for (const OperatorRecipe& op : vertex.chain) manifest.operators.push_back({.uid = op.uid});
  }
  GraphRecord::of(graph, env).ValueOrDie().describe(manifest);
  return manifest;
}

std::string report_of(const RestoreMapping& mapping) {
  std::string text;
  for (const RestoreLine& line : mapping.lines) text += to_text(line) + "\n";
  return text;
}

bool has(const RestoreMapping& mapping, RestoreFate fate) {
  return std::any_of(mapping.lines.begin(), mapping.lines.end(),
                     [&](const RestoreLine& line) { return line.fate == fate; });
}

// What a node does, without the projections and filters that edits may change.
std::string twin_text(const PlanRecord& record, const std::string& uid) {
  const PlanNode& node = *record.find(uid);
  std::string text = node.kind;
  for (const std::string& key : node.meaning.keys) text += " " + key;
  return text;
}

class RestoreEditTest : public testing::TestWithParam<Edit> {
 protected:
  // What a job that was taken of either shape becomes, as a job with a directory decides.
  void check(Sharing sharing, const std::string& phases_before = "AUTO",
             const std::string& phases_after = "AUTO") {
    const Edit& edit = GetParam();
    SCOPED_TRACE(sharing == Sharing::kNone ? "each for itself" : "shared");
    SCOPED_TRACE(phases_before + " to " + phases_after);
    const EditOutcome outcome = sharing == Sharing::kEqualParts
                                    ? edit.outcome_if_shared.value_or(edit.outcome)
                                    : edit.outcome;
    const JobGraph before = graph_of(edit.before, "", 128, sharing, phases(phases_before));
    const auto made_after = [&](Sharing shares) {
      return graph_of(edit.after, edit.after_table, 128, shares, phases(phases_after));
    };
    JobGraph after = made_after(Sharing::kEqualParts);
    const Manifest manifest = manifest_of(before, env_);
    auto strict = map_restore(after, manifest, {.env = &env_});
    if (strict.ok() && strict->shares_too_much) {
      after = made_after(Sharing::kNone);
      strict = map_restore(after, manifest, {.env = &env_});
    }
    const auto lax = map_restore(after, manifest, {.env = &env_, .allow_non_restored_state = true});

    const bool refused = outcome == EditOutcome::kLoses || outcome == EditOutcome::kRefused;
    const std::string said = strict.ok() ? report_of(*strict) : strict.status().message();
    ASSERT_EQ(strict.ok(), !refused) << said;
    EXPECT_EQ(lax.ok(), outcome != EditOutcome::kRefused) << lax.status().message();
    if (outcome == edit.outcome) {
      EXPECT_NE(said.find(edit.says), std::string::npos) << said;
    }
    if (!strict.ok()) return;
    EXPECT_FALSE(strict->shares_too_much);
    EXPECT_FALSE(has(*strict, RestoreFate::kMissing)) << said;
    EXPECT_EQ(has(*strict, RestoreFate::kNew), outcome == EditOutcome::kExtends) << said;
    EXPECT_EQ(has(*strict, RestoreFate::kMigrated), outcome == EditOutcome::kMigrates) << said;
    const PlanRecord was = plan_record(before);
    const PlanRecord is = plan_record(after);
    for (const auto& [now, saved] : strict->uids) {
      EXPECT_EQ(twin_text(was, saved), twin_text(is, now));
    }
  }

  VirtualEnv env_;
};

TEST_P(RestoreEditTest, IsTakenForWhatItIs) {
  check(Sharing::kNone);
  check(Sharing::kEqualParts);
}

TEST_P(RestoreEditTest, IsTheSameWhateverThePhasesOfAggregates) {
  check(Sharing::kEqualParts, "ONE_PHASE", "TWO_PHASE");
  check(Sharing::kEqualParts, "TWO_PHASE", "ONE_PHASE");
}

INSTANTIATE_TEST_SUITE_P(Edits, RestoreEditTest, testing::ValuesIn(edits()), [](const auto& info) {
  std::string name;
  bool upper = true;
  for (const char c : info.param.name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) {
      upper = true;
      continue;
    }
    name += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    upper = false;
  }
  return name;
});

// uid of the node of that kind whose rows come from, or go to, a node whose text has the words.
std::string uid_beside(const JobGraph& graph, const std::string& words) {
  const PlanRecord record = plan_record(graph);
  for (size_t i = 0; i < record.nodes.size(); ++i) {
    const PlanNode& node = record.nodes[i];
    if (node.kind != "GroupAggregate") continue;
    for (const PlanNode::Input& input : node.inputs) {
      if (record.find(input.uid)->text.find(words) != std::string::npos) return node.uid;
    }
  }
  return "none";
}

TEST(RestoreMappingTest, QueriesThatLookAlikeKeepTheirOwnStateWhenTheirOrderChanges) {
  VirtualEnv env;
  const std::string low = "INSERT INTO o1 SELECT k, COUNT(*) FROM t WHERE a < 5 GROUP BY k";
  const std::string high = "INSERT INTO o2 SELECT k, COUNT(*) FROM t WHERE a > 9 GROUP BY k";
  const auto set = [](const std::string& a, const std::string& b) {
    return "EXECUTE STATEMENT SET BEGIN " + a + "; " + b + "; END";
  };
  const JobGraph before = graph_of(set(low, high), "", 128);
  const JobGraph after = graph_of(set(high, low), "", 128);
  const auto mapping = map_restore(after, manifest_of(before, env), {.env = &env}).ValueOrDie();
  EXPECT_EQ(mapping.uids.at(uid_beside(after, "a < 5")), uid_beside(before, "a < 5"));
  EXPECT_EQ(mapping.uids.at(uid_beside(after, "a > 9")), uid_beside(before, "a > 9"));
  EXPECT_NE(uid_beside(before, "a < 5"), uid_beside(after, "a < 5"));
}

TEST(RestoreMappingTest, WhatSinksSharedGoesOnInEachOfThem) {
  VirtualEnv env;
  const std::string sql =
      "EXECUTE STATEMENT SET BEGIN INSERT INTO o1 SELECT k, COUNT(*) FROM t GROUP BY k; "
      "INSERT INTO o2 SELECT k, COUNT(*) FROM t GROUP BY k; END";
  const JobGraph shared = graph_of(sql, "", 128);
  const JobGraph apart = graph_of(sql, "", 128, Sharing::kNone);
  ASSERT_LT(plan_record(shared).nodes.size(), plan_record(apart).nodes.size());
  const Manifest manifest = manifest_of(shared, env);
  const auto mapping = map_restore(apart, manifest, {.env = &env}).ValueOrDie();
  std::map<std::string, int> times;
  for (const auto& [now, saved] : mapping.uids) ++times[saved];
  for (const Vertex& vertex : shared.vertices) {
    if (vertex.source) {
      EXPECT_EQ(times[vertex.source->uid], 2);
    }
    if (vertex.sink) {
      EXPECT_EQ(times[vertex.sink->uid], 1);
    }
  }
  // Every instance's state goes to both.
  JobCheckpoint saved;
  for (const auto& [uid, count] : times) saved.operators.push_back({.uid = uid, .subtask = 0});
  const JobCheckpoint mapped = apply(mapping, saved, env).ValueOrDie();
  EXPECT_EQ(mapped.operators.size(), mapping.uids.size());
  // The other way round nobody can say whose state it would be.
  const auto back = map_restore(shared, manifest_of(apart, env), {.env = &env}).ValueOrDie();
  EXPECT_TRUE(back.shares_too_much);
  EXPECT_TRUE(back.uids.empty());
}

int first_phases(const JobGraph& graph) {
  int count = 0;
  for (const Vertex& vertex : graph.vertices) {
    for (const OperatorRecipe& op : vertex.chain) {
      if (op.description.name == "LocalAggregate") ++count;
    }
  }
  return count;
}

TEST(RestoreMappingTest, AggregatesOfJobsWithCheckpointsWorkInTwoPhasesByThemselves) {
  const std::string sql = "SELECT COUNT(*), SUM(a) FROM t";
  const Settings kept = {{"execution.checkpointing.dir", "/tmp/headwater-state"},
                         {"execution.checkpointing.interval", "1 s"}};
  EXPECT_EQ(first_phases(graph_of(sql, "", 128, Sharing::kEqualParts, kept)), 1);
  EXPECT_EQ(first_phases(graph_of(sql, "", 128)), 1);
}

// Queries whose parts look alike, and which settings they ran with, one after the other.
TEST(RestoreMappingTest, AggregatesGoOnInOnePhaseAndInTwo) {
  VirtualEnv env;
  const auto at = [](const std::string& parallelism, Settings settings) {
    settings.emplace_back("parallelism.default", parallelism);
    return settings;
  };
  const Settings split = {{"table.optimizer.distinct-agg.split.enabled", "true"}};
  const std::string self_join = " FROM t AS p JOIN t AS q ON p.k = q.k";
  struct Case {
    std::string sql;
    std::vector<Settings> runs;
  };
  const std::vector<Case> cases = {
      {"SELECT MAX(p.s), SUM(q.a)" + self_join, {at("1", {}), at("2", {}), at("4", {})}},
      {"SELECT p.v, SUM(q.a)" + self_join + " GROUP BY p.v",
       {at("1", phases("TWO_PHASE")), at("4", phases("TWO_PHASE"))}},
      {"SELECT q.b, SUM(q.a)" + self_join + " GROUP BY q.b",
       {at("2", phases("ONE_PHASE")), at("2", phases("TWO_PHASE")), at("1", phases("TWO_PHASE")),
        at("3", phases("AUTO"))}},
      {"SELECT q.b, COUNT(DISTINCT p.s)" + self_join + " GROUP BY q.b",
       {at("4", {}), at("4", split), at("1", split), at("1", {})}},
      {"SELECT COUNT(*), SUM(x) FROM (SELECT x FROM u UNION ALL SELECT x FROM u)",
       {at("1", {}), at("4", {}), at("4", phases("ONE_PHASE"))}},
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(one.sql);
    std::vector<JobGraph> graphs;
    for (const Settings& run : one.runs) {
      graphs.push_back(graph_of(one.sql, "", 128, Sharing::kEqualParts, run));
    }
    int with = 0;
    for (const JobGraph& graph : graphs) with += first_phases(graph) > 0 ? 1 : 0;
    EXPECT_TRUE(with > 0 && with < static_cast<int>(graphs.size())) << with;
    for (const JobGraph& before : graphs) {
      for (const JobGraph& after : graphs) {
        const auto mapping = map_restore(after, manifest_of(before, env), {.env = &env});
        ASSERT_TRUE(mapping.ok()) << mapping.status().message();
        for (const RestoreLine& line : mapping->lines) {
          EXPECT_EQ(line.fate, RestoreFate::kMapped) << to_text(line);
          EXPECT_EQ(line.uid, line.saved_uid) << to_text(line);
        }
      }
    }
  }
}

TEST(RestoreMappingTest, AnotherNumberOfKeyGroupsIsRefusedNamingBoth) {
  VirtualEnv env;
  const std::string sql = "SELECT k, SUM(a) FROM t GROUP BY k";
  const Manifest manifest = manifest_of(graph_of(sql, "", 128), env);
  const Status status = map_restore(graph_of(sql, "", 64), manifest, {.env = &env}).status();
  EXPECT_TRUE(status.IsInvalid());
  EXPECT_NE(status.message().find("128"), std::string::npos) << status.message();
  EXPECT_NE(status.message().find("64"), std::string::npos) << status.message();
  EXPECT_NE(status.message().find("pipeline.max-parallelism"), std::string::npos);
}

TEST(RestoreMappingTest, WithoutKeyedStateTheNumberOfKeyGroupsIsFree) {
  VirtualEnv env;
  const std::string sql = "SELECT k, a FROM t WHERE a > 1";
  const Manifest manifest = manifest_of(graph_of(sql, "", 128), env);
  EXPECT_TRUE(map_restore(graph_of(sql, "", 64), manifest, {.env = &env}).ok());
}

TEST(RestoreMappingTest, OutputThatWasNotShownYetIsNeverDropped) {
  VirtualEnv env;
  Manifest manifest =
      manifest_of(graph_of("INSERT INTO o1 SELECT k, COUNT(*) FROM t GROUP BY k", "", 128), env);
  const PlanRecord record = decode_plan_record(manifest.plan).ValueOrDie();
  manifest.committables.push_back({.sink_uid = record.nodes.back().uid, .bytes = "part"});
  const JobGraph other = graph_of("INSERT INTO o2 SELECT k, COUNT(*) FROM t GROUP BY k", "", 128);
  const Status status =
      map_restore(other, manifest, {.env = &env, .allow_non_restored_state = true}).status();
  EXPECT_TRUE(status.IsInvalid());
  EXPECT_NE(status.message().find("not shown yet"), std::string::npos) << status.message();
}

TEST(RestoreRecordTest, ComesBackAsItWas) {
  const JobGraph graph = graph_of(
      "SELECT k + 1, COUNT(DISTINCT s || '\t\\\n') FROM t GROUP BY k + 1 HAVING COUNT(*) > 2", "",
      128);
  const PlanRecord record = plan_record(graph);
  const std::string text = encode(record);
  EXPECT_EQ(decode_plan_record(text).ValueOrDie(), record);
  EXPECT_FALSE(decode_plan_record("0 Source -> Calc").ok());
  EXPECT_FALSE(decode_plan_record(text.substr(0, text.size() - 1)).ok());
  EXPECT_FALSE(decode_plan_record(text + "from\t0\tnobody\n").ok());
}

}  // namespace
}  // namespace hw
