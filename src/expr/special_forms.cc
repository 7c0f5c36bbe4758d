// SPDX-License-Identifier: Apache-2.0
//
// CASE, AND, OR and COALESCE: which rows an argument is evaluated for, and how the parts become
// one column.

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "columnar/gather.h"
#include "expr/merge_rows.h"
#include "expr/overlay_rows.h"
#include "expr/program.h"
#include "expr/truth.h"

namespace hw {
namespace {

using Kind = BoundExpr::Kind;

/// A comparison of two numbers that are there weighs 1; a few of them are done for all rows.
constexpr int kLightCondition = 4;

/// A frame for some rows that is given back at the end of its scope.
class Narrowed {
 public:
  Narrowed(ExprProgram& program, Frame& parent, std::vector<int32_t> rows)
      : program_(program), frame_(program.narrow(parent, std::move(rows))) {}
  ~Narrowed() { program_.release(frame_); }
  Narrowed(const Narrowed&) = delete;
  Narrowed& operator=(const Narrowed&) = delete;
  Frame& frame() { return frame_; }

 private:
  ExprProgram& program_;
  Frame& frame_;
};

Result<ColumnPtr> evaluate_logic(ExprProgram& program, const ProgramNode& node, Frame& frame) {
  const bool is_and = node.expr->kind() == Kind::kAnd;
  Truth all;
  {
    HW_ASSIGN_OR_RETURN(const ColumnPtr first, program.value(node.args[0], frame));
    HW_TRY(all.load(*first));
  }
  Truth next;
  for (size_t i = 1; i < node.args.size(); ++i) {
    const int64_t decided = is_and ? all.count_false() : all.count_true();
    const int64_t open = frame.num_rows - decided;
    if (open == 0) break;
    if (!program.worth_narrowing(node.args[i], open, frame)) {
      HW_ASSIGN_OR_RETURN(const ColumnPtr column, program.value(node.args[i], frame));
      HW_TRY(next.load(*column));
      is_and ? all.and_with(next) : all.or_with(next);
      continue;
    }
    std::vector<int32_t> rows;
    is_and ? all.rows_not_false(rows) : all.rows_not_true(rows);
    Narrowed narrowed(program, frame, std::move(rows));
    HW_ASSIGN_OR_RETURN(const ColumnPtr column, program.value(node.args[i], narrowed.frame()));
    HW_TRY(next.load(*column));
    is_and ? all.and_with(next, narrowed.frame().rows) : all.or_with(next, narrowed.frame().rows);
  }
  return all.to_column(node.expr->type());
}

/// Collects, row by row of a frame, which part's column the row comes from.
class Assembly {
 public:
  Assembly(ExprProgram& program, Frame& frame, const SqlType& type)
      : program_(program), frame_(frame), type_(type) {}

  /// Takes node's value for `rows` of the frame (all of them when null).
  Status take(int node, const std::vector<int32_t>* rows) {
    if (rows == nullptr) {
      HW_ASSIGN_OR_RETURN(whole_, program_.value(node, frame_));
      return Status::OK();
    }
    if (rows->empty()) return Status::OK();
    start();
    const auto source = static_cast<int32_t>(parts_.size());
    const auto needed = static_cast<int64_t>(rows->size());
    if (!program_.worth_narrowing(node, needed, frame_)) {
      HW_ASSIGN_OR_RETURN(ColumnPtr column, program_.value(node, frame_));
      parts_.push_back(std::move(column));
      for (const int32_t row : *rows) from_[static_cast<size_t>(row)] = {source, row};
      return Status::OK();
    }
    Narrowed narrowed(program_, frame_, *rows);
    HW_ASSIGN_OR_RETURN(ColumnPtr column, program_.value(node, narrowed.frame()));
    parts_.push_back(std::move(column));
    int32_t next = 0;
    for (const int32_t row : *rows) from_[static_cast<size_t>(row)] = {source, next++};
    return Status::OK();
  }

  /// Takes a column of `rows` where it is not NULL; the other rows go to `absent`.
  void take_present(ColumnPtr column, const std::vector<int32_t>& rows,
                    std::vector<int32_t>& absent) {
    start();
    const auto source = static_cast<int32_t>(parts_.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      if (column->is_null(static_cast<int64_t>(i))) {
        absent.push_back(rows[i]);
      } else {
        from_[static_cast<size_t>(rows[i])] = {source, static_cast<int32_t>(i)};
      }
    }
    parts_.push_back(std::move(column));
  }

