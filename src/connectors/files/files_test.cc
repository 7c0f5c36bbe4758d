// SPDX-License-Identifier: Apache-2.0

#include <string>

#include <gtest/gtest.h>

#include "connectors/testing/memory_files.h"
#include "connectors/testing/table_probe.h"

namespace hw {
namespace {

using testing::MemoryFiles;
using testing::TableProbe;
using Values = TableProbe::Values;

Values json_at(const std::string& path) {
  return {{"connector", "filesystem"}, {"path", path}, {"format", "json"}};
}

class FileSource : public ::testing::Test {
 protected:
  FileSource() {
    env_.write("in/b.json", "{\"a\":3}\n{\"a\":4}");
    env_.write("in/a.json", "{\"a\":1}\n{\"a\":2}\n");
    env_.write("in/.hidden", "{\"a\":9}\n");
    env_.write("in/_SUCCESS", "");
    env_.write("in/empty.json", "");
    env_.write("in/more/c.json", "{\"a\":5}\n");
  }
  MemoryFiles env_;
};

TEST_F(FileSource, ReadsADirectoryInNameOrderWithoutHiddenFilesAndFolders) {
  EXPECT_EQ(TableProbe(env_, "a INT", json_at("in")).read(), "+I[1] | +I[2] | +I[3] | +I[4]");
  EXPECT_EQ(TableProbe(env_, "a INT", json_at("in/b.json")).read(), "+I[3] | +I[4]");
}

TEST_F(FileSource, IsOneSplitWhenOrderMatters) {
  TableProbe probe(env_, "a INT", json_at("in"));
  const auto splits_of = [&] {
    const auto source = probe.source().ValueOrDie();
    EXPECT_TRUE(source->bounded());
    const auto enumerator = source->make_enumerator(probe.source_context()).ValueOrDie();
    const auto splits = enumerator->discover().ValueOrDie();
    EXPECT_TRUE(enumerator->finished());
    EXPECT_TRUE(enumerator->discover().ValueOrDie().empty());
    return splits.size();
  };
  EXPECT_EQ(splits_of(), 3u);
  probe.scan.one_split = true;
  EXPECT_EQ(splits_of(), 1u);
  EXPECT_EQ(probe.read(), "+I[1] | +I[2] | +I[3] | +I[4]");
}

TEST_F(FileSource, GoesOnFromEveryPosition) {
  for (const bool one_split : {false, true}) {
    TableProbe probe(env_, "a INT", json_at("in"));
    probe.scan.one_split = one_split;
    EXPECT_EQ(probe.read(true), "+I[1] | +I[2] | +I[3] | +I[4]");
  }
}

TEST_F(FileSource, ReadsLargeFilesInBlocksAndGoesOnInTheMiddle) {
  std::string text;
  int64_t expected = 0;
  for (int i = 0; i < 100'000; ++i) {
    text += "{\"a\":" + std::to_string(i) + ",\"pad\":\"" + std::string(i % 50, 'x') + "\"}\r\n";
    expected += i;
  }
  env_.write("big.json", text);
  for (const bool restart : {false, true}) {
    int64_t sum = 0;
    int64_t rows = 0;
    for (const Batch& batch :
         TableProbe(env_, "a INT", json_at("big.json")).read_batches(restart).ValueOrDie()) {
      EXPECT_LE(batch.num_rows(), kBatchRowsMax);
      rows += batch.num_rows();
      for (int64_t i = 0; i < batch.num_rows(); ++i) sum += batch.column(0)->value<int32_t>(i);
    }
    EXPECT_EQ(rows, 100'000);
    EXPECT_EQ(sum, expected);
  }
}

TEST_F(FileSource, ALargeFileOfRowGroupsIsReadInPartsInBatchMode) {
  TableProbe probe(env_, "a INT, pad STRING",
                   {{"connector", "filesystem"},
                    {"path", "large"},
                    {"format", "parquet"},
                    {"parquet.block.size", "500 kb"},
                    {"parquet.enable.dictionary", "false"},
                    {"parquet.compression", "UNCOMPRESSED"}});
  constexpr int kRows = 90'000;
  std::string rows = "+ 0 x";
  for (int i = 1; i < kRows; ++i) {
    rows +=
        " | + " + std::to_string(i) + " " + std::string(static_cast<size_t>(i % 200), 'x') + "y";
  }
  ASSERT_TRUE(probe.write(rows).ok());
  const auto splits = [&] {
    const auto source = probe.source().ValueOrDie();
    return source->make_enumerator(probe.source_context()).ValueOrDie()->discover().ValueOrDie();
  };
  probe.scan.parallelism = 2;
  EXPECT_EQ(splits().size(), 1u);
  probe.scan.batch_mode = true;
  EXPECT_EQ(splits().size(), 2u);
  for (const bool restart : {false, true}) {
    int expected = 0;
    for (const Batch& batch : probe.read_batches(restart).ValueOrDie()) {
      for (int64_t row = 0; row < batch.num_rows(); ++row) {
        ASSERT_EQ(batch.column(0)->value<int32_t>(row), expected++);
      }
    }
    EXPECT_EQ(expected, kRows);
  }
}

TEST_F(FileSource, ALargeFileOfLinesIsReadInPartsInBatchMode) {
  std::string text;
  int64_t rows = 0;
  for (; text.size() < (9 << 20); ++rows) {
    text += "{\"a\":" + std::to_string(rows) + ",\"pad\":\"" +
            std::string(static_cast<size_t>(rows * 7 % 900), 'x') + "\"}\n";
  }
  env_.write("lines/large.json", text);
  TableProbe probe(env_, "a INT", json_at("lines/large.json"));
  probe.scan.batch_mode = true;
  probe.scan.parallelism = 2;
  for (const bool restart : {false, true}) {
    int64_t expected = 0;
    for (const Batch& batch : probe.read_batches(restart).ValueOrDie()) {
      for (int64_t row = 0; row < batch.num_rows(); ++row) {
        ASSERT_EQ(batch.column(0)->value<int32_t>(row), expected++);
      }
    }
    EXPECT_EQ(expected, rows);
  }
  // Lines of one part are counted from its beginning.
  const size_t broken = text.rfind("{\"a\"");
  text[broken] = '!';
  env_.write("lines/large.json", text);
  EXPECT_NE(probe.read().find("large.json from byte "), std::string::npos) << probe.read();
}

TEST_F(FileSource, WhatIsNotLinesIsReadByOneInBatchModeToo) {
  std::string text;
  int64_t rows = 0;
  for (; text.size() < (9 << 20); ++rows) {
    text += std::to_string(rows) + ",\"a line\nand another " +
            std::string(static_cast<size_t>(rows % 900), 'x') + "\"\n";
  }
  env_.write("quoted/large.csv", text);
  TableProbe probe(env_, "a INT, s STRING",
                   {{"connector", "filesystem"}, {"path", "quoted/large.csv"}, {"format", "csv"}});
  probe.scan.batch_mode = true;
  probe.scan.parallelism = 2;
  int64_t expected = 0;
  for (const Batch& batch : probe.read_batches().ValueOrDie()) {
    for (int64_t row = 0; row < batch.num_rows(); ++row) {
      ASSERT_EQ(batch.column(0)->value<int32_t>(row), expected++);
    }
  }
  EXPECT_EQ(expected, rows);
}

TEST_F(FileSource, KnowsTheFileOfARow) {
  TableProbe probe(env_, "a INT", json_at("/in"));
  probe.scan.columns = {{"name", SqlType::string(), "file.name"},
                        {"a", SqlType::integer(), ""},
                        {"size", SqlType::bigint(), "file.size"},
                        {"at", SqlType::timestamp_ltz(3), "file.modification-time"}};
  EXPECT_EQ(probe.read(),
            "+I[a.json, 1, 16, 1970-01-01 00:00:01.000] | +I[a.json, 2, 16, 1970-01-01 "
            "00:00:01.000] | +I[b.json, 3, 15, 1970-01-01 00:00:01.000] | +I[b.json, 4, 15, "
            "1970-01-01 00:00:01.000]");
}

TEST_F(FileSource, TellsProgressInBytes) {
  TableProbe probe(env_, "a INT", json_at("in"));
  probe.scan.one_split = true;
  const auto source = probe.source().ValueOrDie();
  const auto split =
      source->make_enumerator(probe.source_context()).ValueOrDie()->discover().ValueOrDie().at(0);
  const auto reader = source->make_reader(split, probe.source_context()).ValueOrDie();
  testing::CollectedOutput output;
  EXPECT_EQ(reader->progress().bytes_total, 31);
  EXPECT_EQ(reader->progress().bytes_done, 0);
  while (reader->poll(output).ValueOrDie() != Flow::kFinished) {
  }
  EXPECT_EQ(reader->progress().bytes_done, 31);
}

TEST_F(FileSource, APatternReadsFoldersInFolders) {
  Values options = json_at("/in");
  options["source.path.regex-pattern"] = ".*/(a|c)\\.json";
  EXPECT_EQ(TableProbe(env_, "a INT", options).read(), "+I[1] | +I[2] | +I[5]");
  options["source.path.regex-pattern"] = "(";
  EXPECT_NE(TableProbe(env_, "a INT", options).read().find("must be a regular expression"),
            std::string::npos);
}

TEST_F(FileSource, PartitionFoldersAreColumns) {
  env_.write("parts/day=2020-01-02/n=1/x.json", "{\"a\":1,\"day\":\"ignored\"}\n");
  env_.write("parts/day=2020-01-01/n=__DEFAULT_PARTITION__/x.json", "{\"a\":2}\n");
  TableProbe probe(env_, "a INT, day DATE, n INT", json_at("parts"));
  probe.scan.partition_keys = {"day", "n"};
  EXPECT_EQ(probe.read(), "+I[2, 2020-01-01, NULL] | +I[1, 2020-01-02, 1]");
  env_.write("parts/x.json", "{}");
  EXPECT_NE(probe.read().find("folders named 'day=value'"), std::string::npos);
}

TEST_F(FileSource, ALimitEndsReadingEarly) {
  TableProbe probe(env_, "a INT", json_at("in"));
  probe.scan.one_split = true;
  probe.scan.limit = 3;
  EXPECT_EQ(probe.read(), "+I[1] | +I[2] | +I[3]");
  EXPECT_EQ(probe.read(true), "+I[1] | +I[2] | +I[3]");
}

TEST_F(FileSource, SaysWhatIsMissingOrBroken) {
  EXPECT_EQ(TableProbe(env_, "a INT", json_at("nowhere")).read(),
            "error: there is no file or directory 'nowhere'");
  EXPECT_EQ(TableProbe(env_, "a INT", json_at("in/empty.json")).read(), "");
  env_.write("bad.json", "{\"a\":1}\n{\"a\":\"x\"}\n");
  EXPECT_NE(TableProbe(env_, "a INT", json_at("bad.json")).read().find("(bad.json, line 2)"),
            std::string::npos);
  EXPECT_NE(TableProbe(env_, "a INT", json_at("bad.json")).read(true).find("(bad.json, line 2)"),
            std::string::npos);
  env_.write("z.json.xz", "x");
  EXPECT_NE(TableProbe(env_, "a INT", json_at("z.json.xz")).read().find("not supported yet"),
            std::string::npos);
  Values monitored = json_at("in");
  monitored["source.monitor-interval"] = "0 s";
  EXPECT_NE(TableProbe(env_, "a INT", monitored).read().find("is above 0"), std::string::npos);
}

TEST_F(FileSource, RefusesAForeignPosition) {
  TableProbe probe(env_, "a INT", json_at("in"));
  const auto source = probe.source().ValueOrDie();
  const auto split =
      source->make_enumerator(probe.source_context()).ValueOrDie()->discover().ValueOrDie().at(0);
  const auto reader = source->make_reader(split, probe.source_context()).ValueOrDie();
  EXPECT_FALSE(reader->seek("nonsense").ok());
  EXPECT_FALSE(source->make_reader({"x", "nonsense"}, probe.source_context()).ok());
}

}  // namespace
}  // namespace hw
