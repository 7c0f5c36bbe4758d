// SPDX-License-Identifier: Apache-2.0
//
// Arrays put together and cut: ARRAY_APPEND, ARRAY_PREPEND, ARRAY_CONCAT, ARRAY_REVERSE,
// ARRAY_SLICE.

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "expr/encoded_kernel.h"
#include "expr/row_value.h"
#include "functions/collection/array_functions.h"
#include "functions/collection/list_output.h"

namespace hw {
namespace {

using KernelResult = Result<std::unique_ptr<ScalarKernel>>;

template <bool kInFront>
class AddElement final : public EncodedKernel {
 public:
  explicit AddElement(SqlType type) : EncodedKernel(std::move(type), 2) {}

 protected:
  Result<ColumnPtr> compute(int64_t num_rows, std::span<const ColumnPtr> args) override {
    const ElementsView arrays(*args[0]);
    ListOutput out(num_rows);
    for_each_list(num_rows, args.first(1), out, [&](int64_t row) {
      if (kInFront) out.add(1, row);
      out.add_range(0, arrays.begin(row), arrays.end(row));
      if (!kInFront) out.add(1, row);
    });
    return out.finish(result_type(), {arrays.elements(), args[1]});
  }
};

class ConcatArrays final : public EncodedKernel {
 public:
  explicit ConcatArrays(SqlType type) : EncodedKernel(std::move(type), 0) {}

 protected:
  Result<ColumnPtr> compute(int64_t num_rows, std::span<const ColumnPtr> args) override {
    std::vector<ElementsView> views;
    std::vector<ColumnPtr> sources;
    for (const ColumnPtr& arg : args) {
      views.emplace_back(*arg);
      sources.push_back(views.back().elements());
    }
    ListOutput out(num_rows);
    for_each_list(num_rows, args, out, [&](int64_t row) {
      for (size_t i = 0; i < views.size(); ++i) {
        out.add_range(static_cast<int32_t>(i), views[i].begin(row), views[i].end(row));
      }
    });
    return out.finish(result_type(), sources);
  }
};

class ReverseArray final : public EncodedKernel {
 public:
  explicit ReverseArray(SqlType type) : EncodedKernel(std::move(type), 0) {}

 protected:
  Result<ColumnPtr> compute(int64_t num_rows, std::span<const ColumnPtr> args) override {
    const ElementsView arrays(*args[0]);
    ListOutput out(num_rows);
    for_each_list(num_rows, args, out, [&](int64_t row) {
      for (int64_t i = arrays.end(row); i > arrays.begin(row); --i) out.add(0, i - 1);
    });
    return out.finish(result_type(), {arrays.elements()});
  }
};

class SliceArray final : public EncodedKernel {
 public:
  explicit SliceArray(SqlType type) : EncodedKernel(std::move(type), 0) {}

 protected:
  Result<ColumnPtr> compute(int64_t num_rows, std::span<const ColumnPtr> args) override {
    const ElementsView arrays(*args[0]);
    const ValueReader<int32_t> starts(*args[1]);
    ListOutput out(num_rows);
    for_each_list(num_rows, args, out, [&](int64_t row) {
      const int64_t size = arrays.count(row);
      if (size == 0) return;
      const int64_t first = std::max<int64_t>(1, from_front(starts(row), size));
      int64_t last = size;
      if (args.size() == 3) {
        last = from_front(ValueReader<int32_t>(*args[2])(row), size);
        last = last == 0 ? 1 : std::min(last, size);
      }
      if (first > last) return;
      out.add_range(0, arrays.begin(row) + first - 1, arrays.begin(row) + last);
    });
    return out.finish(result_type(), {arrays.elements()});
  }

 private:
  /// Negative positions count from the end, -1 is the last element.
  static int64_t from_front(int64_t position, int64_t size) {
    return position < 0 ? position + size + 1 : position;
  }
};

template <typename Kernel>
KernelResult make_kernel(const CallBinding& binding) {
  return std::make_unique<Kernel>(binding.result_type);
}

/// An array of what both hold, NULL where the array is.
Result<SqlType> array_with_element(const CallBinding& binding) {
  const SqlType& array = binding.arg_types[0];
  const bool nullable = array.element().nullable() || binding.arg_types[1].nullable();
  return SqlType::array(array.element().with_nullable(nullable)).with_nullable(array.nullable());
}

}  // namespace

void add_array_shape(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "ARRAY_APPEND",
      .family = "collection",
      .signatures = {"(list ARRAY<T>, element T) -> ARRAY<T>"},
      .sentence = "The array with one more element, which may be NULL, at its end.",
      .examples = {{"ARRAY_APPEND(ARRAY[1, 2], 3)", "[1, 2, 3]"}},
      .nulls = Nulls::kHandled,
      .infer = array_with_element,
      .kernel = make_kernel<AddElement<false>>,
  });
  catalogue.add(ScalarFunction{
      .name = "ARRAY_PREPEND",
      .family = "collection",
      .signatures = {"(list ARRAY<T>, element T) -> ARRAY<T>"},
      .sentence = "The array with one more element, which may be NULL, at its start.",
      .examples = {{"ARRAY_PREPEND(ARRAY[1, 2], 0)", "[0, 1, 2]"}},
      .nulls = Nulls::kHandled,
      .infer = array_with_element,
      .kernel = make_kernel<AddElement<true>>,
  });
  catalogue.add(ScalarFunction{
      .name = "ARRAY_CONCAT",
      .family = "collection",
      .signatures = {"(list ARRAY<T>...) -> ARRAY<T>"},
      .sentence = "The arrays one after the other; NULL if one of them is.",
      .examples = {{"ARRAY_CONCAT(ARRAY[1, 2], ARRAY[3])", "[1, 2, 3]"}},
      .kernel = make_kernel<ConcatArrays>,
  });
  catalogue.add(ScalarFunction{
      .name = "ARRAY_REVERSE",
      .family = "collection",
      .signatures = {"(list ARRAY<T>) -> ARRAY<T>"},
      .sentence = "The array with its elements in reverse order.",
      .examples = {{"ARRAY_REVERSE(ARRAY[1, 2, 3])", "[3, 2, 1]"}},
      .kernel = make_kernel<ReverseArray>,
  });
  catalogue.add(ScalarFunction{
      .name = "ARRAY_SLICE",
      .family = "collection",
      .signatures = {"(list ARRAY<T>, start INT, [stop INT]) -> ARRAY<T>"},
      .sentence = "The elements from position `start` to `stop`, both included and from 1, or from "
                  "the end if negative; without `stop` to the last.",
      .examples = {{"ARRAY_SLICE(ARRAY[1, 2, 3, 4], 2, 3)", "[2, 3]"},
                   {"ARRAY_SLICE(ARRAY[1, 2, 3, 4], -2)", "[3, 4]"}},
      .kernel = make_kernel<SliceArray>,
  });
}

}  // namespace hw
