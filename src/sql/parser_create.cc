// SPDX-License-Identifier: Apache-2.0
//
// CREATE and DROP, but for the parts of tables.

#include <array>

#include "sql/parser_core.h"

namespace hw {
namespace {

using ast::StatementPtr;

struct LanguageWord {
  Keyword word;
  ast::FunctionLanguage language;
};

constexpr auto kLanguages = std::to_array<LanguageWord>({
    {"JAVA", ast::FunctionLanguage::kJava},
    {"SCALA", ast::FunctionLanguage::kScala},
    {"PYTHON", ast::FunctionLanguage::kPython},
    {"CPP", ast::FunctionLanguage::kCpp},
    {"WASM", ast::FunctionLanguage::kWasm},
    {"SQL", ast::FunctionLanguage::kSql},
});

}  // namespace

Result<StatementPtr> Parser::create() {
  const SqlPosition start = position();
  TableHead head;
  if (accept("REPLACE")) {
    head.replace = true;
    if (!at("TABLE")) return expected("TABLE");
  } else {
    HW_TRY(expect("CREATE"));
    head.or_create = head.replace = accept("OR", "REPLACE");
    if (head.replace && !at("TABLE")) {
      return expected("TABLE, the only thing that CREATE OR REPLACE makes");
    }
  }
  head.temporary = accept("TEMPORARY");
  const bool system = head.temporary && accept("SYSTEM");
  if (accept("FUNCTION")) return create_function(head.temporary, system, start);
  if (system) return expected("FUNCTION");
  if (accept("TABLE")) return create_table(head, start);
  if (accept("VIEW")) return create_view(head.temporary, start);
  if (head.temporary) return expected("TABLE, VIEW or FUNCTION");
  if (accept("CATALOG")) return create_catalog(start);
  if (accept("DATABASE")) return create_database(start);
  return expected("TABLE, VIEW, FUNCTION, CATALOG or DATABASE");
}

Result<StatementPtr> Parser::create_view(bool temporary, SqlPosition position) {
  auto node = make<ast::CreateView>(position);
  node->temporary = temporary;
  HW_ASSIGN_OR_RETURN(node->if_not_exists, if_not_exists());
  HW_ASSIGN_OR_RETURN(node->name, name("the name of the view"));
  if (at(TokenKind::kLeftParen)) {
    HW_ASSIGN_OR_RETURN(node->columns, identifier_list("a column name"));
  }
  HW_ASSIGN_OR_RETURN(node->comment, optional_comment());
  HW_TRY(expect("AS"));
  HW_ASSIGN_OR_RETURN(node->query, query());
  return StatementPtr(std::move(node));
}

Result<StatementPtr> Parser::create_function(bool temporary, bool system, SqlPosition position) {
  auto node = make<ast::CreateFunction>(position);
  node->temporary = temporary;
  node->system = system;
  HW_ASSIGN_OR_RETURN(node->if_not_exists, if_not_exists());
  HW_ASSIGN_OR_RETURN(node->name, name("the name of the function"));
  if (at(TokenKind::kLeftParen)) {
    HW_TRY(function_sql_body(*node));
  } else {
    HW_TRY(function_implementation(*node));
  }
  return StatementPtr(std::move(node));
}

Result<ast::FunctionLanguage> Parser::function_language() {
  for (const LanguageWord& language : kLanguages) {
    if (accept(language.word)) return language.language;
  }
  return expected("JAVA, SCALA, PYTHON, CPP, WASM or SQL");
}

// AS 'id' [LANGUAGE l] [USING ..] [WITH (..)]
Status Parser::function_implementation(ast::CreateFunction& function) {
  if (!accept("AS")) return expected("AS and a string, or parameters: name (a INT) RETURNS INT ..");
  HW_ASSIGN_OR_RETURN(function.class_name, string_literal("the function's id in single quotes"));
  const SqlPosition start = position();
  if (accept("LANGUAGE")) {
    HW_ASSIGN_OR_RETURN(function.language, function_language());
    if (function.language == ast::FunctionLanguage::kSql) {
      return invalid_at(start,
                        "a function in SQL has parameters and an expression: CREATE FUNCTION f(a "
                        "INT) RETURNS INT LANGUAGE SQL RETURN a + 1");
    }
  }
  if (accept("USING")) HW_TRY(function_resources(function));
  if (accept("WITH")) {
    HW_ASSIGN_OR_RETURN(function.options, property_list());
  }
  return Status::OK();
}

Status Parser::function_resources(ast::CreateFunction& function) {
  return comma_separated([&]() -> Status {
    ast::FunctionResource resource;
    resource.artifact = accept("ARTIFACT");
    if (!resource.artifact && !accept("JAR")) return expected("JAR or ARTIFACT");
    HW_ASSIGN_OR_RETURN(resource.path, string_literal("a path in single quotes"));
    function.resources.push_back(std::move(resource));
    return Status::OK();
  });
}

// (a INT, ..) RETURNS type LANGUAGE SQL RETURN expression
Status Parser::function_sql_body(ast::CreateFunction& function) {
  HW_TRY(expect(TokenKind::kLeftParen));
  if (!accept(TokenKind::kRightParen)) {
    HW_TRY(comma_separated([&]() -> Status {
      ast::FunctionParameter parameter;
      HW_ASSIGN_OR_RETURN(parameter.name, identifier("the name of a parameter"));
      HW_ASSIGN_OR_RETURN(parameter.type, type());
      function.parameters.push_back(std::move(parameter));
      return Status::OK();
    }));
    if (!accept(TokenKind::kRightParen)) return expected("',' or ')'");
  }
  HW_TRY(expect("RETURNS"));
  HW_ASSIGN_OR_RETURN(function.returns, type());
  HW_TRY(expect("LANGUAGE", "SQL"));
  function.language = ast::FunctionLanguage::kSql;
  HW_TRY(expect("RETURN"));
  HW_ASSIGN_OR_RETURN(function.body, expression());
  return Status::OK();
}

Result<StatementPtr> Parser::create_catalog(SqlPosition position) {
  auto node = make<ast::CreateCatalog>(position);
  HW_ASSIGN_OR_RETURN(node->if_not_exists, if_not_exists());
  HW_ASSIGN_OR_RETURN(node->name, identifier("the name of the catalog"));
  HW_ASSIGN_OR_RETURN(node->comment, optional_comment());
  HW_TRY(expect("WITH"));
  HW_ASSIGN_OR_RETURN(node->options, property_list());
  return StatementPtr(std::move(node));
}

Result<StatementPtr> Parser::create_database(SqlPosition position) {
  auto node = make<ast::CreateDatabase>(position);
  HW_ASSIGN_OR_RETURN(node->if_not_exists, if_not_exists());
  HW_ASSIGN_OR_RETURN(node->name, name("the name of the database"));
  HW_ASSIGN_OR_RETURN(node->comment, optional_comment());
  if (accept("WITH")) {
    HW_ASSIGN_OR_RETURN(node->options, property_list());
  }
  return StatementPtr(std::move(node));
}

Result<StatementPtr> Parser::drop() {
  auto node = make<ast::Drop>(take().position);
  node->temporary = accept("TEMPORARY");
  node->system = node->temporary && accept("SYSTEM");
  if (accept("FUNCTION")) {
    node->object = ast::ObjectKind::kFunction;
  } else if (node->system) {
    return expected("FUNCTION");
  } else if (accept("TABLE")) {
    node->object = ast::ObjectKind::kTable;
  } else if (accept("VIEW")) {
    node->object = ast::ObjectKind::kView;
  } else if (node->temporary) {
    return expected("TABLE, VIEW or FUNCTION");
  } else if (accept("CATALOG")) {
    node->object = ast::ObjectKind::kCatalog;
  } else if (accept("DATABASE")) {
    node->object = ast::ObjectKind::kDatabase;
  } else {
    return expected("TABLE, VIEW, FUNCTION, CATALOG or DATABASE");
  }
  HW_ASSIGN_OR_RETURN(node->if_exists, if_exists());
  HW_ASSIGN_OR_RETURN(node->name, name("a name"));
  node->cascade = accept("CASCADE");
  if (!node->cascade) accept("RESTRICT");
  return StatementPtr(std::move(node));
}

}  // namespace hw
