// SPDX-License-Identifier: Apache-2.0
//
// COPIES(n): a multiset that UNNEST makes n rows of. What INTERSECT ALL and EXCEPT ALL show of a
// row is as many copies as its counts say.

#include <cstdint>
#include <memory>
#include <utility>

#include <arrow/array/data.h>
#include <arrow/type.h>

#include "expr/function_catalogue.h"
#include "expr/kernel_output.h"

namespace hw {
namespace {

class Copies final : public ScalarKernel {
 public:
  explicit Copies(SqlType type) : type_(std::move(type)) {}

  Result<ColumnPtr> evaluate(const KernelContext& context,
                             std::span<const ColumnPtr> args) override {
    const int64_t n = context.num_rows;
    HW_ASSIGN_OR_RETURN(BufferPtr offsets, allocate_values<int32_t>(n + 1));
    HW_ASSIGN_OR_RETURN(BufferPtr copies, allocate_values<int32_t>(n));
    auto* const begins = reinterpret_cast<int32_t*>(offsets->mutable_data());
    auto* const counts = reinterpret_cast<int32_t*>(copies->mutable_data());
    int32_t entries = 0;
    for (int64_t i = 0; i < n; ++i) {
      begins[i] = entries;
      const int64_t count = args[0]->is_null(i) ? 0 : args[0]->value<int64_t>(i);
      if (count <= 0) continue;
      if (count > INT32_MAX) {
        return Status::CapacityError("a row has at most 2147483647 copies, but this one has ",
                                     count);
      }
      counts[entries++] = static_cast<int32_t>(count);
    }
    begins[n] = entries;
    HW_ASSIGN_OR_RETURN(BufferPtr flags, allocate_bitmap(entries));
    const std::shared_ptr<arrow::DataType> map_type = type_.to_arrow();
    auto values = arrow::ArrayData::Make(arrow::boolean(), entries, {nullptr, std::move(flags)}, 0);
    auto times = arrow::ArrayData::Make(arrow::int32(), entries, {nullptr, std::move(copies)}, 0);
    auto pairs = arrow::ArrayData::Make(map_type->field(0)->type(), entries, {nullptr},
                                        {std::move(values), std::move(times)}, 0);
    return Column::plain(type_, arrow::ArrayData::Make(map_type, n, {nullptr, std::move(offsets)},
                                                       {std::move(pairs)}, 0));
  }

 private:
  const SqlType type_;
};

}  // namespace

void register_copies(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "COPIES",
      .family = "collection",
      .signatures = {"(n BIGINT) -> MULTISET<BOOLEAN>"},
      .sentence = "A multiset with `n` times FALSE, the empty one where `n` is below 1 or NULL. "
                  "Planning makes the rows of INTERSECT ALL and EXCEPT ALL of it.",
      .examples = {{"COPIES(2)", "{FALSE=2}"}, {"COPIES(-1)", "{}"}},
      .nulls = Nulls::kHandled,
      .can_fail = true,
      .infer = [](const CallBinding&) -> Result<SqlType> {
        return SqlType::multiset(SqlType::boolean().not_null()).not_null();
      },
      .kernel = [](const CallBinding& binding) -> Result<std::unique_ptr<ScalarKernel>> {
        return std::make_unique<Copies>(binding.result_type);
      },
  });
}

}  // namespace hw
