// SPDX-License-Identifier: Apache-2.0
//
// ELT: the argument of a given number.

#include <cstdint>
#include <utility>
#include <vector>

#include "columnar/gather.h"
#include "expr/function_catalogue.h"
#include "expr/resolve.h"

namespace hw {
namespace {

class Elt final : public ScalarKernel {
 public:
  explicit Elt(SqlType type) : type_(std::move(type)) {}

  Result<ColumnPtr> evaluate(const KernelContext& context,
                             std::span<const ColumnPtr> args) override {
    std::vector<ColumnPtr> parts;
    for (const ColumnPtr& arg : args.subspan(1)) parts.push_back(arg->with_type(type_));
    parts.push_back(Column::nulls(type_, 1));
    std::vector<RowSource> from(static_cast<size_t>(context.num_rows));
    const auto none = static_cast<int32_t>(parts.size()) - 1;
    for (int64_t row = 0; row < context.num_rows; ++row) {
      const int64_t number = args[0]->is_null(row) ? 0 : args[0]->value<int64_t>(row);
      const int32_t part = number < 1 || number > none ? none : static_cast<int32_t>(number) - 1;
      // A constant part has one row only.
      const bool constant = parts[static_cast<size_t>(part)]->is_constant();
      from[static_cast<size_t>(row)] = {part, constant ? 0 : static_cast<int32_t>(row)};
    }
    return gather_from(parts, from);
  }

 private:
  const SqlType type_;
};

Result<std::vector<SqlType>> elt_arguments(const CallBinding& binding) {
  std::vector<SqlType> types = binding.arg_types;
  const auto fits = [&](auto is_kind) {
    for (size_t i = 1; i < types.size(); ++i) {
      if (!is_kind(types[i]) && !types[i].is(TypeKind::kNull)) return false;
    }
    return true;
  };
  const bool text = fits([](const SqlType& type) { return type.is_text(); });
  const bool bytes = fits([](const SqlType& type) { return type.is_bytes(); });
  const bool number = !types.empty() && (types[0].is_integer() || types[0].is(TypeKind::kNull));
  if (types.size() < 2 || !number || !(text || bytes)) {
    return Status::TypeError("ELT takes an integer and texts, or an integer and bytes, but got ",
                             type_list(types), "; use CAST to convert an argument");
  }
  types[0] = SqlType::bigint();
  for (size_t i = 1; i < types.size(); ++i) types[i] = text ? SqlType::string() : SqlType::bytes();
  return types;
}

}  // namespace

void register_elt(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "ELT",
      .family = "string",
      .signatures = {"(number BIGINT, value VARCHAR...) -> VARCHAR",
                     "(number BIGINT, value VARBINARY...) -> VARBINARY"},
      .sentence = "The value of that number, counted from 1; NULL if there is none.",
      .examples = {{"ELT(2, 'scala', 'java')", "java"}, {"ELT(3, 'scala', 'java')", "NULL"}},
      .nulls = Nulls::kHandled,
      .infer = [](const CallBinding& binding) -> Result<SqlType> {
        return binding.arg_types[1].with_nullable(true);
      },
      .coerce = elt_arguments,
      .kernel = [](const CallBinding& binding) -> Result<std::unique_ptr<ScalarKernel>> {
        return std::make_unique<Elt>(binding.result_type);
      },
  });
}

}  // namespace hw
