// SPDX-License-Identifier: Apache-2.0

#include "connectors/log/topic_columns.h"

#include <algorithm>
#include <utility>

#include <arrow/array/data.h>
#include <arrow/buffer.h>
#include <arrow/type.h>

#include "columnar/constant.h"
#include "columnar/gather.h"
#include "log/topic_schema.h"

namespace hw {
namespace {

bool is_metadata(std::string_view name) { return name.starts_with('$'); }

template <typename Value>
Result<ColumnPtr> column_of_numbers(const SqlType& type, int64_t num_rows, arrow::MemoryPool* pool,
                                    Value&& value) {
  HW_ASSIGN_OR_RETURN(
      std::unique_ptr<arrow::Buffer> buffer,
      arrow::AllocateBuffer(num_rows * static_cast<int64_t>(sizeof(int64_t)), pool));
  auto* out = reinterpret_cast<int64_t*>(buffer->mutable_data());
  for (int64_t row = 0; row < num_rows; ++row) out[row] = value(row);
  return Column::plain(
      type, arrow::ArrayData::Make(type.to_arrow(), num_rows, {nullptr, std::move(buffer)}, 0));
}

Result<ColumnPtr> column_of_kinds(const SqlType& type, const Batch& batch,
                                  arrow::MemoryPool* pool) {
  const int64_t num_rows = batch.num_stored_rows();
  if (batch.insert_only()) return constant_text(type, to_text(RowKind::kInsert), num_rows);
  std::vector<ColumnPtr> texts;
  for (int kind = 0; kind < 4; ++kind) {
    texts.push_back(constant_text(type, to_text(static_cast<RowKind>(kind)), 1));
  }
  HW_ASSIGN_OR_RETURN(const ColumnPtr values, concatenate(texts));
  HW_ASSIGN_OR_RETURN(
      std::unique_ptr<arrow::Buffer> indices,
      arrow::AllocateBuffer(num_rows * static_cast<int64_t>(sizeof(int32_t)), pool));
  auto* out = reinterpret_cast<int32_t*>(indices->mutable_data());
  for (int64_t row = 0; row < num_rows; ++row) out[row] = static_cast<int32_t>(batch.row_kind(row));
  return Column::dictionary(type, values->values_ptr(), std::move(indices), num_rows);
}

/// Rows without -U: whoever reads upserts does not know it.
Result<Batch> without_update_before(const Batch& batch) {
  const std::vector<RowKind>& kinds = *batch.row_kinds();
  if (std::find(kinds.begin(), kinds.end(), RowKind::kUpdateBefore) == kinds.end()) return batch;
  auto kept = std::make_shared<Selection>();
  for (size_t row = 0; row < kinds.size(); ++row) {
    if (kinds[row] != RowKind::kUpdateBefore) kept->push_back(static_cast<int32_t>(row));
  }
  return batch.narrowed_to(std::move(kept)).compacted();
}

}  // namespace

Status check_readable(const Schema& table, const Schema& topic, const std::string& topic_name) {
  for (const SqlField& field : table.fields()) {
    const int place = topic.index_of(field.name);
    if (place < 0) {
      return Status::Invalid("a log table has columns of its topic, but topic '", topic_name,
                             "' has no column '", field.name, "'; it has ", topic.to_sql());
    }
    const Status fits = check_evolution(Schema({topic.field(place)}), Schema({field}));
    if (fits.ok()) continue;
    return Status::Invalid("column '", field.name, "' of topic '", topic_name, "' is ",
                           topic.type(place).to_sql(), ", which cannot be read as ",
                           field.type.to_sql());
  }
  return Status::OK();
}

Result<SchemaPtr> written_schema(const SinkRequest& request) {
  const Schema& schema = *request.schema;
  const int num_metadata = static_cast<int>(request.metadata_keys.size());
  const int num_physical = schema.num_fields() - num_metadata;
  std::vector<SqlField> fields;
  for (int i = 0; i < schema.num_fields(); ++i) {
    SqlField field = schema.field(i);
    if (i < num_physical) {
      if (is_metadata(field.name)) {
        return Status::Invalid("columns of a log table do not begin with '$', but '", field.name,
                               "' does");
      }
      fields.push_back(std::move(field));
      continue;
    }
    const bool time = request.metadata_keys[static_cast<size_t>(i - num_physical)] == "timestamp";
    const SqlType type = time ? SqlType::timestamp_ltz(3)
                              : SqlType::map(SqlType::string().not_null(), SqlType::bytes());
    if (!field.type.equals_ignoring_null(type) &&
        !(time && field.type.is(TypeKind::kTimestampLtz) && field.type.precision() <= 3)) {
      const std::string wanted = time ? "TIMESTAMP_LTZ(3)" : "MAP<STRING NOT NULL, BYTES>";
      return Status::Invalid("metadata column '", field.name, "' of a log table must be ", wanted,
                             " to be written, but is ", field.type.to_sql());
    }
    fields.push_back({std::string(time ? kTimestampColumn : kHeadersColumn), type});
  }
  return make_schema(std::move(fields));
}

SchemaPtr stored_schema(const SchemaPtr& written, const TopicState& topic) {
  const Schema& newest = *topic.schema();
  std::vector<SqlField> fields = written->fields();
  for (const SqlField& field : newest.fields()) {
    if (is_metadata(field.name) && written->index_of(field.name) < 0) fields.push_back(field);
  }
  SchemaPtr exact = make_schema(fields);
  for (const SchemaPtr& version : topic.schemas) {
    if (*version == *exact || *version == *written) return version;
  }
  for (SqlField& field : fields) {
    const int place = newest.index_of(field.name);
    if (place < 0) continue;
    if (check_evolution(Schema({field}), Schema({newest.field(place)})).ok()) {
      field.type = newest.type(place);
    }
  }
  return make_schema(std::move(fields));
}

Result<TopicColumns> TopicColumns::make(const ScanRequest& request, const SchemaPtr& topic,
                                        From from) {
  TopicColumns made;
  std::vector<SqlField> output;
  std::vector<SqlField> stored;
  std::vector<SqlField> wanted;
  for (const ScanRequest::Column& column : request.columns) {
    output.push_back({column.name, column.type});
    if (!column.metadata_key.empty()) continue;
    wanted.push_back({column.name, column.type});
    HW_TRY(check_readable(Schema({wanted.back()}), *topic, from.topic));
    made.places_.push_back(topic->index_of(column.name));
    stored.push_back(topic->field(made.places_.back()));
  }
  made.from_ = std::move(from);
  made.columns_ = request.columns;
  made.output_ = make_schema(std::move(output));
  made.stored_ = make_schema(std::move(stored));
  made.wanted_ = make_schema(std::move(wanted));
  made.timestamp_ = topic->index_of(kTimestampColumn);
  made.headers_ = topic->index_of(kHeadersColumn);
  return made;
}

Result<ColumnPtr> TopicColumns::metadata(const ScanRequest::Column& column, const TopicBatch& read,
                                         arrow::MemoryPool* pool) const {
  const int64_t num_rows = read.batch.num_stored_rows();
  const SqlType& type = column.type;
  const std::string& key = column.metadata_key;
  if (key == "topic") return constant_text(type, from_.topic, num_rows);
  if (key == "partition") return constant_int(type, from_.partition, num_rows);
  if (key == "commit-id") return constant_int(type, read.commit, num_rows);
  if (key == "row-kind") return column_of_kinds(type, read.batch, pool);
  if (key == "offset") {
    if (read.offsets != nullptr) return read.offsets->with_type(type);
    return column_of_numbers(type, num_rows, pool,
                             [&](int64_t row) { return read.first_offset + row; });
  }
  if (key == "headers") {
    if (headers_ < 0) return Column::nulls(type, num_rows);
    return read.batch.column(headers_)->with_type(type);
  }
  if (timestamp_ < 0) return constant_int(type, read.commit_ms, num_rows);
  const Column& times = *read.batch.column(timestamp_);
  return column_of_numbers(type, num_rows, pool, [&](int64_t row) {
    return times.is_null(row) ? read.commit_ms : times.value<int64_t>(row);
  });
}

Result<TopicColumns> TopicColumns::make_decoded(const ScanRequest& request, const SchemaPtr& topic,
                                                From from,
                                                std::unique_ptr<PayloadDecoder> decoder) {
  TopicColumns made;
  std::vector<SqlField> output;
  for (const ScanRequest::Column& column : request.columns) {
    output.push_back({column.name, column.type});
  }
  made.from_ = std::move(from);
  made.decoder_ = std::move(decoder);
  made.columns_ = request.columns;
  made.output_ = make_schema(std::move(output));
  made.places_.push_back(topic->index_of(kValueColumn));
  made.keys_ = topic->index_of(kKeyColumn);
  made.timestamp_ = topic->index_of(kTimestampColumn);
  made.headers_ = topic->index_of(kHeadersColumn);
  return made;
}

Result<Batch> TopicColumns::decoded_rows(const TopicBatch& read, arrow::MemoryPool* pool) const {
  const PayloadDecoder::From from{
      .keys = keys_ < 0 ? nullptr : read.batch.column(keys_).get(),
      .values = *read.batch.column(places_.front()),
      .origin = "partition " + std::to_string(from_.partition) + " of topic '" + from_.topic + "'"};
  HW_ASSIGN_OR_RETURN(const PayloadDecoder::Rows rows, decoder_->rows(read, from));
  std::vector<ColumnPtr> columns;
  int next = 0;
  for (const ScanRequest::Column& column : columns_) {
    if (column.metadata_key.empty()) {
      columns.push_back(rows.columns[static_cast<size_t>(next++)]);
      continue;
    }
    HW_ASSIGN_OR_RETURN(const ColumnPtr of_messages, metadata(column, read, pool));
    HW_ASSIGN_OR_RETURN(ColumnPtr made, gather(*of_messages, rows.messages));
    columns.push_back(std::move(made));
  }
  return Batch(output_, std::move(columns), static_cast<int64_t>(rows.messages.size()), rows.kinds);
}

Result<Batch> TopicColumns::rows(const TopicBatch& read, LogChangelog mode,
                                 arrow::MemoryPool* pool) const {
  if (decoder_ != nullptr) return decoded_rows(read, pool);
  if (mode == LogChangelog::kAppend && !read.batch.insert_only()) {
    return Status::Invalid("topic '", from_.topic,
                           "' holds changes, but the table reads inserts only: declare its PRIMARY "
                           "KEY, or set 'changelog-mode' = 'all'");
  }
  std::vector<ColumnPtr> stored;
  for (const int place : places_) stored.push_back(read.batch.column(place));
  HW_ASSIGN_OR_RETURN(const Batch physical,
                      widened(read.batch.with_columns(stored_, std::move(stored)), wanted_, pool));
  std::vector<ColumnPtr> columns;
  int next = 0;
  for (const ScanRequest::Column& column : columns_) {
    if (column.metadata_key.empty()) {
      columns.push_back(physical.column(next++));
      continue;
    }
    HW_ASSIGN_OR_RETURN(ColumnPtr made, metadata(column, read, pool));
    columns.push_back(std::move(made));
  }
  const Batch rows = read.batch.with_columns(output_, std::move(columns));
  const bool upserts = mode == LogChangelog::kUpsert && !rows.insert_only();
  return upserts ? without_update_before(rows) : rows;
}

}  // namespace hw
