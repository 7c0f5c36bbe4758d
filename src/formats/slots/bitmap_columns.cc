// SPDX-License-Identifier: Apache-2.0

#include "formats/slots/bitmap_columns.h"

#include <string>

#include "columnar/bitmap_value.h"

namespace hw {

Status refuse_bitmaps(const Schema& schema, std::string_view format) {
  for (const SqlField& column : schema.fields()) {
    if (!holds_bitmap(column.type)) continue;
    return not_supported_yet("BITMAP in the " + std::string(format) + " format (column '" +
                             column.name +
                             "'); declare it as BYTES, for BITMAP_FROM_BYTES and BITMAP_TO_BYTES");
  }
  return Status::OK();
}

}  // namespace hw
