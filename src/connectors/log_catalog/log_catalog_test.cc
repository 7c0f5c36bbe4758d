// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <string>
#include <vector>

#include <arrow/filesystem/filesystem.h>
#include <gtest/gtest.h>

#include "base/env/env.h"
#include "columnar/type_parser.h"
#include "log/topic.h"
#include "runtime/connector_catalogue.h"
#include "testkit/virtual_env.h"

namespace hw {

void register_log_catalog(ConnectorCatalogue& catalogue);

namespace {

class LogCatalogTest : public testing::Test {
 protected:
  void SetUp() override {
    clear();
    ConnectorCatalogue catalogue;
    register_log_catalog(catalogue);
    const CatalogTypeRecord* record = catalogue.find_catalog_type("log");
    ASSERT_NE(record, nullptr);
    auto opened =
        record->open({.env = &env_, .catalog = "l", .options = Options({{"path", path_}})});
    ASSERT_TRUE(opened.ok()) << opened.status().ToString();
    catalog_ = *std::move(opened);
    ASSERT_EQ(*catalog_->databases(), std::vector<std::string>{catalog_->default_database()});
  }
  void TearDown() override { clear(); }
  void clear() {
    const Env::Location location = *env_.locate(path_);
    ASSERT_TRUE(location.files->DeleteDirContents(location.path, /*missing_dir_ok=*/true).ok());
  }
  std::vector<std::string> tables() { return *catalog_->tables(catalog_->default_database()); }
  std::optional<ExternalTable> table(const std::string& name) {
    return *catalog_->table(catalog_->default_database(), name);
  }
  /// As CREATE TABLE does it.
  Status create(const std::string& name, std::map<std::string, std::string> given,
                std::vector<ExternalColumn> columns, std::vector<std::string> key = {}) {
    HW_ASSIGN_OR_RETURN(auto options, catalog_->table_options(name, std::move(given)));
    return catalog_->create_table(catalog_->default_database(), name,
                                  {std::move(columns), std::move(key), std::move(options)});
  }

  VirtualEnv env_{1'000'000};
  // Of the test that runs.
  const std::string path_ = testing::TempDir() + "log_catalog_" +
                            testing::UnitTest::GetInstance()->current_test_info()->name() + "_" +
                            std::to_string(real_env().process_id());
  std::shared_ptr<ExternalCatalog> catalog_;
};

TEST_F(LogCatalogTest, TopicsOfOthersAreTables) {
  EXPECT_TRUE(tables().empty());
  ASSERT_TRUE(create_topic(env_, path_,
                           {.name = "t", .schema = *parse_schema("n BIGINT, $timestamp BIGINT")})
                  .ok());
  EXPECT_EQ(tables(), std::vector<std::string>{"t"});
  const std::optional<ExternalTable> t = table("t");
  ASSERT_TRUE(t.has_value());
  std::string columns;
  for (const ExternalColumn& column : t->columns) {
    columns += column.name + (column.metadata_key.empty() ? "" : "=" + column.metadata_key) + " ";
  }
  EXPECT_EQ(columns,
            "n $topic=topic $partition=partition $offset=offset $commit_id=commit-id "
            "$timestamp=timestamp ");
  const std::map<std::string, std::string> options = {
      {"connector", "log"}, {"path", path_}, {"topic", "t"}, {"partitions", "1"}};
  EXPECT_EQ(t->options, options);
  EXPECT_FALSE(table("u").has_value());
  EXPECT_FALSE(table("../t").has_value());
}

TEST_F(LogCatalogTest, CreateMakesATopicWithKeyAndOptions) {
  const Status made =
      create("t", {{"partitions", "3"}, {"retention.time", "1 h"}, {"connector", "log"}},
             {{.name = "id", .type = SqlType::bigint().not_null()},
              {.name = "v", .type = SqlType::string()}},
             {"id"});
  ASSERT_TRUE(made.ok()) << made.ToString();
  const auto topic = *Topic::open(env_, path_, "t");
  EXPECT_EQ(topic->num_partitions(), 3);
  EXPECT_EQ(table("t")->options.at("partitions"), "3");
  EXPECT_EQ(topic->schema()->to_sql(), "(id BIGINT NOT NULL, v STRING)");
  EXPECT_EQ(topic->state().options.retention_ms, 3'600'000);
  EXPECT_EQ(topic->state().options.key, std::vector<std::string>{"id"});
  EXPECT_EQ(table("t")->primary_key, std::vector<std::string>{"id"});
  EXPECT_TRUE(create("t", {}, {{.name = "a", .type = SqlType::bigint()}}).IsAlreadyExists());
}

TEST_F(LogCatalogTest, DropRemovesTheTopic) {
  ASSERT_TRUE(create("t", {}, {{.name = "a", .type = SqlType::bigint()}}).ok());
  EXPECT_EQ(catalog_->drop_table(catalog_->default_database(), "t"), Status::OK());
  EXPECT_TRUE(tables().empty());
  EXPECT_TRUE(catalog_->drop_table(catalog_->default_database(), "t").IsKeyError());
}

TEST_F(LogCatalogTest, RefusesWhatATopicDoesNotKeep) {
  const std::vector<ExternalColumn> columns = {{.name = "a", .type = SqlType::bigint()}};
  EXPECT_NE(create("t", {{"scan.startup.mode", "latest-offset"}}, columns)
                .message()
                .find("scan.startup.mode"),
            std::string::npos);
  EXPECT_NE(create("t", {{"topic", "other"}}, columns).message().find("'topic' = 't'"),
            std::string::npos);
  EXPECT_FALSE(create("a b", {}, columns).ok());
  EXPECT_FALSE(create("t", {{"partitions", "4294967297"}}, columns).ok());
  EXPECT_FALSE(create("t", {}, {{.name = "$a", .type = SqlType::bigint()}}).ok());
  EXPECT_TRUE(tables().empty());
}

}  // namespace
}  // namespace hw
