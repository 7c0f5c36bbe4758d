// SPDX-License-Identifier: Apache-2.0
//
// DESCRIBE and SHOW CREATE of tables and views: definitions as text.

#include <algorithm>
#include <utility>

#include "runtime/options_reference.h"
#include "sql/bind_catalog.h"
#include "sql/bind_from.h"
#include "sql/bind_user_function.h"
#include "sql/listing.h"
#include "sql/unparse.h"

namespace hw {
namespace {

std::string quoted(const std::string& name) {
  std::string text = "`";
  for (const char c : name) text += c == '`' ? "``" : std::string(1, c);
  return text + "`";
}

std::string full_name(const ObjectPath& path) {
  return quoted(path.catalog) + "." + quoted(path.database) + "." + quoted(path.object);
}

std::string time_mark(TimeAttribute time) {
  if (time == TimeAttribute::kEventTime) return " *ROWTIME*";
  return time == TimeAttribute::kProcessingTime ? " *PROCTIME*" : "";
}

std::string extras_of(const TableColumn& column) {
  if (column.origin == ColumnOrigin::kComputed) return "AS " + column.expr_sql;
  if (column.origin == ColumnOrigin::kPhysical) return "";
  std::string text = "METADATA";
  if (column.metadata_key != column.name) text += " FROM " + ast::quote_string(column.metadata_key);
  return column.is_virtual ? text + " VIRTUAL" : text;
}

std::optional<std::string> or_null(std::string text) {
  if (text.empty()) return std::nullopt;
  return text;
}

void describe_table(const TableDefinition& table, bool extended, BoundListing& listing) {
  std::string key;
  for (const int i : table.primary_key) {
    key += (key.empty() ? "" : ", ") + table.columns[static_cast<size_t>(i)].name;
  }
  // The column of comments is there when a comment is.
  const bool commented =
      extended || std::any_of(table.columns.begin(), table.columns.end(),
                              [](const TableColumn& column) { return column.comment; });
  std::vector<std::string> titles = {"name", "type", "null", "key", "extras", "watermark"};
  if (commented) titles.emplace_back("comment");
  listing.schema = text_schema(titles);
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const TableColumn& column = table.columns[i];
    const auto& keys = table.primary_key;
    const bool in_key = std::find(keys.begin(), keys.end(), static_cast<int>(i)) != keys.end();
    const bool marked = table.watermark && table.watermark->column == static_cast<int>(i);
    listing.rows.push_back({column.name, column.type.to_sql_without_null() + time_mark(column.time),
                            column.type.nullable() ? "TRUE" : "FALSE",
                            in_key ? or_null("PRI(" + key + ")") : std::nullopt,
                            or_null(extras_of(column)),
                            marked ? or_null(table.watermark->expr_sql) : std::nullopt});
    if (commented) listing.rows.back().push_back(column.comment);
  }
}

std::string column_text(const TableColumn& column) {
  std::string text = quoted(column.name) + " ";
  if (column.origin != ColumnOrigin::kComputed) text += column.type.to_sql();
  const std::string extras = extras_of(column);
  if (!extras.empty()) {
    text += (column.origin == ColumnOrigin::kComputed ? "" : " ") + extras;
  }
  if (column.comment) text += " COMMENT " + ast::quote_string(*column.comment);
  return text;
}

std::string name_list(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + quoted(name);
  return "(" + text + ")";
}

std::string create_table_text(const ObjectPath& path, const TableDefinition& table,
                              bool temporary) {
  std::string text = temporary ? "CREATE TEMPORARY TABLE " : "CREATE TABLE ";
  text += full_name(path) + " (";
  std::string columns;
  for (const TableColumn& column : table.columns) {
    if (column.hidden) continue;  // the catalog adds it again
    columns += (columns.empty() ? "\n  " : ",\n  ") + column_text(column);
  }
  text += columns;
  if (table.watermark) {
    const auto column = static_cast<size_t>(table.watermark->column);
    text += ",\n  WATERMARK FOR " + quoted(table.columns[column].name) + " AS " +
            table.watermark->expr_sql;
  }
  if (!table.primary_key.empty()) {
    std::vector<std::string> names;
    for (const int i : table.primary_key) {
      names.push_back(table.columns[static_cast<size_t>(i)].name);
    }
    const std::string& constraint = table.primary_key_name;
    text += ",\n  " + (constraint.empty() ? "" : "CONSTRAINT " + quoted(constraint) + " ") +
            "PRIMARY KEY " + name_list(names) + " NOT ENFORCED";
  }
  text += "\n)";
  if (table.comment) text += "\nCOMMENT " + ast::quote_string(*table.comment);
  if (!table.partition_keys.empty()) {
    text += "\nPARTITIONED BY " + name_list(table.partition_keys);
  }
  std::string options;
  for (const auto& [name, value] : table.options) {
    options += (options.empty() ? "\n  " : ",\n  ") + ast::quote_string(name) + " = " +
               ast::quote_string(shown_option_value(name, value));
  }
  return options.empty() ? text : text + "\nWITH (" + options + "\n)";
}

std::string create_view_text(const ObjectPath& path, const ViewDefinition& view, bool temporary) {
  std::vector<std::string> names;
  for (const SqlField& field : view.schema->fields()) names.push_back(field.name);
  return (temporary ? "CREATE TEMPORARY VIEW " : "CREATE VIEW ") + full_name(path) + " " +
         name_list(names) + (view.comment ? "\nCOMMENT " + ast::quote_string(*view.comment) : "") +
         "\nAS " + view.sql;
}

struct FoundObject {
  ObjectPath path;
  CatalogObject object;
};

Result<FoundObject> find_object(const ast::Name& name, const BindSession& session) {
  HW_ASSIGN_OR_RETURN(ObjectPath path, bind_path(name, session));
  Result<CatalogObject> object = session.context.catalog->require(path);
  if (!object.ok()) return at(name.position(), object.status());
  return FoundObject{std::move(path), std::move(*object)};
}

}  // namespace

