// SPDX-License-Identifier: Apache-2.0

#include "sql/bind_create_as.h"

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "plan/catalog/near_names.h"
#include "sql/bind_from.h"
#include "sql/bind_insert.h"
#include "sql/bind_query.h"
#include "sql/bind_table.h"
#include "sql/table_syntax.h"

namespace hw {
namespace {

using ast::ColumnDefinition;
using ast::ColumnKind;

/// The columns of the query as columns of a table. What carries time becomes a plain value.
Result<std::vector<ColumnDefinition>> columns_of_query(const LogicalNode& plan,
                                                       const ast::Query& query) {
  std::vector<ColumnDefinition> columns;
  std::set<std::string> names;
  for (const PlanColumn& column : plan.columns()) {
    if (!names.insert(column.name).second) {
      return at(query.position, Status::Invalid("the columns of a table have different names, but "
                                                "the query gives '",
                                                column.name, "' twice; name one of them with AS"));
    }
    if (column.type.is(TypeKind::kNull)) {
      return at(query.position, Status::TypeError("column '", column.name,
                                                  "' of the query has no type; write CAST(NULL AS "
                                                  "..)"));
    }
    ColumnDefinition definition;
    definition.name = {.text = column.name, .quoted = true, .position = query.position};
    HW_ASSIGN_OR_RETURN(definition.type, type_syntax(column.type));
    columns.push_back(std::move(definition));
  }
  return columns;
}

bool only_names(const std::vector<ColumnDefinition>& columns) {
  return std::all_of(columns.begin(), columns.end(), [](const ColumnDefinition& column) {
    return column.kind == ColumnKind::kReference;
  });
}

template <typename Columns>
auto find_column(Columns& columns, const std::string& name) {
  return std::find_if(columns.begin(), columns.end(),
                      [&](const ColumnDefinition& column) { return column.name.text == name; });
}

Status no_such_column(const ast::Identifier& name, const std::vector<ColumnDefinition>& columns) {
  std::vector<std::string> names;
  for (const ColumnDefinition& column : columns) names.push_back(column.name.text);
  return at(name.position, Status::KeyError("the query gives no column '", name.text, "'",
                                            did_you_mean_or("it gives", name.text, names)));
}

/// The query's columns in the order in which the statement names them all.
Result<std::vector<ColumnDefinition>> reordered(const std::vector<ColumnDefinition>& wanted,
                                                const std::vector<ColumnDefinition>& columns) {
  std::vector<ColumnDefinition> ordered;
  for (const ColumnDefinition& name : wanted) {
    const auto found = find_column(columns, name.name.text);
    if (found == columns.end()) return no_such_column(name.name, columns);
    if (find_column(ordered, name.name.text) != ordered.end()) {
      return at(name.name.position,
                Status::Invalid("column '", name.name.text, "' is named twice"));
    }
    ordered.push_back(*found);
  }
  for (const ColumnDefinition& column : columns) {
    if (find_column(ordered, column.name.text) != ordered.end()) continue;
    return at(wanted.front().name.position,
              Status::Invalid("names alone give all columns of the query another order, but '",
                              column.name.text, "' is missing; select fewer columns instead"));
  }
  return ordered;
}

/// New columns first, then the query's, with the types that the statement gives them.
Result<std::vector<ColumnDefinition>> extended(const std::vector<ColumnDefinition>& given,
                                               std::vector<ColumnDefinition> columns) {
  std::vector<ColumnDefinition> added;
  for (const ColumnDefinition& column : given) {
    const auto same = find_column(columns, column.name.text);
    if (column.kind == ColumnKind::kReference) {
      return at(column.name.position,
                Status::Invalid("column '", column.name.text,
                                "' has no type; the columns in front of AS all have one, or are "
                                "names alone, which reorder the query's"));
    }
    if (same == columns.end()) {
      added.push_back(column);
    } else if (column.kind == ColumnKind::kPhysical) {
      *same = column;
    } else {
      return at(column.name.position, Status::Invalid("the query gives column '", column.name.text,
                                                      "', so it is neither computed nor metadata"));
    }
  }
  added.insert(added.end(), columns.begin(), columns.end());
  return added;
}

/// The statement with the query's columns written out and the query gone.
Result<std::shared_ptr<ast::CreateTable>> without_query(
    const ast::CreateTable& create, const std::vector<ColumnDefinition>& columns) {
  auto plain = std::make_shared<ast::CreateTable>(create);
  plain->query = nullptr;
  plain->replace = false;
  plain->or_create = false;
  if (create.columns.empty()) {
    plain->columns = columns;
  } else if (only_names(create.columns)) {
    HW_ASSIGN_OR_RETURN(plain->columns, reordered(create.columns, columns));
  } else {
    HW_ASSIGN_OR_RETURN(plain->columns, extended(create.columns, columns));
  }
  return plain;
}

Status check_place(const ast::CreateTable& create, const ObjectPath& path,
                   const std::optional<CatalogObject>& present) {
  if (create.temporary) {
    return at(create.position,
              Status::Invalid("a TEMPORARY table cannot be made AS a query; leave TEMPORARY out, "
                              "or create the table and INSERT into it"));
  }
  if (!create.partitioned_by.empty()) {
    return at(create.partitioned_by[0].position,
              Status::Invalid("a table made AS a query cannot be PARTITIONED BY; create the table "
                              "and INSERT into it"));
  }
  if (create.replace) {
    if (present && present->view != nullptr) {
      return at(create.name.position(),
                Status::Invalid("'", path.object, "' is a view and cannot be replaced by a table"));
    }
    if (!present && !create.or_create) {
      return at(create.name.position(),
                Status::KeyError("there is no table '", path.object,
                                 "' to replace; write CREATE OR REPLACE TABLE"));
    }
  }
  return Status::OK();
}

}  // namespace

Result<BoundCreateAs> bind_create_as(const ast::CreateTable& create, BindSession& session) {
  HW_ASSIGN_OR_RETURN(const ObjectPath path, bind_path(create.name, session));
  auto present = session.context.catalog->find(path);
  if (!present.ok()) return at(create.name.position(), present.status());
  HW_TRY(check_place(create, path, *present));
  BoundCreateAs bound;
  if (create.if_not_exists && *present) {
    session.warn("'" + path.object + "' exists already: nothing was made, and nothing written");
    return bound;
  }
  std::vector<ColumnDefinition> columns;
  {
    BindSession asked(session.context);
    HW_ASSIGN_OR_RETURN(const LogicalNodePtr plan,
                        bind_query(*create.query, QueryPlace::kNested, asked));
    HW_ASSIGN_OR_RETURN(columns, columns_of_query(*plan, *create.query));
  }
  HW_ASSIGN_OR_RETURN(const std::shared_ptr<ast::CreateTable> plain,
                      without_query(create, columns));
  HW_ASSIGN_OR_RETURN(CreateObject made, bind_create_table(*plain, session));
  if (create.replace && *present) {
    bound.changes.push_back({DropObject{path, {.kind = Catalog::Kind::kTable}}});
  }
  bound.changes.push_back({std::move(made)});

  // The INSERT is bound where the table is: in a catalog that nobody else sees.
  Catalog imagined = *session.context.catalog;
  imagined.leave_outside_alone();
  for (const BoundChange& change : bound.changes) {
    HW_TRY(at(create.position, apply_to_catalog(change, imagined)));
  }
  auto insert = std::make_shared<ast::Insert>();
  insert->position = create.position;
  insert->table = create.name;
  for (const ColumnDefinition& column : columns) insert->columns.push_back(column.name);
  insert->query = create.query;
  BinderContext context = session.context;
  context.catalog = &imagined;
  BindSession filling(context);
  HW_ASSIGN_OR_RETURN(bound.plan, bind_insert(*insert, filling));
  for (std::string& warning : filling.warnings) session.warn(std::move(warning));
  return bound;
}

}  // namespace hw
