// SPDX-License-Identifier: Apache-2.0

#include "state/stored_rows.h"

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

namespace hw {

Status validate_stored_rows(const arrow::RecordBatch& rows) {
  HW_TRY(rows.Validate());
  for (int i = 0; i < rows.num_columns(); ++i) {
    const arrow::Array& column = *rows.column(i);
    if (column.type_id() == arrow::Type::DECIMAL128) continue;
    const Status valid = column.ValidateFull();
    if (!valid.ok()) return valid.WithMessage("In column ", i, ": ", valid.message());
  }
  return Status::OK();
}

}  // namespace hw
