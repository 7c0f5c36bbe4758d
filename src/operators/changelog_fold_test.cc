// SPDX-License-Identifier: Apache-2.0

#include "operators/changelog_fold.h"

#include <gtest/gtest.h>

#include "columnar/literal.h"
#include "testkit/operator_harness.h"

namespace hw {
namespace {

OperatorHarness folded(std::string_view columns, std::vector<int> key) {
  return OperatorHarness(columns, [=] {
    return make_changelog_fold({.schema = *parse_schema(columns), .primary_key = key});
  });
}

TEST(ChangelogFoldTest, KeepsTheLastRowOfAKeyInOrderOfLastChange) {
  folded("id INT, word STRING", {0})
      .keyed_by({0})
      .batch_mode()
      .input("+ 1 a | + 2 b | -U 1 a | +U 1 c | + 3 d | - 3 d | end")
      .expect("wm max | + 2 b | + 1 c | stop");
}

TEST(ChangelogFoldTest, CountsEqualRowsWithoutAKey) {
  folded("id INT, word STRING", {})
      .keyed_by({0, 1})
      .batch_mode()
      .input("+ 1 a | + 1 a | + 2 b | - 1 a | + 3 null | end")
      .expect("wm max | + 1 a | + 2 b | + 3 null | stop");
}

TEST(ChangelogFoldTest, KeepsTheSignOfZero) {
  folded("x DOUBLE", {})
      .keyed_by({0})
      .batch_mode()
      .input("+ -0.0 | end")
      .expect("wm max | + -0.0 | stop");
}

}  // namespace
}  // namespace hw
