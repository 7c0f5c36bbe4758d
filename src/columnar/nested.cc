// SPDX-License-Identifier: Apache-2.0

#include "columnar/nested.h"

#include <utility>

#include <arrow/util/bitmap_ops.h>

#include "base/assert.h"
#include "base/memory.h"

namespace hw {
namespace {

using arrow::ArrayData;

/// The child that belongs to the parent's slots, with the parent's NULLs merged in.
std::shared_ptr<ArrayData> child_of(const ArrayData& parent, const uint8_t* parent_validity,
                                    size_t index) {
  std::shared_ptr<ArrayData> child = parent.child_data[index]->Slice(parent.offset, parent.length);
  if (parent_validity == nullptr) return child;
  const int64_t bytes = (child->offset + child->length + 7) / 8;
  std::shared_ptr<arrow::ResizableBuffer> bits = zeroed_buffer(bytes);
  const bool child_has_nulls = child->GetNullCount() > 0 && child->buffers[0] != nullptr;
  if (child_has_nulls) {
    arrow::internal::BitmapAnd(parent_validity, parent.offset, child->buffers[0]->data(),
                               child->offset, child->length, child->offset, bits->mutable_data());
  } else {
    arrow::internal::CopyBitmap(parent_validity, parent.offset, child->length, bits->mutable_data(),
                                child->offset);
  }
  std::shared_ptr<ArrayData> merged = child->Copy();
  merged->buffers[0] = std::move(bits);
  merged->SetNullCount(arrow::kUnknownNullCount);
  return merged;
}

}  // namespace

ColumnPtr row_field(const Column& row, int field) {
  HW_DCHECK(row.type().is(TypeKind::kRow));
  const SqlType& declared = row.type().fields()[static_cast<size_t>(field)].type;
  const SqlType type = declared.with_nullable(declared.nullable() || row.type().nullable());
  if (type.physical() == PhysicalType::kNone) return Column::nulls(type, row.num_rows());
  std::shared_ptr<ArrayData> values =
      child_of(row.values(), row.validity(), static_cast<size_t>(field));
  if (row.is_constant()) return Column::constant(type, std::move(values), row.num_rows());
  if (row.is_plain()) return Column::plain(type, std::move(values));
  return std::make_shared<const Column>(type, row.encoding(), std::move(values), row.indices_ptr(),
                                        row.indices_offset(), row.num_rows());
}

ElementsView::ElementsView(const Column& column)
    : column_(&column),
      offsets_(reinterpret_cast<const int32_t*>(column.values().buffers[1]->data()) +
               column.values().offset) {
  const SqlType& type = column.type();
  const std::shared_ptr<ArrayData>& child = column.values().child_data[0];
  if (type.is(TypeKind::kArray)) {
    first_ = Column::plain(type.element(), child);
    return;
  }
  const bool is_map = type.is(TypeKind::kMap);
  const SqlType key = is_map ? type.key() : type.element();
  const SqlType value = is_map ? type.value() : SqlType::integer().not_null();
  first_ = Column::plain(key, child_of(*child, nullptr, 0));
  second_ = Column::plain(value, child_of(*child, nullptr, 1));
}

}  // namespace hw
