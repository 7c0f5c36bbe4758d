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

/// XXH3-64 of the key bytes of one value of four or eight bytes, in registers: writing five or nine
/// bytes and reading them back as overlapping words costs more than the hash. The constants are
/// words of XXH3's secret, combined as it does for these lengths.
class ShortHash {
 public:
  /// `01` and four bytes.
  static uint64_t of(uint32_t value) {
    constexpr uint64_t kSeed =
        kKeyHashSeed ^ (uint64_t{__builtin_bswap32(static_cast<uint32_t>(kKeyHashSeed))} << 32);
    constexpr uint64_t kFlip = (0x1cad21f72c81017c ^ 0xdb979083e96dd4de) - kSeed;
    constexpr uint64_t kMix = 0x9fb21c651e98df25;
    constexpr uint64_t kLength = 5;
    const uint32_t first = 1 | value << 8;
    uint64_t hash = (value + (uint64_t{first} << 32)) ^ kFlip;
    hash ^= std::rotl(hash, 49) ^ std::rotl(hash, 24);
    hash *= kMix;
    hash ^= (hash >> 35) + kLength;
    hash *= kMix;
    return hash ^ (hash >> 28);
  }

  /// `01` and eight bytes.
  static uint64_t of(uint64_t value) {
    constexpr uint64_t kFlipLow = (0x1f67b3b7a4a44072 ^ 0x78e5c0cc4ee679cb) + kKeyHashSeed;
    constexpr uint64_t kFlipHigh = (0x2172ffcc7dd05a82 ^ 0x8e2443f7744608b8) - kKeyHashSeed;
    constexpr uint64_t kLength = 9;
    const uint64_t low = (1 | value << 8) ^ kFlipLow;
    const uint64_t high = value ^ kFlipHigh;
    const auto product = static_cast<Wide>(low) * high;
    const uint64_t folded = static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
    uint64_t hash = kLength + __builtin_bswap64(low) + high + folded;
    hash ^= hash >> 37;
    hash *= 0x165667919e3779f9;
    return hash ^ (hash >> 32);
  }

 private:
  __extension__ using Wide = unsigned __int128;
};

uint64_t hash_bytes(std::string_view bytes) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), kKeyHashSeed);
}

uint64_t null_hash() { return hash_bytes(std::string_view("\0", 1)); }

template <typename T>
uint64_t hash_fixed(T value) {
  if constexpr (sizeof(T) == 4) {
    return ShortHash::of(std::bit_cast<uint32_t>(normalised(value)));
  } else if constexpr (sizeof(T) == 8) {
    return ShortHash::of(std::bit_cast<uint64_t>(normalised(value)));
  } else {
    char bytes[1 + sizeof(T)];
    bytes[0] = '\1';
    std::memcpy(bytes + 1, &value, sizeof(T));
    return XXH3_64bits_withSeed(bytes, sizeof(bytes), kKeyHashSeed);
  }
}

/// Hashes slots [0, n) of storage that is read as plain.
template <typename T>
void hash_fixed_slots(const Column& storage, int64_t n, uint64_t* __restrict hashes) {
  const T* values = storage.data<T>();
  for (int64_t i = 0; i < n; ++i) hashes[i] = hash_fixed(values[i]);
  if (!storage.may_have_nulls()) return;
  const uint64_t if_null = null_hash();
  for (int64_t i = 0; i < n; ++i) {
    if (storage.slot_is_null(i)) hashes[i] = if_null;
  }
}

/// Returns the end of what it wrote.
char* write_text_key(const Column& storage, int64_t slot, char* place) {
  if (storage.slot_is_null(slot)) {
    *place = '\0';
    return place + 1;
  }
  const auto value = storage.slot_value<std::string_view>(slot);
  const auto size = static_cast<uint32_t>(value.size());
  *place = '\1';
  std::memcpy(place + 1, &size, sizeof(size));
  if (size > 0) std::memcpy(place + 5, value.data(), size);
  return place + 5 + size;
}

/// Writes a block of rows first and hashes it then: a load that overlaps two stores has to wait
/// for both.
void hash_text_slots(const Column& storage, int64_t n, uint64_t* hashes) {
  constexpr int64_t kBlockRows = 64;
  std::string block;
  size_t ends[kBlockRows];
  for (int64_t first = 0; first < n; first += kBlockRows) {
    const int64_t rows = std::min(kBlockRows, n - first);
    size_t room = 0;
    for (int64_t i = 0; i < rows; ++i) {
      room += 5 + storage.slot_value<std::string_view>(first + i).size();
    }
    if (block.size() < room) block.resize(room + room / 2);
    char* place = block.data();
    for (int64_t i = 0; i < rows; ++i) {
      place = write_text_key(storage, first + i, place);
      ends[i] = static_cast<size_t>(place - block.data());
    }
    size_t begin = 0;
    for (int64_t i = 0; i < rows; begin = ends[i++]) {
      hashes[first + i] = hash_bytes({block.data() + begin, ends[i] - begin});
    }
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
    if constexpr (!std::is_same_v<T, bool>) {
      if (column.is_plain() && !column.may_have_nulls()) {
        return append_plain(column.data<T>() + first_row, n);
      }
    }
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

  template <typename T>
  void append_plain(const T* values, int64_t n) {
    for (int64_t i = 0; i < n; ++i) {
      char* place = bytes_.data() + i * stride_ + sizes_[i];
      const T value = normalised(values[i]);
      place[0] = '\1';
      std::memcpy(place + 1, &value, sizeof(T));
      sizes_[i] += 1 + static_cast<int32_t>(sizeof(T));
    }
  }

  const std::span<const ColumnPtr> columns_;
  int64_t stride_ = 0;
  std::vector<char> bytes_;
  int32_t sizes_[kRows];
};

void hash_mixed_columns(std::span<const ColumnPtr> columns, int64_t n, uint64_t* hashes) {
  constexpr int64_t kBlockRows = 64;
  std::string block;
  size_t ends[kBlockRows];
  for (int64_t first = 0; first < n; first += kBlockRows) {
    const int64_t rows = std::min(kBlockRows, n - first);
    block.clear();
    for (int64_t i = 0; i < rows; ++i) {
      append_key_bytes(columns, first + i, block);
      ends[i] = block.size();
    }
    size_t begin = 0;
    for (int64_t i = 0; i < rows; begin = ends[i++]) {
      hashes[first + i] = hash_bytes({block.data() + begin, ends[i] - begin});
    }
  }
}

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
    hash_mixed_columns(columns, num_rows, hashes.data());
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
