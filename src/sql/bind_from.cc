// SPDX-License-Identifier: Apache-2.0

#include "sql/bind_from.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "plan/logical/project.h"
#include "plan/logical/scan.h"
#include "plan/logical/values.h"
#include "sql/bind_lateral.h"
#include "sql/bind_query.h"
#include "sql/parser.h"

namespace hw {
namespace {

std::vector<std::string> texts(const ast::Name& name) {
  std::vector<std::string> parts;
  for (const ast::Identifier& part : name.parts) parts.push_back(part.text);
  return parts;
}

std::vector<std::string> qualifier_of(const ObjectPath& path) {
  return {path.catalog, path.database, path.object};
}

LogicalNodePtr scan_of(const ObjectPath& path, const TablePtr& table,
                       const std::map<std::string, std::string>& hinted, SqlPosition position) {
  ScanSpec spec;
  spec.path = path;
  spec.table = table;
  spec.options = table->options;
  for (const auto& [key, value] : hinted) spec.options[key] = value;
  spec.columns.resize(table->columns.size());
  std::iota(spec.columns.begin(), spec.columns.end(), 0);
  spec.position = position;
  return std::make_shared<ScanNode>(std::move(spec));
}

/// A view is its query, bound where names mean what they meant at its creation.
Result<LogicalNodePtr> expand_view(const ObjectPath& path, const ViewDefinition& view,
                                   SqlPosition position, BindSession& session) {
  const QueryDepth depth(session, position);
  HW_TRY(depth.status());
  std::string catalog = std::exchange(session.catalog, view.catalog);
  std::string database = std::exchange(session.database, view.database);
  std::map<std::string, BoundCommonTable> outer = std::exchange(session.common_tables, {});
  std::vector<const Relation*> around = std::exchange(session.outer_relations, {});
  const Result<LogicalNodePtr> bound = [&]() -> Result<LogicalNodePtr> {
    HW_ASSIGN_OR_RETURN(const ast::QueryPtr query, parse_query(view.sql, position));
    return bind_query(*query, QueryPlace::kNested, session);
  }();
  session.catalog = std::move(catalog);
  session.database = std::move(database);
  session.common_tables = std::move(outer);
  session.outer_relations = std::move(around);
  if (!bound.ok()) {
    // Positions inside the view's text mean nothing to the reader of this statement.
    const Status bare(bound.status().code(), bound.status().message());
    return at(position, while_doing(bare, "expanding view '" + path.object + "'"));
  }
  const LogicalNodePtr& plan = *bound;
  if (plan->num_columns() != view.schema->num_fields()) {
    return at(position, Status::Invalid("view '", path.object, "' had ", view.schema->num_fields(),
                                        " columns, but its tables have "
                                        "changed; drop it and create it again"));
  }
  std::vector<std::string> names;
  for (const SqlField& field : view.schema->fields()) names.push_back(field.name);
  return std::make_shared<ProjectNode>(plan, columns_of(*plan), std::move(names));
}

Result<Relation> bind_derived(const ast::DerivedTable& derived, BindSession& session) {
  // The first table of FROM: there is nothing that it could read.
  HW_ASSIGN_OR_RETURN(LogicalNodePtr plan,
                      bind_query(*derived.query, QueryPlace::kNested, session));
  Scope scope = Scope::of(*plan, {});
  return with_alias({std::move(plan), std::move(scope)}, derived.alias, derived.position);
}

Result<Relation> bind_named_ref(const ast::NamedTable& table, BindSession& session) {
  if (table.as_of != nullptr) {
    return not_supported_yet("FOR SYSTEM_TIME AS OF", table.as_of->position);
  }
  HW_ASSIGN_OR_RETURN(Relation relation, bind_named(table.name, table.hints, session));
  return with_alias(std::move(relation), table.alias, table.position);
}

}  // namespace

Result<ObjectPath> bind_path(const ast::Name& name, const BindSession& session) {
  const std::vector<std::string> parts = texts(name);
  switch (parts.size()) {
    case 1:
      return ObjectPath{session.catalog, session.database, parts[0]};
    case 2:
      return ObjectPath{session.catalog, parts[0], parts[1]};
    case 3:
      return ObjectPath{parts[0], parts[1], parts[2]};
    default:
      return at(name.position(), Status::Invalid("a table is named by one to three parts, but '",
                                                 dotted(name), "' has ", parts.size()));
  }
}

Result<std::map<std::string, std::string>> bind_hint_options(const std::vector<ast::Hint>& hints,
                                                             BindSession& session) {
  constexpr std::array<std::string_view, 8> kKnown = {
      "STATE_TTL",     "LOOKUP",    "BROADCAST",  "SHUFFLE_HASH",
      "SHUFFLE_MERGE", "NEST_LOOP", "MULTI_JOIN", "JSON_AGGREGATE_WRAPPED"};
  std::map<std::string, std::string> options;
  for (const ast::Hint& hint : hints) {
    if (hint.name == "OPTIONS") {
      if (!session.context.config->boolean("table.dynamic-table-options.enabled")) {
        return at(hint.position, Status::Invalid("the OPTIONS hint is switched off by "
                                                 "'table.dynamic-table-options.enabled'"));
      }
      for (const ast::HintArgument& arg : hint.args) options[arg.key] = arg.value;
      continue;
    }
    bool known = false;
    for (const std::string_view name : kKnown) known = known || name == hint.name;
    session.warn("hint " + hint.name +
                 (known ? " stands behind SELECT and changes nothing behind a table"
                        : " is unknown and ignored"));
  }
  return options;
}

Result<Relation> bind_named(const ast::Name& name, const std::vector<ast::Hint>& hints,
                            BindSession& session) {
  HW_ASSIGN_OR_RETURN(const auto hinted, bind_hint_options(hints, session));
  if (name.parts.size() == 1) {
    const auto common = session.common_tables.find(name.parts[0].text);
    if (common != session.common_tables.end()) {
      return Relation{common->second.plan, Scope::of(*common->second.plan, {common->first})};
    }
  }
  HW_ASSIGN_OR_RETURN(const ObjectPath path, bind_path(name, session));
  const Result<CatalogObject> found = session.context.catalog->require(path);
  if (!found.ok()) return at(name.position(), found.status());
  const CatalogObject& object = *found;
  LogicalNodePtr plan;
  if (object.table != nullptr) {
    plan = scan_of(path, object.table, hinted, name.position());
  } else {
    HW_ASSIGN_OR_RETURN(plan, expand_view(path, *object.view, name.position(), session));
  }
  Scope scope = Scope::of(*plan, qualifier_of(path));
  if (object.table != nullptr) {
    for (ScopeColumn& column : scope.columns()) {
      column.hidden = object.table->columns[static_cast<size_t>(column.index)].hidden;
    }
  }
  return Relation{std::move(plan), std::move(scope)};
}

Relation without_hidden(const Relation& relation) {
  const std::vector<ScopeColumn> shown = relation.scope.star();
  if (shown.size() == relation.scope.columns().size()) return relation;
  std::vector<BoundExprPtr> columns;
  std::vector<std::string> names;
  Relation kept;
  for (const ScopeColumn& column : shown) {
    kept.scope.add({column.qualifier, column.name, static_cast<int>(columns.size())});
    columns.push_back(column_of(*relation.plan, column.index));
    names.push_back(column.name);
  }
  kept.plan = std::make_shared<ProjectNode>(relation.plan, std::move(columns), std::move(names));
  return kept;
}

Result<Relation> with_alias(Relation relation, const ast::TableAlias& alias, SqlPosition position) {
  if (!alias.given()) return relation;
  std::vector<ScopeColumn>& columns = relation.scope.columns();
  const auto shown = std::count_if(columns.begin(), columns.end(),
                                   [](const ScopeColumn& column) { return !column.hidden; });
  if (!alias.columns.empty() && static_cast<ptrdiff_t>(alias.columns.size()) != shown) {
    return at(alias.columns[0].position,
              Status::Invalid("an alias names all columns or none: '", alias.name.text, "' names ",
                              alias.columns.size(), " of ", shown));
  }
  size_t next = 0;
  for (ScopeColumn& column : columns) {
    column.qualifier = {alias.name.text};
    if (!alias.columns.empty() && !column.hidden) column.name = alias.columns[next++].text;
  }
  return relation;
}

Result<Relation> bind_table_ref(const ast::TableRef& ref, BindSession& session) {
  switch (ref.kind) {
    case ast::TableRefKind::kNamed:
      return bind_named_ref(ref.as<ast::NamedTable>(), session);
    case ast::TableRefKind::kDerived:
      return bind_derived(ref.as<ast::DerivedTable>(), session);
    case ast::TableRefKind::kFunction: {
      const auto& function = ref.as<ast::TableFunction>();
      HW_ASSIGN_OR_RETURN(LogicalNodePtr plan, bind_table_function(*function.call, session));
      Scope scope = Scope::of(*plan, {});
      return with_alias({std::move(plan), std::move(scope)}, function.alias, ref.position);
    }
    case ast::TableRefKind::kJoin:
      return bind_join(ref.as<ast::Join>(), session);
    case ast::TableRefKind::kUnnest:
      return bind_unnest(ref.as<ast::Unnest>(), {ValuesNode::one_row(), Scope()}, false, session);
    case ast::TableRefKind::kMatchRecognize:
      return not_supported_yet("MATCH_RECOGNIZE", ref.position);
  }
  return Status::UnknownError("a table reference of unknown kind");
}

}  // namespace hw
