// SPDX-License-Identifier: Apache-2.0
//
// How groups travel from local aggregation (operators/local_aggregate), which folds the rows of a
// batch, to the operator that keeps them (operators/group_aggregate). A row has the keys of its
// group and, each or not: the accumulators of the calls that see every row; for each set of
// DISTINCT arguments a value, with a mark for each filter for which it may be new. What a row has
// not is NULL, or FALSE.

#pragma once

#include <memory>
#include <span>
#include <vector>

#include <arrow/type_fwd.h>

#include "operators/aggregates.h"
#include "operators/dense_input.h"
#include "state/keyed_table.h"

namespace hw {

/// The columns, keys first.
struct PartialLayout {
  struct Set {
    int first_value = 0;  // one column an argument
    int filters = 0;      // BIGINT
  };
  /// Per column of Aggregates::columns() its column, -1 = an accumulator of a DISTINCT call.
  std::vector<int> accumulators;
  /// BOOLEAN: the row has accumulators.
  int has_accumulators = 0;
  std::vector<Set> sets;
  SchemaPtr schema;

  static PartialLayout of(const Schema& input, std::span<const int> keys,
                          const Aggregates& aggregates);
};

/// Takes such rows in.
class PartialRows {
 public:
  /// `accumulators`: the table of groups, whose layout that of the rows' becomes. `aggregates`
  /// and `pool` outlive this.
  PartialRows(PartialLayout layout, const Aggregates& aggregates, TableSchema accumulators,
              arrow::MemoryPool* pool);

  /// Adds the accumulators of row i to group groups[i]. Fails when memory is short.
  Status merge(const DenseInput& rows, KeyedTable& groups, std::span<const uint32_t> row_groups);
  /// What a set of DISTINCT arguments has of the rows.
  struct Values {
    /// `num_columns` columns as the aggregates' input has them, those of the arguments only.
    DenseInput input;
    std::vector<uint32_t> groups;
    /// Per value those for which it may be new: some.
    std::vector<int64_t> filters;
  };
  Result<Values> values(const DenseInput& rows, std::span<const uint32_t> row_groups, size_t set,
                        int num_columns) const;

 private:
  const PartialLayout layout_;
  const Aggregates& aggregates_;
  KeyedTable arrived_;  // by the number of the row
};

}  // namespace hw
