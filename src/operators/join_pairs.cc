// SPDX-License-Identifier: Apache-2.0

#include "operators/join_pairs.h"

#include <algorithm>
#include <utility>

#include "columnar/gather.h"

namespace hw {

Result<ColumnPtr> kept_column(const RowLog& log, int column, std::span<const int32_t> ids) {
  std::vector<uint32_t> there;
  std::vector<int32_t> places;
  there.reserve(ids.size());
  places.reserve(ids.size());
  for (const int32_t id : ids) {
    places.push_back(id < 0 ? -1 : static_cast<int32_t>(there.size()));
    if (id >= 0) there.push_back(static_cast<uint32_t>(id));
  }
  HW_ASSIGN_OR_RETURN(ColumnPtr values, log.read(column, there));
  if (there.size() == ids.size()) return values;
  return gather(*values, places);
}

void JoinPairs::clear() {
  rows.clear();
  ids.clear();
  kinds.clear();
}

Result<ColumnPtr> joined_column(const JoinSources& sources, const JoinPairs& pairs, int column) {
  const int side = column < sources.num_left_columns ? 0 : 1;
  const int in_side = side == 0 ? column : column - sources.num_left_columns;
  if (side == sources.batch_side) return gather(*sources.batch.column(in_side), pairs.rows);
  return kept_column(sources.log, in_side, pairs.ids);
}

Result<Batch> joined_batch(const JoinSources& sources, const JoinPairs& pairs,
                           std::span<const int> columns, const SchemaPtr& output) {
  std::vector<ColumnPtr> gathered;
  for (const int column : columns) {
    HW_ASSIGN_OR_RETURN(ColumnPtr values, joined_column(sources, pairs, column));
    const SqlType& type = output->type(static_cast<int>(gathered.size()));
    if (!(values->type() == type)) values = values->with_type(type);
    gathered.push_back(std::move(values));
  }
  const bool insert_only = std::all_of(pairs.kinds.begin(), pairs.kinds.end(),
                                       [](RowKind kind) { return kind == RowKind::kInsert; });
  return Batch(output, std::move(gathered), static_cast<int64_t>(pairs.rows.size()),
               insert_only ? nullptr : std::make_shared<std::vector<RowKind>>(pairs.kinds));
}

Result<JoinCondition> JoinCondition::make(BoundExprPtr condition, const Schema& left,
                                          const Schema& right, const ExprSession& session) {
  JoinCondition made;
  if (condition == nullptr) return made;
  if (!condition->type().is(TypeKind::kBoolean)) {
    return Status::TypeError("a join condition must be BOOLEAN, but ", condition->to_sql(), " is ",
                             condition->type().to_sql());
  }
  std::vector<SqlField> fields = left.fields();
  fields.insert(fields.end(), right.fields().begin(), right.fields().end());
  made.joined_ = make_schema(std::move(fields));
  made.columns_ = columns_read(*condition);
  HW_ASSIGN_OR_RETURN(Evaluator evaluator, Evaluator::make({std::move(condition)}, session));
  made.evaluator_ = std::move(evaluator);
  return made;
}

Status JoinCondition::evaluate(const JoinSources& sources, const JoinPairs& pairs,
                               const EvaluationContext& context, std::vector<uint8_t>& passes) {
  const auto num_pairs = static_cast<int64_t>(pairs.rows.size());
  passes.assign(pairs.rows.size(), 1);
  if (always_true() || pairs.empty()) return Status::OK();
  // Columns that the condition does not read stay empty shells.
  std::vector<ColumnPtr> columns;
  for (const SqlField& field : joined_->fields()) {
    columns.push_back(Column::nulls(field.type, num_pairs));
  }
  for (const int column : columns_) {
    HW_ASSIGN_OR_RETURN(columns[static_cast<size_t>(column)],
                        joined_column(sources, pairs, column));
  }
  bool all_pass = false;
  HW_ASSIGN_OR_RETURN(
      const SelectionPtr passing,
      evaluator_->filter(Batch(joined_, std::move(columns), num_pairs), context, &all_pass));
  if (all_pass) return Status::OK();
  passes.assign(pairs.rows.size(), 0);
  for (const int32_t pair : *passing) passes[static_cast<size_t>(pair)] = 1;
  return Status::OK();
}

}  // namespace hw
