// SPDX-License-Identifier: Apache-2.0

#include "plan/lower/shared_scans.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <utility>

#include "plan/logical/filter.h"
#include "plan/logical/join.h"
#include "plan/lower/taken_columns.h"

namespace hw {
namespace {

/// With lengths, so that no two texts run into each other.
void append(std::string_view text, std::string& out) {
  out += std::to_string(text.size()) + ":";
  out += text;
}

std::string key_of(const ScanSpec& scan) {
  std::string key = reading_of_table(scan);
  if (key.empty()) return key;
  for (const auto& [column, type] : scan.narrowed) {
    append(std::to_string(column), key);
    append(type.to_sql(), key);
  }
  return key;
}

/// Whether a record is skipped for what is wrong in one of its columns, if that is read.
bool skips_by_columns(const ScanSpec& scan) {
  const bool skips = std::any_of(scan.options.begin(), scan.options.end(), [](const auto& option) {
    return option.first.ends_with("ignore-parse-errors") && option.second != "false";
  });
  const std::vector<TableColumn>& columns = scan.table->columns;
  return skips && std::any_of(columns.begin(), columns.end(), [](const TableColumn& column) {
           return column.origin == ColumnOrigin::kPhysical &&
                  column.type.to_sql().find("NOT NULL") != std::string::npos;
         });
}

}  // namespace

std::string reading_of_table(const ScanSpec& scan) {
  std::string key;
  const std::vector<TableColumn>& columns = scan.table->columns;
  if (scan.limit || skips_by_columns(scan) ||
      std::any_of(columns.begin(), columns.end(), [](const TableColumn& column) {
        return column.expr != nullptr && !column.expr->deterministic();
      })) {
    return key;
  }
  // One definition: the table was not made anew between two statements.
  append(std::to_string(reinterpret_cast<uintptr_t>(scan.table.get())), key);
  for (const auto& [name, value] : scan.options) {
    append(name, key);
    append(value, key);
  }
  for (const PushedPredicate& predicate : scan.predicates) append(to_text(predicate), key);
  return key;
}

bool is_looked_up(const LogicalNode& join, size_t input) {
  return input > 0 && join.kind() == NodeKind::kJoin &&
         join.as<JoinNode>().parts().lookup.has_value();
}

SharedScans::SharedScans(const std::vector<LogicalNodePtr>& plans, const ExprSession& session) {
  for (const LogicalNodePtr& plan : plans) add(*plan, nullptr, session);
}

void SharedScans::add(const LogicalNode& plan, const BoundExprPtr& condition,
                      const ExprSession& session) {
  if (plan.kind() == NodeKind::kScan) {
    const ScanSpec& scan = plan.as<ScanNode>().spec();
    return add_scan(scan, taken_columns(scan, condition, session).wanted);
  }
  const bool filters = plan.kind() == NodeKind::kFilter;
  for (size_t i = 0; i < plan.inputs().size(); ++i) {
    if (is_looked_up(plan, i)) continue;
    add(*plan.inputs()[i], filters ? plan.as<FilterNode>().condition() : nullptr, session);
  }
}

void SharedScans::add_scan(const ScanSpec& scan, const std::vector<int>& columns) {
  const std::string key = key_of(scan);
  if (key.empty()) return;
  const auto [found, first] = readers_.try_emplace(key);
  Readers& readers = found->second;
  if (first) readers.first = columns;
  readers.differ = readers.differ || readers.first != columns;
  std::vector<int> sorted = columns;
  std::sort(sorted.begin(), sorted.end());
  std::vector<int> all;
  std::set_union(readers.columns.begin(), readers.columns.end(), sorted.begin(), sorted.end(),
                 std::back_inserter(all));
  readers.columns = std::move(all);
}

std::vector<int> SharedScans::columns_of(const ScanSpec& scan, std::vector<int> columns) const {
  if (readers_.empty()) return columns;
  const auto found = readers_.find(key_of(scan));
  if (found == readers_.end() || !found->second.differ) return columns;
  std::vector<int> all = found->second.columns;
  for (const int column : columns) add_once(all, column);
  return all;
}

}  // namespace hw
