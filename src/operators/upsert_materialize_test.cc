// SPDX-License-Identifier: Apache-2.0

#include "operators/upsert_materialize.h"

#include <gtest/gtest.h>

#include "columnar/literal.h"
#include "testkit/operator_harness.h"

namespace hw {
namespace {

constexpr std::string_view kColumns = "k INT, v STRING";

struct Materialized : OperatorHarness {
  Materialized()
      : OperatorHarness(kColumns, [] {
          return make_upsert_materialize({.schema = *parse_schema(kColumns), .primary_key = {0}});
        }) {
    keyed_by({0}).upsert_key({0});
  }
};

TEST(UpsertMaterializeTest, ShowsTheNewestRowOfAKey) {
  Materialized()
      .input("+ 1 a | + 1 b | + 2 x | wm 1 | + 1 c")
      .expect("+ 1 a | +U 1 b | + 2 x | wm 1 | +U 1 c");
}

TEST(UpsertMaterializeTest, TakingBackTheNewestShowsTheOneBefore) {
  Materialized()
      .input("+ 1 a | + 1 b | wm 1 | - 1 b | wm 2 | - 1 a")
      .expect("+ 1 a | +U 1 b | wm 1 | +U 1 a | wm 2 | - 1 a");
}

TEST(UpsertMaterializeTest, TakingBackAnOlderRowShowsNothing) {
  Materialized()
      .input("+ 1 a | + 1 b | wm 1 | - 1 a | wm 2 | - 1 b")
      .expect("+ 1 a | +U 1 b | wm 1 | wm 2 | - 1 b");
}

// The new owner of a key may come before the old one has gone: the key must survive.
TEST(UpsertMaterializeTest, AKeyThatChangesItsOwnerIsNotDeleted) {
  Materialized()
      .input("+ 1 old | wm 1 | + 1 new | wm 2 | -U 1 old | +U 2 old")
      .expect("+ 1 old | wm 1 | +U 1 new | wm 2 | + 2 old");
}

TEST(UpsertMaterializeTest, CountsWhatWasNotThere) {
  Materialized()
      .input("+ 1 a | - 1 b | - 2 a")
      .expect("+ 1 a")
      .expect_counter("retractions_ignored", 2);
}

TEST(UpsertMaterializeTest, OfEqualRowsTheOldestIsTakenBack) {
  Materialized()
      .input("+ 1 a | + 1 b | + 1 a | wm 1 | - 1 a | wm 2 | - 1 a")
      .expect("+ 1 a | +U 1 b | +U 1 a | wm 1 | wm 2 | +U 1 b");
}

TEST(UpsertMaterializeTest, EqualRowsAreTakenBackOneByOne) {
  Materialized()
      .input("+ 1 a | + 1 a | wm 1 | - 1 a | wm 2 | - 1 a")
      .expect("+ 1 a | +U 1 a | wm 1 | wm 2 | - 1 a");
}

}  // namespace
}  // namespace hw
