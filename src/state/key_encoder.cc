// SPDX-License-Identifier: Apache-2.0

#include "state/key_encoder.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <utility>

#include <arrow/array/data.h>
#include <arrow/buffer.h>
#include <arrow/type.h>
#include <arrow/util/bit_util.h>

#include "base/memory.h"
#include "columnar/column_builder.h"
#include "columnar/key_bytes.h"

namespace hw {
namespace {

constexpr size_t kMaskBits = 8;

KeyForm form_of(const std::vector<SqlType>& types) {
  if (types.size() == 1 && types[0].physical() == PhysicalType::kBytes) return KeyForm::kText;
  int bytes = 0;
  for (const SqlType& type : types) {
    if (type.fixed_width() == 0) return KeyForm::kBytes;
    bytes += type.fixed_width();
  }
  if (types.size() > kMaskBits || bytes > 16) return KeyForm::kBytes;
  return bytes <= 8 ? KeyForm::kWord64 : KeyForm::kWord128;
}

template <typename T>
T normalised(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(value)) return std::numeric_limits<T>::quiet_NaN();
    return value == 0 ? T{0} : value;
  } else {
    return value;
  }
}

/// Writes the column into the words, `stride` bytes apart. NULL is written as zero.
template <typename T>
void pack(const Column& column, std::byte* out, size_t stride) {
  const int64_t num_rows = column.num_rows();
  const T* data = column.data<T>();
  for (int64_t i = 0; i < num_rows; ++i) {
    const T value = normalised(data[i]);
    std::memcpy(out + static_cast<size_t>(i) * stride, &value, sizeof(T));
  }
  if (!column.may_have_nulls()) return;
  for (int64_t i = 0; i < num_rows; ++i) {
    if (column.is_null(i)) std::memset(out + static_cast<size_t>(i) * stride, 0, sizeof(T));
  }
}

void pack_bool(const Column& column, std::byte* out, size_t stride) {
  for (int64_t i = 0; i < column.num_rows(); ++i) {
    const bool set = !column.is_null(i) && column.value<bool>(i);
    out[static_cast<size_t>(i) * stride] = std::byte{set};
  }
}

void pack_column(const Column& column, std::byte* out, size_t stride) {
  switch (column.type().physical()) {
    case PhysicalType::kBool:
      return pack_bool(column, out, stride);
    case PhysicalType::kInt8:
      return pack<int8_t>(column, out, stride);
    case PhysicalType::kInt16:
      return pack<int16_t>(column, out, stride);
    case PhysicalType::kInt32:
      return pack<int32_t>(column, out, stride);
    case PhysicalType::kInt64:
      return pack<int64_t>(column, out, stride);
    case PhysicalType::kFloat32:
      return pack<float>(column, out, stride);
    case PhysicalType::kFloat64:
      return pack<double>(column, out, stride);
    case PhysicalType::kDecimal128:
      return pack<Word128>(column, out, stride);
    default:
      HW_CHECK(false);
  }
}

template <typename T>
std::shared_ptr<arrow::Buffer> unpack(const std::byte* words, size_t stride, size_t num_rows) {
  auto buffer = pooled_buffer(static_cast<int64_t>(num_rows * sizeof(T)));
  T* out = reinterpret_cast<T*>(buffer->mutable_data());
  for (size_t i = 0; i < num_rows; ++i) std::memcpy(&out[i], words + i * stride, sizeof(T));
  return buffer;
}

std::shared_ptr<arrow::Buffer> unpack_bool(const std::byte* words, size_t stride, size_t num_rows) {
  auto buffer = zeroed_buffer(arrow::bit_util::BytesForBits(static_cast<int64_t>(num_rows)));
  for (size_t i = 0; i < num_rows; ++i) {
    const auto bit = static_cast<uint8_t>(words[i * stride]);
    buffer->mutable_data()[i >> 3] |= static_cast<uint8_t>(bit << (i & 7));
  }
  return buffer;
}

std::shared_ptr<arrow::Buffer> unpack_column(const SqlType& type, const std::byte* words,
                                             size_t stride, size_t num_rows) {
  switch (type.fixed_width()) {
    case 1:
      if (type.physical() == PhysicalType::kBool) return unpack_bool(words, stride, num_rows);
      return unpack<int8_t>(words, stride, num_rows);
    case 2:
      return unpack<int16_t>(words, stride, num_rows);
    case 4:
      return unpack<int32_t>(words, stride, num_rows);
    case 8:
      return unpack<int64_t>(words, stride, num_rows);
    default:
      return unpack<Word128>(words, stride, num_rows);
  }
}

