// SPDX-License-Identifier: Apache-2.0

#include "operators/unnest.h"

#include <gtest/gtest.h>

#include "columnar/literal.h"
#include "testkit/operator_harness.h"

namespace hw {
namespace {

OperatorHarness unnested(std::string_view input, std::string_view output, bool keep_empty,
                         bool ordinality) {
  UnnestSpec spec;
  spec.input = *parse_schema(input);
  spec.collection = 1;
  spec.passed = {0};
  spec.keep_empty = keep_empty;
  spec.ordinality = ordinality;
  spec.output = *parse_schema(output);
  return OperatorHarness(input, [spec] { return make_unnest(spec); });
}

TEST(UnnestTest, MakesARowOfEachElement) {
  unnested("id INT, a ARRAY<INT>", "id INT, x INT", false, false)
      .input("+ 1 [5, NULL, 7] | + 2 [] | + 3 null | + 4 [9]")
      .expect("+ 1 5 | + 1 null | + 1 7 | + 4 9");
}

TEST(UnnestTest, KeepsRowsWithoutElementsPadded) {
  unnested("id INT, a ARRAY<INT>", "id INT, x INT, n INT", true, true)
      .input("+ 1 [5, 6] | + 2 [] | + 3 null")
      .expect("+ 1 5 1 | + 1 6 2 | + 2 null null | + 3 null null");
}

TEST(UnnestTest, MakesDeletesAndInsertsOfAnUpdate) {
  unnested("id INT, a ARRAY<INT>", "id INT, x INT", false, false)
      .input("+ 1 [5, 6] | -U 1 [5, 6] | +U 1 [7] | - 1 [7]")
      .expect("+ 1 5 | + 1 6 | - 1 5 | - 1 6 | + 1 7 | - 1 7");
}

}  // namespace
}  // namespace hw