  /// The same for a column of all the frame's rows.
  void take_present(ColumnPtr column, std::vector<int32_t>& absent) {
    start();
    std::vector<int32_t> present;
    null_rows(*column, absent);
    non_null_rows(*column, present);
    const auto source = static_cast<int32_t>(parts_.size());
    for (const int32_t row : present) from_[static_cast<size_t>(row)] = {source, row};
    parts_.push_back(std::move(column));
  }

  Result<ColumnPtr> finish() {
    if (whole_) return whole_->type() == type_ ? whole_ : whole_->with_type(type_);
    start();
    return merge_rows(type_, parts_, from_);
  }

 private:
  /// Part 0 is NULL for the rows that nobody takes.
  void start() {
    if (!parts_.empty()) return;
    parts_.push_back(Column::nulls(type_, 1));
    from_.assign(static_cast<size_t>(frame_.num_rows), RowSource{0, 0});
  }

  ExprProgram& program_;
  Frame& frame_;
  const SqlType& type_;
  ColumnPtr whole_;
  std::vector<ColumnPtr> parts_;
  std::vector<RowSource> from_;
};

/// Rows of the frame that no earlier branch took. Starts with all, which needs no list.
class Remaining {
 public:
  explicit Remaining(const Frame& frame) : num_rows_(frame.num_rows) {}
  bool all() const { return !rows_; }
  int64_t size() const { return rows_ ? static_cast<int64_t>(rows_->size()) : num_rows_; }
  bool empty() const { return size() == 0; }
  const std::vector<int32_t>* rows() const { return rows_ ? &*rows_ : nullptr; }
  void become(std::vector<int32_t> rows) { rows_ = std::move(rows); }

