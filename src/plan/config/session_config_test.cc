// SPDX-License-Identifier: Apache-2.0

#include "plan/config/session_config.h"

#include <algorithm>

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
  EXPECT_EQ(*config.set("table.exec.state.ttl", "1 d"),
            "'table.exec.state.ttl' is not built yet and changes nothing");
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

}  // namespace
}  // namespace hw
