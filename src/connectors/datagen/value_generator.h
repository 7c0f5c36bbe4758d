// SPDX-License-Identifier: Apache-2.0
//
// Draws the values of one column. Each row has a random key of 64 bits, from which all of its
// value comes, so that a row can be made again from its number alone.

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/status.h"
#include "columnar/column.h"
#include "connectors/datagen/field_plan.h"

namespace hw {

/// What the rows of one call share.
struct DrawnRows {
  std::span<const uint64_t> keys;  // one a row
  int64_t first_row = 0;           // for sequences
  int64_t now_ms = 0;              // wall clock
};

class ValueGenerator {
 public:
  virtual ~ValueGenerator() = default;
  static Result<std::unique_ptr<ValueGenerator>> make(const FieldPlan& plan);
  virtual Result<ColumnPtr> draw(const DrawnRows& rows) = 0;
};

/// Of ARRAY, MAP, MULTISET and ROW.
Result<std::unique_ptr<ValueGenerator>> make_constructed_generator(const FieldPlan& plan);

/// The key of use `use` of what has the key `key`. Every bit depends on every bit.
inline uint64_t derived_key(uint64_t key, uint64_t use) {
  uint64_t z = key + (use + 1) * 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/// True for rows that are to be NULL.
class NullDraw {
 public:
  explicit NullDraw(double rate) : rate_(rate) {}
  bool any() const { return rate_ > 0; }
  bool at(uint64_t key) const {
    return static_cast<double>(derived_key(key, kUse) >> 11) * 0x1p-53 < rate_;
  }

 private:
  static constexpr uint64_t kUse = 0x6e756c6c;
  const double rate_;
};

}  // namespace hw
