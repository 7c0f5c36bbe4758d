// SPDX-License-Identifier: Apache-2.0
//
// The operators = <> < <= > >=.

#include <algorithm>
#include <string>
#include <utility>

#include "columnar/sql_type.h"
#include "expr/cast.h"
#include "expr/function_catalogue.h"
#include "expr/resolve.h"
#include "functions/arithmetic/modulo.h"
#include "functions/comparison/comparison_kernels.h"

namespace hw {
namespace {

Status not_comparable(const std::string& name, const CallBinding& binding) {
  const SqlType& a = binding.arg_types[0];
  const SqlType& b = binding.arg_types[1];
  if ((a.is_text() && b.is_numeric()) || (a.is_numeric() && b.is_text())) {
    const SqlType& number = a.is_numeric() ? a : b;
    return Status::TypeError("implicit type conversion between ", a.to_sql_without_null(), " and ",
                             b.to_sql_without_null(), " is not supported by ", name,
                             "; write CAST(… AS ", number.to_sql_without_null(), ")");
  }
  return Status::TypeError("operator ", name, " does not compare ", type_list(binding.arg_types),
                           "; CAST one side to the type of the other");
}

bool has_decimal(const SqlType& a, const SqlType& b) {
  return a.is(TypeKind::kDecimal) || b.is(TypeKind::kDecimal);
}

/// A date or time that a text or another date or time is compared as.
SqlType temporal_meeting(const SqlType& a, const SqlType& b) {
  if (a.is_text()) return b;
  if (b.is_text()) return a;
  return a.is(TypeKind::kDate) ? b : a;
}

constexpr int64_t kNanosPerSecond = 1'000'000'000;

/// A date or timestamp as `common`, at its own precision.
SqlType coarse(const SqlType& type, const SqlType& common) {
  const int precision = type.is_timestamp() ? type.precision() : 3;
  return common.is(TypeKind::kTimestamp) ? SqlType::timestamp(precision)
                                         : SqlType::timestamp_ltz(precision);
}

/// Two points in time that meet in `common`. Nanoseconds reach from 1677 to 2262 only, so a side
/// that has none stays as it is, and '9999-12-31' can be compared with them. But two columns that
/// are tested for equality get one type: they may become the key of a join.
std::vector<SqlType> meet_in(const SqlType& common, bool ordered, const CallBinding& binding) {
  std::vector<SqlType> types(2, common);
  const auto is_literal = [](const ColumnPtr& literal) { return literal != nullptr; };
  const bool may_differ =
      ordered || std::any_of(binding.literals.begin(), binding.literals.end(), is_literal);
  if (!may_differ || !common.is_timestamp() || common.ticks_per_second() != kNanosPerSecond) {
    return types;
  }
  for (size_t i = 0; i < 2; ++i) {
    const SqlType& type = binding.arg_types[i];
    if (!type.is_timestamp() && !type.is(TypeKind::kDate)) continue;
    const SqlType own = coarse(type, common);
    if (own.ticks_per_second() != kNanosPerSecond) types[i] = own;
  }
  return types;
}

ScalarFunction record(CompareOp op, std::string name, bool ordered) {
  ScalarFunction function;
  function.family = "comparison";
  function.signatures = {"(a T, b T) -> BOOLEAN"};
  function.coerce = [name, ordered](const CallBinding& binding) {
    return comparison_types(name, ordered, binding);
  };
  function.infer = [](const CallBinding& binding) -> Result<SqlType> { return SqlType::boolean(); };
  function.kernel = [op](const CallBinding& binding) { return make_comparison(op, binding); };
  function.name = std::move(name);
  return function;
}

}  // namespace

Result<std::vector<SqlType>> comparison_types(const std::string& name, bool ordered,
                                              const CallBinding& binding) {
  if (binding.arg_types.size() != 2) {
    return Status::TypeError("operator ", name, " takes two arguments");
  }
  const SqlType& a = binding.arg_types[0];
  const SqlType& b = binding.arg_types[1];
  const auto both = [](const SqlType& type) { return std::vector<SqlType>{type, type}; };
  if (a.is(TypeKind::kNull) && b.is(TypeKind::kNull)) return both(SqlType::boolean());
  if (a.is(TypeKind::kNull)) return both(b);
  if (b.is(TypeKind::kNull)) return both(a);
  if (a.is_numeric() && b.is_numeric() && has_decimal(a, b) && !a.is_approximate() &&
      !b.is_approximate()) {
    // Compared exactly as they are, whatever their scales.
    const auto wide = [](const SqlType& type) {
      return type.is_integer() ? SqlType::bigint() : type;
    };
    return std::vector<SqlType>{wide(a), wide(b)};
  }
  if ((a.is_temporal() && (b.is_text() || b.is(TypeKind::kDate))) ||
      (b.is_temporal() && (a.is_text() || a.is(TypeKind::kDate)))) {
    if (!a.is(TypeKind::kTime) && !b.is(TypeKind::kTime))
      return meet_in(temporal_meeting(a, b), ordered, binding);
    if (a.is_text() || b.is_text()) return both(temporal_meeting(a, b));
  }
  Result<SqlType> common = common_type(binding.arg_types);
  if (!common.ok()) return not_comparable(name, binding);
  if (ordered && (common->is_constructed() || !common->has_order())) {
    return Status::TypeError("operator ", name, " does not order ", common->to_sql_without_null(),
                             "; only = and <> compare it");
  }
  return meet_in(*common, ordered, binding);
}

void register_comparison(FunctionCatalogue& catalogue) {
  ScalarFunction equal = record(CompareOp::kEqual, "=", false);
  equal.sentence =
      "Tells whether two values are equal; NULL if one is NULL. Text compares byte by byte, NaN "
      "equals nothing.";
  equal.examples = {{"1 = 1.0", "TRUE"},
                    {"'a' = 'b'", "FALSE"},
                    {"DATE '2024-02-01' = '2024-02-01'", "TRUE"},
                    {"1 = CAST(NULL AS INT)", "NULL"}};
  equal.fuse = fuse_divisibility;
  catalogue.add(std::move(equal));

  ScalarFunction not_equal = record(CompareOp::kNotEqual, "<>", false);
  not_equal.sentence = "Tells whether two values differ; NULL if one is NULL.";
  not_equal.examples = {{"1 <> 2", "TRUE"}, {"'a' <> 'a'", "FALSE"}};
  catalogue.add(std::move(not_equal));

  ScalarFunction less = record(CompareOp::kLess, "<", true);
  less.sentence = "Tells whether the first value is smaller than the second.";
  less.examples = {{"1 < 2", "TRUE"}, {"'Z' < 'a'", "TRUE"}, {"2.50 < 2.5", "FALSE"}};
  catalogue.add(std::move(less));

  ScalarFunction less_equal = record(CompareOp::kLessEqual, "<=", true);
  less_equal.sentence = "Tells whether the first value is smaller than or equal to the second.";
  less_equal.examples = {{"2 <= 2", "TRUE"}, {"3 <= 2", "FALSE"}};
  catalogue.add(std::move(less_equal));

  ScalarFunction greater = record(CompareOp::kGreater, ">", true);
  greater.sentence = "Tells whether the first value is larger than the second.";
  greater.examples = {{"1 > 2", "FALSE"}, {"TRUE > FALSE", "TRUE"}};
  catalogue.add(std::move(greater));

  ScalarFunction greater_equal = record(CompareOp::kGreaterEqual, ">=", true);
  greater_equal.sentence = "Tells whether the first value is larger than or equal to the second.";
  greater_equal.examples = {{"2 >= 2", "TRUE"},
                            {"TIMESTAMP '2024-01-01 00:00:00' >= '2024-01-01 00:00:01'", "FALSE"}};
  catalogue.add(std::move(greater_equal));
}

}  // namespace hw
