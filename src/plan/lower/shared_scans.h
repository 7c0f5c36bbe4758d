// SPDX-License-Identifier: Apache-2.0
//
// Scans of one table in one job of which one reads other columns than the other: each reads what
// any of them reads, so that they are equal and run once (graph/shared_parts.h). What filters and
// projects their rows stays above each. Not for scans that skip rows by different predicates or by
// errors in the columns that they read, not where a LIMIT stops one, and not where a computed
// column differs from call to call.

#pragma once

#include <map>
#include <string>
#include <vector>

#include "expr/scalar_function.h"
#include "plan/logical/scan.h"

namespace hw {

/// What scans that can be one have in common, whatever their columns and fields; empty: this one
/// stays alone.
std::string reading_of_table(const ScanSpec& scan);

/// True for an input of which a copy is kept, and nobody's stream.
bool is_looked_up(const LogicalNode& join, size_t input);

class SharedScans {
 public:
  /// Each reads its own.
  SharedScans() = default;
  /// Of optimized plans; these read the same fields already (shared_readings.h).
  SharedScans(const std::vector<LogicalNodePtr>& plans, const ExprSession& session);

  /// What leaves the source of a scan that has to send `columns`, declared positions.
  std::vector<int> columns_of(const ScanSpec& scan, std::vector<int> columns) const;

 private:
  struct Readers {
    std::vector<int> first;
    /// Of all of them, ascending.
    std::vector<int> columns;
    bool differ = false;
  };
  void add(const LogicalNode& plan, const BoundExprPtr& condition, const ExprSession& session);
  void add_scan(const ScanSpec& scan, const std::vector<int>& columns);

  std::map<std::string, Readers> readers_;
};

}  // namespace hw
