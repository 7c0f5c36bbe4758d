// SPDX-License-Identifier: Apache-2.0
//
// A value of type BITMAP: a set of 32-bit integers without sign (the INT -1 is 4294967295). It is
// stored in the portable format of Roaring bitmaps, every set in one form, so two values are equal
// exactly when their bytes are.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"

namespace hw {

class SqlType;

/// True for BITMAP and for a type with such a part on some level.
bool holds_bitmap(const SqlType& type);

class BitmapValue {
 public:
  /// The empty set.
  BitmapValue();
  /// Reads the portable format from any source; what stands behind it is ignored. Fails (Invalid)
  /// saying what is wrong with the bytes.
  static Result<BitmapValue> read(std::string_view bytes);
  /// Reads `{1,2,3}`, in any order. Fails (Invalid) naming the text.
  static Result<BitmapValue> parse(std::string_view text);

  bool is_empty() const;
  uint64_t size() const;
  bool equals(const BitmapValue& other) const;
  bool contains(uint32_t value) const;
  void add(uint32_t value);
  void remove(uint32_t value);
  /// Writes all values in order. Requires: room for size() values.
  void copy_values(uint32_t* out) const;

  BitmapValue copy() const;
  // Operations in place. Requires: `other` is another object.
  void intersect(const BitmapValue& other);
  void subtract(const BitmapValue& other);
  void unite(const BitmapValue& other);
  /// Keeps what is in exactly one of the two.
  void differ(const BitmapValue& other);

  /// The one form of the set.
  void append_bytes(std::string& out) const;
  /// `{1,2,3}` in order; after half a million characters `,...}`.
  void append_text(std::string& out) const;

 private:
  struct Free {
    void operator()(void* set) const;
  };
  explicit BitmapValue(void* set) : set_(set) {}

  std::unique_ptr<void, Free> set_;  // a roaring_bitmap_t
};

}  // namespace hw
