// SPDX-License-Identifier: Apache-2.0
//
// Copies slots of Arrow storage into new storage: what gather, flattening and constants stand on.

#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include <arrow/array/data.h>

#include "base/status.h"

namespace hw {

/// Numbers of slots, and what is known of them once for all columns that are gathered by them. One
/// thread at a time; the numbers outlive it.
class SlotList {
 public:
  explicit SlotList(std::span<const int32_t> slots);

  const std::span<const int32_t>& numbers() const { return numbers_; }
  size_t size() const { return numbers_.size(); }
  int32_t operator[](size_t i) const { return numbers_[i]; }
  bool any_negative() const { return any_negative_; }
  /// Bit i is set where numbers()[0] + i is in the list. Empty unless the numbers ascend and lie
  /// close together.
  const std::vector<uint64_t>& mask() const;

 private:
  const std::span<const int32_t> numbers_;
  bool any_negative_ = false;
  mutable bool mask_made_ = false;
  mutable std::vector<uint64_t> mask_;
};

/// Returns values[slots[0]], values[slots[1]], …; a negative slot gives NULL. Slots count from the
/// storage's offset. Fails (CapacityError) when text or elements exceed 32-bit offsets.
Result<std::shared_ptr<arrow::ArrayData>> gather_values(const arrow::ArrayData& values,
                                                        const SlotList& slots);
inline Result<std::shared_ptr<arrow::ArrayData>> gather_values(const arrow::ArrayData& values,
                                                               std::span<const int32_t> slots) {
  return gather_values(values, SlotList(slots));
}

/// Behind the room of the last value that copy_value writes.
constexpr int64_t kCopyStep = 16;

/// Copies a value of text. A short one is one load and store of kCopyStep bytes in place of a call:
/// what is written behind it the next value overwrites, or it lies in the room at the end.
/// `readable` bytes from `from` on may be read.
inline void copy_value(uint8_t* to, const void* from, int64_t size, int64_t readable) {
  if (size <= kCopyStep && readable >= kCopyStep) {
    std::memcpy(to, from, kCopyStep);
  } else {
    std::memcpy(to, from, static_cast<size_t>(size));
  }
}

/// One NULL of the type, at offset 0.
std::shared_ptr<arrow::ArrayData> one_null(const std::shared_ptr<arrow::DataType>& type);

}  // namespace hw
