// SPDX-License-Identifier: Apache-2.0

#include "sql/alter_columns.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "plan/catalog/near_names.h"

namespace hw {
namespace {

using ast::ColumnDefinition;
using Columns = std::vector<ColumnDefinition>;

Columns::iterator find_column(Columns& columns, const std::string& name) {
  return std::find_if(columns.begin(), columns.end(),
                      [&](const ColumnDefinition& column) { return column.name.text == name; });
}

Result<Columns::iterator> require_column(Columns& columns, const ast::Identifier& name) {
  const auto found = find_column(columns, name.text);
  if (found != columns.end()) return found;
  std::vector<std::string> names;
  for (const ColumnDefinition& column : columns) names.push_back(column.name.text);
  return at(name.position, Status::KeyError("the table has no column '", name.text, "'",
                                            did_you_mean_or("it has", name.text, names)));
}

/// Puts `column` where FIRST or AFTER says, or at `otherwise`.
Status place_column(ColumnDefinition column, Columns::difference_type otherwise, Columns& columns) {
  auto where = columns.begin() + otherwise;
  if (column.place == ast::ColumnPlace::kFirst) where = columns.begin();
  if (column.place == ast::ColumnPlace::kAfter) {
    HW_ASSIGN_OR_RETURN(where, require_column(columns, column.after));
    ++where;
  }
  columns.insert(where, std::move(column));
  return Status::OK();
}

/// PRIMARY KEY behind a column counts as a key of the table.
std::vector<ast::PrimaryKey> keys_of(const ast::AlterTable& alter) {
  std::vector<ast::PrimaryKey> keys = alter.primary_keys;
  for (const ColumnDefinition& column : alter.columns) {
    if (column.primary_key) keys.push_back({{}, {column.name}, column.name.position});
  }
  return keys;
}

Status add(const ast::AlterTable& alter, ast::CreateTable& create) {
  for (const ColumnDefinition& column : alter.columns) {
    if (find_column(create.columns, column.name.text) != create.columns.end()) {
      return at(column.name.position, Status::Invalid("the table has a column '", column.name.text,
                                                      "' already; write MODIFY to change it"));
    }
    ColumnDefinition added = column;
    added.primary_key = false;
    const auto end = static_cast<Columns::difference_type>(create.columns.size());
    HW_TRY(place_column(std::move(added), end, create.columns));
  }
  if (!alter.watermarks.empty() && !create.watermarks.empty()) {
    return at(alter.watermarks[0].position,
              Status::Invalid("the table has a WATERMARK already; write MODIFY to change it"));
  }
  const std::vector<ast::PrimaryKey> keys = keys_of(alter);
  if (!keys.empty() && !create.primary_keys.empty()) {
    return at(keys[0].position,
              Status::Invalid("the table has a PRIMARY KEY already; write MODIFY to change it"));
  }
  create.watermarks.insert(create.watermarks.end(), alter.watermarks.begin(),
                           alter.watermarks.end());
  create.primary_keys.insert(create.primary_keys.end(), keys.begin(), keys.end());
  return Status::OK();
}

Status modify(const ast::AlterTable& alter, ast::CreateTable& create) {
  for (const ColumnDefinition& column : alter.columns) {
    HW_ASSIGN_OR_RETURN(const auto found, require_column(create.columns, column.name));
    ColumnDefinition changed = column;
    changed.primary_key = false;
    if (!changed.comment) changed.comment = found->comment;
    const auto index = found - create.columns.begin();
    create.columns.erase(found);
    HW_TRY(place_column(std::move(changed), index, create.columns));
  }
  if (!alter.watermarks.empty()) {
    if (create.watermarks.empty()) {
      return at(alter.watermarks[0].position,
                Status::Invalid("the table has no WATERMARK to modify; write ADD"));
    }
    create.watermarks = alter.watermarks;
  }
  std::vector<ast::PrimaryKey> keys = keys_of(alter);
  if (!keys.empty()) {
    if (create.primary_keys.empty()) {
      return at(keys[0].position,
                Status::Invalid("the table has no PRIMARY KEY to modify; write ADD"));
    }
    create.primary_keys = std::move(keys);
  }
  return Status::OK();
}

/// Whether some computed column or the watermark reads the column, and which, in words.
std::string reader_of(const TableDefinition& table, int index,
                      const std::vector<std::string>& dropped) {
  const auto reads = [&](const BoundExprPtr& expr) {
    const std::vector<int> read = columns_read(*expr);
    return std::find(read.begin(), read.end(), index) != read.end();
  };
  for (const TableColumn& column : table.columns) {
    if (column.origin != ColumnOrigin::kComputed || !reads(column.expr)) continue;
    if (std::find(dropped.begin(), dropped.end(), column.name) != dropped.end()) continue;
    return "computed column '" + column.name + "'";
  }
  if (table.watermark && (table.watermark->column == index || reads(table.watermark->expr))) {
    return "the WATERMARK";
  }
  return "";
}

Status check_unused(const ast::Identifier& name, const TableDefinition& table,
                    const std::vector<std::string>& dropped, const char* action) {
  const int index = table.index_of(name.text);
  const std::string reader = reader_of(table, index, dropped);
  if (reader.empty()) return Status::OK();
  return at(name.position, Status::Invalid("column '", name.text, "' cannot be ", action, ": ",
                                           reader, " uses it; change or drop that first"));
}

Status drop_columns(const ast::AlterTable& alter, const TableDefinition& table,
                    ast::CreateTable& create) {
  std::vector<std::string> dropped;
  for (const ast::Identifier& name : alter.names) dropped.push_back(name.text);
  for (const ast::Identifier& name : alter.names) {
    HW_ASSIGN_OR_RETURN(const auto found, require_column(create.columns, name));
    HW_TRY(check_unused(name, table, dropped, "dropped"));
    const auto& key = table.primary_key;
    if (std::find(key.begin(), key.end(), table.index_of(name.text)) != key.end()) {
      return at(name.position, Status::Invalid("column '", name.text,
                                               "' cannot be dropped: it is in the PRIMARY KEY; "
                                               "DROP PRIMARY KEY first"));
    }
    const auto& partitions = table.partition_keys;
    if (std::find(partitions.begin(), partitions.end(), name.text) != partitions.end()) {
      return at(name.position, Status::Invalid("column '", name.text,
                                               "' cannot be dropped: the table is PARTITIONED BY "
                                               "it"));
    }
    create.columns.erase(found);
  }
  return Status::OK();
}

Status rename_column(const ast::AlterTable& alter, const TableDefinition& table,
                     ast::CreateTable& create) {
  const ast::Identifier& from = alter.names[0];
  const ast::Identifier& to = alter.names[1];
  HW_ASSIGN_OR_RETURN(const auto found, require_column(create.columns, from));
  if (find_column(create.columns, to.text) != create.columns.end()) {
    return at(to.position, Status::Invalid("the table has a column '", to.text, "' already"));
  }
  HW_TRY(check_unused(from, table, {}, "renamed"));
  const auto& partitions = table.partition_keys;
  if (std::find(partitions.begin(), partitions.end(), from.text) != partitions.end()) {
    return at(from.position, Status::Invalid("column '", from.text,
                                             "' cannot be renamed: the table is PARTITIONED BY "
                                             "it"));
  }
  found->name.text = to.text;
  for (ast::PrimaryKey& key : create.primary_keys) {
    for (ast::Identifier& column : key.columns) {
      if (column.text == from.text) column.text = to.text;
    }
  }
  return Status::OK();
}

Status drop_key(const ast::AlterTable& alter, const TableDefinition& table,
                ast::CreateTable& create) {
  if (create.primary_keys.empty()) {
    return at(alter.position, Status::Invalid("the table has no PRIMARY KEY"));
  }
  const bool by_name = alter.action == ast::AlterTableKind::kDropConstraint;
  if (by_name && alter.names[0].text != table.primary_key_name) {
    return at(alter.names[0].position,
              Status::KeyError("the table has no constraint '", alter.names[0].text, "'",
                               table.primary_key_name.empty()
                                   ? "; its key has no name: write DROP PRIMARY KEY"
                                   : "; its key is called '" + table.primary_key_name + "'"));
  }
  create.primary_keys.clear();
  return Status::OK();
}

void set_options(const ast::AlterTable& alter, ast::CreateTable& create) {
  for (const ast::Property& option : alter.options) {
    std::erase_if(create.options,
                  [&](const ast::Property& known) { return known.key == option.key; });
    create.options.push_back(option);
  }
}

Status reset_options(const ast::AlterTable& alter, ast::CreateTable& create) {
  for (const ast::PropertyKey& key : alter.keys) {
    if (key.key == "connector") {
      return at(key.position, Status::Invalid("'connector' cannot be reset: a table has one; "
                                              "write SET ('connector' = ..) for another"));
    }
    std::erase_if(create.options, [&](const ast::Property& known) { return known.key == key.key; });
  }
  return Status::OK();
}

}  // namespace

Status alter_syntax(const ast::AlterTable& alter, const TableDefinition& table,
                    ast::CreateTable& create) {
  switch (alter.action) {
    case ast::AlterTableKind::kAdd:
    case ast::AlterTableKind::kModify:
      if (alter.distribution) {
        return not_supported_yet("DISTRIBUTED BY", alter.distribution->position);
      }
      return alter.action == ast::AlterTableKind::kAdd ? add(alter, create) : modify(alter, create);
    case ast::AlterTableKind::kDropColumns:
      return drop_columns(alter, table, create);
    case ast::AlterTableKind::kDropPrimaryKey:
    case ast::AlterTableKind::kDropConstraint:
      return drop_key(alter, table, create);
    case ast::AlterTableKind::kDropWatermark:
      if (create.watermarks.empty()) {
        return at(alter.position, Status::Invalid("the table has no WATERMARK"));
      }
      create.watermarks.clear();
      return Status::OK();
    case ast::AlterTableKind::kDropDistribution:
      return at(alter.position, Status::Invalid("the table has no DISTRIBUTION"));
    case ast::AlterTableKind::kRenameColumn:
      return rename_column(alter, table, create);
    case ast::AlterTableKind::kSet:
      set_options(alter, create);
      return Status::OK();
    case ast::AlterTableKind::kReset:
      return reset_options(alter, create);
    case ast::AlterTableKind::kAddPartition:
    case ast::AlterTableKind::kDropPartition:
    case ast::AlterTableKind::kRename:
      break;
  }
  return not_supported_yet("partitions named in ALTER TABLE", alter.position);
}

}  // namespace hw
