// SPDX-License-Identifier: Apache-2.0
//
// Which statement begins here, and the short ones: SET, RESET, USE, EXPLAIN, EXECUTE, plans, jobs.

#include <array>

#include "sql/parser_core.h"
#include "sql/utf8.h"

namespace hw {
namespace {

using ast::StatementPtr;

// First words of statements that are known and skipped to their end.
struct UnsupportedWords {
  Keyword first;
  Keyword second;
  Keyword third;
};

constexpr auto kUnsupported = std::to_array<UnsupportedWords>({
    {"CREATE", "MODEL", {}},
    {"CREATE", "TEMPORARY", "MODEL"},
    {"CREATE", "MATERIALIZED", "TABLE"},
    {"CREATE", "OR", "ALTER"},
    {"CREATE", "CONNECTION", {}},
    {"CREATE", "TEMPORARY", "CONNECTION"},
    {"ALTER", "MODEL", {}},
    {"ALTER", "MATERIALIZED", "TABLE"},
    {"ALTER", "FUNCTION", {}},
    {"ALTER", "TEMPORARY", "FUNCTION"},
    {"ALTER", "CONNECTION", {}},
    {"DROP", "MODEL", {}},
    {"DROP", "TEMPORARY", "MODEL"},
    {"DROP", "MATERIALIZED", "TABLE"},
    {"DROP", "CONNECTION", {}},
    {"ANALYZE", "TABLE", {}},
    {"LOAD", "MODULE", {}},
    {"UNLOAD", "MODULE", {}},
    {"USE", "MODULES", {}},
    {"SHOW", "MODULES", {}},
    {"SHOW", "FULL", "MODULES"},
    {"SHOW", "MODELS", {}},
    {"SHOW", "MATERIALIZED", {}},
    {"SHOW", "PROCEDURES", {}},
    {"SHOW", "CONNECTIONS", {}},
    {"SHOW", "CREATE", "MODEL"},
    {"SHOW", "CREATE", "MATERIALIZED"},
    {"DESCRIBE", "MODEL", {}},
    {"DESC", "MODEL", {}},
    {"CALL", {}, {}},
    {"MERGE", "INTO", {}},
});

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\f\v";
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

bool is_clean(std::string_view text) {
  while (!text.empty()) {
    const CodePoint point = decode_utf8(text);
    if (point.size == 0 || (point.value < 0x20 && point.value != '\t')) return false;
    text.remove_prefix(point.size);
  }
  return true;
}

// Takes the quotes off a value that has them on both ends.
std::string unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '\'' || text.back() != '\'') return std::string(text);
  std::string plain;
  for (size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] == '\'' && text[i + 1] == '\'' && i + 2 < text.size()) ++i;
    plain += text[i];
  }
  return plain;
}

}  // namespace

Result<StatementPtr> Parser::statement() {
  using Rule = Result<StatementPtr> (Parser::*)();
  struct Leading {
    Keyword word;
    Rule rule;
  };
  static constexpr auto kLeading = std::to_array<Leading>({
      {"SELECT", &Parser::query_statement},
      {"WITH", &Parser::query_statement},
      {"VALUES", &Parser::query_statement},
      {"TABLE", &Parser::query_statement},
      {"INSERT", &Parser::insert},
      {"CREATE", &Parser::create},
      {"REPLACE", &Parser::create},
      {"DROP", &Parser::drop},
      {"ALTER", &Parser::alter},
      {"SET", &Parser::set},
      {"RESET", &Parser::reset},
      {"USE", &Parser::use},
      {"SHOW", &Parser::show},
      {"DESCRIBE", &Parser::describe},
      {"DESC", &Parser::describe},
      {"EXPLAIN", &Parser::explain},
      {"EXECUTE", &Parser::execute},
      {"BEGIN", &Parser::statement_set},
      {"COMPILE", &Parser::compile_plan},
      {"STOP", &Parser::stop_job},
      {"ADD", &Parser::jar},
      {"REMOVE", &Parser::jar},
      {"UPDATE", &Parser::update},
      {"DELETE", &Parser::delete_from},
      {"TRUNCATE", &Parser::truncate},
  });
  if (StatementPtr skipped = unsupported()) return skipped;
  for (const Leading& leading : kLeading) {
    if (at(leading.word)) return (this->*leading.rule)();
  }
  if (at(TokenKind::kLeftParen)) return query_statement();
  return expected("a statement");
}

