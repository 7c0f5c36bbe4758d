// SPDX-License-Identifier: Apache-2.0

#include "plan/config/session_config.h"

#include <algorithm>
#include <array>

#include <gtest/gtest.h>

#include "plan/config/config_keys.h"

namespace hw {
namespace {

TEST(SessionConfigTest, ReadsTypedValues) {
  SessionConfig config;
  EXPECT_EQ(config.mode(), RuntimeMode::kStreaming);
  EXPECT_FALSE(config.parallelism().has_value());
  ASSERT_EQ(*config.set("execution.runtime-mode", "BATCH"), "");
  ASSERT_EQ(*config.set("parallelism.default", "3"), "");
  ASSERT_EQ(*config.set("table.exec.source.idle-timeout", "2 s"), "");
  EXPECT_EQ(config.mode(), RuntimeMode::kBatch);
  EXPECT_EQ(config.parallelism(), 3);
  EXPECT_EQ(config.idle_timeout_ms(), 2000);
  EXPECT_TRUE(config.expr_session().batch_mode);
}

TEST(SessionConfigTest, RefusesWrongValuesAndKeepsTheOld) {
  SessionConfig config;
  ASSERT_TRUE(config.set("parallelism.default", "2").ok());
  EXPECT_EQ(config.set("parallelism.default", "many").status().message(),
            "'parallelism.default' must be an integer, but is 'many'");
  EXPECT_EQ(config.set("parallelism.default", "0").status().message(),
            "'parallelism.default' must be from 1 to 1024, but is '0'");
  EXPECT_EQ(config.parallelism(), 2);
  EXPECT_FALSE(config.set("table.dml-sync", "perhaps").ok());
  EXPECT_FALSE(config.set("table.local-time-zone", "Europe/Nowhere").ok());
  EXPECT_TRUE(config.set("table.local-time-zone", "Europe/Berlin").ok());
}

TEST(SessionConfigTest, WarnsAboutWhatChangesNothing) {
  SessionConfig config;
  EXPECT_EQ(*config.set("table.optimizer.join-reorder-enabled", "true"),
            "'table.optimizer.join-reorder-enabled' is not built yet and changes nothing");
  EXPECT_EQ(*config.set("pipeline.object-reuse", "true"), "");
  EXPECT_EQ(*config.set("pipeline.nam", "x"),
            "unknown configuration key 'pipeline.nam' changes nothing; did you mean "
            "'pipeline.name' or 'pipeline.jars'?");
}

TEST(SessionConfigTest, ResetsToTheBase) {
  SessionConfig config;
  ASSERT_TRUE(config.set_base("parallelism.default", "4").ok());
  ASSERT_TRUE(config.set("parallelism.default", "2").ok());
  config.reset("parallelism.default");
  EXPECT_EQ(config.parallelism(), 4);
  ASSERT_TRUE(config.set("pipeline.name", "job").ok());
  config.reset_all();
  EXPECT_FALSE(config.pipeline_name().has_value());
  EXPECT_EQ(config.given_values().size(), 1u);
}

TEST(SessionConfigTest, TakesOlderNames) {
  SessionConfig config;
  ASSERT_TRUE(config.set("state.backend", "hashmap").ok());
  EXPECT_EQ(config.text("state.backend.type"), "hashmap");
  EXPECT_FALSE(config.set("state.backend", "rocksdb").ok());
}

TEST(SessionConfigTest, EveryKeyIsDocumentedAndItsDefaultIsValid) {
  const auto keys = config_keys();
  for (const ConfigKey& key : keys) {
    EXPECT_TRUE(key.sentence.ends_with('.')) << key.name;
    if (!key.default_value.empty()) {
      EXPECT_TRUE(check_config_value(key, key.default_value).ok()) << key.name;
    }
  }
  EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end(), [](const ConfigKey& a, const ConfigKey& b) {
    return a.name < b.name;
  }));
}

/// A key that scripts for Flink set.
struct Setting {
  std::string_view key;
  /// Another one than its default.
  std::string_view value;
  /// What is answered: nothing, a warning (a part of it), or an error.
  std::string_view answer = "";
};

