// SPDX-License-Identifier: Apache-2.0

#include <string>

#include <arrow/buffer.h>
#include <arrow/filesystem/filesystem.h>
#include <arrow/io/interfaces.h>
#include <gtest/gtest.h>

#include "base/env/env.h"
#include "columnar/key_bytes.h"
#include "columnar/literal.h"
#include "connectors/testing/table_probe.h"
#include "state/keyed_table.h"
#include "state/manifest.h"
#include "state/snapshot.h"
#include "state/state_store.h"

namespace hw {
namespace {

using testing::TableProbe;

constexpr int kKeyGroups = 16;

// A savepoint of one operator at parallelism 2: words and their counts.
class CheckpointTest : public ::testing::Test {
 protected:
  CheckpointTest() {
    const std::string name = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    path_ = ::testing::TempDir() + "checkpoint_test_" + name + "_" +
            std::to_string(real_env().random(name).next());
    EXPECT_TRUE(files()->CreateDir(path_ + "/data").ok());
    manifest_.job = "counts";
    manifest_.kind = ManifestKind::kSavepoint;
    manifest_.generation = 1;
    manifest_.attempt = 1;
    manifest_.checkpoint = 3;
    manifest_.num_key_groups = kKeyGroups;
    ManifestOperator op{.uid = "agg", .kind = "GroupAggregate", .name = "GroupAggregate(…)"};
    for (int subtask = 0; subtask < 2; ++subtask) add_instance(subtask, op);
    manifest_.operators.push_back(std::move(op));
    write("manifest", encode(manifest_));
  }

  std::shared_ptr<arrow::fs::FileSystem> files() { return real_env().locate(path_)->files; }

  void write(const std::string& name, const std::string& bytes) {
    auto out = *files()->OpenOutputStream(path_ + "/" + name);
    EXPECT_TRUE(out->Write(bytes).ok() && out->Close().ok());
  }

  void add_instance(int subtask, ManifestOperator& op) {
    const KeyGroupRange range = key_groups_of_instance(subtask, kKeyGroups, 2);
    StateStore store({.memory_pool = real_env().memory_pool(),
                      .num_key_groups = kKeyGroups,
                      .key_groups = range});
    KeyedTable& groups =
        store.keyed_table("groups", {.keys = {{"key_word", SqlType::string()}},
                                     .values = {{"COUNT(*).count", SqlType::bigint().not_null()}}});
    const Batch words =
        *parse_batch(*parse_schema("w STRING"), "+ a | + b | + c | + d | + e | + f");
    const std::vector<uint64_t> hashes = hash_keys(words.columns(), words.num_rows());
    for (int64_t row = 0; row < words.num_rows(); ++row) {
      if (!range.contains(key_group_of(hashes[static_cast<size_t>(row)], kKeyGroups))) continue;
      const ColumnPtr word = words.column(0)->slice(row, 1);
      std::vector<uint32_t> numbers;
      EXPECT_TRUE(
          groups.find_or_insert({.columns = std::span(&word, 1), .num_rows = 1}, numbers, nullptr)
              .ok());
      groups.fixed<int64_t>(0)[numbers[0]] = row + 1;
    }
    MemorySnapshot snapshot;
    EXPECT_TRUE(store.snapshot(snapshot).ok());
    ManifestInstance instance{.subtask = subtask, .key_groups = range};
    for (const auto& [stream, bytes] : snapshot.streams()) {
      const std::string file = "data/" + std::to_string(subtask) + "-" + stream;
      write(file, bytes->ToString());
      instance.streams.push_back({.name = stream, .file = file, .length = bytes->size()});
      manifest_.files.push_back({.name = file,
                                 .checksums = checksums_of(bytes->ToString()),
                                 .digest = digest_of(std::string_view(*bytes))});
    }
    op.tables = store.schemas();
    op.instances.push_back(std::move(instance));
  }

  static StreamChecksums checksums_of(const std::string& bytes) {
    MemorySnapshot copy;
    ChecksummingStream stream(copy.create("copy").ValueOrDie());
    EXPECT_TRUE(stream.Write(bytes.data(), static_cast<int64_t>(bytes.size())).ok());
    EXPECT_TRUE(stream.Close().ok());
    return stream.checksums();
  }

