// SPDX-License-Identifier: Apache-2.0

#include "reference/job_generator.h"

#include <set>

#include <gtest/gtest.h>

#include "reference/comparison.h"

namespace hw::reference {
namespace {

TEST(JobGeneratorTest, TheSameSeedGivesTheSameJob) {
  const GeneratedJob one = *generate_job(17, {});
  const GeneratedJob other = *generate_job(17, {});
  EXPECT_EQ(one.to_text(), other.to_text());
  EXPECT_NE(one.to_text(), generate_job(18, {})->to_text());
}

TEST(JobGeneratorTest, TheReferenceAnswersWhatIsGenerated) {
  int with_rows = 0;
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    const Result<GeneratedJob> job = generate_job(seed, {});
    ASSERT_TRUE(job.ok()) << "seed " << seed << ": " << job.status().message();
    with_rows += job->expected.empty() ? 0 : 1;
  }
  EXPECT_GT(with_rows, 200);
}

TEST(JobGeneratorTest, RowsOfOneKeyLieInOnePartition) {
  int upserts = 0;
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    const GeneratedJob job = *generate_job(seed, {});
    for (const GeneratedTable& table : job.tables) {
      if (table.primary_key.empty()) continue;
      ++upserts;
      std::map<Row, int, RowLess> partition_of;
      for (size_t i = 0; i < table.changes.size(); ++i) {
        const auto [found, fresh] =
            partition_of.emplace(Row{table.changes[i].row[0]}, table.partition_of[i]);
        EXPECT_EQ(found->second, table.partition_of[i]) << "seed " << seed;
      }
    }
  }
  EXPECT_GT(upserts, 3);
}

TEST(JobGeneratorTest, InsertOnlyJobsTakeNothingBack) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    const GeneratedJob job = *generate_job(seed, {.query = {.insert_only = true}});
    for (const GeneratedTable& table : job.tables) EXPECT_TRUE(table.kinds.is_insert_only());
  }
}

TEST(ComparisonTest, ComparesBagsAndSaysWhatDiffers) {
  const SchemaPtr schema = make_schema({{"a", SqlType::integer()}, {"d", SqlType::float64()}});
  const Row one = {Value::integer(1), Value::real(0.0)};
  const Row two = {Value::integer(2), Value::null()};
  EXPECT_EQ(difference(*schema, {one, two, two}, {two, one, two}), "");
  EXPECT_EQ(difference(*schema, {one}, {{Value::integer(1), Value::real(-0.0)}}), "");
  EXPECT_EQ(difference(*schema, {one, two, two}, {two, one}),
            "3 rows expected, 2 found; 1 missing, 0 not expected\n  missing      (2, NULL)");
}

}  // namespace
}  // namespace hw::reference
