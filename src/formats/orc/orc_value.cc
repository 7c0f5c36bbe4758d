// SPDX-License-Identifier: Apache-2.0

#include "formats/orc/orc_value.h"

#include <string_view>
#include <utility>
#include <vector>

#include <arrow/array/data.h>
#include <arrow/buffer.h>
#include <arrow/compute/cast.h>
#include <arrow/compute/exec.h>
#include <arrow/datum.h>
#include <arrow/type.h>
#include <arrow/type_traits.h>

#include "columnar/canonical_form.h"
#include "columnar/text/calendar.h"
#include "formats/slots/canonical_array.h"
#include "formats/slots/scalar_text.h"

namespace hw {
namespace {

using ArrayPtr = std::shared_ptr<arrow::ArrayData>;
using Id = arrow::Type;

/// Timestamps are read as these.
constexpr int64_t kFileTicks = 1'000'000'000;

Status mismatch(const OrcValue& wanted, const arrow::DataType& have) {
  return Status::SerializationError("column '", wanted.path, "' is declared as ",
                                    wanted.type.to_sql_without_null(), ", but the file has ",
                                    have.ToString(), "; declare it as what the file has");
}

OrcValue child_of(const OrcValue& parent, const SqlType& type, const std::string& name) {
  return {type, parent.path + "." + name};
}

/// True when every value of the file's type is one of the declared type.
bool widens(const arrow::DataType& have, const SqlType& want) {
  if (arrow::is_integer(have.id()) && want.is_integer()) {
    return have.bit_width() <= want.fixed_width() * 8;
  }
  switch (want.kind()) {
    case TypeKind::kBoolean:
      return have.id() == Id::BOOL;
    case TypeKind::kDate:
      return have.id() == Id::DATE32;
    case TypeKind::kFloat:
      return have.id() == Id::FLOAT;
    case TypeKind::kDouble:
      return have.id() == Id::FLOAT || have.id() == Id::DOUBLE;
    case TypeKind::kDecimal: {
      if (have.id() != Id::DECIMAL128) return false;
      const auto& decimal = static_cast<const arrow::DecimalType&>(have);
      return decimal.scale() <= want.scale() &&
             decimal.precision() - decimal.scale() <= want.precision() - want.scale();
    }
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return have.id() == Id::TIMESTAMP &&
             static_cast<const arrow::TimestampType&>(have).timezone().empty() ==
                 want.is(TypeKind::kTimestamp);
    default:
      break;
  }
  // CHAR(n) of a file is bytes of fixed length.
  return (want.is_text() || want.is_bytes() || CanonicalForm::applies_to(want)) &&
         (have.id() == Id::STRING || have.id() == Id::BINARY || have.id() == Id::FIXED_SIZE_BINARY);
}

ArrayPtr relabelled(const arrow::ArrayData& data, const SqlType& type) {
  ArrayPtr copy = data.Copy();
  copy->type = type.to_arrow();
  return copy;
}

Status check_text(const OrcValue& wanted, const arrow::ArrayData& data) {
  const int32_t* offsets = data.GetValues<int32_t>(1);
  for (int64_t i = 0; i < data.length; ++i) {
    const std::string_view text(reinterpret_cast<const char*>(data.buffers[2]->data()) + offsets[i],
                                static_cast<size_t>(offsets[i + 1] - offsets[i]));
    if (data.IsValid(i) && scalar_text::find_invalid_utf8(text) >= 0) {
      return Status::SerializationError("column '", wanted.path, "' needs valid UTF-8, but has ",
                                        scalar_text::quoted_cut(text), "; declare it as BYTES");
    }
  }
  return Status::OK();
}

/// Brings timestamps to the unit of the declared precision; finer digits are cut downward.
Result<ArrayPtr> convert_timestamps(const OrcValue& wanted, const arrow::ArrayData& data,
                                    arrow::MemoryPool* pool) {
  const int64_t divisor = kFileTicks / wanted.type.ticks_per_second();
  if (divisor == 1) return relabelled(data, wanted.type);
  HW_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Buffer> buffer,
                      arrow::AllocateBuffer((data.offset + data.length) * 8, pool));
  const int64_t* from = data.GetValues<int64_t>(1);
  int64_t* to = reinterpret_cast<int64_t*>(buffer->mutable_data()) + data.offset;
  for (int64_t i = 0; i < data.length; ++i) {
    to[i] = data.IsNull(i) ? 0 : floor_div(from[i], divisor);
  }
  return arrow::ArrayData::Make(wanted.type.to_arrow(), data.length,
                                {data.buffers[0], std::move(buffer)}, data.null_count.load(),
                                data.offset);
}

Result<ArrayPtr> convert_scalar(const OrcValue& wanted, const ArrayPtr& data,
                                arrow::MemoryPool* pool) {
  if (wanted.type.is_timestamp()) return convert_timestamps(wanted, *data, pool);
  ArrayPtr converted = data;
  if (!data->type->Equals(*wanted.type.to_arrow())) {
    arrow::compute::ExecContext context(pool);
    context.set_use_threads(false);
    arrow::compute::CastOptions options = arrow::compute::CastOptions::Safe(wanted.type.to_arrow());
    // Which text is no UTF-8 is said below, with its value.
    options.allow_invalid_utf8 = true;
    HW_ASSIGN_OR_RETURN(const arrow::Datum cast,
                        arrow::compute::Cast(arrow::Datum(data), options, &context));
    converted = cast.array();
  }
  if (CanonicalForm::applies_to(wanted.type)) {
    return canonical_array(wanted.type, wanted.path, *converted);
  }
  if (wanted.type.is_text()) HW_TRY(check_text(wanted, *converted));
  return relabelled(*converted, wanted.type);
}

int field_of(const arrow::DataType& have, const std::string& name) {
  return static_cast<const arrow::StructType&>(have).GetFieldIndex(name);
}

}  // namespace

