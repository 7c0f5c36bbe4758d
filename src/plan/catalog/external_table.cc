// SPDX-License-Identifier: Apache-2.0

#include "plan/catalog/external_table.h"

#include <utility>

namespace hw {
namespace {

/// What only the session could keep, in the words of CREATE TABLE; empty when there is nothing.
std::string kept_by_session_only(const TableDefinition& table) {
  for (const TableColumn& column : table.columns) {
    if (column.origin == ColumnOrigin::kComputed) return "computed column '" + column.name + "'";
    if (column.origin == ColumnOrigin::kMetadata) return "metadata column '" + column.name + "'";
    if (column.comment) return "the COMMENT of column '" + column.name + "'";
  }
  if (table.watermark) return "WATERMARK";
  if (!table.partition_keys.empty()) return "PARTITIONED BY";
  return table.comment ? "COMMENT" : "";
}

}  // namespace

Result<TablePtr> from_external(ExternalTable table) {
  auto definition = std::make_shared<TableDefinition>();
  for (ExternalColumn& column : table.columns) {
    TableColumn made;
    made.name = std::move(column.name);
    made.type = std::move(column.type);
    if (!column.metadata_key.empty()) {
      made.origin = ColumnOrigin::kMetadata;
      made.metadata_key = std::move(column.metadata_key);
      made.is_virtual = true;
      made.hidden = true;
    }
    definition->columns.push_back(std::move(made));
  }
  for (const std::string& name : table.primary_key) {
    const int index = definition->index_of(name);
    if (index < 0) {
      return Status::SerializationError("the key names column '", name, "', which is not there");
    }
    TableColumn& column = definition->columns[static_cast<size_t>(index)];
    column.type = column.type.not_null();
    definition->primary_key.push_back(index);
  }
  definition->options = std::move(table.options);
  return TablePtr(std::move(definition));
}

Result<ExternalTable> to_external(const TableDefinition& table,
                                  std::map<std::string, std::string> options) {
  const std::string foreign = kept_by_session_only(table);
  if (!foreign.empty()) {
    return Status::Invalid(
        "a catalog outside keeps columns, PRIMARY KEY and options of a table, "
        "but not ",
        foreign, "; leave it out or write CREATE TEMPORARY TABLE");
  }
  ExternalTable external;
  for (const TableColumn& column : table.columns) {
    external.columns.push_back({.name = column.name, .type = column.type});
  }
  for (const int i : table.primary_key) {
    external.primary_key.push_back(table.columns[static_cast<size_t>(i)].name);
  }
  external.options = std::move(options);
  return external;
}

}  // namespace hw
