// SPDX-License-Identifier: Apache-2.0

#include "operators/not_null_check.h"

#include <gtest/gtest.h>

#include "runtime/operator.h"
#include "testkit/operator_harness.h"

namespace hw {
namespace {

NotNullCheckSpec spec(bool drop) {
  NotNullCheckSpec spec;
  spec.schema = make_schema({{"a", SqlType::integer()}, {"b", SqlType::string()}});
  spec.columns = {0};
  spec.table = "sink";
  spec.drop = drop;
  return spec;
}

TEST(NotNullCheckTest, LetsRowsPassWhoseColumnsHaveValues) {
  OperatorHarness("a INT, b STRING", [] { return make_not_null_check(spec(false)); })
      .input("+ 1 x | + 2 null | - 1 x")
      .expect("+ 1 x | + 2 null | - 1 x");
}

TEST(NotNullCheckTest, DropsRowsWithNull) {
  OperatorHarness("a INT, b STRING", [] { return make_not_null_check(spec(true)); })
      .input("+ 1 x | + null y | + 3 z | + null null")
      .expect("+ 1 x | + 3 z");
}

}  // namespace
}  // namespace hw
