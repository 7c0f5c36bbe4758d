// SPDX-License-Identifier: Apache-2.0
//
// Writes rows as CSV: RFC 4180, line ends `\n`, quotes only where a field needs them.

#pragma once

#include <memory>

#include "formats/csv/csv_settings.h"
#include "runtime/format.h"

namespace hw {

Result<std::unique_ptr<Encoder>> make_csv_encoder(const SchemaPtr& schema,
                                                  const CsvSettings& settings);

}  // namespace hw