  std::string rows(const std::string& columns, const std::string& state = "groups",
                   bool restart = false) {
    return TableProbe(real_env(), columns,
                      {{"connector", "checkpoint"},
                       {"path", path_},
                       {"operator", "GroupAggregate"},
                       {"state", state}})
        .read(restart);
  }

  std::string path_;
  Manifest manifest_;
};

TEST_F(CheckpointTest, ReadsTheRowsOfAState) {
  const std::string all = rows("key_word STRING, `COUNT(*).count` BIGINT NOT NULL");
  for (const char* row : {"[a, 1]", "[b, 2]", "[c, 3]", "[d, 4]", "[e, 5]", "[f, 6]"}) {
    EXPECT_NE(all.find(row), std::string::npos) << all;
  }
  EXPECT_EQ(std::count(all.begin(), all.end(), '['), 6) << all;
}

TEST_F(CheckpointTest, GoesOnFromItsPosition) {
  const std::string columns = "`COUNT(*).count` BIGINT, key_word STRING";
  EXPECT_NE(rows(columns).find("6, f"), std::string::npos) << rows(columns);
  EXPECT_EQ(rows(columns, "groups", true), rows(columns));
}

TEST_F(CheckpointTest, ListsTheStates) {
  const TableProbe list(real_env(),
                        "operator STRING, uid STRING, state STRING, kind STRING, num_rows BIGINT, "
                        "key_groups INT, schema STRING",
                        {{"connector", "checkpoint"}, {"path", path_ + "/manifest"}});
  const std::string text = list.read();
  EXPECT_NE(text.find("GroupAggregate(…), agg, groups, keyed, 6, "), std::string::npos) << text;
  EXPECT_NE(text.find("key_word STRING, `COUNT(*).count` BIGINT NOT NULL"), std::string::npos)
      << text;
}

TEST_F(CheckpointTest, WrongNamesAreAnsweredWithTheRightOnes) {
  EXPECT_NE(rows("key_word STRING", "sums").find("'groups': key_word STRING"), std::string::npos);
  EXPECT_NE(rows("word STRING").find("has no column 'word'; it has key_word STRING"),
            std::string::npos);
  const std::string other =
      TableProbe(
          real_env(), "k INT",
          {{"connector", "checkpoint"}, {"path", path_}, {"operator", "Join"}, {"state", "left"}})
          .read();
  EXPECT_NE(other.find("'agg': GroupAggregate(…)"), std::string::npos) << other;
}

TEST_F(CheckpointTest, TypesAreChecked) {
  EXPECT_NE(rows("`COUNT(*).count` INT").find("is BIGINT NOT NULL, but is declared INT"),
            std::string::npos);
  EXPECT_NE(rows("key_word STRING NOT NULL").find("may be NULL"), std::string::npos);
}

TEST_F(CheckpointTest, NamesWhatIsInADirectory) {
  EXPECT_TRUE(files()->CreateDir(path_ + "/job").ok());
  write("job/checkpoint-000000000007-1", "x");
  const auto read = [&](const std::string& path) {
    return TableProbe(real_env(), "uid STRING", {{"connector", "checkpoint"}, {"path", path}})
        .read();
  };
  EXPECT_NE(read(path_ + "/job").find("checkpoint-000000000007-1"), std::string::npos);
  EXPECT_NE(read(path_ + "/nothing").find("there is no checkpoint"), std::string::npos);
  EXPECT_NE(read(path_ + "/job/checkpoint-000000000007-1").find("error: "), std::string::npos);
}

TEST_F(CheckpointTest, DamageIsFound) {
  EXPECT_EQ(rows("key_word STRING").find("error: "), std::string::npos);
  const std::string file = path_ + "/" + manifest_.files.back().name;
  auto in = *files()->OpenInputFile(file);
  std::string bytes = (*in->ReadAt(0, *in->GetSize()))->ToString();
  bytes[bytes.size() / 2] ^= 1;
  write(manifest_.files.back().name, bytes);
  EXPECT_NE(rows("key_word STRING").find("error: "), std::string::npos);
}

}  // namespace
}  // namespace hw
