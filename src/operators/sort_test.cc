// SPDX-License-Identifier: Apache-2.0

#include "operators/sort.h"

#include <gtest/gtest.h>

#include "columnar/literal.h"
#include "testkit/operator_harness.h"

namespace hw {
namespace {

OperatorHarness sorted(std::string_view columns, std::vector<SortKey> order,
                       bool retracts = false) {
  return OperatorHarness(columns, [=] {
    return make_sort(
        {.schema = *parse_schema(columns), .order = order, .input_retracts = retracts});
  });
}

TEST(SortTest, OrdersByAllKeysAndKeepsEqualRowsInOrderOfArrival) {
  sorted("n INT, word STRING, id INT",
         {{.column = 0}, {.column = 1, .descending = true, .nulls_first = false}})
      .single_instance()
      .input("+ 2 a 1 | + 1 b 2 | + 1 c 3 | + 2 a 4 | + 1 b 5 | end")
      .expect("wm max | + 1 c 3 | + 1 b 2 | + 1 b 5 | + 2 a 1 | + 2 a 4 | stop");
}

TEST(SortTest, PutsNullsWhereTheyWereAskedFor) {
  sorted("n INT", {{.column = 0, .descending = false, .nulls_first = true}})
      .single_instance()
      .input("+ 2 | + null | + -1 | end")
      .expect("wm max | + null | + -1 | + 2 | stop");
  sorted("n INT", {{.column = 0, .descending = true, .nulls_first = false}})
      .single_instance()
      .input("+ 2 | + null | + -1 | end")
      .expect("wm max | + 2 | + -1 | + null | stop");
}

TEST(SortTest, TakesNanForTheLargestNumber) {
  sorted("x DOUBLE", {{.column = 0}})
      .single_instance()
      .input("+ NaN | + Infinity | + -1.5 | + 0.0 | end")
      .expect("wm max | + -1.5 | + 0.0 | + Infinity | + NaN | stop");
}

TEST(SortTest, FoldsRetractionsFirst) {
  sorted("n INT, word STRING", {{.column = 0}}, true)
      .single_instance()
      .input("+ 3 a | + 1 b | + 3 a | - 3 a | -U 1 b | +U 5 b | end")
      .expect("wm max | + 3 a | + 5 b | stop");
}

TEST(SortTest, OfNothingIsNothing) {
  sorted("n INT", {{.column = 0}}).single_instance().input("end").expect("end");
}

TEST(SortTest, ComparesTextByBytesBeyondThePrefix) {
  sorted("word STRING", {{.column = 0}})
      .single_instance()
      .input("+ aaaaaaaaaaz | + aaaaaaaaaab | + aaaaaaaaaa | + '' | + Größe | end")
      .expect("wm max | + '' | + Größe | + aaaaaaaaaa | + aaaaaaaaaab | + aaaaaaaaaaz | stop");
}

}  // namespace
}  // namespace hw
