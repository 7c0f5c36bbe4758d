// SPDX-License-Identifier: Apache-2.0
//
// What CREATE TABLE and CREATE VIEW leave behind. Immutable and shared: a running job keeps the
// definition that it was planned with.

#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "columnar/schema.h"
#include "expr/bound_expr.h"
#include "runtime/sink.h"
#include "runtime/source.h"

namespace hw {

enum class ColumnOrigin : uint8_t { kPhysical, kMetadata, kComputed };

/// What a column means for time. Event time: the WATERMARK column of a table and what is derived
/// from it unchanged. Processing time: `PROCTIME()`, read from the clock where it is used.
enum class TimeAttribute : uint8_t { kNone, kEventTime, kProcessingTime };

struct TableColumn {
  std::string name;
  SqlType type;
  ColumnOrigin origin = ColumnOrigin::kPhysical;
  /// kMetadata: the connector's key, and the type under which the connector has it.
  std::string metadata_key;
  /// kMetadata: not written.
  bool is_virtual = false;
  /// Found by its name, but no part of `*`: metadata that a catalog adds to its tables.
  bool hidden = false;
  /// kComputed: over the table's columns, by declared position.
  BoundExprPtr expr;
  /// kComputed: canonical SQL.
  std::string expr_sql;
  std::optional<std::string> comment;
  TimeAttribute time = TimeAttribute::kNone;
};

struct TableWatermark {
  int column = -1;
  /// Over the table's columns, by declared position.
  BoundExprPtr expr;
  std::string expr_sql;
};

struct TableDefinition {
  /// In declared order; all of them can be read.
  std::vector<TableColumn> columns;
  std::optional<TableWatermark> watermark;
  /// Positions in `columns`, in the order of the key; empty = none.
  std::vector<int> primary_key;
  std::string primary_key_name;
  std::vector<std::string> partition_keys;
  std::map<std::string, std::string> options;
  std::optional<std::string> comment;
  SqlPosition position;

  /// Tables that a program registered have no options but these; either may be empty.
  std::function<Result<std::unique_ptr<Source>>(const ScanRequest&)> registered_source;
  std::function<Result<std::unique_ptr<Sink>>(const SinkRequest&)> registered_sink;

  /// Names and types of all columns.
  SchemaPtr schema() const;
  /// Names and types of the physical columns.
  SchemaPtr physical_schema() const;
  /// Position of a column, or -1. Case-sensitive.
  int index_of(std::string_view name) const;
};
using TablePtr = std::shared_ptr<const TableDefinition>;

struct ViewDefinition {
  /// The query as canonical SQL.
  std::string sql;
  /// Names and types of its columns at creation.
  SchemaPtr schema;
  /// Column names are given explicitly: CREATE VIEW v (a, b).
  bool renamed = false;
  std::optional<std::string> comment;
  /// Where names in `sql` are looked up.
  std::string catalog;
  std::string database;
};
using ViewPtr = std::shared_ptr<const ViewDefinition>;

}  // namespace hw
