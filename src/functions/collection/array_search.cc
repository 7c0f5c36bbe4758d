// SPDX-License-Identifier: Apache-2.0
//
// Looking for an element: ARRAY_CONTAINS, ARRAY_POSITION, ARRAY_REMOVE; ELEMENT takes the only one.

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "expr/encoded_kernel.h"
#include "expr/kernel_output.h"
#include "functions/collection/array_functions.h"
#include "functions/collection/list_output.h"

namespace hw {
namespace {

using KernelResult = Result<std::unique_ptr<ScalarKernel>>;

constexpr uint64_t kSeesNullNeedle = 2;

/// The first position of each row's needle in its array, from 1; 0 = not there.
std::vector<int32_t> first_positions(int64_t num_rows, std::span<const ColumnPtr> args) {
  const ElementsView arrays(*args[0]);
  const ElementEquality equality({arrays.elements(), args[1]});
  std::vector<int32_t> positions(static_cast<size_t>(num_rows), 0);
  for (int64_t row = 0; row < num_rows; ++row) {
    if (args[0]->is_null(row)) continue;
    const RowSource needle{1, static_cast<int32_t>(row)};
    for (int64_t i = arrays.begin(row); i < arrays.end(row); ++i) {
      if (equality.equal({0, static_cast<int32_t>(i)}, needle)) {
        positions[static_cast<size_t>(row)] = static_cast<int32_t>(i - arrays.begin(row) + 1);
        break;
      }
    }
  }
  return positions;
}

class ArrayContains final : public EncodedKernel {
 public:
  explicit ArrayContains(SqlType type) : EncodedKernel(std::move(type), kSeesNullNeedle) {}

 protected:
  Result<ColumnPtr> compute(int64_t num_rows, std::span<const ColumnPtr> args) override {
    const std::vector<int32_t> positions = first_positions(num_rows, args);
    std::vector<uint8_t> found(positions.size());
    for (size_t i = 0; i < found.size(); ++i) found[i] = positions[i] > 0 ? 1 : 0;
    HW_ASSIGN_OR_RETURN(BufferPtr bits, allocate_bitmap(num_rows));
    pack_bits(found.data(), num_rows, bits->mutable_data());
    const std::vector<const Column*> strict = {args[0].get()};
    HW_ASSIGN_OR_RETURN(BufferPtr validity, combined_validity(strict, num_rows));
    return make_plain(result_type(), num_rows, std::move(validity), std::move(bits));
  }
};

class ArrayPosition final : public EncodedKernel {
 public:
  explicit ArrayPosition(SqlType type) : EncodedKernel(std::move(type), 0) {}

 protected:
  Result<ColumnPtr> compute(int64_t num_rows, std::span<const ColumnPtr> args) override {
    const std::vector<int32_t> positions = first_positions(num_rows, args);
    HW_ASSIGN_OR_RETURN(BufferPtr values, allocate_values<int32_t>(num_rows));
    std::copy(positions.begin(), positions.end(),
              reinterpret_cast<int32_t*>(values->mutable_data()));
    const std::vector<const Column*> strict = {args[0].get(), args[1].get()};
    HW_ASSIGN_OR_RETURN(BufferPtr validity, combined_validity(strict, num_rows));
    return make_plain(result_type(), num_rows, std::move(validity), std::move(values));
  }
};

class ArrayRemove final : public EncodedKernel {
 public:
  explicit ArrayRemove(SqlType type) : EncodedKernel(std::move(type), kSeesNullNeedle) {}

