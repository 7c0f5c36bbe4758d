// SPDX-License-Identifier: Apache-2.0
//
// VARIANT: a JSON value of any shape. A value is stored as its JSON text in one canonical form:
// no blanks, members sorted by name, one way to write each string and number. So two values are
// equal exactly when their bytes are, and CAST to STRING is the value as it stands. Members and
// elements are found by walking the text, whatever is not wanted is skipped without reading it.
// No canonical text begins with a byte below `"`: such bytes are free for other encodings.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "columnar/text/json_document.h"

namespace hw {

enum class VariantKind : uint8_t { kNull, kBoolean, kNumber, kString, kArray, kObject };

enum class DuplicateNames : uint8_t { kRefused, kLastCounts };

/// Makes VARIANT values of JSON texts. Whole numbers of up to 38 digits and decimals of up to 38
/// digits stay as they are written, other numbers are DOUBLE. Reusable.
class VariantReader {
 public:
  /// Appends the value to `out`. Fails (Invalid) saying what is wrong with the text: no JSON, a
  /// name that stands twice in an object, a number too large for DOUBLE; `out` is then unchanged.
  Status read(std::string_view json, DuplicateNames duplicates, std::string& out);

 private:
  Status append(JsonDocument::Id node, std::string& out);
  Status append_object(JsonDocument::Id node, std::string& out);

  JsonDocument document_;
  DuplicateNames duplicates_ = DuplicateNames::kRefused;
};

// The rest takes values that a VariantReader made.

VariantKind variant_kind(std::string_view value);
/// `an object`, `a number`: for messages.
std::string_view name_of(VariantKind kind);

/// The element at `position`, counted from 1; none if there is none. Requires: an array.
std::optional<std::string_view> variant_element(std::string_view array, int64_t position);
/// The member of that name; none if there is none. Requires: an object.
std::optional<std::string_view> variant_member(std::string_view object, std::string_view name);

/// All elements. Requires: an array.
std::vector<std::string_view> variant_elements(std::string_view array);

struct VariantMember {
  std::string name;
  std::string_view value;
};
/// All members, in the order of their names. Requires: an object.
std::vector<VariantMember> variant_members(std::string_view object);

/// Decimal digits of a number without zeros at either end, times ten to the `exponent`.
struct VariantNumber {
  bool negative = false;
  std::string digits;  // empty: zero
  int64_t exponent = 0;
};
/// Requires: a number.
VariantNumber variant_number(std::string_view number);

}  // namespace hw
