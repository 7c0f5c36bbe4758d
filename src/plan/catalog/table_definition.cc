// SPDX-License-Identifier: Apache-2.0

#include "plan/catalog/table_definition.h"

namespace hw {

SchemaPtr TableDefinition::schema() const {
  std::vector<SqlField> fields;
  fields.reserve(columns.size());
  for (const TableColumn& column : columns) fields.push_back({column.name, column.type});
  return make_schema(std::move(fields));
}

SchemaPtr TableDefinition::physical_schema() const {
  std::vector<SqlField> fields;
  for (const TableColumn& column : columns) {
    if (column.origin == ColumnOrigin::kPhysical) fields.push_back({column.name, column.type});
  }
  return make_schema(std::move(fields));
}

int TableDefinition::index_of(std::string_view name) const {
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

}  // namespace hw
