// SPDX-License-Identifier: Apache-2.0

#include "engine/result_fold.h"

#include <gtest/gtest.h>

#include "columnar/literal.h"

namespace hw {
namespace {

std::string folded(const std::string& rows) {
  const SchemaPtr schema = make_schema({{"n", SqlType::integer()}, {"word", SqlType::string()}});
  ResultFold fold(schema);
  const Result<Batch> batch = parse_batch(schema, rows);
  EXPECT_TRUE(batch.ok()) << batch.status().ToString();
  const Status status = fold.add(*batch);
  if (!status.ok()) return status.message();
  std::string text;
  for (const Batch& part : fold.rows().ValueOrDie()) text += part.to_text();
  return text;
}

TEST(ResultFoldTest, KeepsWhatWasNotTakenBackInOrderOfLastChange) {
  EXPECT_EQ(folded("+ 1 a | + 2 b | -U 1 a | +U 1 c"), "+I[2, b] | +I[1, c]");
}

TEST(ResultFoldTest, CountsEqualRows) { EXPECT_EQ(folded("+ 1 a | + 1 a | - 1 a"), "+I[1, a]"); }

TEST(ResultFoldTest, RefusesARetractionOfNothing) {
  EXPECT_NE(folded("- 1 a").find("not there"), std::string::npos);
}

}  // namespace
}  // namespace hw
