// SPDX-License-Identifier: Apache-2.0
//
// The arguments of aggregate calls with what else stands in their parentheses or behind them.

#include <string>
#include <utility>

#include "expr/aggregate_clauses.h"
#include "expr/literal.h"
#include "sql/ast.h"
#include "sql/bind_expr.h"

namespace hw {

Result<std::vector<BoundExprPtr>> ExprBinder::bind_aggregate_args(const ast::FunctionCall& call,
                                                                  const std::string& name) {
  std::vector<BoundExprPtr> args;
  if (name == "JSON_OBJECTAGG" || name == "JSON_ARRAYAGG") {
    HW_ASSIGN_OR_RETURN(args, bind_json_values(call, name == "JSON_ARRAYAGG"));
    args[0] = text_literal(args[0]->literal_value()->value<std::string_view>(0));
  } else {
    HW_ASSIGN_OR_RETURN(args, bind_args(call.args));
    if (name == "LISTAGG" && args.size() > 2) {
      return Status::Invalid("LISTAGG takes a text and a separator, but got ", args.size(),
                             " arguments");
    }
    if (name == "ARRAY_AGG" && args.size() != 1) {
      return Status::Invalid("ARRAY_AGG takes one value, but got ", args.size(), " arguments");
    }
  }
  if (!call.order_by.empty() && name == "LISTAGG") {
    return Status::Invalid("LISTAGG is sorted by LISTAGG(..) WITHIN GROUP (ORDER BY ..)");
  }
  const std::vector<ast::OrderItem>& order =
      call.within_group.empty() ? call.order_by : call.within_group;
  AggregateClauses clauses;
  clauses.ignore_nulls = name == "ARRAY_AGG" && call.null_treatment == ast::NullTreatment::kIgnore;
  if (order.empty() && !clauses.ignore_nulls) return args;
  if (name == "LISTAGG" && args.size() == 1) args.push_back(text_literal(","));

  const bool distinct = call.quantifier == ast::SetQuantifier::kDistinct;
  const BoundExprPtr value = args[name == "JSON_ARRAYAGG" ? 1 : 0];
  std::vector<BoundExprPtr> keys;
  for (const ast::OrderItem& item : order) {
    HW_ASSIGN_OR_RETURN(BoundExprPtr key, bind_any(*item.expr));
    if (distinct && !key->equals(*value)) {
      return at(item.expr->position,
                Status::Invalid(name, "(DISTINCT ..) is sorted by its own values only"));
    }
    if (key->type().is_constructed() || key->type().is(TypeKind::kNull)) {
      return at(item.expr->position, Status::TypeError("values are sorted by what has an order, "
                                                       "but this is ",
                                                       key->type().to_sql_without_null()));
    }
    const bool descending = item.direction == ast::SortDirection::kDescending;
    const bool nulls_first = item.nulls == ast::NullsOrder::kDefault
                                 ? !descending
                                 : item.nulls == ast::NullsOrder::kFirst;
    const auto place = static_cast<int>(args.size() + 1 + keys.size());
    clauses.order.push_back({place, descending, nulls_first});
    keys.push_back(std::move(key));
  }
  args.push_back(text_literal(clauses.to_text()));
  for (BoundExprPtr& key : keys) args.push_back(std::move(key));
  return args;
}

}  // namespace hw
