// SPDX-License-Identifier: Apache-2.0
//
// IS NULL, IS NOT NULL, IS [NOT] DISTINCT FROM: they work on validity bitmaps, 64 rows at a time,
// and are never NULL themselves.

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "columnar/constant.h"
#include "expr/bound_expr.h"
#include "expr/field_reader.h"
#include "expr/function_catalogue.h"
#include "expr/kernel_output.h"
#include "expr/truth.h"
#include "functions/comparison/comparison_kernels.h"
#include "functions/comparison/null_mask.h"

namespace hw {
namespace {

using KernelResult = Result<std::unique_ptr<ScalarKernel>>;

Result<ColumnPtr> column_of(const SqlType& type, int64_t num_rows,
                            const std::vector<uint64_t>& words) {
  HW_ASSIGN_OR_RETURN(BufferPtr bits, allocate_bitmap(num_rows));
  if (!words.empty()) {
    std::memcpy(bits->mutable_data(), words.data(), words.size() * sizeof(uint64_t));
  }
  return make_plain(type, num_rows, nullptr, std::move(bits));
}

class NullTest final : public ScalarKernel, public ReadsField {
 public:
  NullTest(bool wanted, SqlType type) : wanted_(wanted), type_(std::move(type)) {}

  Result<ColumnPtr> evaluate(const KernelContext& context,
                             std::span<const ColumnPtr> args) override {
    const Column& column = *args[0];
    if (!column.may_have_nulls()) return constant(!wanted_, context.num_rows);
    if (column.is_constant() && context.num_rows > 0) {
      return constant(column.slot_is_null(0) == wanted_, context.num_rows);
    }
    return of_mask(null_mask(column), context.num_rows);
  }

  Result<ColumnPtr> evaluate_field(const Column& row, int field) override {
    return of_mask(null_mask_of_field(row, field), row.num_rows());
  }

 private:
  Result<ColumnPtr> of_mask(std::vector<uint64_t> words, int64_t num_rows) const {
    if (words.empty()) return constant(!wanted_, num_rows);
    if (!wanted_) {
      for (uint64_t& word : words) word = ~word;
    }
    return column_of(type_, num_rows, words);
  }
  ColumnPtr constant(bool value, int64_t num_rows) const {
    return constant_bool(value, num_rows)->with_type(type_);
  }

  const bool wanted_;
  const SqlType type_;
};

/// Distinct: exactly one side is NULL, or none is and they are not equal.
class DistinctTest final : public ScalarKernel {
 public:
  DistinctTest(bool distinct, std::unique_ptr<ScalarKernel> equality, SqlType type)
      : distinct_(distinct), equality_(std::move(equality)), type_(std::move(type)) {}

  Result<ColumnPtr> evaluate(const KernelContext& context,
                             std::span<const ColumnPtr> args) override {
    HW_ASSIGN_OR_RETURN(const ColumnPtr verdicts, equality_->evaluate(context, args));
    HW_TRY(equal_.load(*verdicts));
    const std::vector<uint64_t> left = null_mask(*args[0]);
    const std::vector<uint64_t> right = null_mask(*args[1]);
    std::vector<uint64_t> words = equal_.true_words();
    for (size_t i = 0; i < words.size(); ++i) {
      const uint64_t a = left.empty() ? 0 : left[i];
      const uint64_t b = right.empty() ? 0 : right[i];
      const uint64_t same = (a & b) | (~(a | b) & words[i]);
      words[i] = distinct_ ? ~same : same;
    }
    return column_of(type_, context.num_rows, words);
  }

