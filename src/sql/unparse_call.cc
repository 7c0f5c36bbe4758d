// SPDX-License-Identifier: Apache-2.0

#include <array>

#include "base/letters.h"
#include "sql/keywords.h"
#include "sql/sql_writer.h"
#include "sql/unparse.h"

namespace hw::ast {
namespace {

bool is_symbol(const FunctionCall& call, size_t index) {
  return index < call.args.size() && call.args[index]->kind == ExprKind::kSymbol;
}

std::string_view to_text(JsonBehaviorKind kind) {
  switch (kind) {
    case JsonBehaviorKind::kNull:
      return "NULL";
    case JsonBehaviorKind::kError:
      return "ERROR";
    case JsonBehaviorKind::kDefault:
      return "DEFAULT ";
    case JsonBehaviorKind::kEmptyArray:
      return "EMPTY ARRAY";
    case JsonBehaviorKind::kEmptyObject:
      return "EMPTY OBJECT";
    case JsonBehaviorKind::kTrue:
      return "TRUE";
    case JsonBehaviorKind::kFalse:
      return "FALSE";
    case JsonBehaviorKind::kUnknown:
      return "UNKNOWN";
  }
  return "";
}

// The keyword that an unquoted name of one part spells.
Keyword plain_keyword(const Name& name) {
  if (name.parts.size() != 1 || name.last().quoted) return {};
  return Keyword::find(name.last().text);
}

}  // namespace

void SqlWriter::write_call(const FunctionCall& call) {
  if (call.semantics == MatchSemantics::kRunning) text("RUNNING ");
  if (call.semantics == MatchSemantics::kFinal) text("FINAL ");
  write_call_name(call);
  if (!call.parenthesised) return;
  text("(");
  if (call.quantifier == SetQuantifier::kDistinct) text("DISTINCT ");
  if (call.quantifier == SetQuantifier::kAll) text("ALL ");
  write_arguments(call);
  if (!call.order_by.empty()) {
    text(" ");
    write_order_by(call.order_by);
  }
  if (call.json != nullptr) write_json_clauses(*call.json);
  text(")");
  write_suffixes(call);
}

// Case does not count in function names, so a name of one part is written in upper case.
void SqlWriter::write_call_name(const FunctionCall& call) {
  if (call.name.parts.size() != 1) return write(call.name);
  Identifier upper = call.name.last();
  upper.text = upper_case(upper.text);
  // An unquoted keyword that became a call is safe as it stands; a quoted one may not be.
  if (plain_keyword(call.name).known()) {
    text(upper.text);
  } else {
    write(upper);
  }
}

void SqlWriter::write_arguments(const FunctionCall& call) {
  const Keyword name = plain_keyword(call.name);
  const bool pairs = name == Keyword("JSON_OBJECT") || name == Keyword("JSON_OBJECTAGG");
  if (pairs) return write_json_pairs(call);
  const bool position = name == Keyword("POSITION") && !call.args.empty();
  if (is_symbol(call, 0) || is_symbol(call, 1) || position) return write_special_arguments(call);
  write_list(call.args);
}

// EXTRACT(u FROM x), TRIM(LEADING c FROM s), FLOOR(t TO u), POSITION(x IN s); the symbol of
// TIMESTAMPADD stands between commas.
void SqlWriter::write_special_arguments(const FunctionCall& call) {
  const Keyword name = plain_keyword(call.name);
  if (name == Keyword("POSITION")) {
    write_operand(*call.args[0], tighter(Precedence::kRange));
    for (size_t i = 1; i < call.args.size(); ++i) {
      text(call.args.size() == 2 ? " IN " : ", ");
      write(*call.args[i]);
    }
    return;
  }
  std::array<std::string_view, 2> separators = {", ", ", "};
  if (name == Keyword("EXTRACT")) separators = {" FROM ", ""};
  if (name == Keyword("TRIM")) separators = {" ", " FROM "};
  const bool to_unit = is_symbol(call, 1);
  if (to_unit) separators = {" TO ", ""};
  for (size_t i = 0; i < call.args.size(); ++i) {
    if (i > 0) text(separators[std::min<size_t>(i - 1, 1)]);
    // An interval at the end would take the TO for its own: FLOOR(a + INTERVAL '1' DAY TO HOUR).
    const bool interval = to_unit && call.args[i]->kind == ExprKind::kInterval;
    if (interval) text("(");
    write_operand(*call.args[i], to_unit && i == 0 ? Precedence::kPostfix : Precedence::kNone);
    if (interval) text(")");
  }
}

void SqlWriter::write_json_pairs(const FunctionCall& call) {
  for (size_t i = 0; i < call.args.size(); ++i) {
    text(i % 2 == 1 ? " VALUE " : i > 0 ? ", KEY " : "KEY ");
    write(*call.args[i]);
  }
}

void SqlWriter::write_json_clauses(const JsonClauses& clauses) {
  const auto gap = [this] {
    if (out_.back() != '(') text(" ");
  };
  if (clauses.returning) {
    gap();
    text("RETURNING ");
    write(*clauses.returning);
  }
  if (clauses.wrapper != JsonWrapper::kDefault) {
    gap();
    text(clauses.wrapper == JsonWrapper::kWithout       ? "WITHOUT ARRAY WRAPPER"
         : clauses.wrapper == JsonWrapper::kConditional ? "WITH CONDITIONAL ARRAY WRAPPER"
                                                        : "WITH UNCONDITIONAL ARRAY WRAPPER");
  }
  if (clauses.on_empty) write_json_behavior(*clauses.on_empty, " ON EMPTY");
  if (clauses.on_error) write_json_behavior(*clauses.on_error, " ON ERROR");
  if (clauses.nulls != JsonNulls::kDefault) {
    gap();
    text(clauses.nulls == JsonNulls::kNullOnNull ? "NULL ON NULL" : "ABSENT ON NULL");
  }
}

void SqlWriter::write_json_behavior(const JsonBehavior& behavior, std::string_view event) {
  text(" ").text(to_text(behavior.kind));
  if (behavior.value != nullptr) write(*behavior.value);
  text(event);
}

void SqlWriter::write_suffixes(const FunctionCall& call) {
  if (!call.within_group.empty()) {
    text(" WITHIN GROUP (");
    write_order_by(call.within_group);
    text(")");
  }
  if (call.null_treatment == NullTreatment::kIgnore) text(" IGNORE NULLS");
  if (call.null_treatment == NullTreatment::kRespect) text(" RESPECT NULLS");
  if (call.filter != nullptr) {
    text(" FILTER (WHERE ");
    write(*call.filter);
    text(")");
  }
  if (call.over != nullptr) {
    text(" OVER ");
    write_window(*call.over);
  }
}

void SqlWriter::write_table_argument(const TableArgument& table) {
  text("TABLE ");
  if (table.query != nullptr) {
    text("(");
    write(*table.query);
    text(")");
  } else {
    write(table.table);
  }
  if (!table.partition_by.empty()) {
    text(" PARTITION BY (");
    write_list(table.partition_by);
    text(")");
  }
  if (table.order_by.empty()) return;
  text(" ORDER BY (");
  write_separated(table.order_by, [this](const OrderItem& item) { write(item); });
  text(")");
}

void SqlWriter::write_window(const WindowSpec& window) {
  if (window.bare) return write(window.base);
  text("(");
  const auto gap = [this] {
    if (out_.back() != '(') text(" ");
  };
  if (!window.base.text.empty()) write(window.base);
  if (!window.partition_by.empty()) {
    gap();
    text("PARTITION BY ");
    write_list(window.partition_by);
  }
  if (!window.order_by.empty()) {
    gap();
    write_order_by(window.order_by);
  }
  if (window.frame) {
    gap();
    write_frame(*window.frame);
  }
  text(")");
}

void SqlWriter::write_frame(const Frame& frame) {
  text(frame.unit == FrameUnit::kRows ? "ROWS BETWEEN " : "RANGE BETWEEN ");
  write_frame_bound(frame.start);
  text(" AND ");
  write_frame_bound(frame.end);
}

void SqlWriter::write_frame_bound(const FrameBound& bound) {
  if (bound.offset != nullptr) write_operand(*bound.offset, Precedence::kAdditive);
  switch (bound.kind) {
    case FrameBoundKind::kUnboundedPreceding:
      text("UNBOUNDED PRECEDING");
      return;
    case FrameBoundKind::kPreceding:
      text(" PRECEDING");
      return;
    case FrameBoundKind::kCurrentRow:
      text("CURRENT ROW");
      return;
    case FrameBoundKind::kFollowing:
      text(" FOLLOWING");
      return;
    case FrameBoundKind::kUnboundedFollowing:
      text("UNBOUNDED FOLLOWING");
      return;
  }
}

void SqlWriter::write_order_by(const std::vector<OrderItem>& items) {
  text("ORDER BY ");
  write_separated(items, [this](const OrderItem& item) { write(item); });
}

void SqlWriter::write(const OrderItem& item) {
  write(*item.expr);
  if (item.direction == SortDirection::kAscending) text(" ASC");
  if (item.direction == SortDirection::kDescending) text(" DESC");
  if (item.nulls == NullsOrder::kFirst) text(" NULLS FIRST");
  if (item.nulls == NullsOrder::kLast) text(" NULLS LAST");
}

}  // namespace hw::ast
