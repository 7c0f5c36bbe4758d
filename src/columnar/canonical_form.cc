// SPDX-License-Identifier: Apache-2.0

#include "columnar/canonical_form.h"

#include "columnar/bitmap_value.h"
#include "columnar/text/parse_error.h"
#include "columnar/text/text_length.h"

namespace hw {

Status CanonicalForm::write(std::string_view value, std::string& out) {
  if (variant_) {
    if (!is_valid_utf8(value)) {
      return Status::Invalid(quoted_for_message(value), " is not valid UTF-8");
    }
    return reader_.read(value, DuplicateNames::kLastCounts, out);
  }
  HW_ASSIGN_OR_RETURN(const BitmapValue set, BitmapValue::read(value));
  set.append_bytes(out);
  return Status::OK();
}

}  // namespace hw
