// SPDX-License-Identifier: Apache-2.0

#include "connectors/log/log_table.h"

#include <charconv>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "connectors/log/log_options.h"
#include "log/group_offsets.h"
#include "log/topic.h"

namespace hw {
namespace {

std::optional<int64_t> number_behind(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return std::nullopt;
  text.remove_prefix(prefix.size());
  int64_t number = 0;
  const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || stopped != text.data() + text.size() || number < 0) {
    return std::nullopt;
  }
  return number;
}

/// An option that a mode needs, and that nobody else may give.
Status check_companion(const Options& options, const OptionSpec& mode, std::string_view value,
                       const OptionSpec& companion) {
  const bool chosen = options.text(mode) == value;
  if (chosen == options.has(companion.name)) return Status::OK();
  if (chosen) {
    return Status::Invalid("'", mode.name, "' = '", value, "' needs '", companion.name, "'");
  }
  return Status::Invalid("'", companion.name, "' is for '", mode.name, "' = '", value,
                         "', but that is '", options.text(mode), "'");
}

Result<LogPlace> place_of(const Options& options, const OptionSpec& mode,
                          const OptionSpec& timestamp, const OptionSpec& offsets) {
  HW_TRY(check_companion(options, mode, "timestamp", timestamp));
  HW_TRY(check_companion(options, mode, "specific-offsets", offsets));
  LogPlace place;
  const std::string name = options.text(mode);
  if (name == "latest-offset") place.mode = LogPlace::Mode::kLatest;
  if (name == "unbounded") place.mode = LogPlace::Mode::kUnbounded;
  if (name == "group-offsets") place.mode = LogPlace::Mode::kGroup;
  if (name == "commit") place.mode = LogPlace::Mode::kCommit;
  if (name == "timestamp") {
    place.mode = LogPlace::Mode::kTimestamp;
    place.value = options.integer(timestamp);
  }
  if (name == "specific-offsets") {
    place.mode = LogPlace::Mode::kOffsets;
    Result<std::map<int, int64_t>> parsed = parse_specific_offsets(options.text(offsets));
    if (!parsed.ok()) return while_doing(parsed.status(), "reading '" + offsets.name + "'");
    place.offsets = *std::move(parsed);
  }
  return place;
}

LogChangelog changelog_of(const Options& options, bool has_primary_key) {
  const std::string mode = options.text(log_options::changelog_mode());
  if (mode.empty()) return has_primary_key ? LogChangelog::kUpsert : LogChangelog::kAppend;
  if (mode == "upsert") return LogChangelog::kUpsert;
  return mode == "all" ? LogChangelog::kAll : LogChangelog::kAppend;
}

/// Upserts need a key beside the message; changes that a format holds are its own affair.
Result<LogChangelog> message_changes(const Options& options, const LogPayload& payload,
                                     bool has_primary_key) {
  const std::string mode = options.text(log_options::changelog_mode());
  const std::string& format = payload.value.format->name;
  if (payload.holds_kinds()) {
    if (mode.empty() || mode == "append") return LogChangelog::kAppend;
    return Status::Invalid("format '", format,
                           "' holds the kinds of changes itself; leave 'changelog-mode' = '", mode,
                           "' away");
  }
  if (mode == "all") return LogChangelog::kAll;
  if (mode == "upsert" && !payload.keyed()) {
    return Status::Invalid(
        "'changelog-mode' = 'upsert' replaces messages by key, so it needs 'key.format'");
  }
  if (mode == "upsert" || (mode.empty() && has_primary_key && payload.keyed())) {
    return LogChangelog::kUpsert;
  }
  if (!has_primary_key) return LogChangelog::kAppend;
  return Status::Invalid("messages of format '", format,
                         "' are inserts, which no PRIMARY KEY can promise to be unique; leave it "
                         "away, or give 'key.format' and let rows be upserts");
}

/// Whose offsets are read and moved.
Status take_group(const Options& options, LogTable& table) {
  table.group = options.text(log_options::group_id());
  const auto by_group = [](const LogPlace& place) { return place.mode == LogPlace::Mode::kGroup; };
  if (table.group.empty()) {
    if (!by_group(table.begin) && !by_group(table.end)) return Status::OK();
    const OptionSpec mode =
        by_group(table.begin) ? log_options::startup_mode() : log_options::bounded_mode();
    return Status::Invalid("'", mode.name, "' = 'group-offsets' needs 'group.id'");
  }
  return check_group_name(table.group);
}

/// Rows without a commit have no offset, so their end cannot be told by one.
Status take_isolation(const Options& options, LogTable& table) {
  table.uncommitted = options.text(log_options::isolation_level()) == "read_uncommitted";
  const LogPlace::Mode end = table.end.mode;
  if (!table.uncommitted || end == LogPlace::Mode::kUnbounded || end == LogPlace::Mode::kLatest) {
    return Status::OK();
  }
  return Status::Invalid(
      "'isolation-level' = 'read_uncommitted' reads rows that have no offset yet, so reading ends "
      "with 'latest-offset' or never, but '",
      log_options::bounded_mode().name, "' is '", options.text(log_options::bounded_mode()), "'");
}

}  // namespace

