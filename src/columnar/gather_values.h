// SPDX-License-Identifier: Apache-2.0
//
// Copies slots of Arrow storage into new storage: what gather, flattening and constants stand on.

#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include <arrow/array/data.h>

#include "base/status.h"

namespace hw {

/// Returns values[slots[0]], values[slots[1]], …; a negative slot gives NULL. Slots count from the
/// storage's offset. Fails (CapacityError) when text or elements exceed 32-bit offsets.
Result<std::shared_ptr<arrow::ArrayData>> gather_values(const arrow::ArrayData& values,
                                                        std::span<const int32_t> slots);

/// One NULL of the type, at offset 0.
std::shared_ptr<arrow::ArrayData> one_null(const std::shared_ptr<arrow::DataType>& type);

}  // namespace hw
