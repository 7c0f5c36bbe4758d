// SPDX-License-Identifier: Apache-2.0
//
// CONCAT, CONCAT_WS and the operator ||.

#include <memory>
#include <vector>

#include "expr/function_catalogue.h"
#include "expr/kernel_output.h"
#include "expr/row_kernel.h"

namespace hw {
namespace {

void join_two(TextWriter& out, std::string_view a, std::string_view b) {
  out.append(a);
  out.append(b);
}

/// Any number of texts; NULL if one is.
class Concat final : public ScalarKernel {
 public:
  explicit Concat(SqlType type) : type_(std::move(type)) {}

  Result<ColumnPtr> evaluate(const KernelContext& context,
                             std::span<const ColumnPtr> args) override {
    HW_ASSIGN_OR_RETURN(TextWriter out, TextWriter::make(context.num_rows, context.num_rows * 16));
    HW_ASSIGN_OR_RETURN(const BufferPtr validity, allocate_bitmap(context.num_rows));
    for (int64_t row = 0; row < context.num_rows; ++row) {
      bool is_null = false;
      for (const ColumnPtr& arg : args) {
        is_null = is_null || arg->is_null(row);
        if (!is_null) out.append(arg->value<std::string_view>(row));
      }
      is_null ? out.end_null_row() : out.end_row();
      arrow::bit_util::SetBitTo(validity->mutable_data(), row, !is_null);
    }
    return out.finish(type_, context.num_rows, validity);
  }

 private:
  const SqlType type_;
};

/// The first argument parts the others; NULLs among them are left out.
class ConcatWithSeparator final : public ScalarKernel {
 public:
  explicit ConcatWithSeparator(SqlType type) : type_(std::move(type)) {}

  Result<ColumnPtr> evaluate(const KernelContext& context,
                             std::span<const ColumnPtr> args) override {
    HW_ASSIGN_OR_RETURN(TextWriter out, TextWriter::make(context.num_rows, context.num_rows * 16));
    HW_ASSIGN_OR_RETURN(const BufferPtr validity, allocate_bitmap(context.num_rows));
    for (int64_t row = 0; row < context.num_rows; ++row) {
      const bool is_null = args[0]->is_null(row);
      bool first = true;
      for (size_t i = 1; i < args.size() && !is_null; ++i) {
        if (args[i]->is_null(row)) continue;
        if (!first) out.append(args[0]->value<std::string_view>(row));
        out.append(args[i]->value<std::string_view>(row));
        first = false;
      }
      is_null ? out.end_null_row() : out.end_row();
      arrow::bit_util::SetBitTo(validity->mutable_data(), row, !is_null);
    }
    return out.finish(type_, context.num_rows, validity);
  }

 private:
  const SqlType type_;
};

}  // namespace

void register_concat(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "||",
      .family = "string",
      .signatures = {"(a VARCHAR, b VARCHAR) -> VARCHAR",
                     "(a VARBINARY, b VARBINARY) -> VARBINARY"},
      .sentence = "Joins two texts.",
      .examples = {{"'head' || 'water'", "headwater"}, {"'a' || CAST(NULL AS STRING)", "NULL"}},
      .kernel = row_kernel<join_two>(),
  });
  catalogue.add(ScalarFunction{
      .name = "CONCAT",
      .family = "string",
      .signatures = {"(text VARCHAR...) -> VARCHAR"},
      .sentence = "Joins texts; NULL if one of them is.",
      .examples = {{"CONCAT('a', 'b', 'c')", "abc"}, {"CONCAT('a', CAST(NULL AS STRING))", "NULL"}},
      .kernel = [](const CallBinding& binding) -> Result<std::unique_ptr<ScalarKernel>> {
        return std::make_unique<Concat>(binding.result_type);
      },
  });
  catalogue.add(ScalarFunction{
      .name = "CONCAT_WS",
      .family = "string",
      .signatures = {"(separator VARCHAR, text VARCHAR...) -> VARCHAR"},
      .sentence = "Joins texts with a separator between them; leaves NULLs out.",
      .examples = {{"CONCAT_WS('-', 'a', CAST(NULL AS STRING), 'c')", "a-c"},
                   {"CONCAT_WS(CAST(NULL AS STRING), 'a')", "NULL"}},
      .nulls = Nulls::kHandled,
      .infer = [](const CallBinding& binding) -> Result<SqlType> {
        return SqlType::string().with_nullable(binding.arg_types[0].nullable());
      },
      .kernel = [](const CallBinding& binding) -> Result<std::unique_ptr<ScalarKernel>> {
        return std::make_unique<ConcatWithSeparator>(binding.result_type);
      },
  });
}

}  // namespace hw
