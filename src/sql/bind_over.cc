// SPDX-License-Identifier: Apache-2.0

#include "sql/bind_over.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <utility>

#include "columnar/sql_type.h"
#include "expr/evaluator.h"
#include "expr/function_catalogue.h"
#include "expr/literal.h"
#include "expr/resolve.h"
#include "plan/logical/expr_rewrite.h"
#include "plan/logical/over.h"
#include "plan/logical/project.h"
#include "sql/bind_aggregate.h"
#include "sql/bind_expr.h"
#include "sql/outer_column.h"

namespace hw {
namespace {

using Call = OverCollector::Call;
using Order = OverCollector::Order;

bool same(const std::vector<BoundExprPtr>& a, const std::vector<BoundExprPtr>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const BoundExprPtr& x, const BoundExprPtr& y) { return x->equals(*y); });
}

bool same_window(const Call& a, const Call& b) {
  return same(a.partition, b.partition) &&
         std::equal(a.order.begin(), a.order.end(), b.order.begin(), b.order.end(),
                    [](const Order& x, const Order& y) {
                      return x.expr->equals(*y.expr) && x.descending == y.descending &&
                             x.nulls_first == y.nulls_first;
                    });
}

bool same_call(const Call& a, const Call& b) {
  const bool filters = (a.filter == nullptr) == (b.filter == nullptr) &&
                       (a.filter == nullptr || a.filter->equals(*b.filter));
  return a.function == b.function && a.aggregate == b.aggregate && same(a.args, b.args) &&
         filters && a.n == b.n && a.ignore_nulls == b.ignore_nulls && a.distinct == b.distinct &&
         a.frame == b.frame && same_window(a, b);
}

/// A plan's columns, and behind them what the calls compute from these, each once.
class CallColumns {
 public:
  explicit CallColumns(const LogicalNodePtr& plan) : plan_(plan), exprs_(columns_of(*plan)) {
    for (const PlanColumn& column : plan->columns()) names_.push_back(column.name);
  }

  int add(const BoundExprPtr& expr) {
    for (size_t i = 0; i < exprs_.size(); ++i) {
      if (exprs_[i]->equals(*expr) && exprs_[i]->deterministic()) return static_cast<int>(i);
    }
    names_.push_back("$f" + std::to_string(exprs_.size()));
    exprs_.push_back(expr);
    return static_cast<int>(exprs_.size()) - 1;
  }

  LogicalNodePtr plan() const {
    if (static_cast<int>(exprs_.size()) == plan_->num_columns()) return plan_;
    return std::make_shared<ProjectNode>(plan_, exprs_, names_);
  }

 private:
  const LogicalNodePtr& plan_;
  std::vector<BoundExprPtr> exprs_;
  std::vector<std::string> names_;
};

OverCall planned(const Call& call, CallColumns& columns) {
  OverCall planned;
  planned.function = call.function;
  planned.n = call.n;
  planned.ignore_nulls = call.ignore_nulls;
  planned.frame = call.frame;
  planned.aggregate.result_type = call.type;
  if (call.function != OverFunction::kAggregate) {
    if (!call.args.empty()) planned.value = columns.add(call.args[0]);
    if (call.args.size() > 1) planned.otherwise = columns.add(call.args[1]);
    return planned;
  }
  planned.aggregate.function = call.aggregate;
  planned.aggregate.distinct = call.distinct;
  for (const BoundExprPtr& arg : call.args) {
    planned.aggregate.args.push_back(columns.add(only_where(call.filter, arg)));
    planned.aggregate.literals.push_back(arg->is_literal() ? arg->literal_value() : nullptr);
  }
  if (call.filter != nullptr) planned.aggregate.filter = columns.add(call.filter);
  return planned;
}

Result<int64_t> literal_argument(const ast::Expr& expr, const BoundExprPtr& arg, int64_t least,
                                 std::string_view what, BindSession& session) {
  const BoundExprPtr folded = fold_constants(arg, session.expr);
  if (folded->is_literal() && !folded->is_null_literal() && folded->type().is_integer()) {
    const int64_t value = literal_integer(*folded->literal_value());
    if (value >= least) return value;
  }
  return at(expr.position, Status::Invalid(what, " is a whole number, a constant of at least ",
                                           least, ", but is ", arg->to_sql()));
}

Status wrong_arguments(const ast::FunctionCall& call, const std::string& form) {
  return at(call.position,
            Status::Invalid("write ", form, " OVER (..); it has ", call.args.size(), " arguments"));
}

