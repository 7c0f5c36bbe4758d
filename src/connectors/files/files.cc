// SPDX-License-Identifier: Apache-2.0
//
// The filesystem connector: files of any format as source and sink.

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <arrow/filesystem/filesystem.h>

#include "base/env/env.h"
#include "connectors/files/file_lookup.h"
#include "connectors/files/file_options.h"
#include "connectors/files/file_sink.h"
#include "connectors/files/file_source.h"
#include "runtime/connector_catalogue.h"

namespace hw {
namespace {

Result<std::unique_ptr<Source>> make_source(const ScanRequest& request,
                                            const ConnectorContext& context) {
  const Options& options = context.options;
  FileScan scan;
  scan.request = request;
  scan.list = {.path = options.text(file_options::path()),
               .pattern = options.text(file_options::pattern()),
               .partition_keys = request.partition_keys};
  scan.default_partition = options.text(file_options::default_partition());
  if (options.has(file_options::monitor_interval().name)) {
    scan.monitor_interval_ms = options.duration_ms(file_options::monitor_interval());
    if (*scan.monitor_interval_ms <= 0) {
      return Status::Invalid("option 'source.monitor-interval' is above 0, but is '",
                             options.text(file_options::monitor_interval()), "'");
    }
  }
  scan.format = context.formats->find(options.given("format").value_or(""));
  scan.format_options = format_options(options, scan.format->name);
  if (!scan.format->decoder && !scan.format->bulk_reader) {
    return not_supported_yet("reading files of format '" + scan.format->name + "'");
  }
  return make_file_source(std::move(scan));
}

// Seen before the job starts; a writer looks again.
Status check_no_file(const std::string& path, Env& env) {
  HW_ASSIGN_OR_RETURN(const Env::Location location, env.locate(path));
  HW_ASSIGN_OR_RETURN(const auto there, location.files->GetFileInfo(location.path));
  if (there.type() != arrow::fs::FileType::File) return Status::OK();
  return Status::Invalid("the path of a table that is written is a directory, but '", path,
                         "' is a file");
}

/// A sink's bytes become visible by a rename, which only local file systems have.
Status check_local(const std::string& path) {
  const size_t scheme = path.find("://");
  if (scheme == std::string::npos || path.starts_with("file://")) return Status::OK();
  return not_supported_yet("writing to '" + path + "': a file sink writes to local paths");
}

std::vector<std::string> split_by_comma(const std::string& text) {
  std::vector<std::string> items;
  for (const char c : text) {
    if (items.empty() || c == ',') items.emplace_back();
    if (c != ',' && c != ' ') items.back() += c;
  }
  return items;
}

Result<PartitionCommitPolicy> commit_policy(const Options& options) {
  PartitionCommitPolicy policy;
  for (const std::string& kind : split_by_comma(options.text(file_options::commit_policy()))) {
    if (kind == "metastore" || kind == "custom") {
      return not_supported_yet("value '" + kind + "' of option '" +
                               file_options::commit_policy().name + "'");
    }
    if (kind != "success-file") {
      return Status::Invalid("option '", file_options::commit_policy().name,
                             "' is a list of metastore, success-file, custom, but has '", kind,
                             "'");
    }
    policy.success_file = true;
  }
  policy.success_name = options.text(file_options::success_name());
  if (policy.success_name.find('/') != std::string::npos) {
    return Status::Invalid("option '", file_options::success_name().name, "' is a file name, but '",
                           policy.success_name, "' has a slash");
  }
  policy.by_partition_time = options.text(file_options::commit_trigger()) == "partition-time";
  policy.delay_ms = options.duration_ms(file_options::commit_delay());
  HW_ASSIGN_OR_RETURN(policy.zone,
                      TimeZone::find(options.text(file_options::watermark_time_zone())));
  policy.pattern = options.text(file_options::time_pattern());
  policy.format = options.text(file_options::time_format());
  HW_TRY(check_time_format(policy.format));
  return policy;
}

void set_rolling(const Options& options, FileTarget* target) {
  target->rolling = {.bytes = options.size_bytes(file_options::rolling_size()),
                     .rollover_ms = options.duration_ms(file_options::rollover_interval()),
                     .inactivity_ms = options.duration_ms(file_options::inactivity_interval()),
                     .check_ms = options.duration_ms(file_options::check_interval())};
  if (!options.boolean(file_options::compaction())) return;
  const int64_t wanted = options.has(file_options::compaction_size().name)
                             ? options.size_bytes(file_options::compaction_size())
                             : target->rolling.bytes;
  if (target->bulk()) {
    target->merge_bytes = wanted;
  } else {
    // A file of rows that goes on until it is large enough never has to be merged.
    target->rolling.bytes = std::max(target->rolling.bytes, wanted);
    target->rolling.inactivity_ms = target->rolling.rollover_ms;
  }
}

Result<std::unique_ptr<Sink>> make_sink(const SinkRequest& request,
                                        const ConnectorContext& context) {
  const Options& options = context.options;
  FileTarget target;
  target.path = options.text(file_options::path());
  HW_TRY(check_local(target.path));
  target.request = request;
  target.default_partition = options.text(file_options::default_partition());
  target.format = context.formats->find(options.given("format").value_or(""));
  target.format_options = format_options(options, target.format->name);
  if (!target.format->encoder && !target.format->bulk_writer) {
    return not_supported_yet("writing files of format '" + target.format->name + "'");
  }
  set_rolling(options, &target);
  HW_ASSIGN_OR_RETURN(target.commit, commit_policy(options));
  target.shuffle_by_partition = options.boolean(file_options::shuffle_by_partition());
  if (context.env != nullptr) HW_TRY(check_no_file(target.path, *context.env));
  return make_file_sink(std::move(target));
}

}  // namespace

void register_files(ConnectorCatalogue& catalogue) {
  ConnectorRecord record;
  record.name = "filesystem";
  record.sentence =
      "Files: a file or a directory, read in name order; written as part files that are visible "
      "when complete.";
  record.options = file_options::all();
  record.takes_format = true;
  record.metadata = {
      {.key = "file.path", .type = SqlType::string().not_null()},
      {.key = "file.name", .type = SqlType::string().not_null()},
      {.key = "file.size", .type = SqlType::bigint().not_null()},
      {.key = "file.modification-time", .type = SqlType::timestamp_ltz(3).not_null()},
  };
  record.changelog_mode = "Append; with changelog-json the kinds that its changelog-mode allows.";
  record.guarantee =
      "Source: exactly once (positions are file, byte and line). Sink: with checkpoints exactly "
      "once, files become visible at a checkpoint; without them at least once, files become "
      "visible "
      "when they roll and at a clean end. A visible file is complete.";
  record.example = R"(CREATE TABLE orders (
  id BIGINT,
  placed_at TIMESTAMP(3),
  file STRING METADATA FROM 'file.name' VIRTUAL,
  WATERMARK FOR placed_at AS placed_at - INTERVAL '5' SECOND
) WITH (
  'connector' = 'filesystem',
  'path' = 'orders',
  'format' = 'json'
))";
  record.source = make_source;
  record.sink = make_sink;
  record.lookup = make_file_lookup;
  catalogue.add(std::move(record));
}

}  // namespace hw
