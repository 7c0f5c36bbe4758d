// SPDX-License-Identifier: Apache-2.0
//
// Between texts and lists of them: ARRAY_JOIN, SPLIT.

#include <string_view>
#include <utility>
#include <vector>

#include "columnar/column_builder.h"
#include "expr/code_points.h"
#include "expr/encoded_kernel.h"
#include "expr/kernel_output.h"
#include "functions/collection/array_functions.h"
#include "functions/collection/list_output.h"

namespace hw {
namespace {

using KernelResult = Result<std::unique_ptr<ScalarKernel>>;

class JoinArray final : public EncodedKernel {
 public:
  explicit JoinArray(SqlType type) : EncodedKernel(std::move(type), 0) {}

 protected:
  Result<ColumnPtr> compute(int64_t num_rows, std::span<const ColumnPtr> args) override {
    const ElementsView arrays(*args[0]);
    const Column& elements = *arrays.elements();
    std::vector<const Column*> strict;
    for (const ColumnPtr& arg : args) strict.push_back(arg.get());
    HW_ASSIGN_OR_RETURN(BufferPtr validity, combined_validity(strict, num_rows));
    HW_ASSIGN_OR_RETURN(TextWriter out, TextWriter::make(num_rows, num_rows * 16));
    for (int64_t row = 0; row < num_rows; ++row) {
      if (validity != nullptr && !arrow::bit_util::GetBit(validity->data(), row)) {
        out.end_null_row();
        continue;
      }
      bool first = true;
      for (int64_t i = arrays.begin(row); i < arrays.end(row); ++i) {
        const bool is_null = elements.is_null(i);
        if (is_null && args.size() < 3) continue;
        if (!first) out.append(args[1]->value<std::string_view>(row));
        first = false;
        out.append(is_null ? args[2]->value<std::string_view>(row)
                           : elements.value<std::string_view>(i));
      }
      out.end_row();
    }
    return out.finish(result_type(), num_rows, std::move(validity));
  }
};

class SplitText final : public EncodedKernel {
 public:
  explicit SplitText(SqlType type) : EncodedKernel(std::move(type), 0) {}

 protected:
  Result<ColumnPtr> compute(int64_t num_rows, std::span<const ColumnPtr> args) override {
    HW_ASSIGN_OR_RETURN(const std::unique_ptr<ColumnBuilder> builder,
                        ColumnBuilder::make(result_type()));
    for (int64_t row = 0; row < num_rows; ++row) {
      if (args[0]->is_null(row) || args[1]->is_null(row)) {
        HW_TRY(builder->append_null());
        continue;
      }
      HW_TRY(append_parts(args[0]->value<std::string_view>(row),
                          args[1]->value<std::string_view>(row), *builder));
    }
    return builder->finish();
  }

 private:
  static Status append_parts(std::string_view text, std::string_view separator,
                             ColumnBuilder& out) {
    int64_t count = 0;
    while (!text.empty() || !separator.empty()) {
      const size_t end =
          separator.empty()
              ? std::min(code_point_size(static_cast<unsigned char>(text[0])), text.size())
              : text.find(separator);
      HW_TRY(out.child(0).append_bytes(text.substr(0, end)));
      ++count;
      if (end == std::string_view::npos) break;
      text.remove_prefix(end + separator.size());
    }
    return out.append_constructed(count);
  }
};

}  // namespace

void add_text_lists(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "ARRAY_JOIN",
      .family = "collection",
      .signatures = {"(list ARRAY<VARCHAR>, separator VARCHAR, [for_null VARCHAR]) -> VARCHAR"},
      .sentence = "The elements as one text with `separator` between them; NULLs are left out, or "
                  "written as `for_null`.",
      .examples = {{"ARRAY_JOIN(ARRAY['a', CAST(NULL AS STRING), 'c'], '-')", "a-c"},
                   {"ARRAY_JOIN(ARRAY['a', CAST(NULL AS STRING), 'c'], '-', '?')", "a-?-c"}},
      .kernel = [](const CallBinding& binding) -> KernelResult {
        return std::make_unique<JoinArray>(binding.result_type);
      },
  });
  catalogue.add(ScalarFunction{
      .name = "SPLIT",
      .family = "collection",
      .signatures = {"(text VARCHAR, separator VARCHAR) -> ARRAY<VARCHAR>"},
      .sentence = "The parts of `text` between separators, empty ones too; with an empty separator "
                  "its characters.",
      .examples = {{"SPLIT('a,b,,c', ',')", "[a, b, , c]"}, {"SPLIT('abc', '')", "[a, b, c]"}},
      .kernel = [](const CallBinding& binding) -> KernelResult {
        return std::make_unique<SplitText>(binding.result_type);
      },
  });
}

}  // namespace hw
