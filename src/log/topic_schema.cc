// SPDX-License-Identifier: Apache-2.0

#include "log/topic_schema.h"

#include <algorithm>
#include <utility>

#include <arrow/array/data.h>
#include <arrow/buffer.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include "columnar/type_parser.h"
#include "log/log_error.h"

namespace hw {
namespace {

/// True where the bytes of a value stay as they are.
bool keeps_storage(const SqlType& from, const SqlType& to) {
  if (from.equals_ignoring_null(to)) return true;
  if (from.is_text() && to.is(TypeKind::kVarchar)) return to.length() >= from.length();
  if (from.is_bytes() && to.is(TypeKind::kVarbinary)) return to.length() >= from.length();
  return from.is(TypeKind::kDecimal) && to.is(TypeKind::kDecimal) && from.scale() == to.scale() &&
         to.precision() >= from.precision();
}

bool widens(const SqlType& from, const SqlType& to) {
  if (keeps_storage(from, to)) return true;
  if (from.is_integer() && to.is_integer()) return to.kind() > from.kind();
  return from.is(TypeKind::kFloat) && to.is(TypeKind::kDouble);
}

template <typename From, typename To>
Result<ColumnPtr> convert(const Column& column, const SqlType& to, arrow::MemoryPool* pool) {
  const arrow::ArrayData& values = column.values();
  const int64_t end = values.offset + values.length;
  HW_ASSIGN_OR_RETURN(std::unique_ptr<arrow::Buffer> buffer,
                      arrow::AllocateBuffer(end * static_cast<int64_t>(sizeof(To)), pool));
  auto* out = reinterpret_cast<To*>(buffer->mutable_data());
  const auto* in = reinterpret_cast<const From*>(values.buffers[1]->data());
  for (int64_t i = 0; i < values.offset; ++i) out[i] = 0;
  for (int64_t i = values.offset; i < end; ++i) out[i] = static_cast<To>(in[i]);
  return Column::plain(to, arrow::ArrayData::Make(to.to_arrow(), values.length,
                                                  {values.buffers[0], std::move(buffer)},
                                                  values.null_count, values.offset));
}

template <typename From>
Result<ColumnPtr> convert_integer(const Column& column, const SqlType& to,
                                  arrow::MemoryPool* pool) {
  switch (to.kind()) {
    case TypeKind::kSmallint:
      return convert<From, int16_t>(column, to, pool);
    case TypeKind::kInt:
      return convert<From, int32_t>(column, to, pool);
    default:
      return convert<From, int64_t>(column, to, pool);
  }
}

Result<ColumnPtr> widened(const ColumnPtr& column, const SqlType& to, arrow::MemoryPool* pool) {
  if (keeps_storage(column->type(), to)) return column->with_type(to);
  HW_ASSIGN_OR_RETURN(const ColumnPtr plain,
                      column->is_plain() ? Result<ColumnPtr>(column) : column->flattened());
  switch (column->type().kind()) {
    case TypeKind::kFloat:
      return convert<float, double>(*plain, to, pool);
    case TypeKind::kTinyint:
      return convert_integer<int8_t>(*plain, to, pool);
    case TypeKind::kSmallint:
      return convert_integer<int16_t>(*plain, to, pool);
    default:
      return convert_integer<int32_t>(*plain, to, pool);
  }
}

}  // namespace

Status check_evolution(const Schema& from, const Schema& to) {
  for (const SqlField& field : from.fields()) {
    const int place = to.index_of(field.name);
    if (place < 0) {
      return Status::Invalid("a topic's column cannot go away, but '", field.name,
                             "' is missing in the new schema");
    }
    const SqlType& type = to.type(place);
    if (!widens(field.type, type) || (field.type.nullable() && !type.nullable())) {
      return Status::Invalid("a topic's column can only become wider, but '", field.name, "' is ",
                             field.type.to_sql(), " and would be ", type.to_sql());
    }
  }
  for (const SqlField& field : to.fields()) {
    if (from.index_of(field.name) < 0 && !field.type.nullable()) {
      return Status::Invalid("a column that is added to a topic must be nullable, but '",
                             field.name, "' is ", field.type.to_sql());
    }
  }
  return Status::OK();
}

Result<Batch> widened(const Batch& batch, const SchemaPtr& to, arrow::MemoryPool* pool) {
  if (*batch.schema() == *to) return batch;
  std::vector<ColumnPtr> columns;
  for (const SqlField& field : to->fields()) {
    const int place = batch.schema()->index_of(field.name);
    if (place < 0) {
      columns.push_back(Column::nulls(field.type, batch.num_stored_rows()));
      continue;
    }
    HW_ASSIGN_OR_RETURN(ColumnPtr column, widened(batch.column(place), field.type, pool));
    columns.push_back(std::move(column));
  }
  return batch.with_columns(to, std::move(columns));
}

std::string encode_schema(const Schema& schema) { return schema.to_sql(); }

Result<SchemaPtr> decode_schema(std::string_view bytes) {
  Result<SchemaPtr> schema = parse_schema(bytes);
  if (schema.ok()) return schema;
  return log_error(LogErrorKind::kDamaged,
                   "a topic's schema cannot be read: " + schema.status().message());
}

std::shared_ptr<arrow::Schema> frame_schema(const Schema& schema, FrameColumns columns) {
  arrow::FieldVector fields = schema.to_arrow()->fields();
  if (columns.kinds) fields.push_back(arrow::field("$kind", arrow::int8(), false));
  if (columns.offsets) fields.push_back(arrow::field("$offset", arrow::int64(), false));
  return arrow::schema(std::move(fields));
}

}  // namespace hw
