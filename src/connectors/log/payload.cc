// SPDX-License-Identifier: Apache-2.0

#include "connectors/log/payload.h"

#include <utility>

#include "columnar/column_builder.h"
#include "connectors/log/log_options.h"

namespace hw {
namespace {

/// Numbers of the raw format stand one behind the other, without an end.
bool ends_records(const LogPayload& payload, const Schema& rows) {
  if (payload.format->name != "raw" || rows.num_fields() == 0) return true;
  return rows.type(0).is_text() || rows.type(0).is_bytes();
}

}  // namespace

RowKindSet LogPayload::changelog() const {
  return format->changelog ? format->changelog(options) : RowKindSet::insert_only();
}

RowKindSet LogPayload::accepts() const {
  return format->accepts ? format->accepts(options) : RowKindSet::insert_only();
}

Result<LogPayload> parse_payload(const ConnectorContext& context) {
  const std::string name = context.options.text(log_options::format());
  LogPayload payload;
  if (name == "arrow" || context.formats == nullptr) return payload;
  payload.format = context.formats->find(name);
  if (payload.format == nullptr || !payload.format->decoder || !payload.format->encoder) {
    return Status::Invalid("a message of a topic holds a row, but format '", name,
                           "' is one of files; use arrow, json, csv, raw or changelog-json");
  }
  payload.options = format_options(context.options, name);
  return payload;
}

SchemaPtr message_schema(const Schema& rows) {
  std::vector<SqlField> fields = {{std::string(kValueColumn), SqlType::bytes()}};
  for (const SqlField& field : rows.fields()) {
    if (field.name.starts_with('$')) fields.push_back(field);
  }
  return make_schema(std::move(fields));
}

Status check_messages(const Schema& topic, const std::string& topic_name) {
  const int place = topic.index_of(kValueColumn);
  if (place >= 0 && topic.type(place).is_bytes()) return Status::OK();
  return Status::Invalid("a format other than arrow reads messages, which topic '", topic_name,
                         "' has not: its columns are ", topic.to_sql(),
                         "; leave the option 'format' away");
}

Result<std::unique_ptr<PayloadEncoder>> PayloadEncoder::make(const LogPayload& payload,
                                                             SchemaPtr rows) {
  HW_ASSIGN_OR_RETURN(std::unique_ptr<Encoder> encoder,
                      payload.format->encoder(rows, payload.options));
  const bool terminated = ends_records(payload, *rows);
  return std::unique_ptr<PayloadEncoder>(
      new PayloadEncoder(std::move(encoder), std::move(rows), terminated));
}

Result<ColumnPtr> PayloadEncoder::values(const Batch& rows) {
  std::vector<ColumnPtr> columns;
  for (int i = 0; i < rows_->num_fields(); ++i) columns.push_back(rows.column(i));
  const Batch whole = rows.with_columns(rows_, std::move(columns));
  HW_ASSIGN_OR_RETURN(const auto builder, ColumnBuilder::make(SqlType::bytes()));
  builder->reserve(whole.num_rows());
  for (int64_t row = 0; row < whole.num_rows(); ++row) {
    record_.clear();
    HW_TRY(encoder_->encode(whole.slice(row, 1), record_));
    std::string_view message = record_;
    if (terminated_ && message.ends_with('\n')) message.remove_suffix(1);
    HW_TRY(builder->append_bytes(message));
  }
  return builder->finish();
}

Result<std::unique_ptr<PayloadDecoder>> PayloadDecoder::make(const LogPayload& payload,
                                                             const ScanRequest& request,
                                                             const SourceContext& context) {
  std::vector<SqlField> fields;
  for (const ScanRequest::Column& column : request.columns) {
    if (column.metadata_key.empty()) fields.push_back({column.name, column.type});
  }
  HW_ASSIGN_OR_RETURN(std::unique_ptr<Decoder> decoder,
                      payload.format->decoder({.schema = make_schema(std::move(fields)),
                                               .physical = request.physical,
                                               .primary_key = request.primary_key,
                                               .time_zone = request.time_zone,
                                               .memory_pool = context.memory_pool,
                                               .counter = context.counter},
                                              payload.options));
  return std::unique_ptr<PayloadDecoder>(new PayloadDecoder(std::move(decoder)));
}

Result<PayloadDecoder::Rows> PayloadDecoder::rows(const Column& values, const From& from) {
  Rows rows;
  for (int64_t message = 0; message < values.num_rows(); ++message) {
    if (values.is_null(message)) continue;
    const Status decoded =
        decoder_->decode_record(values.value<std::string_view>(message),
                                {.origin = from.origin, .line = from.first_offset + message});
    if (!decoded.ok()) {
      return while_doing(decoded, "decoding the message at offset " +
                                      std::to_string(from.first_offset + message) + " of " +
                                      from.origin);
    }
    rows.messages.resize(static_cast<size_t>(decoder_->num_rows()), static_cast<int32_t>(message));
  }
  HW_ASSIGN_OR_RETURN(rows.batch, decoder_->take());
  return rows;
}

}  // namespace hw
