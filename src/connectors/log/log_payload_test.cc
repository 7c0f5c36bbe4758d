// SPDX-License-Identifier: Apache-2.0
//
// Tables whose rows lie in a topic as messages of a format.

#include <memory>
#include <string>
#include <utility>

#include <arrow/filesystem/filesystem.h>
#include <gtest/gtest.h>

#include "base/env/env.h"
#include "columnar/literal.h"
#include "connectors/testing/table_probe.h"
#include "log/topic.h"

namespace hw {
namespace {

using testing::TableProbe;

class LogPayloadTest : public ::testing::Test {
 protected:
  LogPayloadTest()
      : directory_(::testing::TempDir() + "headwater-" +
                   ::testing::UnitTest::GetInstance()->current_test_info()->name()) {
    clear();
  }
  ~LogPayloadTest() override { clear(); }
  void clear() { (void)real_env().locate(directory_)->files->DeleteDir(directory_).ok(); }

  TableProbe table(std::string_view columns, TableProbe::Values more = {}) const {
    TableProbe::Values values = {{"connector", "log"}, {"path", directory_}, {"topic", "orders"}};
    for (auto& [name, value] : more) values[name] = value;
    TableProbe probe(real_env(), columns, std::move(values));
    probe.scan.batch_mode = true;
    return probe;
  }
  static std::string source_error(const TableProbe& probe) {
    if (Status checked = probe.check(); !checked.ok()) return checked.message();
    return probe.source().status().message();
  }
  static std::string sink_error(const TableProbe& probe) {
    if (Status checked = probe.check(); !checked.ok()) return checked.message();
    return probe.sink().status().message();
  }
  /// Keys and values as text.
  TableProbe raw_messages() const {
    return table("k STRING, v STRING", {{"key.format", "raw"},
                                        {"key.fields", "k"},
                                        {"value.format", "raw"},
                                        {"value.fields-include", "EXCEPT_KEY"}});
  }
  /// What lies in the topic, whoever wrote it.
  Status put(std::string_view rows) const { return table("`value` BYTES").write(rows); }

