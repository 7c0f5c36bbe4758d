// SPDX-License-Identifier: Apache-2.0

#include <set>

#include <gtest/gtest.h>

#include "testkit/expressions.h"

namespace hw {
namespace {

Batch hundred() {
  std::string rows = "+ 1";
  for (int i = 2; i <= 100; ++i) rows += " | + " + std::to_string(i);
  return *parse_batch(*parse_schema("n INT"), rows);
}

TEST(RandTest, DrawsPerRowAndPerCall) {
  const Batch t = hundred();
  ExprSession session;
  session.random_seed = 42;
  Evaluator evaluator = *Evaluator::make({fn("RAND", {}), fn("RAND", {})}, session);
  const auto columns = *evaluator.evaluate(t, {});
  std::set<double> seen;
  for (int64_t row = 0; row < 100; ++row) {
    const double value = columns[0]->value<double>(row);
    EXPECT_TRUE(value >= 0 && value < 1);
    seen.insert(value);
    seen.insert(columns[1]->value<double>(row));
  }
  EXPECT_EQ(seen.size(), 200u);
}

TEST(RandTest, ASeedRepeats) {
  const Batch t = hundred();
  EXPECT_EQ(values_of(fn("RAND", {lit(5)}), t), values_of(fn("RAND", {lit(5)}), t));
  EXPECT_NE(values_of(fn("RAND", {lit(5)}), t), values_of(fn("RAND", {lit(6)}), t));
}

TEST(RandTest, IntegersStayBelowTheBound) {
  const Batch t = hundred();
  Evaluator evaluator = *Evaluator::make({fn("RAND_INTEGER", {lit(10)})}, {});
  const auto columns = *evaluator.evaluate(t, {});
  for (int64_t row = 0; row < 100; ++row) {
    EXPECT_LT(static_cast<uint32_t>(columns[0]->value<int32_t>(row)), 10u);
  }
  EXPECT_EQ(values_of(fn("RAND_INTEGER", {lit(0)}), t),
            "the bound of RAND_INTEGER must be positive, but is 0");
}

TEST(RandTest, UuidsAreOfVersionFourAndDiffer) {
  const Batch t = hundred();
  Evaluator evaluator = *Evaluator::make({fn("UUID", {})}, {});
  const auto columns = *evaluator.evaluate(t, {});
  std::set<std::string_view> seen;
  for (int64_t row = 0; row < 100; ++row) {
    const auto text = columns[0]->value<std::string_view>(row);
    ASSERT_EQ(text.size(), 36u);
    EXPECT_EQ(text[14], '4');
    EXPECT_NE(std::string_view("89ab").find(text[19]), std::string_view::npos);
    EXPECT_EQ(text[8], '-');
    EXPECT_EQ(text[23], '-');
    seen.insert(text);
  }
  EXPECT_EQ(seen.size(), 100u);
}

}  // namespace
}  // namespace hw
