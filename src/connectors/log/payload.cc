// SPDX-License-Identifier: Apache-2.0

#include "connectors/log/payload.h"

#include <utility>

#include "columnar/column_builder.h"
#include "connectors/log/log_options.h"

namespace hw {
namespace {

/// Numbers of the raw format stand one behind the other, without an end.
bool ends_records(const MessageSide& side) {
  if (side.format->name != "raw" || side.schema->num_fields() == 0) return true;
  return side.schema->type(0).is_text() || side.schema->type(0).is_bytes();
}

bool takes_away(RowKind kind) { return kind == RowKind::kUpdateBefore || kind == RowKind::kDelete; }

/// An upsert replaces what its key has; a tombstone takes it away, and compaction forgets it.
RowKindsPtr upsert_kinds(const std::vector<RowKind>& kinds) {
  auto made = std::make_shared<std::vector<RowKind>>(kinds.size(), RowKind::kInsert);
  for (size_t row = 0; row < kinds.size(); ++row) {
    if (takes_away(kinds[row])) (*made)[row] = RowKind::kDelete;
  }
  return made;
}

}  // namespace

RowKindSet LogPayload::changelog() const {
  return value.format->changelog ? value.format->changelog(value.options)
                                 : RowKindSet::insert_only();
}

RowKindSet LogPayload::accepts() const {
  return value.format->accepts ? value.format->accepts(value.options) : RowKindSet::insert_only();
}

Result<LogPayload> parse_payload(const ConnectorContext& context, const MessageColumns& columns) {
  const Options& options = context.options;
  const std::string name =
      options.given("value.format").value_or(options.text(log_options::format()));
  LogPayload payload;
  if (name == "arrow" || context.formats == nullptr) {
    HW_TRY(check_no_message_key(options));
    return payload;
  }
  const FormatRecord* value = context.formats->find(name);
  if (value == nullptr || !value->decoder || !value->encoder) {
    return Status::Invalid("a message of a topic holds a row, but format '", name,
                           "' is one of files; use arrow, json, csv, raw or changelog-json");
  }
  HW_ASSIGN_OR_RETURN(MessageFormats sides,
                      parse_message_formats(options, *value, *context.formats, columns));
  payload.key = std::move(sides.key);
  payload.value = std::move(sides.value);
  return payload;
}

SchemaPtr message_schema(const LogPayload& payload, const Schema& rows, LogChangelog changelog) {
  std::vector<SqlField> fields;
  if (payload.keyed()) {
    const SqlType bytes = SqlType::bytes();
    const bool always = changelog == LogChangelog::kUpsert;
    fields.push_back({std::string(kKeyColumn), always ? bytes.not_null() : bytes});
  }
  fields.push_back({std::string(kValueColumn), SqlType::bytes()});
  for (const SqlField& field : rows.fields()) {
    if (field.name.starts_with('$')) fields.push_back(field);
  }
  return make_schema(std::move(fields));
}

Status check_messages(const LogPayload& payload, const Schema& topic,
                      const std::string& topic_name) {
  const auto has = [&](std::string_view name) {
    const int place = topic.index_of(name);
    return place >= 0 && topic.type(place).is_bytes();
  };
  if (!has(kValueColumn)) {
    return Status::Invalid("a format other than arrow reads messages, which topic '", topic_name,
                           "' has not: its columns are ", topic.to_sql(),
                           "; leave the option 'format' away");
  }
  if (!payload.keyed() || has(kKeyColumn)) return Status::OK();
  return Status::Invalid("'key.format' reads keys of messages, which topic '", topic_name,
                         "' has not: its columns are ", topic.to_sql(),
                         "; leave 'key.format' away");
}

MessageEncoder::MessageEncoder(const MessageSide& side, std::unique_ptr<Encoder> encoder)
    : columns_(side.columns),
      schema_(side.schema),
      encoder_(std::move(encoder)),
      terminated_(ends_records(side)),
      holds_kinds_(side.format->accepts && !side.format->accepts(side.options).is_insert_only()) {}

Result<std::unique_ptr<MessageEncoder>> MessageEncoder::make(const MessageSide& side) {
  HW_ASSIGN_OR_RETURN(std::unique_ptr<Encoder> encoder,
                      side.format->encoder(side.schema, side.options));
  return std::unique_ptr<MessageEncoder>(new MessageEncoder(side, std::move(encoder)));
}

Result<ColumnPtr> MessageEncoder::column(const Batch& rows, const std::vector<RowKind>* kinds) {
  std::vector<ColumnPtr> columns;
  for (const int column : columns_) columns.push_back(rows.column(column));
  const Batch side(schema_, std::move(columns), rows.num_rows(),
                   holds_kinds_ ? rows.row_kinds() : nullptr);
  HW_ASSIGN_OR_RETURN(const auto builder, ColumnBuilder::make(SqlType::bytes()));
  builder->reserve(side.num_rows());
  for (int64_t row = 0; row < side.num_rows(); ++row) {
    if (kinds != nullptr && takes_away((*kinds)[static_cast<size_t>(row)])) {
      HW_TRY(builder->append_null());
      continue;
    }
    record_.clear();
    HW_TRY(encoder_->encode(side.slice(row, 1), record_));
    std::string_view message = record_;
    if (terminated_ && message.ends_with('\n')) message.remove_suffix(1);
    HW_TRY(builder->append_bytes(message));
  }
  return builder->finish();
}

Result<std::unique_ptr<PayloadEncoder>> PayloadEncoder::make(const LogPayload& payload,
                                                             LogChangelog changelog) {
  std::unique_ptr<PayloadEncoder> made(new PayloadEncoder(changelog));
  if (payload.keyed()) {
    HW_ASSIGN_OR_RETURN(made->key_, MessageEncoder::make(payload.key));
  }
  HW_ASSIGN_OR_RETURN(made->value_, MessageEncoder::make(payload.value));
  return made;
}

Result<PayloadEncoder::Messages> PayloadEncoder::messages(const Batch& rows) {
  const std::vector<RowKind>* kinds = rows.insert_only() ? nullptr : rows.row_kinds().get();
  Messages made;
  if (key_ != nullptr) {
    HW_ASSIGN_OR_RETURN(ColumnPtr key, key_->column(rows, nullptr));
    made.columns.push_back(std::move(key));
  }
  const bool upserts = changelog_ == LogChangelog::kUpsert;
  HW_ASSIGN_OR_RETURN(ColumnPtr value, value_->column(rows, upserts ? kinds : nullptr));
  made.columns.push_back(std::move(value));
  if (upserts && kinds != nullptr) made.kinds = upsert_kinds(*kinds);
  if (changelog_ == LogChangelog::kAll) made.kinds = rows.row_kinds();
  return made;
}

}  // namespace hw