  const std::string directory_;
};

TEST_F(LogPayloadTest, EachRowIsAMessage) {
  const TableProbe json = table("id INT, name STRING", {{"format", "json"}});
  ASSERT_TRUE(json.write("+ 1 a | + 2 null").ok());
  EXPECT_EQ(json.read(), "+I[1, a] | +I[2, NULL]");
  EXPECT_EQ(json.read(/*restart=*/true), "+I[1, a] | +I[2, NULL]");
  const TableProbe raw = table("line STRING", {{"format", "raw"}});
  EXPECT_EQ(raw.read(), R"(+I[{"id":1,"name":"a"}] | +I[{"id":2,"name":null}])");
  EXPECT_EQ(table("name STRING", {{"format", "json"}}).read(), "+I[a] | +I[NULL]");
}

TEST_F(LogPayloadTest, EveryFormatOfRowsGoesThereAndBack) {
  const std::string rows = "+ 10 'two\nlines' | + 2 'a,b'";
  for (const std::string format : {"json", "csv", "changelog-json"}) {
    clear();
    const TableProbe probe = table("id INT, name STRING", {{"format", format}});
    ASSERT_TRUE(probe.write(rows).ok()) << format;
    EXPECT_EQ(probe.read(), "+I[10, two\nlines] | +I[2, a,b]") << format;
  }
  for (const std::string type : {"SMALLINT", "INT", "BIGINT"}) {
    clear();
    // A big-endian 10 ends with the byte of a line feed.
    const TableProbe probe = table("n " + type, {{"format", "raw"}});
    ASSERT_TRUE(probe.write("+ 10 | + 2570").ok()) << type;
    EXPECT_EQ(probe.read(), "+I[10] | +I[2570]") << type;
  }
}

TEST_F(LogPayloadTest, MetadataIsThatOfTheMessage) {
  TableProbe sink = table("id INT, `at` TIMESTAMP_LTZ(3)", {{"format", "json"}});
  sink.sink_request.metadata_keys = {"timestamp"};
  ASSERT_TRUE(sink.write("+ 1 '1970-01-01 00:00:05' | + 2 '1970-01-01 00:00:06'").ok());
  TableProbe source = table("id INT", {{"format", "json"}});
  source.scan.columns.push_back({"o", SqlType::bigint().not_null(), "offset"});
  source.scan.columns.push_back({"t", SqlType::timestamp_ltz(3).not_null(), "timestamp"});
  EXPECT_EQ(source.read(), "+I[1, 0, 1970-01-01 00:00:05.000] | +I[2, 1, 1970-01-01 00:00:06.000]");
}

TEST_F(LogPayloadTest, AMessageThatIsNoRowIsLeftOutOrNamedByItsOffset) {
  ASSERT_TRUE(put(R"(+ '{"id":1}' | + null | + '{"id":' | + '{"id":4}')").ok());
  const std::string failed = table("id INT", {{"format", "json"}}).read();
  EXPECT_NE(failed.find("decoding the message at offset 2 of partition 0 of topic 'orders'"),
            std::string::npos)
      << failed;
  TableProbe source = table("id INT", {{"format", "json"}, {"json.ignore-parse-errors", "true"}});
  source.scan.columns.push_back({"o", SqlType::bigint().not_null(), "offset"});
  EXPECT_EQ(source.read(), "+I[1, 0] | +I[4, 3]");
}

TEST_F(LogPayloadTest, ChangesGoThroughTheFormatThatHoldsThem) {
  TableProbe probe =
      table("id INT NOT NULL, name STRING", {{"format", "changelog-json"}, {"partitions", "3"}});
  probe.sink_request.changelog = RowKindSet::all();
  EXPECT_EQ((*probe.sink())->accepts(), RowKindSet::all());
  EXPECT_EQ((*probe.source())->changelog(), RowKindSet::all());
  ASSERT_TRUE(probe.write("+ 1 a").ok());
  ASSERT_TRUE(probe.write("-U 1 a | +U 1 b").ok());
  ASSERT_TRUE(probe.write("- 1 b").ok());
  EXPECT_EQ((*Topic::open(real_env(), directory_, "orders"))->num_partitions(), 3);
  const TableProbe json = table("id INT", {{"format", "json"}});
  EXPECT_TRUE((*json.sink())->accepts().is_insert_only());
}

TEST_F(LogPayloadTest, AKeyLiesBesideTheMessage) {
  TableProbe probe = table("id INT, name STRING", {{"key.format", "json"},
                                                   {"key.fields", "id"},
                                                   {"value.format", "json"},
                                                   {"value.fields-include", "EXCEPT_KEY"}});
  ASSERT_TRUE(probe.write("+ 1 a | + null b").ok());
  EXPECT_EQ(raw_messages().read(), R"(+I[{"id":1}, {"name":"a"}] | +I[{"id":null}, {"name":"b"}])");
  EXPECT_EQ(probe.read(), "+I[1, a] | +I[NULL, b]");
  EXPECT_EQ(probe.read(/*restart=*/true), "+I[1, a] | +I[NULL, b]");
  probe.scan.columns = {{"name", SqlType::string(), ""}, {"o", SqlType::bigint(), "offset"}};
  EXPECT_EQ(probe.read(), "+I[a, 0] | +I[b, 1]");
}

TEST_F(LogPayloadTest, ADeletedRowIsAKeyWithoutAValue) {
  for (const std::string include : {"ALL", "EXCEPT_KEY"}) {
    clear();
    TableProbe probe =
        table("id INT NOT NULL, name STRING",
              {{"key.format", "csv"}, {"value.format", "json"}, {"value.fields-include", include}});
    probe.scan.primary_key = {0};
    probe.sink_request.primary_key = {0};
    probe.sink_request.changelog = RowKindSet::upsert();
    EXPECT_EQ((*probe.sink())->accepts(), RowKindSet::upsert());
    EXPECT_EQ((*probe.source())->changelog(), RowKindSet::upsert());
    ASSERT_TRUE(probe.write("+ 1 a | +U 1 b | - 2 x | -U 1 b").ok()) << include;
    TableProbe bytes = raw_messages();
    bytes.scan.primary_key = {0};
    const std::string front = include == "ALL" ? R"("id":1,)" : "";
    EXPECT_EQ(bytes.read(), "+I[1, {" + front + R"("name":"a"}] | +I[1, {)" + front +
                                R"("name":"b"}] | -D[2, NULL] | -D[1, NULL])");
    EXPECT_EQ(probe.read(), "+I[1, a] | +I[1, b] | -D[2, NULL] | -D[1, NULL]");
    EXPECT_EQ((*Topic::open(real_env(), directory_, "orders"))->state().options.key,
              std::vector<std::string>{"key"});
  }
}

TEST_F(LogPayloadTest, AllFourKindsStayWhereTheFormatHasNone) {
  TableProbe probe = table("id INT", {{"format", "json"}, {"changelog-mode", "all"}});
  probe.sink_request.changelog = RowKindSet::all();
  ASSERT_TRUE(probe.write("+ 1 | -U 1 | +U 2 | - 2").ok());
  EXPECT_EQ(probe.read(), "+I[1] | -U[1] | +U[2] | -D[2]");
  const std::string failed = table("id INT", {{"format", "json"}}).read();
  EXPECT_NE(
      failed.find("the message at offset 1 of partition 0 of topic 'orders' is a change (-U)"),
      std::string::npos)
      << failed;
}

TEST_F(LogPayloadTest, WhatDoesNotFitIsRefused) {
  TableProbe keyed = table("id INT NOT NULL", {{"format", "json"}});
  keyed.scan.primary_key = {0};
  keyed.sink_request.primary_key = {0};
  const std::string key = "messages of format 'json' are inserts, which no PRIMARY KEY can promise";
  EXPECT_NE(source_error(keyed).find(key), std::string::npos) << source_error(keyed);
  EXPECT_NE(sink_error(keyed).find(key), std::string::npos) << sink_error(keyed);
  EXPECT_NE(source_error(table("id INT", {{"format", "parquet"}})).find("is one of files"),
            std::string::npos);
  EXPECT_NE(source_error(table("id INT", {{"format", "josn"}})).find("did you mean 'json'?"),
            std::string::npos);
  EXPECT_NE(source_error(table("id INT", {{"format", "changelog-json"}, {"changelog-mode", "all"}}))
                .find("format 'changelog-json' holds the kinds of changes itself"),
            std::string::npos);
  EXPECT_NE(source_error(table("id INT", {{"format", "json"}, {"changelog-mode", "upsert"}}))
                .find("so it needs 'key.format'"),
            std::string::npos);
  ASSERT_TRUE(table("id INT").write("+ 1").ok());
  const std::string columns =
      "a format other than arrow reads messages, which topic 'orders' has "
      "not: its columns are (id INT)";
  const TableProbe json = table("id INT", {{"format", "json"}});
  EXPECT_NE(source_error(json).find(columns), std::string::npos) << source_error(json);
  EXPECT_NE(sink_error(json).find(columns), std::string::npos) << sink_error(json);
}

}  // namespace
}  // namespace hw
