// SPDX-License-Identifier: Apache-2.0
//
// The durable directory as several processes in turn see it: written, published, chosen from,
// damaged, cleaned up, copied.

#include "job/checkpoint_store.h"

#include <unistd.h>

#include <arrow/buffer.h>
#include <arrow/filesystem/filesystem.h>
#include <arrow/io/interfaces.h>
#include <gtest/gtest.h>

#include "base/env/env.h"
#include "job/checkpoint_error.h"
#include "job/checkpoint_reader.h"
#include "job/restore_choice.h"
#include "job/savepoint.h"
#include "testkit/memory_objects.h"
#include "testkit/virtual_env.h"

namespace hw {
namespace {

using Numbers = std::vector<int64_t>;

enum class Place { kDisk, kObjects };

class CheckpointStoreTest : public testing::TestWithParam<Place> {
 protected:
  CheckpointStoreTest() {
    env_.set_object_store([this] { return objects_; });
    directory_ = "s3://bucket/job";
    if (GetParam() == Place::kDisk) {
      directory_ = testing::TempDir() + "checkpoint_store_test_" + std::to_string(::getpid()) +
                   "_" + std::to_string(real_env().random("directory").next()) +
                   std::to_string(num_directories++);
    }
    files_ = open_checkpoint_files(env_, directory_).ValueOrDie();
    restart();
  }

  // As after the death of the process before.
  void restart() {
    store_.reset();
    lease_.reset();
    lease_ = Lease::take(env_, files_, {}).ValueOrDie();
    store_ = CheckpointStore::open(env_, files_, *lease_, {.job = "counts"}).ValueOrDie();
  }

  // A snapshot of one instance with one stream of 100,000 bytes, or a kept one.
  Manifest prepare(int64_t checkpoint, const ManifestStream* kept = nullptr) {
    auto writer = store_->writer({.checkpoint = checkpoint});
    if (kept != nullptr) {
      const Manifest& earlier = *store_->find(store_->published().back());
      EXPECT_TRUE(writer->keep(*kept, *earlier.find_file(kept->file)).ok());
    }
    auto stream = writer->create("delta-" + std::to_string(checkpoint)).ValueOrDie();
    for (int i = 0; i < 1000; ++i) {
      EXPECT_TRUE(stream->Write(std::string(100, static_cast<char>('a' + checkpoint % 26))).ok());
    }
    EXPECT_TRUE(stream->Close().ok());
    InstanceFiles written = writer->finish().ValueOrDie();
    Manifest manifest;
    manifest.checkpoint = checkpoint;
    manifest.operators = {
        {.uid = "agg",
         .kind = "GroupAggregate",
         .name = "agg",
         .instances = {{.key_groups = {0, 1024}, .streams = std::move(written.streams)}}}};
    manifest.committables = {{"sink", 0, 1, checkpoint, "part"}};
    return manifest_with(std::move(manifest), std::move(written.files));
  }
  static Manifest manifest_with(Manifest manifest, std::vector<ManifestFile> files) {
    manifest.files = std::move(files);
    return manifest;
  }
  void publish(int64_t checkpoint, const ManifestStream* kept = nullptr) {
    Manifest manifest = prepare(checkpoint, kept);
    ASSERT_TRUE(store_->write_manifest(manifest).ok());
    ASSERT_TRUE(store_->publish(manifest).ok());
  }

  Result<RestoreChoice> choose(RestoreRequest request = {}) {
    request.job = "counts";
    HW_ASSIGN_OR_RETURN(const LeaseChain chain, read_lease_chain(*files_));
    return choose_restore(files_, chain, request);
  }
  int64_t chosen(RestoreRequest request = {}) {
    return choose(request).ValueOrDie().manifest->checkpoint;
  }

  void damage(const std::string& name, size_t at = 70'000) {
    std::string bytes = files_->read(name, 1 << 30).ValueOrDie();
    bytes[at % bytes.size()] ^= 4;
    ASSERT_TRUE(files_->remove(name).ok());
    ASSERT_TRUE(files_->put_new(name, bytes).ok());
  }
  std::vector<std::string> names(const std::string& directory) {
    std::vector<std::string> names;
    for (const StoredFile& file : *files_->list(directory)) names.push_back(file.name);
    return names;
  }