 private:
  int64_t num_rows_;
  std::optional<std::vector<int32_t>> rows_;
};

/// Splits `remaining` by a condition: the rows where it is TRUE, and the others.
Status split(ExprProgram& program, int condition, Frame& frame, const Remaining& remaining,
             std::vector<int32_t>& taken, std::vector<int32_t>& left) {
  Truth truth;
  if (remaining.all()) {
    HW_ASSIGN_OR_RETURN(const ColumnPtr column, program.value(condition, frame));
    HW_TRY(truth.load(*column));
    truth.rows_true(taken);
    truth.rows_not_true(left);
    return Status::OK();
  }
  const std::vector<int32_t>& rows = *remaining.rows();
  const bool narrow = program.worth_narrowing(condition, remaining.size(), frame);
  if (narrow) {
    Narrowed narrowed(program, frame, rows);
    HW_ASSIGN_OR_RETURN(const ColumnPtr column, program.value(condition, narrowed.frame()));
    HW_TRY(truth.load(*column));
  } else {
    HW_ASSIGN_OR_RETURN(const ColumnPtr column, program.value(condition, frame));
    HW_TRY(truth.load(*column));
  }
  for (size_t i = 0; i < rows.size(); ++i) {
    const bool is_true = truth.is_true(narrow ? static_cast<int64_t>(i) : rows[i]);
    (is_true ? taken : left).push_back(rows[i]);
  }
  return Status::OK();
}

/// Whether the values of a CASE are there for every row anyway, and its conditions cost less than
/// finding out which rows need them.
bool is_overlay(const ExprProgram& program, const ProgramNode& node) {
  const bool boolean = node.expr->type().is(TypeKind::kBoolean);
  if (!boolean && !can_overlay(node.expr->type())) return false;
  for (size_t i = 0; i < node.args.size(); ++i) {
    const ProgramNode& arg = program.node(node.args[i]);
    const bool condition = i % 2 == 0 && i + 1 < node.args.size();
    const bool cheap = arg.weight <= kLightCondition;
    if (arg.can_fail || !(condition || boolean ? cheap : arg.free)) return false;
  }
  return true;
}

Result<ColumnPtr> evaluate_overlay(ExprProgram& program, const ProgramNode& node, Frame& frame) {
  const SqlType& type = node.expr->type();
  std::vector<Layer> layers(node.args.size() / 2);
  for (size_t i = 0; i < layers.size(); ++i) {
    HW_ASSIGN_OR_RETURN(const ColumnPtr condition, program.value(node.args[2 * i], frame));
    HW_TRY(layers[i].where.load(*condition));
    HW_ASSIGN_OR_RETURN(layers[i].column, program.value(node.args[2 * i + 1], frame));
  }
  ColumnPtr rest = Column::nulls(type, frame.num_rows);
  if (node.args.size() % 2 == 1) {
    HW_ASSIGN_OR_RETURN(rest, program.value(node.args.back(), frame));
  }
  return overlay_rows(type, layers, rest);
}

/// `below` where `where` is not TRUE, and else `value`.
Truth laid_over(Truth where, const Truth& value, const Truth& below) {
  where.test_true(true);
  Truth rest = where;
  rest.negate();
  rest.and_with(below);
  where.and_with(value);
  where.or_with(rest);
  return where;
}

/// The same for BOOLEAN: by 64 rows at a time, the last branch at the bottom.
Result<ColumnPtr> evaluate_boolean_overlay(ExprProgram& program, const ProgramNode& node,
                                           Frame& frame) {
  const SqlType& type = node.expr->type();
  ColumnPtr rest = Column::nulls(type, frame.num_rows);
  size_t at = node.args.size();
  if (at % 2 == 1) {
    HW_ASSIGN_OR_RETURN(rest, program.value(node.args[--at], frame));
  }
  Truth result, where, then;
  HW_TRY(result.load(*rest));
  for (; at > 0; at -= 2) {
    HW_ASSIGN_OR_RETURN(const ColumnPtr condition, program.value(node.args[at - 2], frame));
    HW_ASSIGN_OR_RETURN(const ColumnPtr value, program.value(node.args[at - 1], frame));
    HW_TRY(where.load(*condition));
    HW_TRY(then.load(*value));
    result = laid_over(std::move(where), then, result);
  }
  return result.to_column(type);
}

Result<ColumnPtr> evaluate_case(ExprProgram& program, const ProgramNode& node, Frame& frame) {
  if (is_overlay(program, node)) {
    return node.expr->type().is(TypeKind::kBoolean) ? evaluate_boolean_overlay(program, node, frame)
                                                    : evaluate_overlay(program, node, frame);
  }
  Assembly assembly(program, frame, node.expr->type());
  Remaining remaining(frame);
  size_t i = 0;
  for (; i + 1 < node.args.size() && !remaining.empty(); i += 2) {
    std::vector<int32_t> taken, left;
    HW_TRY(split(program, node.args[i], frame, remaining, taken, left));
    const bool everything = remaining.all() && left.empty();
    HW_TRY(assembly.take(node.args[i + 1], everything ? nullptr : &taken));
    if (!taken.empty() || !remaining.all()) remaining.become(std::move(left));
  }
  const bool has_else = node.args.size() % 2 == 1;
  if (has_else && !remaining.empty()) {
    HW_TRY(assembly.take(node.args.back(), remaining.rows()));
  }
  return assembly.finish();
}

Result<ColumnPtr> evaluate_coalesce(ExprProgram& program, const ProgramNode& node, Frame& frame) {
  Assembly assembly(program, frame, node.expr->type());
  Remaining remaining(frame);
  for (size_t i = 0; i < node.args.size() && !remaining.empty(); ++i) {
    const int arg = node.args[i];
    std::vector<int32_t> absent;
    if (remaining.all()) {
      HW_ASSIGN_OR_RETURN(ColumnPtr column, program.value(arg, frame));
      if (i + 1 == node.args.size() || !column->may_have_nulls()) {
        HW_TRY(assembly.take(arg, nullptr));
        break;
      }
      assembly.take_present(std::move(column), absent);
    } else {
      Narrowed narrowed(program, frame, *remaining.rows());
      HW_ASSIGN_OR_RETURN(ColumnPtr column, program.value(arg, narrowed.frame()));
      assembly.take_present(std::move(column), *remaining.rows(), absent);
    }
    remaining.become(std::move(absent));
  }
  return assembly.finish();
}

}  // namespace

Result<ColumnPtr> evaluate_special(ExprProgram& program, const ProgramNode& node, Frame& frame) {
  switch (node.expr->kind()) {
    case Kind::kCase:
      return evaluate_case(program, node, frame);
    case Kind::kCoalesce:
      return evaluate_coalesce(program, node, frame);
    default:
      return evaluate_logic(program, node, frame);
  }
}

}  // namespace hw
