// SPDX-License-Identifier: Apache-2.0

#include "operators/changelog_normalize.h"

#include <gtest/gtest.h>

#include "columnar/literal.h"
#include "testkit/operator_harness.h"

namespace hw {
namespace {

constexpr std::string_view kColumns = "id INT, word STRING";

struct Normalized : OperatorHarness {
  explicit Normalized(bool update_before = true, std::string_view columns = kColumns)
      : OperatorHarness(columns, [=] {
          return make_changelog_normalize({.schema = *parse_schema(columns),
                                           .primary_key = {0},
                                           .generate_update_before = update_before});
        }) {
    keyed_by({0});
  }
};

TEST(ChangelogNormalizeTest, PutsTheOldRowInFrontOfTheNewOne) {
  Normalized()
      .input("+ 1 a | + 2 b | wm 1 | +U 1 c | wm 2 | + 1 d")
      .expect("+ 1 a | + 2 b | wm 1 | -U 1 a | +U 1 c | wm 2 | -U 1 c | +U 1 d");
}

TEST(ChangelogNormalizeTest, FollowsAKeyWithinOneBatch) {
  Normalized()
      .input("+ 1 a | +U 1 b | - 1 null | +U 1 c | + 2 x | +U 1 d")
      .expect("+ 1 a | -U 1 a | +U 1 b | - 1 b | + 1 c | + 2 x | -U 1 c | +U 1 d");
}

TEST(ChangelogNormalizeTest, CompletesDeletesThatCarryTheKeyOnly) {
  Normalized().input("+ 1 a | wm 1 | - 1 null").expect("+ 1 a | wm 1 | - 1 a");
}

TEST(ChangelogNormalizeTest, DropsRepeatsAndDeletesOfNothing) {
  Normalized()
      .input(
          "+ 1 a | + 1 a | wm 1 | +U 1 a | - 2 x | wm 2 | - 1 a | - 1 a | wm 3 | + 1 null | +U 1 "
          "null")
      .expect("+ 1 a | wm 1 | wm 2 | - 1 a | wm 3 | + 1 null");
}

TEST(ChangelogNormalizeTest, AnUpdateBeforeAloneIsADelete) {
  Normalized().input("+ 1 a | wm 1 | -U 1 a").expect("+ 1 a | wm 1 | - 1 a");
}

TEST(ChangelogNormalizeTest, LeavesOutUpdateBeforeWhereNobodyNeedsIt) {
  Normalized(false)
      .upsert_key({0})
      .input("+ 1 a | +U 1 b | wm 1 | - 1 null")
      .expect("+ 1 a | +U 1 b | wm 1 | - 1 b");
}

TEST(ChangelogNormalizeTest, SeesChangesInNestedColumnsAndTheSignOfZero) {
  Normalized(true, "id INT, x DOUBLE, list ARRAY<INT>")
      .input(
          "+ 1 0.0 [1,2] | wm 1 | +U 1 0.0 [1,2] | wm 2 | +U 1 -0.0 [1,2] | wm 3 | +U 1 -0.0 [1,3]")
      .expect(
          "+ 1 0.0 [1,2] | wm 1 | wm 2 | -U 1 0.0 [1,2] | +U 1 -0.0 [1,2] | wm 3 | -U 1 -0.0 "
          "[1,2] | +U 1 -0.0 [1,3]");
}

}  // namespace
}  // namespace hw