 private:
  const bool distinct_;
  const std::unique_ptr<ScalarKernel> equality_;
  const SqlType type_;
  Truth equal_;  // scratch
};

/// Of a CASE among columns a CASE of tests: validity bitmaps alone are laid over each other.
BoundExprPtr test_each_value(bool wanted, const BoundExpr& test) {
  using Kind = BoundExpr::Kind;
  const BoundExpr& value = *test.args()[0];
  if (value.kind() != Kind::kCase) return nullptr;
  std::vector<BoundExprPtr> args = value.args();
  const bool has_else = args.size() % 2 == 1;
  for (size_t i = 1; i < args.size() + (has_else ? 1 : 0); i += 2) {
    BoundExprPtr& then = args[std::min(i, args.size() - 1)];
    if (then->kind() != Kind::kColumn && then->kind() != Kind::kField && !then->is_literal()) {
      return nullptr;
    }
    then = BoundExpr::call(test.function(), {then}, test.type());
  }
  if (!has_else) {
    args.push_back(BoundExpr::literal(constant_bool(wanted, 1)->with_type(test.type())));
  }
  return BoundExpr::special(Kind::kCase, std::move(args), test.type())
      ->with_position(test.position());
}

ScalarFunction null_test(bool wanted, std::string name) {
  ScalarFunction function;
  function.name = std::move(name);
  function.family = "comparison";
  function.signatures = {"(value ANY) -> BOOLEAN NOT NULL"};
  function.nulls = Nulls::kHandled;
  function.fuse = [wanted](const BoundExpr& test) { return test_each_value(wanted, test); };
  function.kernel = [wanted](const CallBinding& binding) -> KernelResult {
    return std::make_unique<NullTest>(wanted, binding.result_type);
  };
  return function;
}

ScalarFunction distinct_test(bool distinct, const std::string& name) {
  ScalarFunction function;
  function.name = name;
  function.family = "comparison";
  function.signatures = {"(a T, b T) -> BOOLEAN NOT NULL"};
  function.nulls = Nulls::kHandled;
  function.coerce = [name](const CallBinding& binding) {
    return comparison_types(name, false, binding);
  };
  function.infer = [](const CallBinding&) -> Result<SqlType> {
    return SqlType::boolean().not_null();
  };
  function.kernel = [distinct](const CallBinding& binding) -> KernelResult {
    CallBinding nullable = binding;
    nullable.result_type = SqlType::boolean();
    HW_ASSIGN_OR_RETURN(std::unique_ptr<ScalarKernel> equality,
                        make_comparison(CompareOp::kEqual, nullable));
    return std::make_unique<DistinctTest>(distinct, std::move(equality), binding.result_type);
  };
  return function;
}

}  // namespace

void register_is_null(FunctionCatalogue& catalogue) {
  ScalarFunction is_null = null_test(true, "IS NULL");
  is_null.sentence = "Tells whether a value is NULL.";
  is_null.examples = {{"CAST(NULL AS INT) IS NULL", "TRUE"}, {"1 IS NULL", "FALSE"}};
  catalogue.add(std::move(is_null));

  ScalarFunction is_not_null = null_test(false, "IS NOT NULL");
  is_not_null.sentence = "Tells whether a value is not NULL.";
  is_not_null.examples = {{"CAST(NULL AS INT) IS NOT NULL", "FALSE"}, {"1 IS NOT NULL", "TRUE"}};
  catalogue.add(std::move(is_not_null));

  ScalarFunction distinct = distinct_test(true, "IS DISTINCT FROM");
  distinct.sentence = "Tells whether two values differ, where NULL equals NULL.";
  distinct.examples = {{"1 IS DISTINCT FROM 2", "TRUE"},
                       {"1 IS DISTINCT FROM CAST(NULL AS INT)", "TRUE"},
                       {"CAST(NULL AS INT) IS DISTINCT FROM CAST(NULL AS INT)", "FALSE"}};
  catalogue.add(std::move(distinct));

  ScalarFunction same = distinct_test(false, "IS NOT DISTINCT FROM");
  same.sentence = "Tells whether two values are the same, where NULL equals NULL.";
  same.examples = {{"1 IS NOT DISTINCT FROM 1", "TRUE"},
                   {"CAST(NULL AS INT) IS NOT DISTINCT FROM CAST(NULL AS INT)", "TRUE"}};
  catalogue.add(std::move(same));
}

}  // namespace hw
