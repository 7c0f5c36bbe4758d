// SPDX-License-Identifier: Apache-2.0
//
// Aggregates that remember every value: one accumulator column holds the encoded values of a group
// in the order of their arrival, so any operator that keeps bytes can keep them. A retraction takes
// one occurrence out. A batch rewrites the bytes of each group that it touches once.

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "columnar/column_builder.h"
#include "expr/aggregate_clauses.h"
#include "expr/aggregate_function.h"

namespace hw {

struct BagOptions {
  /// Which arguments are kept.
  std::vector<int> values;
  /// Rows where the first kept argument is NULL do not count.
  bool skip_nulls = true;
  /// The values of a result come in this order; without it, as they arrived.
  std::vector<ArgumentOrder> order;
};

class BagKernel : public AggregateKernel {
 public:
  BagKernel(const AggregateBinding& binding, BagOptions options);

  std::vector<AccumulatorColumn> accumulator() const override;
  Status update(RowStoreView state, const AggregateInput& input) override;
  Status merge(RowStoreView state, std::span<const uint32_t> rows, RowStoreView from,
               std::span<const uint32_t> from_rows) override;

 protected:
  /// The values of one group, one column per kept argument, in order.
  Result<std::vector<ColumnPtr>> values_of(RowStoreView state, uint32_t row) const;
  /// Appends the values of one kept argument only; returns how many.
  Result<int64_t> append_values(RowStoreView state, uint32_t row, ColumnBuilder& out) const;
  const SqlType& result_type() const { return result_type_; }

 private:
  void encode(const AggregateInput& input, int64_t row, std::string& out) const;
  /// What each kept value of a group is encoded as, in order; views into `bag`.
  std::vector<std::string_view> ordered_values(std::string_view bag) const;

  const SqlType result_type_;
  const BagOptions options_;
  std::vector<SqlType> value_types_;
};

}  // namespace hw
