// SPDX-License-Identifier: Apache-2.0

#include "sql/table_syntax.h"

#include <utility>

#include "sql/parser.h"

namespace hw {
namespace {

Result<ast::ColumnDefinition> column_syntax(const TableColumn& column) {
  ast::ColumnDefinition definition;
  definition.name.text = column.name;
  definition.comment = column.comment;
  switch (column.origin) {
    case ColumnOrigin::kComputed: {
      definition.kind = ast::ColumnKind::kComputed;
      HW_ASSIGN_OR_RETURN(definition.expr, parse_expression(column.expr_sql));
      return definition;
    }
    case ColumnOrigin::kMetadata:
      definition.kind = ast::ColumnKind::kMetadata;
      definition.metadata_key = column.metadata_key;
      definition.is_virtual = column.is_virtual;
      break;
    case ColumnOrigin::kPhysical:
      break;
  }
  HW_ASSIGN_OR_RETURN(definition.type, type_syntax(column.type));
  return definition;
}

ast::PrimaryKey key_syntax(const TableDefinition& table) {
  ast::PrimaryKey key;
  key.constraint.text = table.primary_key_name;
  for (const int i : table.primary_key) {
    key.columns.push_back({.text = table.columns[static_cast<size_t>(i)].name});
  }
  return key;
}

}  // namespace

Result<ast::Type> type_syntax(const SqlType& type) { return parse_type(type.to_sql()); }

Result<std::shared_ptr<ast::CreateTable>> table_syntax(const TableDefinition& table) {
  auto create = std::make_shared<ast::CreateTable>();
  for (const TableColumn& column : table.columns) {
    if (column.hidden) continue;
    HW_ASSIGN_OR_RETURN(ast::ColumnDefinition definition, column_syntax(column));
    create->columns.push_back(std::move(definition));
  }
  if (table.watermark) {
    ast::WatermarkDefinition watermark;
    const auto column = static_cast<size_t>(table.watermark->column);
    watermark.column.parts.push_back({.text = table.columns[column].name});
    HW_ASSIGN_OR_RETURN(watermark.expr, parse_expression(table.watermark->expr_sql));
    create->watermarks.push_back(std::move(watermark));
  }
  if (!table.primary_key.empty()) create->primary_keys.push_back(key_syntax(table));
  for (const std::string& name : table.partition_keys) {
    create->partitioned_by.push_back({.text = name});
  }
  for (const auto& [key, value] : table.options) create->options.push_back({key, value, {}});
  create->comment = table.comment;
  return create;
}

}  // namespace hw
