// SPDX-License-Identifier: Apache-2.0
//
// LENGTH_CHECKED(value, length, exact, column): text and bytes on their way into a column of a
// table. What is too long fails.

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "expr/code_points.h"
#include "expr/function_catalogue.h"

namespace hw {
namespace {

class LengthChecked final : public ScalarKernel {
 public:
  explicit LengthChecked(bool text) : text_(text) {}

  Result<ColumnPtr> evaluate(const KernelContext& context,
                             std::span<const ColumnPtr> args) override {
    const Column& values = *args[0];
    const int64_t rows =
        values.is_constant() ? std::min<int64_t>(1, context.num_rows) : context.num_rows;
    for (int64_t i = 0; i < rows; ++i) {
      if (values.is_null(i)) continue;
      const auto value = values.value<std::string_view>(i);
      const int64_t length = text_ ? count_code_points(value) : static_cast<int64_t>(value.size());
      const int64_t wanted = args[1]->value<int32_t>(i);
      const bool exact = args[2]->value<bool>(i);
      if (exact ? length == wanted : length <= wanted) continue;
      return Status::Invalid("column '", args[3]->value<std::string_view>(i), "' takes ",
                             exact ? "exactly " : "at most ", wanted,
                             text_ ? " characters" : " bytes", ", but got ", length,
                             "; set 'table.exec.sink.type-length-enforcer' to TRIM_PAD or IGNORE");
    }
    return args[0];
  }

 private:
  const bool text_;
};

}  // namespace

void register_length_checked(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "LENGTH_CHECKED",
      .family = "string",
      .signatures = {"(value VARCHAR, length INT, exact BOOLEAN, column VARCHAR) -> VARCHAR",
                     "(value VARBINARY, length INT, exact BOOLEAN, column VARCHAR) -> VARBINARY"},
      .sentence = "The value; fails where it is longer than `length`, or not of that length where "
                  "that is `exact`. Planning puts it in front of tables where "
                  "'table.exec.sink.type-length-enforcer' is ERROR.",
      .examples = {{"LENGTH_CHECKED('abc', 5, FALSE, 'c')", "abc"},
                   {"LENGTH_CHECKED(CAST(NULL AS STRING), 1, TRUE, 'c')", "NULL"}},
      .nulls = Nulls::kHandled,
      .can_fail = true,
      .infer = [](const CallBinding& binding) -> Result<SqlType> { return binding.arg_types[0]; },
      .kernel = [](const CallBinding& binding) -> Result<std::unique_ptr<ScalarKernel>> {
        return std::make_unique<LengthChecked>(binding.arg_types[0].is_text());
      },
  });
}

}  // namespace hw