/// Types whose key bytes are their bytes in memory, text behind its length.
bool is_copied(const SqlType& type) {
  switch (type.physical()) {
    case PhysicalType::kInt8:
    case PhysicalType::kInt16:
    case PhysicalType::kInt32:
    case PhysicalType::kInt64:
    case PhysicalType::kDecimal128:
    case PhysicalType::kBytes:
      return true;
    default:
      return false;
  }
}

constexpr size_t kTagBytes = 1;

/// Adds to each row how many key bytes the column has there.
void add_key_lengths(const Column& column, size_t num_rows, size_t* lengths) {
  const auto width = static_cast<size_t>(column.type().fixed_width());
  for (size_t i = 0; i < num_rows; ++i) {
    const auto row = static_cast<int64_t>(i);
    lengths[i] += kTagBytes;
    if (column.may_have_nulls() && column.is_null(row)) continue;
    lengths[i] +=
        width > 0 ? width : sizeof(uint32_t) + column.slot_value<std::string_view>(row).size();
  }
}

template <typename T>
void put_fixed_keys(const Column& column, char* bytes, std::vector<size_t>& ends) {
  const T* values = column.data<T>();
  for (size_t i = 0; i < ends.size(); ++i) {
    char* place = bytes + ends[i];
    const bool is_null = column.may_have_nulls() && column.is_null(static_cast<int64_t>(i));
    *place = is_null ? '\0' : '\1';
    if (!is_null) std::memcpy(place + kTagBytes, &values[i], sizeof(T));
    ends[i] += kTagBytes + (is_null ? 0 : sizeof(T));
  }
}

/// Writes the column's part of each row's key at ends[i], and moves that on.
void put_keys(const Column& column, char* bytes, std::vector<size_t>& ends) {
  switch (column.type().fixed_width()) {
    case 1:
      return put_fixed_keys<int8_t>(column, bytes, ends);
    case 2:
      return put_fixed_keys<int16_t>(column, bytes, ends);
    case 4:
      return put_fixed_keys<int32_t>(column, bytes, ends);
    case 8:
      return put_fixed_keys<int64_t>(column, bytes, ends);
    case 16:
      return put_fixed_keys<Word128>(column, bytes, ends);
    default:
      break;
  }
  for (size_t i = 0; i < ends.size(); ++i) {
    const auto row = static_cast<int64_t>(i);
    char* place = bytes + ends[i];
    const bool is_null = column.may_have_nulls() && column.is_null(row);
    *place++ = is_null ? '\0' : '\1';
    if (!is_null) {
      const auto text = column.slot_value<std::string_view>(row);
      const auto length = static_cast<uint32_t>(text.size());
      std::memcpy(place, &length, sizeof(length));
      place += sizeof(length);
      if (!text.empty()) std::memcpy(place, text.data(), text.size());
      place += text.size();
    }
    ends[i] = static_cast<size_t>(place - bytes);
  }
}

/// The bytes of append_key_bytes, one row behind the other. Values of plain types are written
/// column by column.
void encode_bytes(const std::vector<SqlType>& types, std::span<const ColumnPtr> keys,
                  size_t num_rows, std::string& bytes, std::vector<std::string_view>& rows) {
  std::vector<size_t> begins(num_rows + 1, 0);
  if (std::all_of(types.begin(), types.end(), is_copied)) {
    for (const ColumnPtr& key : keys) add_key_lengths(*key, num_rows, begins.data() + 1);
    for (size_t i = 0; i < num_rows; ++i) begins[i + 1] += begins[i];
    bytes.resize(begins[num_rows]);
    std::vector<size_t> ends(begins.begin(), begins.end() - 1);
    for (const ColumnPtr& key : keys) put_keys(*key, bytes.data(), ends);
  } else {
    bytes.clear();
    for (size_t i = 0; i < num_rows; ++i) {
      append_key_bytes(keys, static_cast<int64_t>(i), bytes);
      begins[i + 1] = bytes.size();
    }
  }
  rows.resize(num_rows);
  for (size_t i = 0; i < num_rows; ++i) {
    rows[i] = std::string_view(bytes).substr(begins[i], begins[i + 1] - begins[i]);
  }
}