StatementPtr Parser::unsupported() {
  for (const UnsupportedWords& words : kUnsupported) {
    if (!at(words.first, words.second, words.third)) continue;
    auto node = make<ast::UnsupportedStatement>(position());
    for (const Keyword word : {words.first, words.second, words.third}) {
      if (!word.known()) continue;
      node->what.append(node->what.empty() ? "" : " ").append(word.text());
    }
    while (!at(TokenKind::kSemicolon) && !at(TokenKind::kEnd) && !at(TokenKind::kError)) take();
    return node;
  }
  return nullptr;
}

Result<StatementPtr> Parser::query_statement() {
  auto node = make<ast::QueryStatement>(position());
  HW_ASSIGN_OR_RETURN(node->query, query());
  return StatementPtr(std::move(node));
}

// ---- settings -----------------------------------------------------------------------------------

Status Parser::check_raw(std::string_view text, std::string_view what, SqlPosition position) {
  if (text.empty()) {
    return invalid_at(position, "SET and RESET without quotes lack " + std::string(what) +
                                    "; write SET 'key' = 'value' or RESET 'key'");
  }
  if (text.find('\n') != std::string_view::npos) {
    return invalid_at(position,
                      "SET and RESET without quotes end with their line; is a ';' missing?");
  }
  if (!is_clean(text)) {
    return invalid_at(position, "a setting is UTF-8 text without control characters");
  }
  const bool quoted = text.size() > 1 && text.front() == '\'' && text.back() == '\'';
  if (!quoted && text.find('\'') != std::string_view::npos) {
    return invalid_at(position,
                      "the quotes of this setting do not match; write SET 'key' = 'value'");
  }
  return Status::OK();
}

Result<ast::Property> Parser::raw_property(SqlPosition position) {
  const std::string raw = take_raw();
  const std::string_view text = trimmed(raw);
  const size_t equals = text.find('=');
  if (equals == std::string_view::npos) {
    return invalid_at(position, "expected SET key = value, but found no '='");
  }
  ast::Property property;
  property.position = position;
  const std::string_view key = trimmed(text.substr(0, equals));
  const std::string_view value = trimmed(text.substr(equals + 1));
  HW_TRY(check_raw(key, "a key", position));
  if (key.find_first_of(" \t'`\"") != std::string_view::npos) {
    return invalid_at(position, "a key of SET holds no blanks or quotes, but found " +
                                    std::string(key.substr(0, 60)) + "; write SET 'key' = 'value'");
  }
  HW_TRY(check_raw(value, "a value", position));
  property.key = key;
  property.value = unquoted(value);
  return property;
}

Result<StatementPtr> Parser::set() {
  auto node = make<ast::Set>(take().position);
  if (at(TokenKind::kSemicolon) || at(TokenKind::kEnd)) return StatementPtr(std::move(node));
  const SqlPosition start = position();
  if (!at(TokenKind::kString)) {
    HW_ASSIGN_OR_RETURN(node->property, raw_property(start));
    return StatementPtr(std::move(node));
  }
  ast::Property property;
  property.position = start;
  property.key = take().text;
  HW_TRY(expect(TokenKind::kEqual));
  if (at(TokenKind::kString)) {
    property.value = take().text;
  } else {
    const std::string raw = take_raw();
    HW_TRY(check_raw(trimmed(raw), "a value", start));
    property.value = trimmed(raw);
  }
  node->property = std::move(property);
  return StatementPtr(std::move(node));
}

Result<StatementPtr> Parser::reset() {
  auto node = make<ast::Reset>(take().position);
  if (at(TokenKind::kSemicolon) || at(TokenKind::kEnd)) return StatementPtr(std::move(node));
  ast::PropertyKey key;
  key.position = position();
  if (at(TokenKind::kString)) {
    key.key = take().text;
  } else {
    const std::string raw = take_raw();
    HW_TRY(check_raw(trimmed(raw), "a key", key.position));
    key.key = trimmed(raw);
  }
  node->key = std::move(key);
  return StatementPtr(std::move(node));
}

Result<StatementPtr> Parser::use() {
  auto node = make<ast::Use>(take().position);
  node->catalog = at_identifier(1) && accept("CATALOG");
  HW_ASSIGN_OR_RETURN(node->name,
                      name(node->catalog ? "the name of a catalog" : "the name of a database"));
  return StatementPtr(std::move(node));
}

// ---- plans and jobs -----------------------------------------------------------------------------

Result<StatementPtr> Parser::explain() {
  auto node = make<ast::Explain>(take().position);
  if (accept("PLAN")) {
    HW_TRY(expect("FOR"));
  } else {
    HW_TRY(explain_details(*node));
  }
  HW_ASSIGN_OR_RETURN(node->statement, plan_target());
  return StatementPtr(std::move(node));
}

