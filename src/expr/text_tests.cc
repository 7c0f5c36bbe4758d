// SPDX-License-Identifier: Apache-2.0

#include "expr/text_tests.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "columnar/constant.h"
#include "columnar/fast_builders.h"
#include "columnar/nested.h"
#include "expr/literal_list.h"
#include "expr/row_kernel.h"
#include "expr/scalar_function.h"
#include "expr/text_code.h"

namespace hw {
namespace {

using Kind = BoundExpr::Kind;
using KernelResult = Result<std::unique_ptr<ScalarKernel>>;

bool is_call_of(const BoundExpr& expr, std::string_view function, size_t num_args) {
  return expr.kind() == Kind::kCall && expr.function()->name == function &&
         expr.args().size() == num_args;
}

bool is_lower(const BoundExpr& expr) { return is_call_of(expr, "LOWER", 1); }

/// The texts of a literal, one or an array of them; none where some item is NULL.
std::vector<std::string> texts_of(const Column& literal) {
  std::vector<std::string> texts;
  if (!literal.type().is(TypeKind::kArray)) {
    if (!literal.is_null(0)) texts.emplace_back(literal.value<std::string_view>(0));
    return texts;
  }
  const ElementsView view(literal);
  if (view.count(0) > static_cast<int64_t>(TextCode::kTextsMax)) return {};
  for (int64_t i = view.begin(0); i < view.end(0); ++i) {
    if (view.elements()->is_null(i)) return {};
    texts.emplace_back(view.elements()->value<std::string_view>(i));
  }
  return texts;
}

bool is_text_literal(const BoundExpr& expr) {
  if (!expr.is_literal()) return false;
  const SqlType& type = expr.type();
  return type.is_text() || (type.is(TypeKind::kArray) && type.element().is_text());
}

int64_t place_in(const std::vector<std::string>& texts, const std::string& text) {
  return std::find(texts.begin(), texts.end(), text) - texts.begin();
}

BoundExprPtr literal_of(const std::vector<std::string>& texts) {
  BytesBuilder builder;
  for (const std::string& text : texts) builder.append(text);
  const Result<ColumnPtr> column = builder.finish(SqlType::string());
  HW_CHECK(column.ok());
  return BoundExpr::literal(array_constant(**column));
}

/// Bit i of the mask is set for code i.
struct CodeIn {
  bool operator()(int8_t code) const { return (mask >> (code & 63) & 1) != 0; }
  uint64_t mask;
};

class CodeKernel final : public EncodedKernel {
 public:
  CodeKernel(TextCode code, SqlType type)
      : EncodedKernel(std::move(type), 0), code_(std::move(code)) {}

 protected:
  Result<ColumnPtr> compute(int64_t num_rows, std::span<const ColumnPtr> args) override {
    const Column* const texts = args[0].get();
    HW_ASSIGN_OR_RETURN(BufferPtr validity, combined_validity(std::span(&texts, 1), num_rows));
    HW_ASSIGN_OR_RETURN(BufferPtr codes, allocate_values<int8_t>(num_rows));
    code_.of_rows(*texts, num_rows, reinterpret_cast<int8_t*>(codes->mutable_data()));
    return make_plain(result_type(), num_rows, std::move(validity), std::move(codes));
  }

 private:
  const TextCode code_;
};

// Not in the catalogue: only compilation puts them into expressions.

const ScalarFunction& code_function(bool lower) {
  const auto make = [](bool lower) {
    auto* function = new ScalarFunction();
    function->name = lower ? "CODE OF LOWER" : "CODE";
    function->kernel = [lower](const CallBinding& binding) -> KernelResult {
      TextCode code(texts_of(*binding.literals[1]), lower);
      return std::make_unique<FirstArgumentKernel>(
          std::make_unique<CodeKernel>(std::move(code), binding.result_type));
    };
    return function;
  };
  static const ScalarFunction* const kPlain = make(false);
  static const ScalarFunction* const kLower = make(true);
  return lower ? *kLower : *kPlain;
}

const ScalarFunction& code_test() {
  static const ScalarFunction* const kFunction = [] {
    auto* function = new ScalarFunction();
    function->name = "CODE IN";
    function->kernel = [](const CallBinding& binding) -> KernelResult {
      const auto mask = static_cast<uint64_t>(binding.literals[1]->value<int64_t>(0));
      return make_first_argument_kernel(CodeIn{mask}, binding);
    };
    return function;
  }();
  return *kFunction;
}

}  // namespace

TextTests::TextTests(const std::vector<BoundExprPtr>& exprs) {
  for (const BoundExprPtr& expr : exprs) collect(expr);
}

std::optional<TextTests::Test> TextTests::test_of(const BoundExpr& expr) {
  const bool equality = is_call_of(expr, "=", 2);
  if (!equality && !is_call_of(expr, "IN", 2)) return std::nullopt;
  for (size_t i = 0; i < (equality ? 2 : 1); ++i) {
    const BoundExprPtr& text = expr.args()[i];
    const BoundExprPtr& literal = expr.args()[1 - i];
    if (!text->type().is_text() || text->is_literal() || !text->repeatable()) continue;
    if (!is_text_literal(*literal)) continue;
    Test test{text, texts_of(*literal->literal_value())};
    if (!test.literals.empty()) return test;
  }
  return std::nullopt;
}

void TextTests::collect(const BoundExprPtr& expr) {
  if (!seen_.insert(expr.get()).second) return;
  for (const BoundExprPtr& arg : expr->args()) collect(arg);
  const std::optional<Test> test = test_of(*expr);
  if (!test) return;
  const Subject* known = subject_of(*test->text);
  if (known == nullptr) {
    by_hash_.emplace(test->text->hash(), subjects_.size());
    known = &subjects_.emplace_back(Subject{test->text, {}});
  }
  Subject& subject = subjects_[static_cast<size_t>(known - subjects_.data())];
  ++subject.num_tests;
  for (const std::string& text : test->literals) {
    if (subject.too_many || std::ranges::count(subject.literals, text) > 0) continue;
    subject.literals.push_back(text);
    subject.too_many = subject.literals.size() > TextCode::kTextsMax;
  }
}

const TextTests::Subject* TextTests::subject_of(const BoundExpr& text) const {
  const auto [first, last] = by_hash_.equal_range(text.hash());
  for (auto it = first; it != last; ++it) {
    const Subject& subject = subjects_[it->second];
    if (subject.text->equals(text)) return &subject;
  }
  return nullptr;
}

BoundExprPtr TextTests::by_code(const BoundExpr& expr) const {
  const std::optional<Test> test = test_of(expr);
  if (!test) return nullptr;
  const Subject* subject = subject_of(*test->text);
  if (subject == nullptr || subject->too_many) return nullptr;
  const bool lower = is_lower(*test->text);
  if (subject->num_tests == 1 && !lower) return nullptr;
  uint64_t mask = 0;
  for (const std::string& text : test->literals) {
    mask |= uint64_t{1} << place_in(subject->literals, text);
  }
  const BoundExprPtr& text = lower ? test->text->args()[0] : test->text;
  const SqlType code_type = SqlType::tinyint().with_nullable(text->type().nullable());
  const BoundExprPtr code =
      BoundExpr::call(&code_function(lower), {text, literal_of(subject->literals)}, code_type);
  const BoundExprPtr bits =
      BoundExpr::literal(constant_int(SqlType::bigint().not_null(), static_cast<int64_t>(mask), 1));
  return BoundExpr::call(&code_test(), {code, bits}, expr.type())->with_position(expr.position());
}

}  // namespace hw
