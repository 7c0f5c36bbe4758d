// SPDX-License-Identifier: Apache-2.0
//
// VARIANT and BITMAP are stored in one form for each value; what comes from outside is brought into
// that form.

#pragma once

#include <string>
#include <string_view>

#include "columnar/sql_type.h"
#include "columnar/text/variant.h"

namespace hw {

/// For one column's values. Reusable.
class CanonicalForm {
 public:
  static bool applies_to(const SqlType& type) { return type.is_variant() || type.is_bitmap(); }
  /// Requires: applies_to(type).
  explicit CanonicalForm(const SqlType& type) : variant_(type.is_variant()) {}

  /// Appends the stored form of JSON text (VARIANT; of equal names in an object the last counts) or
  /// of Roaring's portable format (BITMAP). Fails (Invalid) saying what is wrong with it.
  Status write(std::string_view value, std::string& out);

 private:
  bool variant_;
  VariantReader reader_;
};

}  // namespace hw
