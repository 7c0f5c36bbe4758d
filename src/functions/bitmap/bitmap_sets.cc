// SPDX-License-Identifier: Apache-2.0
//
// BITMAPs as sets: BITMAP_AND, BITMAP_ANDNOT, BITMAP_OR, BITMAP_XOR, BITMAP_CARDINALITY.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "columnar/bitmap_value.h"
#include "expr/row_kernel.h"
#include "functions/bitmap/bitmap_functions.h"

namespace hw {
namespace {

using Operation = void (BitmapValue::*)(const BitmapValue&);

template <Operation kOperation>
Status combine(TextWriter& out, std::string_view a, std::string_view b) {
  HW_ASSIGN_OR_RETURN(BitmapValue value, BitmapValue::read(a));
  HW_ASSIGN_OR_RETURN(const BitmapValue other, BitmapValue::read(b));
  (value.*kOperation)(other);
  std::string bytes;
  value.append_bytes(bytes);
  out.append(bytes);
  return Status::OK();
}

Result<int64_t> cardinality(std::string_view bytes) {
  HW_ASSIGN_OR_RETURN(const BitmapValue value, BitmapValue::read(bytes));
  return static_cast<int64_t>(value.size());
}

template <Operation kOperation>
void add_operation(std::string name, std::string sentence, std::string result,
                   FunctionCatalogue& catalogue) {
  ScalarFunction function;
  function.name = std::move(name);
  function.family = "bitmap";
  function.signatures = {"(a BITMAP, b BITMAP) -> BITMAP"};
  function.sentence = std::move(sentence);
  function.examples = {{function.name + "(BITMAP_BUILD(ARRAY[1, 2, 3]), BITMAP_BUILD(ARRAY[3, 4]))",
                        std::move(result)}};
  function.kernel = row_kernel<combine<kOperation>>();
  catalogue.add(std::move(function));
}

}  // namespace

void add_bitmap_sets(FunctionCatalogue& catalogue) {
  add_operation<&BitmapValue::intersect>("BITMAP_AND", "What is in both sets.", "{3}", catalogue);
  add_operation<&BitmapValue::subtract>("BITMAP_ANDNOT", "What is in `a` and not in `b`.", "{1,2}",
                                        catalogue);
  add_operation<&BitmapValue::unite>("BITMAP_OR", "What is in either set.", "{1,2,3,4}", catalogue);
  add_operation<&BitmapValue::differ>("BITMAP_XOR", "What is in exactly one of the two sets.",
                                      "{1,2,4}", catalogue);
  catalogue.add(ScalarFunction{
      .name = "BITMAP_CARDINALITY",
      .family = "bitmap",
      .signatures = {"(value BITMAP) -> BIGINT"},
      .sentence = "How many integers the set has.",
      .examples = {{"BITMAP_CARDINALITY(BITMAP_BUILD(ARRAY[1, 2, 2, -1]))", "3"}},
      .kernel = row_kernel<cardinality>(),
  });
}

}  // namespace hw
