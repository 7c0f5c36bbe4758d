// SPDX-License-Identifier: Apache-2.0
//
// Any bytes are a BITMAP or an error. What is read is written in one form, which reads as the same
// set, and operations with itself are what they are of sets. Other bytes stand for sets that meet.

// libraries: base columnar

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "columnar/bitmap_value.h"

namespace hw {
namespace {

std::string bytes_of(const BitmapValue& value) {
  std::string bytes;
  value.append_bytes(bytes);
  return bytes;
}

void run(std::string_view bytes, std::string_view others) {
  Result<BitmapValue> value = BitmapValue::read(bytes);
  if (!value.ok()) return;
  const std::string written = bytes_of(*value);
  const Result<BitmapValue> again = BitmapValue::read(written);
  HW_CHECK(again.ok() && again->equals(*value) && bytes_of(*again) == written);
  std::string text;
  value->append_text(text);
  BitmapValue other;
  for (const char c : others) other.add(static_cast<unsigned char>(c) * 16u);
  BitmapValue united = value->copy();
  united.unite(other);
  BitmapValue both = value->copy();
  both.intersect(other);
  HW_CHECK(united.size() + both.size() == value->size() + other.size());
  BitmapValue rest = value->copy();
  rest.subtract(other);
  HW_CHECK(rest.size() + both.size() == value->size());
  united.differ(both);
  other.differ(*value);
  HW_CHECK(united.equals(other) && bytes_of(united) == bytes_of(other));
}

}  // namespace
}  // namespace hw

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  // The first byte says how many stand for the other set.
  const size_t others = data[0] % 16 < bytes.size() ? data[0] % 16 : 0;
  hw::run(bytes.substr(others), bytes.substr(0, others));
  return 0;
}
