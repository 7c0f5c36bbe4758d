// SPDX-License-Identifier: Apache-2.0
//
// Reading goes on exactly where it was, whatever the format and compression; and new files are
// found while a job runs, and by its next run.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/buffer.h>
#include <arrow/util/compression.h>
#include <gtest/gtest.h>

#include "connectors/testing/memory_files.h"
#include "connectors/testing/table_probe.h"

namespace hw {
namespace {

using testing::MemoryFiles;
using testing::TableProbe;
using Values = TableProbe::Values;

constexpr int kRows = 9'000;  // more than two batches

struct Codec {
  std::string suffix;
  arrow::Compression::type type = arrow::Compression::UNCOMPRESSED;
};

std::string compressed(const std::string& text, const Codec& codec) {
  if (codec.type == arrow::Compression::UNCOMPRESSED) return text;
  const auto made = arrow::util::Codec::Create(codec.type).ValueOrDie();
  const auto stream = made->MakeCompressor().ValueOrDie();
  std::string bytes(text.size() + 1024, '\0');
  const auto* in = reinterpret_cast<const uint8_t*>(text.data());
  auto* out = reinterpret_cast<uint8_t*>(bytes.data());
  const auto room = static_cast<int64_t>(bytes.size());
  int64_t read = 0;
  int64_t written = 0;
  while (read < static_cast<int64_t>(text.size())) {
    const auto step = stream
                          ->Compress(static_cast<int64_t>(text.size()) - read, in + read,
                                     room - written, out + written)
                          .ValueOrDie();
    read += step.bytes_read;
    written += step.bytes_written;
  }
  written += stream->End(room - written, out + written).ValueOrDie().bytes_written;
  bytes.resize(static_cast<size_t>(written));
  return bytes;
}

TEST(FileResume, EveryRowFormatGoesOnFromEveryPollInEveryCompression) {
  const std::vector<Codec> codecs = {{"", arrow::Compression::UNCOMPRESSED},
                                     {".gz", arrow::Compression::GZIP},
                                     {".zst", arrow::Compression::ZSTD},
                                     {".bz2", arrow::Compression::BZ2}};
  std::map<std::string, std::string> texts = {
      {"json", ""}, {"csv", ""}, {"raw", ""}, {"changelog-json", ""}};
  int64_t expected = 0;
  for (int i = 0; i < kRows; ++i) {
    const std::string number = std::to_string(i);
    texts["json"] += "{\"a\":" + number + "}\n";
    texts["csv"] += number + "\r\n";
    texts["raw"] += number + "\n";
    texts["changelog-json"] += "{\"op\":\"+I\",\"data\":{\"a\":" + number + "}}\n";
    expected += i;
  }
  for (const auto& [format, text] : texts) {
    for (const Codec& codec : codecs) {
      SCOPED_TRACE(format + codec.suffix);
      MemoryFiles env;
      env.write("in/1" + codec.suffix, compressed(text, codec));
      env.write("in/2" + codec.suffix, compressed(text, codec));
      const bool raw = format == "raw";
      TableProbe probe(env, raw ? "a STRING" : "a INT",
                       {{"connector", "filesystem"}, {"path", "in"}, {"format", format}});
      probe.scan.one_split = true;
      int64_t rows = 0;
      int64_t sum = 0;
      for (const Batch& batch : probe.read_batches(/*restart=*/true).ValueOrDie()) {
        rows += batch.num_rows();
        for (int64_t i = 0; i < batch.num_rows(); ++i) {
          sum += raw ? std::stoi(std::string(batch.column(0)->value<std::string_view>(i)))
                     : batch.column(0)->value<int32_t>(i);
        }
      }
      EXPECT_EQ(rows, 2 * kRows);
      EXPECT_EQ(sum, 2 * expected);
    }
  }
}

TEST(FileResume, ParquetGoesOnFromEveryPoll) {
  MemoryFiles env;
  Values options = {{"connector", "filesystem"}, {"path", "p"}, {"format", "parquet"}};
  TableProbe probe(env, "a INT", options);
  std::string rows;
  for (int i = 0; i < kRows; ++i) rows += (i == 0 ? "+ " : " | + ") + std::to_string(i);
  ASSERT_TRUE(probe.write(rows).ok());
  int64_t next = 0;
  for (const Batch& batch : probe.read_batches(/*restart=*/true).ValueOrDie())
    for (int64_t i = 0; i < batch.num_rows(); ++i)
      EXPECT_EQ(batch.column(0)->value<int32_t>(i), next++);
  EXPECT_EQ(next, kRows);
}

class FileDiscovery : public ::testing::Test {
 protected:
  FileDiscovery() { env_.write("in/a.json", "{\"a\":1}\n"); }

