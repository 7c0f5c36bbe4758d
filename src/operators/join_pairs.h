// SPDX-License-Identifier: Apache-2.0
//
// A join's rows while they are put together: a row of the batch at hand beside a row that is kept
// from the other input, or one of the two alone. Builds the output columns, and the rows over which
// a residual condition is evaluated, by gathering each side once.

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "columnar/batch.h"
#include "expr/bound_expr.h"
#include "expr/evaluator.h"
#include "operators/dense_input.h"
#include "state/row_log.h"

namespace hw {

/// Rows of the arriving side and ids of the kept side, one beside the other; -1 = none.
struct JoinPairs {
  std::vector<int32_t> rows;
  std::vector<int32_t> ids;
  std::vector<RowKind> kinds;

  void clear();
  void add(int32_t row, uint32_t id, RowKind kind) {
    rows.push_back(row);
    ids.push_back(id == RowLog::kNoRow ? -1 : static_cast<int32_t>(id));
    kinds.push_back(kind);
  }
  bool empty() const { return rows.empty(); }
};

/// Where the two sides of the pairs come from.
struct JoinSources {
  const DenseInput& batch;
  const RowLog& log;
  /// 0: the batch is of the left input; 1: of the right one.
  int batch_side = 0;
  /// Columns of the left input, which come first in the joined row.
  int num_left_columns = 0;
};

/// Returns a column of kept rows; NULL where an id is -1.
Result<ColumnPtr> kept_column(const RowLog& log, int column, std::span<const int32_t> ids);

/// Returns column `column` of the joined row for all pairs; NULL where its side is missing.
Result<ColumnPtr> joined_column(const JoinSources& sources, const JoinPairs& pairs, int column);

/// Returns the pairs as rows of `output`, made of `columns` of the joined row.
Result<Batch> joined_batch(const JoinSources& sources, const JoinPairs& pairs,
                           std::span<const int> columns, const SchemaPtr& output);

/// The condition of a join beyond its key equality.
class JoinCondition {
 public:
  /// `condition` over the joined row; null = always true.
  static Result<JoinCondition> make(BoundExprPtr condition, const Schema& left, const Schema& right,
                                    const ExprSession& session);
  bool always_true() const { return !evaluator_; }
  /// Sets passes[i] to 1 where it is TRUE for pair i.
  Status evaluate(const JoinSources& sources, const JoinPairs& pairs,
                  const EvaluationContext& context, std::vector<uint8_t>& passes);

 private:
  SchemaPtr joined_;
  std::vector<int> columns_;  // that the condition reads
  std::optional<Evaluator> evaluator_;
};

}  // namespace hw
