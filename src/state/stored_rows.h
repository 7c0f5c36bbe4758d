// SPDX-License-Identifier: Apache-2.0
//
// Checks of rows that come back from a snapshot. Checksums have found damage by then; this is for
// files that were written wrong.

#pragma once

#include <arrow/type_fwd.h>

#include "base/status.h"

namespace hw {

/// Fails (Invalid) when some column is not what its type says, down to each offset and each byte of
/// text. Only the digits of a DECIMAL are not counted: the running sum of an aggregate may have
/// more of them than the type while it waits for rows that bring it back.
Status validate_stored_rows(const arrow::RecordBatch& rows);

}  // namespace hw
