// SPDX-License-Identifier: Apache-2.0

#include "plan/lower/shared_readings.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "plan/logical/scan_chain.h"
#include "plan/lower/shared_scans.h"

namespace hw {
namespace {

const SqlField* field_of(const SqlType& row, const std::string& name) {
  for (const SqlField& field : row.fields()) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

/// What is in either of two types that are `whole` with fewer fields.
SqlType either(const SqlType& whole, const SqlType& one, const SqlType& other) {
  if (!whole.is(TypeKind::kRow)) return whole;
  std::vector<SqlField> fields;
  for (const SqlField& field : whole.fields()) {
    const SqlField* a = field_of(one, field.name);
    const SqlField* b = field_of(other, field.name);
    if (a == nullptr && b == nullptr) continue;
    SqlField merged = field;
    merged.type = either(field.type, (a == nullptr ? b : a)->type, (b == nullptr ? a : b)->type);
    fields.push_back(std::move(merged));
  }
  const SqlType row = SqlType::row(std::move(fields));
  return whole.nullable() ? row : row.not_null();
}

/// Columns whose fields are all read.
std::set<int> whole_columns(const ScanSpec& scan) {
  std::vector<int> sent = scan.columns;
  std::set<int> read(sent.begin(), sent.end());
  const auto add = [&](const BoundExprPtr& expr) {
    if (expr == nullptr) return;
    for (const int column : columns_read(*expr)) read.insert(column);
  };
  if (scan.table->watermark) {
    sent.push_back(scan.table->watermark->column);
    add(scan.table->watermark->expr);
    for (const int column : columns_read(*scan.table->watermark->expr)) sent.push_back(column);
  }
  for (const int column : sent) add(scan.table->columns[static_cast<size_t>(column)].expr);
  std::set<int> whole;
  for (const int column : read) {
    if (!scan.narrowed.contains(column)) whole.insert(column);
  }
  return whole;
}

/// What several scans read of a table together.
struct Reading {
  int scans = 0;
  std::map<int, SqlType> narrowed;
  std::set<int> whole;
  std::set<std::string> predicates;
};

std::string text_of(const std::vector<PushedPredicate>& predicates) {
  std::string text;
  for (const PushedPredicate& predicate : predicates) text += to_text(predicate) + "\n";
  return text;
}

class SharedReadings {
 public:
  explicit SharedReadings(const std::function<bool(const ScanNode&)>& skips) : skips_(skips) {}

  void add(const LogicalNode& node) {
    if (node.kind() == NodeKind::kScan) return add_scan(node.as<ScanNode>());
    for (size_t i = 0; i < node.inputs().size(); ++i) {
      if (!is_looked_up(node, i)) add(*node.inputs()[i]);
    }
  }

  LogicalNodePtr alike(const LogicalNodePtr& node) const {
    const ScanChain chain = scan_chain_of(*node);
    if (chain.scan != nullptr) return alike(node, *chain.scan);
    std::vector<LogicalNodePtr> inputs;
    bool changed = false;
    for (size_t i = 0; i < node->inputs().size(); ++i) {
      LogicalNodePtr input = node->inputs()[i];
      if (!is_looked_up(*node, i)) input = alike(input);
      changed = changed || input != node->inputs()[i];
      inputs.push_back(std::move(input));
    }
    return changed ? node->with_inputs(std::move(inputs)) : node;
  }

 private:
  /// Scans of one key can be made alike; empty: this one stays as it is.
  std::string key_of(const ScanNode& scan) const {
    if (scan.spec().predicates.empty() || skips_(scan)) return reading_of_table(scan.spec());
    ScanSpec spec = scan.spec();
    spec.predicates.clear();
    return reading_of_table(spec);
  }

  void add_scan(const ScanNode& node) {
    const ScanSpec& scan = node.spec();
    const std::string key = key_of(node);
    if (key.empty()) return;
    Reading& reading = readings_[key];
    ++reading.scans;
    reading.whole.merge(whole_columns(scan));
    reading.predicates.insert(text_of(scan.predicates));
    for (const auto& [column, type] : scan.narrowed) {
      const auto [found, first] = reading.narrowed.try_emplace(column, type);
      const SqlType& declared = scan.table->columns[static_cast<size_t>(column)].type;
      if (!first) found->second = either(declared, found->second, type);
    }
  }

  LogicalNodePtr alike(const LogicalNodePtr& node, const ScanNode& scan) const {
    const auto found = readings_.find(key_of(scan));
    if (found == readings_.end() || found->second.scans < 2) return node;
    const Reading& reading = found->second;
    ScanSpec spec = scan.spec();
    spec.narrowed.clear();
    for (const auto& [column, type] : reading.narrowed) {
      const SqlType& declared = spec.table->columns[static_cast<size_t>(column)].type;
      if (reading.whole.contains(column) || type == declared) continue;
      spec.narrowed.insert_or_assign(column, type);
    }
    if (reading.predicates.size() > 1) spec.predicates.clear();
    if (spec.narrowed == scan.spec().narrowed &&
        spec.predicates.size() == scan.spec().predicates.size()) {
      return node;
    }
    return over_other_fields(node, std::make_shared<const ScanNode>(std::move(spec)));
  }

  const std::function<bool(const ScanNode&)>& skips_;
  std::map<std::string, Reading> readings_;  // by key_of()
};

}  // namespace

std::vector<LogicalNodePtr> share_readings(std::vector<LogicalNodePtr> plans,
                                           const std::function<bool(const ScanNode&)>& skips) {
  SharedReadings readings(skips);
  for (const LogicalNodePtr& plan : plans) readings.add(*plan);
  for (LogicalNodePtr& plan : plans) plan = readings.alike(plan);
  return plans;
}

}  // namespace hw
