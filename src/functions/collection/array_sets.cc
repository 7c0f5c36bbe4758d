// SPDX-License-Identifier: Apache-2.0
//
// Arrays as sets, in the order of first appearance: ARRAY_DISTINCT, ARRAY_UNION, ARRAY_EXCEPT,
// ARRAY_INTERSECT.

#include <cstdint>
#include <utility>
#include <vector>

#include "expr/encoded_kernel.h"
#include "functions/collection/array_functions.h"
#include "functions/collection/list_output.h"

namespace hw {
namespace {

using KernelResult = Result<std::unique_ptr<ScalarKernel>>;

enum class SetOperation : uint8_t { kUnion, kExcept, kIntersect };

/// One array, or several for kUnion.
template <SetOperation kOperation>
class ArraySets final : public EncodedKernel {
 public:
  explicit ArraySets(SqlType type) : EncodedKernel(std::move(type), 0) {}

 protected:
  Result<ColumnPtr> compute(int64_t num_rows, std::span<const ColumnPtr> args) override {
    std::vector<ElementsView> views;
    std::vector<ColumnPtr> sources;
    for (const ColumnPtr& arg : args) {
      views.emplace_back(*arg);
      sources.push_back(views.back().elements());
    }
    const ElementEquality equality(sources);
    ElementSet seen(equality), other(equality);
    ListOutput out(num_rows);
    for_each_list(num_rows, args, out, [&](int64_t row) {
      size_t count = 0;
      for (const ElementsView& view : views) count += static_cast<size_t>(view.count(row));
      seen.clear(count);
      if (kOperation != SetOperation::kUnion) {
        other.clear(static_cast<size_t>(views[1].count(row)));
        for_each(views[1], 1, row, [&](RowSource element) { other.insert(element); });
      }
      const size_t last = kOperation == SetOperation::kUnion ? views.size() : 1;
      for (size_t i = 0; i < last; ++i) {
        for_each(views[i], static_cast<int32_t>(i), row, [&](RowSource element) {
          if (kOperation == SetOperation::kExcept && other.contains(element)) return;
          if (kOperation == SetOperation::kIntersect && !other.contains(element)) return;
          if (seen.insert(element)) out.add(element.source, element.row);
        });
      }
    });
    return out.finish(result_type(), sources);
  }

 private:
  template <typename Visit>
  static void for_each(const ElementsView& view, int32_t source, int64_t row, Visit visit) {
    for (int64_t i = view.begin(row); i < view.end(row); ++i) {
      visit(RowSource{source, static_cast<int32_t>(i)});
    }
  }
};

template <SetOperation kOperation>
KernelResult make_kernel(const CallBinding& binding) {
  return std::make_unique<ArraySets<kOperation>>(binding.result_type);
}

}  // namespace

void add_array_sets(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "ARRAY_DISTINCT",
      .family = "collection",
      .signatures = {"(list ARRAY<T>) -> ARRAY<T>"},
      .sentence = "The array without repeated elements, in the order of their first appearance.",
      .examples = {{"ARRAY_DISTINCT(ARRAY[1, 2, 1, 3])", "[1, 2, 3]"}},
      .kernel = make_kernel<SetOperation::kUnion>,
  });
  catalogue.add(ScalarFunction{
      .name = "ARRAY_UNION",
      .family = "collection",
      .signatures = {"(a ARRAY<T>, b ARRAY<T>) -> ARRAY<T>"},
      .sentence = "The elements of both arrays, each once.",
      .examples = {{"ARRAY_UNION(ARRAY[1, 2], ARRAY[2, 3])", "[1, 2, 3]"}},
      .kernel = make_kernel<SetOperation::kUnion>,
  });
  catalogue.add(ScalarFunction{
      .name = "ARRAY_EXCEPT",
      .family = "collection",
      .signatures = {"(a ARRAY<T>, b ARRAY<T>) -> ARRAY<T>"},
      .sentence = "The elements of `a` that are not in `b`, each once.",
      .examples = {{"ARRAY_EXCEPT(ARRAY[1, 2, 1, 3], ARRAY[2])", "[1, 3]"}},
      .kernel = make_kernel<SetOperation::kExcept>,
  });
  catalogue.add(ScalarFunction{
      .name = "ARRAY_INTERSECT",
      .family = "collection",
      .signatures = {"(a ARRAY<T>, b ARRAY<T>) -> ARRAY<T>"},
      .sentence = "The elements of `a` that are also in `b`, each once.",
      .examples = {{"ARRAY_INTERSECT(ARRAY[1, 2, 2, 3], ARRAY[3, 2])", "[2, 3]"}},
      .kernel = make_kernel<SetOperation::kIntersect>,
  });
}

}  // namespace hw
