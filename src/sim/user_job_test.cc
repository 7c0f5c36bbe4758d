// SPDX-License-Identifier: Apache-2.0

#include "sim/user_job.h"

#include <string>

#include <arrow/filesystem/filesystem.h>
#include <gtest/gtest.h>

#include "base/env/env.h"
#include "base/env/text_file.h"

namespace hw::sim {
namespace {

TEST(UserJobTest, WhatLiesBesideTheInputIsNotRead) {
  Env& env = real_env();
  const std::string above =
      testing::TempDir() + "user_job_test_" + std::to_string(env.process_id());
  const std::string here = above + "/here";
  const Env::Location at = *env.locate(here);
  ASSERT_TRUE(at.files->CreateDir(at.path, /*recursive=*/true).ok());
  for (int i = 0; i < 1'100; ++i)
    ASSERT_TRUE(write_text_file(env, above + "/" + std::to_string(i), "no row\n").ok());
  ASSERT_TRUE(write_text_file(env, here + "/a.jsonl", "{\"id\":1}\n{\"id\":2}\n").ok());
  const auto result = simulate(
      {.script = "CREATE TABLE a (id BIGINT) WITH ('connector' = 'filesystem', 'path' = 'a.jsonl', "
                 "'format' = 'json');\n"
                 "CREATE TABLE o (id BIGINT) WITH ('connector' = 'filesystem', 'path' = 'o', "
                 "'format' = 'json');\n"
                 "INSERT INTO o SELECT id FROM a;\n",
       .working_directory = here,
       .search = {.num_seeds = 20, .matrix = false}},
      env, [](const std::string&) {});
  EXPECT_TRUE(at.files->DeleteDir(above).ok());
  ASSERT_TRUE(result.ok()) << result.status().ToString();
  EXPECT_EQ(result->seeds, 20);
  EXPECT_TRUE(result->failures.empty());
}

}  // namespace
}  // namespace hw::sim
