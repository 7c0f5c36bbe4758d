// SPDX-License-Identifier: Apache-2.0
//
// Reads a table. Columns may be fewer than declared: what a computed column or the watermark needs
// beside them is found when the scan is lowered.

#pragma once

#include <map>

#include "plan/catalog/object_path.h"
#include "plan/logical/node.h"

namespace hw {

struct ScanSpec {
  ObjectPath path;
  TablePtr table;
  /// The table's options with those of an OPTIONS hint over them.
  std::map<std::string, std::string> options;
  /// Declared positions of the columns that go out.
  std::vector<int> columns;
  /// By declared position: columns of type ROW of which only some fields are read, as the type with
  /// these alone. Expressions of the table itself are over the declared types.
  std::map<int, SqlType> narrowed = {};
  /// A source may skip rows by these; the plan still filters.
  std::vector<PushedPredicate> predicates;
  /// No more rows than these are wanted.
  std::optional<int64_t> limit;
  SqlPosition position;
};

class ScanNode final : public LogicalNode {
 public:
  static constexpr NodeKind kKind = NodeKind::kScan;
  explicit ScanNode(ScanSpec spec);

  const ScanSpec& spec() const { return spec_; }
  const TableDefinition& table() const { return *spec_.table; }

  std::string name() const override { return "TableScan"; }
  Details details() const override;
  LogicalNodePtr with_inputs(std::vector<LogicalNodePtr> inputs) const override;

 private:
  const ScanSpec spec_;
};

/// The type with which a declared column leaves the scan's source.
const SqlType& scanned_type(const ScanSpec& spec, int declared);

/// An expression of the table over its columns as the source gives them.
BoundExprPtr over_scanned(const BoundExprPtr& expr, const ScanSpec& spec);

/// `bid(auction, price)` for a column of which only these fields are read; else its name.
std::string scanned_name(const ScanSpec& spec, int declared);

/// `a > 1`, for EXPLAIN.
std::string to_text(const PushedPredicate& predicate);

}  // namespace hw
