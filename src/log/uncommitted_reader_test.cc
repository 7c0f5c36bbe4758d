// SPDX-License-Identifier: Apache-2.0

#include "log/uncommitted_reader.h"

#include <arrow/buffer.h>
#include <arrow/filesystem/filesystem.h>
#include <arrow/io/interfaces.h>
#include <gtest/gtest.h>

#include "log/scratch_topic.h"

namespace hw {
namespace {

/// A reader that does not wait for commits, as a source uses it: what is committed first, without
/// what it was shown before.
class ImpatientReader {
 public:
  explicit ImpatientReader(const std::string& directory)
      : topic_(*Topic::open(real_env(), directory, "t")) {}

  /// The rows that are new since the last call; `!` before those that are not committed.
  std::string read() {
    EXPECT_TRUE(topic_->refresh().ok());
    std::string text;
    const auto reader = *TopicReader::open(*topic_, {.partition = 0, .first_offset = next_});
    while (auto rows = *reader->next()) {
      if (!was_shown(shown_, *rows)) add(*rows, "", text);
    }
    next_ = reader->position();
    UncommittedReader behind(*topic_, shown_, {.schema = topic_->schema()});
    while (auto rows = *behind.next()) add(*rows, "!", text);
    return text;
  }
  size_t num_remembered() const { return shown_.size(); }

 private:
  /// The first row of a frame, and the last one.
  static void add(const TopicBatch& rows, const std::string& mark, std::string& text) {
    const Column& column = *rows.batch.column(0);
    text += (text.empty() ? "" : " ") + mark + value_text(column, 0);
    const int64_t last = rows.batch.num_rows() - 1;
    if (last > 0) text += ".." + value_text(column, last);
  }

  const std::unique_ptr<Topic> topic_;
  ShownBytes shown_;
  int64_t next_ = 0;
};

class UncommittedReaderTest : public ::testing::Test {
 protected:
  UncommittedReaderTest() { make({}); }
  void make(TopicOptions options) {
    directory_.clear();
    ASSERT_TRUE(create_topic(real_env(), directory_.path(),
                             {.name = "t", .schema = scratch_schema(), .options = options})
                    .ok());
  }
  std::unique_ptr<TopicWriter> writer(int64_t attempt = 1) const {
    return *TopicWriter::open(real_env(), scratch_writer(directory_.path(), {0}, attempt));
  }
  static void append(TopicWriter& writer, int64_t first, int64_t count = 1) {
    ASSERT_TRUE(writer.append(0, scratch_rows(first, count), {}).ok());
    ASSERT_TRUE(writer.flush().ok());
  }

  ScratchDirectory directory_;
};

TEST_F(UncommittedReaderTest, RowsAreShownOnceBeforeTheirCommitOrAfterIt) {
  ImpatientReader reader(directory_.path());
  const auto writer = this->writer();
  append(*writer, 1, 2);
  EXPECT_EQ(reader.read(), "!1..2");
  EXPECT_EQ(reader.read(), "");
  append(*writer, 3);
  const std::string first = *writer->prepare(1);
  append(*writer, 4);
  EXPECT_EQ(reader.read(), "!3 !4");
  ASSERT_TRUE(writer->commit({&first, 1}).ok());
  EXPECT_EQ(reader.read(), "");
  append(*writer, 5);
  const std::string second = *writer->prepare(2);
  ASSERT_TRUE(writer->commit({&second, 1}).ok());
  EXPECT_EQ(reader.read(), "5");
  EXPECT_EQ(reader.num_remembered(), 1u) << "earlier segments are forgotten";
  EXPECT_EQ(ImpatientReader(directory_.path()).read(), "1..2 3 4 5");
}

TEST_F(UncommittedReaderTest, RowsOfAKilledWriterAreShownAndNotHiddenWhenTheyComeAgain) {
  ImpatientReader reader(directory_.path());
  {
    const auto killed = writer();
    append(*killed, 1);
    EXPECT_EQ(reader.read(), "!1");
  }
  const auto next = writer(2);
  append(*next, 1);
  const std::string token = *next->prepare(1);
  ASSERT_TRUE(next->commit({&token, 1}).ok());
  EXPECT_EQ(reader.read(), "1");
  EXPECT_EQ(ImpatientReader(directory_.path()).read(), "1")
      << "nobody waits for the first any more";
}

TEST_F(UncommittedReaderTest, ARowOverSeveralSegmentsOfOneEpochIsFound) {
  TopicOptions options;
  options.segment_bytes = 4 << 10;
  make(options);
  constexpr int64_t kRows = 1000;  // more than a segment has room for
  ImpatientReader reader(directory_.path());
  const auto writer = this->writer();
  for (int64_t n = 0; n < 3; ++n) append(*writer, n * kRows, kRows);
  EXPECT_EQ(reader.read(), "!0..999 !1000..1999 !2000..2999");
  const std::string token = *writer->prepare(1);
  append(*writer, 3 * kRows);
  ASSERT_TRUE(writer->commit({&token, 1}).ok());
  EXPECT_EQ(reader.read(), "!3000");
  EXPECT_EQ(ImpatientReader(directory_.path()).read(), "0..999 1000..1999 2000..2999 !3000");
}

TEST_F(UncommittedReaderTest, AFrameThatIsNotWholeIsNotThereYet) {
  ImpatientReader reader(directory_.path());
  const auto writer = this->writer();
  append(*writer, 1);
  const auto topic = *Topic::open(real_env(), directory_.path(), "t");
  const std::string path = topic->path() + "/p00000/0000000000000002-000001.seg";
  const auto file = *real_env().open_append(path);
  const int64_t whole = file->size();
  append(*writer, 2);
  const int64_t both = (*real_env().open_append(path))->size();
  const auto files = real_env().locate(path)->files;
  const std::string bytes =
      (*(*files->OpenInputFile(path))->ReadAt(whole, both - whole))->ToString();
  for (const int64_t there : {int64_t{1}, int64_t{72}, both - whole - 1}) {
    const auto torn = *real_env().open_append(path);
    ASSERT_TRUE(torn->truncate(whole).ok());
    ASSERT_TRUE(torn->append(std::string_view(bytes).substr(0, static_cast<size_t>(there))).ok());
    EXPECT_EQ(ImpatientReader(directory_.path()).read(), "!1") << there;
  }
  const auto torn = *real_env().open_append(path);
  ASSERT_TRUE(torn->truncate(whole).ok());
  EXPECT_EQ(reader.read(), "!1");
  ASSERT_TRUE(torn->append(bytes).ok());
  EXPECT_EQ(reader.read(), "!2");
}

}  // namespace
}  // namespace hw
