// SPDX-License-Identifier: Apache-2.0
//
// Bound expressions compiled to numbered nodes, and their evaluation over the rows of a batch.
// Equal sub-expressions are one node. A node's column is computed at most once per row set
// (Frame); a row set inside another one takes what is already known there and gathers it.
// Internal to the evaluator.

#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "columnar/batch.h"
#include "expr/bound_expr.h"
#include "expr/chosen_rows.h"
#include "expr/evaluator.h"
#include "expr/field_reader.h"
#include "expr/frame_gather.h"
#include "expr/scalar_function.h"
#include "expr/truth.h"

namespace hw {

struct ProgramNode {
  BoundExprPtr expr;
  std::vector<int> args;
  std::unique_ptr<ScalarKernel> kernel;  // kCall, kCast
  ReadsChosenRows* chooser = nullptr;    // the kernel, if it is one
  ReadsField* field_reader = nullptr;    // the same
  /// A column, or a field of one, or a literal: costs nothing on any number of rows.
  bool free = false;
  bool can_fail = false;
  /// Roughly what one row costs in time units of an integer addition, arguments included.
  int weight = 0;
  /// It or something that it is computed from is text or constructed, and so costs more to gather.
  bool heavy = false;
  /// kLiteral: the column last handed out; most batches have the same number of rows.
  ColumnPtr literal;
};

/// What a narrower frame, which is gone, has computed of a costly node.
struct KnownPart {
  int node = -1;
  std::shared_ptr<const std::vector<int32_t>> rows;  // of the frame that keeps it, ascending
  ColumnPtr values;
};

/// A set of rows and what is known about them.
struct Frame {
  /// Null: the stored rows of the batch.
  Frame* parent = nullptr;
  /// The parent's row numbers, ascending. Unused without parent.
  std::vector<int32_t> rows;
  int64_t num_rows = 0;
  /// One column a node, null where it is not computed yet.
  std::vector<ColumnPtr> values;
  std::vector<KnownPart> parts;
  FrameGather gather;

  /// Forgets what was known.
  void clear();
};

class ExprProgram {
 public:
  static Result<std::unique_ptr<ExprProgram>> compile(const std::vector<BoundExprPtr>& exprs,
                                                      const ExprSession& session);

  /// The frame of the meant rows of `input`; frames of an earlier batch become invalid.
  Frame& begin(const Batch& input, const EvaluationContext& context);
  /// Lets go of the batch's columns.
  void end();
  int root(size_t expr_index) const { return roots_[expr_index]; }
  size_t num_roots() const { return roots_.size(); }

  /// The column of a node for the rows of a frame.
  Result<ColumnPtr> value(int node, Frame& frame);

  // For the special forms.

  const ProgramNode& node(int index) const { return nodes_[static_cast<size_t>(index)]; }
  /// A frame for some rows of `parent`; lives until release.
  Frame& narrow(Frame& parent, std::vector<int32_t> rows);
  void release(Frame& frame);
  /// True when `node` may not, or had better not, be computed for rows that do not need it: it can
  /// fail, or it costs more than bringing what it reads to `needed` of the frame's rows.
  bool worth_narrowing(int node, int64_t needed, const Frame& frame) const;

 private:
  ExprProgram() = default;

  class Compiler;
  Result<ColumnPtr> compute(int node, Frame& frame);
  Result<ColumnPtr> compute_call(ProgramNode& node, Frame& frame);
  void keep_parts(const Frame& frame);
  /// The node's column out of a part that has all of the frame's rows; null if there is none.
  Result<ColumnPtr> from_part(int node, const Frame& frame) const;
  /// What a row costs of a node in a frame where some of its arguments may be known.
  int weight_in(int index, const Frame& frame) const;
  Frame& fresh_frame();

  // Constant after compilation, but for kernels' and literals' memory.
  std::vector<ProgramNode> nodes_;
  std::vector<int> roots_;
  bool has_costly_ = false;
  ExprSession session_;
  // Of the batch in hand.
  const Batch* input_ = nullptr;
  EvaluationContext context_;
  std::vector<std::unique_ptr<Frame>> frames_;
  std::vector<Frame*> idle_frames_;
};

/// CASE, AND, OR, COALESCE.
Result<ColumnPtr> evaluate_special(ExprProgram& program, const ProgramNode& node, Frame& frame);

}  // namespace hw