/// What the function makes of its arguments.
Status bind_arguments(const ast::FunctionCall& written, std::vector<BoundExprPtr> args,
                      BindSession& session, Call& call) {
  const auto count_is = [&](size_t least, size_t most) {
    return args.size() >= least && args.size() <= most;
  };
  switch (call.function) {
    case OverFunction::kRowNumber:
    case OverFunction::kRank:
    case OverFunction::kDenseRank:
    case OverFunction::kCumeDist:
    case OverFunction::kPercentRank: {
      const bool share =
          call.function == OverFunction::kCumeDist || call.function == OverFunction::kPercentRank;
      call.type = (share ? SqlType::float64() : SqlType::bigint()).not_null();
      return args.empty() ? Status::OK() : wrong_arguments(written, "it without arguments");
    }
    case OverFunction::kNtile: {
      if (!count_is(1, 1)) return wrong_arguments(written, "NTILE(n)");
      HW_ASSIGN_OR_RETURN(
          call.n, literal_argument(*written.args[0], args[0], 1, "the number of buckets", session));
      call.type = SqlType::bigint().not_null();
      return Status::OK();
    }
    case OverFunction::kLag:
    case OverFunction::kLead: {
      if (!count_is(1, 3)) return wrong_arguments(written, "LAG(value [, distance [, default]])");
      if (args.size() > 1) {
        HW_ASSIGN_OR_RETURN(
            call.n, literal_argument(*written.args[1], args[1], 0, "the distance", session));
      }
      const SqlType value = args[0]->type();
      call.type = value.with_nullable(true);
      call.args = {args[0]};
      if (args.size() == 3) {
        Result<Unified> unified = unify({args[0], args[2]});
        if (!unified.ok()) return at(written.args[2]->position, unified.status());
        call.args = unified->args;
        call.type = unified->type;
      }
      return Status::OK();
    }
    case OverFunction::kNthValue: {
      if (!count_is(2, 2)) return wrong_arguments(written, "NTH_VALUE(value, n)");
      HW_ASSIGN_OR_RETURN(call.n,
                          literal_argument(*written.args[1], args[1], 1, "the place", session));
      call.args = {args[0]};
      call.type = args[0]->type().with_nullable(true);
      return Status::OK();
    }
    default:
      if (!count_is(1, 1)) return wrong_arguments(written, "FIRST_VALUE(value)");
      call.args = {args[0]};
      call.type = args[0]->type().with_nullable(true);
      return Status::OK();
  }
}

Status bind_nulls(const ast::FunctionCall& written, Call& call) {
  const bool single =
      call.function == OverFunction::kFirstValue || call.function == OverFunction::kLastValue;
  // Flink's FIRST_VALUE and LAST_VALUE pass over NULLs unless they are told not to.
  call.ignore_nulls = single && written.null_treatment != ast::NullTreatment::kRespect;
  const bool takes = single || call.function == OverFunction::kLag ||
                     call.function == OverFunction::kLead ||
                     call.function == OverFunction::kNthValue;
  if (!takes && written.null_treatment != ast::NullTreatment::kDefault) {
    return at(written.position,
              Status::Invalid(
                  "IGNORE NULLS and RESPECT NULLS belong to LAG, LEAD, FIRST_VALUE, LAST_VALUE and "
                  "NTH_VALUE, but ",
                  written.name.last().text, " reads no value; leave them out"));
  }
  call.ignore_nulls =
      call.ignore_nulls || (takes && written.null_treatment == ast::NullTreatment::kIgnore);
  return Status::OK();
}

Status check_window(const Call& call, const ast::FunctionCall& written,
                    const ast::WindowSpec& window) {
  const bool framed =
      call.function == OverFunction::kAggregate || call.function >= OverFunction::kFirstValue;
  if (!framed && window.frame) {
    return at(window.frame->position,
              Status::Invalid("ROWS and RANGE mean nothing to ", written.name.last().text,
                              ", which looks at the whole partition; leave them out"));
  }
  if (!framed && call.function != OverFunction::kRowNumber && call.order.empty()) {
    return at(written.position,
              Status::Invalid(written.name.last().text, " needs an ORDER BY in its OVER"));
  }
  return Status::OK();
}

}  // namespace