/// Null when no row's mask has the bit.
std::shared_ptr<arrow::Buffer> validity_of_masks(const RowChunks& rows, int bit,
                                                 std::span<const uint32_t> numbers) {
  const FixedColumn<uint8_t> masks = rows.fixed<uint8_t>(1);
  uint8_t any = 0;
  for (const uint32_t row : numbers) any |= masks[row];
  if (((any >> bit) & 1) == 0) return nullptr;
  auto buffer = zeroed_buffer(arrow::bit_util::BytesForBits(static_cast<int64_t>(numbers.size())));
  for (size_t i = 0; i < numbers.size(); ++i) {
    const auto valid = static_cast<uint8_t>(((masks[numbers[i]] >> bit) & 1) ^ 1);
    buffer->mutable_data()[i >> 3] |= static_cast<uint8_t>(valid << (i & 7));
  }
  return buffer;
}

/// One value of a key.
struct KeyPart {
  bool present = false;
  std::string_view bytes;
};

/// Takes one value that append_key_bytes wrote off the front, where that needs no decoding.
bool take_part(const SqlType& type, std::string_view& bytes, KeyPart& part) {
  if (bytes.empty() || bytes[0] < 0 || bytes[0] > 1) return false;
  part.present = bytes[0] == 1;
  size_t begin = kTagBytes;
  auto length = static_cast<size_t>(part.present ? type.fixed_width() : 0);
  if (part.present && type.physical() == PhysicalType::kBytes) {
    uint32_t text_length = 0;
    if (bytes.size() < begin + sizeof(text_length)) return false;
    std::memcpy(&text_length, bytes.data() + begin, sizeof(text_length));
    begin += sizeof(text_length);
    length = text_length;
  } else if (part.present && length == 0) {
    return false;
  }
  if (bytes.size() - begin < length) return false;
  part.bytes = bytes.substr(begin, length);
  bytes.remove_prefix(begin + length);
  return true;
}

template <typename T>
std::shared_ptr<arrow::Buffer> fixed_parts(std::span<const KeyPart> parts) {
  auto buffer = pooled_buffer(static_cast<int64_t>(parts.size() * sizeof(T)));
  T* out = reinterpret_cast<T*>(buffer->mutable_data());
  for (size_t i = 0; i < parts.size(); ++i) {
    out[i] = T{};
    if (parts[i].present) std::memcpy(&out[i], parts[i].bytes.data(), sizeof(T));
  }
  return buffer;
}

Result<std::vector<std::shared_ptr<arrow::Buffer>>> text_parts(std::span<const KeyPart> parts) {
  auto offsets = pooled_buffer(static_cast<int64_t>((parts.size() + 1) * sizeof(int32_t)));
  auto* ends = reinterpret_cast<int32_t*>(offsets->mutable_data());
  int64_t total = 0;
  ends[0] = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    total += static_cast<int64_t>(parts[i].bytes.size());
    if (total > INT32_MAX) {
      return Status::CapacityError("a column holds at most 2 GiB of text, but ", parts.size(),
                                   " keys of state are longer");
    }
    ends[i + 1] = static_cast<int32_t>(total);
  }
  auto text = pooled_buffer(total);
  for (size_t i = 0; i < parts.size(); ++i) {
    const std::string_view value = parts[i].bytes;
    if (!value.empty()) std::memcpy(text->mutable_data() + ends[i], value.data(), value.size());
  }
  return std::vector<std::shared_ptr<arrow::Buffer>>{std::move(offsets), std::move(text)};
}

Result<std::vector<std::shared_ptr<arrow::Buffer>>> buffers_of(std::span<const KeyPart> parts,
                                                               int width) {
  using Buffers = std::vector<std::shared_ptr<arrow::Buffer>>;
  switch (width) {
    case 1:
      return Buffers{fixed_parts<int8_t>(parts)};
    case 2:
      return Buffers{fixed_parts<int16_t>(parts)};
    case 4:
      return Buffers{fixed_parts<int32_t>(parts)};
    case 8:
      return Buffers{fixed_parts<int64_t>(parts)};
    case 16:
      return Buffers{fixed_parts<Word128>(parts)};
    default:
      return text_parts(parts);
  }
}

/// Null where all of them are there.
std::shared_ptr<arrow::Buffer> validity_of_parts(std::span<const KeyPart> parts) {
  if (std::ranges::all_of(parts, &KeyPart::present)) return nullptr;
  auto buffer = zeroed_buffer(arrow::bit_util::BytesForBits(static_cast<int64_t>(parts.size())));
  for (size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].present) arrow::bit_util::SetBit(buffer->mutable_data(), static_cast<int64_t>(i));
  }
  return buffer;
}

