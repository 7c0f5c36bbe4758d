// SPDX-License-Identifier: Apache-2.0

#include "job/checkpoint_inspection.h"

#include <arrow/buffer.h>
#include <arrow/filesystem/filesystem.h>
#include <arrow/io/interfaces.h>
#include <gtest/gtest.h>

#include "base/env/env.h"
#include "job/checkpoint_store.h"
#include "job/lease.h"
#include "job/savepoint.h"
#include "state/snapshot_index.h"
#include "testkit/virtual_env.h"

namespace hw {
namespace {

// A state directory with one job of two checkpoints, the first one dropped.
class CheckpointInspectionTest : public testing::Test {
 protected:
  CheckpointInspectionTest() {
    const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    state_ = testing::TempDir() + "checkpoint_inspection_test_" + name + "_" +
             std::to_string(real_env().random(name).next());
    files_ = open_checkpoint_files(env_, state_ + "/" + job_folder("counts")).ValueOrDie();
    lease_ = Lease::take(env_, files_, {}).ValueOrDie();
    store_ = CheckpointStore::open(env_, files_, *lease_, {.job = "counts"}).ValueOrDie();
    publish(1);
    publish(2);
    EXPECT_TRUE(store_->drop(1).ok());
  }

  void publish(int64_t checkpoint) {
    auto writer = store_->writer({.checkpoint = checkpoint});
    const SnapshotIndex index = {.num_key_groups = 16,
                                 .key_groups = {0, 16},
                                 .tables = {{.name = "groups",
                                             .kind = "keyed",
                                             .stream = "groups.bin",
                                             .checksums = {.length = 7},
                                             .num_rows = 5,
                                             .batch_ends = {5},
                                             .groups = {{3, 0}, {8, 2}},
                                             .live_rows = 5}}};
    for (const auto& [name, bytes] :
         std::map<std::string, std::string>{{"index", encode(index)}, {"groups.bin", "columns"}}) {
      auto stream = writer->create(name).ValueOrDie();
      EXPECT_TRUE(stream->Write(bytes).ok());
      EXPECT_TRUE(stream->Close().ok());
    }
    InstanceFiles written = writer->finish().ValueOrDie();
    Manifest manifest;
    manifest.checkpoint = checkpoint;
    manifest.num_key_groups = 16;
    manifest.operators = {{.uid = "agg",
                           .kind = "GroupAggregate",
                           .name = "counts per word",
                           .instances = {{.key_groups = {0, 16}, .streams = written.streams}}}};
    manifest.files = written.files;
    ASSERT_TRUE(store_->write_manifest(manifest).ok());
    ASSERT_TRUE(store_->publish(manifest).ok());
  }

  Inspection inspect(const std::string& path) {
    return inspect_checkpoints(env_, path, /*deep=*/true).ValueOrDie();
  }

  VirtualEnv env_;
  std::string state_;
  std::shared_ptr<CheckpointFiles> files_;
  std::unique_ptr<Lease> lease_;
  std::unique_ptr<CheckpointStore> store_;
};

TEST_F(CheckpointInspectionTest, ShowsOperatorsSizesAndKeyGroups) {
  const Inspection seen = inspect(state_);
  EXPECT_FALSE(seen.damaged());
  EXPECT_TRUE(seen.unreferenced.empty());
  ASSERT_EQ(seen.checkpoints.size(), 1u);
  const InspectedCheckpoint& checkpoint = seen.checkpoints[0];
  EXPECT_EQ(checkpoint.manifest.checkpoint, 2);
  EXPECT_TRUE(checkpoint.published);
  ASSERT_EQ(checkpoint.operators.size(), 1u);
  const InspectedOperator& op = checkpoint.operators[0];
  EXPECT_EQ(op.name, "counts per word");
  EXPECT_EQ(op.parallelism, 1);
  EXPECT_EQ(op.num_key_groups_used, 2);
  EXPECT_EQ(op.num_bytes, checkpoint.num_bytes);
  ASSERT_EQ(op.tables.size(), 1u);
  EXPECT_EQ(op.tables[0].num_rows, 5);
  EXPECT_EQ(op.tables[0].num_bytes, 7);
}

// The claim of `headwater checkpoint verify`: any byte of any file that is not empty.
TEST_F(CheckpointInspectionTest, EveryByteOfEveryFileOfAStateDirectoryCounts) {
  EXPECT_TRUE(write_savepoint(env_, *files_, *store_->find(2), state_ + "/savepoints").ok());
  const auto local = env_.locate(state_)->files;
  arrow::fs::FileSelector all;
  all.base_dir = state_;
  all.recursive = true;
  int num_files = 0;
  for (const arrow::fs::FileInfo& file : *local->GetFileInfo(all)) {
    if (file.type() != arrow::fs::FileType::File || file.size() == 0) continue;
    ++num_files;
    auto in = *local->OpenInputFile(file.path());
    const std::string bytes = (*in->ReadAt(0, file.size()))->ToString();
    const auto write = [&](const std::string& contents) {
      auto out = *local->OpenOutputStream(file.path());
      EXPECT_TRUE(out->Write(contents).ok() && out->Close().ok());
    };
    for (size_t at = 0; at < bytes.size(); at += bytes.size() > 40 ? 7 : 1) {
      std::string damaged = bytes;
      damaged[at] ^= 8;
      write(damaged);
      EXPECT_TRUE(inspect(state_).damaged()) << file.path() << " at " << at;
    }
    write(bytes.substr(0, bytes.size() - 1));
    EXPECT_TRUE(inspect(state_).damaged()) << file.path() << " cut";
    write(bytes);
  }
  // Three records; two manifests and two files of data; the savepoint's two.
  EXPECT_EQ(num_files, 9);
  EXPECT_FALSE(inspect(state_).damaged());
}

TEST_F(CheckpointInspectionTest, FindsWhatIsAtAPath) {
  const std::string job = state_ + "/counts";
  const std::string savepoint =
      write_savepoint(env_, *files_, *store_->find(2), state_ + "/savepoints").ValueOrDie();
  EXPECT_EQ(inspect(job).checkpoints.size(), 1u);
  EXPECT_EQ(inspect(job + "/checkpoint-000000000002-1").checkpoints.size(), 1u);
  EXPECT_EQ(inspect(savepoint).checkpoints[0].manifest.kind, ManifestKind::kSavepoint);
  EXPECT_EQ(inspect(state_ + "/savepoints/").checkpoints.size(), 1u);
  EXPECT_EQ(inspect(state_).checkpoints.size(), 2u);
  EXPECT_TRUE(inspect_checkpoints(env_, state_ + "/nothing", true).status().IsIOError());
}

TEST_F(CheckpointInspectionTest, TellsWhatBelongsToNobodyFromDamage) {
  ASSERT_TRUE(files_->put_new("data/000000000009-1-0-0", "half").ok());
  Inspection seen = inspect(state_);
  EXPECT_FALSE(seen.damaged());
  EXPECT_EQ(seen.unreferenced,
            std::vector<std::string>({files_->shown("data/000000000009-1-0-0")}));
  ASSERT_TRUE(files_->remove("checkpoint-000000000002-1").ok());
  EXPECT_TRUE(inspect(state_).damaged()) << "the newest one is missing";
}

}  // namespace
}  // namespace hw
