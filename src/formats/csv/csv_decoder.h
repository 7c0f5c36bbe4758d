// SPDX-License-Identifier: Apache-2.0
//
// Decodes CSV (RFC 4180, with line breaks in quoted fields) into columns. Only the columns that are
// asked for are converted.

#pragma once

#include <memory>

#include "formats/csv/csv_settings.h"
#include "runtime/format.h"

namespace hw {

/// Fails when a column cannot be carried by csv.
Result<std::unique_ptr<Decoder>> make_csv_decoder(const DecoderRequest& request,
                                                  const CsvSettings& settings);

}  // namespace hw
