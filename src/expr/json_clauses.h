// SPDX-License-Identifier: Apache-2.0
//
// What a call of a JSON function says beside its arguments. The binder writes it as one keyword
// argument (SYMBOL), in SQL's own words, so that EXPLAIN shows it; the functions read it back.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hw {

enum class JsonOtherwise : uint8_t {
  kNull,
  kError,
  kDefault,
  kEmptyArray,
  kEmptyObject,
  kTrue,
  kFalse,
  kUnknown,
};

enum class JsonWrap : uint8_t { kWithout, kConditional, kUnconditional };

/// Of JSON_VALUE, JSON_QUERY and JSON_EXISTS.
struct JsonPathClauses {
  JsonWrap wrap = JsonWrap::kWithout;
  JsonOtherwise on_empty = JsonOtherwise::kNull;
  JsonOtherwise on_error = JsonOtherwise::kNull;

  /// `WITHOUT WRAPPER NULL ON EMPTY NULL ON ERROR`
  std::string to_symbol() const;
  /// Requires: a text of to_symbol().
  static JsonPathClauses parse(std::string_view symbol);
};

/// Of JSON_OBJECT, JSON_ARRAY and their aggregates.
struct JsonBuildClauses {
  bool absent_on_null = false;
  /// Arguments (from 0, the symbol not counted) that hold JSON text, not text.
  std::vector<int> json_args;

  /// `NULL ON NULL`, `ABSENT ON NULL JSON 1 3`
  std::string to_symbol() const;
  static JsonBuildClauses parse(std::string_view symbol);
};

}  // namespace hw