Result<LogPlace> resolved(Topic& topic, const LogTable& table, const LogPlace& place) {
  if (place.mode != LogPlace::Mode::kGroup) return place;
  HW_ASSIGN_OR_RETURN(const std::optional<GroupOffsets> group,
                      read_group_offsets(topic, table.group));
  for (int partition = 0; partition < topic.num_partitions(); ++partition) {
    if (group && group->next.contains(partition)) continue;
    return Status::Invalid("group '", table.group, "' has no offset of partition ", partition,
                           " of topic '", topic.name(),
                           "' to go on from; read it once with this 'group.id' and "
                           "'scan.startup.mode' = 'earliest-offset' or 'latest-offset'");
  }
  return LogPlace{.mode = LogPlace::Mode::kOffsets, .offsets = group->next};
}

Result<std::map<int, int64_t>> parse_specific_offsets(std::string_view text) {
  constexpr std::string_view kForm = "partition:0,offset:42;partition:1,offset:300";
  std::map<int, int64_t> offsets;
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find(';'));
    text.remove_prefix(std::min(text.size(), one.size() + 1));
    const size_t comma = one.find(',');
    const auto partition = number_behind(one.substr(0, comma), "partition:");
    const auto offset = comma == std::string_view::npos
                            ? std::nullopt
                            : number_behind(one.substr(comma + 1), "offset:");
    if (!partition || !offset || *partition >= kPartitionsMax) {
      return Status::Invalid("offsets are written as '", kForm, "', but found '", one, "'");
    }
    if (!offsets.emplace(static_cast<int>(*partition), *offset).second) {
      return Status::Invalid("each partition has one offset, but partition ", *partition,
                             " has two");
    }
  }
  return offsets;
}

RowKindSet LogTable::reads() const {
  return payload.holds_kinds() ? payload.changelog() : kinds_of(changelog);
}

RowKindSet LogTable::accepts() const {
  return payload.holds_kinds() ? payload.accepts() : kinds_of(changelog);
}

Result<LogTable> parse_log_table(const ConnectorContext& context, const MessageColumns& columns) {
  const bool has_primary_key = !columns.primary_key.empty();
  const Options& options = context.options;
  LogTable table;
  table.directory = options.text(log_options::path());
  if (table.directory.empty() && context.configuration) {
    table.directory = context.configuration("log.dir");
  }
  if (table.directory.empty()) {
    return Status::Invalid("a log table needs the log's directory: give 'path', or set 'log.dir'");
  }
  table.topic = options.text(log_options::topic());
  table.topic_pattern = options.text(log_options::topic_pattern());
  if (table.topic.empty() == table.topic_pattern.empty()) {
    return Status::Invalid("a log table needs one of 'topic' and 'topic-pattern', but has ",
                           table.topic.empty() ? "none" : "both");
  }
  if (!table.topic.empty()) HW_TRY(check_topic_name(table.topic));
  table.ignore_missing = options.text(log_options::topic_on_missing()) == "ignore";
  HW_ASSIGN_OR_RETURN(table.payload, parse_payload(context, columns));
  if (table.payload.any()) {
    HW_ASSIGN_OR_RETURN(table.changelog, message_changes(options, table.payload, has_primary_key));
  } else {
    table.changelog = changelog_of(options, has_primary_key);
  }
  if (table.changelog == LogChangelog::kUpsert && !has_primary_key) {
    return Status::Invalid(
        "'changelog-mode' = 'upsert' replaces rows by key, so the table needs a PRIMARY KEY (..) "
        "NOT ENFORCED");
  }
  HW_ASSIGN_OR_RETURN(
      table.begin, place_of(options, log_options::startup_mode(), log_options::startup_timestamp(),
                            log_options::startup_offsets()));
  HW_TRY(check_companion(options, log_options::startup_mode(), "commit",
                         log_options::startup_commit()));
  if (table.begin.mode == LogPlace::Mode::kCommit) {
    table.begin.value = options.integer(log_options::startup_commit());
  }
  HW_ASSIGN_OR_RETURN(
      table.end, place_of(options, log_options::bounded_mode(), log_options::bounded_timestamp(),
                          log_options::bounded_offsets()));
  HW_TRY(take_group(options, table));
  HW_TRY(take_isolation(options, table));
  return table;
}

