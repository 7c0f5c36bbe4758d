// SPDX-License-Identifier: Apache-2.0

#include "connectors/log/log_sink.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "connectors/log/log_options.h"
#include "connectors/log/topic_columns.h"
#include "log/topic.h"
#include "log/topic_schema.h"

namespace hw {
namespace {

class LogSink final : public PartitionedSink {
 public:
  explicit LogSink(LogTarget target)
      : target_(std::make_shared<const LogTarget>(std::move(target))) {}

  RowKindSet accepts() const override { return target_->table.accepts(); }
  Guarantee guarantee() const override { return target_->guarantee; }
  std::vector<int> partition_by() const override {
    if (target_->partitioner != PartitionerSpec::Kind::kByKey) return {};
    return target_->writers_max > 1 ? target_->key : std::vector<int>();
  }
  int writers_max() const override { return target_->writers_max; }
  bool commits_together() const override { return target_->two_phases; }
  Result<std::unique_ptr<SinkWriter>> make_writer(const SinkContext& context) override {
    return make_log_writer(target_, context);
  }
  Result<std::optional<int64_t>> newest_shown_epoch(const SinkContext& context) override {
    return newest_epoch_in_topic(*target_, context);
  }
  Description describe() const override {
    Description description = {
        .name = "log",
        .details = {{"path", target_->table.directory},
                    {"topic", target_->table.topic},
                    {"guarantee", std::string(to_text(target_->guarantee))}}};
    if (target_->num_partitions > 1) {
      description.details.emplace_back("writersMax", std::to_string(target_->writers_max));
    }
    return description;
  }

