// SPDX-License-Identifier: Apache-2.0

#include "cli/log_command.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <arrow/filesystem/filesystem.h>

#include "base/env/env.h"
#include "cli/signals.h"
#include "columnar/text/timestamp.h"
#include "columnar/type_parser.h"
#include "engine/catalogues.h"
#include "engine/result_printer.h"
#include "log/group_offsets.h"
#include "log/log_error.h"
#include "log/topic.h"
#include "log/topic_tail.h"
#include "log/topic_verification.h"
#include "log/topic_writer.h"

namespace hw {
namespace {

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kInvalid = 3;
constexpr int64_t kFollowPauseNs = 2'000'000;
/// Decoders read a little beyond what they are given.
constexpr size_t kBytesBehindBlock = 64;

struct Totals {
  int64_t num_rows = 0;
  int64_t num_bytes = 0;
  TimeRange times;
  int64_t last_commit_ms = 0;
};

void add(const PartitionState& partition, Totals& totals) {
  for (const Piece& piece : partition.pieces) {
    totals.num_rows += piece.num_rows;
    totals.num_bytes += piece.num_bytes;
    totals.times.add(piece.times);
    totals.last_commit_ms = std::max(totals.last_commit_ms, piece.last_commit_ms);
  }
}

std::string time_text(int64_t ms) {
  std::string text;
  append_timestamp(ms, 3, Fraction::kExact, text);
  return text;
}

std::string times_text(const Totals& totals) {
  if (totals.times.known()) {
    return time_text(totals.times.min) + " to " + time_text(totals.times.max);
  }
  if (totals.num_rows == 0) return "-";
  return "committed up to " + time_text(totals.last_commit_ms);
}

/// Columns of equal width, two blanks between them.
std::string aligned(const std::vector<std::vector<std::string>>& lines) {
  std::vector<size_t> widths;
  for (const auto& line : lines) {
    widths.resize(std::max(widths.size(), line.size()));
    for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  std::string out;
  for (const auto& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) {
      out += line[i];
      if (i + 1 < line.size()) out.append(widths[i] - line[i].size() + 2, ' ');
    }
    out += '\n';
  }
  return out;
}

/// Only a table's first topic makes the directory; whoever lists it has mistyped one that is not
/// there.
Status check_directory(const std::string& directory, Env& env) {
  HW_ASSIGN_OR_RETURN(const Env::Location location, env.locate(directory));
  HW_ASSIGN_OR_RETURN(const arrow::fs::FileInfo found, location.files->GetFileInfo(location.path));
  if (found.IsDirectory()) return Status::OK();
  return Status::KeyError("there is no directory '", directory,
                          "'; give the 'path' of a log table or catalog");
}

Result<int> list(const LogArguments& arguments, Env& env) {
  HW_TRY(check_directory(arguments.directory, env));
  HW_ASSIGN_OR_RETURN(const std::vector<std::string> names, list_topics(env, arguments.directory));
  std::vector<std::vector<std::string>> lines = {
      {"topic", "partitions", "rows", "bytes", "times (UTC)"}};
  for (const std::string& name : names) {
    HW_ASSIGN_OR_RETURN(const auto topic, Topic::open(env, arguments.directory, name));
    Totals totals;
    for (const PartitionState& partition : topic->state().partitions) add(partition, totals);
    lines.push_back({name, std::to_string(topic->num_partitions()), std::to_string(totals.num_rows),
                     std::to_string(totals.num_bytes), times_text(totals)});
  }
  HW_TRY(env.write_stdout(aligned(lines)));
  return kDone;
}

std::string kept_text(const TopicOptions& options) {
  std::string out = "retention: ";
  out += options.retention_ms > 0 ? std::to_string(options.retention_ms) + " ms" : "no end";
  if (options.retention_bytes > 0) {
    out += ", " + std::to_string(options.retention_bytes) + " bytes a partition";
  }
  constexpr const char* kFlush[] = {"commit", "interval", "none"};
  out += "\nsegments: " + std::to_string(options.segment_bytes) + " bytes or " +
         std::to_string(options.segment_ms) +
         " ms\nflush: " + kFlush[static_cast<int>(options.flush)] + "\n";
  return out;
}

/// How far each group has read, and how many offsets are left to it.
Result<std::string> groups_text(Topic& topic) {
  HW_ASSIGN_OR_RETURN(const std::vector<std::string> groups, list_groups(topic));
  std::vector<std::vector<std::string>> lines = {
      {"group", "partition", "next offset", "behind", "at (UTC)"}};
  for (const std::string& name : groups) {
    HW_ASSIGN_OR_RETURN(const std::optional<GroupOffsets> group, read_group_offsets(topic, name));
    if (!group) continue;
    for (const auto& [partition, next] : group->next) {
      if (partition >= topic.num_partitions()) continue;
      const int64_t end = topic.state().partitions[static_cast<size_t>(partition)].end_offset;
      lines.push_back({name, std::to_string(partition), std::to_string(next),
                       std::to_string(std::max<int64_t>(end - next, 0)),
                       time_text(group->written_ms)});
    }
  }
  return lines.size() > 1 ? "\n" + aligned(lines) : std::string();
}

Result<int> describe(const LogArguments& arguments, Env& env) {
  HW_ASSIGN_OR_RETURN(const auto topic, Topic::open(env, arguments.directory, arguments.topic));
  const TopicState& state = topic->state();
  std::string out = "topic: " + topic->name() + "\n";
  for (size_t i = state.schemas.size(); i-- > 0;) {
    out += "schema " + std::to_string(i + 1) + ": " + state.schemas[i]->to_sql() + "\n";
  }
  if (!state.options.key.empty()) {
    std::string key;
    for (const std::string& column : state.options.key) key += (key.empty() ? "" : ", ") + column;
    out += "key: (" + key + ")\n";
  }
  out += kept_text(state.options);
  out += "commits: last " + std::to_string(state.last_commit) + "\n\n";
  std::vector<std::vector<std::string>> lines = {
      {"partition", "offsets", "rows", "bytes", "segments", "times (UTC)", "writer"}};
  for (size_t p = 0; p < state.partitions.size(); ++p) {
    const PartitionState& partition = state.partitions[p];
    Totals totals;
    add(partition, totals);
    std::string writer = "-";
    if (const auto found = state.writers.find(partition.writer); found != state.writers.end()) {
      writer = found->second.identity.job;
    }
    lines.push_back({std::to_string(p),
                     "[" + std::to_string(partition.start_offset) + ", " +
                         std::to_string(partition.end_offset) + ")",
                     std::to_string(totals.num_rows), std::to_string(totals.num_bytes),
                     std::to_string(partition.pieces.size()), times_text(totals), writer});
  }
  HW_ASSIGN_OR_RETURN(const std::string groups, groups_text(*topic));
  HW_TRY(env.write_stdout(out + aligned(lines) + groups));
  return kDone;
}

/// A JSON line each; changes with their kinds.
Status print_rows(const Topic& topic, const Batch& batch, Env& env) {
  const bool changes = !batch.insert_only() || !topic.state().options.key.empty();
  HW_ASSIGN_OR_RETURN(
      const auto printer,
      ResultPrinter::make(
          {.schema = batch.schema(), .form = changes ? OutputForm::kChangelog : OutputForm::kJson},
          [&env](std::string_view text) { return env.write_stdout(text); }));
  HW_TRY(printer->begin());
  HW_TRY(printer->print(batch));
  return printer->end();
}

Result<int> tail(const LogArguments& arguments, Env& env) {
  HW_ASSIGN_OR_RETURN(const auto rows,
                      TopicTail::open(env, arguments.directory, arguments.topic, arguments.rows));
  int times_made_again = 0;
  do {
    HW_ASSIGN_OR_RETURN(const std::vector<Batch> batches, rows->next());
    if (times_made_again != rows->times_made_again()) {
      times_made_again = rows->times_made_again();
      HW_TRY(env.write_stderr("topic '" + arguments.topic +
                              "' has been dropped and made again: from its first row on\n"));
    }
    for (const Batch& batch : batches) HW_TRY(print_rows(rows->topic(), batch, env));
    if (arguments.follow && batches.empty()) env.sleep_ns(kFollowPauseNs);
  } while (arguments.follow && requested_stop() == StopRequest::kNone);
  return kDone;
}

Result<std::vector<Batch>> decode_lines(const SchemaPtr& schema, std::string text, Env& env) {
  const FormatRecord& format = *catalogues().formats.find("json");
  HW_ASSIGN_OR_RETURN(
      const std::unique_ptr<Decoder> decoder,
      format.decoder({.schema = schema, .physical = schema, .memory_pool = env.memory_pool()},
                     Options()));
  const size_t size = text.size();
  text.append(kBytesBehindBlock, '\0');
  std::vector<Batch> batches;
  int64_t line = 1;
  for (size_t at = 0; at < size;) {
    HW_ASSIGN_OR_RETURN(const int64_t consumed,
                        decoder->decode_block(std::string_view(text).substr(at, size - at), true,
                                              {.origin = "standard input", .line = line}));
    line += decoder->lines_consumed();
    at += static_cast<size_t>(consumed);
    HW_ASSIGN_OR_RETURN(Batch batch, decoder->take());
    if (!batch.empty()) batches.push_back(std::move(batch));
    if (consumed == 0) break;
  }
  return batches;
}

Status make_topic(const LogArguments& arguments, Env& env) {
  if (arguments.schema.empty()) return Status::OK();
  HW_ASSIGN_OR_RETURN(const SchemaPtr schema, parse_schema(arguments.schema));
  const Status made = create_topic(
      env, arguments.directory,
      {.name = arguments.topic, .schema = schema, .num_partitions = arguments.partitions});
  return made.IsAlreadyExists() ? Status::OK() : made;
}

Result<int> append(const LogArguments& arguments, Env& env) {
  HW_TRY(make_topic(arguments, env));
  Result<std::unique_ptr<Topic>> opened = Topic::open(env, arguments.directory, arguments.topic);
  if (opened.status().IsKeyError()) {
    return Status::KeyError(opened.status().message(),
                            "; say what its rows are to make it: --schema '(id BIGINT)'");
  }
  HW_ASSIGN_OR_RETURN(const auto topic, std::move(opened));
  if (!topic->state().options.key.empty()) {
    return Status::NotImplemented(
        "not supported yet: headwater log append to a topic with a key; INSERT INTO its table");
  }
  HW_ASSIGN_OR_RETURN(std::string text, env.read_stdin());
  HW_ASSIGN_OR_RETURN(const std::vector<Batch> batches,
                      decode_lines(topic->schema(), std::move(text), env));
  TopicWriterOptions options;
  options.directory = arguments.directory;
  options.topic = arguments.topic;
  options.identity = {.job = "headwater log append", .generation = 0, .sink = "", .slot = 0};
  for (int p = 0; p < topic->num_partitions(); ++p) options.partitions.push_back(p);
  HW_ASSIGN_OR_RETURN(const auto writer, TopicWriter::open(env, std::move(options)));
  int64_t num_rows = 0;
  size_t next = 0;
  for (const Batch& batch : batches) {
    HW_TRY(writer->append(static_cast<int>(next++ % static_cast<size_t>(topic->num_partitions())),
                          batch, {}));
    num_rows += batch.num_rows();
  }
  HW_ASSIGN_OR_RETURN(const std::string token, writer->prepare(writer->settled_epoch() + 1));
  HW_ASSIGN_OR_RETURN(const int64_t commit, writer->commit({&token, 1}));
  std::string said = std::to_string(num_rows) + " rows";
  if (num_rows > 0) said += " in commit " + std::to_string(commit);
  HW_TRY(env.write_stderr(said + "\n"));
  return kDone;
}

Result<int> verify(const LogArguments& arguments, Env& env) {
  std::vector<std::string> names = {arguments.topic};
  if (arguments.topic.empty()) {
    HW_TRY(check_directory(arguments.directory, env));
    HW_ASSIGN_OR_RETURN(names, list_topics(env, arguments.directory));
  }
  bool damaged = false;
  for (const std::string& name : names) {
    HW_ASSIGN_OR_RETURN(const TopicVerification found,
                        verify_topic(env, arguments.directory, name));
    for (const std::string& line : found.damage) {
      HW_TRY(env.write_stdout(name + ": damaged: " + line + "\n"));
    }
    damaged = damaged || !found.damage.empty();
    if (!found.damage.empty()) continue;
    HW_TRY(env.write_stdout(name + ": intact: " + std::to_string(found.num_rows) + " rows, " +
                            std::to_string(found.num_pieces) + " segments, " +
                            std::to_string(found.num_bytes) + " bytes\n"));
  }
  return damaged ? kFailed : kDone;
}

Result<int> run(const LogArguments& arguments, Env& env) {
  switch (arguments.verb) {
    case LogArguments::Verb::kList:
      return list(arguments, env);
    case LogArguments::Verb::kDescribe:
      return describe(arguments, env);
    case LogArguments::Verb::kTail:
      return tail(arguments, env);
    case LogArguments::Verb::kAppend:
      return append(arguments, env);
    case LogArguments::Verb::kVerify:
      return verify(arguments, env);
  }
  return kFailed;
}

}  // namespace

int log_command(const LogArguments& arguments, Env& env) {
  const Result<int> code = run(arguments, env);
  if (code.ok()) return *code;
  const Status& status = code.status();
  if (status.IsIOError() && status.message() == "closed") return kDone;  // `| head`
  (void)env.write_stderr("error: " + status.message() + "\n");
  const bool users = status.IsInvalid() || status.IsTypeError() || status.IsNotImplemented();
  return users ? kInvalid : kFailed;
}

}  // namespace hw