void apply_topic_options(const Options& options, TopicOptions& out) {
  const auto given = [&](const OptionSpec& spec) { return options.has(spec.name); };
  if (given(log_options::retention_time())) {
    out.retention_ms = options.duration_ms(log_options::retention_time());
  }
  if (given(log_options::retention_bytes())) {
    out.retention_bytes = options.size_bytes(log_options::retention_bytes());
  }
  if (given(log_options::cleanup_policy())) {
    const std::string policy = options.text(log_options::cleanup_policy());
    out.cleanup_delete = policy != "compact";
    out.cleanup_compact = policy != "delete";
  }
  if (given(log_options::min_dirty_ratio())) {
    out.min_dirty_ratio = options.real(log_options::min_dirty_ratio());
  }
  if (given(log_options::delete_retention())) {
    out.delete_retention_ms = options.duration_ms(log_options::delete_retention());
  }
  if (given(log_options::offload_path())) {
    out.offload_path = options.text(log_options::offload_path());
  }
  if (given(log_options::offload_after())) {
    out.offload_after_ms = options.duration_ms(log_options::offload_after());
  }
  if (given(log_options::segment_bytes())) {
    out.segment_bytes = options.size_bytes(log_options::segment_bytes());
  }
  if (given(log_options::segment_time())) {
    out.segment_ms = options.duration_ms(log_options::segment_time());
  }
  if (given(log_options::flush())) {
    const std::string flush = options.text(log_options::flush());
    out.flush = flush == "commit"     ? FlushPolicy::kCommit
                : flush == "interval" ? FlushPolicy::kInterval
                                      : FlushPolicy::kNone;
  }
  if (given(log_options::flush_interval())) {
    out.flush_interval_ms = options.duration_ms(log_options::flush_interval());
  }
}

RowKindSet kinds_of(LogChangelog changelog) {
  switch (changelog) {
    case LogChangelog::kAppend:
      return RowKindSet::insert_only();
    case LogChangelog::kUpsert:
      return RowKindSet::upsert();
    case LogChangelog::kAll:
      break;
  }
  return RowKindSet::all();
}

TopicOptions new_topic_options(const Options& options, LogChangelog changelog,
                               std::vector<std::string> key) {
  TopicOptions made;
  made.key = std::move(key);
  made.cleanup_compact = changelog == LogChangelog::kUpsert && !made.key.empty();
  // Who says how long rows stay wants old ones to go.
  made.cleanup_delete = !made.cleanup_compact || options.has(log_options::retention_time().name) ||
                        options.has(log_options::retention_bytes().name);
  apply_topic_options(options, made);
  return made;
}

Status check_topic_options(const TopicOptions& options, LogChangelog changelog) {
  HW_TRY(check(options));
  if (!options.cleanup_compact || changelog == LogChangelog::kUpsert) return Status::OK();
  return Status::Invalid(
      "'cleanup.policy' = 'compact' keeps the newest row of each key, so the table needs "
      "'changelog-mode' = 'upsert'; without it use 'delete'");
}

Result<int64_t> offset_at(const Topic& topic, int partition, const LogPlace& place) {
  const PartitionState& rows = topic.state().partitions[static_cast<size_t>(partition)];
  switch (place.mode) {
    case LogPlace::Mode::kEarliest:
      return rows.start_offset;
    case LogPlace::Mode::kLatest:
      return rows.end_offset;
    case LogPlace::Mode::kTimestamp:
      return topic.offset_for_time(partition, place.value);
    case LogPlace::Mode::kCommit:
      return topic.offset_for_commit(partition, place.value);
    case LogPlace::Mode::kOffsets: {
      const auto found = place.offsets.find(partition);
      if (found != place.offsets.end()) return found->second;
      return Status::Invalid("specific offsets name every partition, but none is given for ",
                             partition, " of the ", topic.num_partitions(), " of topic '",
                             topic.name(), "'");
    }
    case LogPlace::Mode::kGroup:
    case LogPlace::Mode::kUnbounded:
      break;
  }
  return std::numeric_limits<int64_t>::max();
}

}  // namespace hw
