// SPDX-License-Identifier: Apache-2.0
//
// PROCTIME(): the clock where and when it is read. A bare call as a computed column is a
// processing-time attribute, which the planner reads wherever it is used as a value.

#include "columnar/constant.h"
#include "expr/function_catalogue.h"

namespace hw {
namespace {

class ProcessingTime final : public ScalarKernel {
 public:
  explicit ProcessingTime(SqlType type) : type_(std::move(type)) {}

  Result<ColumnPtr> evaluate(const KernelContext& context, std::span<const ColumnPtr>) override {
    return constant_int(type_, context.now_ms, context.num_rows);
  }

 private:
  const SqlType type_;
};

}  // namespace

void register_proctime(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "PROCTIME",
      .family = "temporal",
      .signatures = {"() -> TIMESTAMP_LTZ(3) NOT NULL"},
      .sentence = "The processing time: the clock when the row is processed; as a computed column "
                  "a time attribute.",
      .examples = {{"PROCTIME() IS NOT NULL", "TRUE"}},
      .determinism = Determinism::kPerQuery,
      .kernel = [](const CallBinding& binding) -> Result<std::unique_ptr<ScalarKernel>> {
        return std::make_unique<ProcessingTime>(binding.result_type);
      },
  });
}

}  // namespace hw