bool is_over_function(std::string_view name, OverFunction* function) {
  constexpr std::pair<std::string_view, OverFunction> kFunctions[] = {
      {"ROW_NUMBER", OverFunction::kRowNumber},
      {"RANK", OverFunction::kRank},
      {"DENSE_RANK", OverFunction::kDenseRank},
      {"NTILE", OverFunction::kNtile},
      {"CUME_DIST", OverFunction::kCumeDist},
      {"PERCENT_RANK", OverFunction::kPercentRank},
      {"LAG", OverFunction::kLag},
      {"LEAD", OverFunction::kLead},
      {"FIRST_VALUE", OverFunction::kFirstValue},
      {"LAST_VALUE", OverFunction::kLastValue},
      {"NTH_VALUE", OverFunction::kNthValue},
  };
  for (const auto& [known, meaning] : kFunctions) {
    if (known != name) continue;
    *function = meaning;
    return true;
  }
  return false;
}

BoundExprPtr OverCollector::add(Call call, std::string_view name) {
  size_t i = 0;
  while (i < calls_.size() && !same_call(calls_[i], call)) ++i;
  const SqlType type = call.type;
  if (i == calls_.size()) calls_.push_back(std::move(call));
  return BoundExpr::column(kFirst + static_cast<int>(i), type, std::string(name));
}

Status OverCollector::rewrite(const Rewrite& rewrite) {
  for (Call& call : calls_) {
    for (std::vector<BoundExprPtr>* exprs : {&call.args, &call.partition}) {
      for (BoundExprPtr& expr : *exprs) {
        HW_ASSIGN_OR_RETURN(expr, rewrite(expr));
      }
    }
    for (Order& order : call.order) {
      HW_ASSIGN_OR_RETURN(order.expr, rewrite(order.expr));
    }
    if (call.filter != nullptr) {
      HW_ASSIGN_OR_RETURN(call.filter, rewrite(call.filter));
    }
  }
  return Status::OK();
}

LogicalNodePtr OverCollector::plan_over(const LogicalNodePtr& plan) {
  CallColumns columns(plan);
  std::vector<OverNode::Parts> nodes;
  std::vector<std::pair<size_t, size_t>> places;  // by call: node, call of the node
  std::vector<const Call*> first;                 // by node
  for (const Call& call : calls_) {
    size_t node = 0;
    while (node < nodes.size() && !same_window(*first[node], call)) ++node;
    if (node == nodes.size()) {
      first.push_back(&call);
      OverNode::Parts& parts = nodes.emplace_back();
      for (const BoundExprPtr& expr : call.partition) parts.partition.push_back(columns.add(expr));
      for (const Order& order : call.order) {
        parts.order.push_back({columns.add(order.expr), order.descending, order.nulls_first});
      }
      parts.position = call.position;
    }
    places.emplace_back(node, nodes[node].calls.size());
    nodes[node].calls.push_back({planned(call, columns), ""});
  }
  plan_ = columns.plan();
  std::vector<int> first_column;
  for (OverNode::Parts& parts : nodes) {
    first_column.push_back(plan_->num_columns());
    for (size_t i = 0; i < parts.calls.size(); ++i) {
      parts.calls[i].name = "$w" + std::to_string(first_column.back() + static_cast<int>(i));
    }
    plan_ = std::make_shared<OverNode>(plan_, std::move(parts));
  }
  for (const auto& [node, call] : places) {
    columns_.push_back(first_column[node] + static_cast<int>(call));
  }
  return plan_;
}

BoundExprPtr OverCollector::over_results(const BoundExprPtr& expr) const {
  return hw::rewrite(expr, [&](const BoundExprPtr& node) -> BoundExprPtr {
    if (node->kind() != BoundExpr::Kind::kColumn || node->column_index() < kFirst ||
        is_foreign_column(*node)) {
      return nullptr;
    }
    const int column = columns_[static_cast<size_t>(node->column_index() - kFirst)];
    return column_of(*plan_, column)->with_position(node->position());
  });
}

Result<std::vector<Order>> ExprBinder::bind_over_order(const ast::WindowSpec& window) {
  std::vector<Order> bound;
  for (const ast::OrderItem& item : window.order_by) {
    Order order;
    order.descending = item.direction == ast::SortDirection::kDescending;
    order.nulls_first = item.nulls == ast::NullsOrder::kDefault
                            ? !order.descending
                            : item.nulls == ast::NullsOrder::kFirst;
    HW_ASSIGN_OR_RETURN(order.expr, bind(*item.expr));
    const SqlType& type = order.expr->type();
    if (!type.has_order()) {
      return at(item.expr->position,
                Status::TypeError("ORDER BY needs values that have an order, but ",
                                  order.expr->to_sql(), " is ", type.to_sql_without_null()));
    }
    bound.push_back(std::move(order));
  }
  return bound;
}

