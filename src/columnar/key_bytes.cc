// SPDX-License-Identifier: Apache-2.0

#include "columnar/key_bytes.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/assert.h"
#include "columnar/nested.h"

namespace hw {
namespace {

struct Raw128 {
  uint64_t low;
  uint64_t high;
};

/// -0.0 is 0.0, and of the NaNs there is one.
template <typename T>
T normalised(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    if (value == 0) return T{0};
    if (std::isnan(value)) return std::numeric_limits<T>::quiet_NaN();
  }
  return value;
}

template <typename T>
void put(T value, std::string& out) {
  static_assert(std::endian::native == std::endian::little);
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  out.append(bytes, sizeof(T));
}

enum class Form : uint8_t { kKey, kValue };

void append_slot(const Column& column, int64_t slot, Form form, std::string& out);

template <typename T>
void append_fixed(const Column& column, int64_t slot, Form form, std::string& out) {
  const T value = column.slot_value<T>(slot);
  put(form == Form::kKey ? normalised(value) : value, out);
}

void append_elements(const Column& column, int64_t slot, Form form, std::string& out) {
  const ColumnPtr storage = Column::plain(column.type(), column.values_ptr());
  const ElementsView view(*storage);
  put(static_cast<uint32_t>(view.count(slot)), out);
  if (column.type().is(TypeKind::kArray)) {
    for (int64_t i = view.begin(slot); i < view.end(slot); ++i) {
      append_slot(*view.elements(), i, form, out);
    }
    return;
  }
  std::vector<std::string> entries;
  for (int64_t i = view.begin(slot); i < view.end(slot); ++i) {
    std::string& entry = entries.emplace_back();
    append_slot(*view.keys(), i, form, entry);
    append_slot(*view.values(), i, form, entry);
  }
  // Maps are equal whatever the order of their entries.
  if (form == Form::kKey) std::sort(entries.begin(), entries.end());
  for (const std::string& entry : entries) out += entry;
}

void append_row_fields(const Column& column, int64_t slot, Form form, std::string& out) {
  const ColumnPtr storage = Column::plain(column.type(), column.values_ptr());
  for (int i = 0; i < static_cast<int>(column.type().fields().size()); ++i) {
    append_slot(*row_field(*storage, i), slot, form, out);
  }
}

/// Requires: not NULL. Writes no tag.
void append_present(const Column& column, int64_t slot, Form form, std::string& out) {
  switch (column.type().physical()) {
    case PhysicalType::kNone:
      return;
    case PhysicalType::kBool:
      out += column.slot_value<bool>(slot) ? '\1' : '\0';
      return;
    case PhysicalType::kInt8:
      return append_fixed<int8_t>(column, slot, form, out);
    case PhysicalType::kInt16:
      return append_fixed<int16_t>(column, slot, form, out);
    case PhysicalType::kInt32:
      return append_fixed<int32_t>(column, slot, form, out);
    case PhysicalType::kInt64:
      return append_fixed<int64_t>(column, slot, form, out);
    case PhysicalType::kFloat32:
      return append_fixed<float>(column, slot, form, out);
    case PhysicalType::kFloat64:
      return append_fixed<double>(column, slot, form, out);
    case PhysicalType::kDecimal128:
      return append_fixed<Raw128>(column, slot, form, out);
    case PhysicalType::kBytes: {
      const auto value = column.slot_value<std::string_view>(slot);
      put(static_cast<uint32_t>(value.size()), out);
      out += value;
      return;
    }
    case PhysicalType::kList:
    case PhysicalType::kMap:
      return append_elements(column, slot, form, out);
    case PhysicalType::kStruct:
      return append_row_fields(column, slot, form, out);
  }
}

void append_slot(const Column& column, int64_t slot, Form form, std::string& out) {
  if (column.slot_is_null(slot)) {
    out += '\0';
    return;
  }
  out += '\1';
  append_present(column, slot, form, out);
}

uint64_t hash_bytes(std::string_view bytes) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), kKeyHashSeed);
}

