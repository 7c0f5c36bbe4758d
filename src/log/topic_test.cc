// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <string>
#include <vector>

#include <arrow/filesystem/filesystem.h>
#include <gtest/gtest.h>

#include "log/compaction.h"
#include "log/file_names.h"
#include "log/log_error.h"
#include "log/retention.h"
#include "log/scratch_topic.h"
#include "log/small_file.h"
#include "log/topic_chain.h"
#include "testkit/faulty_env.h"
#include "testkit/virtual_env.h"

namespace hw {
namespace {

class TopicTest : public testing::Test {
 protected:
  void create(int num_partitions, TopicOptions options = {}) {
    const Status made = create_topic(env_, directory_.path(),
                                     {.name = "t",
                                      .schema = scratch_schema(),
                                      .num_partitions = num_partitions,
                                      .options = std::move(options)});
    ASSERT_TRUE(made.ok()) << made.ToString();
  }
  std::unique_ptr<TopicWriter> writer(std::vector<int> partitions, int64_t attempt = 1) {
    auto made =
        TopicWriter::open(env_, scratch_writer(directory_.path(), std::move(partitions), attempt));
    EXPECT_TRUE(made.ok()) << made.status().ToString();
    return made.ok() ? *std::move(made) : nullptr;
  }
  std::unique_ptr<Topic> topic() { return *Topic::open(env_, directory_.path(), "t"); }
  std::string read(int partition) {
    const auto text = scratch_read(env_, directory_.path(), partition);
    return text.ok() ? *text : text.status().ToString();
  }
  static void append(TopicWriter& writer, int partition, int64_t first, int64_t count) {
    const Status status = writer.append(partition, scratch_rows(first, count),
                                        {.min = first * 1000, .max = (first + count) * 1000});
    ASSERT_TRUE(status.ok()) << status.ToString();
  }
  static int64_t commit(TopicWriter& writer, const std::string& token) {
    const auto committed = writer.commit({&token, 1});
    EXPECT_TRUE(committed.ok()) << committed.status().ToString();
    return committed.ok() ? *committed : -1;
  }
  /// One epoch with rows of one partition.
  static int64_t write(TopicWriter& writer, int partition, int64_t first, int64_t count) {
    append(writer, partition, first, count);
    const auto token = writer.prepare(writer.settled_epoch() + 1);
    EXPECT_TRUE(token.ok()) << token.status().ToString();
    return commit(writer, *token);
  }

