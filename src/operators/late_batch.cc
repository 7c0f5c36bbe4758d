// SPDX-License-Identifier: Apache-2.0

#include "operators/late_batch.h"

#include <utility>

#include "expr/literal.h"
#include "operators/dense_input.h"
#include "operators/window_clock.h"

namespace hw {

Batch late_batch(const DenseInput& rows, const std::vector<int64_t>& late_by, int64_t watermark_ms,
                 std::string_view operator_name, const SchemaPtr& output) {
  std::vector<ColumnPtr> columns = rows.all_columns();
  const auto first = static_cast<int>(columns.size());
  columns.push_back(times_column(output->type(first), late_by));
  columns.push_back(
      times_column(output->type(first + 1), std::vector<int64_t>(late_by.size(), watermark_ms)));
  const SqlType& text = output->type(first + 2);
  const ColumnPtr name = bytes_literal(operator_name, text)->literal_value();
  columns.push_back(Column::constant(text, name->values_ptr(), rows.num_rows()));
  return Batch(output, std::move(columns), rows.num_rows());
}

}  // namespace hw
