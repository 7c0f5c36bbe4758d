// SPDX-License-Identifier: Apache-2.0

#include "plan/config/config_keys.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace hw {
namespace {

constexpr KeyStatus kLater = KeyStatus::kNotBuilt;
constexpr KeyStatus kNone = KeyStatus::kNoMeaning;

constexpr std::array kKeys = {
    ConfigKey{"execution.attached", OptionType::kBoolean, "true",
              "Whether the client waits; `table.dml-sync` decides here.", kNone},
    ConfigKey{"execution.checkpointing.dir", OptionType::kString, "",
              "Where jobs keep their checkpoints, a folder each; `--state-dir` sets it.",
              KeyStatus::kHonoured, "", "state.checkpoints.dir"},
    ConfigKey{"execution.checkpointing.incremental", OptionType::kBoolean, "true",
              "Checkpoints always hold what changed, and what did not where that is cheaper.",
              kNone, "", "state.backend.incremental"},
    ConfigKey{"execution.checkpointing.interval", OptionType::kDuration, "",
              "How often a checkpoint is taken; unset = never, with a directory 10 s.",
              KeyStatus::kHonoured},
    ConfigKey{"execution.checkpointing.max-concurrent-checkpoints", OptionType::kInteger, "1",
              "How many checkpoints may be under way.", KeyStatus::kHonoured},
    ConfigKey{"execution.checkpointing.min-pause", OptionType::kDuration, "0 ms",
              "Least time between the end of a checkpoint and the next one.", KeyStatus::kHonoured},
    ConfigKey{"execution.checkpointing.mode", OptionType::kEnum, "EXACTLY_ONCE",
              "Whether barriers are aligned; NONE = no checkpoints.", KeyStatus::kHonoured,
              "EXACTLY_ONCE|AT_LEAST_ONCE|NONE"},
    ConfigKey{"execution.checkpointing.num-retained", OptionType::kInteger, "1",
              "How many completed checkpoints are kept.", KeyStatus::kHonoured, "",
              "state.checkpoints.num-retained"},
    ConfigKey{"execution.checkpointing.savepoint-dir", OptionType::kString, "",
              "Where savepoints are kept; unset = `savepoints` below the checkpoints' directory.",
              KeyStatus::kHonoured, "", "state.savepoints.dir"},
    ConfigKey{"execution.checkpointing.timeout", OptionType::kDuration, "10 min",
              "When a checkpoint that is not complete is given up.", KeyStatus::kHonoured},
    ConfigKey{"execution.checkpointing.tolerable-failed-checkpoints", OptionType::kInteger, "0",
              "How many checkpoints in a row may fail.", KeyStatus::kHonoured},
    ConfigKey{"execution.checkpointing.unaligned.enabled", OptionType::kBoolean, "false",
              "Let barriers overtake rows.", kLater, "", "execution.checkpointing.unaligned"},
    ConfigKey{"execution.lease.timeout", OptionType::kDuration, "10 s",
              "A process that has shown no life for so long loses its job.", KeyStatus::kHonoured},
    ConfigKey{"execution.runtime-mode", OptionType::kEnum, "STREAMING",
              "Whether results are kept up to date (streaming) or shown once at the end (batch).",
              KeyStatus::kHonoured, "STREAMING|BATCH|AUTOMATIC"},
    ConfigKey{"execution.state-recovery.ignore-unclaimed-state", OptionType::kBoolean, "false",
              "Whether a restore may leave state behind; `--allow-non-restored-state` sets it.",
              KeyStatus::kHonoured, "", "execution.savepoint.ignore-unclaimed-state"},
    ConfigKey{"execution.state-recovery.path", OptionType::kString, "",
              "The checkpoint or savepoint to start from; `--restore` sets it.",
              KeyStatus::kHonoured, "", "execution.savepoint.path"},
    ConfigKey{"execution.trigger", OptionType::kString, "continuous",
              "When a stream shows results: as they come (continuous), at each multiple of an "
              "interval such as '10 s', or over what is there now, at the end (once) or as they "
              "come (available-now)."},
    ConfigKey{"jobmanager.memory.process.size", OptionType::kSize, "",
              "Memory of a process that does not exist here.", kNone},
    ConfigKey{"log.dir", OptionType::kString, "",
              "Where tables of connector 'log' without 'path' find their topics.",
              KeyStatus::kHonoured},
    ConfigKey{"parallelism.default", OptionType::kInteger, "",
              "Instances of each operator; unset = the number of cores."},
    ConfigKey{"pipeline.auto-watermark-interval", OptionType::kDuration, "200 ms",
              "Watermarks follow each row here, so the interval changes nothing.", kNone},
    ConfigKey{"pipeline.jars", OptionType::kList, "", "There is no JVM here.", kNone},
    ConfigKey{"pipeline.max-parallelism", OptionType::kInteger, "1024",
              "Key groups of a job: the most instances it can ever have.", KeyStatus::kHonoured},
    ConfigKey{"pipeline.name", OptionType::kString, "",
              "The job's name; unset = the names of its sink tables."},
    ConfigKey{"pipeline.object-reuse", OptionType::kBoolean, "false",
              "Rows are never copied between operators here.", kNone},
    ConfigKey{"pipeline.operator-chaining.enabled", OptionType::kBoolean, "true",
              "Whether operators without an exchange between them run as one.",
              KeyStatus::kHonoured, "", "pipeline.operator-chaining"},
    ConfigKey{"restart-strategy.exponential-delay.attempts-before-reset-backoff",
              OptionType::kString, "infinite", "How often a job starts again at most.",
              KeyStatus::kHonoured},
    ConfigKey{"restart-strategy.exponential-delay.backoff-multiplier", OptionType::kString, "1.5",
              "By how much the pause grows with each failure.", KeyStatus::kHonoured},
    ConfigKey{"restart-strategy.exponential-delay.initial-backoff", OptionType::kDuration, "1 s",
              "First pause before a restart.", KeyStatus::kHonoured},
    ConfigKey{"restart-strategy.exponential-delay.max-backoff", OptionType::kDuration, "1 min",
              "Longest pause before a restart.", KeyStatus::kHonoured},
    ConfigKey{"restart-strategy.exponential-delay.reset-backoff-threshold", OptionType::kDuration,
              "1 h", "The pause is the first one again after so long without a failure.",
              KeyStatus::kHonoured},
    ConfigKey{"restart-strategy.failure-rate.delay", OptionType::kDuration, "1 s",
              "Pause before a restart.", KeyStatus::kHonoured},
    ConfigKey{"restart-strategy.failure-rate.failure-rate-interval", OptionType::kDuration, "1 min",
              "The time in which failures are counted.", KeyStatus::kHonoured},
    ConfigKey{"restart-strategy.failure-rate.max-failures-per-interval", OptionType::kInteger, "1",
              "How many failures in the interval a job survives.", KeyStatus::kHonoured},
    ConfigKey{"restart-strategy.fixed-delay.attempts", OptionType::kInteger, "1",
              "How often a failed job is started again.", KeyStatus::kHonoured},
    ConfigKey{"restart-strategy.fixed-delay.delay", OptionType::kDuration, "1 s",
              "Pause before a restart.", KeyStatus::kHonoured},
    ConfigKey{"restart-strategy.type", OptionType::kEnum, "",
              "What happens after a failure; unset = exponential-delay for unbounded jobs with "
              "checkpoints, else none.",
              KeyStatus::kHonoured, "none|disable|off|fixed-delay|exponential-delay|failure-rate",
              "restart-strategy"},
    ConfigKey{"s3.access-key", OptionType::kString, "",
              "Key for s3://; unset = AWS_ACCESS_KEY_ID, else the shared credentials file."},
    ConfigKey{"s3.endpoint", OptionType::kString, "",
              "Where s3:// is, as http://host:port; unset = AWS_ENDPOINT_URL, else Amazon's."},
    ConfigKey{"s3.path.style.access", OptionType::kBoolean, "",
              "Whether buckets stand in the path and not in the host's name; unset = with an "
              "endpoint.",
              KeyStatus::kHonoured, "", "s3.path-style-access"},
    ConfigKey{"s3.region", OptionType::kString, "",
              "Region of the buckets; unset = AWS_REGION, else us-east-1."},
    ConfigKey{"s3.secret-key", OptionType::kString, "",
              "Secret of the key for s3://; unset = AWS_SECRET_ACCESS_KEY."},
    ConfigKey{"s3.session-token", OptionType::kString, "",
              "Token of a key that expires; unset = AWS_SESSION_TOKEN."},
    ConfigKey{"sql-client.execution.max-table-result.rows", OptionType::kInteger, "1000000",
              "More rows end a query that the shell shows in mode TABLE.", KeyStatus::kHonoured},
    ConfigKey{"sql-client.execution.result-mode", OptionType::kEnum, "TABLE",
              "How the shell shows a result: the rows that stand, changes, or rows as they come.",
              KeyStatus::kHonoured, "TABLE|CHANGELOG|TABLEAU"},
    ConfigKey{"sql-client.verbose", OptionType::kBoolean, "false",
              "Whether errors are shown in full.", kNone},
    ConfigKey{"state.backend.type", OptionType::kEnum, "hashmap", "Where state lives.",
              KeyStatus::kHonoured, "hashmap|rocksdb", "state.backend"},
    ConfigKey{"table.display.max-column-width", OptionType::kInteger, "30",
              "Widest column of a printed table.", kNone, "",
              "sql-client.display.max-column-width"},
    ConfigKey{"table.dml-sync", OptionType::kBoolean, "false",
              "Whether INSERT waits until its job has ended."},
    ConfigKey{"table.dynamic-table-options.enabled", OptionType::kBoolean, "true",
              "Whether the OPTIONS hint is taken.", KeyStatus::kHonoured},
    ConfigKey{"table.exec.async-lookup.buffer-capacity", OptionType::kInteger, "100",
              "Keys under way at a time, where a connector answers lookups later.", kNone},
    ConfigKey{"table.exec.async-lookup.output-mode", OptionType::kEnum, "ORDERED",
              "Whether lookups keep the order of rows; they do in any case.", kNone,
              "ORDERED|ALLOW_UNORDERED"},
    ConfigKey{"table.exec.async-lookup.timeout", OptionType::kDuration, "3 min",
              "When a lookup that is under way fails.", kNone},
    ConfigKey{"table.exec.emit.allow-lateness", OptionType::kDuration, "",
              "How long behind the watermark a closed window still takes rows; unset = not at all, "
              "with late firing 'table.exec.state.ttl'.",
              KeyStatus::kHonoured},
    ConfigKey{"table.exec.emit.early-fire.delay", OptionType::kDuration, "",
              "How long after a change an open window shows its result, by the clock; 0 = at once.",
              KeyStatus::kHonoured},
    ConfigKey{"table.exec.emit.early-fire.enabled", OptionType::kBoolean, "false",
              "Whether windows show results before they close, and replace them.",
              KeyStatus::kHonoured},
    ConfigKey{"table.exec.emit.late-fire.delay", OptionType::kDuration, "",
              "How long after a late row a closed window shows its new result; 0 = at once.",
              KeyStatus::kHonoured},
    ConfigKey{"table.exec.emit.late-fire.enabled", OptionType::kBoolean, "false",
              "Whether closed windows wait before they show what late rows have changed.",
              KeyStatus::kHonoured},
    ConfigKey{"table.exec.legacy-cast-behaviour", OptionType::kEnum, "DISABLED",
              "ENABLED: a CAST that fails gives NULL.", KeyStatus::kHonoured, "ENABLED|DISABLED"},
    ConfigKey{"table.exec.mini-batch.allow-latency", OptionType::kDuration, "0 ms",
              "Rows are folded per key within the batch that brings them, and never held back.",
              kNone},
    ConfigKey{"table.exec.mini-batch.enabled", OptionType::kBoolean, "false",
              "Rows of each batch are folded per key before they touch state, always.", kNone},
    ConfigKey{"table.exec.mini-batch.size", OptionType::kInteger, "-1",
              "Rows are folded batch by batch, and never held back.", kNone},
    ConfigKey{"table.exec.resource.default-parallelism", OptionType::kInteger, "-1",
              "As parallelism.default; -1 = that.", KeyStatus::kHonoured},
    ConfigKey{"table.exec.sink.keyed-shuffle", OptionType::kEnum, "AUTO",
              "Whether a sink's input is hashed by its PRIMARY KEY.", KeyStatus::kHonoured,
              "AUTO|NONE|FORCE"},
    ConfigKey{"table.exec.sink.not-null-enforcer", OptionType::kEnum, "ERROR",
              "What a NULL in a NOT NULL column of a sink does.", KeyStatus::kHonoured,
              "ERROR|DROP"},
    ConfigKey{"table.exec.sink.require-on-conflict", OptionType::kBoolean, "false",
              "Whether an upsert sink with another key demands ON CONFLICT.", KeyStatus::kHonoured},
    ConfigKey{"table.exec.sink.type-length-enforcer", OptionType::kEnum, "IGNORE",
              "What a text that is too long for its column of a sink does.", KeyStatus::kHonoured,
              "IGNORE|TRIM_PAD|ERROR"},
    ConfigKey{"table.exec.sink.upsert-materialize", OptionType::kEnum, "AUTO",
              "Whether rows are kept per PRIMARY KEY in front of an upsert sink.",
              KeyStatus::kHonoured, "AUTO|NONE|FORCE"},
    ConfigKey{"table.exec.source.cdc-events-duplicate", OptionType::kBoolean, "false",
              "Whether a change may arrive twice: repeats are dropped by PRIMARY KEY."},
    ConfigKey{"table.exec.source.idle-timeout", OptionType::kDuration, "0 ms",
              "When a silent split stops holding the watermark back; 0 = never."},
    ConfigKey{"table.exec.state.ttl", OptionType::kDuration, "0 ms",
              "How long state that no row touches is kept, by the clock; 0 = for ever.",
              KeyStatus::kHonoured},
    ConfigKey{"table.local-time-zone", OptionType::kString, "default",
              "The zone of TIMESTAMP_LTZ as TIMESTAMP or text; default = the system's."},
    ConfigKey{"table.optimizer.agg-phase-strategy", OptionType::kEnum, "AUTO",
              "Whether aggregates of streams are computed in one or two phases; AUTO: in two where "
              "keys are few.",
              KeyStatus::kHonoured, "AUTO|ONE_PHASE|TWO_PHASE"},
    ConfigKey{"table.optimizer.disabled-rules", OptionType::kList, "",
              "Names of optimizer rules to leave out, separated by `;`.", KeyStatus::kHonoured},
    ConfigKey{
        "table.optimizer.distinct-agg.split.enabled", OptionType::kBoolean, "false",
        "Whether aggregates with DISTINCT are computed in two phases also where keys are many.",
        KeyStatus::kHonoured},
    ConfigKey{"table.optimizer.join-reorder-enabled", OptionType::kBoolean, "false",
              "Whether joins may change their order.", kLater},
    ConfigKey{
        "table.optimizer.multi-join.enabled", OptionType::kBoolean, "false",
        "Whether inner and left joins upon joins along one key run as one operator in streams.",
        KeyStatus::kHonoured},
    ConfigKey{
        "table.optimizer.non-deterministic-update.strategy", OptionType::kEnum, "TRY_RESOLVE",
        "Calls that differ from call to call are refused where a row that is taken back would "
        "miss its like; to ignore that gives wrong results.",
        KeyStatus::kHonoured, "TRY_RESOLVE"},
    ConfigKey{
        "table.optimizer.reuse-source-enabled", OptionType::kBoolean, "true",
        "Whether what several queries or parts of one read of a table is read once; goes with "
        "'table.optimizer.reuse-sub-plan-enabled'.",
        KeyStatus::kHonoured},
    ConfigKey{"table.optimizer.reuse-sub-plan-enabled", OptionType::kBoolean, "true",
              "Whether equal parts of a plan run once.", KeyStatus::kHonoured},
    ConfigKey{"table.rtas-ctas.atomicity-enabled", OptionType::kBoolean, "false",
              "Whether CREATE TABLE .. AS is all or nothing.", kLater},
    ConfigKey{"table.sql-dialect", OptionType::kEnum, "default", "The dialect of SQL.", kNone,
              "default"},
    ConfigKey{"taskmanager.numberOfTaskSlots", OptionType::kInteger, "1",
              "Slots of a process that does not exist here.", kNone},
};

bool equal_without_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

bool is_integer(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

bool in_values(std::string_view values, std::string_view value) {
  while (!values.empty()) {
    const size_t bar = values.find('|');
    if (equal_without_case(values.substr(0, bar), value)) return true;
    if (bar == std::string_view::npos) break;
    values.remove_prefix(bar + 1);
  }
  return false;
}

}  // namespace

std::span<const ConfigKey> config_keys() { return kKeys; }

const ConfigKey* find_config_key(std::string_view name) {
  for (const ConfigKey& key : kKeys) {
    if (key.name == name || (!key.deprecated_name.empty() && key.deprecated_name == name)) {
      return &key;
    }
  }
  return nullptr;
}

Status check_config_value(const ConfigKey& key, std::string_view value) {
  const auto wrong = [&](std::string_view wanted) {
    return Status::Invalid("'", key.name, "' must be ", wanted, ", but is '", value, "'");
  };
  switch (key.type) {
    case OptionType::kBoolean:
      return in_values("true|false", value) ? Status::OK() : wrong("true or false");
    case OptionType::kInteger:
      return is_integer(value) ? Status::OK() : wrong("an integer");
    case OptionType::kDuration:
      return parse_duration_ms(value).ok() ? Status::OK() : wrong("a duration such as '10 s'");
    case OptionType::kSize:
      return parse_size_bytes(value).ok() ? Status::OK() : wrong("a size such as '128mb'");
    case OptionType::kEnum:
      return in_values(key.values, value) ? Status::OK()
                                          : wrong("one of " + std::string(key.values));
    default:
      return Status::OK();
  }
}

}  // namespace hw