Status Parser::explain_details(ast::Explain& explain) {
  do {
    ast::ExplainDetail detail;
    if (accept("ESTIMATED_COST")) {
      detail = ast::ExplainDetail::kEstimatedCost;
    } else if (accept("CHANGELOG_MODE")) {
      detail = ast::ExplainDetail::kChangelogMode;
    } else if (accept("PLAN_ADVICE")) {
      detail = ast::ExplainDetail::kPlanAdvice;
    } else if (accept("JSON_EXECUTION_PLAN")) {
      detail = ast::ExplainDetail::kJsonExecutionPlan;
    } else if (accept("STATE")) {
      detail = ast::ExplainDetail::kState;
    } else if (accept("ANALYZE")) {
      detail = ast::ExplainDetail::kAnalyze;
    } else if (explain.details.empty()) {
      return Status::OK();
    } else {
      return expected(
          "ANALYZE, CHANGELOG_MODE, ESTIMATED_COST, JSON_EXECUTION_PLAN, PLAN_ADVICE or STATE");
    }
    explain.details.push_back(detail);
  } while (accept(TokenKind::kComma));
  return Status::OK();
}

// What EXPLAIN takes: a query, an insert, a statement set, CREATE TABLE .. AS.
Result<StatementPtr> Parser::plan_target() {
  const SqlPosition start = position();
  if (at("INSERT")) return insert();
  if (at("EXECUTE")) return execute();
  if (accept("STATEMENT", "SET")) return statement_set_body(start);
  if (at("BEGIN")) return statement_set();
  if (at("CREATE") || at("REPLACE")) {
    HW_ASSIGN_OR_RETURN(StatementPtr target, create());
    const bool from_query = target->kind == ast::StatementKind::kCreateTable &&
                            target->as<ast::CreateTable>().query != nullptr;
    if (!from_query) {
      return invalid_at(start,
                        "EXPLAIN takes a query, INSERT, statement set or CREATE TABLE .. AS");
    }
    return target;
  }
  if (!at_query() && !at(TokenKind::kLeftParen)) {
    return expected("a query, INSERT, a statement set or CREATE TABLE .. AS");
  }
  return query_statement();
}

Result<StatementPtr> Parser::execute() {
  const SqlPosition start = take().position;
  if (accept("STATEMENT")) {
    HW_TRY(expect("SET"));
    return statement_set_body(start);
  }
  if (accept("PLAN")) {
    auto node = make<ast::ExecutePlan>(start);
    HW_ASSIGN_OR_RETURN(node->file, string_literal("a file name in single quotes"));
    return StatementPtr(std::move(node));
  }
  if (at("INSERT")) return insert();
  if (at_query() || at(TokenKind::kLeftParen)) return query_statement();
  return expected("STATEMENT SET, PLAN, INSERT or a query");
}

Result<StatementPtr> Parser::compile_plan() {
  auto node = make<ast::CompilePlan>(take().position);
  node->execute = accept("AND", "EXECUTE");
  HW_TRY(expect("PLAN"));
  HW_ASSIGN_OR_RETURN(node->file, string_literal("a file name in single quotes"));
  HW_ASSIGN_OR_RETURN(node->if_not_exists, if_not_exists());
  HW_TRY(expect("FOR"));
  const SqlPosition start = position();
  HW_ASSIGN_OR_RETURN(node->statement, plan_target());
  const bool writes = node->statement->kind == ast::StatementKind::kInsert ||
                      node->statement->kind == ast::StatementKind::kStatementSet;
  if (!writes) return invalid_at(start, "COMPILE PLAN takes an INSERT or a statement set");
  return StatementPtr(std::move(node));
}

Result<StatementPtr> Parser::stop_job() {
  auto node = make<ast::StopJob>(take().position);
  HW_TRY(expect("JOB"));
  HW_ASSIGN_OR_RETURN(node->job_id, string_literal("the id of a job in single quotes"));
  while (accept("WITH")) {
    if (accept("SAVEPOINT")) {
      node->with_savepoint = true;
    } else if (accept("DRAIN")) {
      node->with_drain = true;
    } else {
      return expected("SAVEPOINT or DRAIN");
    }
  }
  return StatementPtr(std::move(node));
}

Result<StatementPtr> Parser::jar() {
  auto node = make<ast::Jar>(position());
  node->remove = take().keyword == Keyword("REMOVE");
  HW_TRY(expect("JAR"));
  if (at(TokenKind::kString)) {
    node->file = take().text;
  } else {
    const std::string raw = take_raw();
    HW_TRY(check_raw(trimmed(raw), "a file name", node->position));
    node->file = trimmed(raw);
  }
  return StatementPtr(std::move(node));
}

}  // namespace hw
