// SPDX-License-Identifier: Apache-2.0

#include "columnar/fast_builders.h"

#include <algorithm>

#include <arrow/util/bitmap_ops.h>

#include "base/assert.h"

namespace hw {
namespace {

int64_t count_nulls(const std::shared_ptr<arrow::Buffer>& validity, int64_t n, int64_t known) {
  if (validity == nullptr) return 0;
  if (known >= 0) return known;
  return n - arrow::internal::CountSetBits(validity->data(), 0, n);
}

}  // namespace

ColumnPtr make_fixed_column(const SqlType& type, std::shared_ptr<arrow::Buffer> values,
                            std::shared_ptr<arrow::Buffer> validity, int64_t n,
                            int64_t null_count) {
  const int64_t nulls = count_nulls(validity, n, null_count);
  return Column::plain(
      type,
      arrow::ArrayData::Make(type.to_arrow(), n, {std::move(validity), std::move(values)}, nulls));
}

ColumnPtr make_bytes_column(const SqlType& type, std::shared_ptr<arrow::Buffer> offsets,
                            std::shared_ptr<arrow::Buffer> bytes,
                            std::shared_ptr<arrow::Buffer> validity, int64_t n,
                            int64_t null_count) {
  const int64_t nulls = count_nulls(validity, n, null_count);
  return Column::plain(
      type,
      arrow::ArrayData::Make(type.to_arrow(), n,
                             {std::move(validity), std::move(offsets), std::move(bytes)}, nulls));
}

void GrowingBuffer::grow(int64_t bytes) {
  const int64_t wanted = std::max<int64_t>({bytes, 2 * capacity_, 64});
  std::shared_ptr<arrow::ResizableBuffer> larger = pooled_buffer(wanted);
  if (capacity_ > 0) std::memcpy(larger->mutable_data(), data_, static_cast<size_t>(capacity_));
  buffer_ = std::move(larger);
  data_ = buffer_->mutable_data();
  capacity_ = buffer_->size();
}

std::shared_ptr<arrow::Buffer> GrowingBuffer::finish(int64_t bytes) {
  if (buffer_ == nullptr) buffer_ = pooled_buffer(0);
  // Only the length changes: the block stays as it is, nothing is copied.
  const Status resized = buffer_->Resize(bytes, /*shrink_to_fit=*/false);
  HW_CHECK(resized.ok());
  data_ = nullptr;
  capacity_ = 0;
  return std::exchange(buffer_, nullptr);
}

void ValidityBuilder::start() {
  has_nulls_ = true;
  bits_.reserve(num_rows_ / 8 + 64);
  std::memset(bits_.data(), 0xff, static_cast<size_t>(num_rows_ / 8 + 1));
}

void ValidityBuilder::append_valid(int64_t rows) {
  if (has_nulls_) {
    bits_.reserve((num_rows_ + rows) / 8 + 1);
    arrow::bit_util::SetBitsTo(bits_.data(), num_rows_, rows, true);
  }
  num_rows_ += rows;
}

std::shared_ptr<arrow::Buffer> ValidityBuilder::finish() {
  std::shared_ptr<arrow::Buffer> bits;
  if (null_count_ > 0) bits = bits_.finish((num_rows_ + 7) / 8);
  num_rows_ = 0;
  null_count_ = 0;
  has_nulls_ = false;
  return bits;
}

void ValidityBuilder::truncate(int64_t num_rows) {
  if (has_nulls_) {
    null_count_ = num_rows - arrow::internal::CountSetBits(bits_.data(), 0, num_rows);
  }
  num_rows_ = num_rows;
}

ColumnPtr BoolBuilder::finish(const SqlType& type) {
  const int64_t rows = num_rows();
  const int64_t nulls = validity_.null_count();
  std::shared_ptr<arrow::Buffer> values = values_.finish((rows + 7) / 8);
  return make_fixed_column(type, std::move(values), validity_.finish(), rows, nulls);
}

uint8_t* BytesBuilder::append_too_large(int64_t size) {
  too_large_ = true;
  push_offset();
  validity_.append_valid();
  excess_.reserve(size);
  return excess_.data();
}

void BytesBuilder::truncate(int64_t num_rows) {
  if (num_rows == this->num_rows()) return;
  num_bytes_ = offsets()[num_rows];
  validity_.truncate(num_rows);
}

Result<ColumnPtr> BytesBuilder::finish(const SqlType& type) {
  const int64_t rows = num_rows();
  const int64_t nulls = validity_.null_count();
  push_offset();
  std::shared_ptr<arrow::Buffer> offsets = offsets_.finish((rows + 1) * 4);
  std::shared_ptr<arrow::Buffer> bytes = bytes_.finish(num_bytes_);
  num_bytes_ = 0;
  excess_ = {};
  std::shared_ptr<arrow::Buffer> validity = validity_.finish();
  if (std::exchange(too_large_, false)) {
    return Status::CapacityError("the values of one ", type.to_sql(),
                                 " column of a batch may have 2 GiB together");
  }
  return make_bytes_column(type, std::move(offsets), std::move(bytes), std::move(validity), rows,
                           nulls);
}

}  // namespace hw
