// SPDX-License-Identifier: Apache-2.0

#include "expr/bound_expr.h"

#include <algorithm>
#include <functional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/assert.h"
#include "columnar/key_bytes.h"
#include "expr/cast.h"
#include "expr/literal.h"
#include "expr/scalar_function.h"

namespace hw {
namespace {

uint64_t mix(uint64_t hash, uint64_t value) {
  hash ^= value + 0x9e3779b97f4a7c15u + (hash << 6) + (hash >> 2);
  return hash * 0xff51afd7ed558ccdu;
}

uint64_t hash_type(const SqlType& type) {
  uint64_t hash = mix(static_cast<uint64_t>(type.kind()), type.nullable() ? 1 : 0);
  hash =
      mix(mix(hash, static_cast<uint64_t>(type.precision())), static_cast<uint64_t>(type.scale()));
  if (type.is_constructed()) {
    for (const SqlField& field : type.fields()) {
      hash = mix(mix(hash, std::hash<std::string>()(field.name)), hash_type(field.type));
    }
  }
  return hash;
}

bool is_null_value(const Column& literal) { return literal.is_null(0); }

/// Bytes that two literals of one type share exactly when they are the same value.
std::string literal_bytes(const Column& literal) {
  std::string bytes;
  if (!is_null_value(literal)) append_value_bytes(literal, 0, bytes);
  return bytes;
}

}  // namespace

BoundExprPtr BoundExpr::column(int index, SqlType type, std::string name) {
  auto expr = std::make_shared<BoundExpr>(Kind::kColumn);
  expr->column_index_ = index;
  expr->type_ = std::move(type);
  expr->name_ = std::move(name);
  expr->derive();
  return expr;
}

BoundExprPtr BoundExpr::literal(ColumnPtr value) {
  HW_CHECK(value->num_rows() == 1);
  auto expr = std::make_shared<BoundExpr>(Kind::kLiteral);
  expr->type_ = value->type();
  expr->literal_ = std::move(value);
  expr->derive();
  return expr;
}

BoundExprPtr BoundExpr::call(const ScalarFunction* function, std::vector<BoundExprPtr> args,
                             SqlType type) {
  HW_CHECK(function != nullptr);
  auto expr = std::make_shared<BoundExpr>(Kind::kCall);
  expr->function_ = function;
  expr->args_ = std::move(args);
  expr->type_ = std::move(type);
  expr->derive();
  return expr;
}

BoundExprPtr BoundExpr::cast(BoundExprPtr arg, SqlType type, bool try_cast) {
  auto expr = std::make_shared<BoundExpr>(Kind::kCast);
  // A DECIMAL that does not fit becomes NULL.
  if (cast_can_give_null(arg->type(), type)) type = type.with_nullable(true);
  expr->args_.push_back(std::move(arg));
  expr->type_ = std::move(type);
  expr->try_cast_ = try_cast;
  expr->derive();
  return expr;
}

BoundExprPtr BoundExpr::special(Kind kind, std::vector<BoundExprPtr> args, SqlType type) {
  HW_CHECK(kind == Kind::kCase || kind == Kind::kAnd || kind == Kind::kOr ||
           kind == Kind::kCoalesce);
  HW_CHECK(!args.empty());
  auto expr = std::make_shared<BoundExpr>(kind);
  expr->args_ = std::move(args);
  expr->type_ = std::move(type);
  expr->derive();
  return expr;
}

BoundExprPtr BoundExpr::field(BoundExprPtr row, int field_index) {
  HW_CHECK(row->type().is(TypeKind::kRow));
  auto expr = std::make_shared<BoundExpr>(Kind::kField);
  const SqlType& type = row->type().fields()[static_cast<size_t>(field_index)].type;
  expr->type_ = type.with_nullable(type.nullable() || row->type().nullable());
  expr->column_index_ = field_index;
  expr->args_.push_back(std::move(row));
  expr->derive();
  return expr;
}

void BoundExpr::derive() {
  hash_ = mix(static_cast<uint64_t>(kind_), hash_type(type_));
  hash_ = mix(hash_, static_cast<uint64_t>(column_index_) * 2 + (try_cast_ ? 1 : 0));
  reads_columns_ = kind_ == Kind::kColumn;
  for (const BoundExprPtr& arg : args_) {
    deterministic_ = deterministic_ && arg->deterministic_;
    repeatable_ = repeatable_ && arg->repeatable_;
    can_fail_ = can_fail_ || arg->can_fail_;
    reads_columns_ = reads_columns_ || arg->reads_columns_;
    hash_ = mix(hash_, arg->hash_);
  }
  if (kind_ == Kind::kCall) {
    const Determinism kind =
        args_.empty() ? function_->determinism_without_arguments.value_or(function_->determinism)
                      : function_->determinism;
    deterministic_ = deterministic_ && kind == Determinism::kDeterministic;
    repeatable_ = repeatable_ && kind != Determinism::kNever;
    const bool fails =
        function_->can_fail && !(function_->never_fails && function_->never_fails(args_));
    can_fail_ = can_fail_ || fails;
    hash_ = mix(hash_, std::hash<const void*>()(function_));
  } else if (kind_ == Kind::kCast) {
    can_fail_ = can_fail_ || (!try_cast_ && cast_can_fail(args_[0]->type(), type_));
  } else if (kind_ == Kind::kLiteral) {
    hash_ = mix(hash_, std::hash<std::string>()(literal_bytes(*literal_)));
  }
}

BoundExprPtr BoundExpr::with_position(SqlPosition position) const {
  auto expr = std::make_shared<BoundExpr>(*this);
  expr->position_ = position;
  return expr;
}

BoundExprPtr BoundExpr::with_args(std::vector<BoundExprPtr> args) const {
  auto expr = std::make_shared<BoundExpr>(kind_);
  expr->type_ = type_;
  expr->column_index_ = column_index_;
  expr->name_ = name_;
  expr->literal_ = literal_;
  expr->function_ = function_;
  expr->args_ = std::move(args);
  expr->try_cast_ = try_cast_;
  expr->position_ = position_;
  expr->derive();
  return expr;
}

bool BoundExpr::is_null_literal() const {
  return kind_ == Kind::kLiteral && is_null_value(*literal_);
}

bool BoundExpr::equals(const BoundExpr& other) const {
  if (this == &other) return true;
  if (hash_ != other.hash_ || kind_ != other.kind_ || column_index_ != other.column_index_ ||
      function_ != other.function_ || try_cast_ != other.try_cast_ ||
      args_.size() != other.args_.size() || !(type_ == other.type_)) {
    return false;
  }
  if (kind_ == Kind::kLiteral) {
    return is_null_value(*literal_) == is_null_value(*other.literal_) &&
           literal_bytes(*literal_) == literal_bytes(*other.literal_);
  }
  for (size_t i = 0; i < args_.size(); ++i) {
    if (!args_[i]->equals(*other.args_[i])) return false;
  }
  return true;
}

namespace {

void collect_columns(const BoundExpr& expr, std::unordered_set<const BoundExpr*>& seen,
                     std::vector<int>& columns) {
  if (!expr.reads_columns()) return;
  if (expr.kind() == BoundExpr::Kind::kColumn) return columns.push_back(expr.column_index());
  // Plans hold many tests of two columns, each looked at many times: these need no set.
  const bool small = expr.args().size() <= 2 &&
                     std::all_of(expr.args().begin(), expr.args().end(),
                                 [](const BoundExprPtr& arg) { return arg->args().empty(); });
  if (!small && !seen.insert(&expr).second) return;
  for (const BoundExprPtr& arg : expr.args()) collect_columns(*arg, seen, columns);
}

using ColumnReplacement = std::function<BoundExprPtr(const BoundExpr& column)>;

/// Keeps sharing: a sub-expression that stands in several places is rewritten once. What does not
/// read columns stays the same object.
class ColumnRewriter {
 public:
  explicit ColumnRewriter(ColumnReplacement replace) : replace_(std::move(replace)) {}

