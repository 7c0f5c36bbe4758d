// SPDX-License-Identifier: Apache-2.0
//
// Printers and parsers of ARRAY, MAP, MULTISET and ROW. Parts of ValuePrinter::make and
// ValueParser::make.

#pragma once

#include <memory>
#include <string_view>

#include "columnar/text/type_text.h"

namespace hw {

Result<std::unique_ptr<ValuePrinter>> make_constructed_printer(const SqlType& type, TextStyle style,
                                                               std::string_view time_zone);

/// Reads what the kSql printer prints: `[1, 2, NULL]`, `{k=v}`, `(1, abc)`; a part in single
/// quotes may hold commas and brackets.
Result<std::unique_ptr<ValueParser>> make_constructed_parser(const SqlType& type,
                                                             std::string_view time_zone);

}  // namespace hw
