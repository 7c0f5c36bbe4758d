// SPDX-License-Identifier: Apache-2.0

#include "runtime/format_catalogue.h"

namespace hw {

const FormatRecord* FormatCatalogue::find(std::string_view name) const {
  for (const FormatRecord& record : records_) {
    if (record.name == name) return &record;
  }
  return nullptr;
}

}  // namespace hw
