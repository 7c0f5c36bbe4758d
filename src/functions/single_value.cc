// SPDX-License-Identifier: Apache-2.0
//
// SINGLE_VALUE(value, rows): what a query as a value makes of its rows. More than one fails.

#include "expr/function_catalogue.h"

namespace hw {
namespace {

class SingleValue final : public ScalarKernel {
 public:
  Result<ColumnPtr> evaluate(const KernelContext& context,
                             std::span<const ColumnPtr> args) override {
    const Column& counts = *args[1];
    const int64_t rows =
        counts.is_constant() ? std::min<int64_t>(1, context.num_rows) : context.num_rows;
    for (int64_t i = 0; i < rows; ++i) {
      if (counts.is_null(i) || counts.value<int64_t>(i) <= 1) continue;
      return Status::Invalid(
          "a query that is used as a value has at most one row, but this one "
          "has ",
          counts.value<int64_t>(i), "; aggregate (MAX, COUNT, ..) or write LIMIT 1");
    }
    return args[0];
  }
};

}  // namespace

void register_single_value(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "SINGLE_VALUE",
      .family = "conditional",
      .signatures = {"(value T, num_rows BIGINT) -> T"},
      .sentence = "The value, which is that of a query; fails where the query had more than one "
                  "row. Planning puts it around a query that is used as a value.",
      .examples = {{"SINGLE_VALUE('a', 1)", "a"}, {"SINGLE_VALUE(CAST(NULL AS INT), 0)", "NULL"}},
      .nulls = Nulls::kHandled,
      .can_fail = true,
      .infer = [](const CallBinding& binding) -> Result<SqlType> {
        return binding.arg_types[0].with_nullable(true);
      },
      .kernel = [](const CallBinding&) -> Result<std::unique_ptr<ScalarKernel>> {
        return std::make_unique<SingleValue>();
      },
  });
}

}  // namespace hw
