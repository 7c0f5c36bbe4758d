// SPDX-License-Identifier: Apache-2.0

#include <array>

#include "sql/sql_writer.h"

namespace hw::ast {
namespace {

constexpr auto kMerges =
    std::to_array<std::string_view>({"INCLUDING ", "EXCLUDING ", "OVERWRITING "});
constexpr auto kFeatures =
    std::to_array<std::string_view>({"ALL", "CONSTRAINTS", "DISTRIBUTION", "PARTITIONS",
                                     "GENERATED", "METADATA", "OPTIONS", "WATERMARKS"});

std::string_view head_of(const CreateTable& table) {
  if (table.or_create) return "CREATE OR REPLACE ";
  return table.replace ? "REPLACE " : "CREATE ";
}

}  // namespace

void SqlWriter::write_properties(const std::vector<Property>& properties) {
  text("(");
  write_separated(properties, [this](const Property& property) {
    write_string(property.key);
    text(" = ");
    write_string(property.value);
  });
  text(")");
}

void SqlWriter::write_keys(const std::vector<PropertyKey>& keys) {
  text("(");
  write_separated(keys, [this](const PropertyKey& key) { write_string(key.key); });
  text(")");
}

void SqlWriter::write_comment(const std::optional<std::string>& comment) {
  if (!comment) return;
  text(" COMMENT ");
  write_string(*comment);
}

void SqlWriter::write_partition(const std::vector<Assignment>& partition) {
  text("PARTITION (");
  write_separated(partition, [this](const Assignment& assignment) {
    write(assignment.column);
    if (assignment.value == nullptr) return;
    text(" = ");
    write(*assignment.value);
  });
  text(")");
}

void SqlWriter::write_column(const ColumnDefinition& column) {
  write(column.name);
  if (column.kind == ColumnKind::kComputed) {
    text(" AS ");
    write(*column.expr);
  }
  if (column.type) {
    text(" ");
    write(*column.type);
  }
  if (column.kind == ColumnKind::kMetadata) {
    text(" METADATA");
    if (column.metadata_key) {
      text(" FROM ");
      write_string(*column.metadata_key);
    }
    if (column.is_virtual) text(" VIRTUAL");
  }
  if (column.primary_key) text(" PRIMARY KEY NOT ENFORCED");
  write_comment(column.comment);
  if (column.place == ColumnPlace::kFirst) text(" FIRST");
  if (column.place == ColumnPlace::kAfter) {
    text(" AFTER ");
    write(column.after);
  }
}

void SqlWriter::write_items(const std::vector<ColumnDefinition>& columns,
                            const std::vector<WatermarkDefinition>& watermarks,
                            const std::vector<PrimaryKey>& keys) {
  text("(");
  const auto comma = [this] {
    if (out_.back() != '(') text(", ");
  };
  for (const ColumnDefinition& column : columns) {
    comma();
    write_column(column);
  }
  for (const WatermarkDefinition& watermark : watermarks) {
    comma();
    text("WATERMARK FOR ");
    write(watermark.column);
    text(" AS ");
    write(*watermark.expr);
  }
  for (const PrimaryKey& key : keys) {
    comma();
    if (!key.constraint.text.empty()) {
      text("CONSTRAINT ");
      write(key.constraint);
      text(" ");
    }
    text("PRIMARY KEY ");
    write_identifiers(key.columns);
    text(" NOT ENFORCED");
  }
  text(")");
}

void SqlWriter::write_distribution(const Distribution& distribution) {
  text("DISTRIBUTED");
  if (!distribution.columns.empty()) {
    text(distribution.kind == DistributionKind::kHash    ? " BY HASH "
         : distribution.kind == DistributionKind::kRange ? " BY RANGE "
                                                         : " BY ");
    write_identifiers(distribution.columns);
  }
  if (!distribution.buckets) return;
  text(" INTO ").text(std::to_string(*distribution.buckets)).text(" BUCKETS");
}

void SqlWriter::write_like(const LikeClause& like) {
  text(" LIKE ");
  write(like.table);
  if (like.options.empty()) return;
  text(" (");
  for (const LikeOption& option : like.options) {
    if (out_.back() != '(') text(" ");
    text(kMerges[static_cast<size_t>(option.merge)]);
    text(kFeatures[static_cast<size_t>(option.feature)]);
  }
  text(")");
}

void SqlWriter::write_create_table(const CreateTable& table) {
  text(head_of(table)).text(table.temporary ? "TEMPORARY TABLE " : "TABLE ");
  if (table.if_not_exists) text("IF NOT EXISTS ");
  write(table.name);
  if (!table.columns.empty() || !table.watermarks.empty() || !table.primary_keys.empty()) {
    text(" ");
    write_items(table.columns, table.watermarks, table.primary_keys);
  }
  write_comment(table.comment);
  if (table.distribution) {
    text(" ");
    write_distribution(*table.distribution);
  }
  if (!table.partitioned_by.empty()) {
    text(" PARTITIONED BY ");
    write_identifiers(table.partitioned_by);
  }
  if (!table.options.empty()) {
    text(" WITH ");
    write_properties(table.options);
  }
  if (table.like) write_like(*table.like);
  if (table.query == nullptr) return;
  text(" AS ");
  write(*table.query);
}

void SqlWriter::write_alter_table(const AlterTable& table) {
  text(table.if_exists ? "ALTER TABLE IF EXISTS " : "ALTER TABLE ");
  write(table.name);
  switch (table.action) {
    case AlterTableKind::kAdd:
    case AlterTableKind::kModify:
      text(table.action == AlterTableKind::kAdd ? " ADD " : " MODIFY ");
      if (table.distribution) return write_distribution(*table.distribution);
      return write_items(table.columns, table.watermarks, table.primary_keys);
    case AlterTableKind::kDropColumns:
      text(" DROP ");
      return write_identifiers(table.names);
    case AlterTableKind::kDropPrimaryKey:
      text(" DROP PRIMARY KEY");
      return;
    case AlterTableKind::kDropConstraint:
      text(" DROP CONSTRAINT ");
      return write(table.names[0]);
    case AlterTableKind::kDropWatermark:
      text(" DROP WATERMARK");
      return;
    case AlterTableKind::kDropDistribution:
      text(" DROP DISTRIBUTION");
      return;
    case AlterTableKind::kAddPartition:
    case AlterTableKind::kDropPartition: {
      const bool add = table.action == AlterTableKind::kAddPartition;
      text(add ? " ADD" : " DROP");
      if (table.partition_if) text(add ? " IF NOT EXISTS" : " IF EXISTS");
      for (const auto& partition : table.partitions) {
        text(" ");
        write_partition(partition);
      }
      return;
    }
    case AlterTableKind::kRenameColumn:
      text(" RENAME ");
      write(table.names[0]);
      text(" TO ");
      return write(table.names[1]);
    case AlterTableKind::kRename:
      text(" RENAME TO ");
      return write(table.new_name);
    case AlterTableKind::kSet:
      text(" SET ");
      return write_properties(table.options);
    case AlterTableKind::kReset:
      text(" RESET ");
      return write_keys(table.keys);
  }
}

}  // namespace hw::ast