  TableProbe table() const {
    TableProbe probe(env_, "a INT", options_);
    probe.scan.available_now = available_now_;
    probe.scan.one_split = one_split_;
    return probe;
  }
  std::vector<std::string> found(SplitEnumerator& enumerator) const {
    std::vector<std::string> ids;
    for (const Split& split : enumerator.discover().ValueOrDie()) ids.push_back(split.id);
    return ids;
  }
  using Ids = std::vector<std::string>;

  mutable MemoryFiles env_;
  Values options_ = {{"connector", "filesystem"},
                     {"path", "in"},
                     {"format", "json"},
                     {"source.monitor-interval", "10 s"}};
  bool available_now_ = false;
  bool one_split_ = false;
};

TEST_F(FileDiscovery, FindsNewFilesOnceWhileTheJobRuns) {
  const TableProbe probe = table();
  const auto source = probe.source().ValueOrDie();
  EXPECT_FALSE(source->bounded());
  const auto enumerator = source->make_enumerator(probe.source_context()).ValueOrDie();
  EXPECT_EQ(found(*enumerator), (Ids{"in/a.json"}));
  EXPECT_FALSE(enumerator->finished());
  env_.write("in/c.json", "{\"a\":3}\n");
  env_.write("in/.b.json", "{\"a\":9}\n");
  env_.write("in/a.json", "{\"a\":1}\n{\"a\":2}\n");
  EXPECT_EQ(found(*enumerator), Ids{}) << "the interval is not over";
  env_.advance_ms(10'000);
  EXPECT_EQ(found(*enumerator), (Ids{"in/c.json"}));
  env_.advance_ms(10'000);
  EXPECT_EQ(found(*enumerator), Ids{});
  EXPECT_FALSE(enumerator->finished());
}

TEST_F(FileDiscovery, RemembersThroughARestartWhatItHasSeen) {
  const TableProbe probe = table();
  const auto source = probe.source().ValueOrDie();
  const auto enumerator = source->make_enumerator(probe.source_context()).ValueOrDie();
  EXPECT_EQ(found(*enumerator).size(), 1u);
  const std::string position = enumerator->position().ValueOrDie();
  env_.write("in/b.json", "{\"a\":2}\n");
  const auto next = source->make_enumerator(probe.source_context()).ValueOrDie();
  ASSERT_TRUE(next->seek(position).ok());
  EXPECT_EQ(found(*next), (Ids{"in/b.json"}));
  EXPECT_FALSE(next->seek("nonsense").ok());
}

TEST_F(FileDiscovery, ARunOfWhatIsThereEndsAndTheNextOneReadsWhatIsNew) {
  available_now_ = true;
  for (const bool monitored : {true, false}) {
    if (!monitored) options_.erase("source.monitor-interval");
    const TableProbe probe = table();
    const auto source = probe.source().ValueOrDie();
    EXPECT_TRUE(source->bounded());
    EXPECT_TRUE(source->grows());
    const auto first = source->make_enumerator(probe.source_context()).ValueOrDie();
    EXPECT_FALSE(found(*first).empty());
    EXPECT_TRUE(first->finished());
    const std::string name = monitored ? "in/m.json" : "in/n.json";
    env_.write(name, "{\"a\":2}\n");
    const auto second = source->make_enumerator(probe.source_context()).ValueOrDie();
    ASSERT_TRUE(second->seek(first->position().ValueOrDie()).ok());
    EXPECT_FALSE(second->finished());
    EXPECT_EQ(found(*second), (Ids{name}));
    EXPECT_TRUE(second->finished());
  }
}

TEST_F(FileDiscovery, ABoundedRunGoesOnWithTheFilesOfItsBeginning) {
  options_.erase("source.monitor-interval");
  const TableProbe probe = table();
  const auto source = probe.source().ValueOrDie();
  const auto first = source->make_enumerator(probe.source_context()).ValueOrDie();
  EXPECT_EQ(found(*first).size(), 1u);
  env_.write("in/b.json", "{\"a\":2}\n");
  const auto second = source->make_enumerator(probe.source_context()).ValueOrDie();
  ASSERT_TRUE(second->seek(first->position().ValueOrDie()).ok());
  EXPECT_TRUE(second->finished());
  EXPECT_EQ(found(*second), Ids{});
}

TEST_F(FileDiscovery, WhatIsFoundTogetherIsOneSplitWhenOrderMatters) {
  one_split_ = true;
  const TableProbe probe = table();
  const auto source = probe.source().ValueOrDie();
  const auto enumerator = source->make_enumerator(probe.source_context()).ValueOrDie();
  EXPECT_EQ(found(*enumerator).size(), 1u);
  env_.write("in/b.json", "{\"a\":2}\n");
  env_.write("in/c.json", "{\"a\":3}\n");
  env_.advance_ms(10'000);
  EXPECT_EQ(found(*enumerator).size(), 1u);
}

}  // namespace
}  // namespace hw
