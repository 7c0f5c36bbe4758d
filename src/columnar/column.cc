// SPDX-License-Identifier: Apache-2.0

#include "columnar/column.h"

#include <utility>
#include <vector>

#include <arrow/array.h>
#include <arrow/array/util.h>
#include <arrow/compute/cast.h>
#include <arrow/type.h>
#include <arrow/util/bitmap_ops.h>

#include "base/assert.h"
#include "base/memory.h"
#include "columnar/fast_builders.h"
#include "columnar/gather_values.h"

namespace hw {
namespace {

using arrow::ArrayData;

constexpr uint8_t kNoBits = 0;

bool same_layout(const arrow::DataType& a, const arrow::DataType& b) {
  if (a.num_fields() != b.num_fields()) return false;
  const auto is_bytes = [](const arrow::DataType& type) {
    return type.id() == arrow::Type::STRING || type.id() == arrow::Type::BINARY;
  };
  if (a.num_fields() == 0) return a.Equals(b) || (is_bytes(a) && is_bytes(b));
  if (a.id() != b.id()) return false;
  for (int i = 0; i < a.num_fields(); ++i) {
    if (!same_layout(*a.field(i)->type(), *b.field(i)->type())) return false;
  }
  return true;
}

/// The same buffers under another type, children included.
std::shared_ptr<ArrayData> retyped(const std::shared_ptr<ArrayData>& values,
                                   const std::shared_ptr<arrow::DataType>& type) {
  if (values->type->Equals(*type)) return values;
  std::shared_ptr<ArrayData> copy = values->Copy();
  copy->type = type;
  for (size_t i = 0; i < copy->child_data.size(); ++i) {
    copy->child_data[i] = retyped(copy->child_data[i], type->field(static_cast<int>(i))->type());
  }
  return copy;
}

int64_t count_nulls(const Column& column) {
  int64_t nulls = 0;
  for (int64_t row = 0; row < column.num_rows(); ++row) nulls += column.is_null(row);
  return nulls;
}

/// Arrow dictionary indices of any integer type as int32; NULL indices point to `null_slot`.
Result<std::shared_ptr<arrow::Buffer>> dictionary_indices(const arrow::Array& indices,
                                                          int32_t null_slot) {
  HW_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Array> wide,
                      arrow::compute::Cast(indices, arrow::int32()));
  const auto& typed = static_cast<const arrow::Int32Array&>(*wide);
  std::shared_ptr<arrow::ResizableBuffer> out = pooled_buffer(typed.length() * 4);
  auto* to = reinterpret_cast<int32_t*>(out->mutable_data());
  for (int64_t i = 0; i < typed.length(); ++i) {
    to[i] = typed.IsNull(i) ? null_slot : typed.Value(i);
  }
  return out;
}

Result<ColumnPtr> from_dictionary(const SqlType& type, const arrow::DictionaryArray& array) {
  HW_ASSIGN_OR_RETURN(ColumnPtr values, Column::from_arrow(type, *array.dictionary()));
  std::shared_ptr<ArrayData> storage = values->values_ptr();
  if (array.indices()->null_count() > 0) {
    // One more dictionary value: the NULL that NULL indices point to.
    std::vector<int32_t> slots(static_cast<size_t>(storage->length) + 1);
    for (size_t i = 0; i + 1 < slots.size(); ++i) slots[i] = static_cast<int32_t>(i);
    slots.back() = -1;
    HW_ASSIGN_OR_RETURN(storage, gather_values(*storage, slots));
  }
  const auto null_slot = static_cast<int32_t>(storage->length - 1);
  HW_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Buffer> indices,
                      dictionary_indices(*array.indices(), null_slot));
  return Column::dictionary(type, std::move(storage), std::move(indices), array.length());
}

Result<std::shared_ptr<ArrayData>> converted(const arrow::Array& array,
                                             const std::shared_ptr<arrow::DataType>& type) {
  arrow::compute::CastOptions options = arrow::compute::CastOptions::Safe(type);
  options.allow_time_truncate = true;
  arrow::compute::ExecContext context(recycling_pool());
  context.set_use_threads(false);
  HW_ASSIGN_OR_RETURN(arrow::Datum cast, arrow::compute::Cast(array, options, &context));
  return cast.array();
}

}  // namespace

ColumnPtr Column::plain(SqlType type, std::shared_ptr<ArrayData> values) {
  const int64_t num_rows = values->length;
  return std::make_shared<const Column>(std::move(type), Encoding::kPlain, std::move(values),
                                        nullptr, 0, num_rows);
}

ColumnPtr Column::constant(SqlType type, std::shared_ptr<ArrayData> one_value, int64_t num_rows) {
  HW_DCHECK(one_value->length >= 1);
  return std::make_shared<const Column>(std::move(type), Encoding::kConstant, std::move(one_value),
                                        nullptr, 0, num_rows);
}

ColumnPtr Column::dictionary(SqlType type, std::shared_ptr<ArrayData> values,
                             std::shared_ptr<arrow::Buffer> indices, int64_t num_rows) {
  HW_DCHECK(indices->size() >= num_rows * 4);
  return std::make_shared<const Column>(std::move(type), Encoding::kDictionary, std::move(values),
                                        std::move(indices), 0, num_rows);
}

