// SPDX-License-Identifier: Apache-2.0

#include "connectors/files/file_sink.h"

#include <string>

#include <gtest/gtest.h>

#include "columnar/literal.h"
#include "connectors/testing/memory_files.h"
#include "connectors/testing/table_probe.h"

namespace hw {
namespace {

using testing::MemoryFiles;
using testing::TableProbe;
using Values = TableProbe::Values;
using Files = std::map<std::string, std::string>;

Values json_to(const std::string& path) {
  return {{"connector", "filesystem"}, {"path", path}, {"format", "json"}};
}

TEST(FileSink, AFileIsVisibleOnlyAfterItsCommit) {
  MemoryFiles env;
  TableProbe probe(env, "a INT", json_to("out"));
  EXPECT_EQ(probe.sink().ValueOrDie()->guarantee(), Guarantee::kAtLeastOnce);
  probe.sink_request.job_guarantee = Guarantee::kExactlyOnce;
  const auto sink = probe.sink().ValueOrDie();
  const auto writer = sink->make_writer(probe.sink_context).ValueOrDie();
  const Batch batch = parse_batch(probe.sink_request.schema, "+ 1 | + 2").ValueOrDie();
  ASSERT_TRUE(writer->write(batch).ok());
  EXPECT_EQ(probe.read(), "");
  ASSERT_TRUE(writer->on_end().ok());
  const auto prepared = writer->prepare(7).ValueOrDie();
  ASSERT_EQ(prepared.size(), 1u);
  EXPECT_EQ(probe.read(), "");
  ASSERT_TRUE(writer->commit(prepared[0]).ok());
  ASSERT_TRUE(writer->commit(prepared[0]).ok()) << "a commit may be repeated";
  EXPECT_EQ(env.files(), (Files{{"out/part-job-0-t-0-7-0.json", "{\"a\":1}\n{\"a\":2}\n"}}));
  EXPECT_EQ(probe.read(), "+I[1] | +I[2]");
  EXPECT_EQ(sink->guarantee(), Guarantee::kExactlyOnce);
}

TEST(FileSink, WithoutRowsThereIsNoFile) {
  MemoryFiles env;
  const TableProbe probe(env, "a INT", json_to("out"));
  const auto writer = probe.sink().ValueOrDie()->make_writer(probe.sink_context).ValueOrDie();
  EXPECT_TRUE(writer->prepare(1).ValueOrDie().empty());
  EXPECT_TRUE(env.files().empty());
}

TEST(FileSink, AbortLeavesNothing) {
  MemoryFiles env;
  Values options = json_to("out");
  options["sink.rolling-policy.file-size"] = "1b";
  TableProbe probe(env, "a INT", options);
  probe.sink_request.job_guarantee = Guarantee::kExactlyOnce;
  const auto sink = probe.sink().ValueOrDie();
  const auto writer = sink->make_writer(probe.sink_context).ValueOrDie();
  const Batch batch = parse_batch(probe.sink_request.schema, "+ 1").ValueOrDie();
  ASSERT_TRUE(writer->write(batch).ok());
  ASSERT_TRUE(writer->write(batch).ok());
  EXPECT_EQ(env.files().size(), 2u);
  writer->abort();
  EXPECT_TRUE(env.files().empty());
}

TEST(FileSink, RollsBySizeAndCounts) {
  MemoryFiles env;
  Values options = json_to("out/");
  options["sink.rolling-policy.file-size"] = "10b";
  TableProbe probe(env, "a INT", options);
  probe.sink_context.subtask = 3;
  probe.sink_request.job_guarantee = Guarantee::kExactlyOnce;
  const auto sink = probe.sink().ValueOrDie();
  const auto writer = sink->make_writer(probe.sink_context).ValueOrDie();
  const Batch batch = parse_batch(probe.sink_request.schema, "+ 1").ValueOrDie();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(writer->write(batch).ok());
  ASSERT_TRUE(writer->on_end().ok());
  for (const Committable& one : writer->prepare(2).ValueOrDie()) {
    ASSERT_TRUE(writer->commit(one).ok());
  }
  const std::string two = "{\"a\":1}\n{\"a\":1}\n";
  EXPECT_EQ(env.files(), (Files{{"out/part-job-0-t-3-2-0.json", two},
                                {"out/part-job-0-t-3-2-1.json", two},
                                {"out/part-job-0-t-3-2-2.json", "{\"a\":1}\n"}}));
}

TEST(FileSink, ASecondRunOfAJobAppends) {
  MemoryFiles env;
  const TableProbe probe(env, "a INT", json_to("out"));
  ASSERT_TRUE(probe.write("+ 1").ok());
  ASSERT_TRUE(probe.write("+ 2").ok());
  EXPECT_EQ(probe.read(), "+I[1] | +I[2]");
}

TEST(FileSink, PendingFilesAreCommittedAfterARestore) {
  MemoryFiles env;
  const TableProbe probe(env, "a INT", json_to("out"));
  const auto sink = probe.sink().ValueOrDie();
  std::vector<Committable> pending;
  {
    const auto writer = sink->make_writer(probe.sink_context).ValueOrDie();
    ASSERT_TRUE(writer->write(parse_batch(probe.sink_request.schema, "+ 1").ValueOrDie()).ok());
    pending = writer->prepare(1).ValueOrDie();
  }
  const auto writer = sink->make_writer(probe.sink_context).ValueOrDie();
  ASSERT_TRUE(writer->recover(pending).ok());
  EXPECT_EQ(probe.read(), "+I[1]");
}

TEST(FileSink, PartitionsAreFoldersThatReadBack) {
  MemoryFiles env;
  TableProbe probe(env, "a INT, p STRING, d DATE", json_to("out"));
  probe.sink_request.partition_keys = {"p", "d"};
  probe.scan.partition_keys = {"p", "d"};
  ASSERT_TRUE(
      probe.write("+ 1 'x/y' 2020-01-01 | + 2 null 2020-01-02 | + 3 'x/y' 2020-01-01").ok());
  EXPECT_EQ(
      env.files(),
      (Files{{"out/p=__DEFAULT_PARTITION__/d=2020-01-02/part-job-0-t-0-1-0.json", "{\"a\":2}\n"},
             {"out/p=x%2Fy/d=2020-01-01/part-job-0-t-0-1-1.json", "{\"a\":1}\n{\"a\":3}\n"}}));
  EXPECT_EQ(probe.read(),
            "+I[2, NULL, 2020-01-02] | +I[1, x/y, 2020-01-01] | +I[3, x/y, 2020-01-01]");
}

TEST(FileSink, WhatItTakesIsTheFormatsAffair) {
  MemoryFiles env;
  EXPECT_TRUE(
      TableProbe(env, "a INT", json_to("o")).sink().ValueOrDie()->accepts().is_insert_only());
  Values options = json_to("o");
  options["format"] = "changelog-json";
  EXPECT_EQ(TableProbe(env, "a INT", options).sink().ValueOrDie()->accepts(), RowKindSet::all());
}

TEST(FileSink, RefusesAFileAsItsDirectory) {
  MemoryFiles env;
  env.write("out", "x");
  EXPECT_NE(TableProbe(env, "a INT", json_to("out")).write("+ 1").message().find("is a file"),
            std::string::npos);
  TableProbe probe(env, "a INT", json_to("o"));
  probe.sink_request.overwrite = true;
  EXPECT_TRUE(probe.write("+ 1").IsNotImplemented());
}

}  // namespace
}  // namespace hw