  VirtualEnv env_{1'000'000};
  const ScratchDirectory directory_;
};

TEST_F(TopicTest, RowsAppearOnAllPartitionsWithTheCommit) {
  create(2);
  const auto rows = writer({0, 1});
  append(*rows, 0, 10, 2);
  append(*rows, 1, 20, 1);
  append(*rows, 0, 12, 1);
  const std::string token = *rows->prepare(1);
  EXPECT_EQ(read(0), "");
  EXPECT_EQ(read(1), "");
  EXPECT_GT(commit(*rows, token), 0);
  EXPECT_EQ(read(0), "0:10 1:11 2:12");
  EXPECT_EQ(read(1), "0:20");
}

TEST_F(TopicTest, ATokenCommittedTwiceAppearsOnce) {
  create(1);
  const auto rows = writer({0});
  append(*rows, 0, 1, 2);
  const std::string token = *rows->prepare(5);
  EXPECT_GT(commit(*rows, token), 0);
  EXPECT_EQ(commit(*rows, token), 0);
  const std::vector<std::string> both = {token, token, ""};
  EXPECT_EQ(*rows->commit(both), 0);
  EXPECT_EQ(read(0), "0:1 1:2");
}

TEST_F(TopicTest, PreparedRowsWaitForTheirCommitAcrossARestart) {
  create(1);
  auto rows = writer({0});
  write(*rows, 0, 1, 1);
  append(*rows, 0, 2, 2);
  const std::string pending = *rows->prepare(2);
  append(*rows, 0, 90, 3);  // never prepared
  rows = nullptr;
  rows = writer({0}, 2);
  EXPECT_EQ(read(0), "0:1");
  EXPECT_GT(commit(*rows, pending), 0);
  write(*rows, 0, 4, 1);
  EXPECT_EQ(read(0), "0:1 1:2 2:3 3:4");
}

TEST_F(TopicTest, RowsOfAnotherWriterComeBeforeALateCommit) {
  create(1);
  auto rows = writer({0});
  append(*rows, 0, 1, 2);
  const std::string pending = *rows->prepare(1);
  rows = nullptr;
  {
    const auto other = *TopicWriter::open(env_, scratch_writer(directory_.path(), {0}, 1, "other"));
    write(*other, 0, 70, 1);
  }
  rows = writer({0}, 2);
  EXPECT_GT(commit(*rows, pending), 0);
  EXPECT_EQ(read(0), "0:70 1:1 2:2");
}

TEST_F(TopicTest, AnEpochThatIsSkippedIsRefused) {
  create(1);
  const auto rows = writer({0});
  append(*rows, 0, 1, 1);
  const std::string first = *rows->prepare(1);
  append(*rows, 0, 2, 1);
  const std::string second = *rows->prepare(2);
  const auto skipped = rows->commit({&second, 1});
  EXPECT_TRUE(skipped.status().IsInvalid()) << skipped.status().ToString();
  const std::vector<std::string> both = {second, first};
  EXPECT_GT(*rows->commit(both), 0);
  EXPECT_EQ(read(0), "0:1 1:2");
}

TEST_F(TopicTest, AnAbortedEpochNeverAppears) {
  create(1);
  const auto rows = writer({0});
  append(*rows, 0, 1, 1);
  const std::string token = *rows->prepare(1);
  EXPECT_TRUE(rows->abort({&token, 1}).ok());
  EXPECT_EQ(commit(*rows, token), 0);
  write(*rows, 0, 2, 1);
  EXPECT_EQ(read(0), "0:2");
}

TEST_F(TopicTest, DiscardedRowsNeverAppear) {
  create(1);
  const auto rows = writer({0});
  append(*rows, 0, 1, 1);
  EXPECT_TRUE(rows->discard().ok());
  EXPECT_EQ(*rows->prepare(1), "");
  write(*rows, 0, 2, 1);
  EXPECT_EQ(read(0), "0:2");
}

TEST_F(TopicTest, APartitionHasOneWriter) {
  create(2);
  const auto rows = writer({0});
  const auto other = TopicWriter::open(env_, scratch_writer(directory_.path(), {0}, 1, "other"));
  EXPECT_EQ(log_error_of(other.status()), LogErrorKind::kHeld) << other.status().ToString();
  EXPECT_NE(other.status().message().find("process 0 on localhost"), std::string::npos)
      << other.status().ToString();
  const auto neighbour =
      TopicWriter::open(env_, scratch_writer(directory_.path(), {1}, 1, "other"));
  EXPECT_TRUE(neighbour.ok()) << neighbour.status().ToString();
}

TEST_F(TopicTest, AHigherAttemptFencesASleepingWriter) {
  create(1);
  const auto sleeper = writer({0}, 1);
  append(*sleeper, 0, 1, 1);
  const std::string token = *sleeper->prepare(1);
  const auto rows = writer({0}, 2);
  // What the sleeper writes when it wakes goes to a file of its own.
  append(*sleeper, 0, 66, 3);
  EXPECT_TRUE(sleeper->prepare(2).ok());
  write(*rows, 0, 5, 1);
  const auto late = sleeper->commit({&token, 1});
  EXPECT_EQ(log_error_of(late.status()), LogErrorKind::kFenced) << late.status().ToString();
  const auto again = TopicWriter::open(env_, scratch_writer(directory_.path(), {0}, 1));
  EXPECT_EQ(log_error_of(again.status()), LogErrorKind::kFenced) << again.status().ToString();
  EXPECT_EQ(read(0), "0:5");
}

TEST_F(TopicTest, ReadersTailWhatIsCommitted) {
  create(1);
  const auto rows = writer({0});
  const auto seen = topic();
  const auto reader = *TopicReader::open(*seen, {});
  EXPECT_FALSE(*seen->refresh());
  EXPECT_FALSE(reader->next()->has_value());
  const int64_t number = write(*rows, 0, 1, 2);
  EXPECT_FALSE(reader->next()->has_value());  // not before the topic is refreshed
  EXPECT_TRUE(*seen->refresh());
  const TopicBatch first = **reader->next();
  EXPECT_EQ(first.batch.to_text(), "+I[1, s1] | +I[2, s2]");
  EXPECT_EQ(first.commit, number);
  EXPECT_EQ(first.times.min, 1000);
  append(*rows, 0, 3, 1);
  EXPECT_TRUE(rows->prepare(2).ok());
  EXPECT_FALSE(*seen->refresh());
  EXPECT_FALSE(reader->next()->has_value());
  EXPECT_EQ(reader->position(), 2);
  EXPECT_FALSE(reader->finished());
}

TEST_F(TopicTest, SegmentsRollAndSplitsCoverTheTopic) {
  create(1, {.segment_bytes = 8192, .flush = FlushPolicy::kNone});
  const auto rows = writer({0});
  std::string expected;
  for (int64_t n = 0; n < 200; ++n) {
    write(*rows, 0, n, 1);
    expected += (n > 0 ? " " : "") + std::to_string(n) + ":" + std::to_string(n);
  }
  EXPECT_EQ(read(0), expected);
  const auto seen = topic();
  const std::vector<TopicSplit> splits = seen->splits();
  ASSERT_GT(splits.size(), 5U);
  std::string joined;
  int64_t next = 0;
  for (const TopicSplit& split : splits) {
    EXPECT_EQ(split.first_offset, next);
    next = split.end_offset;
    joined +=
        (joined.empty() ? "" : " ") + *scratch_read(*seen, 0, split.first_offset, split.end_offset);
  }
  EXPECT_EQ(joined, expected);
  // Commits of closed pieces lie in index files, not in the state.
  EXPECT_TRUE(seen->state().partitions[0].pieces[0].extents.empty());
  EXPECT_EQ(*scratch_read(*seen, 0, 7, 9), "7:7 8:8");
}

TEST_F(TopicTest, RangesOfALargeCommitCoverItAndAreReadByThemselves) {
  create(1);
  const auto rows = writer({0});
  for (int64_t frame = 0; frame < 9; ++frame) {
    ASSERT_TRUE(rows->append(0, scratch_rows(frame * 50, 50), {}).ok());
  }
  const std::string token = *rows->prepare(1);
  ASSERT_TRUE(rows->commit({&token, 1}).ok());
  const auto seen = topic();
  EXPECT_EQ(seen->splits().size(), 1U);
  const int64_t num_bytes = seen->splits()[0].num_bytes;
  const std::string expected = read(0);
  for (const int64_t bytes_max : {num_bytes / 2, num_bytes / 7, int64_t{1}}) {
    const std::vector<TopicSplit> splits = seen->splits(bytes_max);
    EXPECT_EQ(splits.size(), bytes_max == 1 ? 450U : bytes_max == num_bytes / 2 ? 2U : 7U);
    std::string joined;
    int64_t next = 0;
    for (const TopicSplit& split : splits) {
      EXPECT_EQ(split.first_offset, next);
      next = split.end_offset;
      joined += (joined.empty() ? "" : " ") +
                *scratch_read(*seen, 0, split.first_offset, split.end_offset);
    }
    EXPECT_EQ(joined, expected);
  }
}

TEST_F(TopicTest, PositionsAreFoundByTimeAndCommit) {
  create(1, {.segment_bytes = 8192, .flush = FlushPolicy::kNone});
  const auto rows = writer({0});
  std::vector<int64_t> commits;
  for (int64_t n = 0; n < 100; ++n) commits.push_back(write(*rows, 0, n, 1));
  const auto seen = topic();
  EXPECT_EQ(*seen->offset_for_time(0, 0), 0);
  EXPECT_EQ(*seen->offset_for_time(0, 50'000), 49);  // times reach to 50 s
  EXPECT_EQ(*seen->offset_for_time(0, 1'000'000), 100);
  EXPECT_EQ(*seen->offset_for_commit(0, commits[42]), 42);
  EXPECT_EQ(*seen->offset_for_commit(0, commits.back() + 1), 100);
  EXPECT_FALSE(seen->offset_for_time(1, 0).ok());
}

TEST_F(TopicTest, RowKindsStay) {
  create(1);
  const auto rows = writer({0});
  ASSERT_TRUE(
      rows->append(0, *parse_batch(scratch_schema(), "+ 1 a | -U 1 a | +U 1 null | -D 1 null"), {})
          .ok());
  commit(*rows, *rows->prepare(1));
  const auto seen = topic();
  const auto reader = *TopicReader::open(*seen, {});
  EXPECT_EQ((*reader->next())->batch.to_text(), "+I[1, a] | -U[1, a] | +U[1, NULL] | -D[1, NULL]");
}

TEST_F(TopicTest, TheSchemaEvolvesAndOldRowsAreWidened) {
  create(1);
  const auto narrow = *parse_schema("n INT NOT NULL");
  ASSERT_TRUE(create_topic(env_, directory_.path(), {.name = "narrow", .schema = narrow}).ok());
  TopicWriterOptions options = scratch_writer(directory_.path(), {0});
  options.topic = "narrow";
  {
    const auto rows = *TopicWriter::open(env_, options);
    ASSERT_TRUE(rows->append(0, *parse_batch(narrow, "+ 1 | + -2"), {}).ok());
    commit(*rows, *rows->prepare(1));
    EXPECT_TRUE(rows->append(0, scratch_rows(1, 1), {}).IsTypeError());
  }
  options.schema = scratch_schema();
  options.attempt = 2;
  {
    const auto rows = *TopicWriter::open(env_, options);
    ASSERT_TRUE(rows->append(0, scratch_rows(3, 1), {}).ok());
    commit(*rows, *rows->prepare(2));
  }
  const auto seen = *Topic::open(env_, directory_.path(), "narrow");
  EXPECT_EQ(seen->state().schemas.size(), 2U);
  const auto reader = *TopicReader::open(*seen, {});
  EXPECT_EQ((*reader->next())->batch.to_text(), "+I[1, NULL] | +I[-2, NULL]");
  EXPECT_EQ((*reader->next())->batch.to_text(), "+I[3, s3]");
  options.schema = *parse_schema("n STRING, s STRING");
  const auto refused = TopicWriter::open(env_, options);
  EXPECT_TRUE(refused.status().IsInvalid());
  EXPECT_NE(refused.status().message().find("'n' is BIGINT and would be STRING"), std::string::npos)
      << refused.status().ToString();
}

TEST_F(TopicTest, TopicsAreListedAndMadeOnce) {
  EXPECT_TRUE(list_topics(env_, directory_.path())->empty());
  create(1);
  EXPECT_EQ(*list_topics(env_, directory_.path()), std::vector<std::string>{"t"});
  EXPECT_TRUE(create_topic(env_, directory_.path(), {.name = "t", .schema = scratch_schema()})
                  .IsAlreadyExists());
  EXPECT_TRUE(Topic::open(env_, directory_.path(), "none").status().IsKeyError());
  EXPECT_TRUE(Topic::open(env_, directory_.path(), "../t").status().IsInvalid());
}

// Found by simulation (tests/sim/scenarios/topic_in_the_making.scenario).
TEST_F(TopicTest, ATopicWhoseMakerWasKilledIsMadeAgain) {
  const std::string chain = directory_.path() + "/t/chain";
  ASSERT_TRUE(env_.locate(chain)->files->CreateDir(chain).ok());
  ASSERT_TRUE(env_.open_append(chain + "/tmp-host-1-2-0").ok());
  EXPECT_EQ(log_error_of(Topic::open(env_, directory_.path(), "t").status()), std::nullopt);
  create(1);
  EXPECT_GT(write(*writer({0}), 0, 10, 1), 0);
}

TEST_F(TopicTest, ARestartedWriterGoesOnInTheLastSegment) {
  create(1);
  for (int64_t n = 0; n < 10; ++n) {
    const auto rows = writer({0}, n + 1);
    write(*rows, 0, n, 1);
  }
  EXPECT_EQ(topic()->state().partitions[0].pieces.size(), 1U);
  EXPECT_EQ(read(0), "0:0 1:1 2:2 3:3 4:4 5:5 6:6 7:7 8:8 9:9");
}

TEST_F(TopicTest, SmallCommitsWithoutEndKeepTheStateSmall) {
  constexpr int64_t kEpochs = 4200;
  create(1, {.flush = FlushPolicy::kNone});
  {
    const auto rows = writer({0}, 1);
    std::vector<std::string> tokens;
    for (int64_t n = 0; n < kEpochs; ++n) {
      append(*rows, 0, n, 1);
      tokens.push_back(*rows->prepare(n + 1));
    }
    EXPECT_GT(*rows->commit(tokens), 0);
    write(*rows, 0, kEpochs, 1);
  }
  const auto topic = this->topic();
  const PartitionState& partition = topic->state().partitions[0];
  ASSERT_EQ(partition.pieces.size(), 2U);
  EXPECT_TRUE(partition.pieces[0].indexed);
  EXPECT_LT(encode_state(topic->state()).size(), 50'000U);
  // The segment is open still: nobody may take its older rows away.
  EXPECT_EQ(partition.pieces[0].segment, partition.pieces[1].segment);
  EXPECT_EQ(expired_pieces(partition, {.retention_ms = 1}, {.now_ms = 1LL << 50}), 0U);
  EXPECT_EQ(compactable_pieces(partition, {.cleanup_compact = true, .key = {"n"}}, kEpochs), 0U);
  const std::string rows = read(0);
  EXPECT_TRUE(rows.starts_with("0:0 1:1 2:2 "));
  EXPECT_TRUE(rows.ends_with(" 4199:4199 4200:4200"));
}

TEST_F(TopicTest, TheChainIsFoldedAndLaggingReadersFollow) {
  create(1);
  const std::string path = directory_.path() + "/t";
  const ChainLimits limits{
      .records_between_states = 4, .bytes_between_states = 1 << 20, .records_kept = 3};
  const auto chain = *TopicChain::open(env_, path, limits);
  const auto lagging = *TopicChain::open(env_, path, limits);
  TopicOptions options;
  for (int64_t n = 1; n <= 50; ++n) {
    options.retention_ms = n;
    ASSERT_TRUE(chain
                    ->publish([&](const TopicState&) -> Result<std::optional<TopicChange>> {
                      return TopicChange(SetOptions{options});
                    })
                    .ok());
  }
  EXPECT_FALSE(*file_exists(chain->files(), path + "/chain/" + "0000000000000001.rec"));
  EXPECT_LT(names_in(chain->files(), path + "/chain")->size(), 16U);
  EXPECT_TRUE(*lagging->refresh());
  EXPECT_TRUE(lagging->state() == chain->state());
  EXPECT_TRUE((*TopicChain::open(env_, path, limits))->state() == chain->state());
  EXPECT_TRUE(*decode_state(encode_state(chain->state())) == chain->state());
}

TEST_F(TopicTest, WhoSleptWhileRecordsWereRemovedPublishesNothingNobodyReads) {
  create(1);
  const std::string path = directory_.path() + "/t";
  const ChainLimits limits{
      .records_between_states = 2, .bytes_between_states = 1 << 20, .records_kept = 1};
  const auto sleeper = *TopicChain::open(env_, path, limits);
  const auto chain = *TopicChain::open(env_, path, limits);
  int64_t wanted = 0;
  const auto set = [&](const TopicState& state) -> Result<std::optional<TopicChange>> {
    TopicOptions options = state.options;
    options.retention_ms += wanted;
    return TopicChange(SetOptions{options});
  };
  int calls = 0;
  ASSERT_TRUE(sleeper
                  ->publish([&](const TopicState& state) {
                    // Between its look at the chain and its record, the others write twenty.
                    wanted = 1;
                    for (int n = 0; calls == 0 && n < 20; ++n)
                      EXPECT_TRUE(chain->publish(set).ok());
                    ++calls;
                    wanted = 100;
                    return set(state);
                  })
                  .ok());
  EXPECT_EQ(calls, 2);
  EXPECT_EQ((*TopicChain::open(env_, path, limits))->state().options.retention_ms, 120);
}

// Found by a batch of 30 splits, each of which opened the topic and looked at all of its rows.
TEST_F(TopicTest, WhatNobodySyncedIsLookedAtOnce) {
  create(1, {.flush = FlushPolicy::kNone});
  {
    const auto rows = writer({0}, 1);
    write(*rows, 0, 0, 10);
  }
  const std::string path = directory_.path() + "/t";
  const auto files = real_env().locate(path)->files;
  arrow::fs::FileSelector chain;
  chain.base_dir = path + "/chain";
  const auto before = *files->GetFileInfo(chain);
  const std::string state = chain.base_dir + "/" + state_name(topic()->state().record);
  EXPECT_TRUE(std::ranges::none_of(before, [&](const auto& file) { return file.path() == state; }));
  EXPECT_EQ(files->GetFileInfo(state)->type(), arrow::fs::FileType::File);
  EXPECT_EQ(read(0), "0:0 1:1 2:2 3:3 4:4 5:5 6:6 7:7 8:8 9:9");
}

// Found by several writers of one job that began together: whoever looked between the record of the
// new number and its state took the topic for damaged, though another was about to finish.
TEST_F(TopicTest, ATopicThatIsJustNumberedAnewIsWaitedFor) {
  create(1, {.flush = FlushPolicy::kNone});
  const std::string path = directory_.path() + "/t";
  const auto files = real_env().locate(path)->files;
  const std::string first = path + "/chain/0000000000000001.rec";
  ASSERT_TRUE(files->CopyFile(first, path + "/kept").ok());
  std::string state;
  auto chain = *TopicChain::open(env_, path);
  auto cut = *chain->cut_lock();
  ASSERT_TRUE(chain->skip_lost_numbers().ok());
  const std::string number = std::to_string(chain->state().record);
  state = path + "/chain/" + std::string(16 - number.size(), '0') + number + ".state";
  // As it was a moment before, with a writer that lives.
  ASSERT_TRUE(files->Move(state, path + "/state").ok());
  ASSERT_TRUE(files->Move(path + "/kept", first).ok());
  const auto living = *env_.try_lock(writer_lock(path, 0, 7));
  ASSERT_NE(living, nullptr);
  FaultyEnv env;
  int times = 0;
  env.while_asleep = [&] {
    if (++times != 3) return;
    ASSERT_TRUE(files->Move(path + "/state", state).ok());
    ASSERT_TRUE(files->DeleteFile(first).ok());
    cut.reset();
  };
  const auto opened = TopicChain::open(env, path);
  ASSERT_TRUE(opened.ok()) << opened.status().ToString();
  EXPECT_EQ((*opened)->state().record, chain->state().record);
}

TEST_F(TopicTest, ATopicWhoseFilesAreJustRemovedIsGoneAndNotDamaged) {
  create(1);
  write(*writer({0}), 0, 1, 3);
  const std::string path = directory_.path() + "/t";
  const auto files = real_env().locate(path)->files;
  // `rm -r` begins with any file.
  ASSERT_TRUE(files->DeleteFile(path + "/chain/0000000000000001.rec").ok());
  FaultyEnv env;
  EXPECT_EQ(log_error_of(Topic::open_settled(env, directory_.path(), "t").status()),
            LogErrorKind::kDamaged);
  int times = 0;
  env.while_asleep = [&] {
    if (++times == 3) ASSERT_TRUE(files->DeleteDir(path).ok());
  };
  const Status gone = Topic::open_settled(env, directory_.path(), "t").status();
  EXPECT_TRUE(gone.IsKeyError()) << gone.ToString();
}

}  // namespace
}  // namespace hw
