// SPDX-License-Identifier: Apache-2.0
//
// The written form of what a function takes and gives, and how well given types fit it:
//
//   (value VARCHAR, [n INT]) -> BOOLEAN        the last one may be left out
//   (separator VARCHAR, value VARCHAR...)      the last one may repeat
//   (haystack ARRAY<T>, needle T) -> BOOLEAN   T, K, V: one type wherever the letter stands
//   (a NUMERIC, b NUMERIC) -> DOUBLE NOT NULL
//
// A bare VARCHAR takes text of any length, VARBINARY any bytes, DECIMAL, TIME, TIMESTAMP and
// TIMESTAMP_LTZ any precision, INTERVAL both kinds, INTEGER any integer, NUMERIC any number,
// TEMPORAL any date or time, ROW any row, ANY everything: no cast is put around these. A type that
// is spelled out (BIGINT, TIMESTAMP(3)) takes what converts to it implicitly. As a result, VARCHAR
// is STRING and VARBINARY is BYTES.

#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "columnar/sql_type.h"

namespace hw {

/// A type with holes.
struct TypePattern {
  enum class Kind : uint8_t {
    kExact,
    kText,
    kBytes,
    kDecimal,
    kInteger,
    kNumeric,
    kTime,
    kTimestamp,
    kTimestampLtz,
    kTemporal,
    kInterval,
    kRow,
    kAny,
    kVariable,
    kArray,
    kMap,
    kMultiset,
  };
  Kind kind = Kind::kAny;
  SqlType type;                       // kExact
  char variable = 0;                  // kVariable: T, K or V
  std::vector<TypePattern> children;  // kArray, kMultiset: element; kMap: key, value
};

struct Signature {
  struct Parameter {
    std::string name;
    TypePattern pattern;
    bool optional = false;
    bool repeats = false;
  };
  std::vector<Parameter> parameters;
  TypePattern result;
  bool result_not_null = false;

  static Result<Signature> parse(std::string_view text);

  /// What given argument types become.
  struct Match {
    std::vector<SqlType> arg_types;  // after casts; nullability as given
    SqlType result;                  // nullability undecided; kNull where `result` is ANY
    int cost = 0;                    // implicit conversions, weighted: the cheapest match wins
  };
  /// Returns nothing when the types do not fit.
  std::optional<Match> match(std::span<const SqlType> given) const;
};

}  // namespace hw