Status ExprBinder::bind_over_parts(const ast::FunctionCall& written, const std::string& name,
                                   Call& call) {
  HW_ASSIGN_OR_RETURN(const ast::WindowSpec window,
                      resolved_window(*written.over, windows_->windows()));
  for (const ast::ExprPtr& expr : window.partition_by) {
    HW_ASSIGN_OR_RETURN(BoundExprPtr bound, bind_value(*expr));
    call.partition.push_back(std::move(bound));
  }
  HW_ASSIGN_OR_RETURN(call.order, bind_over_order(window));
  HW_ASSIGN_OR_RETURN(call.frame, bind_frame(window, call.order, session_));
  // As an aggregate the first or last value is carried, not looked up; it passes over NULLs.
  const AggregateFunction* const aggregate = session_.context.functions->aggregate(name);
  const bool carried =
      aggregate != nullptr && written.null_treatment != ast::NullTreatment::kRespect;
  const bool special = is_over_function(name, &call.function) && !carried;
  std::vector<BoundExprPtr> args;
  const bool star = written.args.size() == 1 && written.args[0]->kind == ast::ExprKind::kStar;
  if (star && name != "COUNT") {
    return at(written.position, Status::Invalid("only COUNT takes *, but this is ", name));
  }
  if (!star) {
    Result<std::vector<BoundExprPtr>> bound =
        special ? bind_args(written.args) : bind_aggregate_args(written, name);
    if (!bound.ok()) return at(written.position, bound.status());
    args = std::move(*bound);
    for (BoundExprPtr& arg : args) {
      HW_ASSIGN_OR_RETURN(arg, read_processing_time(arg));
    }
  }
  if (special) {
    if (written.filter != nullptr) {
      return at(written.position,
                Status::Invalid("FILTER belongs to aggregate functions, but ", name, " is none"));
    }
    if (written.quantifier == ast::SetQuantifier::kDistinct) {
      return at(written.position,
                Status::Invalid("DISTINCT belongs to aggregate functions, but ", name, " is none"));
    }
    HW_TRY(bind_arguments(written, std::move(args), session_, call));
    HW_TRY(bind_nulls(written, call));
    return check_window(call, written, window);
  }
  call.function = OverFunction::kAggregate;
  call.aggregate = aggregate;
  call.distinct = written.quantifier == ast::SetQuantifier::kDistinct && !star;
  const bool single = name == "FIRST_VALUE" || name == "LAST_VALUE" || name == "ARRAY_AGG";
  if (!single && written.null_treatment != ast::NullTreatment::kDefault) {
    return not_supported_yet("IGNORE NULLS and RESPECT NULLS of " + name, written.position);
  }
  if (written.filter != nullptr) {
    HW_ASSIGN_OR_RETURN(call.filter, bind_condition(*written.filter));
  }
  Result<ResolvedCall> resolved =
      resolve_aggregate(*call.aggregate, std::move(args), session_.expr);
  if (!resolved.ok()) return at(written.position, resolved.status());
  call.args = std::move(resolved->args);
  // A frame can be empty.
  call.type = name == "COUNT" ? resolved->type : resolved->type.with_nullable(true);
  return check_window(call, written, window);
}

Result<BoundExprPtr> ExprBinder::bind_over(const ast::FunctionCall& written,
                                           const std::string& name) {
  if (windows_ == nullptr) {
    return at(written.position,
              Status::Invalid("a function with OVER cannot be used in ", clause_, ", but ", name,
                              " is one; compute it in a sub-query",
                              clause_ == "WHERE" ? " or write the condition in QUALIFY" : ""));
  }
  if (in_aggregate_ || in_window_) {
    return at(written.position, Status::Invalid("a function with OVER cannot be the argument of an "
                                                "aggregate function or of another OVER, but ",
                                                name, " is; compute it in a sub-query"));
  }
  Call call;
  call.position = written.position;
  // Aggregates of the block may stand inside, other windows not.
  in_window_ = true;
  SubqueryCollector* const subqueries = std::exchange(subqueries_, nullptr);
  const Status status = bind_over_parts(written, name, call);
  subqueries_ = subqueries;
  in_window_ = false;
  if (!status.ok()) return status;
  return windows_->add(std::move(call), name)->with_position(written.position);
}

}  // namespace hw
