// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <map>

#include "reference/calendar.h"
#include "reference/operators.h"
#include "reference/scalar.h"

namespace hw::reference {
namespace {

Row key_of(const Row& row, const std::vector<int>& key) {
  Row values;
  for (const int i : key) values.push_back(row[static_cast<size_t>(i)]);
  return values;
}

/// A row of physical columns as one of all declared columns.
Result<Row> declared_row(const TableDefinition& table, const Row& physical) {
  Row row;
  size_t next = 0;
  for (const TableColumn& column : table.columns) {
    const bool given = column.origin == ColumnOrigin::kPhysical;
    row.push_back(given ? physical[next++] : Value::null());
    if (column.origin == ColumnOrigin::kMetadata) {
      return Status::NotImplemented("the reference reads no metadata columns");
    }
  }
  for (size_t i = 0; i < row.size(); ++i) {
    if (table.columns[i].origin != ColumnOrigin::kComputed) continue;
    HW_ASSIGN_OR_RETURN(row[i], evaluate(*table.columns[i].expr, row));
  }
  return row;
}

/// Positions of the PRIMARY KEY among the physical columns.
std::vector<int> physical_key(const TableDefinition& table) {
  std::vector<int> key;
  for (const int i : table.primary_key) {
    int position = 0;
    for (int j = 0; j < i; ++j) {
      position += table.columns[static_cast<size_t>(j)].origin == ColumnOrigin::kPhysical ? 1 : 0;
    }
    key.push_back(position);
  }
  return key;
}

}  // namespace

Result<std::vector<Row>> fold(const std::vector<Change>& changes, const std::vector<int>& key) {
  // Each live row with the number under which it came.
  std::map<size_t, Row> live;
  std::map<Row, std::vector<size_t>, RowLess> places;
  for (size_t i = 0; i < changes.size(); ++i) {
    const Change& change = changes[i];
    const bool replaces = !key.empty();
    std::vector<size_t>& found = places[replaces ? key_of(change.row, key) : change.row];
    if (replaces || is_retraction(change.kind)) {
      if (found.empty() && !replaces) {
        return Status::Invalid("a row is taken back that is not there");
      }
      if (!found.empty()) {
        live.erase(found.back());
        found.pop_back();
      }
    }
    if (is_retraction(change.kind)) continue;
    found.push_back(i);
    live.emplace(i, change.row);
  }
  std::vector<Row> rows;
  for (auto& [number, row] : live) rows.push_back(std::move(row));
  return rows;
}

Result<Relation> scan(const ScanNode& node, const Context& context) {
  const auto found = context.tables->find(node.spec().path.object);
  if (found == context.tables->end()) {
    return Status::KeyError("the reference has no rows of ", node.spec().path.object);
  }
  const TableRows& given = found->second;
  const TableDefinition& table = node.table();
  const bool upserts = given.kinds == RowKindSet::upsert();
  // Rows that come and go have no watermarks here: what they take back must not be late either.
  const bool timed = context.is_stream() && table.watermark && given.partitions.size() == 1 &&
                     given.kinds.is_insert_only();
  Relation rows;
  for (const auto& partition : given.partitions) {
    HW_ASSIGN_OR_RETURN(const std::vector<Row> left,
                        fold(partition, upserts ? physical_key(table) : std::vector<int>()));
    int64_t watermark = kNoWatermark;
    for (const Row& physical : left) {
      HW_ASSIGN_OR_RETURN(const Row row, declared_row(table, physical));
      Arrival arrival{{}, watermark};
      for (const int i : node.spec().columns) arrival.row.push_back(row[static_cast<size_t>(i)]);
      rows.push_back(std::move(arrival));
      if (!timed) continue;
      HW_ASSIGN_OR_RETURN(const Value mark, evaluate(*table.watermark->expr, row));
      if (mark.is_null()) continue;
      const int64_t ticks = table.watermark->expr->type().ticks_per_second();
      watermark = std::max(watermark, floor_divide(mark.as<int64_t>(), ticks / 1000));
    }
  }
  return rows;
}

}  // namespace hw::reference