Status check_orc_type(const OrcValue& wanted, const arrow::DataType& have) {
  switch (wanted.type.kind()) {
    case TypeKind::kRow:
      if (have.id() != Id::STRUCT) return mismatch(wanted, have);
      for (const SqlField& field : wanted.type.fields()) {
        const int index = field_of(have, field.name);
        if (index < 0) {
          return Status::SerializationError("column '", wanted.path, ".", field.name,
                                            "' is not in the file, which has ", have.ToString());
        }
        HW_TRY(
            check_orc_type(child_of(wanted, field.type, field.name), *have.field(index)->type()));
      }
      return Status::OK();
    case TypeKind::kArray:
      if (have.id() != Id::LIST) return mismatch(wanted, have);
      return check_orc_type(child_of(wanted, wanted.type.element(), "element"),
                            *have.field(0)->type());
    case TypeKind::kMap: {
      if (have.id() != Id::MAP) return mismatch(wanted, have);
      const auto& map = static_cast<const arrow::MapType&>(have);
      HW_TRY(check_orc_type(child_of(wanted, wanted.type.key(), "key"), *map.key_type()));
      return check_orc_type(child_of(wanted, wanted.type.value(), "value"), *map.item_type());
    }
    default:
      return widens(have, wanted.type) ? Status::OK() : mismatch(wanted, have);
  }
}

Result<ArrayPtr> convert_orc(const OrcValue& wanted, const ArrayPtr& data,
                             arrow::MemoryPool* pool) {
  if (!wanted.type.nullable() && data->GetNullCount() > 0) {
    return Status::SerializationError("column '", wanted.path,
                                      "' is declared NOT NULL, but the file has a NULL");
  }
  const SqlType& type = wanted.type;
  if (!type.is(TypeKind::kRow) && !type.is(TypeKind::kArray) && !type.is(TypeKind::kMap)) {
    return convert_scalar(wanted, data, pool);
  }
  ArrayPtr converted = relabelled(*data, type);
  arrow::ArrayData* parent = converted.get();
  ArrayPtr entries;
  std::vector<std::pair<OrcValue, int>> children;
  if (type.is(TypeKind::kRow)) {
    for (const SqlField& field : type.fields()) {
      children.emplace_back(child_of(wanted, field.type, field.name),
                            field_of(*data->type, field.name));
    }
  } else if (type.is(TypeKind::kArray)) {
    children.emplace_back(child_of(wanted, type.element(), "element"), 0);
  } else {
    entries = data->child_data[0]->Copy();
    entries->type = converted->type->field(0)->type();
    parent = entries.get();
    children.emplace_back(child_of(wanted, type.key(), "key"), 0);
    children.emplace_back(child_of(wanted, type.value(), "value"), 1);
  }
  const std::vector<ArrayPtr> from =
      entries == nullptr ? data->child_data : data->child_data[0]->child_data;
  parent->child_data.clear();
  for (const auto& [child, index] : children) {
    HW_ASSIGN_OR_RETURN(ArrayPtr made, convert_orc(child, from[static_cast<size_t>(index)], pool));
    parent->child_data.push_back(std::move(made));
  }
  if (entries != nullptr) converted->child_data = {std::move(entries)};
  return converted;
}

}  // namespace hw
