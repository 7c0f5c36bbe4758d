// SPDX-License-Identifier: Apache-2.0
//
// ALTER TABLE, VIEW, CATALOG and DATABASE.

#include "sql/parser_core.h"

namespace hw {

using ast::AlterTable;
using ast::AlterTableKind;
using ast::StatementPtr;

Result<StatementPtr> Parser::alter() {
  const SqlPosition start = take().position;
  if (accept("TABLE")) return alter_table(start);
  if (accept("VIEW")) return alter_view(start);
  if (accept("CATALOG")) return alter_catalog(start);
  if (accept("DATABASE")) return alter_database(start);
  return expected("TABLE, VIEW, CATALOG or DATABASE");
}

Result<StatementPtr> Parser::alter_table(SqlPosition position) {
  auto node = make<AlterTable>(position);
  HW_ASSIGN_OR_RETURN(node->if_exists, if_exists());
  HW_ASSIGN_OR_RETURN(node->name, name("a table name"));
  HW_TRY(alter_table_action(*node));
  return StatementPtr(std::move(node));
}

Status Parser::alter_table_action(AlterTable& table) {
  if (accept("ADD")) {
    table.partition_if = accept("IF", "NOT", "EXISTS");
    if (at("PARTITION")) return alter_partitions(table, AlterTableKind::kAddPartition);
    table.action = AlterTableKind::kAdd;
    return alter_items(table);
  }
  if (accept("MODIFY")) {
    table.action = AlterTableKind::kModify;
    return alter_items(table);
  }
  if (accept("DROP")) return alter_drop(table);
  if (accept("RENAME")) return alter_rename(table);
  if (accept("SET")) {
    table.action = AlterTableKind::kSet;
    HW_ASSIGN_OR_RETURN(table.options, property_list());
    return Status::OK();
  }
  if (accept("RESET")) {
    table.action = AlterTableKind::kReset;
    const SqlPosition start = position();
    HW_ASSIGN_OR_RETURN(table.keys, property_keys());
    if (table.keys.empty()) return invalid_at(start, "RESET (..) needs at least one key");
    return Status::OK();
  }
  return expected("ADD, MODIFY, DROP, RENAME, SET or RESET");
}

// item, (item, ..), DISTRIBUTION BY ..
Status Parser::alter_items(AlterTable& table) {
  if (table.partition_if) return expected("PARTITION");
  const auto item = [&]() -> Status {
    if (at("DISTRIBUTED")) {
      HW_ASSIGN_OR_RETURN(table.distribution, distribution());
      return Status::OK();
    }
    const size_t before = table.columns.size();
    HW_TRY(table_item({table.columns, table.watermarks, table.primary_keys}));
    if (table.columns.size() == before) return Status::OK();
    ast::ColumnDefinition& column = table.columns.back();
    if (column.kind == ast::ColumnKind::kReference) return expected("a type");
    if (accept("FIRST")) {
      column.place = ast::ColumnPlace::kFirst;
    } else if (accept("AFTER")) {
      column.place = ast::ColumnPlace::kAfter;
      HW_ASSIGN_OR_RETURN(column.after, identifier("a column name"));
    }
    return Status::OK();
  };
  if (!accept(TokenKind::kLeftParen)) return item();
  HW_TRY(comma_separated(item));
  if (!accept(TokenKind::kRightParen)) return expected("',' or ')'");
  return Status::OK();
}

Status Parser::alter_drop(AlterTable& table) {
  table.partition_if = accept("IF", "EXISTS");
  if (at("PARTITION")) return alter_partitions(table, AlterTableKind::kDropPartition);
  if (table.partition_if) return expected("PARTITION");
  if (accept("PRIMARY", "KEY")) {
    table.action = AlterTableKind::kDropPrimaryKey;
    return Status::OK();
  }
  if (at("CONSTRAINT") && at_identifier(1)) {
    take();
    table.action = AlterTableKind::kDropConstraint;
    HW_ASSIGN_OR_RETURN(ast::Identifier constraint, identifier("the name of a constraint"));
    table.names.push_back(std::move(constraint));
    return Status::OK();
  }
  if (accept("WATERMARK")) {
    table.action = AlterTableKind::kDropWatermark;
    return Status::OK();
  }
  if (accept("DISTRIBUTION")) {
    table.action = AlterTableKind::kDropDistribution;
    return Status::OK();
  }
  table.action = AlterTableKind::kDropColumns;
  if (at(TokenKind::kLeftParen)) {
    HW_ASSIGN_OR_RETURN(table.names, identifier_list("a column name"));
    return Status::OK();
  }
  HW_ASSIGN_OR_RETURN(
      ast::Identifier column,
      identifier("a column name, PRIMARY KEY, CONSTRAINT, WATERMARK, DISTRIBUTION or PARTITION"));
  table.names.push_back(std::move(column));
  return Status::OK();
}

Status Parser::alter_rename(AlterTable& table) {
  if (accept("TO")) {
    table.action = AlterTableKind::kRename;
    HW_ASSIGN_OR_RETURN(table.new_name, name("the new name of the table"));
    return Status::OK();
  }
  table.action = AlterTableKind::kRenameColumn;
  HW_ASSIGN_OR_RETURN(ast::Identifier from, identifier("TO or a column name"));
  HW_TRY(expect("TO"));
  HW_ASSIGN_OR_RETURN(ast::Identifier to, identifier("the new name of the column"));
  table.names.push_back(std::move(from));
  table.names.push_back(std::move(to));
  return Status::OK();
}

Status Parser::alter_partitions(AlterTable& table, AlterTableKind action) {
  table.action = action;
  do {
    HW_TRY(expect("PARTITION"));
    HW_ASSIGN_OR_RETURN(std::vector<ast::Assignment> spec, partition_spec());
    table.partitions.push_back(std::move(spec));
    if (at("WITH")) return not_supported_yet("options of a partition", position());
    accept(TokenKind::kComma);
  } while (at("PARTITION"));
  return Status::OK();
}

Result<StatementPtr> Parser::alter_view(SqlPosition position) {
  auto node = make<ast::AlterView>(position);
  HW_ASSIGN_OR_RETURN(node->if_exists, if_exists());
  HW_ASSIGN_OR_RETURN(node->name, name("the name of a view"));
  if (accept("RENAME", "TO")) {
    HW_ASSIGN_OR_RETURN(node->new_name, name("the new name of the view"));
  } else if (accept("AS")) {
    HW_ASSIGN_OR_RETURN(node->query, query());
  } else {
    return expected("RENAME TO or AS");
  }
  return StatementPtr(std::move(node));
}

Result<StatementPtr> Parser::alter_catalog(SqlPosition position) {
  auto node = make<ast::AlterCatalog>(position);
  HW_ASSIGN_OR_RETURN(node->name, identifier("the name of a catalog"));
  if (accept("SET")) {
    HW_ASSIGN_OR_RETURN(node->options, property_list());
  } else if (accept("RESET")) {
    node->action = ast::AlterPropertiesKind::kReset;
    HW_ASSIGN_OR_RETURN(node->keys, property_keys());
  } else if (accept("COMMENT")) {
    node->action = ast::AlterPropertiesKind::kComment;
    HW_ASSIGN_OR_RETURN(node->comment, string_literal("a comment in single quotes"));
  } else {
    return expected("SET, RESET or COMMENT");
  }
  return StatementPtr(std::move(node));
}

Result<StatementPtr> Parser::alter_database(SqlPosition position) {
  auto node = make<ast::AlterDatabase>(position);
  HW_ASSIGN_OR_RETURN(node->name, name("the name of a database"));
  HW_TRY(expect("SET"));
  HW_ASSIGN_OR_RETURN(node->options, property_list());
  return StatementPtr(std::move(node));
}

}  // namespace hw
