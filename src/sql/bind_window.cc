// SPDX-License-Identifier: Apache-2.0
//
// Window table functions: TUMBLE, HOP, CUMULATE, SESSION with positional or named arguments.

#include "sql/bind_window.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <utility>

#include "base/letters.h"
#include "expr/evaluator.h"
#include "expr/literal.h"
#include "plan/catalog/near_names.h"
#include "plan/logical/values.h"
#include "plan/logical/window_tvf.h"
#include "sql/bind_expr.h"
#include "sql/bind_from.h"
#include "sql/bind_late.h"
#include "sql/bind_query.h"
#include "sql/known_functions.h"
#include "sql/unparse.h"

namespace hw {
namespace {

struct WindowForm {
  std::string_view name;
  WindowKind kind;
  /// Names of the interval arguments in order; what is not needed may be left out.
  std::array<std::string_view, 3> intervals;
  size_t num_intervals;
  size_t num_needed;
};

constexpr std::array<WindowForm, 4> kForms = {
    WindowForm{"TUMBLE", WindowKind::kTumble, {"SIZE", "OFFSET", ""}, 2, 1},
    WindowForm{"HOP", WindowKind::kHop, {"SLIDE", "SIZE", "OFFSET"}, 3, 2},
    WindowForm{"CUMULATE", WindowKind::kCumulate, {"STEP", "SIZE", "OFFSET"}, 3, 2},
    WindowForm{"SESSION", WindowKind::kSession, {"GAP", "", ""}, 1, 1}};

/// The arguments in the order DATA, TIMECOL, intervals; null where left out.
struct WindowArgs {
  const ast::Expr* input = nullptr;
  const ast::Expr* time = nullptr;
  std::array<const ast::Expr*, 3> intervals = {};
};

Status put(const WindowForm& form, std::string_view name, const ast::Expr* value,
           WindowArgs& args) {
  const ast::Expr** place = nullptr;
  if (name == "DATA") place = &args.input;
  if (name == "TIMECOL") place = &args.time;
  for (size_t i = 0; i < form.num_intervals; ++i) {
    if (form.intervals[i] == name) place = &args.intervals[i];
  }
  if (place == nullptr) {
    std::vector<std::string> names = {"DATA", "TIMECOL"};
    for (size_t i = 0; i < form.num_intervals; ++i) names.emplace_back(form.intervals[i]);
    return at(value->position, Status::KeyError(form.name, " has no argument '", name, "'",
                                                did_you_mean(name, names)));
  }
  if (*place != nullptr) {
    return at(value->position,
              Status::Invalid("argument ", name, " of ", form.name, " is given twice"));
  }
  *place = value;
  return Status::OK();
}

Result<WindowArgs> arrange(const WindowForm& form, const ast::FunctionCall& call) {
  WindowArgs args;
  const size_t most = 2 + form.num_intervals;
  if (call.args.size() > most) {
    return at(call.position, Status::Invalid(form.name, " takes at most ", most,
                                             " arguments, but got ", call.args.size()));
  }
  for (size_t i = 0; i < call.args.size(); ++i) {
    const ast::ExprPtr& arg = call.args[i];
    if (const auto* named = ast::expr_if<ast::NamedArgument>(arg)) {
      HW_TRY(put(form, upper_case(named->name.text), named->value.get(), args));
    } else {
      const std::string_view name = i == 0 ? "DATA" : i == 1 ? "TIMECOL" : form.intervals[i - 2];
      HW_TRY(put(form, name, arg.get(), args));
    }
  }
  bool complete = args.input && args.time;
  for (size_t i = 0; i < form.num_needed; ++i) complete = complete && args.intervals[i];
  if (!complete) {
    std::string usage(form.name);
    usage += form.kind == WindowKind::kSession ? "(TABLE t [PARTITION BY k, ..]" : "(TABLE t";
    usage += ", DESCRIPTOR(time_column)";
    for (size_t i = 0; i < form.num_intervals; ++i) {
      const bool needed = i < form.num_needed;
      usage += (needed ? ", " : " [, ") + std::string(form.intervals[i]) + (needed ? "" : "]");
    }
    usage += ")";
    return at(call.position, Status::Invalid("write ", usage, "; an argument is missing"));
  }
  return args;
}

/// The columns behind PARTITION BY.
Result<std::vector<int>> bind_partition(const ast::Expr& expr, const Relation& input,
                                        BindSession& session) {
  std::vector<int> columns;
  if (expr.kind != ast::ExprKind::kTableArgument) return columns;
  ExprBinder binder(session, input, "PARTITION BY");
  for (const ast::ExprPtr& key : expr.as<ast::TableArgument>().partition_by) {
    HW_ASSIGN_OR_RETURN(const BoundExprPtr bound, binder.bind(*key));
    if (bound->kind() != BoundExpr::Kind::kColumn) {
      return at(key->position,
                Status::Invalid("PARTITION BY of a table argument names columns, but ",
                                ast::to_sql(*key), " is none; compute it in a sub-query"));
    }
    if (std::find(columns.begin(), columns.end(), bound->column_index()) == columns.end()) {
      columns.push_back(bound->column_index());
    }
  }
  return columns;
}

Result<Relation> bind_input(const WindowForm& form, const ast::Expr& expr, BindSession& session) {
  if (expr.kind == ast::ExprKind::kSubquery) {
    HW_ASSIGN_OR_RETURN(LogicalNodePtr plan,
                        bind_query(*expr.as<ast::Subquery>().query, QueryPlace::kNested, session));
    Scope scope = Scope::of(*plan, {});
    return Relation{std::move(plan), std::move(scope)};
  }
  if (expr.kind == ast::ExprKind::kTableArgument) {
    const auto& table = expr.as<ast::TableArgument>();
    const bool partitioned = !table.partition_by.empty() && form.kind != WindowKind::kSession;
    if (partitioned || !table.order_by.empty()) {
      return at(expr.position,
                Status::Invalid(form.name, " takes a table without ",
                                form.kind == WindowKind::kSession ? "" : "PARTITION BY and ",
                                "ORDER BY"));
    }
    if (table.query == nullptr) {
      HW_ASSIGN_OR_RETURN(const Relation named, bind_named(table.table, {}, session));
      return without_hidden(named);
    }
    HW_ASSIGN_OR_RETURN(LogicalNodePtr plan,
                        bind_query(*table.query, QueryPlace::kNested, session));
    Scope scope = Scope::of(*plan, {});
    return Relation{std::move(plan), std::move(scope)};
  }
  return at(expr.position,
            Status::Invalid("the first argument of ", form.name, " is a table: write TABLE t"));
}

/// Fills kind of time, column and type of the window.
Status bind_time_column(const WindowForm& form, const ast::Expr& expr, const Relation& input,
                        BindSession& session, WindowSpec& window) {
  if (expr.kind != ast::ExprKind::kDescriptor || expr.as<ast::Descriptor>().columns.size() != 1) {
    return at(expr.position, Status::Invalid("the second argument of ", form.name,
                                             " names the time column: DESCRIPTOR(column)"));
  }
  const ast::Identifier& name = expr.as<ast::Descriptor>().columns[0];
  HW_ASSIGN_OR_RETURN(const Scope::Found found, input.scope.find(ast::Name{{name}}));
  return bind_window_time(form.name, found.column->index, *input.plan, name.position, session,
                          window);
}

/// The least step, or one not far from it, that divides the size into no more windows than that.
int64_t least_step(int64_t size_ms) {
  constexpr int64_t kTries = 100'000;
  const int64_t least = size_ms / kWindowsPerRowMax + (size_ms % kWindowsPerRowMax != 0 ? 1 : 0);
  for (int64_t step = least; step < least + kTries; ++step) {
    if (size_ms % step == 0) return step;
  }
  return size_ms;
}

std::string seconds_text(int64_t ms) {
  std::string text = std::to_string(ms / 1000);
  if (ms % 1000 != 0) text += "." + std::to_string(1000 + ms % 1000).substr(1);
  return text;
}

Status check_window(const WindowForm& form, const WindowArgs& args, const WindowSpec& window) {
  const auto refuse = [](const ast::Expr& arg, auto&&... words) {
    return at(arg.position, Status::Invalid(std::forward<decltype(words)>(words)...));
  };
  const bool steps = form.num_needed == 2;
  const ast::Expr& size = *args.intervals[steps ? 1 : 0];
  if (window.size_ms <= 0) {
    return refuse(size, form.intervals[steps ? 1 : 0], " of ", form.name,
                  " must be positive, but is ", ast::to_sql(size));
  }
  if (steps) {
    const ast::Expr& step = *args.intervals[0];
    if (window.step_ms <= 0) {
      return refuse(step, form.intervals[0], " of ", form.name, " must be positive, but is ",
                    ast::to_sql(step));
    }
    if (window.size_ms % window.step_ms != 0) {
      const bool swapped = window.step_ms % window.size_ms == 0;
      return refuse(size, "SIZE of ", form.name, " must be a multiple of ", form.intervals[0],
                    ", but ", ast::to_sql(size), " is none of ", ast::to_sql(step),
                    swapped ? "; the smaller interval comes first" : "");
    }
    if (window.size_ms / window.step_ms > kWindowsPerRowMax) {
      return refuse(step, form.name, " puts a row into SIZE / ", form.intervals[0],
                    " windows, at most ", kWindowsPerRowMax, ", but ", window.size_ms, " ms / ",
                    window.step_ms, " ms are ", window.size_ms / window.step_ms, "; write a ",
                    form.intervals[0], " of INTERVAL '", seconds_text(least_step(window.size_ms)),
                    "' SECOND or more");
    }
  }
  if (window.kind == WindowKind::kTumble && std::llabs(window.offset_ms) >= window.size_ms) {
    const ast::Expr& offset = *args.intervals[1];
    return refuse(offset, "OFFSET of ", form.name, " must be smaller than SIZE, but ",
                  ast::to_sql(offset), " is not smaller than ", ast::to_sql(size));
  }
  return Status::OK();
}

}  // namespace

Status bind_window_time(std::string_view function, int index, const LogicalNode& input,
                        SqlPosition position, BindSession& session, WindowSpec& window) {
  const PlanColumn& column = input.column(index);
  window.time_zone = session.expr.time_zone;
  if (column.time == TimeAttribute::kProcessingTime) {
    window.event_time = false;
    window.time_type = SqlType::timestamp_ltz(3);
    return Status::OK();
  }
  // A batch needs no watermark: all rows are there.
  const bool usable =
      column.time == TimeAttribute::kEventTime || (session.batch() && column.type.is_timestamp());
  if (!usable) {
    return at(position,
              Status::Invalid("the time column of ", function, " must be a time attribute, but '",
                              column.name, "' is ", column.type.to_sql_without_null(),
                              "; declare WATERMARK FOR ", column.name,
                              " AS .. on its table, or pass the column on as it is"));
  }
  if (column.type.precision() > 3) {
    return at(position,
              Status::Invalid("the time column of ", function, " has at most milliseconds, but '",
                              column.name, "' is ", column.type.to_sql_without_null(),
                              "; use CAST to lower its precision"));
  }
  window.event_time = true;
  window.time_column = index;
  window.time_type = column.type.with_nullable(true);
  return Status::OK();
}

Result<int64_t> bind_window_interval(std::string_view function, std::string_view what,
                                     const ast::Expr& expr, BindSession& session) {
  const Relation nothing{ValuesNode::one_row(), Scope()};
  ExprBinder binder(session, nothing, function);
  HW_ASSIGN_OR_RETURN(const BoundExprPtr bound, binder.bind(expr));
  if (!bound->type().is(TypeKind::kIntervalDay)) {
    return at(expr.position, Status::TypeError(what, " of ", function,
                                               " is an interval of days to seconds such as "
                                               "INTERVAL '10' MINUTE, but is ",
                                               bound->type().to_sql_without_null()));
  }
  Result<ColumnPtr> value = evaluate_constant(bound, session.expr);
  if (!value.ok()) return at(expr.position, value.status());
  if ((*value)->is_null(0)) {
    return at(expr.position, Status::Invalid(what, " of ", function, " must not be NULL"));
  }
  const int64_t ms = literal_integer(**value);
  if (ms > kWindowIntervalMaxMs || ms < -kWindowIntervalMaxMs) {
    return at(expr.position,
              Status::Invalid(what, " of ", function, " is 10,000 years at most, but is ",
                              ast::to_sql(expr)));
  }
  return ms;
}

Result<LogicalNodePtr> bind_table_function(const ast::FunctionCall& call, BindSession& session) {
  const std::string name = upper_case(call.name.last().text);
  const WindowForm* form = nullptr;
  for (const WindowForm& candidate : kForms) {
    if (candidate.name == name) form = &candidate;
  }
  if (form == nullptr && name == "LATE") return bind_late(call, session);
  if (form == nullptr) {
    if (is_known_function(name)) return not_supported_yet("table function " + name, call.position);
    const std::vector<std::string> names = {"TUMBLE", "HOP", "CUMULATE", "SESSION", "LATE"};
    return at(call.position, Status::KeyError("there is no table function '", call.name.last().text,
                                              "'", did_you_mean_or("there are", name, names)));
  }
  HW_ASSIGN_OR_RETURN(const WindowArgs args, arrange(*form, call));
  HW_ASSIGN_OR_RETURN(const Relation input, bind_input(*form, *args.input, session));
  WindowSpec window;
  window.kind = form->kind;
  HW_TRY(bind_time_column(*form, *args.time, input, session, window));
  for (size_t i = 0; i < form->num_intervals; ++i) {
    if (args.intervals[i] == nullptr) continue;
    const std::string_view what = form->intervals[i];
    HW_ASSIGN_OR_RETURN(const int64_t ms,
                        bind_window_interval(form->name, what, *args.intervals[i], session));
    if (what == "SIZE" || what == "GAP") {
      window.size_ms = ms;
    } else if (what == "OFFSET") {
      window.offset_ms = ms;
    } else {
      window.step_ms = ms;
    }
  }
  HW_TRY(check_window(*form, args, window));
  HW_ASSIGN_OR_RETURN(window.partition, bind_partition(*args.input, input, session));
  // Borders repeat, so an offset of more than their distance is one of less.
  if (window.kind == WindowKind::kHop) window.offset_ms %= window.step_ms;
  if (window.kind == WindowKind::kCumulate) window.offset_ms %= window.size_ms;
  return std::make_shared<WindowTvfNode>(input.plan, std::move(window));
}

}  // namespace hw
