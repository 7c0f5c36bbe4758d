// SPDX-License-Identifier: Apache-2.0
//
// INSERT, statement sets, UPDATE, DELETE, TRUNCATE.

#include "sql/parser_core.h"

namespace hw {

using ast::StatementPtr;

Result<StatementPtr> Parser::insert() {
  auto node = make<ast::Insert>(take().position);
  node->overwrite = accept("OVERWRITE");
  if (!node->overwrite && !accept("INTO")) return expected("INTO or OVERWRITE");
  HW_ASSIGN_OR_RETURN(node->table, name("a table name"));
  HW_ASSIGN_OR_RETURN(node->hints, optional_hints());
  if (accept("PARTITION")) {
    HW_ASSIGN_OR_RETURN(node->partition, partition_spec());
  }
  const bool has_columns = at(TokenKind::kLeftParen) && at_identifier(1);
  if (has_columns) {
    HW_ASSIGN_OR_RETURN(node->columns, identifier_list("a column name"));
  }
  HW_ASSIGN_OR_RETURN(node->query, query());
  HW_TRY(on_conflict(*node));
  return StatementPtr(std::move(node));
}

Status Parser::on_conflict(ast::Insert& insert) {
  if (!accept("ON")) return Status::OK();
  HW_TRY(expect("CONFLICT", "DO"));
  if (accept("NOTHING")) {
    insert.on_conflict = ast::OnConflict::kNothing;
  } else if (accept("ERROR")) {
    insert.on_conflict = ast::OnConflict::kError;
  } else if (accept("DEDUPLICATE")) {
    insert.on_conflict = ast::OnConflict::kDeduplicate;
  } else {
    return expected("NOTHING, ERROR or DEDUPLICATE");
  }
  return Status::OK();
}

// BEGIN STATEMENT SET; .. END
Result<StatementPtr> Parser::statement_set() {
  const SqlPosition start = take().position;
  HW_TRY(expect("STATEMENT", "SET"));
  HW_TRY(expect(TokenKind::kSemicolon));
  return statement_set_members(start);
}

// BEGIN .. END, behind [EXECUTE] STATEMENT SET
Result<StatementPtr> Parser::statement_set_body(SqlPosition position) {
  HW_TRY(expect("BEGIN"));
  return statement_set_members(position);
}

Status Parser::set_without_end(SqlPosition begin) {
  return invalid("a statement set ends with END, but the one that begins at line " +
                 std::to_string(begin.line) + " has none");
}

// What stands where a member of a statement set begins.
Status Parser::check_set_member(SqlPosition begin) {
  if (at("INSERT")) return Status::OK();
  if (at(TokenKind::kEnd)) return set_without_end(begin);
  if (at_query() || at(TokenKind::kLeftParen)) {
    return invalid(
        "a statement set writes tables, but this query goes nowhere; write INSERT INTO "
        "a table, or the query behind END");
  }
  return expected("INSERT or END");
}

Result<StatementPtr> Parser::statement_set_members(SqlPosition position) {
  auto node = make<ast::StatementSet>(position);
  while (accept(TokenKind::kSemicolon)) {
  }
  while (!accept("END")) {
    HW_TRY(check_set_member(position));
    HW_ASSIGN_OR_RETURN(StatementPtr member, insert());
    node->statements.push_back(std::move(member));
    if (at(TokenKind::kEnd)) return set_without_end(position);
    if (!at(TokenKind::kSemicolon)) return expected("';' and then INSERT or END");
    while (accept(TokenKind::kSemicolon)) {
    }
  }
  if (node->statements.empty()) {
    return invalid_at(position, "a statement set needs at least one INSERT");
  }
  return StatementPtr(std::move(node));
}

Result<std::vector<ast::Assignment>> Parser::assignments() {
  std::vector<ast::Assignment> list;
  HW_TRY(comma_separated([&]() -> Status {
    ast::Assignment assignment;
    HW_ASSIGN_OR_RETURN(assignment.column, identifier("a column name"));
    HW_TRY(expect(TokenKind::kEqual));
    HW_ASSIGN_OR_RETURN(assignment.value, expression());
    list.push_back(std::move(assignment));
    return Status::OK();
  }));
  return list;
}

Result<StatementPtr> Parser::update() {
  auto node = make<ast::Update>(take().position);
  HW_ASSIGN_OR_RETURN(node->table, name("a table name"));
  HW_ASSIGN_OR_RETURN(node->alias, optional_alias());
  HW_TRY(expect("SET"));
  HW_ASSIGN_OR_RETURN(node->assignments, assignments());
  if (accept("WHERE")) {
    HW_ASSIGN_OR_RETURN(node->where, expression());
  }
  return StatementPtr(std::move(node));
}

Result<StatementPtr> Parser::delete_from() {
  auto node = make<ast::Delete>(take().position);
  HW_TRY(expect("FROM"));
  HW_ASSIGN_OR_RETURN(node->table, name("a table name"));
  HW_ASSIGN_OR_RETURN(node->alias, optional_alias());
  if (accept("WHERE")) {
    HW_ASSIGN_OR_RETURN(node->where, expression());
  }
  return StatementPtr(std::move(node));
}

Result<StatementPtr> Parser::truncate() {
  auto node = make<ast::Truncate>(take().position);
  HW_TRY(expect("TABLE"));
  HW_ASSIGN_OR_RETURN(node->table, name("a table name"));
  return StatementPtr(std::move(node));
}

}  // namespace hw
