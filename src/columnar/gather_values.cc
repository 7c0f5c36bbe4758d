// SPDX-License-Identifier: Apache-2.0

#include "columnar/gather_values.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <immintrin.h>
#include <utility>
#include <vector>

#include <arrow/buffer.h>
#include <arrow/type.h>
#include <arrow/util/bit_util.h>
#include <arrow/util/bitmap_ops.h>

#include "base/assert.h"
#include "base/memory.h"
#include "columnar/load_bits.h"

namespace hw {
namespace {

using arrow::ArrayData;
using arrow::bit_util::GetBit;

struct Int128 {
  uint64_t low;
  uint64_t high;
};

const uint8_t* validity_bits(const ArrayData& values) {
  if (values.null_count.load() == 0 || values.buffers.empty() || !values.buffers[0]) return nullptr;
  return values.buffers[0]->data();
}

/// The bits of `mask`, which begins at bit `first`, end to end: 64 of them at a time.
void extract_bits(const uint8_t* bits, int64_t first, int64_t end,
                  const std::vector<uint64_t>& mask, uint8_t* to) {
  uint64_t word = 0;
  int filled = 0;
  for (size_t i = 0; i < mask.size(); ++i) {
    const int64_t at = first + static_cast<int64_t>(i) * 64;
    const uint64_t found = _pext_u64(load_bits(bits, at, std::min<int64_t>(64, end - at)), mask[i]);
    word |= found << filled;
    const int rest = 64 - filled;
    filled += std::popcount(mask[i]);
    if (filled < 64) continue;
    std::memcpy(to, &word, 8);
    to += 8;
    word = rest == 64 ? 0 : found >> rest;
    filled -= 64;
  }
  if (filled > 0) std::memcpy(to, &word, 8);
}

/// Bits of the slots, which count from `offset`; a negative one gives 0. Word by word, without a
/// branch on a bit: which bits are set is as good as random.
std::shared_ptr<arrow::ResizableBuffer> gather_bits(const uint8_t* bits, int64_t offset,
                                                    const SlotList& slots) {
  const size_t n = slots.size();
  std::shared_ptr<arrow::ResizableBuffer> out =
      pooled_buffer(static_cast<int64_t>((n + 63) / 64 * 8));
  uint8_t* to = out->mutable_data();
  if (const std::vector<uint64_t>& mask = slots.mask(); !mask.empty()) {
    extract_bits(bits, offset + slots[0], offset + slots[n - 1] + 1, mask, to);
    return out;
  }
  const bool negatives = slots.any_negative();
  for (size_t base = 0; base < n; base += 64, to += 8) {
    const size_t count = std::min<size_t>(64, n - base);
    const int32_t* slot = slots.numbers().data() + base;
    uint64_t word = 0;
    for (size_t i = 0; i < count; ++i) {
      if (negatives && slot[i] < 0) continue;
      const auto at = static_cast<uint64_t>(offset + slot[i]);
      word |= static_cast<uint64_t>((bits[at / 8] >> (at % 8)) & 1) << i;
    }
    std::memcpy(to, &word, 8);
  }
  return out;
}

int64_t count_set(const arrow::Buffer& words, size_t n) {
  int64_t set = 0;
  for (size_t base = 0; base < n; base += 64) {
    uint64_t word = 0;
    std::memcpy(&word, words.data() + base / 8, 8);
    set += std::popcount(word);
  }
  return set;
}

struct Validity {
  std::shared_ptr<arrow::Buffer> bits;  // null: nothing is NULL
  int64_t null_count = 0;
};

Validity gather_validity(const ArrayData& values, const SlotList& slots) {
  const uint8_t* bits = validity_bits(values);
  if (bits == nullptr && !slots.any_negative()) return {};
  const auto n = static_cast<int64_t>(slots.size());
  if (bits != nullptr) {
    std::shared_ptr<arrow::ResizableBuffer> out = gather_bits(bits, values.offset, slots);
    const int64_t valid = count_set(*out, slots.size());
    if (valid == n) return {};
    return {std::move(out), n - valid};
  }
  std::shared_ptr<arrow::ResizableBuffer> out = pooled_buffer((n + 63) / 64 * 8);
  for (int64_t base = 0; base < n; base += 64) {
    const int64_t count = std::min<int64_t>(64, n - base);
    uint64_t word = 0;
    for (int64_t i = 0; i < count; ++i) {
      word |= static_cast<uint64_t>(slots[static_cast<size_t>(base + i)] >= 0) << i;
    }
    std::memcpy(out->mutable_data() + base / 8, &word, 8);
  }
  const int64_t valid = count_set(*out, slots.size());
  return {std::move(out), n - valid};
}

std::shared_ptr<ArrayData> assemble(const ArrayData& like, int64_t n, Validity validity,
                                    std::vector<std::shared_ptr<arrow::Buffer>> rest,
                                    std::vector<std::shared_ptr<ArrayData>> children) {
  std::vector<std::shared_ptr<arrow::Buffer>> buffers;
  buffers.push_back(std::move(validity.bits));
  for (std::shared_ptr<arrow::Buffer>& buffer : rest) buffers.push_back(std::move(buffer));
  return ArrayData::Make(like.type, n, std::move(buffers), std::move(children),
                         validity.null_count);
}

template <typename T>
std::shared_ptr<arrow::Buffer> copy_fixed(const ArrayData& values, const SlotList& list) {
  const std::span<const int32_t> slots = list.numbers();
  std::shared_ptr<arrow::ResizableBuffer> out =
      pooled_buffer(static_cast<int64_t>(slots.size() * sizeof(T)));
  T* to = reinterpret_cast<T*>(out->mutable_data());
  const T* from = reinterpret_cast<const T*>(values.buffers[1]->data()) + values.offset;
  if (!list.any_negative()) {
    for (size_t i = 0; i < slots.size(); ++i) to[i] = from[slots[i]];
  } else {
    for (size_t i = 0; i < slots.size(); ++i) to[i] = slots[i] < 0 ? T{} : from[slots[i]];
  }
  return out;
}

Result<std::shared_ptr<ArrayData>> gather_fixed(const ArrayData& values, const SlotList& slots,
                                                int width) {
  Validity validity = gather_validity(values, slots);
  std::shared_ptr<arrow::Buffer> data;
  switch (width) {
    case 1:
      data = copy_fixed<uint8_t>(values, slots);
      break;
    case 2:
      data = copy_fixed<uint16_t>(values, slots);
      break;
    case 4:
      data = copy_fixed<uint32_t>(values, slots);
      break;
    case 8:
      data = copy_fixed<uint64_t>(values, slots);
      break;
    default:
      HW_CHECK(width == 16);
      data = copy_fixed<Int128>(values, slots);
  }
  return assemble(values, static_cast<int64_t>(slots.size()), std::move(validity),
                  {std::move(data)}, {});
}

Result<std::shared_ptr<ArrayData>> gather_bools(const ArrayData& values, const SlotList& slots) {
  Validity validity = gather_validity(values, slots);
  return assemble(values, static_cast<int64_t>(slots.size()), std::move(validity),
                  {gather_bits(values.buffers[1]->data(), values.offset, slots)}, {});
}

/// Offsets of the output and their sum; NULLs take no room.
struct Offsets {
  std::shared_ptr<arrow::ResizableBuffer> buffer;
  int64_t total = 0;
};
Result<Offsets> gather_offsets(const ArrayData& values, const SlotList& slots) {
  const int32_t* from = reinterpret_cast<const int32_t*>(values.buffers[1]->data()) + values.offset;
  const uint8_t* bits = validity_bits(values);
  Offsets out{pooled_buffer(static_cast<int64_t>(slots.size() + 1) * 4), 0};
  auto* to = reinterpret_cast<int32_t*>(out.buffer->mutable_data());
  for (size_t i = 0; i < slots.size(); ++i) {
    to[i] = static_cast<int32_t>(out.total);
    const int32_t slot = slots[i];
    if (slot < 0 || (bits != nullptr && !GetBit(bits, slot + values.offset))) continue;
    out.total += from[slot + 1] - from[slot];
  }
  to[slots.size()] = static_cast<int32_t>(out.total);
  if (out.total > INT32_MAX) {
    return Status::CapacityError("the values of one column of a batch may have 2 GiB together");
  }
  return out;
}

Result<std::shared_ptr<ArrayData>> gather_bytes(const ArrayData& values, const SlotList& slots) {
  Validity validity = gather_validity(values, slots);
  HW_ASSIGN_OR_RETURN(Offsets offsets, gather_offsets(values, slots));
  std::shared_ptr<arrow::ResizableBuffer> bytes = pooled_buffer(offsets.total + kCopyStep);
  const int32_t* starts =
      reinterpret_cast<const int32_t*>(values.buffers[1]->data()) + values.offset;
  const auto* ends = reinterpret_cast<const int32_t*>(offsets.buffer->data());
  const uint8_t* from = values.buffers[2] ? values.buffers[2]->data() : nullptr;
  const int64_t from_size = values.buffers[2] ? values.buffers[2]->size() : 0;
  uint8_t* to = bytes->mutable_data();
  for (size_t i = 0; i < slots.size(); ++i) {
    const int64_t size = ends[i + 1] - ends[i];
    if (size == 0) continue;
    const int64_t start = starts[slots[i]];
    copy_value(to + ends[i], from + start, size, from_size - start);
  }
  HW_TRY(bytes->Resize(offsets.total, /*shrink_to_fit=*/false));
  return assemble(values, static_cast<int64_t>(slots.size()), std::move(validity),
                  {std::move(offsets.buffer), std::move(bytes)}, {});
}

/// Lists and maps: the elements of the chosen rows, end to end.
Result<std::shared_ptr<ArrayData>> gather_lists(const ArrayData& values, const SlotList& slots) {
  Validity validity = gather_validity(values, slots);
  HW_ASSIGN_OR_RETURN(Offsets offsets, gather_offsets(values, slots));
  const int32_t* starts =
      reinterpret_cast<const int32_t*>(values.buffers[1]->data()) + values.offset;
  const auto* ends = reinterpret_cast<const int32_t*>(offsets.buffer->data());
  std::vector<int32_t> elements;
  elements.reserve(static_cast<size_t>(offsets.total));
  for (size_t i = 0; i < slots.size(); ++i) {
    const int32_t size = ends[i + 1] - ends[i];
    for (int32_t k = 0; k < size; ++k) elements.push_back(starts[slots[i]] + k);
  }
  HW_ASSIGN_OR_RETURN(std::shared_ptr<ArrayData> child,
                      gather_values(*values.child_data[0], elements));
  return assemble(values, static_cast<int64_t>(slots.size()), std::move(validity),
                  {std::move(offsets.buffer)}, {std::move(child)});
}

Result<std::shared_ptr<ArrayData>> gather_structs(const ArrayData& values, const SlotList& slots) {
  Validity validity = gather_validity(values, slots);
  std::vector<int32_t> shifted;
  if (values.offset != 0) {
    shifted.assign(slots.numbers().begin(), slots.numbers().end());
    for (int32_t& slot : shifted)
      slot = slot < 0 ? slot : slot + static_cast<int32_t>(values.offset);
  }
  const SlotList moved(shifted);
  const SlotList& of_children = values.offset != 0 ? moved : slots;
  std::vector<std::shared_ptr<ArrayData>> children;
  for (const std::shared_ptr<ArrayData>& child : values.child_data) {
    HW_ASSIGN_OR_RETURN(std::shared_ptr<ArrayData> gathered, gather_values(*child, of_children));
    children.push_back(std::move(gathered));
  }
  return assemble(values, static_cast<int64_t>(slots.size()), std::move(validity), {},
                  std::move(children));
}

std::vector<std::shared_ptr<ArrayData>> null_children(const arrow::DataType& type) {
  std::vector<std::shared_ptr<ArrayData>> children;
  for (const std::shared_ptr<arrow::Field>& field : type.fields()) {
    children.push_back(one_null(field->type()));
  }
  return children;
}

}  // namespace

SlotList::SlotList(std::span<const int32_t> slots) : numbers_(slots) {
  int32_t all = 0;
  for (const int32_t slot : slots) all |= slot;
  any_negative_ = all < 0;
}

const std::vector<uint64_t>& SlotList::mask() const {
  constexpr int64_t kSlotsApart = 8;  // on the average, at most: a word gives some bits
  if (mask_made_) return mask_;
  mask_made_ = true;
  if (numbers_.empty() || any_negative_) return mask_;
  const int64_t extent = int64_t{numbers_.back()} - numbers_.front() + 1;
  if (extent < 1 || extent > static_cast<int64_t>(numbers_.size()) * kSlotsApart) return mask_;
  bool ascending = true;
  for (size_t i = 1; i < numbers_.size(); ++i) ascending &= numbers_[i - 1] < numbers_[i];
  if (!ascending) return mask_;
  mask_.resize(static_cast<size_t>((extent + 63) / 64));
  for (const int32_t number : numbers_) {
    const auto bit = static_cast<uint32_t>(number - numbers_.front());
    mask_[bit / 64] |= uint64_t{1} << (bit % 64);
  }
  return mask_;
}

Result<std::shared_ptr<ArrayData>> gather_values(const ArrayData& values, const SlotList& slots) {
  switch (values.type->id()) {
    case arrow::Type::NA: {
      const auto n = static_cast<int64_t>(slots.size());
      return ArrayData::Make(values.type, n, {nullptr}, n);
    }
    case arrow::Type::BOOL:
      return gather_bools(values, slots);
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
      return gather_bytes(values, slots);
    case arrow::Type::LIST:
    case arrow::Type::MAP:
      return gather_lists(values, slots);
    case arrow::Type::STRUCT:
      return gather_structs(values, slots);
    default:
      return gather_fixed(values, slots, values.type->bit_width() / 8);
  }
}

std::shared_ptr<ArrayData> one_null(const std::shared_ptr<arrow::DataType>& type) {
  const auto null_bit = zeroed_buffer(1);
  switch (type->id()) {
    case arrow::Type::NA:
      return ArrayData::Make(type, 1, {nullptr}, 1);
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
      return ArrayData::Make(type, 1, {null_bit, zeroed_buffer(8), pooled_buffer(0)}, 1);
    case arrow::Type::LIST:
    case arrow::Type::MAP: {
      // The child has one row that no list refers to: an empty one of any type is more code.
      std::vector<std::shared_ptr<ArrayData>> children;
      children.push_back(one_null(type->field(0)->type())->Slice(0, 0));
      return ArrayData::Make(type, 1, {null_bit, zeroed_buffer(8)}, std::move(children), 1);
    }
    case arrow::Type::STRUCT:
      return ArrayData::Make(type, 1, {null_bit}, null_children(*type), 1);
    default:
      return ArrayData::Make(type, 1, {null_bit, zeroed_buffer(16)}, 1);
  }
}

}  // namespace hw
