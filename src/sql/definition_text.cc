// SPDX-License-Identifier: Apache-2.0

#include "sql/definition_text.h"

#include "runtime/options_reference.h"
#include "sql/unparse.h"

namespace hw {
namespace {

using OptionMap = std::map<std::string, std::string>;

std::string column_text(const TableColumn& column) {
  std::string text = quoted_name(column.name) + " ";
  if (column.origin != ColumnOrigin::kComputed) text += column.type.to_sql();
  const std::string extras = column_extras(column);
  if (!extras.empty()) {
    text += (column.origin == ColumnOrigin::kComputed ? "" : " ") + extras;
  }
  if (column.comment) text += " COMMENT " + ast::quote_string(*column.comment);
  return text;
}

std::string name_list(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + quoted_name(name);
  return "(" + text + ")";
}

/// WITH; empty when there is nothing.
std::string options_text(const OptionMap& options, Secrets secrets) {
  std::string list;
  for (const auto& [name, value] : options) {
    const std::string shown = secrets == Secrets::kMasked ? shown_option_value(name, value) : value;
    list += (list.empty() ? "\n  " : ",\n  ") + ast::quote_string(name) + " = " +
            ast::quote_string(shown);
  }
  return list.empty() ? "" : "\nWITH (" + list + "\n)";
}

std::string comment_text(const std::optional<std::string>& comment) {
  return comment ? "\nCOMMENT " + ast::quote_string(*comment) : "";
}

std::string columns_text(const TableDefinition& table) {
  std::string text;
  for (const TableColumn& column : table.columns) {
    if (column.hidden) continue;  // the catalog adds it again
    text += (text.empty() ? "\n  " : ",\n  ") + column_text(column);
  }
  if (table.watermark) {
    const auto column = static_cast<size_t>(table.watermark->column);
    text += ",\n  WATERMARK FOR " + quoted_name(table.columns[column].name) + " AS " +
            table.watermark->expr_sql;
  }
  if (!table.primary_key.empty()) {
    std::vector<std::string> names;
    for (const int i : table.primary_key) {
      names.push_back(table.columns[static_cast<size_t>(i)].name);
    }
    const std::string& constraint = table.primary_key_name;
    text += ",\n  " + (constraint.empty() ? "" : "CONSTRAINT " + quoted_name(constraint) + " ") +
            "PRIMARY KEY " + name_list(names) + " NOT ENFORCED";
  }
  return text;
}

std::string table_text(const ObjectPath& path, const TableDefinition& table, bool temporary,
                       Secrets secrets) {
  std::string text = temporary ? "CREATE TEMPORARY TABLE " : "CREATE TABLE ";
  text += full_name(path) + " (" + columns_text(table) + "\n)" + comment_text(table.comment);
  if (!table.partition_keys.empty()) {
    text += "\nPARTITIONED BY " + name_list(table.partition_keys);
  }
  return text + options_text(table.options, secrets);
}

std::string view_text(const ObjectPath& path, const ViewDefinition& view, bool temporary) {
  std::vector<std::string> names;
  for (const SqlField& field : view.schema->fields()) names.push_back(field.name);
  return (temporary ? "CREATE TEMPORARY VIEW " : "CREATE VIEW ") + full_name(path) + " " +
         name_list(names) + comment_text(view.comment) + "\nAS " + view.sql;
}

}  // namespace

std::string quoted_name(const std::string& name) {
  std::string text = "`";
  for (const char c : name) text += c == '`' ? "``" : std::string(1, c);
  return text + "`";
}

std::string full_name(const ObjectPath& path) {
  return quoted_name(path.catalog) + "." + quoted_name(path.database) + "." +
         quoted_name(path.object);
}

std::string column_extras(const TableColumn& column) {
  if (column.origin == ColumnOrigin::kComputed) return "AS " + column.expr_sql;
  if (column.origin == ColumnOrigin::kPhysical) return "";
  std::string text = "METADATA";
  if (column.metadata_key != column.name) text += " FROM " + ast::quote_string(column.metadata_key);
  return column.is_virtual ? text + " VIRTUAL" : text;
}

std::string definition_text(const ObjectPath& path, const CatalogObject& object, Secrets secrets) {
  return object.table != nullptr ? table_text(path, *object.table, object.temporary, secrets)
                                 : view_text(path, *object.view, object.temporary);
}

std::string definition_tail(const std::optional<std::string>& comment, const OptionMap& options,
                            Secrets secrets) {
  return comment_text(comment) + options_text(options, secrets);
}

}  // namespace hw
