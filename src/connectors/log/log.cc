// SPDX-License-Identifier: Apache-2.0
//
// The log connector: topics of the embedded log (src/log) as source and sink.

#include <memory>
#include <string>
#include <utility>

#include "connectors/log/log_options.h"
#include "connectors/log/log_sink.h"
#include "connectors/log/log_source.h"
#include "connectors/log/log_table.h"
#include "runtime/connector_catalogue.h"

namespace hw {
namespace {

Result<std::unique_ptr<Source>> make_source(const ScanRequest& request,
                                            const ConnectorContext& context) {
  HW_ASSIGN_OR_RETURN(LogTable table,
                      parse_log_table(context, {*request.physical, request.primary_key}));
  return make_log_source(std::move(table), request, context.env);
}

}  // namespace

void register_log(ConnectorCatalogue& catalogue) {
  ConnectorRecord record;
  record.name = "log";
  record.sentence =
      "The embedded durable log: topics in a directory, read as a stream or as a batch; no server.";
  record.options = log_options::all();
  record.takes_format = true;
  record.takes_key_format = true;
  record.metadata = {
      {.key = "topic", .type = SqlType::string().not_null()},
      {.key = "partition", .type = SqlType::integer().not_null()},
      {.key = "offset", .type = SqlType::bigint().not_null()},
      {.key = "commit-id", .type = SqlType::bigint().not_null()},
      {.key = "row-kind", .type = SqlType::string().not_null()},
      {.key = "timestamp", .type = SqlType::timestamp_ltz(3).not_null(), .writable = true},
      {.key = "headers",
       .type = SqlType::map(SqlType::string().not_null(), SqlType::bytes()),
       .writable = true},
  };
  record.changelog_mode =
      "Append; with a PRIMARY KEY upserts, of messages those with a key.format; with "
      "changelog-mode "
      "= all the four row kinds; with format = changelog-json what its own changelog-mode says.";
  record.guarantee =
      "Source: exactly once. Sink: exactly once with checkpoints in exactly-once mode, else at "
      "least once; what a bounded input brings appears at once, at its end.";
  record.example = R"(CREATE TABLE orders (
  id BIGINT,
  customer STRING,
  placed TIMESTAMP(3),
  log_offset BIGINT METADATA FROM 'offset' VIRTUAL,
  WATERMARK FOR placed AS placed - INTERVAL '5' SECOND
) WITH (
  'connector' = 'log',
  'path' = 'data/log',
  'topic' = 'orders'
))";
  record.source = make_source;
  record.sink = make_log_sink;
  catalogue.add(std::move(record));
}

}  // namespace hw
