// SPDX-License-Identifier: Apache-2.0

#include "expr/program.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/assert.h"
#include "columnar/gather.h"
#include "expr/cast.h"
#include "expr/literal.h"
#include "expr/struct_field.h"
#include "expr/text_tests.h"

namespace hw {
namespace {

using Kind = BoundExpr::Kind;

// Weights in time units of an integer addition per row; only their order of magnitude matters.
constexpr int kFixedWeight = 1;
constexpr int kTextWeight = 16;
constexpr int kSearchWeight = 128;
constexpr int kGatherWeight = 4;
constexpr int kTextGatherWeight = 12;
constexpr int kWeightMax = 1 << 20;

bool is_light(const SqlType& type) {
  return type.fixed_width() > 0 || type.physical() == PhysicalType::kBool;
}

/// Patterns and paths: far more than a comparison.
bool searches_text(std::string_view function) {
  return function.starts_with("REGEXP") || function.starts_with("JSON_") ||
         function.starts_with("SIMILAR");
}

/// Looks at validity bitmaps only.
bool is_null_test(std::string_view function) {
  return function == "IS NULL" || function == "IS NOT NULL";
}

int own_weight(const BoundExpr& expr) {
  if (expr.kind() == Kind::kColumn || expr.kind() == Kind::kLiteral ||
      expr.kind() == Kind::kField) {
    return 0;
  }
  bool light = is_light(expr.type());
  if (expr.kind() == Kind::kCall && is_null_test(expr.function()->name)) return kFixedWeight;
  for (const BoundExprPtr& arg : expr.args()) light = light && is_light(arg->type());
  if (light) return kFixedWeight;
  const bool is_call = expr.kind() == Kind::kCall;
  return is_call && searches_text(expr.function()->name) ? kSearchWeight : kTextWeight;
}

bool is_logic(const BoundExpr& expr) {
  return expr.kind() == Kind::kAnd || expr.kind() == Kind::kOr;
}

/// Later parts of AND and OR are seldom computed for all rows.
int weight_of_arg(const BoundExpr& expr, size_t place, int weight) {
  return is_logic(expr) && place > 0 ? weight / 2 : weight;
}

/// Whether it is worth keeping what a frame that ends knows of it.
bool is_costly(const ProgramNode& node) {
  return node.expr->kind() == Kind::kCall && node.weight >= kTextWeight && node.expr->repeatable();
}

/// Parts of AND and OR that cannot fail, the cheap ones first; those that can keep their place.
void put_cheap_first(const std::vector<ProgramNode>& nodes, std::vector<int>& args) {
  const auto can_fail = [&](int arg) { return nodes[static_cast<size_t>(arg)].can_fail; };
  const auto weight = [&](int arg) { return nodes[static_cast<size_t>(arg)].weight; };
  for (auto begin = args.begin(); begin != args.end();) {
    const auto end = std::find_if(begin, args.end(), can_fail);
    std::stable_sort(begin, end, [&](int a, int b) { return weight(a) < weight(b); });
    begin = end == args.end() ? end : end + 1;
  }
}

}  // namespace

void Frame::clear() {
  std::fill(values.begin(), values.end(), nullptr);
  parts.clear();
  gather.clear();
}

/// Numbers expressions; equal ones get one number.
class ExprProgram::Compiler {
 public:
  Compiler(ExprProgram& program, const std::vector<BoundExprPtr>& exprs, const ExprSession& session)
      : program_(program), session_(session), text_tests_(exprs) {}

  Result<int> add(const BoundExprPtr& expr) {
    if (const auto found = by_object_.find(expr.get()); found != by_object_.end()) {
      return found->second;
    }
    HW_ASSIGN_OR_RETURN(const int index, add_new(expr));
    by_object_.emplace(expr.get(), index);
    kept_alive_.push_back(expr);
    return index;
  }