ColumnPtr Column::nulls(SqlType type, int64_t num_rows) {
  std::shared_ptr<ArrayData> value = one_null(type.to_arrow());
  return constant(std::move(type), std::move(value), num_rows);
}

Column::Column(SqlType type, Encoding encoding, std::shared_ptr<ArrayData> values,
               std::shared_ptr<arrow::Buffer> indices, int64_t indices_offset, int64_t num_rows)
    : type_(std::move(type)),
      // The NULL type has no storage to look into: its columns are all constant.
      encoding_(type_.physical() == PhysicalType::kNone ? Encoding::kConstant : encoding),
      values_(type_.physical() == PhysicalType::kNone ? one_null(arrow::null())
                                                      : std::move(values)),
      indices_buffer_(std::move(indices)),
      indices_offset_(indices_offset),
      num_rows_(num_rows) {
  const std::vector<std::shared_ptr<arrow::Buffer>>& buffers = values_->buffers;
  const auto bytes_of = [&](size_t i) {
    return i < buffers.size() && buffers[i] ? buffers[i]->data() : nullptr;
  };
  if (values_->null_count.load() != 0) validity_ = bytes_of(0);
  switch (type_.physical()) {
    case PhysicalType::kNone:
      validity_ = &kNoBits;
      break;
    case PhysicalType::kBytes:
      offsets_ = reinterpret_cast<const int32_t*>(bytes_of(1));
      bytes_ = bytes_of(2);
      break;
    case PhysicalType::kList:
    case PhysicalType::kMap:
      offsets_ = reinterpret_cast<const int32_t*>(bytes_of(1));
      break;
    case PhysicalType::kStruct:
      break;
    default:
      data_ = bytes_of(1);
  }
  if (encoding_ == Encoding::kDictionary) {
    indices_ = reinterpret_cast<const int32_t*>(indices_buffer_->data()) + indices_offset_;
  }
}

int64_t Column::null_count() const {
  if (validity_ == nullptr) return 0;
  switch (encoding_) {
    case Encoding::kPlain:
      return values_->GetNullCount();
    case Encoding::kConstant:
      return slot_is_null(0) ? num_rows_ : 0;
    case Encoding::kDictionary:
      return count_nulls(*this);
  }
  HW_CHECK(false);
}

Result<ColumnPtr> Column::flattened() const {
  if (encoding_ == Encoding::kPlain || type_.physical() == PhysicalType::kNone) {
    return std::make_shared<const Column>(type_, encoding_, values_, nullptr, 0, num_rows_);
  }
  if (encoding_ == Encoding::kDictionary) {
    HW_ASSIGN_OR_RETURN(
        std::shared_ptr<ArrayData> values,
        gather_values(*values_, std::span(indices_, static_cast<size_t>(num_rows_))));
    return plain(type_, std::move(values));
  }
  const std::vector<int32_t> slots(static_cast<size_t>(num_rows_), 0);
  HW_ASSIGN_OR_RETURN(std::shared_ptr<ArrayData> values, gather_values(*values_, slots));
  return plain(type_, std::move(values));
}

ColumnPtr Column::slice(int64_t offset, int64_t length) const {
  HW_DCHECK(offset >= 0 && length >= 0 && offset + length <= num_rows_);
  if (encoding_ == Encoding::kPlain) return plain(type_, values_->Slice(offset, length));
  return std::make_shared<const Column>(type_, encoding_, values_, indices_buffer_,
                                        indices_offset_ + offset, length);
}

ColumnPtr Column::with_type(SqlType type) const {
  HW_DCHECK(type.physical() == type_.physical());
  std::shared_ptr<ArrayData> values = retyped(values_, type.to_arrow());
  return std::make_shared<const Column>(std::move(type), encoding_, std::move(values),
                                        indices_buffer_, indices_offset_, num_rows_);
}

std::shared_ptr<arrow::Array> Column::to_arrow() const {
  if (type_.physical() == PhysicalType::kNone) {
    return arrow::MakeArray(ArrayData::Make(arrow::null(), num_rows_, {nullptr}, num_rows_));
  }
  Result<ColumnPtr> flat = flattened();
  // Only a constant text of gigabytes in all rows could fail here; a batch's bounds forbid it.
  HW_CHECK(flat.ok());
  return arrow::MakeArray((*flat)->values_ptr());
}

Result<ColumnPtr> Column::from_arrow(SqlType type, const arrow::Array& array) {
  if (type.physical() == PhysicalType::kNone || array.type_id() == arrow::Type::NA) {
    return nulls(std::move(type), array.length());
  }
  if (array.type_id() == arrow::Type::DICTIONARY) {
    return from_dictionary(type, static_cast<const arrow::DictionaryArray&>(array));
  }
  const std::shared_ptr<arrow::DataType> storage_type = type.to_arrow();
  std::shared_ptr<ArrayData> values = array.data();
  if (!same_layout(*array.type(), *storage_type)) {
    HW_ASSIGN_OR_RETURN(values, converted(array, storage_type));
  }
  values = retyped(values, storage_type);
  return plain(std::move(type), std::move(values));
}

}  // namespace hw