 private:
  const std::shared_ptr<const LogTarget> target_;
};

Status choose_guarantee(const Options& options, LogTarget& target) {
  const OptionSpec spec = log_options::delivery_guarantee();
  const std::optional<std::string> given = options.given(spec.name);
  const bool possible = target.request.job_guarantee == Guarantee::kExactlyOnce;
  if (given == "exactly-once" && !possible) {
    return Status::Invalid(
        "'sink.delivery-guarantee' = 'exactly-once' needs checkpoints in exactly-once mode: set "
        "'execution.checkpointing.interval', or leave the option away to get what the job can "
        "promise");
  }
  const bool wanted = !given || *given == "exactly-once";
  target.two_phases = wanted && (possible || target.request.bounded_input);
  target.guarantee = Guarantee::kAtLeastOnce;
  if (wanted && possible) target.guarantee = Guarantee::kExactlyOnce;
  if (given == "none") target.guarantee = Guarantee::kNone;
  return Status::OK();
}

Status choose_partitioner(const Options& options, LogTarget& target) {
  const std::string kind = options.text(log_options::partitioner());
  const bool changes = !target.table.accepts().is_insert_only();
  target.key = target.request.primary_key;
  if (target.table.payload.keyed()) {
    target.key = target.table.payload.key.columns;
  } else if (target.key.empty() && changes) {
    const int num_physical =
        target.request.schema->num_fields() - static_cast<int>(target.request.metadata_keys.size());
    for (int i = 0; i < num_physical; ++i) target.key.push_back(i);
  }
  if (kind == "default" && !target.key.empty()) target.partitioner = PartitionerSpec::Kind::kByKey;
  if (kind == "fixed") target.partitioner = PartitionerSpec::Kind::kFixed;
  if (kind == "round-robin" && changes) {
    return Status::Invalid(
        "changes of one row must stay in one partition, which 'sink.partitioner' = 'round-robin' "
        "does not keep; use 'default' or 'fixed'");
  }
  return Status::OK();
}

std::string key_text(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return "(" + text + ")";
}

/// Equal values have equal hashes.
bool hash_alike(const SqlType& a, const SqlType& b) {
  return (a.is_text() && b.is_text()) || (a.is_bytes() && b.is_bytes()) ||
         a.equals_ignoring_null(b);
}

Status check_new_topic(const LogTarget& target) {
  const LogChangelog changelog = target.table.changelog;
  return check_topic_options(new_topic_options(target.options, changelog, key_names(target)),
                             changelog);
}

/// How many writers there may be. One has to commit everything at once where no checkpoint brings
/// what several have prepared together.
int writers_of(const LogTarget& target, const Schema& stored) {
  const bool together =
      !target.two_phases || target.request.job_guarantee == Guarantee::kExactlyOnce;
  const bool changes = !target.table.accepts().is_insert_only();
  const bool dealt = target.partitioner == PartitionerSpec::Kind::kByKey
                         ? keeps_partition(target, stored)
                         : !changes;
  // Whose message it is tell its key's bytes, which are made by the writer.
  const bool by_bytes =
      target.partitioner == PartitionerSpec::Kind::kByKey && target.table.payload.keyed();
  return together && dealt && !by_bytes ? target.num_partitions : 1;
}

/// Seen before the job starts; the writer looks again. Sets how many writers there may be.
Status check_topic(LogTarget& target, Env& env) {
  Result<std::unique_ptr<Topic>> topic =
      Topic::open(env, target.table.directory, target.table.topic);
  if (topic.status().IsKeyError()) {
    if (target.create) return check_new_topic(target);
    return Status::Invalid("there is no topic '", target.table.topic, "' in '",
                           target.table.directory, "', and 'topic.create' = 'false'");
  }
  HW_TRY(topic.status());
  const TopicState& state = (*topic)->state();
  if (target.table.payload.any()) {
    // A writer adds the column of keys.
    HW_TRY(
        check_messages({.value = target.table.payload.value}, *state.schema(), target.table.topic));
  }
  const SchemaPtr schema = stored_schema(target.schema, state);
  HW_TRY(check_key(target, **topic, *schema));
  target.num_partitions = (*topic)->num_partitions();
  target.writers_max = writers_of(target, *schema);
  TopicOptions options = state.options;
  apply_topic_options(target.options, options);
  HW_TRY(check_topic_options(options, target.table.changelog));
  const auto same = [&](const SchemaPtr& version) { return *version == *schema; };
  if (std::any_of(state.schemas.begin(), state.schemas.end(), same)) return Status::OK();
  const Status fits = check_evolution(*state.schema(), *schema);
  return fits.ok() ? fits : while_doing(fits, "writing topic '" + target.table.topic + "'");
}

}  // namespace

bool keeps_partition(const LogTarget& target, const Schema& schema) {
  if (target.partitioner != PartitionerSpec::Kind::kByKey) return true;
  if (target.table.payload.any()) return true;  // a message's own columns do not say it
  return std::all_of(target.key.begin(), target.key.end(), [&](int column) {
    const int stored = schema.index_of(target.schema->name(column));
    return stored >= 0 && hash_alike(target.schema->type(column), schema.type(stored));
  });
}

std::vector<std::string> key_names(const LogTarget& target) {
  std::vector<std::string> names;
  if (target.table.payload.any()) {  // the topic's rows are messages
    const bool upserts = target.table.changelog == LogChangelog::kUpsert;
    if (upserts) names.emplace_back(kKeyColumn);
    return names;
  }
  for (const int column : target.request.primary_key) names.push_back(target.schema->name(column));
  return names;
}

Status check_key(const LogTarget& target, const Topic& topic, const Schema& schema) {
  const std::vector<std::string>& key = topic.state().options.key;
  if (key.empty()) return Status::OK();
  const std::vector<std::string> own = key_names(target);
  if (own != key) {
    return Status::Invalid("topic '", topic.name(), "' has the key ", key_text(key),
                           ", so a table that writes to it needs that PRIMARY KEY, but it has ",
                           own.empty() ? "none" : key_text(own));
  }
  const Schema& first = *topic.state().schemas.front();
  for (const std::string& name : key) {
    const SqlType& before = first.type(first.index_of(name));
    const SqlType& now = schema.type(schema.index_of(name));
    if (topic.num_partitions() == 1 || hash_alike(before, now)) continue;
    return Status::Invalid("a key column of a topic with several partitions keeps its type, but '",
                           name, "' of topic '", topic.name(), "' is ", before.to_sql(),
                           " and would be ", now.to_sql());
  }
  return Status::OK();
}

Result<std::unique_ptr<Sink>> make_log_sink(const SinkRequest& request,
                                            const ConnectorContext& context) {
  if (request.overwrite) return not_supported_yet("INSERT OVERWRITE into connector 'log'");
  if (!request.partition_keys.empty()) {
    return Status::Invalid(
        "a log table has no PARTITIONED BY: 'partitions' says how many there are");
  }
  const Options& options = context.options;
  LogTarget target;
  std::vector<SqlField> fields = request.schema->fields();
  fields.resize(fields.size() - request.metadata_keys.size());
  const Schema physical(std::move(fields));
  HW_ASSIGN_OR_RETURN(target.table, parse_log_table(context, {physical, request.primary_key}));
  if (target.table.topic.empty()) {
    return Status::Invalid("a log table that is written needs 'topic'; 'topic-pattern' only reads");
  }
  target.request = request;
  HW_ASSIGN_OR_RETURN(target.schema, written_schema(request));
  if (target.table.payload.any()) {
    target.num_row_columns = physical.num_fields();
    target.schema = message_schema(target.table.payload, *target.schema, target.table.changelog);
  }
  target.create = options.boolean(log_options::topic_create());
  const int64_t num_partitions = options.integer(log_options::partitions());
  if (num_partitions < 1 || num_partitions > kPartitionsMax) {
    return Status::Invalid("'partitions' must be 1 to ", kPartitionsMax, ", but is ",
                           num_partitions);
  }
  target.num_partitions = static_cast<int>(num_partitions);
  target.options = options;
  target.show_interval_ms = options.duration_ms(log_options::flush_interval());
  HW_TRY(choose_guarantee(options, target));
  HW_TRY(choose_partitioner(options, target));
  target.writers_max = writers_of(target, *target.schema);
  if (context.env != nullptr) {
    HW_TRY(check_topic(target, *context.env));
  } else {
    HW_TRY(check_new_topic(target));
  }
  return std::make_unique<LogSink>(std::move(target));
}

}  // namespace hw