/// What encode_bytes has written column by column: the last of the types. Requires: copied types.
Result<ColumnPtr> decode_copied(std::span<const SqlType> types, const RowChunks& rows,
                                std::span<const uint32_t> numbers) {
  const SqlType& type = types.back();
  std::vector<KeyPart> parts(numbers.size());
  for (size_t i = 0; i < parts.size(); ++i) {
    std::string_view bytes = rows.bytes(0, numbers[i]);
    for (const SqlType& next : types) {
      if (take_part(next, bytes, parts[i])) continue;
      return Status::SerializationError("the stored bytes of a ", next.to_sql_without_null(),
                                        " value are damaged");
    }
  }
  HW_ASSIGN_OR_RETURN(auto buffers, buffers_of(parts, type.fixed_width()));
  buffers.insert(buffers.begin(), validity_of_parts(parts));
  return Column::plain(type,
                       arrow::ArrayData::Make(type.to_arrow(), static_cast<int64_t>(numbers.size()),
                                              std::move(buffers)));
}

Result<ColumnPtr> decode_from_bytes(const std::vector<SqlType>& types, const RowChunks& rows,
                                    int key, std::span<const uint32_t> numbers) {
  const auto wanted = static_cast<size_t>(key);
  std::vector<std::unique_ptr<ColumnBuilder>> builders(wanted + 1);
  const auto decode = [&](size_t i, std::string_view& bytes) {
    if (builders[i] == nullptr) {
      HW_ASSIGN_OR_RETURN(builders[i], ColumnBuilder::make(types[i]));
    }
    return append_decoded_value(types[i], bytes, *builders[i]);
  };
  HW_ASSIGN_OR_RETURN(builders[wanted], ColumnBuilder::make(types[wanted]));
  KeyPart stepped_over;
  for (const uint32_t row : numbers) {
    std::string_view bytes = rows.bytes(0, row);
    for (size_t i = 0; i < wanted; ++i) {
      if (!take_part(types[i], bytes, stepped_over)) HW_TRY(decode(i, bytes));
    }
    HW_TRY(decode(wanted, bytes));
  }
  return builders[wanted]->finish();
}

Result<ColumnPtr> decode_text(const SqlType& type, const RowChunks& rows,
                              std::span<const uint32_t> numbers) {
  std::vector<KeyPart> parts;
  parts.reserve(numbers.size());
  for (const uint32_t row : numbers) parts.push_back({true, rows.bytes(0, row)});
  HW_ASSIGN_OR_RETURN(auto buffers, text_parts(parts));
  buffers.insert(buffers.begin(), validity_of_masks(rows, 0, numbers));
  return Column::plain(type,
                       arrow::ArrayData::Make(type.to_arrow(), static_cast<int64_t>(numbers.size()),
                                              std::move(buffers)));
}

}  // namespace

KeyEncoder::KeyEncoder(std::vector<SqlType> types)
    : types_(std::move(types)), form_(form_of(types_)) {
  if (form_ != KeyForm::kWord64 && form_ != KeyForm::kWord128) return;
  int offset = 0;
  for (const SqlType& type : types_) {
    offsets_.push_back(offset);
    offset += type.fixed_width();
  }
}

std::vector<RowColumn> KeyEncoder::row_columns() const {
  const int width = form_ == KeyForm::kWord64 ? 8 : form_ == KeyForm::kWord128 ? 16 : 0;
  return {{.width = width, .nullable = false}, {.width = 1, .nullable = false}};
}

Result<const EncodedKeys*> KeyEncoder::encode(std::span<const ColumnPtr> keys, int64_t num_rows) {
  HW_DCHECK(keys.size() == types_.size());
  flat_.clear();
  for (const ColumnPtr& key : keys) {
    HW_DCHECK(key->num_rows() >= num_rows);
    HW_ASSIGN_OR_RETURN(ColumnPtr flat, key->is_plain() ? key : key->flattened());
    flat_.push_back(std::move(flat));
  }
  encoded_.num_rows = num_rows;
  encoded_.null_masks = nullptr;
  const auto n = static_cast<size_t>(num_rows);
  if (form_ != KeyForm::kBytes) encode_masks(flat_, num_rows);
  if (form_ == KeyForm::kWord64 || form_ == KeyForm::kWord128) {
    encode_words(flat_, num_rows);
  } else if (form_ == KeyForm::kText) {
    encoded_.bytes.resize(n);
    const Column& text = *flat_[0];
    for (size_t i = 0; i < n; ++i) {
      encoded_.bytes[i] = text.value<std::string_view>(static_cast<int64_t>(i));
      if (encoded_.null_masks != nullptr && masks_[i] != 0) encoded_.bytes[i] = {};
    }
  } else {
    encode_bytes(types_, flat_, n, bytes_, encoded_.bytes);
  }
  return &encoded_;
}

