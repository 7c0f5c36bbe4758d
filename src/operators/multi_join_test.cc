// SPDX-License-Identifier: Apache-2.0

#include "operators/multi_join.h"

#include <gtest/gtest.h>

#include "columnar/literal.h"
#include "runtime/operator.h"
#include "testkit/operator_harness.h"

namespace hw {
namespace {

constexpr std::string_view kColumnsOfA = "k INT, a STRING";
constexpr std::string_view kColumnsOfB = "k INT, b STRING";
constexpr std::string_view kColumnsOfC = "c STRING, k INT";

struct Query {
  bool b_outer = false;
  bool c_outer = false;
  bool retracts = false;
  /// Each input has one row per key at most.
  bool unique = false;
};

OperatorHarness joined(const Query& query) {
  MultiJoinSpec spec;
  for (const std::string_view text : {kColumnsOfA, kColumnsOfB, kColumnsOfC}) {
    MultiJoinInput& input = spec.inputs.emplace_back();
    input.side.schema = *parse_schema(text);
    input.side.keys = {spec.inputs.size() == 3 ? 1 : 0};
    input.side.retracts = query.retracts;
    if (query.unique) input.side.unique_key = input.side.keys;
  }
  spec.inputs[1].outer = query.b_outer;
  spec.inputs[2].outer = query.c_outer;
  spec.output_columns = {{0, 0}, {0, 1}, {1, 1}, {2, 0}};
  spec.output = *parse_schema("k INT, a STRING, b STRING, c STRING");
  return OperatorHarness(
      {kColumnsOfA, kColumnsOfB, kColumnsOfC},
      [spec]() -> Result<std::unique_ptr<Operator>> { return make_multi_join(spec); });
}

TEST(MultiJoinTest, JoinsWhateverComesFirst) {
  joined({})
      .keyed_by(0, {0})
      .keyed_by(1, {0})
      .keyed_by(2, {1})
      .input(0, "+ 1 a | + 2 aa | + null n")
      .input(2, "+ c 1 | + cc 1 | + n null")
      .expect("")
      .input(1, "+ 1 b | + 3 b | + null n")
      .expect_in_any_order("+ 1 a b c | + 1 a b cc")
      .input(0, "+ 1 x")
      .expect_in_any_order("+ 1 x b c | + 1 x b cc");
}

TEST(MultiJoinTest, TakesRowsBackWithAnyInput) {
  joined({.retracts = true})
      .keyed_by(0, {0})
      .keyed_by(1, {0})
      .keyed_by(2, {1})
      .input(0, "+ 1 a | + 1 a | + 1 x")
      .input(1, "+ 1 b")
      .input(2, "+ c 1 | + d 1")
      .expect_in_any_order("+ 1 a b c | + 1 a b c | + 1 x b c | + 1 a b d | + 1 a b d | + 1 x b d")
      .input(0, "- 1 a")
      .expect_in_any_order("- 1 a b c | - 1 a b d")
      .input(2, "- d 1 | -U c 1 | +U e 1")
      .expect_in_any_order("- 1 a b d | - 1 x b d | - 1 a b c | - 1 x b c | + 1 a b e | + 1 x b e")
      .input(1, "- 1 b")
      .expect_in_any_order("- 1 a b e | - 1 x b e")
      .input(1, "+ 1 y")
      .expect_in_any_order("+ 1 a y e | + 1 x y e");
}

TEST(MultiJoinTest, PadsInputsThatMayBeMissing) {
  joined({.b_outer = true, .c_outer = true, .retracts = true})
      .keyed_by(0, {0})
      .keyed_by(1, {0})
      .keyed_by(2, {1})
      .input(0, "+ 1 a | + null n")
      .expect("+ 1 a null null | + null n null null")
      .input(1, "+ 1 b | + 1 bb | + null q")
      .expect_in_any_order("- 1 a null null | + 1 a b null | + 1 a bb null")
      .input(2, "+ c 1 | - c 1 | + d 1")
      .expect_in_any_order(
          "- 1 a b null | - 1 a bb null | + 1 a b c | + 1 a bb c | - 1 a b c | - 1 a bb c | "
          "+ 1 a b null | + 1 a bb null | - 1 a b null | - 1 a bb null | + 1 a b d | + 1 a bb d")
      .input(1, "- 1 b | - 1 bb")
      .expect_in_any_order("- 1 a b d | - 1 a bb d | + 1 a null d")
      .input(0, "- null n | -U 1 a | +U 1 x")
      .expect_in_any_order("- null n null null | - 1 a null d | + 1 x null d");
}

TEST(MultiJoinTest, ShowsNothingPaddedBetweenTheHalvesOfAnUpdate) {
  for (const bool unique : {false, true}) {
    joined({.c_outer = true, .retracts = true, .unique = unique})
        .keyed_by(0, {0})
        .keyed_by(1, {0})
        .keyed_by(2, {1})
        .input(0, "+ 1 a")
        .input(1, "+ 1 b")
        .input(2, "+ c 1")
        .expect_in_any_order("+ 1 a b null | - 1 a b null | + 1 a b c")
        .input(2, "-U c 1 | +U d 1")
        .expect("- 1 a b c | + 1 a b d")
        .input(1, "-U 1 b | +U 1 e | - 1 e")
        .expect("- 1 a b d | + 1 a e d | - 1 a e d")
        .input(2, "-U d 1 | +U e 1 | - e 1 | + f 2")
        .expect("")
        .input(1, "+ 1 g")
        .expect("+ 1 a g null");
  }
}

}  // namespace
}  // namespace hw
