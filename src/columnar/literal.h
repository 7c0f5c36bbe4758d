// SPDX-License-Identifier: Apache-2.0
//
// Batches and columns as short texts, for tests:
//
//   parse_batch(*parse_schema("n INT, word STRING"), "+ 1 a | -U 2 'b c' | +U 2 null")
//
// Values are separated by blanks and written as CAST to STRING prints them. Quotes hold a value
// together ('' is the empty text, a quote inside is doubled), and so do brackets: [1, 2], {k=v},
// (1, abc). `null` without quotes is NULL. TIMESTAMP_LTZ is read in UTC.

#pragma once

#include <string_view>

#include "columnar/batch.h"
#include "columnar/type_parser.h"

namespace hw {

/// Rows between `|`, each with its kind first: `+` or `+I`, `-U`, `+U`, `-` or `-D`. All `+I`
/// gives a batch without row kinds. Fails (Invalid) naming the row that does not fit the schema.
Result<Batch> parse_batch(const SchemaPtr& schema, std::string_view rows);

/// One value a row: `1 2 null`.
Result<ColumnPtr> parse_column(const SqlType& type, std::string_view values);
/// The same with the type spelled out.
Result<ColumnPtr> parse_column(std::string_view type, std::string_view values);

}  // namespace hw