void KeyEncoder::encode_masks(std::span<const ColumnPtr> keys, int64_t num_rows) {
  bool any = false;
  for (size_t k = 0; k < keys.size(); ++k) {
    const Column& column = *keys[k];
    if (!column.may_have_nulls()) continue;
    if (!any) masks_.assign(static_cast<size_t>(num_rows), 0);
    any = true;
    for (int64_t i = 0; i < num_rows; ++i) {
      masks_[static_cast<size_t>(i)] |= static_cast<uint8_t>(column.is_null(i) << k);
    }
  }
  if (any && std::any_of(masks_.begin(), masks_.end(), [](uint8_t mask) { return mask != 0; })) {
    encoded_.null_masks = masks_.data();
  }
}

void KeyEncoder::encode_words(std::span<const ColumnPtr> keys, int64_t num_rows) {
  // One BIGINT without NULLs is its own word.
  if (keys.size() == 1 && keys[0]->type().physical() == PhysicalType::kInt64 &&
      encoded_.null_masks == nullptr) {
    encoded_.words = keys[0]->data<uint64_t>();
    return;
  }
  const bool wide = form_ == KeyForm::kWord128;
  const size_t stride = wide ? sizeof(Word128) : sizeof(uint64_t);
  const auto n = static_cast<size_t>(num_rows);
  // One at least, so that there is an address without rows, too.
  words_.assign((wide ? n : n / 2) + 1, Word128{0, 0});
  auto* out = reinterpret_cast<std::byte*>(words_.data());
  for (size_t k = 0; k < keys.size(); ++k) {
    const ColumnPtr& key = keys[k];
    const ColumnPtr cut = key->num_rows() == num_rows ? key : key->slice(0, num_rows);
    pack_column(*cut, out + offsets_[k], stride);
  }
  encoded_.words = reinterpret_cast<const uint64_t*>(words_.data());
  encoded_.wide_words = words_.data();
}

Result<ColumnPtr> KeyEncoder::decode(const RowChunks& rows, int key,
                                     std::span<const uint32_t> numbers) const {
  switch (form_) {
    case KeyForm::kWord64:
    case KeyForm::kWord128:
      return decode_word(rows, key, numbers);
    case KeyForm::kText:
      return decode_text(types_[0], rows, numbers);
    case KeyForm::kBytes: {
      const std::span<const SqlType> read = std::span(types_).first(static_cast<size_t>(key) + 1);
      if (std::ranges::all_of(read, is_copied)) return decode_copied(read, rows, numbers);
      return decode_from_bytes(types_, rows, key, numbers);
    }
  }
  return Status::UnknownError("a key form that is not known");
}

Result<ColumnPtr> KeyEncoder::decode_word(const RowChunks& rows, int key,
                                          std::span<const uint32_t> numbers) const {
  const auto k = static_cast<size_t>(key);
  const SqlType& type = types_[k];
  const size_t num_rows = numbers.size();
  const bool wide = form_ == KeyForm::kWord128;
  const size_t stride = wide ? sizeof(Word128) : sizeof(uint64_t);
  std::vector<Word128> words(wide ? num_rows : (num_rows + 1) / 2);
  if (wide) {
    const FixedColumn<Word128> stored = rows.fixed<Word128>(0);
    for (size_t i = 0; i < num_rows; ++i) words[i] = stored[numbers[i]];
  } else {
    auto* narrow = reinterpret_cast<uint64_t*>(words.data());
    const FixedColumn<uint64_t> stored = rows.fixed<uint64_t>(0);
    for (size_t i = 0; i < num_rows; ++i) narrow[i] = stored[numbers[i]];
  }
  const auto* at = reinterpret_cast<const std::byte*>(words.data()) + offsets_[k];
  return Column::plain(type, arrow::ArrayData::Make(type.to_arrow(), static_cast<int64_t>(num_rows),
                                                    {validity_of_masks(rows, key, numbers),
                                                     unpack_column(type, at, stride, num_rows)}));
}

}  // namespace hw
