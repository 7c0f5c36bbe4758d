// SPDX-License-Identifier: Apache-2.0

#include "state/row_columns.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/memory_pool.h>
#include <gtest/gtest.h>

namespace hw {
namespace {

// Nothing, what fits a reference, and what is longer than a line of the cache.
std::string text_of(uint32_t row) {
  constexpr size_t kLengths[] = {0, 1, 12, 13, 64, 65, 300};
  const size_t length = kLengths[row % 7];
  std::string text = std::to_string(row);
  while (text.size() < length) text += text;
  return text.substr(0, length);
}

TEST(RowColumnsTest, TextsComeInTheOrderThatIsAskedFor) {
  RowChunks rows({{.width = 0, .nullable = true}}, arrow::default_memory_pool());
  for (uint32_t i = 0; i < 9'000; ++i) {
    if (!rows.has_room()) ASSERT_TRUE(rows.grow().ok());
    const uint32_t row = rows.add();
    ASSERT_EQ(row, i);
    rows.set_bytes(0, row, text_of(row));
    rows.nulls(0)[row] = row % 11 == 3 ? 1 : 0;
  }
  std::vector<uint32_t> wanted(9'000);
  std::iota(wanted.begin(), wanted.end(), 0);
  std::shuffle(wanted.begin(), wanted.end(), std::mt19937(1));
  for (const size_t count : {0, 1, 15, 16, 17, 31, 32, 33, 9'000}) {
    const std::span<const uint32_t> some = std::span(wanted).first(count);
    const ColumnPtr texts = read_rows(rows, 0, SqlType::string(), some).ValueOrDie();
    ASSERT_EQ(texts->num_rows(), static_cast<int64_t>(count));
    for (size_t i = 0; i < count; ++i) {
      const auto at = static_cast<int64_t>(i);
      ASSERT_EQ(texts->is_null(at), some[i] % 11 == 3);
      if (!texts->is_null(at)) ASSERT_EQ(texts->value<std::string_view>(at), text_of(some[i]));
    }
  }
}

}  // namespace
}  // namespace hw
