// SPDX-License-Identifier: Apache-2.0

#include "state/key_codes.h"

#include <algorithm>
#include <utility>

#include "columnar/gather.h"

namespace hw {
namespace {

constexpr int64_t kFewCodes = 64;
// Their places fit into half of a core's first-level cache.
constexpr int64_t kCodesMax = 4096;

/// How many combinations of codes there may be; 0 = the keys have no codes, or too many.
int64_t combinations(std::span<const ColumnPtr> keys, int64_t num_rows) {
  int64_t all = 1;
  for (const ColumnPtr& key : keys) {
    if (key->is_plain()) return 0;
    if (key->is_constant()) continue;
    all *= key->values().length;
    if (all > kCodesMax || all > std::max(num_rows, kFewCodes)) return 0;
  }
  return all;
}

}  // namespace

std::optional<KeyCodes> KeyCodes::of(std::span<const ColumnPtr> keys, int64_t num_rows) {
  if (num_rows == 0 || keys.empty()) return std::nullopt;
  const int64_t all = combinations(keys, num_rows);
  if (all == 0) return std::nullopt;
  const auto n = static_cast<size_t>(num_rows);
  KeyCodes codes;
  codes.places.assign(n, 0);
  for (const ColumnPtr& key : keys) {
    if (key->is_constant()) continue;
    const auto num_values = static_cast<uint32_t>(key->values().length);
    const int32_t* indices = key->indices();
    for (size_t i = 0; i < n; ++i) {
      codes.places[i] = codes.places[i] * num_values + static_cast<uint32_t>(indices[i]);
    }
  }
  constexpr uint32_t kUnseen = UINT32_MAX;
  std::vector<uint32_t> place_of_code(static_cast<size_t>(all), kUnseen);
  for (size_t i = 0; i < n; ++i) {
    uint32_t& place = place_of_code[codes.places[i]];
    if (place == kUnseen) [[unlikely]] {
      place = static_cast<uint32_t>(codes.first_rows.size());
      codes.first_rows.push_back(static_cast<int32_t>(i));
    }
    codes.places[i] = place;
  }
  return codes;
}

Result<std::vector<ColumnPtr>> KeyCodes::keys_at_first_rows(std::span<const ColumnPtr> keys) const {
  std::vector<ColumnPtr> columns;
  columns.reserve(keys.size());
  for (const ColumnPtr& key : keys) {
    HW_ASSIGN_OR_RETURN(ColumnPtr values, gather(*key, first_rows));
    HW_ASSIGN_OR_RETURN(values, values->flattened());
    columns.push_back(std::move(values));
  }
  return columns;
}

}  // namespace hw
