// SPDX-License-Identifier: Apache-2.0

#include "operators/key_and_values.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace hw {
namespace {

/// Keys normalise -0.0 and NaN, so a value of such a type cannot be read back from a key.
bool key_loses_bits(const SqlType& type) {
  if (type.is_approximate()) return true;
  return std::any_of(type.fields().begin(), type.fields().end(),
                     [](const SqlField& field) { return key_loses_bits(field.type); });
}

}  // namespace

KeyAndValues key_and_values(const Schema& schema, std::optional<std::vector<int>> keys) {
  KeyAndValues columns;
  if (keys) {
    columns.keys = *std::move(keys);
  } else {
    columns.keys.resize(static_cast<size_t>(schema.num_fields()));
    std::iota(columns.keys.begin(), columns.keys.end(), 0);
  }
  for (int c = 0; c < schema.num_fields(); ++c) {
    const bool is_key =
        std::find(columns.keys.begin(), columns.keys.end(), c) != columns.keys.end();
    if (!is_key || key_loses_bits(schema.type(c))) columns.values.push_back(c);
  }
  return columns;
}

}  // namespace hw
