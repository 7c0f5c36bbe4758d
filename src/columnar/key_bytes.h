// SPDX-License-Identifier: Apache-2.0
//
// Key normalisation and hashing: a FILE FORMAT, frozen by test vectors (docs/formats/keys.md).
// Equal keys give equal bytes: -0.0 = 0.0, all NaNs are one, NULL is a tag of its own, text is
// its bytes. The hash is XXH3-64 with a fixed seed over the normalised bytes.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "columnar/batch.h"

namespace hw {

constexpr uint64_t kKeyHashSeed = 0x6865616477617465;

/// Hash of the key made of `columns` for each of `num_rows` rows (stored rows). A fast path per
/// type gives the same values as hashing the normalised bytes.
std::vector<uint64_t> hash_keys(std::span<const ColumnPtr> columns, int64_t num_rows);

/// Appends the normalised bytes of one row's key: per column a tag byte (0 NULL, 1 value), then
/// the value: fixed-width little-endian; text and binary with a 4-byte length; constructed types
/// by element. The encoding is self-delimiting given the types.
void append_key_bytes(std::span<const ColumnPtr> columns, int64_t row, std::string& out);

/// Encodes/decodes one value of any type by the same rules but keeping -0.0 and NaN payloads;
/// used by state for values of variable length.
void append_value_bytes(const Column& column, int64_t row, std::string& out);
Status append_decoded_value(const SqlType& type, std::string_view& bytes, class ColumnBuilder& out);

/// Bytes whose unsigned order is SQL's order of the value (NULL first when `nulls_first`; all
/// bytes inverted when `descending`); NaN is the largest number. For sort keys.
void append_order_bytes(const Column& column, int64_t row, bool descending, bool nulls_first,
                        std::string& out);

}  // namespace hw
