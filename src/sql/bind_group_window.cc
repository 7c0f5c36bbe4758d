// SPDX-License-Identifier: Apache-2.0

#include "sql/bind_group_window.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "plan/logical/project.h"
#include "plan/logical/window_tvf.h"
#include "sql/bind_expr.h"
#include "sql/bind_window.h"
#include "sql/outer_column.h"

namespace hw {
namespace {

struct Form {
  std::string_view name;
  WindowKind kind;
  /// Names of the interval arguments in order.
  std::array<std::string_view, 2> intervals;
  size_t num_intervals;
};

constexpr std::array<Form, 3> kForms = {Form{"TUMBLE", WindowKind::kTumble, {"SIZE", ""}, 1},
                                        Form{"HOP", WindowKind::kHop, {"SLIDE", "SIZE"}, 2},
                                        Form{"SESSION", WindowKind::kSession, {"GAP", ""}, 1}};
constexpr std::array<std::string_view, 4> kParts = {"START", "END", "ROWTIME", "PROCTIME"};

const Form* form_of(std::string_view window) {
  for (const Form& form : kForms) {
    if (form.name == window) return &form;
  }
  return nullptr;
}

/// What a call says about a window.
struct Arguments {
  int time = -1;
  std::vector<int64_t> intervals;
};

Result<Arguments> bind_arguments(const Form& form, const ast::FunctionCall& call,
                                 const Relation& rows, BindSession& session) {
  if (call.args.size() != 1 + form.num_intervals) {
    return at(call.position,
              Status::Invalid(function_name(call), " takes a time attribute and ",
                              form.num_intervals == 1 ? "an interval" : "two intervals",
                              form.kind == WindowKind::kHop ? ": HOP(ts, slide, size)" : "",
                              ", but got ", call.args.size(), " arguments"));
  }
  ExprBinder binder(session, rows, form.name);
  HW_ASSIGN_OR_RETURN(const BoundExprPtr time, binder.bind(*call.args[0]));
  if (time->kind() != BoundExpr::Kind::kColumn) {
    return at(call.args[0]->position,
              Status::Invalid("the time of ", form.name, " is a time attribute as it is, but ",
                              time->to_sql(), " is an expression"));
  }
  if (is_foreign_column(*time)) {
    return at(
        call.args[0]->position,
        Status::Invalid("the time of ", form.name, " is one of the rows that are grouped, but ",
                        time->to_sql(), " is a column of the query around theirs"));
  }
  Arguments arguments{.time = time->column_index(), .intervals = {}};
  for (size_t i = 0; i < form.num_intervals; ++i) {
    HW_ASSIGN_OR_RETURN(const int64_t ms, bind_window_interval(form.name, form.intervals[i],
                                                               *call.args[i + 1], session));
    if (ms <= 0) {
      return at(call.args[i + 1]->position,
                Status::Invalid(form.intervals[i], " of ", form.name, " must be positive"));
    }
    arguments.intervals.push_back(ms);
  }
  return arguments;
}

/// All expressions of GROUP BY, also those inside of grouping sets.
void list_exprs(const std::vector<ast::GroupingElement>& elements,
                std::vector<const ast::Expr*>& exprs) {
  for (const ast::GroupingElement& element : elements) {
    for (const ast::ExprPtr& expr : element.exprs) exprs.push_back(expr.get());
    list_exprs(element.elements, exprs);
  }
}

const ast::FunctionCall* window_call(const ast::Expr& expr) {
  if (expr.kind != ast::ExprKind::kFunctionCall) return nullptr;
  const auto& call = expr.as<ast::FunctionCall>();
  return is_group_window(call) ? &call : nullptr;
}

/// The columns of what else is grouped by, computed where they are not bare: sessions are of them.
Result<std::vector<int>> session_keys(const std::vector<const ast::Expr*>& exprs, Relation& rows,
                                      BindSession& session) {
  std::vector<BoundExprPtr> columns = columns_of(*rows.plan);
  std::vector<std::string> names;
  for (const PlanColumn& column : rows.plan->columns()) names.push_back(column.name);
  ExprBinder binder(session, rows, "GROUP BY");
  std::vector<int> keys;
  for (const ast::Expr* expr : exprs) {
    if (window_call(*expr) != nullptr) continue;
    HW_ASSIGN_OR_RETURN(BoundExprPtr key, binder.bind_value(*expr));
    if (!key->deterministic()) {
      return at(expr->position, not_supported_yet("sessions by an expression that is not the same "
                                                  "each time"));
    }
    const bool bare = key->kind() == BoundExpr::Kind::kColumn;
    keys.push_back(bare ? key->column_index() : static_cast<int>(columns.size()));
    if (bare) continue;
    names.push_back("$f" + std::to_string(columns.size()));
    columns.push_back(std::move(key));
  }
  if (columns.size() > static_cast<size_t>(rows.plan->num_columns())) {
    rows.plan = std::make_shared<ProjectNode>(rows.plan, std::move(columns), std::move(names));
  }
  return keys;
}

Status check_fan_out(const Form& form, const Arguments& arguments, SqlPosition position) {
  if (form.kind != WindowKind::kHop) return Status::OK();
  const int64_t slide = arguments.intervals[0], size = arguments.intervals[1];
  if (slide > size) {
    return at(position, not_supported_yet("HOP whose windows leave gaps: its slide is longer than "
                                          "its size; the slide comes first"));
  }
  if (size / slide > kWindowsPerRowMax) {
    return at(position, Status::Invalid("HOP puts a row into SIZE / SLIDE windows, at most ",
                                        kWindowsPerRowMax, ", but ", size, " ms / ", slide,
                                        " ms are ", size / slide));
  }
  return Status::OK();
}

}  // namespace

bool is_group_window(const ast::FunctionCall& call) {
  return call.name.parts.size() == 1 && call.args.size() > 1 &&
         form_of(function_name(call)) != nullptr;
}

bool is_group_window_part(const std::string& function) {
  const size_t bar = function.find('_');
  if (bar == std::string::npos || form_of(std::string_view(function).substr(0, bar)) == nullptr) {
    return false;
  }
  const std::string_view part = std::string_view(function).substr(bar + 1);
  return std::find(kParts.begin(), kParts.end(), part) != kParts.end();
}

Result<std::optional<GroupWindow>> bind_group_window(
    const std::vector<ast::GroupingElement>& elements, Relation& rows, BindSession& session) {
  std::vector<const ast::Expr*> exprs;
  list_exprs(elements, exprs);
  const ast::FunctionCall* call = nullptr;
  for (const ast::Expr* expr : exprs) {
    const ast::FunctionCall* const found = window_call(*expr);
    if (found == nullptr) continue;
    if (call != nullptr) {
      return at(found->position, Status::Invalid("GROUP BY has one window at most"));
    }
    call = found;
  }
  if (call == nullptr) return std::nullopt;
  const Form& form = *form_of(function_name(*call));
  HW_ASSIGN_OR_RETURN(const Arguments arguments, bind_arguments(form, *call, rows, session));
  HW_TRY(check_fan_out(form, arguments, call->position));
  WindowSpec window;
  window.kind = form.kind;
  window.size_ms = arguments.intervals.back();
  if (form.kind == WindowKind::kHop) window.step_ms = arguments.intervals[0];
  HW_TRY(bind_window_time(form.name, arguments.time, *rows.plan, call->args[0]->position, session,
                          window));
  if (form.kind == WindowKind::kSession) {
    const bool plain = std::all_of(elements.begin(), elements.end(), [](const auto& element) {
      return element.kind == ast::GroupingKind::kExprs;
    });
    if (!plain) return not_supported_yet("SESSION with grouping sets", call->position);
    HW_ASSIGN_OR_RETURN(window.partition, session_keys(exprs, rows, session));
  }
  const int first = rows.plan->num_columns();
  const GroupWindow made{.kind = form.kind,
                         .time_argument = arguments.time,
                         .intervals = arguments.intervals,
                         .start = first,
                         .end = first + 1,
                         .time = first + 2,
                         .event_time = window.event_time};
  rows.plan = std::make_shared<WindowTvfNode>(rows.plan, std::move(window));
  return made;
}

Result<BoundExprPtr> bind_group_window_part(const ast::FunctionCall& call,
                                            const GroupWindow* window, const Relation& rows,
                                            BindSession& session) {
  const std::string name = function_name(call);
  const size_t bar = name.find('_');
  const Form& form = *form_of(std::string_view(name).substr(0, bar));
  HW_ASSIGN_OR_RETURN(const Arguments arguments, bind_arguments(form, call, rows, session));
  const bool same = window != nullptr && window->kind == form.kind &&
                    window->time_argument == arguments.time &&
                    window->intervals == arguments.intervals;
  if (!same) {
    return at(call.position, Status::Invalid(name, " asks for the window of GROUP BY ", form.name,
                                             "(..) with the same arguments, but there is none"));
  }
  const std::string_view part = std::string_view(name).substr(bar + 1);
  const bool timed = part == "ROWTIME" || part == "PROCTIME";
  if (timed && (part == "ROWTIME") != window->event_time) {
    return at(
        call.position,
        Status::Invalid(name, " is of ", window->event_time ? "processing" : "event",
                        " time, but the window is of ", window->event_time ? "event" : "processing",
                        " time; write ", form.name, window->event_time ? "_ROWTIME" : "_PROCTIME"));
  }
  if (timed) window->time_is_read = true;
  const int column = part == "START" ? window->start : part == "END" ? window->end : window->time;
  return column_of(*rows.plan, column)->with_position(call.position);
}

std::vector<BoundExprPtr> group_window_keys(const GroupWindow& window, const Relation& rows) {
  std::vector<BoundExprPtr> keys = {column_of(*rows.plan, window.start),
                                    column_of(*rows.plan, window.end)};
  if (window.time_is_read) keys.push_back(column_of(*rows.plan, window.time));
  return keys;
}

}  // namespace hw
