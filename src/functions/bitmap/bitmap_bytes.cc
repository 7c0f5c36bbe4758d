// SPDX-License-Identifier: Apache-2.0
//
// BITMAPs from and to bytes, and as text.

#include <string>
#include <string_view>

#include "columnar/bitmap_value.h"
#include "expr/row_kernel.h"
#include "functions/bitmap/bitmap_functions.h"

namespace hw {
namespace {

/// Writes the one form of the set, whatever form the bytes have.
Status from_bytes(TextWriter& out, std::string_view bytes) {
  Result<BitmapValue> value = BitmapValue::read(bytes);
  if (!value.ok()) {
    return Status::Invalid("BITMAP_FROM_BYTES failed: ", value.status().message());
  }
  std::string canonical;
  value->append_bytes(canonical);
  out.append(canonical);
  return Status::OK();
}

void to_bytes(TextWriter& out, std::string_view bytes) { out.append(bytes); }

Status to_text(TextWriter& out, std::string_view bytes) {
  HW_ASSIGN_OR_RETURN(const BitmapValue value, BitmapValue::read(bytes));
  std::string text;
  value.append_text(text);
  out.append(text);
  return Status::OK();
}

}  // namespace

void add_bitmap_bytes(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "BITMAP_FROM_BYTES",
      .family = "bitmap",
      .signatures = {"(bytes VARBINARY) -> BITMAP"},
      .sentence = "The set that the bytes hold in the portable format of 32-bit Roaring bitmaps. "
                  "Other bytes fail the job.",
      .examples = {{"BITMAP_FROM_BYTES(x'3a30000001000000000001001000000001000500')", "{1,5}"}},
      .can_fail = true,
      .kernel = row_kernel<from_bytes>(),
  });
  catalogue.add(ScalarFunction{
      .name = "BITMAP_TO_BYTES",
      .family = "bitmap",
      .signatures = {"(value BITMAP) -> VARBINARY"},
      .sentence = "The set in the portable format of Roaring bitmaps, which other systems read; "
                  "the same bytes for the same set.",
      .examples = {{"BITMAP_TO_BYTES(BITMAP_BUILD(ARRAY[5, 1])) = "
                    "x'3a30000001000000000001001000000001000500'",
                    "TRUE"}},
      .kernel = row_kernel<to_bytes>(),
  });
  catalogue.add(ScalarFunction{
      .name = "BITMAP_TO_STRING",
      .family = "bitmap",
      .signatures = {"(value BITMAP) -> VARCHAR"},
      .sentence = "The integers in order, without sign; cut with `,...` behind half a million "
                  "characters. CAST to STRING gives the same.",
      .examples = {{"BITMAP_TO_STRING(BITMAP_BUILD(ARRAY[3, -1, 1]))", "{1,3,4294967295}"}},
      .kernel = row_kernel<to_text>(),
  });
}

}  // namespace hw
