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

/// Rows of the frame that no earlier branch took, as bits.
class Remaining {
 public:
  explicit Remaining(const Frame& frame)
      : num_rows_(frame.num_rows),
        size_(num_rows_),
        bits_(static_cast<size_t>(num_rows_ + 63) / 64, ~uint64_t{0}) {
    if (num_rows_ % 64 != 0) bits_.back() = (uint64_t{1} << num_rows_ % 64) - 1;
  }
  bool all() const { return size_ == num_rows_; }
  int64_t size() const { return size_; }
  std::vector<int32_t> rows() const {
    std::vector<int32_t> rows;
    set_bit_numbers(bits_.data(), num_rows_, rows);
    return rows;
  }
  /// Takes those of `bits` away and returns their rows.
  std::vector<int32_t> take(std::vector<uint64_t> bits) {
    for (size_t i = 0; i < bits.size(); ++i) {
      bits[i] &= bits_[i];
      bits_[i] ^= bits[i];
    }
    std::vector<int32_t> rows;
    set_bit_numbers(bits.data(), num_rows_, rows);
    size_ -= static_cast<int64_t>(rows.size());
    return rows;
  }

 private:
  const int64_t num_rows_;
  int64_t size_;
  std::vector<uint64_t> bits_;
};

/// Takes the rows where a condition is TRUE.
Result<std::vector<int32_t>> take_true(ExprProgram& program, int condition, Frame& frame,
                                       Remaining& remaining) {
  Truth truth;
  if (!program.worth_narrowing(condition, remaining.size(), frame)) {
    HW_ASSIGN_OR_RETURN(const ColumnPtr column, program.value(condition, frame));
    HW_TRY(truth.load(*column));
    return remaining.take(truth.true_words());
  }
  Narrowed narrowed(program, frame, remaining.rows());
  HW_ASSIGN_OR_RETURN(const ColumnPtr column, program.value(condition, narrowed.frame()));
  HW_TRY(truth.load(*column));
  const std::vector<int32_t>& rows = narrowed.frame().rows;
  std::vector<uint64_t> bits(static_cast<size_t>((frame.num_rows + 63) / 64));
  for (size_t i = 0; i < rows.size(); ++i) {
    const bool is_true = truth.is_true(static_cast<int64_t>(i));
    bits[static_cast<size_t>(rows[i] / 64)] |= uint64_t{is_true} << rows[i] % 64;
  }
  return remaining.take(std::move(bits));
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
    result.lay_over(where, then);
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
  const bool has_else = node.args.size() % 2 == 1;
  for (size_t i = 0; i + 1 < node.args.size() && remaining.size() > 0; i += 2) {
    const bool all = remaining.all();
    HW_ASSIGN_OR_RETURN(const std::vector<int32_t> taken,
                        take_true(program, node.args[i], frame, remaining));
    HW_TRY(assembly.take(node.args[i + 1], all && remaining.size() == 0 ? nullptr : &taken));
  }
  if (has_else && remaining.size() > 0) {
    const std::vector<int32_t> rest = remaining.rows();
    HW_TRY(assembly.take(node.args.back(), remaining.all() ? nullptr : &rest));
  }
  return assembly.finish();
}

Result<ColumnPtr> evaluate_coalesce(ExprProgram& program, const ProgramNode& node, Frame& frame) {
  Assembly assembly(program, frame, node.expr->type());
  std::optional<std::vector<int32_t>> remaining;  // all rows, until some are there
  for (size_t i = 0; i < node.args.size() && !(remaining && remaining->empty()); ++i) {
    const int arg = node.args[i];
    std::vector<int32_t> absent;
    if (!remaining) {
      HW_ASSIGN_OR_RETURN(ColumnPtr column, program.value(arg, frame));
      if (i + 1 == node.args.size() || !column->may_have_nulls()) {
        HW_TRY(assembly.take(arg, nullptr));
        break;
      }
      assembly.take_present(std::move(column), absent);
    } else {
      Narrowed narrowed(program, frame, *remaining);
      HW_ASSIGN_OR_RETURN(ColumnPtr column, program.value(arg, narrowed.frame()));
      assembly.take_present(std::move(column), *remaining, absent);
    }
    remaining = std::move(absent);
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