Result<BoundListing> describe_columns(const ast::Name& name, bool extended,
                                      const BindSession& session) {
  HW_ASSIGN_OR_RETURN(const FoundObject found, find_object(name, session));
  BoundListing listing;
  listing.schema = text_schema({"name", "type", "null", "key", "extras", "watermark"});
  if (found.object.table != nullptr) {
    describe_table(*found.object.table, extended, listing);
    return listing;
  }
  // A view's time attributes are those of its query as the tables are now.
  BindSession fresh(session.context);
  HW_ASSIGN_OR_RETURN(const Relation view, bind_named(name, {}, fresh));
  for (const PlanColumn& column : view.plan->columns()) {
    listing.rows.push_back({column.name, column.type.to_sql_without_null() + time_mark(column.time),
                            column.type.nullable() ? "TRUE" : "FALSE", std::nullopt, std::nullopt,
                            std::nullopt});
  }
  return listing;
}

Result<BoundListing> describe(const ast::Describe& describe, BindSession& session) {
  if (describe.object == ast::ObjectKind::kCatalog) return describe_catalog(describe, session);
  if (describe.object == ast::ObjectKind::kDatabase) return describe_database(describe, session);
  if (describe.object == ast::ObjectKind::kFunction) return describe_function(describe, session);
  if (describe.object != ast::ObjectKind::kTable && describe.object != ast::ObjectKind::kView) {
    return not_supported_yet("this form of DESCRIBE", describe.position);
  }
  return describe_columns(describe.name, describe.extended, session);
}

Result<BoundListing> show_create(const ast::ShowCreate& show, const BindSession& session) {
  if (show.object == ast::ObjectKind::kCatalog) return show_create_catalog(show, session);
  if (show.object == ast::ObjectKind::kDatabase) return show_create_database(show, session);
  if (show.object == ast::ObjectKind::kFunction) return show_create_function(show, session);
  const bool view = show.object == ast::ObjectKind::kView;
  if (!view && show.object != ast::ObjectKind::kTable) {
    return not_supported_yet("this form of SHOW CREATE", show.position);
  }
  HW_ASSIGN_OR_RETURN(const FoundObject found, find_object(show.name, session));
  if (view != (found.object.view != nullptr)) {
    return at(show.position,
              Status::Invalid("'", found.path.object, "' is a ", view ? "table" : "view",
                              ": write SHOW CREATE ", view ? "TABLE" : "VIEW"));
  }
  BoundListing listing;
  listing.schema = text_schema({"result"});
  listing.rows.push_back(
      {view ? create_view_text(found.path, *found.object.view, found.object.temporary)
            : create_table_text(found.path, *found.object.table, found.object.temporary)});
  return listing;
}

}  // namespace hw
