// SPDX-License-Identifier: Apache-2.0
//
// Key normalisation and hashing: a FILE FORMAT, frozen by test vectors (docs/formats/keys.md).
// Equal keys give equal bytes: -0.0 = 0.0, all NaNs are one, NULL is a tag of its own, text is
// its bytes. The hash is XXH3-64 with a fixed seed over the normalised bytes.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "columnar/batch.h"

namespace hw {

class ColumnBuilder;

constexpr uint64_t kKeyHashSeed = 0x6865616477617465;

/// Hash of the key made of `columns` for each of `num_rows` rows (stored rows). A fast path per
/// type gives the same values as hashing the normalised bytes.
std::vector<uint64_t> hash_keys(std::span<const ColumnPtr> columns, int64_t num_rows);

/// Appends the normalised bytes of one row's key: per column a tag byte (0 NULL, 1 value), then
/// the value: fixed-width little-endian; text and binary with a 4-byte length; constructed types
/// by element (a MAP's entries sorted). The encoding is self-delimiting given the types.
void append_key_bytes(std::span<const ColumnPtr> columns, int64_t row, std::string& out);

/// Encodes/decodes one value of any type by the same rules but keeping -0.0 and NaN payloads;
/// used by state for values of variable length. Decoding cuts what it read off `bytes`; Fails
/// (SerializationError) when they are damaged, and then leaves the builder as it was.
void append_value_bytes(const Column& column, int64_t row, std::string& out);
Status append_decoded_value(const SqlType& type, std::string_view& bytes, ColumnBuilder& out);

/// Bytes whose unsigned order is SQL's order of the value: a tag that puts NULL first or last as
/// `nulls_first` says, then the value, inverted when `descending`. NaN is the largest number. Keys
/// of several columns are these bytes one after the other.
void append_order_bytes(const Column& column, int64_t row, bool descending, bool nulls_first,
                        std::string& out);

}  // namespace hw
