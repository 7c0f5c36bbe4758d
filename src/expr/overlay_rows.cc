// SPDX-License-Identifier: Apache-2.0

#include "expr/overlay_rows.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>
#include <vector>

#include "expr/kernel_output.h"
#include "expr/row_value.h"

namespace hw {
namespace {

/// 64 validity bits from row `begin` on.
uint64_t valid_bits(const Column& column, int64_t begin, int64_t count) {
  if (!column.may_have_nulls()) return ~uint64_t{0};
  if (column.is_constant()) return column.slot_is_null(0) ? 0 : ~uint64_t{0};
  return load_bits(column.validity(), column.values().offset + begin, count);
}

/// Where values of a layer lie.
template <typename T>
struct Values {
  explicit Values(const Column& column) : bytes(value_bytes<T>(column)), mask(row_mask(column)) {}
  const void* bytes;
  int64_t mask;
};

template <typename T>
Result<ColumnPtr> overlay(const SqlType& type, std::span<const Layer> layers, const Column& rest) {
  const int64_t n = rest.num_rows();
  HW_ASSIGN_OR_RETURN(BufferPtr values, allocate_values<T>(n));
  auto* out = reinterpret_cast<T*>(values->mutable_data());
  const Values<T> below(rest);
  if (rest.is_constant()) {
    std::fill(out, out + n, load_value<T>(below.bytes, 0));
  } else if (n > 0) {
    std::memcpy(out, below.bytes, static_cast<size_t>(n) * sizeof(T));
  }
  bool nulls = rest.may_have_nulls();
  for (const Layer& layer : layers) nulls = nulls || layer.column->may_have_nulls();
  BufferPtr validity;
  if (nulls) {
    HW_ASSIGN_OR_RETURN(validity, allocate_bitmap(n));
  }
  std::vector<Values<T>> above;
  for (const Layer& layer : layers) above.emplace_back(*layer.column);
  bool all_valid = true;
  for (int64_t begin = 0; begin < n; begin += 64) {
    const int64_t count = std::min<int64_t>(64, n - begin);
    uint64_t open = count == 64 ? ~uint64_t{0} : (uint64_t{1} << count) - 1;
    const uint64_t rows = open;
    uint64_t valid = 0;
    for (size_t k = 0; k < layers.size(); ++k) {
      const uint64_t shown = layers[k].where.true_words()[static_cast<size_t>(begin / 64)] & open;
      open &= ~shown;
      if (nulls) valid |= shown & valid_bits(*layers[k].column, begin, count);
      for (uint64_t left = shown; left != 0; left &= left - 1) {
        const int64_t row = begin + std::countr_zero(left);
        out[row] = load_value<T>(above[k].bytes, row & above[k].mask);
      }
    }
    if (!nulls) continue;
    valid |= open & valid_bits(rest, begin, count);
    all_valid = all_valid && valid == rows;
    std::memcpy(validity->mutable_data() + begin / 8, &valid, sizeof(valid));
  }
  if (all_valid) validity = nullptr;
  return make_plain(type, n, std::move(validity), std::move(values));
}

}  // namespace

bool can_overlay(const SqlType& type) {
  return type.fixed_width() > 0 && type.physical() != PhysicalType::kBool;
}

Result<ColumnPtr> overlay_rows(const SqlType& type, std::span<const Layer> layers,
                               const ColumnPtr& rest) {
  std::vector<Layer> flat(layers.begin(), layers.end());
  ColumnPtr below = rest;
  const auto flatten = [](ColumnPtr& column) -> Status {
    if (column->encoding() != Column::Encoding::kDictionary) return Status::OK();
    HW_ASSIGN_OR_RETURN(column, column->flattened());
    return Status::OK();
  };
  HW_TRY(flatten(below));
  for (Layer& layer : flat) HW_TRY(flatten(layer.column));
  switch (type.fixed_width()) {
    case 1:
      return overlay<int8_t>(type, flat, *below);
    case 2:
      return overlay<int16_t>(type, flat, *below);
    case 4:
      return overlay<int32_t>(type, flat, *below);
    case 8:
      return overlay<int64_t>(type, flat, *below);
    default:
      return overlay<Int128>(type, flat, *below);
  }
}

}  // namespace hw
