// SPDX-License-Identifier: Apache-2.0

#include "reference/made_query.h"

#include <memory>
#include <utility>

#include "reference/term_generator.h"

namespace hw::reference {

Term column_term(const SqlType& type, std::string name, bool wild) {
  Term term{type, std::move(name)};
  term.wild = wild;
  term.reads = true;
  return term;
}

namespace {

/// What a constructed column is made of.
void add_parts(const SqlType& type, const std::string& name, std::vector<Term>& scope) {
  const auto add = [&](const SqlType& part, const std::string& text) {
    scope.push_back(column_term(part.with_nullable(true), text, false));
  };
  switch (type.kind()) {
    case TypeKind::kArray:
      add(type.element(), name + "[2]");
      add(SqlType::integer(), "CARDINALITY(" + name + ")");
      add(type, "ARRAY_REVERSE(" + name + ")");
      add(type, "ARRAY_DISTINCT(" + name + ")");
      break;
    case TypeKind::kMap:
      add(type.value(), name + "['a']");
      add(SqlType::integer(), "CARDINALITY(" + name + ")");
      break;
    case TypeKind::kMultiset:
      add(SqlType::integer(), "CARDINALITY(" + name + ")");
      break;
    case TypeKind::kVariant:
      add(type, name + "['n']");
      add(type, name + "['l'][2]");
      add(SqlType::string(), "CAST(" + name + " AS STRING)");
      add(SqlType::string(), "CAST(" + name + "['t'] AS STRING)");
      add(SqlType::integer(), "TRY_CAST(" + name + "['n'] AS INT)");
      add(SqlType::float64(), "TRY_CAST(" + name + "['n'] AS DOUBLE)");
      add(SqlType::boolean(), "TRY_CAST(" + name + "['f'] AS BOOLEAN)");
      break;
    case TypeKind::kRow:
      for (const SqlField& field : type.fields()) add(field.type, name + "." + field.name);
      break;
    default:
      break;
  }
}

}  // namespace

std::vector<Term> columns_of(const GeneratedTable& table, const std::string& alias) {
  std::vector<Term> scope;
  for (const GeneratedColumn& column : table.columns) {
    scope.push_back(
        column_term(column.type, alias + "." + column.name, column.domain == Domain::kWild));
  }
  for (const GeneratedColumn& column : table.columns) {
    add_parts(column.type, alias + "." + column.name, scope);
  }
  return scope;
}

bool has_order(const Term& term) { return !term.type.is_constructed() && !term.type.is_variant(); }

std::vector<Term> tame(const std::vector<Term>& scope) {
  std::vector<Term> terms;
  for (const Term& term : scope) {
    if (!term.wild && has_order(term)) terms.push_back(term);
  }
  return terms;
}

MadeQuery finish(Select select, MadeQuery made) {
  for (size_t i = 0; i < select.items.size(); ++i) {
    made.columns.push_back(
        column_term(select.items[i].type, "c" + std::to_string(i), select.items[i].wild));
  }
  made.query.parts = {std::move(select)};
  return made;
}

MadeQuery above(Select inner, MadeQuery made, const std::string& bound, bool shows_rank) {
  Select outer;
  MadeQuery below = finish(std::move(inner), std::move(made));
  for (size_t i = 0; i < below.columns.size(); ++i) {
    Term column =
        column_term(below.columns[i].type, "q.c" + std::to_string(i), below.columns[i].wild);
    if (i + 1 < below.columns.size() || shows_rank) outer.items.push_back(std::move(column));
  }
  const Term rank =
      column_term(SqlType::bigint(), "q.c" + std::to_string(below.columns.size() - 1), false);
  outer.where = make_term(SqlType::boolean(), "(" + bound + ")", {rank});
  outer.from.kind = Source::Kind::kQuery;
  outer.from.alias = "q";
  outer.from.query = std::make_shared<const Query>(std::move(below.query));
  MadeQuery found;
  found.rows = below.rows;
  return finish(std::move(outer), std::move(found));
}

}  // namespace hw::reference