uint64_t null_hash() { return hash_bytes(std::string_view("\0", 1)); }

/// Hashes slots [0, n) of storage that is read as plain.
template <typename T>
void hash_fixed_slots(const Column& storage, int64_t n, uint64_t* hashes) {
  const uint64_t if_null = null_hash();
  const bool nulls = storage.may_have_nulls();
  for (int64_t i = 0; i < n; ++i) {
    // The length is known here, so that the hash is a handful of instructions.
    char bytes[1 + sizeof(T)];
    bytes[0] = '\1';
    const T value = normalised(storage.slot_value<T>(i));
    std::memcpy(bytes + 1, &value, sizeof(T));
    const uint64_t hash = XXH3_64bits_withSeed(bytes, sizeof(bytes), kKeyHashSeed);
    hashes[i] = nulls && storage.slot_is_null(i) ? if_null : hash;
  }
}

void hash_text_slots(const Column& storage, int64_t n, uint64_t* hashes) {
  std::string scratch;
  for (int64_t i = 0; i < n; ++i) {
    if (storage.slot_is_null(i)) {
      hashes[i] = null_hash();
      continue;
    }
    const auto value = storage.slot_value<std::string_view>(i);
    const auto size = static_cast<uint32_t>(value.size());
    if (scratch.size() < value.size() + 5) scratch.resize(value.size() + 64);
    char* bytes = scratch.data();
    bytes[0] = '\1';
    std::memcpy(bytes + 1, &size, sizeof(size));
    if (size > 0) std::memcpy(bytes + 5, value.data(), size);
    hashes[i] = XXH3_64bits_withSeed(bytes, size + 5, kKeyHashSeed);
  }
}

void hash_any_slots(const Column& storage, int64_t n, uint64_t* hashes) {
  std::string bytes;
  for (int64_t i = 0; i < n; ++i) {
    bytes.clear();
    append_slot(storage, i, Form::kKey, bytes);
    hashes[i] = hash_bytes(bytes);
  }
}

void hash_slots(const Column& storage, int64_t n, uint64_t* hashes) {
  switch (storage.type().physical()) {
    case PhysicalType::kInt8:
      return hash_fixed_slots<int8_t>(storage, n, hashes);
    case PhysicalType::kInt16:
      return hash_fixed_slots<int16_t>(storage, n, hashes);
    case PhysicalType::kInt32:
      return hash_fixed_slots<int32_t>(storage, n, hashes);
    case PhysicalType::kInt64:
      return hash_fixed_slots<int64_t>(storage, n, hashes);
    case PhysicalType::kFloat32:
      return hash_fixed_slots<float>(storage, n, hashes);
    case PhysicalType::kFloat64:
      return hash_fixed_slots<double>(storage, n, hashes);
    case PhysicalType::kDecimal128:
      return hash_fixed_slots<Raw128>(storage, n, hashes);
    case PhysicalType::kBytes:
      return hash_text_slots(storage, n, hashes);
    default:
      return hash_any_slots(storage, n, hashes);
  }
}

void hash_one_column(const Column& column, int64_t n, std::vector<uint64_t>& hashes) {
  if (column.is_plain()) return hash_slots(column, n, hashes.data());
  const int64_t num_values = column.is_constant() ? 1 : column.values().length;
  if (num_values > n) {
    // More distinct values than rows: only those that are there.
    std::string bytes;
    for (int64_t row = 0; row < n; ++row) {
      bytes.clear();
      append_slot(column, column.slot(row), Form::kKey, bytes);
      hashes[static_cast<size_t>(row)] = hash_bytes(bytes);
    }
    return;
  }
  std::vector<uint64_t> by_slot(static_cast<size_t>(num_values));
  hash_slots(column, num_values, by_slot.data());
  for (int64_t row = 0; row < n; ++row) {
    hashes[static_cast<size_t>(row)] = by_slot[static_cast<size_t>(column.slot(row))];
  }
}