 private:
  Result<int> add_new(const BoundExprPtr& expr) {
    // Two RAND() calls are two values; only the same object is the same value.
    if (expr->repeatable()) {
      const auto [first, last] = by_hash_.equal_range(expr->hash());
      for (auto it = first; it != last; ++it) {
        if (program_.node(it->second).expr->equals(*expr)) return it->second;
      }
    }
    if (expr->kind() == Kind::kCall && expr->function()->fuse) {
      if (const BoundExprPtr cheaper = expr->function()->fuse(*expr)) return add(cheaper);
    }
    if (const BoundExprPtr coded = text_tests_.by_code(*expr)) return add(coded);
    if (expr->kind() == Kind::kCast && expr->args()[0]->type().is(TypeKind::kNull)) {
      return add(null_literal(expr->type()));
    }
    ProgramNode node;
    node.expr = expr;
    node.can_fail = expr->can_fail();
    node.weight = own_weight(*expr);
    node.free = node.weight == 0;
    node.heavy = !is_light(expr->type());
    for (const BoundExprPtr& arg : expr->args()) {
      HW_ASSIGN_OR_RETURN(const int index, add(arg));
      node.args.push_back(index);
      node.free = node.free && program_.node(index).free;
      // A field is gathered by itself.
      if (expr->kind() != Kind::kField) node.heavy = node.heavy || program_.node(index).heavy;
    }
    if (is_logic(*expr)) put_cheap_first(program_.nodes_, node.args);
    for (size_t i = 0; i < node.args.size(); ++i) {
      const int weight = program_.node(node.args[i]).weight;
      node.weight = std::min(kWeightMax, node.weight + weight_of_arg(*expr, i, weight));
    }
    program_.has_costly_ = program_.has_costly_ || is_costly(node);
    const Status made = make_kernel(node);
    if (!made.ok()) return at(expr->position(), made);
    program_.nodes_.push_back(std::move(node));
    const int index = static_cast<int>(program_.nodes_.size()) - 1;
    by_hash_.emplace(expr->hash(), index);
    return index;
  }

  Status make_kernel(ProgramNode& node) {
    const BoundExpr& expr = *node.expr;
    if (expr.kind() == Kind::kCast) {
      HW_ASSIGN_OR_RETURN(
          node.kernel, make_cast(expr.args()[0]->type(), expr.type(),
                                 expr.try_cast() ? CastMode::kTryCast : CastMode::kCast, session_));
    } else if (expr.kind() == Kind::kCall) {
      if (!expr.function()->kernel) {
        return Status::UnknownError(expr.function()->name, " is not rewritten");
      }
      CallBinding binding;
      binding.result_type = expr.type();
      binding.session = &session_;
      binding.call_number = static_cast<int>(program_.nodes_.size());
      for (const BoundExprPtr& arg : expr.args()) {
        binding.arg_types.push_back(arg->type());
        binding.literals.push_back(arg->is_literal() ? arg->literal_value() : nullptr);
      }
      HW_ASSIGN_OR_RETURN(node.kernel, expr.function()->kernel(binding));
      node.chooser = dynamic_cast<ReadsChosenRows*>(node.kernel.get());
      const bool of_field = expr.args().size() == 1 && expr.args()[0]->kind() == Kind::kField &&
                            expr.args()[0]->type().physical() != PhysicalType::kNone;
      if (of_field) node.field_reader = dynamic_cast<ReadsField*>(node.kernel.get());
    }
    return Status::OK();
  }

