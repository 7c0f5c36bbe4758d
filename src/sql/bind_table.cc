// SPDX-License-Identifier: Apache-2.0

#include "sql/bind_table.h"

#include <algorithm>
#include <set>
#include <utility>

#include "expr/cast.h"
#include "plan/catalog/near_names.h"
#include "plan/logical/project.h"
#include "plan/logical/values.h"
#include "runtime/connector_catalogue.h"
#include "runtime/table_format.h"
#include "sql/bind_expr.h"
#include "sql/bind_from.h"
#include "sql/bind_like.h"
#include "sql/bind_query.h"
#include "sql/bind_type.h"
#include "sql/plan_size.h"
#include "sql/unparse.h"

namespace hw {
namespace {

Status refuse_later_parts(const ast::CreateTable& create) {
  if (create.distribution) {
    return not_supported_yet("DISTRIBUTED BY", create.distribution->position);
  }
  if (create.watermarks.size() > 1) {
    return at(create.watermarks[1].position,
              Status::Invalid("a table has at most one WATERMARK, but this is the second"));
  }
  return Status::OK();
}

/// The table's columns as something that expressions can be bound over. `computed`: those, too.
Relation columns_in_sight(const TableDefinition& table, bool computed) {
  std::vector<PlanColumn> columns;
  for (const TableColumn& column : table.columns) columns.push_back({column.name, column.type});
  Relation relation;
  relation.plan =
      std::make_shared<ValuesNode>(std::move(columns), std::vector<std::vector<BoundExprPtr>>{});
  for (size_t i = 0; i < table.columns.size(); ++i) {
    if (!computed && table.columns[i].origin == ColumnOrigin::kComputed) continue;
    relation.scope.add({{}, table.columns[i].name, static_cast<int>(i)});
  }
  return relation;
}

Status bind_column(const ast::ColumnDefinition& definition, TableDefinition& table) {
  TableColumn column;
  column.name = definition.name.text;
  column.comment = definition.comment;
  if (table.index_of(column.name) >= 0) {
    return at(definition.name.position,
              Status::Invalid("the columns of a table have different names, but '", column.name,
                              "' is there twice"));
  }
  switch (definition.kind) {
    case ast::ColumnKind::kReference:
      return at(definition.name.position,
                Status::Invalid("column '", column.name, "' needs a type"));
    case ast::ColumnKind::kComputed:
      column.origin = ColumnOrigin::kComputed;
      column.expr_sql = ast::to_sql(*definition.expr);
      break;
    case ast::ColumnKind::kMetadata:
      column.origin = ColumnOrigin::kMetadata;
      column.metadata_key = definition.metadata_key.value_or(column.name);
      column.is_virtual = definition.is_virtual;
      [[fallthrough]];
    case ast::ColumnKind::kPhysical: {
      HW_ASSIGN_OR_RETURN(column.type, bind_type(*definition.type));
      break;
    }
  }
  table.columns.push_back(std::move(column));
  return Status::OK();
}

Status bind_computed(const ast::CreateTable& create, BindSession& session, TableDefinition& table) {
  const Relation relation = columns_in_sight(table, false);
  ExprBinder binder(session, relation, "a computed column");
  for (size_t i = 0; i < create.columns.size(); ++i) {
    if (create.columns[i].kind != ast::ColumnKind::kComputed) continue;
    TableColumn& column = table.columns[i];
    HW_ASSIGN_OR_RETURN(column.expr, binder.bind(*create.columns[i].expr));
    column.type = column.expr->type();
    if (column.type.is(TypeKind::kNull)) {
      return at(create.columns[i].expr->position,
                Status::TypeError("computed column '", column.name,
                                  "' has no type; write CAST(NULL AS ..)"));
    }
    if (is_proctime_call(*column.expr)) column.time = TimeAttribute::kProcessingTime;
  }
  return Status::OK();
}

bool can_carry_watermarks(const SqlType& type) {
  return type.is_timestamp() && type.precision() <= 3;
}

Status bind_watermark(const ast::WatermarkDefinition& definition, BindSession& session,
                      TableDefinition& table) {
  if (definition.column.parts.size() != 1) {
    return at(definition.position, Status::Invalid("the column of a WATERMARK is a column of the "
                                                   "table, not a field of a ROW"));
  }
  const ast::Identifier& name = definition.column.parts[0];
  TableWatermark watermark;
  watermark.column = table.index_of(name.text);
  if (watermark.column < 0) {
    std::vector<std::string> names;
    for (const TableColumn& column : table.columns) names.push_back(column.name);
    return at(name.position, Status::KeyError("the column of a WATERMARK is a column of the table, "
                                              "but '",
                                              name.text, "' is none",
                                              did_you_mean_or("it has", name.text, names)));
  }
  TableColumn& column = table.columns[static_cast<size_t>(watermark.column)];
  if (!can_carry_watermarks(column.type) || column.time == TimeAttribute::kProcessingTime) {
    return at(name.position,
              Status::TypeError("the column of a WATERMARK is TIMESTAMP(p) or "
                                "TIMESTAMP_LTZ(p) with p <= 3, but '",
                                name.text, "' is ", column.type.to_sql_without_null()));
  }
  if (const auto* call = ast::expr_if<ast::FunctionCall>(definition.expr)) {
    if (call->name.last().text == "SOURCE_WATERMARK") {
      return not_supported_yet(
          "SOURCE_WATERMARK(), since no connector brings watermarks of its own; write an "
          "expression such as " +
              name.text + " - INTERVAL '5' SECOND",
          definition.expr->position);
    }
  }
  const Relation relation = columns_in_sight(table, true);
  ExprBinder binder(session, relation, "WATERMARK");
  HW_ASSIGN_OR_RETURN(watermark.expr, binder.bind(*definition.expr));
  if (watermark.expr->type().kind() != column.type.kind() ||
      !can_carry_watermarks(watermark.expr->type())) {
    return at(
        definition.expr->position,
        Status::TypeError("a watermark has the type of its column, ",
                          column.type.to_sql_without_null(), ", but ", watermark.expr->to_sql(),
                          " is ", watermark.expr->type().to_sql_without_null()));
  }
  watermark.expr_sql = ast::to_sql(*definition.expr);
  column.time = TimeAttribute::kEventTime;
  table.watermark = std::move(watermark);
  return Status::OK();
}

Status add_key_column(const ast::Identifier& name, TableDefinition& table) {
  const int index = table.index_of(name.text);
  if (index < 0) {
    std::vector<std::string> names;
    for (const TableColumn& column : table.columns) names.push_back(column.name);
    return at(name.position,
              Status::KeyError("a PRIMARY KEY names columns of the table, but '", name.text,
                               "' is none", did_you_mean_or("it has", name.text, names)));
  }
  TableColumn& column = table.columns[static_cast<size_t>(index)];
  if (column.origin != ColumnOrigin::kPhysical) {
    return at(name.position, Status::Invalid("the columns of a PRIMARY KEY are physical, but '",
                                             name.text, "' is not"));
  }
  auto& key = table.primary_key;
  if (std::find(key.begin(), key.end(), index) != key.end()) {
    return at(name.position, Status::Invalid("column '", name.text, "' is in the key twice"));
  }
  column.type = column.type.not_null();
  key.push_back(index);
  return Status::OK();
}

Status bind_keys(const ast::CreateTable& create, TableDefinition& table) {
  size_t keys = create.primary_keys.size();
  for (const ast::ColumnDefinition& column : create.columns) keys += column.primary_key ? 1 : 0;
  if (keys > 1) {
    return at(create.position, Status::Invalid("a table has at most one PRIMARY KEY, but '",
                                               create.name.last().text, "' has ", keys));
  }
  for (const ast::ColumnDefinition& column : create.columns) {
    if (column.primary_key) HW_TRY(add_key_column(column.name, table));
  }
  for (const ast::PrimaryKey& key : create.primary_keys) {
    table.primary_key_name = key.constraint.text;
    for (const ast::Identifier& name : key.columns) HW_TRY(add_key_column(name, table));
  }
  return Status::OK();
}

Status bind_partitions(const ast::CreateTable& create, TableDefinition& table) {
  for (const ast::Identifier& name : create.partitioned_by) {
    const int index = table.index_of(name.text);
    if (index < 0 || table.columns[static_cast<size_t>(index)].origin != ColumnOrigin::kPhysical) {
      return at(name.position, Status::KeyError("PARTITIONED BY names physical columns of the "
                                                "table, but '",
                                                name.text, "' is none"));
    }
    table.partition_keys.push_back(name.text);
  }
  return Status::OK();
}

}  // namespace

Result<TableDefinition> bind_table_definition(const ast::CreateTable& create,
                                              BindSession& session) {
  HW_TRY(refuse_later_parts(create));
  TableDefinition table;
  table.position = create.position;
  table.comment = create.comment;
  if (create.columns.empty()) {
    return at(create.position, Status::Invalid("a table has at least one column"));
  }
  HW_TRY(check_column_count(create.columns.size(), "a table", create.position));
  for (const ast::ColumnDefinition& column : create.columns) HW_TRY(bind_column(column, table));
  // Keys first: they make columns NOT NULL, which expressions over them see.
  HW_TRY(bind_keys(create, table));
  HW_TRY(bind_computed(create, session, table));
  for (const ast::WatermarkDefinition& watermark : create.watermarks) {
    HW_TRY(bind_watermark(watermark, session, table));
  }
  HW_TRY(bind_partitions(create, table));
  for (const ast::Property& option : create.options) {
    if (!table.options.emplace(option.key, option.value).second) {
      return at(option.position, Status::Invalid("option '", option.key, "' is given twice"));
    }
  }
  return table;
}

/// Whether a value stands for something that is known when the table is used: `${env:NAME}`.
bool has_references(const Options& options) {
  return std::any_of(options.all().begin(), options.all().end(), [](const auto& option) {
    return option.second.find("${") != std::string::npos;
  });
}

Status check_connector(const TableDefinition& table, const std::string& name,
                       BindSession& session) {
  const BinderContext& context = session.context;
  const Options options(table.options);
  std::string place = "table " + name;
  if (table.position.known()) place += ", line " + std::to_string(table.position.line);
  HW_TRY(check_table_options(options, *context.connectors, *context.formats, place));
  for (std::string& warning :
       table_option_warnings(options, *context.connectors, *context.formats)) {
    session.warn(std::move(warning));
  }
  const ConnectorRecord* connector =
      context.connectors->find(options.given("connector").value_or(""));
  if (connector->check) {
    const Status status = connector->check(*table.physical_schema(), options);
    if (!status.ok()) return while_doing(status, "checking table '" + name + "'");
  }
  if (!has_references(options)) {
    const Status status = check_table_format(*table.physical_schema(), table.partition_keys,
                                             options, *connector, *context.formats);
    if (!status.ok()) return while_doing(status, "checking " + place);
  }
  for (const TableColumn& column : table.columns) {
    if (column.origin != ColumnOrigin::kMetadata) continue;
    std::vector<std::string> keys;
    const MetadataColumn* found = nullptr;
    for (const MetadataColumn& metadata : connector->metadata) {
      keys.push_back(metadata.key);
      if (metadata.key == column.metadata_key) found = &metadata;
    }
    if (found == nullptr) {
      std::string supported;
      for (const std::string& key : keys) supported += (supported.empty() ? "" : ", ") + key;
      return Status::KeyError("connector '", connector->name, "' has no metadata '",
                              column.metadata_key, "'", did_you_mean(column.metadata_key, keys),
                              "; it has: ", supported.empty() ? "none" : supported);
    }
    if (!found->type.equals_ignoring_null(column.type) && !can_cast(found->type, column.type)) {
      return Status::TypeError("metadata '", column.metadata_key, "' is ",
                               found->type.to_sql_without_null(), ", which cannot be cast to ",
                               column.type.to_sql_without_null(), " of column '", column.name, "'");
    }
  }
  return Status::OK();
}

/// A table of a catalog outside has the options that its catalog adds.
Result<TableDefinition> as_its_catalog_has_it(const TableDefinition& table, const ObjectPath& path,
                                              bool temporary, const BindSession& session) {
  TableDefinition completed = table;
  const auto catalog = session.context.catalog->catalog(path.catalog);
  if (temporary || !catalog.ok() || (*catalog)->external == nullptr) return completed;
  HW_ASSIGN_OR_RETURN(completed.options,
                      (*catalog)->external->table_options(path.object, table.options));
  return completed;
}

Result<CreateObject> bind_create_table(const ast::CreateTable& create, BindSession& session) {
  if (create.like) {
    HW_ASSIGN_OR_RETURN(const auto merged, with_like_written_out(create, session));
    return bind_create_table(*merged, session);
  }
  HW_ASSIGN_OR_RETURN(ObjectPath path, bind_path(create.name, session));
  HW_ASSIGN_OR_RETURN(TableDefinition table, bind_table_definition(create, session));
  if (!session.context.registered_tables) {
    const auto completed = as_its_catalog_has_it(table, path, create.temporary, session);
    const Status status =
        completed.ok() ? check_connector(*completed, path.object, session) : completed.status();
    if (!status.ok()) return at(create.position, status);
  }
  CatalogObject object;
  object.table = std::make_shared<const TableDefinition>(std::move(table));
  object.temporary = create.temporary;
  return CreateObject{std::move(path), std::move(object), {create.if_not_exists}};
}

Result<CreateObject> bind_create_view(const ast::CreateView& create, BindSession& session) {
  HW_ASSIGN_OR_RETURN(ObjectPath path, bind_path(create.name, session));
  HW_ASSIGN_OR_RETURN(const LogicalNodePtr plan,
                      bind_query(*create.query, QueryPlace::kNested, session));
  if (!create.columns.empty() && static_cast<int>(create.columns.size()) != plan->num_columns()) {
    return at(create.columns[0].position,
              Status::Invalid("view '", path.object, "' names ", create.columns.size(),
                              " columns, but its query has ", plan->num_columns()));
  }
  std::vector<SqlField> fields;
  std::set<std::string> names;
  for (int i = 0; i < plan->num_columns(); ++i) {
    const bool renamed = !create.columns.empty();
    const std::string& name =
        renamed ? create.columns[static_cast<size_t>(i)].text : plan->column(i).name;
    if (!names.insert(name).second) {
      return at(create.position, Status::Invalid("the columns of a view have different names, but "
                                                 "'",
                                                 name, "' is there twice"));
    }
    fields.push_back({name, plan->column(i).type});
  }
  ViewDefinition view;
  view.sql = ast::to_sql(*create.query);
  view.schema = make_schema(std::move(fields));
  view.renamed = !create.columns.empty();
  view.comment = create.comment;
  view.catalog = session.catalog;
  view.database = session.database;
  CatalogObject object;
  object.view = std::make_shared<const ViewDefinition>(std::move(view));
  object.temporary = create.temporary;
  return CreateObject{std::move(path), std::move(object), {create.if_not_exists}};
}

}  // namespace hw
