// SPDX-License-Identifier: Apache-2.0
//
// How a table stores its keys: packed into one 64- or 128-bit word where the columns are of fixed
// width and fit, else as bytes. Equal keys (as GROUP BY sees them) have equal stored forms: -0.0
// and the NaNs are normalised, NULL is a bit in a mask beside the word.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "columnar/column.h"
#include "state/row_chunks.h"

namespace hw {

struct Word128 {
  uint64_t low;
  uint64_t high;
  bool operator==(const Word128&) const = default;
};

enum class KeyForm : uint8_t {
  kWord64,   // at most 8 bytes together; also no key column at all
  kWord128,  // at most 16 bytes together
  kText,     // one text or binary column as it is
  kBytes,    // anything else, as append_key_bytes writes it
};

/// The keys of one batch in stored form. Views into columns and scratch memory: valid until the
/// encoder's next call, as long as the key columns live.
struct EncodedKeys {
  int64_t num_rows = 0;
  const uint64_t* words = nullptr;      // kWord64
  const Word128* wide_words = nullptr;  // kWord128
  std::vector<std::string_view> bytes;  // kText, kBytes
  /// kWord*, kText: bit i set = key column i is NULL. Null when no key of the batch has a NULL.
  const uint8_t* null_masks = nullptr;
};

class KeyEncoder {
 public:
  explicit KeyEncoder(std::vector<SqlType> types);

  KeyForm form() const { return form_; }
  const std::vector<SqlType>& types() const { return types_; }
  /// How RowChunks stores a key: column 0 the word or bytes, column 1 the null mask (one byte).
  std::vector<RowColumn> row_columns() const;

  /// Fails when a column cannot be flattened (memory).
  Result<const EncodedKeys*> encode(std::span<const ColumnPtr> keys, int64_t num_rows);
  /// Returns key column `key` of stored rows.
  Result<ColumnPtr> decode(const RowChunks& rows, int key, std::span<const uint32_t> numbers) const;

 private:
  void encode_masks(std::span<const ColumnPtr> keys, int64_t num_rows);
  void encode_words(std::span<const ColumnPtr> keys, int64_t num_rows);
  Result<ColumnPtr> decode_word(const RowChunks& rows, int key,
                                std::span<const uint32_t> numbers) const;

  const std::vector<SqlType> types_;
  KeyForm form_;
  std::vector<int> offsets_;  // kWord*: byte offset of each key column in the word
  // Scratch.
  EncodedKeys encoded_;
  std::vector<ColumnPtr> flat_;
  std::vector<Word128> words_;
  std::vector<uint8_t> masks_;
  std::string bytes_;
};

}  // namespace hw
