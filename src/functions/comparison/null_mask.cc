// SPDX-License-Identifier: Apache-2.0

#include "functions/comparison/null_mask.h"

#include <algorithm>

#include "expr/kernel_output.h"

namespace hw {
namespace {

/// `known_at(begin, width)`: validity of that many rows.
template <typename KnownAt>
std::vector<uint64_t> mask_of(int64_t n, KnownAt known_at) {
  std::vector<uint64_t> words(static_cast<size_t>((n + 63) / 64));
  for (int64_t base = 0; base < n; base += 64) {
    const int64_t width = std::min<int64_t>(64, n - base);
    const uint64_t used = width == 64 ? ~uint64_t{0} : (uint64_t{1} << width) - 1;
    words[static_cast<size_t>(base / 64)] = ~known_at(base, width) & used;
  }
  return words;
}

}  // namespace

std::vector<uint64_t> null_mask(const Column& column) {
  if (!column.may_have_nulls()) return {};
  const int64_t n = column.num_rows();
  if (!column.is_plain()) {
    std::vector<uint64_t> words(static_cast<size_t>((n + 63) / 64));
    for (int64_t i = 0; i < n; ++i) {
      words[static_cast<size_t>(i / 64)] |= uint64_t{column.is_null(i)} << i % 64;
    }
    return words;
  }
  return mask_of(n, [&](int64_t base, int64_t width) {
    return load_bits(column.validity(), column.values().offset + base, width);
  });
}

std::vector<uint64_t> null_mask_of_field(const Column& row, int field) {
  const arrow::ArrayData& parent = row.values();
  const arrow::ArrayData& child = *parent.child_data[static_cast<size_t>(field)];
  const bool child_has_nulls = child.null_count.load() != 0 && child.buffers[0] != nullptr;
  const uint8_t* const outer = row.validity();
  const uint8_t* inner = child_has_nulls ? child.buffers[0]->data() : nullptr;
  // Often the fields have the bits of their ROW.
  if (inner == outer && child.offset == 0) inner = nullptr;
  if (outer == nullptr && inner == nullptr) return {};
  return mask_of(row.num_rows(), [&](int64_t base, int64_t width) {
    uint64_t known = ~uint64_t{0};
    if (outer != nullptr) known &= load_bits(outer, parent.offset + base, width);
    if (inner != nullptr) known &= load_bits(inner, parent.offset + child.offset + base, width);
    return known;
  });
}

}  // namespace hw
