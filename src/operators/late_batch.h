// SPDX-License-Identifier: Apache-2.0
//
// Late rows as LATE(query) shows them: with late_by, watermark and operator behind their columns.

#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "columnar/batch.h"

namespace hw {

class DenseInput;

/// `late_by` has one value a row; `watermark_ms` is on the wall clock. `output` is the rows' schema
/// with the three columns.
Batch late_batch(const DenseInput& rows, const std::vector<int64_t>& late_by, int64_t watermark_ms,
                 std::string_view operator_name, const SchemaPtr& output);

}  // namespace hw
