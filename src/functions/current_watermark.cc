// SPDX-License-Identifier: Apache-2.0
//
// CURRENT_WATERMARK: how far event time has come where the row is.

#include <cstdint>
#include <utility>

#include "columnar/constant.h"
#include "expr/function_catalogue.h"

namespace hw {
namespace {

class CurrentWatermark final : public ScalarKernel {
 public:
  explicit CurrentWatermark(SqlType type) : type_(std::move(type)) {}

  Result<ColumnPtr> evaluate(const KernelContext& context,
                             std::span<const ColumnPtr> args) override {
    if (context.watermark_ms == INT64_MIN) return Column::nulls(type_, context.num_rows);
    return constant_int(type_, context.watermark_ms, context.num_rows);
  }

 private:
  const SqlType type_;
};

}  // namespace

void register_current_watermark(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "CURRENT_WATERMARK",
      .family = "temporal",
      .signatures = {"(rowtime TIMESTAMP) -> TIMESTAMP(3)",
                     "(rowtime TIMESTAMP_LTZ) -> TIMESTAMP_LTZ(3)"},
      .sentence = "The watermark of the operator that handles the row: no row at or before it is "
                  "expected any more. NULL before the first watermark, so a filter on late rows "
                  "also asks for IS NULL.",
      .examples = {{"CURRENT_WATERMARK(TIMESTAMP '2020-01-01 00:00:00') IS NULL", "TRUE"}},
      .nulls = Nulls::kHandled,
      .determinism = Determinism::kPerQuery,
      .kernel = [](const CallBinding& binding) -> Result<std::unique_ptr<ScalarKernel>> {
        return std::make_unique<CurrentWatermark>(binding.result_type);
      },
  });
}

}  // namespace hw