 protected:
  Result<ColumnPtr> compute(int64_t num_rows, std::span<const ColumnPtr> args) override {
    const ElementsView arrays(*args[0]);
    const ElementEquality equality({arrays.elements(), args[1]});
    ListOutput out(num_rows);
    for_each_list(num_rows, args.first(1), out, [&](int64_t row) {
      const RowSource needle{1, static_cast<int32_t>(row)};
      for (int64_t i = arrays.begin(row); i < arrays.end(row); ++i) {
        if (!equality.equal({0, static_cast<int32_t>(i)}, needle)) out.add(0, i);
      }
    });
    return out.finish(result_type(), {arrays.elements()});
  }
};

class OnlyElement final : public EncodedKernel {
 public:
  explicit OnlyElement(SqlType type) : EncodedKernel(std::move(type), 0) {}

 protected:
  Result<ColumnPtr> compute(int64_t num_rows, std::span<const ColumnPtr> args) override {
    const ElementsView arrays(*args[0]);
    std::vector<int32_t> picks(static_cast<size_t>(num_rows), -1);
    for (int64_t row = 0; row < num_rows; ++row) {
      if (args[0]->is_null(row) || arrays.count(row) == 0) continue;
      if (arrays.count(row) > 1) {
        return Status::Invalid("ELEMENT takes an array of one element, but got one of ",
                               arrays.count(row));
      }
      picks[static_cast<size_t>(row)] = static_cast<int32_t>(arrays.begin(row));
    }
    HW_ASSIGN_OR_RETURN(const ColumnPtr elements, gather(*arrays.elements(), picks));
    return elements->with_type(result_type());
  }
};

/// NULL exactly where the array is.
Result<SqlType> boolean_as_array(const CallBinding& binding) {
  return SqlType::boolean().with_nullable(binding.arg_types[0].nullable());
}

template <typename Kernel>
KernelResult make_kernel(const CallBinding& binding) {
  return std::make_unique<Kernel>(binding.result_type);
}

}  // namespace

void add_array_search(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "ARRAY_CONTAINS",
      .family = "collection",
      .signatures = {"(haystack ARRAY<T>, needle T) -> BOOLEAN"},
      .sentence = "Tells whether the array has such an element; NULL is found where there is one.",
      .examples = {{"ARRAY_CONTAINS(ARRAY[1, 2], 2)", "TRUE"},
                   {"ARRAY_CONTAINS(ARRAY[1, 2], CAST(NULL AS INT))", "FALSE"}},
      .nulls = Nulls::kHandled,
      .infer = boolean_as_array,
      .kernel = make_kernel<ArrayContains>,
  });
  catalogue.add(ScalarFunction{
      .name = "ARRAY_POSITION",
      .family = "collection",
      .signatures = {"(haystack ARRAY<T>, needle T) -> INT"},
      .sentence = "The position of the first such element, from 1; 0 if there is none.",
      .examples = {{"ARRAY_POSITION(ARRAY['a', 'b', 'b'], 'b')", "2"},
                   {"ARRAY_POSITION(ARRAY['a'], 'x')", "0"}},
      .kernel = make_kernel<ArrayPosition>,
  });
  catalogue.add(ScalarFunction{
      .name = "ARRAY_REMOVE",
      .family = "collection",
      .signatures = {"(haystack ARRAY<T>, needle T) -> ARRAY<T>"},
      .sentence =
          "The array without its elements that are equal to `needle` (or NULL, if that is).",
      .examples = {{"ARRAY_REMOVE(ARRAY[1, 2, 1], 1)", "[2]"}},
      .nulls = Nulls::kHandled,
      .infer = [](const CallBinding& binding) -> Result<SqlType> { return binding.arg_types[0]; },
      .kernel = make_kernel<ArrayRemove>,
  });
  catalogue.add(ScalarFunction{
      .name = "ELEMENT",
      .family = "collection",
      .signatures = {"(list ARRAY<T>) -> T"},
      .sentence = "The only element of an array; NULL if it is empty, an error if it has more.",
      .examples = {{"ELEMENT(ARRAY[7])", "7"}},
      .nulls = Nulls::kNullable,
      .can_fail = true,
      .kernel = make_kernel<OnlyElement>,
  });
}

}  // namespace hw
