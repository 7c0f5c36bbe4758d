// SPDX-License-Identifier: Apache-2.0

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <arrow/adapters/orc/adapter.h>
#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/buffer.h>
#include <arrow/io/memory.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <gtest/gtest.h>

#include "columnar/literal.h"
#include "formats/testing/decoded.h"
#include "runtime/format_catalogue.h"

namespace hw {

void register_orc(FormatCatalogue& catalogue);

namespace {

using Values = std::map<std::string, std::string>;
using Bytes = std::shared_ptr<arrow::Buffer>;

const FormatRecord& format() {
  static const FormatCatalogue& catalogue = *[] {
    auto* made = new FormatCatalogue();
    register_orc(*made);
    return made;
  }();
  return *catalogue.find("orc");
}

Bytes written(std::string_view columns, std::string_view rows, const Values& options = {}) {
  const SchemaPtr schema = parse_schema(columns).ValueOrDie();
  const auto sink = arrow::io::BufferOutputStream::Create().ValueOrDie();
  const auto writer = format().bulk_writer(sink, schema, Options(options)).ValueOrDie();
  EXPECT_TRUE(writer->write(parse_batch(schema, rows).ValueOrDie()).ok());
  EXPECT_TRUE(writer->close().ok());
  EXPECT_GT(writer->bytes_written(), 0);
  return sink->Finish().ValueOrDie();
}

Result<std::unique_ptr<BulkReader>> reader_of(const Bytes& bytes, const DecoderRequest& request) {
  return format().bulk_reader(std::make_shared<arrow::io::BufferReader>(bytes), "t.orc", request,
                              Options());
}

Result<std::string> rest_of(BulkReader& reader) {
  std::string rows;
  while (true) {
    HW_ASSIGN_OR_RETURN(const Batch batch, reader.next());
    if (batch.empty()) return rows;
    HW_TRY(batch.validate());
    rows += (rows.empty() ? "" : " | ") + batch.to_text();
  }
}

DecoderRequest request_of(std::string_view columns) {
  return testing::request_for(parse_schema(columns).ValueOrDie()->fields());
}

std::string read(const Bytes& bytes, std::string_view columns) {
  const auto reader = reader_of(bytes, request_of(columns));
  if (!reader.ok()) return "error: " + reader.status().message();
  const Result<std::string> rows = rest_of(**reader);
  return rows.ok() ? *rows : "error: " + rows.status().message();
}

/// A file of another writer: one column as Arrow has it.
Bytes foreign(const std::shared_ptr<arrow::Array>& array) {
  const auto sink = arrow::io::BufferOutputStream::Create().ValueOrDie();
  auto writer = arrow::adapters::orc::ORCFileWriter::Open(sink.get()).ValueOrDie();
  const auto batch = arrow::RecordBatch::Make(arrow::schema({arrow::field("x", array->type())}),
                                              array->length(), {array});
  EXPECT_TRUE(writer->Write(*batch).ok());
  EXPECT_TRUE(writer->Close().ok());
  return sink->Finish().ValueOrDie();
}

constexpr std::string_view kAllTypes =
    "b BOOLEAN, t TINYINT, s SMALLINT, i INT, l BIGINT, f FLOAT, d DOUBLE, n DECIMAL(20, 3), "
    "v STRING, y BYTES, dt DATE, t3 TIMESTAMP(3), t6 TIMESTAMP(6), t9 TIMESTAMP(9), "
    "z TIMESTAMP_LTZ(3), r ROW<p INT, q STRING>, a ARRAY<INT>, m MAP<STRING, DOUBLE>";
constexpr std::string_view kAllValues =
    "+ true 1 2 3 4 1.5 2.5 12345678901234567.891 'a b' ab 1969-12-31 "
    "'1969-12-31 23:59:59.999' '2020-01-01 00:00:00.000001' '2020-01-01 00:00:00.000000001' "
    "'2020-01-01 00:00:00' (1, z) [1, NULL] {k=1.5} | "
    "+ null null null null null null null null null null null null null null null null null null";

TEST(Orc, EveryTypeReadsBackAsItWasWritten) {
  const Batch expected = parse_batch(parse_schema(kAllTypes).ValueOrDie(), kAllValues).ValueOrDie();
  for (const char* compression : {"NONE", "zlib", "SNAPPY", "LZ4", "ZSTD"}) {
    const Bytes bytes = written(kAllTypes, kAllValues, {{"compress", compression}});
    EXPECT_EQ(read(bytes, kAllTypes), expected.to_text()) << compression;
  }
}

TEST(Orc, ReadsOnlyWhatIsAskedForInAnyOrder) {
  const Bytes bytes = written(kAllTypes, kAllValues);
  EXPECT_EQ(read(bytes, "m MAP<STRING, DOUBLE>, r ROW<q STRING, p INT>, i INT"),
            "+I[{k=1.5}, (z, 1), 3] | +I[NULL, NULL, NULL]");
  EXPECT_EQ(read(bytes, "r ROW<q STRING>"), "+I[(z)] | +I[NULL]");
  EXPECT_EQ(read(bytes, "l BIGINT, i BIGINT, s INT, n DECIMAL(22, 4)"),
            "+I[4, 3, 2, 12345678901234567.8910] | +I[NULL, NULL, NULL, NULL]");
}

TEST(Orc, SaysWhatDoesNotFit) {
  const Bytes bytes = written(kAllTypes, kAllValues);
  EXPECT_NE(read(bytes, "l INT").find("column 'l' is declared as INT, but the file has int64"),
            std::string::npos);
  EXPECT_NE(read(bytes, "z TIMESTAMP(3)").find("column 'z' is declared as TIMESTAMP(3)"),
            std::string::npos);
  EXPECT_NE(read(bytes, "r ROW<w INT>").find("column 'r.w' is not in the file"), std::string::npos);
  EXPECT_NE(read(bytes, "vv STRING").find("'vv' is not in the file (t.orc); did you mean 'v'?"),
            std::string::npos);
  EXPECT_NE(read(bytes, "i INT NOT NULL").find("'i' is declared NOT NULL, but the file has a NULL"),
            std::string::npos);
}

TEST(Orc, RefusesTypesThatOrcDoesNotHave) {
  const auto sink = arrow::io::BufferOutputStream::Create().ValueOrDie();
  for (const char* columns : {"c TIME(3)", "c ARRAY<TIME(3)>", "c MULTISET<INT>"}) {
    const Status status =
        format().bulk_writer(sink, parse_schema(columns).ValueOrDie(), Options()).status();
    EXPECT_NE(status.message().find("not supported yet"), std::string::npos) << columns;
  }
}

TEST(Orc, RefusesTimesThatCouldNotBeReadAgain) {
  const auto refused = [](std::string_view columns, std::string_view rows) {
    const SchemaPtr schema = parse_schema(columns).ValueOrDie();
    const auto sink = arrow::io::BufferOutputStream::Create().ValueOrDie();
    const auto writer = format().bulk_writer(sink, schema, Options()).ValueOrDie();
    const Status status = writer->write(parse_batch(schema, rows).ValueOrDie());
    return status.message().find("times from 1677-09-22 to 2262-04-11") != std::string::npos;
  };
  EXPECT_TRUE(refused("t TIMESTAMP(3)", "+ '2020-01-01 00:00:00' | + '9999-12-31 00:00:00'"));
  EXPECT_TRUE(refused("t TIMESTAMP(6)", "+ '0001-01-01 00:00:00'"));
  EXPECT_TRUE(refused("t TIMESTAMP_LTZ(3)", "+ '9999-12-31 00:00:00'"));
  EXPECT_TRUE(refused("r ROW<t TIMESTAMP(3)>", "+ ('9999-12-31 00:00:00')"));
  EXPECT_FALSE(refused("t TIMESTAMP(3)", "+ '2262-04-11 00:00:00' | + '1677-09-22 00:00:00'"));
}

TEST(Orc, GoesOnWhereItWasSkippedTo) {
  arrow::Int64Builder builder;
  constexpr int64_t kRows = 30'000;
  for (int64_t i = 0; i < kRows; ++i) EXPECT_TRUE(builder.Append(i).ok());
  const Bytes bytes = foreign(builder.Finish().ValueOrDie());
  for (const int64_t skipped : {0L, 1L, 4096L, 12'345L, kRows - 1, kRows}) {
    const auto reader = reader_of(bytes, request_of("x BIGINT")).ValueOrDie();
    ASSERT_TRUE(reader->next().ok());
    ASSERT_TRUE(reader->skip_to(skipped).ok());
    int64_t expected = skipped;
    while (true) {
      const Batch batch = reader->next().ValueOrDie();
      if (batch.empty()) break;
      for (int64_t row = 0; row < batch.num_rows(); ++row) {
        ASSERT_EQ(batch.column(0)->value<int64_t>(row), expected++);
      }
      EXPECT_EQ(reader->rows_read(), expected);
    }
    EXPECT_EQ(expected, kRows);
  }
  const auto reader = reader_of(bytes, request_of("x BIGINT")).ValueOrDie();
  EXPECT_FALSE(reader->skip_to(kRows + 1).ok());
}

TEST(Orc, TextMustBeUtf8) {
  arrow::StringBuilder builder;
  EXPECT_TRUE(builder.Append(std::string("\xff\xfe")).ok());
  const Bytes bytes = foreign(builder.Finish().ValueOrDie());
  EXPECT_NE(read(bytes, "x STRING").find("column 'x' needs valid UTF-8"), std::string::npos);
  EXPECT_EQ(read(bytes, "x BYTES").find("error"), std::string::npos);
}

TEST(Orc, DamagedFilesAreErrorsThatNameTheFile) {
  const Bytes bytes = written(kAllTypes, kAllValues);
  for (int64_t length = 0; length < bytes->size(); length += 7) {
    const std::string text = read(arrow::SliceBuffer(bytes, 0, length), "i INT");
    EXPECT_NE(text.find("t.orc"), std::string::npos) << length << ": " << text;
  }
}

}  // namespace
}  // namespace hw
