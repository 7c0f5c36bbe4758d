// SPDX-License-Identifier: Apache-2.0

#include "formats/slots/slot_column.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include <arrow/array/data.h>
#include <arrow/buffer.h>
#include <arrow/type.h>
#include <arrow/util/bit_util.h>
#include <arrow/util/bitmap_ops.h>

#include "base/memory.h"

namespace hw {
namespace {

constexpr int64_t kRowsFirst = 64;
constexpr int64_t kTextFirst = 256;
// Offsets are 32 bits.
constexpr int64_t kTextMax = std::numeric_limits<int32_t>::max() - SlotColumn::kSlack;

bool has_offsets(PhysicalType physical) {
  return physical == PhysicalType::kBytes || physical == PhysicalType::kList ||
         physical == PhysicalType::kMap;
}

/// Grows `buffer` to `bytes`, new bytes zero.
Status grow_buffer(std::shared_ptr<arrow::ResizableBuffer>& buffer, int64_t bytes,
                   arrow::MemoryPool* pool) {
  int64_t before = 0;
  if (buffer == nullptr) {
    HW_ASSIGN_OR_RETURN(buffer, arrow::AllocateResizableBuffer(bytes, pool));
  } else {
    before = buffer->size();
    if (before >= bytes) return Status::OK();
    HW_TRY(buffer->Resize(bytes, false));
  }
  std::memset(buffer->mutable_data() + before, 0, static_cast<size_t>(bytes - before));
  return Status::OK();
}

}  // namespace

SlotColumn::SlotColumn(SqlType type, arrow::MemoryPool* pool)
    : type_(std::move(type)),
      physical_(type_.physical()),
      pool_(pool == nullptr ? recycling_pool() : pool) {
  if (physical_ == PhysicalType::kStruct) {
    for (const SqlField& field : type_.fields()) children_.emplace_back(field.type, pool);
  } else if (physical_ == PhysicalType::kList) {
    children_.emplace_back(type_.element(), pool);
  } else if (physical_ == PhysicalType::kMap) {
    const bool multiset = type_.is(TypeKind::kMultiset);
    children_.emplace_back(multiset ? type_.element() : type_.key(), pool);
    children_.emplace_back(multiset ? SqlType::integer() : type_.value(), pool);
  } else if (physical_ != PhysicalType::kBool && physical_ != PhysicalType::kBytes) {
    width_ = type_.fixed_width();
  }
}

SlotColumn::SlotColumn(SlotColumn&&) noexcept = default;
SlotColumn::~SlotColumn() = default;

Status SlotColumn::grow(int64_t rows) {
  int64_t capacity = std::max({kRowsFirst, capacity_ * 2, rows, capacity_ == 0 ? rows_before_ : 0});
  capacity = (capacity + 63) & ~int64_t{63};
  HW_TRY(grow_buffer(validity_buffer_, capacity / 8, pool_));
  validity_ = validity_buffer_->mutable_data();
  if (has_offsets(physical_)) {
    HW_TRY(grow_buffer(values_buffer_, (capacity + 1) * 4, pool_));
    offsets_ = reinterpret_cast<int32_t*>(values_buffer_->mutable_data());
  } else if (physical_ != PhysicalType::kStruct) {
    const int64_t bytes = physical_ == PhysicalType::kBool ? capacity / 8 : capacity * width_;
    HW_TRY(grow_buffer(values_buffer_, bytes, pool_));
    values_ = values_buffer_->mutable_data();
  }
  if (physical_ == PhysicalType::kStruct) {
    for (SlotColumn& child : children_) HW_TRY(child.reserve(capacity));
  }
  capacity_ = capacity;
  return Status::OK();
}

bool SlotColumn::grow_text(int64_t bytes_more) {
  const int64_t needed = text_size_ + bytes_more + kSlack;
  if (needed > kTextMax) return false;
  int64_t capacity = std::max({kTextFirst, text_capacity_ * 2, needed,
                               text_capacity_ == 0 ? text_before_ + text_before_ / 8 : 0});
  capacity = std::min(capacity, kTextMax);
  if (text_buffer_ == nullptr) {
    auto buffer = arrow::AllocateResizableBuffer(capacity, pool_);
    if (!buffer.ok()) return false;
    text_buffer_ = *std::move(buffer);
  } else if (!text_buffer_->Resize(capacity, false).ok()) {
    return false;
  }
  text_ = reinterpret_cast<char*>(text_buffer_->mutable_data());
  text_capacity_ = capacity;
  return true;
}

Status SlotColumn::set_bytes(int64_t row, std::string_view value) {
  char* to = open_bytes(row, static_cast<int64_t>(value.size()));
  if (to == nullptr) {
    return Status::CapacityError(
        "a column of one batch holds at most 2 GiB of text, but a value of ", value.size(),
        " bytes comes on top of ", text_size_);
  }
  if (!value.empty()) std::memcpy(to, value.data(), value.size());
  close_bytes(row, static_cast<int64_t>(value.size()));
  return Status::OK();
}

int64_t SlotColumn::text_bytes() const {
  int64_t bytes = text_size_;
  for (const SlotColumn& child : children_) bytes += child.text_bytes();
  return bytes;
}

void SlotColumn::truncate(int64_t rows) {
  if (capacity_ == 0) return;
  for (int64_t row = rows; row < capacity_; ++row) {
    if ((row & 7) == 0) {
      std::memset(validity_ + row / 8, 0, static_cast<size_t>((capacity_ - row) / 8));
      break;
    }
    validity_[row >> 3] &= static_cast<uint8_t>(~(1u << (row & 7)));
  }
  if (has_offsets(physical_)) {
    // Elements of a list that was opened but not closed lie above its last offset.
    filled_ = std::min(filled_, rows);
    const int64_t end = offsets_[filled_];
    if (physical_ == PhysicalType::kBytes) text_size_ = end;
    for (SlotColumn& child : children_) child.truncate(end);
  }
  if (physical_ == PhysicalType::kStruct) {
    for (SlotColumn& child : children_) child.truncate(rows);
  }
}

Result<ColumnPtr> SlotColumn::finish(int64_t rows) {
  HW_ASSIGN_OR_RETURN(std::shared_ptr<arrow::ArrayData> storage,
                      finish_storage(rows, type_.to_arrow()));
  return Column::plain(type_, std::move(storage));
}

Result<std::vector<ColumnPtr>> SlotColumn::finish_fields(int64_t rows) {
  std::vector<ColumnPtr> columns;
  for (SlotColumn& field : children_) {
    HW_ASSIGN_OR_RETURN(ColumnPtr column, field.finish(rows));
    columns.push_back(std::move(column));
  }
  forget();
  return columns;
}

Result<std::shared_ptr<arrow::ArrayData>> SlotColumn::finish_storage(
    int64_t rows, const std::shared_ptr<arrow::DataType>& arrow_type) {
  HW_TRY(reserve(std::max<int64_t>(rows, 1)));
  std::shared_ptr<arrow::Buffer> validity;
  const int64_t nulls = rows - arrow::internal::CountSetBits(validity_buffer_->data(), 0, rows);
  if (nulls > 0) {
    HW_TRY(validity_buffer_->Resize(arrow::bit_util::BytesForBits(rows), false));
    validity = validity_buffer_;
  }
  std::vector<std::shared_ptr<arrow::Buffer>> buffers = {validity};
  std::vector<std::shared_ptr<arrow::ArrayData>> children;
  int64_t child_rows = rows;
  if (has_offsets(physical_)) {
    fill_to(rows);
    child_rows = offsets_[rows];
    HW_TRY(values_buffer_->Resize((rows + 1) * 4, false));
    buffers.push_back(values_buffer_);
    if (physical_ == PhysicalType::kBytes) {
      if (text_buffer_ == nullptr) {
        HW_ASSIGN_OR_RETURN(text_buffer_, arrow::AllocateResizableBuffer(0, pool_));
      }
      HW_TRY(text_buffer_->Resize(text_size_, false));
      buffers.push_back(text_buffer_);
    }
  } else if (physical_ != PhysicalType::kStruct) {
    const int64_t bytes =
        physical_ == PhysicalType::kBool ? arrow::bit_util::BytesForBits(rows) : rows * width_;
    HW_TRY(values_buffer_->Resize(bytes, false));
    buffers.push_back(values_buffer_);
  }
  if (physical_ == PhysicalType::kMap) {
    const std::shared_ptr<arrow::DataType> entry_type = arrow_type->field(0)->type();
    std::vector<std::shared_ptr<arrow::ArrayData>> entry;
    for (int i = 0; i < 2; ++i) {
      HW_ASSIGN_OR_RETURN(auto data,
                          child(i).finish_storage(child_rows, entry_type->field(i)->type()));
      entry.push_back(std::move(data));
    }
    children.push_back(
        arrow::ArrayData::Make(entry_type, child_rows, {nullptr}, std::move(entry), 0));
  } else {
    for (int i = 0; i < num_children(); ++i) {
      HW_ASSIGN_OR_RETURN(auto data,
                          child(i).finish_storage(child_rows, arrow_type->field(i)->type()));
      children.push_back(std::move(data));
    }
  }
  rows_before_ = rows;
  text_before_ = text_size_;
  forget();
  return arrow::ArrayData::Make(arrow_type, rows, std::move(buffers), std::move(children), nulls);
}

void SlotColumn::forget() {
  validity_buffer_.reset();
  values_buffer_.reset();
  text_buffer_.reset();
  validity_ = values_ = nullptr;
  offsets_ = nullptr;
  text_ = nullptr;
  capacity_ = text_size_ = text_capacity_ = filled_ = 0;
}

}  // namespace hw
