// SPDX-License-Identifier: Apache-2.0
//
// The records of the JSON functions, by what they do. A path or a document that is the same in all
// rows is read once.

#pragma once

#include "expr/function_catalogue.h"

namespace hw {

/// JSON_VALUE, JSON_QUERY, JSON_EXISTS.
void add_json_lookup(FunctionCatalogue& catalogue);
/// JSON_OBJECT, JSON_ARRAY, JSON_STRING, JSON.
void add_json_build(FunctionCatalogue& catalogue);
/// IS JSON and its kin, JSON_QUOTE, JSON_UNQUOTE.
void add_json_text(FunctionCatalogue& catalogue);

/// PARSE_JSON, TRY_PARSE_JSON.
void add_json_variant(FunctionCatalogue& catalogue);

}  // namespace hw