constexpr std::string_view kLater = "is not built yet and changes nothing";
constexpr std::string_view kRefused = "not supported yet";
constexpr std::array kSettings = {
    Setting{"execution.runtime-mode", "batch"},
    Setting{"parallelism.default", "2"},
    Setting{"pipeline.name", "job"},
    Setting{"pipeline.max-parallelism", "128"},
    Setting{"pipeline.auto-watermark-interval", "1 s"},
    Setting{"execution.checkpointing.interval", "1 min"},
    Setting{"execution.checkpointing.mode", "AT_LEAST_ONCE"},
    Setting{"execution.checkpointing.timeout", "5 min"},
    Setting{"execution.checkpointing.min-pause", "1 s"},
    Setting{"execution.checkpointing.dir", "/tmp/c"},
    Setting{"execution.checkpointing.savepoint-dir", "/tmp/s"},
    Setting{"execution.checkpointing.incremental", "false"},
    Setting{"execution.checkpointing.unaligned.enabled", "true", kRefused},
    Setting{"execution.checkpointing.num-retained", "3"},
    Setting{"execution.checkpointing.tolerable-failed-checkpoints", "2"},
    Setting{"execution.state-recovery.path", "/tmp/s/1"},
    Setting{"execution.savepoint.path", "/tmp/s/1"},
    Setting{"execution.state-recovery.ignore-unclaimed-state", "true"},
    Setting{"state.backend.type", "rocksdb", kRefused},
    Setting{"restart-strategy.type", "fixed-delay"},
    Setting{"restart-strategy.fixed-delay.attempts", "3"},
    Setting{"restart-strategy.fixed-delay.delay", "2 s"},
    Setting{"restart-strategy.exponential-delay.initial-backoff", "2 s"},
    Setting{"restart-strategy.exponential-delay.max-backoff", "2 min"},
    Setting{"restart-strategy.exponential-delay.backoff-multiplier", "2.0"},
    Setting{"table.local-time-zone", "UTC"},
    Setting{"table.dml-sync", "true"},
    Setting{"table.dynamic-table-options.enabled", "false"},
    Setting{"table.exec.state.ttl", "1 d"},
    Setting{"table.exec.source.idle-timeout", "10 s"},
    Setting{"table.exec.source.cdc-events-duplicate", "true"},
    Setting{"table.exec.sink.not-null-enforcer", "DROP"},
    Setting{"table.exec.sink.type-length-enforcer", "TRIM_PAD"},
    Setting{"table.exec.sink.upsert-materialize", "NONE"},
    Setting{"table.exec.sink.keyed-shuffle", "FORCE"},
    Setting{"table.exec.sink.require-on-conflict", "true"},
    Setting{"table.exec.mini-batch.enabled", "true"},
    Setting{"table.exec.mini-batch.allow-latency", "2 s"},
    Setting{"table.exec.mini-batch.size", "50000"},
    Setting{"table.exec.async-lookup.buffer-capacity", "50"},
    Setting{"table.exec.async-lookup.timeout", "1 min"},
    Setting{"table.exec.async-lookup.output-mode", "ALLOW_UNORDERED"},
    Setting{"table.exec.legacy-cast-behaviour", "ENABLED"},
    Setting{"table.optimizer.distinct-agg.split.enabled", "true"},
    Setting{"table.optimizer.agg-phase-strategy", "TWO_PHASE"},
    Setting{"table.optimizer.reuse-sub-plan-enabled", "false"},
    Setting{"table.optimizer.reuse-source-enabled", "false"},
    Setting{"table.optimizer.join-reorder-enabled", "true", kLater},
    Setting{"table.optimizer.multi-join.enabled", "true"},
    Setting{"table.optimizer.non-deterministic-update.strategy", "TRY_RESOLVE"},
    Setting{"sql-client.execution.result-mode", "tableau"},
};

TEST(SessionConfigTest, KnowsTheKeysThatScriptsSet) {
  for (const Setting& one : kSettings) {
    SessionConfig config;
    const Result<std::string> answer = config.set(one.key, one.value);
    if (one.answer == kRefused) {
      EXPECT_NE(answer.status().message().find(kRefused), std::string::npos) << one.key;
      continue;
    }
    ASSERT_TRUE(answer.ok()) << one.key;
    EXPECT_EQ(answer->empty(), one.answer.empty()) << *answer;
    EXPECT_NE(answer->find(one.answer), std::string::npos) << *answer;
    EXPECT_EQ(config.text(find_config_key(one.key)->name), one.value) << one.key;
  }
}

}  // namespace
}  // namespace hw
