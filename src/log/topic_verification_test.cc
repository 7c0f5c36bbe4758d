// SPDX-License-Identifier: Apache-2.0

#include "log/topic_verification.h"

#include <arrow/filesystem/filesystem.h>
#include <arrow/io/interfaces.h>
#include <gtest/gtest.h>

#include "base/env/env.h"
#include "log/log_error.h"
#include "log/scratch_topic.h"

namespace hw {
namespace {

/// Path of the only segment.
std::string segment_path(const std::string& directory) {
  arrow::fs::FileSelector selector;
  selector.base_dir = directory + "/t/p00000";
  for (const auto& info : *(*real_env().locate(directory)).files->GetFileInfo(selector)) {
    if (info.path().ends_with(".seg")) return info.path();
  }
  return "";
}

void write_topic(const std::string& directory) {
  ASSERT_TRUE(create_topic(real_env(), directory, {.name = "t", .schema = scratch_schema()}).ok());
  const auto writer = *TopicWriter::open(real_env(), scratch_writer(directory, {0}));
  for (int64_t epoch = 1; epoch <= 3; ++epoch) {
    ASSERT_TRUE(writer->append(0, scratch_rows(epoch * 10, 4), {}).ok());
    const auto token = writer->prepare(epoch);
    ASSERT_TRUE(token.ok() && writer->commit({&*token, 1}).ok());
  }
}

std::string record_path(const std::string& directory, int record) {
  return directory + "/t/chain/000000000000000" + std::to_string(record) + ".rec";
}

TEST(TopicVerification, AMissingRecordIsDamageForEverybody) {
  // 1 makes the topic, 2 opens the writer, 3 to 5 are commits.
  for (int record = 1; record <= 4; ++record) {
    const ScratchDirectory directory;
    write_topic(directory.path());
    const std::string path = record_path(directory.path(), record);
    const auto files = (*real_env().locate(path)).files;
    ASSERT_TRUE(files->DeleteFile(path).ok());
    const auto found = verify_topic(real_env(), directory.path(), "t");
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_EQ(found->damage.size(), 1u) << record;
    EXPECT_EQ(log_error_of(Topic::open(real_env(), directory.path(), "t").status()),
              LogErrorKind::kDamaged);
    EXPECT_EQ(log_error_of(
                  TopicWriter::open(real_env(), scratch_writer(directory.path(), {0}, 2)).status()),
              LogErrorKind::kDamaged);
  }
}

TEST(TopicVerification, ATopicThatHasLostItsChainIsNotMadeAnew) {
  const ScratchDirectory directory;
  write_topic(directory.path());
  const auto files = (*real_env().locate(directory.path())).files;
  ASSERT_TRUE(files->DeleteDir(directory.path() + "/t/chain").ok());
  const auto found = verify_topic(real_env(), directory.path(), "t");
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->damage.size(), 1u);
  EXPECT_EQ(log_error_of(Topic::open(real_env(), directory.path(), "t").status()),
            LogErrorKind::kDamaged);
  EXPECT_EQ(log_error_of(create_topic(real_env(), directory.path(),
                                      {.name = "t", .schema = scratch_schema()})),
            LogErrorKind::kDamaged);
}

TEST(TopicVerification, AReaderThatIsThereAlreadySeesThatARecordIsMissing) {
  const ScratchDirectory directory;
  write_topic(directory.path());
  const auto before = *Topic::open(real_env(), directory.path(), "t");
  const auto add_option = [&](int64_t ms) {
    const auto topic = *Topic::open(real_env(), directory.path(), "t");
    TopicOptions options = topic->state().options;
    options.segment_ms = ms;
    return topic->set_options(options);
  };
  ASSERT_TRUE(add_option(60'000).ok() && add_option(70'000).ok());
  const std::string path = record_path(directory.path(), 6);
  ASSERT_TRUE((*real_env().locate(path)).files->DeleteFile(path).ok());
  for (int times = 0; times < 2; ++times) {
    EXPECT_EQ(log_error_of(before->refresh().status()), LogErrorKind::kDamaged);
  }
  EXPECT_EQ(log_error_of(before->set_options({.segment_ms = 80'000})), LogErrorKind::kDamaged);
}

TEST(TopicVerification, CountsWhatIsThere) {
  const ScratchDirectory directory;
  write_topic(directory.path());
  const auto found = verify_topic(real_env(), directory.path(), "t");
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->num_rows, 12);
  EXPECT_EQ(found->num_pieces, 1);
  EXPECT_TRUE(found->damage.empty()) << found->damage[0];
  EXPECT_TRUE(verify_topic(real_env(), directory.path(), "other").status().IsKeyError());
}

TEST(TopicVerification, NamesTheFileOfOneChangedByte) {
  const ScratchDirectory directory;
  write_topic(directory.path());
  const std::string path = segment_path(directory.path());
  const auto files = (*real_env().locate(path)).files;
  const auto bytes = *(*files->OpenInputFile(path))->ReadAt(0, 1 << 20);
  std::string changed = bytes->ToString();
  changed[changed.size() / 2] ^= 1;
  const auto out = *files->OpenOutputStream(path);
  ASSERT_TRUE(out->Write(changed).ok() && out->Close().ok());
  const auto found = verify_topic(real_env(), directory.path(), "t");
  ASSERT_EQ(found->damage.size(), 1u);
  EXPECT_NE(found->damage[0].find(path), std::string::npos) << found->damage[0];
}

TEST(TopicVerification, NamesASegmentThatWasCutShort) {
  const ScratchDirectory directory;
  write_topic(directory.path());
  const std::string path = segment_path(directory.path());
  ASSERT_TRUE((*real_env().open_append(path))->truncate(400).ok());
  EXPECT_EQ(verify_topic(real_env(), directory.path(), "t")->damage.size(), 1u);
}

}  // namespace
}  // namespace hw
