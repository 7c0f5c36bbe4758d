// SPDX-License-Identifier: Apache-2.0

#include "log/scratch_topic.h"

#include <arrow/filesystem/filesystem.h>
#include <gtest/gtest.h>

namespace hw {
namespace {

std::shared_ptr<arrow::fs::FileSystem> files() { return real_env().locate("/")->files; }

}  // namespace

ScratchDirectory::ScratchDirectory() {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  path_ = testing::TempDir() + "log_" + test->test_suite_name() + "_" + test->name() + "_" +
          std::to_string(real_env().process_id());
  clear();
}

ScratchDirectory::~ScratchDirectory() { (void)files()->DeleteDir(path_); }

void ScratchDirectory::clear() {
  (void)files()->DeleteDir(path_);
  EXPECT_TRUE(files()->CreateDir(path_, true).ok());
}

}  // namespace hw
