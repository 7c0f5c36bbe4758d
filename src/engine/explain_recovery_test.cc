// SPDX-License-Identifier: Apache-2.0
//
// The section Recovery of EXPLAIN: classes of jobs and operators, with their reasons.

#include <gtest/gtest.h>

#include "engine/restore_edits.h"
#include "engine/session.h"
#include "sql/parser.h"
#include "testkit/virtual_env.h"

namespace hw {
namespace {

class ExplainRecoveryTest : public testing::Test {
 protected:
  ExplainRecoveryTest() {
    for (const std::string& table : edit_tables()) run(table);
    run("CREATE TABLE heard (k INT, a INT) WITH ('connector' = 'socket', 'hostname' = 'localhost', "
        "'port' = '1', 'format' = 'json')");
    run("CREATE TABLE printed (k INT, n BIGINT) WITH ('connector' = 'print')");
    run("CREATE TABLE files (k INT, n BIGINT) WITH ('connector' = 'filesystem', "
        "'path' = '/tmp/headwater-never-written', 'format' = 'json')");
  }

  void run(const std::string& sql) {
    const Status status = session_.execute(**parse_statement(sql), nullptr).status();
    EXPECT_TRUE(status.ok()) << status.message();
  }
  void set(const std::string& key, const std::string& value) {
    EXPECT_TRUE(session_.config().set(key, value).ok());
  }
  void take_checkpoints() { set("execution.checkpointing.interval", "5 s"); }

  std::string recovery(const std::string& sql) {
    const Result<std::string> text = session_.explain(**parse_statement(sql), {});
    if (!text.ok()) return text.status().message();
    const std::string title = "== Recovery ==\n";
    return text->substr(text->find(title) + title.size());
  }
  /// The line of the job.
  std::string job(const std::string& sql) {
    const std::string text = recovery(sql);
    return text.substr(0, text.find('\n'));
  }
  void expect_in(const std::string& part, const std::string& text) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  }

  VirtualEnv env_;
  Session session_{env_};
};

constexpr const char* kToFiles = "INSERT INTO files SELECT k, b FROM t";

TEST_F(ExplainRecoveryTest, NamesTheClassOfTheJobAndWhatItHangsOn) {
  expect_in("job: none (gap): no checkpoints are taken", job(kToFiles));
  take_checkpoints();
  expect_in("job: exactly-once (precise): ", job(kToFiles));
  set("execution.checkpointing.mode", "AT_LEAST_ONCE");
  expect_in("job: at-least-once (rollback): 'execution.checkpointing.mode'", job(kToFiles));
}

TEST_F(ExplainRecoveryTest, TheWeakestEndDecides) {
  take_checkpoints();
  expect_in("job: at-least-once (rollback): sink default_catalog.default_database.printed",
            job("INSERT INTO printed SELECT k, b FROM t"));
  expect_in("job: none (gap): rows of default_catalog.default_database.heard",
            job("INSERT INTO files SELECT k, CAST(a AS BIGINT) FROM heard"));
}

TEST_F(ExplainRecoveryTest, ABatchRunsAgain) {
  set("execution.runtime-mode", "batch");
  // Without checkpoints, parts are shown when they are full.
  expect_in("job: at-least-once (rollback): sink default_catalog.default_database.files",
            job(kToFiles));
  take_checkpoints();
  expect_in("job: exactly-once (precise): a batch job that dies is run again", job(kToFiles));
}

TEST_F(ExplainRecoveryTest, SaysOfEachOperatorWhatRowsThatComeAgainLeadTo) {
  const std::string text = recovery("SELECT k, SUM(a) FROM t WHERE b > 1 GROUP BY k");
  expect_in("GroupAggregate: convergent: updates of a key", text);
  expect_in("Calc: deterministic: row by row", text);
  expect_in("TableSourceScan(table=[default_catalog.default_database.t]): deterministic: ", text);
  expect_in("GroupAggregate: neither: sums of FLOAT",
            recovery("SELECT k, SUM(f) FROM t GROUP BY k"));
  expect_in("Calc: neither: RAND() differs", recovery("SELECT k, RAND() FROM t"));
  expect_in("reads the clock", recovery("SELECT k, CURRENT_TIMESTAMP FROM t"));
  expect_in("SortLimit: neither: ", recovery("SELECT k FROM t ORDER BY a LIMIT 3"));
  expect_in("Limit: neither: ", recovery("SELECT k FROM t LIMIT 3"));
  expect_in("Join: deterministic: ", recovery("SELECT t.k FROM t JOIN u ON t.k = u.k"));
  expect_in("Join: convergent: ", recovery("SELECT t.k FROM t LEFT JOIN u ON t.k = u.k"));
  expect_in("WindowAggregate: deterministic: ",
            recovery("SELECT k, window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), "
                     "INTERVAL '1' MINUTE)) GROUP BY k, window_start, window_end"));
  expect_in("TableSourceScan(table=[default_catalog.default_database.heard]): neither: ",
            recovery("SELECT k FROM heard"));
}

}  // namespace
}  // namespace hw
