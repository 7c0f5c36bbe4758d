// SPDX-License-Identifier: Apache-2.0

#include "connectors/log/log_source.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <re2/re2.h>

#include "base/env/env.h"
#include "connectors/log/group_progress.h"
#include "connectors/log/partition_reader.h"
#include "connectors/log/topic_columns.h"
#include "connectors/packing/packed_bytes.h"
#include "log/log_error.h"
#include "log/topic.h"
#include "log/topic_pin.h"

namespace hw {
namespace {

/// Since 2: which topic of each name.
constexpr uint8_t kVersion = 2;
/// Readers of one topic at a time that retention respects.
constexpr int kPinsMax = 1000;

/// A larger segment is read by several workers.
constexpr int64_t kSplitBytesMax = 8 << 20;

/// End offsets of each topic's partitions when the job began.
using TopicEnds = std::map<std::string, std::vector<int64_t>>;

bool ends_at_start(const LogScan& scan) {
  return scan.request.batch_mode || scan.request.available_now;
}
bool is_bounded(const LogScan& scan) {
  return ends_at_start(scan) || scan.table.end.mode != LogPlace::Mode::kUnbounded;
}

/// There is one topic, from the start.
bool is_fixed(const LogTable& table) { return !table.topic.empty() && !table.ignore_missing; }

Result<std::vector<std::string>> topics_of(const LogTable& table, Env& env) {
  HW_ASSIGN_OR_RETURN(std::vector<std::string> names, list_topics(env, table.directory));
  if (!table.topic.empty()) {
    const bool there = std::find(names.begin(), names.end(), table.topic) != names.end();
    return there ? std::vector<std::string>{table.topic} : std::vector<std::string>();
  }
  const RE2 pattern(table.topic_pattern, RE2::Quiet);
  if (!pattern.ok()) {
    return Status::Invalid("'topic-pattern' is a regular expression, but '", table.topic_pattern,
                           "' is none: ", pattern.error());
  }
  std::erase_if(names, [&](const std::string& name) { return !RE2::FullMatch(name, pattern); });
  return names;
}

Status missing_topic(const LogTable& table, Env& env) {
  std::string others;
  for (const std::string& name : list_topics(env, table.directory).ValueOr({})) {
    others += (others.empty() ? "" : ", ") + name;
  }
  const std::string what = table.topic.empty() ? "topic like '" + table.topic_pattern + "'"
                                               : "topic '" + table.topic + "'";
  return Status::KeyError("there is no ", what, " in '", table.directory, "', which has ",
                          others.empty() ? "none" : others,
                          "; write to it first, or wait for it with 'topic.on-missing' = 'ignore'");
}

/// The rows' columns without what the connector adds.
std::string schema_text(const Schema& schema) {
  std::vector<SqlField> fields;
  for (const SqlField& field : schema.fields()) {
    if (!field.name.starts_with('$')) fields.push_back(field);
  }
  return Schema(std::move(fields)).to_sql();
}

/// What only a commit gives to a row.
Status check_metadata(const LogScan& scan) {
  for (const ScanRequest::Column& column : scan.request.columns) {
    if (column.metadata_key != "offset" && column.metadata_key != "commit-id") continue;
    if (!scan.table.uncommitted) return Status::OK();
    return Status::Invalid("'isolation-level' = 'read_uncommitted' reads rows that have no '",
                           column.metadata_key, "' yet, but the query reads column '", column.name,
                           "'; leave it away, or read what is committed");
  }
  return Status::OK();
}

/// Fails when a topic cannot be read as the table, or is unlike the others.
Status check_topics(const LogScan& scan, const std::vector<std::unique_ptr<Topic>>& topics) {
  std::map<std::string, int> counts;
  for (const auto& topic : topics) {
    HW_TRY(scan.table.payload.any()
               ? check_messages(scan.table.payload, *topic->schema(), topic->name())
               : check_readable(*scan.request.physical, *topic->schema(), topic->name()));
    ++counts[schema_text(*topic->schema())];
  }
  if (counts.size() < 2) return Status::OK();
  const auto usual =
      std::max_element(counts.begin(), counts.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  for (const auto& topic : topics) {
    const std::string schema = schema_text(*topic->schema());
    if (schema == usual->first) continue;
    return Status::Invalid("topics of one table have one schema, but '", topic->name(), "' has ",
                           schema, " and others have ", usual->first);
  }
  return Status::OK();
}

class LogEnumerator final : public SplitEnumerator {
 public:
  LogEnumerator(std::shared_ptr<const LogScan> scan, Env& env,
                std::shared_ptr<GroupProgress> progress)
      : scan_(std::move(scan)), env_(env), progress_(std::move(progress)) {}

  Result<std::vector<Split>> discover() override;
  bool finished() const override { return done_; }
  /// Whether it looked for the last time and whether it ever found a topic, and all that it knows.
  Result<std::string> position() const override;
  Status seek(const std::string& position) override;
  void on_published(int64_t checkpoint) override {
    if (progress_ != nullptr) progress_->publish(env_, checkpoint);
  }

  /// What a run that ends with what is there may read of splits dealt out before.
  Result<TopicEnds> ends_now();

 private:
  Result<std::vector<std::unique_ptr<Topic>>> open_topics();
  Status deal(Topic& topic, std::vector<Split>& out);
  /// What of a topic is read: places that are the same for all its partitions.
  struct Range {
    LogPlace begin;
    LogPlace end;
  };
  Result<Range> range_in(Topic& topic);
  Status deal_partition(Topic& topic, int partition, const Range& range, std::vector<Split>& out);
  void pin(Topic& topic);

  // Constant after construction.
  const std::shared_ptr<const LogScan> scan_;
  Env& env_;
  const std::shared_ptr<GroupProgress> progress_;  // null: the table has no group

  /// Topics that are dealt out, and when they were made.
  std::map<std::string, int64_t> known_;
  bool found_any_ = false;
  bool done_ = false;
  std::vector<std::unique_ptr<TopicPin>> pins_;
};

Result<std::vector<std::unique_ptr<Topic>>> LogEnumerator::open_topics() {
  HW_ASSIGN_OR_RETURN(const std::vector<std::string> names, topics_of(scan_->table, env_));
  std::vector<std::unique_ptr<Topic>> topics;
  for (const std::string& name : names) {
    Result<std::unique_ptr<Topic>> topic = Topic::open_settled(env_, scan_->table.directory, name);
    if (topic.status().IsKeyError()) continue;  // gone since it was listed
    HW_TRY(topic.status());
    topics.push_back(*std::move(topic));
  }
  return topics;
}

Result<std::vector<Split>> LogEnumerator::discover() {
  std::vector<Split> splits;
  if (done_) return splits;
  HW_ASSIGN_OR_RETURN(const std::vector<std::unique_ptr<Topic>> topics, open_topics());
  const LogTable& table = scan_->table;
  if (topics.empty() && !table.ignore_missing && !found_any_) return missing_topic(table, env_);
  HW_TRY(check_topics(*scan_, topics));
  std::map<std::string, int64_t> there;
  for (const std::unique_ptr<Topic>& topic : topics) {
    there[topic->name()] = topic->state().created_ms;
    const auto known = known_.find(topic->name());
    const bool again = known != known_.end() && made_again(known->second, topic->state());
    if (again && !table.ignore_missing) return topic_made_again(table, topic->name());
    if (known == known_.end() || again) HW_TRY(deal(*topic, splits));
  }
  // One that went away and comes again is another one.
  known_ = std::move(there);
  found_any_ = found_any_ || !known_.empty();
  done_ = is_bounded(*scan_) || is_fixed(table);
  return splits;
}

Status LogEnumerator::deal(Topic& topic, std::vector<Split>& out) {
  if (is_bounded(*scan_)) {
    pin(topic);
    HW_TRY(topic.refresh().status());
  }
  HW_ASSIGN_OR_RETURN(const Range range, range_in(topic));
  for (int partition = 0; partition < topic.num_partitions(); ++partition) {
    HW_TRY(deal_partition(topic, partition, range, out));
  }
  return Status::OK();
}

Result<LogEnumerator::Range> LogEnumerator::range_in(Topic& topic) {
  const LogTable& table = scan_->table;
  Range range;
  HW_ASSIGN_OR_RETURN(range.end, resolved(topic, table, table.end));
  // Topics that are made while the job runs are read from their first row on.
  if (found_any_) return range;
  HW_ASSIGN_OR_RETURN(range.begin, resolved(topic, table, table.begin));
  return range;
}

Status LogEnumerator::deal_partition(Topic& topic, int partition, const Range& range,
                                     std::vector<Split>& out) {
  const LogTable& table = scan_->table;
  LogSplit split{.topic = topic.name(), .partition = partition};
  split.created_ms = topic.state().created_ms;
  HW_ASSIGN_OR_RETURN(split.begin, offset_at(topic, partition, range.begin));
  HW_ASSIGN_OR_RETURN(split.end, offset_at(topic, partition, range.end));
  const int64_t there = topic.state().partitions[static_cast<size_t>(partition)].end_offset;
  // The next run with what is there goes on with the same split.
  if (scan_->request.batch_mode) split.end = std::min(split.end, there);
  const std::string id = topic.name() + "/" + std::to_string(partition);
  if (!scan_->request.batch_mode || !table.reads().is_insert_only() || scan_->request.one_split ||
      table.uncommitted) {
    if (split.begin < split.end || table.uncommitted) out.push_back({id, pack_split(split)});
    return Status::OK();
  }
  for (const TopicSplit& piece : topic.splits(kSplitBytesMax)) {
    if (piece.partition != partition) continue;
    LogSplit part = split;
    part.begin = std::max(split.begin, piece.first_offset);
    part.end = std::min(split.end, piece.end_offset);
    if (part.begin < part.end) {
      out.push_back({id + "@" + std::to_string(part.begin), pack_split(part)});
    }
  }
  return Status::OK();
}

// A reader without a pin (a directory that cannot be written) fails loudly if retention overtakes
// it.
void LogEnumerator::pin(Topic& topic) {
  std::vector<int64_t> offsets;
  for (const PartitionState& partition : topic.state().partitions) {
    offsets.push_back(partition.start_offset);
  }
  for (int i = 0; i < kPinsMax; ++i) {
    auto pin = TopicPin::open(topic, "reader-" + std::to_string(i), offsets);
    if (pin.ok()) pins_.push_back(*std::move(pin));
    if (pin.ok() || log_error_of(pin.status()) != LogErrorKind::kHeld) return;
  }
}

Result<TopicEnds> LogEnumerator::ends_now() {
  TopicEnds ends;
  HW_ASSIGN_OR_RETURN(const auto topics, open_topics());
  for (const std::unique_ptr<Topic>& topic : topics) {
    for (const PartitionState& partition : topic->state().partitions) {
      ends[topic->name()].push_back(partition.end_offset);
    }
  }
  return ends;
}

Result<std::string> LogEnumerator::position() const {
  PackedWriter writer(kVersion);
  writer.number(done_ ? 1 : 0);
  writer.number(found_any_ ? 1 : 0);
  writer.number(static_cast<int64_t>(known_.size()));
  for (const auto& [name, created_ms] : known_) {
    writer.text(name);
    writer.number(created_ms);
  }
  return writer.finish();
}

Status LogEnumerator::seek(const std::string& position) {
  PackedReader reader(position, kVersion);
  // The run that says so may have been one of what is there; what is dealt out is known to all.
  done_ = reader.number() != 0 && !scan_->request.available_now &&
          (is_bounded(*scan_) || is_fixed(scan_->table));
  found_any_ = reader.number() != 0;
  known_.clear();
  for (int64_t left = reader.number(); left > 0; --left) {
    std::string name = reader.text();
    if (name.empty()) break;
    known_[std::move(name)] = reader.version() >= 2 ? reader.number() : 0;
  }
  return reader.finish("the position of a log source");
}

class LogSource final : public Source {
 public:
  explicit LogSource(LogScan scan) : scan_(std::make_shared<const LogScan>(std::move(scan))) {
    const LogTable& table = scan_->table;
    if (table.group.empty()) return;
    progress_ = std::make_shared<GroupProgress>(table.directory, table.group);
  }

  bool bounded() const override { return is_bounded(*scan_); }
  RowKindSet changelog() const override { return scan_->table.reads(); }
  bool grows() const override { return scan_->request.available_now; }

  Result<std::unique_ptr<SplitEnumerator>> make_enumerator(const SourceContext& context) override {
    auto enumerator = std::make_unique<LogEnumerator>(scan_, *context.env, progress_);
    // Before any reader is made.
    if (scan_->request.available_now) {
      HW_ASSIGN_OR_RETURN(ends_, enumerator->ends_now());
    }
    return enumerator;
  }
  Result<std::unique_ptr<SplitReader>> make_reader(const Split& split,
                                                   const SourceContext& context) override {
    HW_ASSIGN_OR_RETURN(LogSplit read, unpack_split(split.descriptor));
    if (scan_->request.available_now) {
      const auto found = ends_.find(read.topic);
      const auto partition = static_cast<size_t>(read.partition);
      const bool there = found != ends_.end() && partition < found->second.size();
      read.pause = there ? found->second[partition] : 0;
    }
    return make_partition_reader({.scan = scan_, .progress = progress_}, std::move(read), context);
  }
  Description describe() const override {
    const LogTable& table = scan_->table;
    Description description{.name = "log", .details = {{"path", table.directory}}};
    description.details.emplace_back(table.topic.empty() ? "topic-pattern" : "topic",
                                     table.topic.empty() ? table.topic_pattern : table.topic);
    return description;
  }

 private:
  const std::shared_ptr<const LogScan> scan_;
  std::shared_ptr<GroupProgress> progress_;  // constant after construction
  /// Written before the first reader is made, by nobody afterwards.
  TopicEnds ends_;
};

}  // namespace

Result<std::unique_ptr<Source>> make_log_source(LogTable table, const ScanRequest& request,
                                                Env* env) {
  LogScan scan{.table = std::move(table), .request = request};
  HW_TRY(check_metadata(scan));
  if (env != nullptr) {
    HW_ASSIGN_OR_RETURN(const std::vector<std::string> names, topics_of(scan.table, *env));
    std::vector<std::unique_ptr<Topic>> topics;
    for (const std::string& name : names) {
      HW_ASSIGN_OR_RETURN(auto topic, Topic::open(*env, scan.table.directory, name));
      topics.push_back(std::move(topic));
    }
    HW_TRY(check_topics(scan, topics));
  }
  return std::make_unique<LogSource>(std::move(scan));
}

}  // namespace hw
