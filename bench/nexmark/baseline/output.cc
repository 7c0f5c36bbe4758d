// SPDX-License-Identifier: Apache-2.0

#include "baseline/output.h"

#include <algorithm>

namespace hw::bench {

void RowHash::text(std::string_view value) {
  add(value.size());
  for (size_t at = 0; at < value.size(); at += 8) {
    uint64_t word = 0;
    std::memcpy(&word, value.data() + at, std::min<size_t>(8, value.size() - at));
    add(word);
  }
}

void Output::flush() {
  sum_.rows += static_cast<int64_t>(rows_);
  if (checked_) {
    for (size_t row = 0; row < rows_; ++row) {
      RowHash hash;
      for (const RingColumn* column : columns_) column->hash(row, hash);
      sum_.hash += hash.value();
    }
  }
  rows_ = 0;
}

void Output::begin_final_rows() {
  flush();
  sum_ = {};
}

}  // namespace hw::bench
