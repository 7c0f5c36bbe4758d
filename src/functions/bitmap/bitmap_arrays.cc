// SPDX-License-Identifier: Apache-2.0
//
// BITMAPs from and to arrays: BITMAP_BUILD, BITMAP_TO_ARRAY.

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <arrow/array/data.h>
#include <arrow/type.h>

#include "columnar/bitmap_value.h"
#include "columnar/nested.h"
#include "expr/encoded_kernel.h"
#include "expr/kernel_output.h"
#include "functions/bitmap/bitmap_functions.h"

namespace hw {
namespace {

using KernelResult = Result<std::unique_ptr<ScalarKernel>>;

/// One batch's arrays together: 1 GiB.
constexpr uint64_t kElementsMax = uint64_t{1} << 28;

class BuildBitmap final : public EncodedKernel {
 public:
  explicit BuildBitmap(SqlType type) : EncodedKernel(std::move(type), 0) {}

 protected:
  Result<ColumnPtr> compute(int64_t num_rows, std::span<const ColumnPtr> args) override {
    const ElementsView arrays(*args[0]);
    const Column& elements = *arrays.elements();
    const Column* const column = args[0].get();
    HW_ASSIGN_OR_RETURN(BufferPtr validity, combined_validity({&column, 1}, num_rows));
    HW_ASSIGN_OR_RETURN(TextWriter out, TextWriter::make(num_rows, num_rows * 32));
    std::string bytes;
    for (int64_t row = 0; row < num_rows; ++row) {
      if (column->is_null(row)) {
        out.end_null_row();
        continue;
      }
      BitmapValue value;
      for (int64_t i = arrays.begin(row); i < arrays.end(row); ++i) {
        if (!elements.is_null(i)) value.add(static_cast<uint32_t>(elements.value<int32_t>(i)));
      }
      bytes.clear();
      value.append_bytes(bytes);
      out.append(bytes);
      out.end_row();
    }
    return out.finish(result_type(), num_rows, std::move(validity));
  }
};

class BitmapToArray final : public EncodedKernel {
 public:
  explicit BitmapToArray(SqlType type) : EncodedKernel(std::move(type), 0) {}

 protected:
  Result<ColumnPtr> compute(int64_t num_rows, std::span<const ColumnPtr> args) override {
    const Column* const column = args[0].get();
    HW_ASSIGN_OR_RETURN(BufferPtr validity, combined_validity({&column, 1}, num_rows));
    HW_ASSIGN_OR_RETURN(BufferPtr offsets, allocate_values<int32_t>(num_rows + 1));
    auto* const begins = reinterpret_cast<int32_t*>(offsets->mutable_data());
    std::vector<uint32_t> values;
    for (int64_t row = 0; row < num_rows; ++row) {
      begins[row] = static_cast<int32_t>(values.size());
      if (column->is_null(row)) continue;
      HW_ASSIGN_OR_RETURN(const BitmapValue value,
                          BitmapValue::read(column->value<std::string_view>(row)));
      const size_t begin = values.size();
      if (value.size() > kElementsMax - begin) {
        return Status::CapacityError("BITMAP_TO_ARRAY makes arrays of ", kElementsMax,
                                     " elements at most in one batch of rows, but a set has ",
                                     value.size(), " integers");
      }
      values.resize(begin + value.size());
      value.copy_values(values.data() + begin);
    }
    begins[num_rows] = static_cast<int32_t>(values.size());
    const auto count = static_cast<int64_t>(values.size());
    HW_ASSIGN_OR_RETURN(BufferPtr elements, allocate_values<int32_t>(count));
    if (count > 0) std::memcpy(elements->mutable_data(), values.data(), values.size() * 4);
    auto list = arrow::ArrayData::Make(arrow::int32(), count, {nullptr, std::move(elements)}, 0);
    return Column::plain(
        result_type(),
        arrow::ArrayData::Make(result_type().to_arrow(), num_rows,
                               {std::move(validity), std::move(offsets)}, {std::move(list)}));
  }
};

}  // namespace

void add_bitmap_arrays(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "BITMAP_BUILD",
      .family = "bitmap",
      .signatures = {"(list ARRAY<INT>) -> BITMAP"},
      .sentence = "The set of the elements that are not NULL, taken as integers without sign.",
      .examples = {{"BITMAP_BUILD(ARRAY[3, 1, 3, -1])", "{1,3,4294967295}"}},
      .kernel = [](const CallBinding& binding) -> KernelResult {
        return std::make_unique<BuildBitmap>(binding.result_type);
      },
  });
  catalogue.add(ScalarFunction{
      .name = "BITMAP_TO_ARRAY",
      .family = "bitmap",
      .signatures = {"(value BITMAP) -> ARRAY<INT>"},
      .sentence = "The integers in the order of numbers without sign, as INTs: those from "
                  "2147483648 on are negative and come last.",
      .examples = {{"BITMAP_TO_ARRAY(BITMAP_BUILD(ARRAY[3, -1, 1]))", "[1, 3, -1]"}},
      .can_fail = true,
      .kernel = [](const CallBinding& binding) -> KernelResult {
        return std::make_unique<BitmapToArray>(binding.result_type);
      },
  });
}

}  // namespace hw
