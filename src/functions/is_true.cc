// SPDX-License-Identifier: Apache-2.0
//
// NOT, and IS [NOT] TRUE / FALSE / UNKNOWN, 64 rows at a time.

#include <array>
#include <string>
#include <utility>

#include "expr/function_catalogue.h"
#include "expr/truth.h"

namespace hw {
namespace {

using KernelResult = Result<std::unique_ptr<ScalarKernel>>;

enum class Test : uint8_t { kNot, kTrue, kNotTrue, kFalse, kNotFalse, kUnknown, kNotUnknown };

class TruthTest final : public ScalarKernel {
 public:
  TruthTest(Test test, SqlType type) : test_(test), type_(std::move(type)) {}

  Result<ColumnPtr> evaluate(const KernelContext& context,
                             std::span<const ColumnPtr> args) override {
    const bool once = args[0]->is_constant() && context.num_rows > 0;
    HW_TRY(truth_.load(once ? *args[0]->slice(0, 1) : *args[0]));
    switch (test_) {
      case Test::kNot:
        truth_.negate();
        break;
      case Test::kTrue:
        truth_.test_true(true);
        break;
      case Test::kNotTrue:
        truth_.test_true(false);
        break;
      case Test::kFalse:
        truth_.test_false(true);
        break;
      case Test::kNotFalse:
        truth_.test_false(false);
        break;
      case Test::kUnknown:
        truth_.test_unknown(true);
        break;
      case Test::kNotUnknown:
        truth_.test_unknown(false);
        break;
    }
    HW_ASSIGN_OR_RETURN(ColumnPtr column, truth_.to_column(type_));
    if (!once) return column;
    return Column::constant(type_, column->values_ptr(), context.num_rows);
  }

 private:
  const Test test_;
  const SqlType type_;
  Truth truth_;  // scratch
};

struct Row {
  Test test;
  std::string_view name;
  std::string_view sentence;
  std::array<FunctionExample, 2> examples;
};

}  // namespace

void register_is_true(FunctionCatalogue& catalogue) {
  const std::array<Row, 7> rows = {{
      {Test::kNot,
       "NOT",
       "The opposite; NULL stays NULL.",
       {{{"NOT TRUE", "FALSE"}, {"NOT CAST(NULL AS BOOLEAN)", "NULL"}}}},
      {Test::kTrue,
       "IS TRUE",
       "Tells whether a condition is TRUE.",
       {{{"(1 = 1) IS TRUE", "TRUE"}, {"CAST(NULL AS BOOLEAN) IS TRUE", "FALSE"}}}},
      {Test::kNotTrue,
       "IS NOT TRUE",
       "Tells whether a condition is FALSE or NULL.",
       {{{"(1 = 1) IS NOT TRUE", "FALSE"}, {"CAST(NULL AS BOOLEAN) IS NOT TRUE", "TRUE"}}}},
      {Test::kFalse,
       "IS FALSE",
       "Tells whether a condition is FALSE.",
       {{{"(1 = 2) IS FALSE", "TRUE"}, {"CAST(NULL AS BOOLEAN) IS FALSE", "FALSE"}}}},
      {Test::kNotFalse,
       "IS NOT FALSE",
       "Tells whether a condition is TRUE or NULL.",
       {{{"(1 = 2) IS NOT FALSE", "FALSE"}, {"CAST(NULL AS BOOLEAN) IS NOT FALSE", "TRUE"}}}},
      {Test::kUnknown,
       "IS UNKNOWN",
       "Tells whether a condition is NULL.",
       {{{"(1 = CAST(NULL AS INT)) IS UNKNOWN", "TRUE"}, {"TRUE IS UNKNOWN", "FALSE"}}}},
      {Test::kNotUnknown,
       "IS NOT UNKNOWN",
       "Tells whether a condition is TRUE or FALSE.",
       {{{"(1 = CAST(NULL AS INT)) IS NOT UNKNOWN", "FALSE"}, {"TRUE IS NOT UNKNOWN", "TRUE"}}}},
  }};
  for (const Row& row : rows) {
    ScalarFunction function;
    function.name = row.name;
    function.family = "logical";
    const bool negation = row.test == Test::kNot;
    function.signatures = {negation ? "(condition BOOLEAN) -> BOOLEAN"
                                    : "(condition BOOLEAN) -> BOOLEAN NOT NULL"};
    function.sentence = row.sentence;
    function.examples = {row.examples.begin(), row.examples.end()};
    function.nulls = negation ? Nulls::kPropagate : Nulls::kHandled;
    function.kernel = [test = row.test](const CallBinding& binding) -> KernelResult {
      return std::make_unique<TruthTest>(test, binding.result_type);
    };
    catalogue.add(std::move(function));
  }
}

}  // namespace hw
