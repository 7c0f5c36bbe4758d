// SPDX-License-Identifier: Apache-2.0

#include "plan/logical/narrow_rows.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "plan/logical/expr_rewrite.h"

namespace hw {
namespace {

/// A column, and the fields on the way down from it; null column: the expression is something else.
struct FieldPath {
  BoundExprPtr column;
  std::vector<int> fields;
};

FieldPath path_of(const BoundExprPtr& expr) {
  FieldPath path;
  BoundExprPtr at = expr;
  while (at->kind() == BoundExpr::Kind::kField) {
    path.fields.push_back(at->column_index());
    at = at->args()[0];
  }
  if (at->kind() == BoundExpr::Kind::kColumn) path.column = at;
  std::reverse(path.fields.begin(), path.fields.end());
  return path;
}

int position_of(const SqlType& row, const std::string& name) {
  const std::vector<SqlField>& fields = row.fields();
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const SqlField& field) { return field.name == name; });
  HW_CHECK(found != fields.end());
  return static_cast<int>(found - fields.begin());
}

}  // namespace

void add_needed_fields(const BoundExprPtr& expr, std::vector<NeededFields>& needed) {
  const FieldPath path = path_of(expr);
  if (path.column == nullptr) {
    for (const BoundExprPtr& arg : expr->args()) add_needed_fields(arg, needed);
    return;
  }
  NeededFields* at = &needed[static_cast<size_t>(path.column->column_index())];
  for (const int field : path.fields) at = &at->fields[field];
  at->whole = true;
}

SqlType narrow_row(const SqlType& type, const NeededFields& needed) {
  if (needed.whole || needed.nothing() || !type.is(TypeKind::kRow)) return type;
  std::vector<SqlField> fields;
  for (const auto& [position, below] : needed.fields) {
    SqlField field = type.fields()[static_cast<size_t>(position)];
    field.type = narrow_row(field.type, below);
    fields.push_back(std::move(field));
  }
  const SqlType row = SqlType::row(std::move(fields));
  return type.nullable() ? row : row.not_null();
}

BoundExprPtr over_narrowed(const BoundExprPtr& expr,
                           const std::function<const SqlType*(int column)>& narrowed) {
  return rewrite(expr, [&](const BoundExprPtr& node) -> BoundExprPtr {
    const FieldPath path = path_of(node);
    if (path.column == nullptr) return nullptr;
    const SqlType* type = narrowed(path.column->column_index());
    if (type == nullptr) return nullptr;
    SqlType old = path.column->type();
    BoundExprPtr value = BoundExpr::column(path.column->column_index(), *type, path.column->name());
    for (const int field : path.fields) {
      const SqlField& wanted = old.fields()[static_cast<size_t>(field)];
      value = BoundExpr::field(value, position_of(value->type(), wanted.name));
      old = SqlType(wanted.type);
    }
    return value;
  });
}

}  // namespace hw
