// SPDX-License-Identifier: Apache-2.0
//
// In front of a sink with NOT NULL columns: a row with a NULL in one of them fails the job, or is
// dropped and counted in `null_rows_dropped`. No state.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "columnar/schema.h"

namespace hw {

class Operator;

struct NotNullCheckSpec {
  /// Input and output.
  SchemaPtr schema;
  std::vector<int> columns;
  /// For the message.
  std::string table;
  /// Of the table in the INSERT.
  SqlPosition position;
  /// 'table.exec.sink.not-null-enforcer' = DROP instead of ERROR.
  bool drop = false;
};

/// Makes the operator: one input, one output.
Result<std::unique_ptr<Operator>> make_not_null_check(NotNullCheckSpec spec);

}  // namespace hw