  ExprProgram& program_;
  const ExprSession& session_;
  const TextTests text_tests_;
  std::unordered_map<const BoundExpr*, int> by_object_;
  std::unordered_multimap<uint64_t, int> by_hash_;
  // Keys of by_object_ must not be reused for other expressions.
  std::vector<BoundExprPtr> kept_alive_;
};

Result<std::unique_ptr<ExprProgram>> ExprProgram::compile(const std::vector<BoundExprPtr>& exprs,
                                                          const ExprSession& session) {
  std::unique_ptr<ExprProgram> program(new ExprProgram());
  program->session_ = session;
  Compiler compiler(*program, exprs, program->session_);
  for (const BoundExprPtr& expr : exprs) {
    HW_ASSIGN_OR_RETURN(const int root, compiler.add(expr));
    program->roots_.push_back(root);
  }
  return program;
}

Frame& ExprProgram::fresh_frame() {
  if (idle_frames_.empty()) {
    frames_.push_back(std::make_unique<Frame>());
    frames_.back()->values.resize(nodes_.size());
    return *frames_.back();
  }
  Frame& frame = *idle_frames_.back();
  idle_frames_.pop_back();
  return frame;
}

Frame& ExprProgram::begin(const Batch& input, const EvaluationContext& context) {
  input_ = &input;
  context_ = context;
  Frame& stored = fresh_frame();
  stored.parent = nullptr;
  stored.num_rows = input.num_stored_rows();
  if (!input.selection()) return stored;
  Frame& meant = fresh_frame();
  meant.parent = &stored;
  meant.rows = *input.selection();
  meant.num_rows = input.num_rows();
  return meant;
}

void ExprProgram::end() {
  input_ = nullptr;
  idle_frames_.clear();
  for (const std::unique_ptr<Frame>& frame : frames_) {
    frame->clear();
    idle_frames_.push_back(frame.get());
  }
}

Frame& ExprProgram::narrow(Frame& parent, std::vector<int32_t> rows) {
  Frame& frame = fresh_frame();
  frame.parent = &parent;
  frame.rows = std::move(rows);
  frame.num_rows = static_cast<int64_t>(frame.rows.size());
  return frame;
}

void ExprProgram::release(Frame& frame) {
  if (has_costly_) keep_parts(frame);
  frame.clear();
  idle_frames_.push_back(&frame);
}

void ExprProgram::keep_parts(const Frame& frame) {
  if (frame.parent == nullptr) return;
  std::shared_ptr<const std::vector<int32_t>> rows;
  for (size_t i = 0; i < nodes_.size(); ++i) {
    if (frame.values[i] == nullptr || !is_costly(nodes_[i])) continue;
    if (rows == nullptr) rows = std::make_shared<const std::vector<int32_t>>(frame.rows);
    frame.parent->parts.push_back({static_cast<int>(i), rows, frame.values[i]});
  }
  // What frames inside of it have left, as rows of the frame outside of it.
  for (const KnownPart& part : frame.parts) {
    auto outer = std::make_shared<std::vector<int32_t>>(*part.rows);
    for (int32_t& row : *outer) row = frame.rows[static_cast<size_t>(row)];
    frame.parent->parts.push_back({part.node, std::move(outer), part.values});
  }
}

Result<ColumnPtr> ExprProgram::from_part(int node, const Frame& frame) const {
  // The frame's rows as those of the frame outside of it.
  std::vector<int32_t> rows = frame.rows;
  for (const Frame* outer = frame.parent; outer != nullptr; outer = outer->parent) {
    for (const KnownPart& part : outer->parts) {
      if (part.node != node) continue;
      std::vector<int32_t> places;
      places.reserve(rows.size());
      size_t at = 0;
      for (const int32_t row : rows) {
        while (at < part.rows->size() && (*part.rows)[at] < row) ++at;
        if (at == part.rows->size() || (*part.rows)[at] != row) break;
        places.push_back(static_cast<int32_t>(at));
      }
      if (places.size() == rows.size()) return gather(*part.values, places);
    }
    if (outer->parent == nullptr) break;
    for (int32_t& row : rows) row = outer->rows[static_cast<size_t>(row)];
  }
  return ColumnPtr();
}

int ExprProgram::weight_in(int index, const Frame& frame) const {
  const ProgramNode& n = node(index);
  int weight = own_weight(*n.expr);
  for (size_t i = 0; i < n.args.size(); ++i) {
    if (frame.values[static_cast<size_t>(n.args[i])] != nullptr) continue;
    weight = std::min(kWeightMax, weight + weight_of_arg(*n.expr, i, node(n.args[i]).weight));
  }
  return weight;
}

bool ExprProgram::worth_narrowing(int node, int64_t needed, const Frame& frame) const {
  const ProgramNode& n = this->node(node);
  if (needed == frame.num_rows || n.free) return false;
  if (n.can_fail) return true;
  const int64_t weight = weight_in(node, frame);
  const int64_t gathering = n.heavy ? kTextGatherWeight : kGatherWeight;
  return weight * frame.num_rows > (weight + gathering) * needed;
}

Result<ColumnPtr> ExprProgram::value(int node, Frame& frame) {
  ColumnPtr& slot = frame.values[static_cast<size_t>(node)];
  if (slot) return slot;
  const ProgramNode& n = this->node(node);
  if (frame.parent != nullptr && n.expr->kind() != Kind::kLiteral) {
    bool known = n.free;
    for (const Frame* outer = frame.parent; !known && outer != nullptr; outer = outer->parent) {
      known = outer->values[static_cast<size_t>(node)] != nullptr;
    }
    if (known) {
      HW_ASSIGN_OR_RETURN(const ColumnPtr outer, value(node, *frame.parent));
      HW_ASSIGN_OR_RETURN(slot, frame.gather.gather(*outer, frame.rows));
      return slot;
    }
  }
  if (has_costly_ && frame.parent != nullptr && is_costly(n)) {
    HW_ASSIGN_OR_RETURN(slot, from_part(node, frame));
    if (slot) return slot;
  }
  HW_ASSIGN_OR_RETURN(ColumnPtr computed, compute(node, frame));
  HW_DCHECK(computed->num_rows() == frame.num_rows);
  slot = std::move(computed);
  return slot;
}

Result<ColumnPtr> ExprProgram::compute(int node, Frame& frame) {
  ProgramNode& n = nodes_[static_cast<size_t>(node)];
  const BoundExpr& expr = *n.expr;
  switch (expr.kind()) {
    case Kind::kColumn:
      // Frames inside another one gather from it, so this is the frame of the stored rows.
      return input_->column(expr.column_index());
    case Kind::kLiteral:
      if (!n.literal || n.literal->num_rows() != frame.num_rows) {
        n.literal =
            Column::constant(expr.type(), expr.literal_value()->values_ptr(), frame.num_rows);
      }
      return n.literal;
    case Kind::kField: {
      HW_ASSIGN_OR_RETURN(const ColumnPtr row, value(n.args[0], frame));
      return struct_field(*row, expr.column_index(), expr.type());
    }
    case Kind::kCall:
    case Kind::kCast: {
      Result<ColumnPtr> result = compute_call(n, frame);
      return result.ok() ? result : at(expr.position(), result.status());
    }
    case Kind::kCase:
    case Kind::kAnd:
    case Kind::kOr:
    case Kind::kCoalesce:
      return evaluate_special(*this, n, frame);
  }
  return Status::UnknownError("unknown kind of expression");
}

Result<ColumnPtr> ExprProgram::compute_call(ProgramNode& node, Frame& frame) {
  if (node.chooser != nullptr && frame.parent != nullptr && frame.num_rows > 0 &&
      this->node(node.args[0]).free && frame.values[static_cast<size_t>(node.args[0])] == nullptr) {
    HW_ASSIGN_OR_RETURN(const ColumnPtr outer, value(node.args[0], *frame.parent));
    if (outer->is_plain()) return node.chooser->evaluate_chosen(*outer, frame.rows);
  }
  // Frames inside another one would have to gather the whole ROW.
  if (node.field_reader != nullptr && frame.parent == nullptr) {
    const ProgramNode& field = this->node(node.args[0]);
    HW_ASSIGN_OR_RETURN(const ColumnPtr row, value(field.args[0], frame));
    if (row->is_plain()) {
      return node.field_reader->evaluate_field(*row, field.expr->column_index());
    }
  }
  std::vector<ColumnPtr> args(node.args.size());
  for (size_t i = 0; i < args.size(); ++i) {
    HW_ASSIGN_OR_RETURN(args[i], value(node.args[i], frame));
  }
  KernelContext context;
  context.num_rows = frame.num_rows;
  context.now_ms = context_.now_ms;
  context.watermark_ms = context_.watermark_ms;
  return node.kernel->evaluate(context, args);
}

}  // namespace hw
