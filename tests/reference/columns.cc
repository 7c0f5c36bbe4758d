// SPDX-License-Identifier: Apache-2.0

#include "reference/columns.h"

#include <algorithm>
#include <memory>
#include <utility>

#include <arrow/util/decimal.h>

#include "columnar/column_builder.h"
#include "columnar/nested.h"

namespace hw::reference {
namespace {

Unscaled unscaled_of(const arrow::Decimal128& value) {
  __extension__ typedef unsigned __int128 Bits;
  const auto high = static_cast<Bits>(static_cast<uint64_t>(value.high_bits()));
  return static_cast<Unscaled>(high << 64 | value.low_bits());
}

Value list_of(const Column& column, int64_t row) {
  const ElementsView view(column);
  Elements elements;
  for (int64_t i = view.begin(row); i < view.end(row); ++i) {
    elements.push_back(value_of(*view.elements(), i));
  }
  return Value::elements(std::move(elements));
}

/// Entries in the order of their keys: the order of a column's entries means nothing.
Value map_of(const Column& column, int64_t row) {
  const ElementsView view(column);
  Elements entries;
  for (int64_t i = view.begin(row); i < view.end(row); ++i) {
    entries.push_back(Value::elements({value_of(*view.keys(), i), value_of(*view.values(), i)}));
  }
  std::sort(entries.begin(), entries.end(),
            [](const Value& a, const Value& b) { return compare(a, b) < 0; });
  return Value::elements(std::move(entries));
}

Value struct_of(const Column& column, int64_t row) {
  Elements fields;
  for (int i = 0; i < static_cast<int>(column.type().fields().size()); ++i) {
    fields.push_back(value_of(*row_field(column, i), row));
  }
  return Value::elements(std::move(fields));
}

Status append_parts(const Elements& parts, ColumnBuilder& out);

Status append(const Value& value, ColumnBuilder& out) {
  if (value.is_null()) return out.append_null();
  switch (value.held.index()) {
    case 1:
      return out.append_bool(value.as<bool>());
    case 2:
      return out.append_int(value.as<int64_t>());
    case 3:
      return out.append_double(value.as<double>());
    case 4: {
      const Unscaled digits = value.as<Unscaled>();
      return out.append_decimal(
          arrow::Decimal128(static_cast<int64_t>(digits >> 64), static_cast<uint64_t>(digits)));
    }
    case 5:
      return out.append_bytes(value.as<std::string>());
    default:
      return append_parts(value.as<Elements>(), out);
  }
}

Status append_parts(const Elements& parts, ColumnBuilder& out) {
  const bool is_list = out.type().is(TypeKind::kArray);
  const bool is_row = out.type().is(TypeKind::kRow);
  // Maps are equal in whatever order their entries stand.
  const bool backwards = out.num_rows() % 2 == 1;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (is_list || is_row) {
      HW_TRY(append(parts[i], out.child(is_row ? static_cast<int>(i) : 0)));
      continue;
    }
    const auto& entry = parts[backwards ? parts.size() - 1 - i : i].as<Elements>();
    HW_TRY(append(entry[0], out.child(0)));
    HW_TRY(append(entry[1], out.child(1)));
  }
  return out.append_constructed(static_cast<int64_t>(parts.size()));
}

}  // namespace

Value value_of(const Column& column, int64_t row) {
  if (column.is_null(row)) return Value::null();
  switch (column.type().physical()) {
    case PhysicalType::kBool:
      return Value::boolean(column.value<bool>(row));
    case PhysicalType::kInt8:
      return Value::integer(column.value<int8_t>(row));
    case PhysicalType::kInt16:
      return Value::integer(column.value<int16_t>(row));
    case PhysicalType::kInt32:
      return Value::integer(column.value<int32_t>(row));
    case PhysicalType::kInt64:
      return Value::integer(column.value<int64_t>(row));
    case PhysicalType::kFloat32:
      return Value::real(static_cast<double>(column.value<float>(row)));
    case PhysicalType::kFloat64:
      return Value::real(column.value<double>(row));
    case PhysicalType::kDecimal128:
      return Value::decimal(unscaled_of(column.value<arrow::Decimal128>(row)));
    case PhysicalType::kBytes:
      return Value::text(std::string(column.value<std::string_view>(row)));
    case PhysicalType::kList:
      return list_of(column, row);
    case PhysicalType::kMap:
      return map_of(column, row);
    case PhysicalType::kStruct:
      return struct_of(column, row);
    default:
      return Value::null();
  }
}

Result<std::vector<Change>> changes_of(const Batch& batch) {
  HW_ASSIGN_OR_RETURN(const Batch dense, batch.compacted());
  std::vector<Change> changes;
  for (int64_t i = 0; i < dense.num_rows(); ++i) {
    Change change{dense.row_kind(i), {}};
    for (const ColumnPtr& column : dense.columns()) change.row.push_back(value_of(*column, i));
    changes.push_back(std::move(change));
  }
  return changes;
}

Result<Batch> batch_of(const SchemaPtr& schema, const std::vector<Change>& changes) {
  std::vector<ColumnPtr> columns;
  for (int i = 0; i < schema->num_fields(); ++i) {
    HW_ASSIGN_OR_RETURN(const auto builder, ColumnBuilder::make(schema->type(i)));
    for (const Change& change : changes) {
      HW_TRY(append(change.row[static_cast<size_t>(i)], *builder));
    }
    HW_ASSIGN_OR_RETURN(ColumnPtr column, builder->finish());
    columns.push_back(std::move(column));
  }
  auto kinds = std::make_shared<std::vector<RowKind>>();
  for (const Change& change : changes) kinds->push_back(change.kind);
  const bool insert_only = std::all_of(kinds->begin(), kinds->end(),
                                       [](RowKind kind) { return kind == RowKind::kInsert; });
  return Batch(schema, std::move(columns), static_cast<int64_t>(changes.size()),
               insert_only ? nullptr : std::move(kinds));
}

Types types_of(const Schema& schema) {
  Types types;
  for (const SqlField& field : schema.fields()) types.push_back(field.type);
  return types;
}

}  // namespace hw::reference
