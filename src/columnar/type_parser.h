// SPDX-License-Identifier: Apache-2.0
//
// Reads SQL spellings of types and schemas: what to_sql() prints, and Flink's synonyms. For
// function signatures, tests and checkpoints; statements have the SQL parser.

#pragma once

#include <string_view>

#include "columnar/schema.h"
#include "columnar/sql_type.h"

namespace hw {

/// `DECIMAL(10, 2) NOT NULL`, `ROW<a INT, b ARRAY<STRING>>`, `DOUBLE PRECISION`, `INT ARRAY`.
/// Keywords in any case. Fails (Invalid) naming the place that is not understood.
Result<SqlType> parse_sql_type(std::string_view text);

/// `n INT, word STRING NOT NULL`, with or without parentheses around it; names may stand in
/// backticks.
Result<SchemaPtr> parse_schema(std::string_view text);

}  // namespace hw