  /// Of a whole expression, which stands in no other place.
  BoundExprPtr rewrite(const BoundExprPtr& expr) {
    if (!expr->reads_columns()) return expr;
    if (expr->kind() == BoundExpr::Kind::kColumn) return replace_(*expr);
    return with_rewritten_args(*expr);
  }

 private:
  BoundExprPtr with_rewritten_args(const BoundExpr& expr) {
    std::vector<BoundExprPtr> args;
    args.reserve(expr.args().size());
    for (const BoundExprPtr& arg : expr.args()) args.push_back(rewrite_part(arg));
    return expr.with_args(std::move(args));
  }

  BoundExprPtr rewrite_part(const BoundExprPtr& expr) {
    if (!expr->reads_columns()) return expr;
    if (expr->kind() == BoundExpr::Kind::kColumn) return replace_(*expr);
    if (const auto found = done_.find(expr.get()); found != done_.end()) return found->second;
    BoundExprPtr result = with_rewritten_args(*expr);
    done_.emplace(expr.get(), result);
    return result;
  }

  const ColumnReplacement replace_;
  std::unordered_map<const BoundExpr*, BoundExprPtr> done_;
};

}  // namespace

std::vector<int> columns_read(const BoundExpr& expr) {
  std::vector<int> columns;
  std::unordered_set<const BoundExpr*> seen;
  collect_columns(expr, seen, columns);
  std::sort(columns.begin(), columns.end());
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  return columns;
}

BoundExprPtr substitute_columns(const BoundExprPtr& expr,
                                const std::vector<BoundExprPtr>& replacements) {
  return ColumnRewriter([&](const BoundExpr& column) {
           return replacements[static_cast<size_t>(column.column_index())];
         })
      .rewrite(expr);
}

BoundExprPtr renumber_columns(const BoundExprPtr& expr, const std::vector<int>& new_index) {
  return ColumnRewriter([&](const BoundExpr& column) {
           const int index = new_index[static_cast<size_t>(column.column_index())];
           HW_CHECK(index >= 0);
           return BoundExpr::column(index, column.type(), column.name())
               ->with_position(column.position());
         })
      .rewrite(expr);
}

std::vector<BoundExprPtr> conjuncts(const BoundExprPtr& condition) {
  if (condition->kind() != BoundExpr::Kind::kAnd) return {condition};
  std::vector<BoundExprPtr> all;
  for (const BoundExprPtr& arg : condition->args()) {
    for (BoundExprPtr& part : conjuncts(arg)) all.push_back(std::move(part));
  }
  return all;
}

BoundExprPtr conjunction(std::vector<BoundExprPtr> conditions) {
  if (conditions.empty()) return boolean_literal(true);
  if (conditions.size() == 1) return std::move(conditions[0]);
  bool nullable = false;
  for (const BoundExprPtr& condition : conditions) {
    nullable = nullable || condition->type().nullable();
  }
  return BoundExpr::special(BoundExpr::Kind::kAnd, std::move(conditions),
                            SqlType::boolean().with_nullable(nullable));
}

}  // namespace hw