/// The key bytes of a block of rows side by side in slots of equal size, one column after the
/// other: for keys of fixed width.
class FixedKeyBlock {
 public:
  static constexpr int64_t kRows = 256;

  explicit FixedKeyBlock(std::span<const ColumnPtr> columns) : columns_(columns) {
    for (const ColumnPtr& column : columns) stride_ += 1 + column->type().fixed_width();
    bytes_.resize(static_cast<size_t>(kRows * stride_));
  }

  void hash(int64_t first_row, int64_t n, uint64_t* hashes) {
    std::fill_n(sizes_, n, 0);
    for (const ColumnPtr& column : columns_) append(*column, first_row, n);
    for (int64_t i = 0; i < n; ++i) {
      hashes[i] = XXH3_64bits_withSeed(bytes_.data() + i * stride_, static_cast<size_t>(sizes_[i]),
                                       kKeyHashSeed);
    }
  }

 private:
  void append(const Column& column, int64_t first_row, int64_t n) {
    switch (column.type().physical()) {
      case PhysicalType::kBool:
        return append_values<bool>(column, first_row, n);
      case PhysicalType::kInt8:
        return append_values<int8_t>(column, first_row, n);
      case PhysicalType::kInt16:
        return append_values<int16_t>(column, first_row, n);
      case PhysicalType::kInt32:
        return append_values<int32_t>(column, first_row, n);
      case PhysicalType::kInt64:
        return append_values<int64_t>(column, first_row, n);
      case PhysicalType::kFloat32:
        return append_values<float>(column, first_row, n);
      case PhysicalType::kFloat64:
        return append_values<double>(column, first_row, n);
      default:
        return append_values<Raw128>(column, first_row, n);
    }
  }

  template <typename T>
  void append_values(const Column& column, int64_t first_row, int64_t n) {
    for (int64_t i = 0; i < n; ++i) {
      const int64_t slot = column.slot(first_row + i);
      char* place = bytes_.data() + i * stride_ + sizes_[i];
      const bool is_null = column.slot_is_null(slot);
      const T value = normalised(column.slot_value<T>(slot));
      place[0] = is_null ? '\0' : '\1';
      std::memcpy(place + 1, &value, sizeof(T));
      sizes_[i] += is_null ? 1 : 1 + static_cast<int32_t>(sizeof(T));
    }
  }

  const std::span<const ColumnPtr> columns_;
  int64_t stride_ = 0;
  std::vector<char> bytes_;
  int32_t sizes_[kRows];
};

bool all_fixed_width(std::span<const ColumnPtr> columns) {
  return std::all_of(columns.begin(), columns.end(),
                     [](const ColumnPtr& column) { return column->type().fixed_width() > 0; });
}

}  // namespace

std::vector<uint64_t> hash_keys(std::span<const ColumnPtr> columns, int64_t num_rows) {
  std::vector<uint64_t> hashes(static_cast<size_t>(num_rows));
  if (columns.empty()) {
    std::fill(hashes.begin(), hashes.end(), hash_bytes({}));
  } else if (columns.size() == 1) {
    hash_one_column(*columns[0], num_rows, hashes);
  } else if (all_fixed_width(columns)) {
    FixedKeyBlock block(columns);
    for (int64_t row = 0; row < num_rows; row += FixedKeyBlock::kRows) {
      block.hash(row, std::min(FixedKeyBlock::kRows, num_rows - row), hashes.data() + row);
    }
  } else {
    std::string bytes;
    for (int64_t row = 0; row < num_rows; ++row) {
      bytes.clear();
      append_key_bytes(columns, row, bytes);
      hashes[static_cast<size_t>(row)] = hash_bytes(bytes);
    }
  }
  return hashes;
}

void append_key_bytes(std::span<const ColumnPtr> columns, int64_t row, std::string& out) {
  for (const ColumnPtr& column : columns) append_slot(*column, column->slot(row), Form::kKey, out);
}

void append_value_bytes(const Column& column, int64_t row, std::string& out) {
  append_slot(column, column.slot(row), Form::kValue, out);
}

}  // namespace hw
