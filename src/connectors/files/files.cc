// SPDX-License-Identifier: Apache-2.0
//
// The filesystem connector: files of any format as source and sink.

#include <memory>
#include <string>
#include <utility>

#include <arrow/filesystem/filesystem.h>

#include "base/env/env.h"
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

Result<std::unique_ptr<Sink>> make_sink(const SinkRequest& request,
                                        const ConnectorContext& context) {
  const Options& options = context.options;
  FileTarget target;
  target.path = options.text(file_options::path());
  target.request = request;
  target.default_partition = options.text(file_options::default_partition());
  target.rolling_bytes = options.size_bytes(file_options::rolling_size());
  target.format = context.formats->find(options.given("format").value_or(""));
  target.format_options = format_options(options, target.format->name);
  if (!target.format->encoder && !target.format->bulk_writer) {
    return not_supported_yet("writing files of format '" + target.format->name + "'");
  }
  if (context.env != nullptr) HW_TRY(check_no_file(target.path, *context.env));
  return make_file_sink(std::move(target));
}

}  // namespace

void register_files(ConnectorCatalogue& catalogue) {
  ConnectorRecord record;
  record.name = "filesystem";
  record.sentence =
      "Files: a file or a directory, read in name order; written as one file per writer, visible "
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
      "Source: exactly once (positions are file, byte and line). Sink: without checkpoints at "
      "least once; a file is visible only when it is complete.";
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
  catalogue.add(std::move(record));
}

}  // namespace hw
