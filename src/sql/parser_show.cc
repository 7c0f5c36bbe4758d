// SPDX-License-Identifier: Apache-2.0
//
// SHOW and DESCRIBE.

#include <array>

#include "sql/parser_core.h"

namespace hw {
namespace {

using ast::ObjectKind;
using ast::ShowKind;
using ast::StatementPtr;

struct ShowWords {
  Keyword first;
  Keyword second;
  ShowKind object;
};

constexpr auto kShowWords = std::to_array<ShowWords>({
    {"CATALOGS", {}, ShowKind::kCatalogs},
    {"DATABASES", {}, ShowKind::kDatabases},
    {"TABLES", {}, ShowKind::kTables},
    {"VIEWS", {}, ShowKind::kViews},
    {"COLUMNS", {}, ShowKind::kColumns},
    {"PARTITIONS", {}, ShowKind::kPartitions},
    {"FUNCTIONS", {}, ShowKind::kFunctions},
    {"USER", "FUNCTIONS", ShowKind::kUserFunctions},
    {"JOBS", {}, ShowKind::kJobs},
    {"JARS", {}, ShowKind::kJars},
    {"CURRENT", "CATALOG", ShowKind::kCurrentCatalog},
    {"CURRENT", "DATABASE", ShowKind::kCurrentDatabase},
});

struct ObjectWord {
  Keyword word;
  ObjectKind object;
};

constexpr auto kObjectWords = std::to_array<ObjectWord>({
    {"TABLE", ObjectKind::kTable},
    {"VIEW", ObjectKind::kView},
    {"FUNCTION", ObjectKind::kFunction},
    {"CATALOG", ObjectKind::kCatalog},
    {"DATABASE", ObjectKind::kDatabase},
});

}  // namespace

Result<StatementPtr> Parser::show() {
  const SqlPosition start = take().position;
  if (accept("CREATE")) return show_create(start);
  for (const ShowWords& words : kShowWords) {
    if (accept(words.first, words.second)) return show_objects(words.object, start);
  }
  return expected(
      "CATALOGS, DATABASES, TABLES, VIEWS, COLUMNS, PARTITIONS, FUNCTIONS, USER FUNCTIONS, JOBS, "
      "JARS, CURRENT CATALOG, CURRENT DATABASE or CREATE");
}

Result<StatementPtr> Parser::show_create(SqlPosition position) {
  auto node = make<ast::ShowCreate>(position);
  for (const ObjectWord& word : kObjectWords) {
    if (!accept(word.word)) continue;
    node->object = word.object;
    HW_ASSIGN_OR_RETURN(node->name, name("a name"));
    return StatementPtr(std::move(node));
  }
  return expected("TABLE, VIEW, FUNCTION, CATALOG or DATABASE");
}

Result<StatementPtr> Parser::show_objects(ShowKind object, SqlPosition position) {
  auto node = make<ast::Show>(position);
  node->object = object;
  if (object == ShowKind::kPartitions) {
    HW_ASSIGN_OR_RETURN(node->from, name("a table name"));
    if (accept("PARTITION")) {
      HW_ASSIGN_OR_RETURN(node->partition, partition_spec());
    }
    return StatementPtr(std::move(node));
  }
  if (accept("FROM") || accept("IN")) {
    HW_ASSIGN_OR_RETURN(node->from, name("a name"));
  } else if (object == ShowKind::kColumns) {
    return expected("FROM or IN and a table name");
  }
  node->negated = accept("NOT");
  node->case_insensitive = accept("ILIKE");
  if (node->case_insensitive || accept("LIKE")) {
    HW_ASSIGN_OR_RETURN(node->like, string_literal("a pattern in single quotes"));
  } else if (node->negated) {
    return expected("LIKE or ILIKE");
  }
  return StatementPtr(std::move(node));
}

Result<StatementPtr> Parser::describe() {
  auto node = make<ast::Describe>(take().position);
  if (at("JOB") && peek(1).kind == TokenKind::kString) {
    take();
    node->object = ObjectKind::kJob;
    node->job_id = take().text;
    return StatementPtr(std::move(node));
  }
  for (const ObjectWord& word : kObjectWords) {
    if (at(word.word) && at_identifier(1)) {
      take();
      node->object = word.object == ObjectKind::kView ? ObjectKind::kTable : word.object;
      break;
    }
  }
  node->extended = at_identifier(1) && accept("EXTENDED");
  HW_ASSIGN_OR_RETURN(node->name, name("the name of a table"));
  return StatementPtr(std::move(node));
}

}  // namespace hw
