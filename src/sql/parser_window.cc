// SPDX-License-Identifier: Apache-2.0
//
// OVER, window specifications and frames, PARTITION BY and ORDER BY.

#include "sql/parser_core.h"

namespace hw {

using ast::FrameBound;
using ast::FrameBoundKind;
using ast::OrderItem;
using ast::WindowSpec;
using WindowPtr = std::shared_ptr<const WindowSpec>;

Result<WindowPtr> Parser::over() {
  if (at(TokenKind::kLeftParen)) return window_spec();
  auto window = make<WindowSpec>(position());
  HW_ASSIGN_OR_RETURN(window->base, identifier("'(' or a window name"));
  window->bare = true;
  return WindowPtr(std::move(window));
}

Result<WindowPtr> Parser::window_spec() {
  auto window = make<WindowSpec>(position());
  HW_TRY(expect(TokenKind::kLeftParen));
  const bool frame_first = (at("ROWS") || at("RANGE")) && peek(1).kind != TokenKind::kRightParen;
  if (at_identifier() && !frame_first) {
    HW_ASSIGN_OR_RETURN(window->base, identifier("a window name"));
  }
  HW_ASSIGN_OR_RETURN(window->partition_by, optional_partition_by());
  HW_ASSIGN_OR_RETURN(window->order_by, optional_order_by());
  if (at("ROWS") || at("RANGE")) {
    HW_ASSIGN_OR_RETURN(window->frame, frame());
  }
  if (at("GROUPS")) return not_supported_yet("GROUPS frames", position());
  HW_TRY(expect(TokenKind::kRightParen));
  return WindowPtr(std::move(window));
}

Result<ast::Frame> Parser::frame() {
  ast::Frame frame;
  frame.position = position();
  frame.unit = take().keyword == Keyword("ROWS") ? ast::FrameUnit::kRows : ast::FrameUnit::kRange;
  frame.end.kind = FrameBoundKind::kCurrentRow;
  const bool between = accept("BETWEEN");
  HW_ASSIGN_OR_RETURN(frame.start, frame_bound());
  if (between) {
    HW_TRY(expect("AND"));
    HW_ASSIGN_OR_RETURN(frame.end, frame_bound());
  }
  if (at("EXCLUDE")) return not_supported_yet("EXCLUDE in frames", position());
  return frame;
}

Result<FrameBound> Parser::frame_bound() {
  FrameBound bound;
  if (accept("CURRENT", "ROW")) {
    bound.kind = FrameBoundKind::kCurrentRow;
    return bound;
  }
  const bool unbounded = accept("UNBOUNDED");
  if (!unbounded) {
    HW_ASSIGN_OR_RETURN(bound.offset, operators(Precedence::kAdditive));
  }
  if (accept("PRECEDING")) {
    bound.kind = unbounded ? FrameBoundKind::kUnboundedPreceding : FrameBoundKind::kPreceding;
  } else if (accept("FOLLOWING")) {
    bound.kind = unbounded ? FrameBoundKind::kUnboundedFollowing : FrameBoundKind::kFollowing;
  } else {
    return expected("PRECEDING or FOLLOWING");
  }
  return bound;
}

Result<OrderItem> Parser::order_item() {
  OrderItem item;
  HW_ASSIGN_OR_RETURN(item.expr, expression());
  if (accept("ASC")) item.direction = ast::SortDirection::kAscending;
  if (item.direction == ast::SortDirection::kDefault && accept("DESC")) {
    item.direction = ast::SortDirection::kDescending;
  }
  if (accept("NULLS")) {
    if (accept("FIRST")) {
      item.nulls = ast::NullsOrder::kFirst;
    } else if (accept("LAST")) {
      item.nulls = ast::NullsOrder::kLast;
    } else {
      return expected("FIRST or LAST");
    }
  }
  return item;
}

Result<std::vector<OrderItem>> Parser::optional_order_by() {
  std::vector<OrderItem> items;
  if (!accept("ORDER")) return items;
  HW_TRY(expect("BY"));
  HW_TRY(comma_separated([&]() -> Status {
    HW_ASSIGN_OR_RETURN(OrderItem item, order_item());
    items.push_back(std::move(item));
    return Status::OK();
  }));
  return items;
}

Result<std::vector<ast::ExprPtr>> Parser::optional_partition_by() {
  if (!accept("PARTITION")) return std::vector<ast::ExprPtr>();
  HW_TRY(expect("BY"));
  return expression_list();
}

}  // namespace hw
