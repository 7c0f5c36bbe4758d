// SPDX-License-Identifier: Apache-2.0
//
// Frames of OVER windows, and named windows.

#include <cmath>
#include <utility>

#include <arrow/util/decimal.h>

#include "expr/evaluator.h"
#include "expr/literal.h"
#include "expr/resolve.h"
#include "plan/logical/values.h"
#include "sql/bind_expr.h"
#include "sql/bind_over.h"

namespace hw {
namespace {

using Order = OverCollector::Order;

constexpr int64_t kDayMs = 86'400'000;
/// More digits do not fit the arithmetic of frames.
constexpr int kDigitsMax = 18;

FrameEdge edge_of(ast::FrameBoundKind kind) {
  switch (kind) {
    case ast::FrameBoundKind::kUnboundedPreceding:
      return FrameEdge::kUnboundedPreceding;
    case ast::FrameBoundKind::kPreceding:
      return FrameEdge::kPreceding;
    case ast::FrameBoundKind::kCurrentRow:
      return FrameEdge::kCurrentRow;
    case ast::FrameBoundKind::kFollowing:
      return FrameEdge::kFollowing;
    case ast::FrameBoundKind::kUnboundedFollowing:
      return FrameEdge::kUnboundedFollowing;
  }
  return FrameEdge::kCurrentRow;
}

/// A constant of the frame; never NULL.
Result<BoundExprPtr> bind_distance(const ast::Expr& expr, BindSession& session) {
  const Relation nothing{ValuesNode::one_row(), Scope()};
  ExprBinder binder(session, nothing, "a frame");
  HW_ASSIGN_OR_RETURN(BoundExprPtr bound, binder.bind_value(expr));
  bound = fold_constants(bound, session.expr);
  if (!bound->is_literal() || bound->is_null_literal()) {
    return at(expr.position,
              Status::Invalid("the distance in a frame is a constant, but is ", bound->to_sql()));
  }
  return bound;
}

Status bind_rows_bound(const ast::Expr& expr, const BoundExpr& distance, FrameBound& bound) {
  if (!distance.type().is_integer()) {
    return at(expr.position,
              Status::TypeError("ROWS counts rows, but the distance ", distance.to_sql(), " is ",
                                distance.type().to_sql_without_null(),
                                "; for a distance in time write RANGE"));
  }
  bound.distance = literal_integer(*distance.literal_value());
  return Status::OK();
}

Status not_fitting(const ast::Expr& expr, const BoundExpr& distance, const SqlType& type,
                   const char* wanted) {
  return at(expr.position, Status::TypeError("RANGE over ", type.to_sql_without_null(), " takes ",
                                             wanted, " as distance, but ", distance.to_sql(),
                                             " is ", distance.type().to_sql_without_null()));
}

Status bind_time_distance(const ast::Expr& expr, const BoundExpr& distance, const SqlType& type,
                          FrameBound& bound) {
  if (distance.type().is(TypeKind::kIntervalMonth)) {
    return not_supported_yet("RANGE by months and years", expr.position);
  }
  if (!distance.type().is(TypeKind::kIntervalDay)) {
    return not_fitting(expr, distance, type, "an INTERVAL");
  }
  const int64_t ms = literal_integer(*distance.literal_value());
  if (type.is(TypeKind::kDate)) {
    if (ms % kDayMs != 0) return not_fitting(expr, distance, type, "an INTERVAL of whole days");
    bound.distance = ms / kDayMs;
    return Status::OK();
  }
  const int64_t ticks_per_ms = type.is_timestamp() ? type.ticks_per_second() / 1000 : 1;
  if (__builtin_mul_overflow(ms, ticks_per_ms, &bound.distance)) bound.distance = INT64_MAX;
  return Status::OK();
}

Status bind_number_distance(const ast::Expr& expr, const BoundExprPtr& distance,
                            const SqlType& type, BindSession& session, FrameBound& bound) {
  if (!distance->type().is_numeric()) return not_fitting(expr, *distance, type, "a number");
  if (type.is_approximate()) {
    HW_ASSIGN_OR_RETURN(
        const ColumnPtr value,
        evaluate_constant(cast_if_needed(distance, SqlType::float64()), session.expr));
    bound.real = value->value<double>(0);
    return Status::OK();
  }
  const bool decimal = type.is(TypeKind::kDecimal);
  if (decimal && type.precision() > kDigitsMax) {
    return not_supported_yet("RANGE by a distance over DECIMAL of more than 18 digits",
                             expr.position);
  }
  const int scale = decimal ? type.scale() : 0;
  const bool whole = distance->type().is_integer();
  if (!whole && (!distance->type().is(TypeKind::kDecimal) || distance->type().scale() > scale)) {
    return not_fitting(expr, *distance, type, decimal ? "as many digits" : "a whole number");
  }
  HW_ASSIGN_OR_RETURN(
      const ColumnPtr value,
      evaluate_constant(cast_if_needed(distance, SqlType::decimal(kDigitsMax, scale)),
                        session.expr));
  if (value->is_null(0)) return not_fitting(expr, *distance, type, "a smaller number");
  bound.distance = static_cast<int64_t>(value->value<arrow::Decimal128>(0).low_bits());
  return Status::OK();
}

Result<FrameBound> bind_bound(const ast::FrameBound& written, bool rows,
                              const std::vector<Order>& order, SqlPosition position,
                              BindSession& session) {
  FrameBound bound;
  bound.edge = edge_of(written.kind);
  if (written.offset == nullptr) return bound;
  const ast::Expr& expr = *written.offset;
  HW_ASSIGN_OR_RETURN(const BoundExprPtr distance, bind_distance(expr, session));
  bound.text = distance->to_sql();
  if (rows) {
    HW_TRY(bind_rows_bound(expr, *distance, bound));
  } else {
    if (order.size() != 1) {
      return at(position, Status::Invalid("RANGE with a distance needs one ORDER BY expression, "
                                          "but there are ",
                                          order.size()));
    }
    const SqlType& type = order[0].expr->type();
    if (type.is_temporal()) {
      HW_TRY(bind_time_distance(expr, *distance, type, bound));
    } else if (type.is_numeric()) {
      HW_TRY(bind_number_distance(expr, distance, type, session, bound));
    } else {
      return at(position,
                Status::TypeError("RANGE with a distance needs an ORDER BY of numbers "
                                  "or times, but ",
                                  order[0].expr->to_sql(), " is ", type.to_sql_without_null()));
    }
  }
  if (bound.distance < 0 || bound.real < 0) {
    return at(expr.position,
              Status::Invalid("the distance in a frame must not be negative, but is ",
                              distance->to_sql()));
  }
  return bound;
}

Status check_ends(const OverFrame& frame, SqlPosition position) {
  const bool backwards = frame.start.edge == FrameEdge::kUnboundedFollowing ||
                         frame.end.edge == FrameEdge::kUnboundedPreceding ||
                         frame.start.edge > frame.end.edge;
  if (!backwards) return Status::OK();
  return at(position, Status::Invalid("a frame does not end before it begins, but this one is ",
                                      to_text(frame)));
}

}  // namespace

Result<OverFrame> bind_frame(const ast::WindowSpec& spec, const std::vector<Order>& order,
                             BindSession& session) {
  OverFrame frame;
  if (!spec.frame) return frame;
  const SqlPosition position = spec.frame->position;
  frame.rows = spec.frame->unit == ast::FrameUnit::kRows;
  HW_ASSIGN_OR_RETURN(frame.start,
                      bind_bound(spec.frame->start, frame.rows, order, position, session));
  HW_ASSIGN_OR_RETURN(frame.end, bind_bound(spec.frame->end, frame.rows, order, position, session));
  HW_TRY(check_ends(frame, position));
  return frame;
}

Result<ast::WindowSpec> resolved_window(const ast::WindowSpec& spec,
                                        const std::vector<ast::NamedWindow>& windows) {
  if (spec.base.text.empty()) return spec;
  // A window may build on those named before it.
  for (size_t i = windows.size(); i-- > 0;) {
    if (windows[i].name.text != spec.base.text) continue;
    const std::vector<ast::NamedWindow> before(windows.begin(),
                                               windows.begin() + static_cast<std::ptrdiff_t>(i));
    HW_ASSIGN_OR_RETURN(ast::WindowSpec base, resolved_window(*windows[i].spec, before));
    if (!spec.partition_by.empty() || (!spec.order_by.empty() && !base.order_by.empty()) ||
        (spec.frame && base.frame)) {
      return at(spec.position, Status::Invalid("a window adds to '", spec.base.text,
                                               "' what that one leaves open: ORDER BY or a frame"));
    }
    if (!spec.order_by.empty()) base.order_by = spec.order_by;
    if (spec.frame) base.frame = spec.frame;
    base.position = spec.position;
    return base;
  }
  return at(spec.base.position,
            Status::KeyError("there is no window '", spec.base.text, "'; name it: WINDOW ",
                             spec.base.text, " AS (..)"));
}

}  // namespace hw