  static inline int num_directories = 0;
  VirtualEnv env_;
  const std::shared_ptr<MemoryObjects> objects_ = std::make_shared<MemoryObjects>();
  std::string directory_;
  std::shared_ptr<CheckpointFiles> files_;
  std::unique_ptr<Lease> lease_;
  std::unique_ptr<CheckpointStore> store_;
};

const std::string kSecondManifest = "checkpoint-000000000002-1";
const std::string kSecondData = "data/000000000002-1-0-0";

INSTANTIATE_TEST_SUITE_P(Places, CheckpointStoreTest,
                         testing::Values(Place::kDisk, Place::kObjects));

TEST_P(CheckpointStoreTest, TheNewestPublishedOneIsChosenAndReadBack) {
  EXPECT_EQ(choose()->manifest, nullptr);
  publish(1);
  publish(2);
  Manifest unpublished = prepare(3);
  ASSERT_TRUE(store_->write_manifest(unpublished).ok());
  restart();
  EXPECT_EQ(store_->published(), Numbers({1, 2}));
  EXPECT_EQ(store_->next_checkpoint(), 4) << "no number is used twice";
  const RestoreChoice choice = choose().ValueOrDie();
  EXPECT_EQ(choice.manifest->checkpoint, 2);
  EXPECT_EQ(choice.manifest->parent, 1);
  EXPECT_EQ(choice.manifest->job, "counts");
  EXPECT_EQ(choice.manifest->attempt, 1);
  const auto snapshot =
      open_snapshot(files_, choice.manifest, choice.manifest->operators[0].instances[0]);
  auto stream = snapshot->open("delta-2").ValueOrDie();
  EXPECT_EQ(*stream->GetSize(), 100'000);
  EXPECT_EQ((*stream->ReadAt(65'000, 1000))->ToString(), std::string(1000, 'c'));
  EXPECT_FALSE(snapshot->open("delta-1").ok());
}

TEST_P(CheckpointStoreTest, EveryDamagedByteOfAFileIsFound) {
  publish(1);
  const Manifest manifest = *store_->find(1);
  EXPECT_TRUE(verify_files(*files_, manifest).ok());
  for (const size_t at : {size_t{0}, size_t{65'535}, size_t{65'536}, size_t{99'999}}) {
    damage(manifest.files[0].name, at);
    EXPECT_TRUE(verify_files(*files_, manifest).IsSerializationError()) << at;
    damage(manifest.files[0].name, at);
  }
  EXPECT_TRUE(verify_files(*files_, manifest).ok());
  ASSERT_TRUE(files_->remove(manifest.files[0].name).ok());
  EXPECT_TRUE(verify_files(*files_, manifest).IsIOError());
  ASSERT_TRUE(files_->put_new(manifest.files[0].name, "short").ok());
  EXPECT_TRUE(verify_files(*files_, manifest).IsSerializationError());
}

TEST_P(CheckpointStoreTest, ADamagedOneIsPassedOverWhereNoSinkShowsMore) {
  publish(1);
  publish(2);
  damage(kSecondData);
  RestoreRequest sinks_show_one;
  sinks_show_one.newest_shown_epoch = [](const std::string&, int64_t) { return 1; };
  const RestoreChoice choice = choose(sinks_show_one).ValueOrDie();
  EXPECT_EQ(choice.manifest->checkpoint, 1);
  ASSERT_EQ(choice.damaged.size(), 1u);
  EXPECT_EQ(choice.damaged[0].checkpoint, 2);
  EXPECT_NE(choice.damaged[0].why.message().find("wrong checksum of the block at 65536"),
            std::string::npos)
      << choice.damaged[0].why;
}

TEST_P(CheckpointStoreTest, ADamagedOneThatSinksMayShowStopsTheJob) {
  publish(1);
  publish(2);
  damage(kSecondManifest);
  const Status unknown = choose().status();
  EXPECT_EQ(checkpoint_error_of(unknown), CheckpointErrorKind::kBehindSinks);
  EXPECT_EQ(unknown.message(),
            "the newest checkpoint that can be read is 1, but the sink 'sink' may show epoch 2: "
            "going on from it would repeat output. To do that under a new generation, name it with "
            "--restore '" +
                directory_ +
                "/checkpoint-000000000001-1'; to start anew, use --fresh; checkpoint 2: '" +
                directory_ + "/" + std::string(kSecondManifest) +
                "' is damaged: it is not the manifest that was published");
  RestoreRequest sink_shows_two;
  sink_shows_two.newest_shown_epoch = [](const std::string&, int64_t) { return 2; };
  EXPECT_EQ(checkpoint_error_of(choose(sink_shows_two).status()),
            CheckpointErrorKind::kBehindSinks);
}

TEST_P(CheckpointStoreTest, NothingReadableNeverStartsAnew) {
  publish(1);
  damage("checkpoint-000000000001-1");
  EXPECT_EQ(checkpoint_error_of(choose().status()), CheckpointErrorKind::kNothingValid);
  ASSERT_TRUE(files_->remove("checkpoint-000000000001-1").ok());
  EXPECT_EQ(checkpoint_error_of(choose().status()), CheckpointErrorKind::kNothingValid);
}

TEST_P(CheckpointStoreTest, WhatIsMissingIsSaidAndWhatWasRemovedWhenNewerOnesCameIsNot) {
  publish(1);
  publish(2);
  ASSERT_TRUE(files_->remove("checkpoint-000000000001-1").ok());
  damage(kSecondManifest);
  const std::string damaged = choose().status().message();
  EXPECT_NE(damaged.find("; checkpoint 2: "), std::string::npos) << damaged;
  EXPECT_EQ(damaged.find("; checkpoint 1: "), std::string::npos) << damaged;
  ASSERT_TRUE(files_->remove(std::string(kSecondManifest)).ok());
  const std::string gone = choose().status().message();
  EXPECT_NE(gone.find("; checkpoint 2: "), std::string::npos) << gone;
  EXPECT_NE(gone.find(files_->shown(std::string(kSecondManifest))), std::string::npos) << gone;
  EXPECT_EQ(gone.find("Failed to open"), std::string::npos) << gone;
  EXPECT_EQ(gone.find("; checkpoint 1: "), std::string::npos) << gone;
}

TEST_P(CheckpointStoreTest, ARecordThatMayHavePublishedMoreStopsTheJob) {
  publish(1);
  publish(2);
  damage(lease_record_name(3), 60);
  const Status status = choose().status();
  EXPECT_EQ(checkpoint_error_of(status), CheckpointErrorKind::kBehindSinks) << status;
  EXPECT_NE(status.message().find("; record 3 of the lease: "), std::string::npos) << status;
  lease_.reset();
  EXPECT_EQ(checkpoint_error_of(Lease::take(env_, files_, {}).status()),
            CheckpointErrorKind::kBehindSinks)
      << "no later attempt says that it goes on from the older one";
}

TEST_P(CheckpointStoreTest, AnotherJobsCheckpointIsNotTaken) {
  publish(1);
  const Status status =
      choose_restore(files_, *read_lease_chain(*files_), {.job = "sums"}).status();
  EXPECT_EQ(checkpoint_error_of(status), CheckpointErrorKind::kNothingValid);
  EXPECT_NE(status.message().find("is a checkpoint of the job 'counts', not of 'sums'"),
            std::string::npos)
      << status;
}

TEST_P(CheckpointStoreTest, AFencedAttemptPublishesNothing) {
  publish(1);
  Manifest late = prepare(2);
  ASSERT_TRUE(store_->write_manifest(late).ok());
  const auto next = Lease::take(env_, files_, {}).ValueOrDie();
  EXPECT_TRUE(is_fenced(store_->publish(late)));
  EXPECT_EQ(chosen(), 1);
}

TEST_P(CheckpointStoreTest, SharedFilesStayWhileAManifestNamesThem) {
  publish(1);
  const ManifestStream base = store_->find(1)->operators[0].instances[0].streams[0];
  publish(2, &base);
  EXPECT_EQ(store_->find(2)->files.size(), 2u);
  EXPECT_TRUE(store_->drop(1).ok());
  env_.advance_ms(60'000);
  EXPECT_TRUE(store_->sweep().empty());
  EXPECT_EQ(names("data"), std::vector<std::string>({"data/000000000001-1-0-0", kSecondData}));
  EXPECT_TRUE(verify_files(*files_, *store_->find(2)).ok());
  publish(3);
  EXPECT_TRUE(store_->drop(2).ok());
  EXPECT_TRUE(store_->sweep().empty());
  EXPECT_EQ(names("data").size(), 3u) << "the grace has not passed";
  env_.advance_ms(60'000);
  EXPECT_TRUE(store_->sweep().empty());
  EXPECT_EQ(names("data"), std::vector<std::string>({"data/000000000003-1-0-0"}));
  EXPECT_EQ(names(""), std::vector<std::string>({"checkpoint-000000000003-1"}));
  EXPECT_EQ(chosen(), 3);
}

TEST_P(CheckpointStoreTest, TheNewestIsNeverDropped) {
  publish(1);
  EXPECT_FALSE(store_->drop(1).ok());
  EXPECT_EQ(chosen(), 1);
}

TEST_P(CheckpointStoreTest, WhatDeadAttemptsLeftIsSwept) {
  publish(1);
  Manifest unpublished = prepare(2);
  ASSERT_TRUE(store_->write_manifest(unpublished).ok());
  (void)prepare(3);
  restart();
  publish(4);
  EXPECT_TRUE(store_->sweep().empty());
  EXPECT_EQ(names("data").size(), 4u);
  env_.advance_ms(60'000);
  for (const Status& status : store_->sweep()) ADD_FAILURE() << status;
  EXPECT_EQ(names("data"),
            std::vector<std::string>({"data/000000000001-1-0-0", "data/000000000004-2-0-0"}));
  EXPECT_EQ(names(""),
            std::vector<std::string>({"checkpoint-000000000001-1", "checkpoint-000000000004-2"}));
}

TEST_P(CheckpointStoreTest, AnAbortedCheckpointLeavesNothing) {
  Manifest manifest = prepare(1);
  ASSERT_TRUE(store_->write_manifest(manifest).ok());
  EXPECT_TRUE(store_->abandon(1).ok());
  EXPECT_TRUE(names("data").empty());
  EXPECT_TRUE(names("").empty());
}

TEST_P(CheckpointStoreTest, AnUnfinishedWriterRemovesItsFile) {
  {
    auto writer = store_->writer({.checkpoint = 1});
    auto stream = writer->create("index").ValueOrDie();
    EXPECT_TRUE(stream->Write("half").ok());
    EXPECT_FALSE(writer->create("more").ok()) << "the first one is open";
    EXPECT_FALSE(writer->finish().ok());
  }
  EXPECT_TRUE(names("data").empty());
}

TEST_P(CheckpointStoreTest, WhatWasAbandonedKeepsItsFiles) {
  publish(1);
  publish(2);
  damage(kSecondData);
  ASSERT_TRUE(
      lease_
          ->start_from({.generation = 1, .checkpoint = 1, .manifest = "checkpoint-000000000001-1"})
          .ok());
  restart();
  EXPECT_EQ(store_->published(), Numbers({1}));
  EXPECT_EQ(store_->next_checkpoint(), 3);
  env_.advance_ms(60'000);
  EXPECT_TRUE(store_->sweep().empty());
  EXPECT_EQ(names("data").size(), 2u);
  EXPECT_EQ(chosen(), 1);
}

TEST_P(CheckpointStoreTest, ASavepointHoldsEverythingAndMoves) {
  publish(1);
  const ManifestStream base = store_->find(1)->operators[0].instances[0].streams[0];
  publish(2, &base);
  const std::string path =
      write_savepoint(env_, *files_, *store_->find(2), directory_ + "/kept/").ValueOrDie();
  const auto local = env_.locate(directory_)->files;
  ASSERT_TRUE(local->DeleteDir(directory_ + "/data").ok());
  // Objects are not moved.
  const std::string moved = GetParam() == Place::kDisk ? directory_ + "/moved" : path;
  if (moved != path) ASSERT_TRUE(local->Move(path, moved).ok());
  const OpenedCheckpoint opened = open_checkpoint(env_, moved).ValueOrDie();
  EXPECT_EQ(opened.manifest->kind, ManifestKind::kSavepoint);
  EXPECT_EQ(opened.manifest->committables.size(), 1u);
  EXPECT_TRUE(verify_files(*opened.files, *opened.manifest).ok());
  const auto snapshot =
      open_snapshot(opened.files, opened.manifest, opened.manifest->operators[0].instances[0]);
  EXPECT_EQ(*(*snapshot->open("delta-1"))->GetSize(), 100'000);
}

TEST_P(CheckpointStoreTest, HalfASavepointIsNone) {
  publish(1);
  const std::string path =
      write_savepoint(env_, *files_, *store_->find(1), directory_).ValueOrDie();
  EXPECT_TRUE(open_checkpoint(env_, path + "/manifest").ok());
  EXPECT_TRUE(open_checkpoint(env_, directory_ + "/checkpoint-000000000001-1").ok());
  ASSERT_TRUE(env_.locate(directory_)->files->DeleteFile(path + "/manifest").ok());
  EXPECT_EQ(open_checkpoint(env_, path).status().message(),
            "'" + path + "' is no savepoint, or only half of one: it has no file 'manifest'");
  EXPECT_TRUE(open_checkpoint(env_, directory_ + "/nothing").status().IsIOError());
}

TEST_P(CheckpointStoreTest, ADamagedFileIsNotCopiedIntoASavepoint) {
  publish(1);
  damage("data/000000000001-1-0-0");
  EXPECT_TRUE(
      write_savepoint(env_, *files_, *store_->find(1), directory_).status().IsSerializationError());
}

TEST_P(CheckpointStoreTest, ForgetsWhatAnEarlierAttemptBeganToUpload) {
  publish(1);
  objects_->begun = {"job/data/000000000002-1-0-0", "job/data/000000000002-2-0-0",
                     "job/data/of-somebody-else", "another/data/000000000002-1-0-0"};
  restart();
  env_.advance_ms(60'000);
  EXPECT_TRUE(store_->sweep().empty());
  if (GetParam() == Place::kObjects) {
    EXPECT_EQ(objects_->begun,
              (std::vector<std::string>{"job/data/000000000002-2-0-0", "job/data/of-somebody-else",
                                        "another/data/000000000002-1-0-0"}));
  }
}

}  // namespace
}  // namespace hw
