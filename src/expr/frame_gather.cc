// SPDX-License-Identifier: Apache-2.0

#include "expr/frame_gather.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include <arrow/util/bit_util.h>

#include "columnar/gather.h"

namespace hw {
namespace {

/// Runs of this average length are worth a call of memcpy each.
constexpr size_t kLongRun = 8;

uint64_t gather_word(const uint8_t* bits, int64_t offset, const int32_t* rows, int64_t count) {
  uint64_t word = 0;
  for (int64_t j = 0; j < count; ++j) {
    word |= uint64_t{arrow::bit_util::GetBit(bits, offset + rows[j])} << j;
  }
  return word;
}

/// Of a dictionary only the codes are copied.
Result<ColumnPtr> gather_codes(const Column& column, const std::vector<int32_t>& rows) {
  HW_ASSIGN_OR_RETURN(BufferPtr codes, allocate_values<int32_t>(static_cast<int64_t>(rows.size())));
  auto* out = reinterpret_cast<int32_t*>(codes->mutable_data());
  for (const int32_t row : rows) *out++ = column.indices()[row];
  return Column::dictionary(column.type(), column.values_ptr(), std::move(codes),
                            static_cast<int64_t>(rows.size()));
}

}  // namespace

void FrameGather::find_runs(const std::vector<int32_t>& rows) {
  runs_found_ = true;
  const auto n = static_cast<int64_t>(rows.size());
  const int32_t* row = rows.data();
  int64_t first = 0;
  for (int64_t base = 1; base < n; base += 64) {
    const int64_t count = std::min<int64_t>(64, n - base);
    alignas(64) uint8_t breaks[64] = {};
    for (int64_t j = 0; j < count; ++j) breaks[j] = row[base + j] - row[base + j - 1] != 1 ? 1 : 0;
    uint64_t word = 0;
    for (int i = 0; i < 8; ++i) word |= uint64_t{pack_8(breaks + i * 8)} << (i * 8);
    for (; word != 0; word &= word - 1) {
      const int64_t at = base + std::countr_zero(word);
      runs_.push_back({row[first], static_cast<int32_t>(at - first)});
      first = at;
    }
  }
  runs_.push_back({row[first], static_cast<int32_t>(n - first)});
}

bool FrameGather::long_runs(const std::vector<int32_t>& rows) const {
  return rows.size() >= runs_.size() * kLongRun;
}

void FrameGather::copy_bits(const uint8_t* bits, int64_t offset, const std::vector<int32_t>& rows,
                            uint64_t* words) const {
  const auto n = static_cast<int64_t>(rows.size());
  if (!long_runs(rows)) {
    for (int64_t base = 0; base < n; base += 64) {
      const int64_t count = std::min<int64_t>(64, n - base);
      words[base / 64] = gather_word(bits, offset, rows.data() + base, count);
    }
    return;
  }
  int64_t to = 0;
  for (const Run& run : runs_) {
    for (int64_t at = 0; at < run.length; at += 64) {
      const int64_t count = std::min<int64_t>(64, run.length - at);
      const uint64_t word = load_bits(bits, offset + run.first + at, count);
      const int64_t shift = to % 64;
      words[to / 64] |= word << shift;
      if (shift + count > 64) words[to / 64 + 1] |= word >> (64 - shift);
      to += count;
    }
  }
}

Result<BufferPtr> FrameGather::gather_validity(const Column& column,
                                               const std::vector<int32_t>& rows) {
  if (!column.may_have_nulls()) return BufferPtr();
  const BufferPtr& from = column.values().buffers[0];
  const int64_t offset = column.values().offset;
  for (const Known& known : known_) {
    if (known.from == from && known.offset == offset) return known.gathered;
  }
  const auto n = static_cast<int64_t>(rows.size());
  HW_ASSIGN_OR_RETURN(BufferPtr gathered, allocate_bitmap(n));
  auto* words = reinterpret_cast<uint64_t*>(gathered->mutable_data());
  copy_bits(from->data(), offset, rows, words);
  int64_t valid = 0;
  for (int64_t i = 0; i < (n + 63) / 64; ++i) valid += std::popcount(words[i]);
  if (valid == n) gathered = nullptr;
  known_.push_back({from, offset, gathered});
  return gathered;
}

template <typename T>
Result<ColumnPtr> FrameGather::gather_fixed(const Column& column,
                                            const std::vector<int32_t>& rows) {
  HW_ASSIGN_OR_RETURN(BufferPtr validity, gather_validity(column, rows));
  const auto n = static_cast<int64_t>(rows.size());
  HW_ASSIGN_OR_RETURN(BufferPtr values, allocate_values<T>(n));
  const T* from = column.data<T>();
  T* out = reinterpret_cast<T*>(values->mutable_data());
  if (long_runs(rows)) {
    for (const Run& run : runs_) {
      std::memcpy(out, from + run.first, static_cast<size_t>(run.length) * sizeof(T));
      out += run.length;
    }
  } else {
    for (int64_t i = 0; i < n; ++i) out[i] = from[rows[static_cast<size_t>(i)]];
  }
  return make_plain(column.type(), n, std::move(validity), std::move(values));
}

/// Requires: long runs.
Result<ColumnPtr> FrameGather::gather_text(const Column& column, const std::vector<int32_t>& rows) {
  HW_ASSIGN_OR_RETURN(BufferPtr validity, gather_validity(column, rows));
  const auto n = static_cast<int64_t>(rows.size());
  const arrow::ArrayData& values = column.values();
  const auto* from = values.GetValues<int32_t>(1);
  int64_t size = 0;
  for (const Run& run : runs_) size += from[run.first + run.length] - from[run.first];
  HW_ASSIGN_OR_RETURN(BufferPtr offsets, allocate_values<int32_t>(n + 1));
  HW_ASSIGN_OR_RETURN(BufferPtr bytes, allocate_bytes(size));
  auto* next = reinterpret_cast<int32_t*>(offsets->mutable_data());
  int32_t to = 0;
  for (const Run& run : runs_) {
    const int32_t begin = from[run.first];
    const int32_t length = from[run.first + run.length] - begin;
    const int32_t moved = to - begin;
    for (int32_t i = 0; i < run.length; ++i) next[i] = from[run.first + i] + moved;
    if (length > 0) {
      std::memcpy(bytes->mutable_data() + to, values.buffers[2]->data() + begin,
                  static_cast<size_t>(length));
    }
    next += run.length;
    to += length;
  }
  *next = to;
  return make_plain_text(column.type(), n, std::move(validity), std::move(offsets),
                         std::move(bytes));
}

Result<ColumnPtr> FrameGather::gather(const Column& column, const std::vector<int32_t>& rows) {
  if (column.encoding() == Column::Encoding::kDictionary) return gather_codes(column, rows);
  if (!column.is_plain() || rows.empty()) return hw::gather(column, rows);
  if (!runs_found_) find_runs(rows);
  switch (column.type().physical()) {
    case PhysicalType::kInt8:
      return gather_fixed<int8_t>(column, rows);
    case PhysicalType::kInt16:
      return gather_fixed<int16_t>(column, rows);
    case PhysicalType::kInt32:
    case PhysicalType::kFloat32:
      return gather_fixed<int32_t>(column, rows);
    case PhysicalType::kInt64:
    case PhysicalType::kFloat64:
      return gather_fixed<int64_t>(column, rows);
    case PhysicalType::kDecimal128:
      return gather_fixed<std::array<int64_t, 2>>(column, rows);
    case PhysicalType::kBytes:
      if (long_runs(rows)) return gather_text(column, rows);
      break;
    default:
      break;
  }
  return hw::gather(column, rows);
}

}  // namespace hw
