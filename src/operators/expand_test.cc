// SPDX-License-Identifier: Apache-2.0

#include "operators/expand.h"

#include <gtest/gtest.h>

#include "expr/bound_expr.h"
#include "expr/literal.h"
#include "runtime/operator.h"
#include "testkit/operator_harness.h"

namespace hw {
namespace {

/// (a, b) -> (a, b, 0) and (a, NULL, 1)
OperatorHarness two_rows() {
  return OperatorHarness("a INT, b STRING", [] {
    const SqlType number = SqlType::bigint().not_null();
    const BoundExprPtr a = BoundExpr::column(0, SqlType::integer(), "a");
    const BoundExprPtr b = BoundExpr::column(1, SqlType::string(), "b");
    return make_expand({.rows = {{a, b, integer_literal(0, number)},
                                 {a, null_literal(SqlType::string()), integer_literal(1, number)}},
                        .output = make_schema(
                            {{"a", SqlType::integer()}, {"b", SqlType::string()}, {"e", number}})});
  });
}

TEST(ExpandTest, PutsEveryRowOutOncePerList) {
  two_rows().input("+ 1 x").expect("+ 1 x 0 | + 1 null 1");
}

TEST(ExpandTest, KeepsRowKindsAndUpdatesTogether) {
  two_rows()
      .input("+ 1 x | -U 1 x | +U 1 y | - 1 y")
      .expect_in_any_order(
          "+ 1 x 0 | -U 1 x 0 | +U 1 y 0 | - 1 y 0 | "
          "+ 1 null 1 | -U 1 null 1 | +U 1 null 1 | - 1 null 1");
}

TEST(ExpandTest, LetsTheWatermarkPass) { two_rows().input("wm 10").expect("wm 10"); }

}  // namespace
}  // namespace hw
