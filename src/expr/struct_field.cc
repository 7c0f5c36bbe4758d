// SPDX-License-Identifier: Apache-2.0

#include "expr/struct_field.h"

#include <utility>

#include <arrow/buffer.h>
#include <arrow/util/bitmap_ops.h>

#include "expr/kernel_output.h"

namespace hw {
namespace {

using ArrayDataPtr = std::shared_ptr<arrow::ArrayData>;

/// Moves the start of flat storage near row 0, so that a new bitmap need not cover the rows before
/// it. The offset stays below 8; other storage is left alone.
ArrayDataPtr rebased(ArrayDataPtr values, const SqlType& type) {
  const int64_t skipped = values->offset & ~int64_t{7};
  const PhysicalType physical = type.physical();
  const bool flat = type.fixed_width() > 0 || physical == PhysicalType::kBytes;
  if (skipped == 0 || !flat) return values;
  auto moved = std::make_shared<arrow::ArrayData>(*values);
  const int64_t bytes = physical == PhysicalType::kBool    ? skipped / 8
                        : physical == PhysicalType::kBytes ? skipped * 4
                                                           : skipped * type.fixed_width();
  if (moved->buffers[0]) moved->buffers[0] = arrow::SliceBuffer(moved->buffers[0], skipped / 8);
  moved->buffers[1] = arrow::SliceBuffer(moved->buffers[1], bytes);
  moved->offset = values->offset - skipped;
  return moved;
}

/// The child's values where both it and its parent are not NULL.
Result<ArrayDataPtr> with_parent_nulls(const arrow::ArrayData& parent, ArrayDataPtr child,
                                       const SqlType& type) {
  const BufferPtr& parent_bits = parent.buffers[0];
  // Often the fields have the bits of their ROW.
  if (child->buffers[0] == parent_bits && child->offset == parent.offset &&
      child->null_count.load() != 0) {
    return child;
  }
  const bool child_has_nulls = child->buffers[0] != nullptr && child->GetNullCount() > 0;
  if (!child_has_nulls && child->offset == parent.offset) {
    auto shared = std::make_shared<arrow::ArrayData>(*child);
    shared->buffers[0] = parent_bits;
    shared->null_count = parent.GetNullCount();
    return shared;
  }
  child = rebased(std::move(child), type);
  auto combined = std::make_shared<arrow::ArrayData>(*child);
  HW_ASSIGN_OR_RETURN(BufferPtr bits, allocate_bitmap(child->offset + child->length));
  if (child_has_nulls) {
    arrow::internal::BitmapAnd(parent_bits->data(), parent.offset, child->buffers[0]->data(),
                               child->offset, child->length, child->offset, bits->mutable_data());
  } else {
    arrow::internal::CopyBitmap(parent_bits->data(), parent.offset, child->length,
                                bits->mutable_data(), child->offset);
  }
  combined->buffers[0] = std::move(bits);
  combined->null_count = arrow::kUnknownNullCount;
  return combined;
}

}  // namespace

Result<ColumnPtr> struct_field(const Column& row, int field_index, const SqlType& type) {
  const arrow::ArrayData& parent = row.values();
  const ArrayDataPtr& whole = parent.child_data[static_cast<size_t>(field_index)];
  ArrayDataPtr child = parent.offset == 0 && whole->length == parent.length
                           ? whole
                           : whole->Slice(parent.offset, parent.length);
  if (row.may_have_nulls() && parent.GetNullCount() > 0) {
    HW_ASSIGN_OR_RETURN(child, with_parent_nulls(parent, std::move(child), type));
  }
  switch (row.encoding()) {
    case Column::Encoding::kPlain:
      return Column::plain(type, std::move(child));
    case Column::Encoding::kConstant:
      return Column::constant(type, std::move(child), row.num_rows());
    case Column::Encoding::kDictionary:
      return row.with_dictionary_values(type, std::move(child));
  }
  return Status::UnknownError("unknown column encoding");
}

}  // namespace hw
