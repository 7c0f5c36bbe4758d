// SPDX-License-Identifier: Apache-2.0
//
// A directory of topics as a catalog: each topic is a table of the connector 'log', with its schema
// and key. The directory itself is all there is: topics that others make or drop are seen by the
// next statement.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "columnar/schema.h"
#include "connectors/log/log_options.h"
#include "connectors/log/log_table.h"
#include "log/drop_topic.h"
#include "log/topic.h"
#include "runtime/connector_catalogue.h"

namespace hw {
namespace {

OptionSpec path_option() {
  return {.name = "path",
          .required = true,
          .sentence = "The log's directory; each topic in it is a table."};
}

OptionSpec database_option() {
  return {.name = "default-database",
          .default_value = "default_database",
          .sentence = "The name of the one database, which holds all topics."};
}

/// What CREATE TABLE may say: the topic keeps it.
std::vector<OptionSpec> kept_options() {
  return {log_options::partitions(),      log_options::retention_time(),
          log_options::retention_bytes(), log_options::segment_bytes(),
          log_options::segment_time(),    log_options::cleanup_policy(),
          log_options::min_dirty_ratio(), log_options::delete_retention(),
          log_options::offload_path(),    log_options::offload_after(),
          log_options::flush(),           log_options::flush_interval()};
}

/// Columns that are no part of the rows. `$`: no column of a topic that a table writes has such a
/// name, and `partition` and `offset` are words of SQL.
std::vector<ExternalColumn> hidden_columns() {
  return {
      {.name = "$topic", .type = SqlType::string().not_null(), .metadata_key = "topic"},
      {.name = "$partition", .type = SqlType::integer().not_null(), .metadata_key = "partition"},
      {.name = "$offset", .type = SqlType::bigint().not_null(), .metadata_key = "offset"},
      {.name = "$commit_id", .type = SqlType::bigint().not_null(), .metadata_key = "commit-id"},
      {.name = "$timestamp",
       .type = SqlType::timestamp_ltz(3).not_null(),
       .metadata_key = "timestamp"}};
}

class LogCatalog final : public ExternalCatalog {
 public:
  LogCatalog(Env& env, std::string path, std::string database)
      : env_(env), path_(std::move(path)), database_(std::move(database)) {}

  std::string default_database() const override { return database_; }

  Result<std::vector<std::string>> databases() override {
    return std::vector<std::string>{database_};
  }

  Result<std::vector<std::string>> tables(const std::string&) override {
    return list_topics(env_, path_);
  }

  Result<std::optional<ExternalTable>> table(const std::string&, const std::string& name) override {
    if (!check_topic_name(name).ok()) return std::nullopt;
    const Result<std::unique_ptr<Topic>> topic = Topic::open(env_, path_, name);
    if (topic.status().IsKeyError()) return std::nullopt;
    if (!topic.ok()) return topic.status();
    ExternalTable table;
    for (const SqlField& field : (*topic)->schema()->fields()) {
      // What a table has written as metadata.
      if (field.name.starts_with('$')) continue;
      table.columns.push_back({.name = field.name, .type = field.type});
    }
    for (ExternalColumn& hidden : hidden_columns()) table.columns.push_back(std::move(hidden));
    table.primary_key = (*topic)->state().options.key;
    table.options = own_options(name);
    table.options[log_options::partitions().name] = std::to_string((*topic)->num_partitions());
    return table;
  }

  Result<std::map<std::string, std::string>> table_options(
      const std::string& name, std::map<std::string, std::string> given) const override {
    HW_TRY(check_topic_name(name));
    std::map<std::string, std::string> own = own_options(name);
    for (const auto& [key, value] : own) {
      const auto found = given.find(key);
      if (found != given.end() && found->second != value) {
        return Status::Invalid("the catalog sets '", key, "' = '", value, "' for this table, but '",
                               found->second, "' is given; leave it out");
      }
      given.erase(key);
    }
    HW_TRY(check_options(Options(given), kept_options(), "a topic that a catalog makes"));
    own.merge(given);
    return own;
  }

  Status create_table(const std::string&, const std::string& name,
                      const ExternalTable& table) override {
    const Options options(table.options);
    NewTopic topic;
    topic.name = name;
    std::vector<SqlField> fields;
    for (const ExternalColumn& column : table.columns) {
      if (column.name.starts_with('$')) {
        return Status::Invalid("names with $ at the front are the topic's own, but a column is '",
                               column.name, "'");
      }
      fields.push_back({column.name, column.type});
    }
    topic.schema = make_schema(std::move(fields));
    const int64_t partitions = options.integer(log_options::partitions());
    if (partitions < 1 || partitions > kPartitionsMax) {
      return Status::Invalid("a topic has 1 to ", kPartitionsMax, " partitions, but '", name,
                             "' would have ", partitions);
    }
    topic.num_partitions = static_cast<int>(partitions);
    const LogChangelog changelog =
        table.primary_key.empty() ? LogChangelog::kAppend : LogChangelog::kUpsert;
    topic.options = new_topic_options(options, changelog, table.primary_key);
    HW_TRY(check_topic_options(topic.options, changelog));
    return create_topic(env_, path_, topic);
  }

  Status drop_table(const std::string&, const std::string& name) override {
    return drop_topic(env_, path_, name);
  }

 private:
  std::map<std::string, std::string> own_options(const std::string& name) const {
    return {{"connector", "log"}, {"path", path_}, {"topic", name}};
  }

  Env& env_;
  const std::string path_;
  const std::string database_;
};

Result<std::shared_ptr<ExternalCatalog>> open_log_catalog(const ExternalCatalogContext& context) {
  const std::string path = context.options.text(path_option());
  if (path.empty()) return Status::Invalid("'path' names the log's directory, but is empty");
  // A directory that is missing is made with its first topic; one that cannot be read is an error
  // now and not at the first SELECT.
  HW_TRY(list_topics(*context.env, path).status());
  return std::make_shared<LogCatalog>(*context.env, path, context.options.text(database_option()));
}

}  // namespace

void register_log_catalog(ConnectorCatalogue& catalogue) {
  catalogue.add_catalog_type(
      {.name = "log",
       .sentence = "All topics of a log's directory as tables, with their schemas.",
       .options = {path_option(), database_option()},
       .example = "CREATE CATALOG l WITH ('type' = 'log', 'path' = '/var/log/topics')",
       .open = open_log_catalog});
}

}  // namespace hw
