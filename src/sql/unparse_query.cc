// SPDX-License-Identifier: Apache-2.0

#include "sql/sql_writer.h"
#include "sql/unparse.h"

namespace hw::ast {
namespace {

std::string_view to_text(SetOp op) {
  switch (op) {
    case SetOp::kUnion:
      return " UNION ";
    case SetOp::kIntersect:
      return " INTERSECT ";
    case SetOp::kExcept:
      return " EXCEPT ";
  }
  return "";
}

std::string_view to_text(JoinKind kind) {
  switch (kind) {
    case JoinKind::kInner:
      return "JOIN ";
    case JoinKind::kLeft:
      return "LEFT JOIN ";
    case JoinKind::kRight:
      return "RIGHT JOIN ";
    case JoinKind::kFull:
      return "FULL JOIN ";
    case JoinKind::kCross:
      return "CROSS JOIN ";
  }
  return "";
}

}  // namespace

void SqlWriter::write(const Query& query) {
  if (!query.with.empty()) {
    text("WITH ");
    write_separated(query.with, [this](const CommonTable& table) {
      write(table.name);
      if (!table.columns.empty()) {
        text(" ");
        write_identifiers(table.columns);
      }
      text(" AS (");
      write(*table.query);
      text(")");
    });
    text(" ");
  }
  write(*query.body);
  if (!query.order_by.empty()) {
    text(" ");
    write_order_by(query.order_by);
  }
  if (query.limit != nullptr) {
    text(" LIMIT ");
    write(*query.limit);
  }
  if (query.offset != nullptr) {
    text(" OFFSET ");
    write(*query.offset);
  }
}

void SqlWriter::write(const QueryBody& body) {
  switch (body.kind) {
    case QueryBodyKind::kSelect:
      return write_select(body.as<Select>());
    case QueryBodyKind::kValues:
      return write_values(body.as<Values>());
    case QueryBodyKind::kSetOperation:
      return write_set_operation(body.as<SetOperation>());
    case QueryBodyKind::kTable:
      text("TABLE ");
      return write(body.as<ExplicitTable>().name);
    case QueryBodyKind::kNested:
      text("(");
      write(*body.as<NestedQuery>().query);
      text(")");
      return;
  }
}

void SqlWriter::write_select(const Select& select) {
  text("SELECT ");
  if (!select.hints.empty()) {
    write_hints(select.hints);
    text(" ");
  }
  if (select.distinct) text("DISTINCT ");
  write_separated(select.items, [this](const SelectItem& item) {
    write(*item.expr);
    if (item.alias.text.empty()) return;
    text(" AS ");
    write(item.alias);
  });
  if (select.from != nullptr) {
    text(" FROM ");
    write(*select.from);
  }
  const auto clause = [this](std::string_view words, const ExprPtr& expr) {
    if (expr == nullptr) return;
    text(words);
    write(*expr);
  };
  clause(" WHERE ", select.where);
  if (select.group_by) {
    text(" GROUP BY ");
    write_separated(*select.group_by,
                    [this](const GroupingElement& element) { write_grouping(element); });
  }
  clause(" HAVING ", select.having);
  if (!select.windows.empty()) {
    text(" WINDOW ");
    write_separated(select.windows, [this](const NamedWindow& window) {
      write(window.name);
      text(" AS ");
      write_window(*window.spec);
    });
  }
  clause(" QUALIFY ", select.qualify);
}

void SqlWriter::write_grouping(const GroupingElement& element) {
  if (element.kind == GroupingKind::kExprs) {
    if (element.exprs.size() == 1) return write(*element.exprs[0]);
    text("(");
    write_list(element.exprs);
    text(")");
    return;
  }
  text(element.kind == GroupingKind::kRollup ? "ROLLUP("
       : element.kind == GroupingKind::kCube ? "CUBE("
                                             : "GROUPING SETS (");
  write_separated(element.elements,
                  [this](const GroupingElement& inner) { write_grouping(inner); });
  text(")");
}

void SqlWriter::write_values(const Values& values) {
  text("VALUES ");
  write_separated(values.rows, [this](const std::vector<ExprPtr>& row) {
    // (ROW(..)) would be taken for the row itself.
    const auto* only = row.size() == 1 ? expr_if<Constructor>(row[0]) : nullptr;
    const bool wrapped = only != nullptr && only->type == ConstructorKind::kRow;
    text(wrapped ? "ROW(" : "(");
    write_list(row);
    text(")");
  });
}

void SqlWriter::write_set_operation(const SetOperation& node) {
  bool first = true;
  for (const QueryBodyPtr& input : node.inputs) {
    if (!std::exchange(first, false)) text(to_text(node.op)).text(node.all ? "ALL " : "");
    const bool parentheses = input->kind == QueryBodyKind::kSetOperation;
    if (parentheses) text("(");
    write(*input);
    if (parentheses) text(")");
  }
}

void SqlWriter::write_hints(const std::vector<Hint>& hints) {
  text("/*+ ");
  write_separated(hints, [this](const Hint& hint) {
    text(hint.name);
    if (hint.args.empty()) return;
    text("(");
    write_separated(hint.args, [this](const HintArgument& argument) {
      if (!argument.key.empty()) {
        write_string(argument.key);
        text("=");
      }
      write_string(argument.value);
    });
    text(")");
  });
  text(" */");
}

void SqlWriter::write_alias(const TableAlias& alias) {
  if (!alias.given()) return;
  text(" AS ");
  write(alias.name);
  if (alias.columns.empty()) return;
  text(" ");
  write_identifiers(alias.columns);
}

void SqlWriter::write(const TableRef& table) {
  switch (table.kind) {
    case TableRefKind::kNamed: {
      const auto& node = table.as<NamedTable>();
      write(node.name);
      if (!node.hints.empty()) {
        text(" ");
        write_hints(node.hints);
      }
      if (node.as_of != nullptr) {
        text(" FOR SYSTEM_TIME AS OF ");
        write_operand(*node.as_of, Precedence::kAdditive);
      }
      return write_alias(node.alias);
    }
    case TableRefKind::kDerived: {
      const auto& node = table.as<DerivedTable>();
      text(node.lateral ? "LATERAL (" : "(");
      write(*node.query);
      text(")");
      return write_alias(node.alias);
    }
    case TableRefKind::kFunction: {
      const auto& node = table.as<TableFunction>();
      text(node.lateral ? "LATERAL TABLE(" : "TABLE(");
      write(static_cast<const Expr&>(*node.call));
      text(")");
      return write_alias(node.alias);
    }
    case TableRefKind::kUnnest: {
      const auto& node = table.as<Unnest>();
      text("UNNEST(");
      write(*node.collection);
      text(node.ordinality ? ") WITH ORDINALITY" : ")");
      return write_alias(node.alias);
    }
    case TableRefKind::kJoin:
      return write_join(table.as<Join>());
    case TableRefKind::kMatchRecognize:
      return write_match(table.as<MatchRecognize>());
  }
}

void SqlWriter::write_join(const Join& join) {
  write(*join.left);
  text(join.natural ? " NATURAL " : " ").text(to_text(join.type));
  const bool parentheses = join.right->kind == TableRefKind::kJoin;
  if (parentheses) text("(");
  write(*join.right);
  if (parentheses) text(")");
  if (join.condition != nullptr) {
    text(" ON ");
    write(*join.condition);
  } else if (!join.using_columns.empty()) {
    text(" USING ");
    write_identifiers(join.using_columns);
  }
}

}  // namespace hw::ast
