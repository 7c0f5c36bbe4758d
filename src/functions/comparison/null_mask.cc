// SPDX-License-Identifier: Apache-2.0

#include "functions/comparison/null_mask.h"

#include <algorithm>

#include "expr/kernel_output.h"

namespace hw {

std::vector<uint64_t> null_mask(const Column& column) {
  if (!column.may_have_nulls()) return {};
  const int64_t n = column.num_rows();
  std::vector<uint64_t> words(static_cast<size_t>((n + 63) / 64));
  if (!column.is_plain()) {
    for (int64_t i = 0; i < n; ++i) {
      words[static_cast<size_t>(i / 64)] |= uint64_t{column.is_null(i)} << i % 64;
    }
    return words;
  }
  for (int64_t base = 0; base < n; base += 64) {
    const int64_t width = std::min<int64_t>(64, n - base);
    const uint64_t used = width == 64 ? ~uint64_t{0} : (uint64_t{1} << width) - 1;
    words[static_cast<size_t>(base / 64)] =
        ~load_bits(column.validity(), column.values().offset + base, width) & used;
  }
  return words;
}

}  // namespace hw
