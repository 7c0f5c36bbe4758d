// SPDX-License-Identifier: Apache-2.0
//
// Applies a plan to the arrays of a file.

#include <cstring>
#include <limits>
#include <utility>

#include <arrow/array/data.h>
#include <arrow/array/util.h>
#include <arrow/buffer.h>
#include <arrow/compute/cast.h>
#include <arrow/compute/exec.h>
#include <arrow/datum.h>
#include <arrow/type.h>

#include "base/assert.h"
#include "columnar/canonical_form.h"
#include "columnar/text/calendar.h"
#include "formats/parquet/parquet_plan.h"
#include "formats/slots/canonical_array.h"
#include "formats/slots/scalar_text.h"

namespace hw {
namespace {

using ArrayPtr = std::shared_ptr<arrow::ArrayData>;

ArrayPtr relabelled(const arrow::ArrayData& data, std::shared_ptr<arrow::DataType> type) {
  ArrayPtr copy = data.Copy();
  copy->type = std::move(type);
  return copy;
}

Result<ArrayPtr> cast_values(const ParquetPlan& plan, const ArrayPtr& data,
                             arrow::MemoryPool* pool) {
  arrow::compute::ExecContext context(pool);
  context.set_use_threads(false);
  arrow::compute::CastOptions options = arrow::compute::CastOptions::Safe(plan.type.to_arrow());
  // TIME keeps milliseconds; finer digits are cut.
  options.allow_time_truncate = plan.type.is(TypeKind::kTime);
  auto cast = arrow::compute::Cast(arrow::Datum(data), options, &context);
  if (!cast.ok()) {
    return Status::SerializationError("column '", plan.path, "' cannot be read as ",
                                      plan.type.to_sql_without_null(), ": ",
                                      cast.status().message());
  }
  return cast->array();
}

template <int64_t kPerTick>
void cut_by(const int64_t* from, int64_t n, int64_t* to) {
  for (int64_t i = 0; i < n; ++i) to[i] = floor_div(from[i], kPerTick);
}

/// Of rows that are NULL as well. A divisor that the compiler knows is a multiplication.
/// Requires: `per_tick` is of milliseconds or microseconds.
void cut_ticks(const int64_t* from, int64_t n, int64_t per_tick, int64_t* to) {
  HW_DCHECK(per_tick == 1'000 || per_tick == 1'000'000);
  per_tick == 1'000 ? cut_by<1'000>(from, n, to) : cut_by<1'000'000>(from, n, to);
}

/// Brings timestamps to the unit of the declared precision; finer digits are cut downward.
Result<ArrayPtr> convert_timestamps(const ParquetPlan& plan, const ArrayPtr& data, TimeZone& zone,
                                    arrow::MemoryPool* pool) {
  const int64_t wanted = plan.type.ticks_per_second();
  if (wanted == plan.file_ticks && !plan.to_wall_clock) {
    return relabelled(*data, plan.type.to_arrow());
  }
  HW_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Buffer> buffer,
                      arrow::AllocateBuffer((data->offset + data->length) * 8, pool));
  const int64_t* from = data->GetValues<int64_t>(1);
  int64_t* to = reinterpret_cast<int64_t*>(buffer->mutable_data()) + data->offset;
  const auto made = [&] {
    return arrow::ArrayData::Make(plan.type.to_arrow(), data->length,
                                  {data->buffers[0], std::move(buffer)}, data->null_count.load(),
                                  data->offset);
  };
  if (!plan.to_wall_clock && wanted < plan.file_ticks) {
    cut_ticks(from, data->length, plan.file_ticks / wanted, to);
    return made();
  }
  for (int64_t i = 0; i < data->length; ++i) {
    if (data->IsNull(i)) {
      to[i] = 0;
      continue;
    }
    int64_t ticks = plan.to_wall_clock ? zone.to_local(from[i], plan.file_ticks) : from[i];
    if (wanted < plan.file_ticks) {
      ticks = floor_div(ticks, plan.file_ticks / wanted);
    } else if (__builtin_mul_overflow(ticks, wanted / plan.file_ticks, &ticks)) {
      return Status::SerializationError(
          "column '", plan.path, "' has a timestamp beyond the range of ",
          plan.type.to_sql_without_null(), "; declare a lower precision");
    }
    to[i] = ticks;
  }
  return made();
}

/// Eight bytes at a time: comparing them one by one costs as much as reading the file.
bool is_ascii(std::string_view text) {
  uint64_t seen = 0;
  size_t i = 0;
  for (; i + sizeof(seen) <= text.size(); i += sizeof(seen)) {
    uint64_t word;
    std::memcpy(&word, text.data() + i, sizeof(word));
    seen |= word;
  }
  for (; i < text.size(); ++i) seen |= static_cast<uint8_t>(text[i]);
  return (seen & 0x8080808080808080u) == 0;
}

/// Files of other writers may hold any bytes as text.
Status check_text(const ParquetPlan& plan, const arrow::ArrayData& data) {
  if (!plan.type.is_text() || data.length == 0) return Status::OK();
  const int32_t* offsets = data.GetValues<int32_t>(1);
  const char* bytes = reinterpret_cast<const char*>(data.buffers[2]->data());
  const std::string_view all(bytes + offsets[0],
                             static_cast<size_t>(offsets[data.length] - offsets[0]));
  if (is_ascii(all)) return Status::OK();
  for (int64_t i = 0; i < data.length; ++i) {
    const std::string_view text(bytes + offsets[i],
                                static_cast<size_t>(offsets[i + 1] - offsets[i]));
    if (scalar_text::find_invalid_utf8(text) >= 0 && data.IsValid(i)) {
      return Status::SerializationError("column '", plan.path, "' needs valid UTF-8, but has ",
                                        scalar_text::quoted_cut(text), "; declare it as BYTES");
    }
  }
  return Status::OK();
}

/// Arrow takes codes as they stand in the file.
Status check_codes(const ParquetPlan& plan, const arrow::ArrayData& data) {
  const auto& type = static_cast<const arrow::DictionaryType&>(*data.type);
  if (type.index_type()->id() != arrow::Type::INT32) return Status::OK();
  const int32_t* codes = data.GetValues<int32_t>(1);
  const auto num_values = static_cast<uint32_t>(data.dictionary->length);
  bool inside = true;
  if (data.GetNullCount() == 0) {
    for (int64_t i = 0; i < data.length; ++i) {
      inside &= static_cast<uint32_t>(codes[i]) < num_values;
    }
  } else {
    for (int64_t i = 0; i < data.length; ++i) {
      inside &= static_cast<uint32_t>(codes[i]) < num_values || data.IsNull(i);
    }
  }
  if (inside) return Status::OK();
  return Status::SerializationError("column '", plan.path, "' has codes beyond its dictionary of ",
                                    num_values, " values: the file is damaged");
}

Result<ArrayPtr> convert_children(const ParquetPlan& plan, const ArrayPtr& data, TimeZone& zone,
                                  arrow::MemoryPool* pool) {
  const bool is_map = plan.step == ParquetPlan::Step::kMap;
  const std::shared_ptr<arrow::DataType> type = plan.type.to_arrow();
  const arrow::ArrayData& parent = is_map ? *data->child_data[0] : *data;
  std::vector<ArrayPtr> children;
  for (size_t i = 0; i < plan.children.size(); ++i) {
    HW_ASSIGN_OR_RETURN(
        ArrayPtr child,
        convert_parquet(plan.children[i], parent.child_data[static_cast<size_t>(plan.sources[i])],
                        zone, pool));
    children.push_back(std::move(child));
  }
  ArrayPtr converted = relabelled(*data, type);
  if (is_map) {
    ArrayPtr entries = relabelled(parent, type->field(0)->type());
    entries->child_data = std::move(children);
    converted->child_data = {std::move(entries)};
  } else {
    converted->child_data = std::move(children);
  }
  return converted;
}

}  // namespace

Result<ArrayPtr> convert_parquet(const ParquetPlan& plan, const ArrayPtr& data, TimeZone& zone,
                                 arrow::MemoryPool* pool) {
  if (!plan.type.nullable() && data->GetNullCount() > 0) {
    return Status::SerializationError("column '", plan.path,
                                      "' is declared NOT NULL, but the file has a NULL");
  }
  switch (plan.step) {
    case ParquetPlan::Step::kSame:
      if (CanonicalForm::applies_to(plan.type)) {
        return canonical_array(plan.type, plan.path, *data);
      }
      HW_TRY(check_text(plan, *data));
      return relabelled(*data, plan.type.to_arrow());
    case ParquetPlan::Step::kCast: {
      HW_ASSIGN_OR_RETURN(ArrayPtr cast, cast_values(plan, data, pool));
      if (CanonicalForm::applies_to(plan.type)) {
        return canonical_array(plan.type, plan.path, *cast);
      }
      HW_TRY(check_text(plan, *cast));
      return cast;
    }
    case ParquetPlan::Step::kTimestamp:
      return convert_timestamps(plan, data, zone, pool);
    case ParquetPlan::Step::kRow:
    case ParquetPlan::Step::kList:
    case ParquetPlan::Step::kMap:
      return convert_children(plan, data, zone, pool);
  }
  return data;
}

Result<ColumnPtr> dictionary_column(const ParquetPlan& plan, const ArrayPtr& data) {
  const arrow::ArrayData& values = *data->dictionary;
  HW_TRY(check_codes(plan, *data));
  // Of more values than rows most are for nobody.
  if (values.length > data->length) return ColumnPtr();
  // Several texts may be one value.
  if (CanonicalForm::applies_to(plan.type)) return ColumnPtr();
  if (!values.type->Equals(*plan.type.to_arrow())) return ColumnPtr();
  if (!plan.type.nullable() && data->GetNullCount() > 0) return ColumnPtr();
  // A value that no row has may be anything: converting tells.
  if (!check_text(plan, values).ok()) return ColumnPtr();
  return Column::from_arrow(plan.type, *arrow::MakeArray(data));
}

}  // namespace hw
