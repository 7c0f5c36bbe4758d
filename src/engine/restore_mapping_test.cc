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

// The graph of a statement, which is never started.
JobGraph graph_of(const std::string& sql, const std::string& other_table, int max_parallelism) {
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

class RestoreEditTest : public testing::TestWithParam<Edit> {};

TEST_P(RestoreEditTest, IsTakenForWhatItIs) {
  const Edit& edit = GetParam();
  VirtualEnv env;
  const JobGraph before = graph_of(edit.before, "", 128);
  const JobGraph after = graph_of(edit.after, edit.after_table, 128);
  const Manifest manifest = manifest_of(before, env);
  const auto strict = map_restore(after, manifest, {.env = &env});
  const auto lax = map_restore(after, manifest, {.env = &env, .allow_non_restored_state = true});

  const bool refused = edit.outcome == EditOutcome::kLoses || edit.outcome == EditOutcome::kRefused;
  const std::string said = strict.ok() ? report_of(*strict) : strict.status().message();
  ASSERT_EQ(strict.ok(), !refused) << said;
  EXPECT_NE(said.find(edit.says), std::string::npos) << said;
  EXPECT_EQ(lax.ok(), edit.outcome != EditOutcome::kRefused) << lax.status().message();
  if (!strict.ok()) return;
  EXPECT_FALSE(has(*strict, RestoreFate::kMissing)) << said;
  EXPECT_EQ(has(*strict, RestoreFate::kNew), edit.outcome == EditOutcome::kExtends) << said;
  EXPECT_EQ(has(*strict, RestoreFate::kMigrated), edit.outcome == EditOutcome::kMigrates) << said;
  const PlanRecord was = plan_record(before);
  const PlanRecord is = plan_record(after);
  std::set<std::string> taken;
  for (const auto& [saved, now] : strict->uids) {
    EXPECT_TRUE(taken.insert(now).second) << "two states for one operator\n" << said;
    EXPECT_EQ(twin_text(was, saved), twin_text(is, now));
  }
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
  EXPECT_EQ(mapping.uids.at(uid_beside(before, "a < 5")), uid_beside(after, "a < 5"));
  EXPECT_EQ(mapping.uids.at(uid_beside(before, "a > 9")), uid_beside(after, "a > 9"));
  EXPECT_NE(uid_beside(before, "a < 5"), uid_beside(after, "a < 5"));
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
