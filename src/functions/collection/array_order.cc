// SPDX-License-Identifier: Apache-2.0
//
// ARRAY_SORT, ARRAY_MAX and ARRAY_MIN, by the order of ORDER BY: NaN is the largest number.

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "columnar/key_bytes.h"
#include "columnar/sql_type.h"
#include "expr/encoded_kernel.h"
#include "expr/resolve.h"
#include "expr/row_value.h"
#include "functions/collection/array_functions.h"
#include "functions/collection/list_output.h"

namespace hw {
namespace {

using KernelResult = Result<std::unique_ptr<ScalarKernel>>;

class SortArray final : public EncodedKernel {
 public:
  explicit SortArray(SqlType type) : EncodedKernel(std::move(type), 0) {}

 protected:
  Result<ColumnPtr> compute(int64_t num_rows, std::span<const ColumnPtr> args) override {
    const ElementsView arrays(*args[0]);
    const Column& elements = *arrays.elements();
    ListOutput out(num_rows);
    std::vector<std::pair<std::string, int64_t>> order;
    for_each_list(num_rows, args, out, [&](int64_t row) {
      const bool ascending = args.size() < 2 || ValueReader<bool>(*args[1])(row);
      const bool nulls_first = args.size() < 3 ? ascending : ValueReader<bool>(*args[2])(row);
      order.clear();
      for (int64_t i = arrays.begin(row); i < arrays.end(row); ++i) {
        order.emplace_back(std::string(), i);
        append_order_bytes(elements, i, !ascending, nulls_first, order.back().first);
      }
      // Equal elements keep their order, because their numbers are compared next.
      std::sort(order.begin(), order.end());
      for (const auto& [bytes, i] : order) out.add(0, i);
    });
    return out.finish(result_type(), {arrays.elements()});
  }
};

template <bool kLargest>
class ArrayExtreme final : public EncodedKernel {
 public:
  explicit ArrayExtreme(SqlType type) : EncodedKernel(std::move(type), 0) {}

 protected:
  Result<ColumnPtr> compute(int64_t num_rows, std::span<const ColumnPtr> args) override {
    const ElementsView arrays(*args[0]);
    const Column& elements = *arrays.elements();
    std::vector<int32_t> picks(static_cast<size_t>(num_rows), -1);
    std::string best, candidate;
    for (int64_t row = 0; row < num_rows; ++row) {
      if (args[0]->is_null(row)) continue;
      int32_t& pick = picks[static_cast<size_t>(row)];
      for (int64_t i = arrays.begin(row); i < arrays.end(row); ++i) {
        if (elements.is_null(i)) continue;
        candidate.clear();
        append_order_bytes(elements, i, false, true, candidate);
        if (pick >= 0 && (kLargest ? candidate <= best : candidate >= best)) continue;
        pick = static_cast<int32_t>(i);
        best.swap(candidate);
      }
    }
    HW_ASSIGN_OR_RETURN(const ColumnPtr values, gather(elements, picks));
    return values->with_type(result_type());
  }
};

Status check_order(const char* name, const CallBinding& binding) {
  const SqlType& element = binding.arg_types[0].element();
  if (!element.is_constructed() && element.has_order()) return Status::OK();
  return Status::TypeError(name, " needs elements that have an order, but got ",
                           type_list(binding.arg_types));
}

template <bool kLargest>
ScalarFunction extreme() {
  ScalarFunction function;
  function.name = kLargest ? "ARRAY_MAX" : "ARRAY_MIN";
  function.family = "collection";
  function.signatures = {"(list ARRAY<T>) -> T"};
  function.sentence = kLargest ? "The largest element; NULL if there is none but NULL."
                               : "The smallest element; NULL if there is none but NULL.";
  function.examples = {{function.name + "(ARRAY[2, CAST(NULL AS INT), 3])", kLargest ? "3" : "2"}};
  function.nulls = Nulls::kNullable;
  function.infer = [](const CallBinding& binding) -> Result<SqlType> {
    HW_TRY(check_order(kLargest ? "ARRAY_MAX" : "ARRAY_MIN", binding));
    return binding.arg_types[0].element().with_nullable(true);
  };
  function.kernel = [](const CallBinding& binding) -> KernelResult {
    return std::make_unique<ArrayExtreme<kLargest>>(binding.result_type);
  };
  return function;
}

}  // namespace

void add_array_order(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "ARRAY_SORT",
      .family = "collection",
      .signatures = {"(list ARRAY<T>, [ascending BOOLEAN]) -> ARRAY<T>",
                     "(list ARRAY<T>, ascending BOOLEAN, nulls_first BOOLEAN) -> ARRAY<T>"},
      .sentence = "The array in ascending (or descending) order. NULLs come first if ascending, "
                  "last if descending, or as `nulls_first` says.",
      .examples = {{"ARRAY_SORT(ARRAY[3, CAST(NULL AS INT), 1])", "[NULL, 1, 3]"},
                   {"ARRAY_SORT(ARRAY[3, CAST(NULL AS INT), 1], FALSE)", "[3, 1, NULL]"},
                   {"ARRAY_SORT(ARRAY[3, CAST(NULL AS INT), 1], TRUE, FALSE)", "[1, 3, NULL]"}},
      .infer = [](const CallBinding& binding) -> Result<SqlType> {
        HW_TRY(check_order("ARRAY_SORT", binding));
        return binding.arg_types[0];
      },
      .kernel = [](const CallBinding& binding) -> KernelResult {
        return std::make_unique<SortArray>(binding.result_type);
      },
  });
  catalogue.add(extreme<true>());
  catalogue.add(extreme<false>());
}

}  // namespace hw
