// SPDX-License-Identifier: Apache-2.0

#include <string>

#include <arrow/array/array_binary.h>
#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_dict.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/array/builder_time.h>
#include <arrow/array/concatenate.h>
#include <arrow/buffer.h>
#include <arrow/io/memory.h>
#include <arrow/table.h>
#include <arrow/type.h>
#include <gtest/gtest.h>
#include <parquet/arrow/writer.h>
#include <parquet/properties.h>

#include "base/env/env.h"
#include "columnar/literal.h"
#include "columnar/text/type_text.h"
#include "formats/testing/decoded.h"
#include "runtime/format_catalogue.h"
#include "runtime/table_estimate.h"

namespace hw {

void register_parquet(FormatCatalogue& catalogue);

namespace {

using Values = std::map<std::string, std::string>;
using Bytes = std::shared_ptr<arrow::Buffer>;

const FormatRecord& format() {
  static const FormatCatalogue& catalogue = *[] {
    auto* made = new FormatCatalogue();
    register_parquet(*made);
    return made;
  }();
  return *catalogue.find("parquet");
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

Result<std::unique_ptr<BulkReader>> reader_of(const Bytes& bytes, const DecoderRequest& request,
                                              const Values& options = {}) {
  return format().bulk_reader(std::make_shared<arrow::io::BufferReader>(bytes), "t.parquet",
                              request, Options(options));
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

std::string read(const Bytes& bytes, const DecoderRequest& request, const Values& options = {}) {
  const auto reader = reader_of(bytes, request, options);
  if (!reader.ok()) return "error: " + reader.status().message();
  const Result<std::string> rows = rest_of(**reader);
  return rows.ok() ? *rows : "error: " + rows.status().message();
}

DecoderRequest request_of(std::string_view columns) {
  return testing::request_for(parse_schema(columns).ValueOrDie()->fields());
}

/// A file of another writer: one column as Arrow has it.
Bytes foreign(const std::shared_ptr<arrow::Array>& array,
              const std::shared_ptr<parquet::ArrowWriterProperties>& properties =
                  parquet::default_arrow_writer_properties(),
              int64_t group_rows = 1'000'000) {
  const auto table = arrow::Table::Make(arrow::schema({arrow::field("x", array->type())}), {array});
  const auto sink = arrow::io::BufferOutputStream::Create().ValueOrDie();
  EXPECT_TRUE(parquet::arrow::WriteTable(*table, arrow::default_memory_pool(), sink, group_rows,
                                         parquet::default_writer_properties(), properties)
                  .ok());
  return sink->Finish().ValueOrDie();
}

std::shared_ptr<arrow::Array> numbers(int64_t count) {
  arrow::Int64Builder builder;
  for (int64_t i = 0; i < count; ++i) EXPECT_TRUE(builder.Append(i).ok());
  return builder.Finish().ValueOrDie();
}

constexpr std::string_view kAllTypes =
    "b BOOLEAN, t TINYINT, s SMALLINT, i INT, l BIGINT, f FLOAT, d DOUBLE, n DECIMAL(20, 3), "
    "v STRING, y BYTES, dt DATE, tm TIME(3), t3 TIMESTAMP(3), t6 TIMESTAMP(6), t9 TIMESTAMP(9), "
    "z TIMESTAMP_LTZ(3), r ROW<p INT, q STRING>, a ARRAY<INT>, m MAP<STRING, DOUBLE>";
constexpr std::string_view kAllValues =
    "+ true 1 2 3 4 1.5 2.5 12345678901234567.891 'a b' ab 1969-12-31 10:00:00.5 "
    "'1969-12-31 23:59:59.999' '2020-01-01 00:00:00.000001' '2020-01-01 00:00:00.000000001' "
    "'2020-01-01 00:00:00' (1, z) [1, NULL] {k=1.5} | "
    "+ null null null null null null null null null null null null null null null null null null "
    "null";

TEST(Parquet, EveryTypeReadsBackAsItWasWritten) {
  for (const char* compression : {"UNCOMPRESSED", "snappy", "GZIP", "ZSTD", "LZ4"}) {
    const Bytes bytes = written(kAllTypes, kAllValues, {{"compression", compression}});
    const DecoderRequest request = request_of(kAllTypes);
    const Batch expected = parse_batch(request.schema, kAllValues).ValueOrDie();
    EXPECT_EQ(read(bytes, request), expected.to_text()) << compression;
  }
}

TEST(Parquet, ReadsOnlyWhatIsAskedForInAnyOrder) {
  const Bytes bytes = written(kAllTypes, kAllValues);
  EXPECT_EQ(read(bytes, request_of("r ROW<q STRING, p INT>, i INT")),
            "+I[(z, 1), 3] | +I[NULL, NULL]");
  EXPECT_EQ(read(bytes, request_of("r ROW<q STRING>")), "+I[(z)] | +I[NULL]");
  DecoderRequest none = request_of("i INT");
  none.schema = make_schema({});
  const auto reader = reader_of(bytes, none).ValueOrDie();
  EXPECT_EQ(reader->next().ValueOrDie().num_rows(), 2);
}

TEST(Parquet, TypesWidenButNeverNarrow) {
  const Bytes ints = written("x INT", "+ 5");
  EXPECT_EQ(read(ints, request_of("x BIGINT")), "+I[5]");
  EXPECT_EQ(
      read(ints, request_of("x SMALLINT")),
      "error: column 'x' is declared as SMALLINT, but the file has int32 (t.parquet); declare "
      "it as what the file has");
  EXPECT_EQ(read(written("x DECIMAL(5, 2)", "+ 1.5"), request_of("x DECIMAL(10, 3)")), "+I[1.500]");
  EXPECT_NE(read(written("x DECIMAL(5, 2)", "+ 1.5"), request_of("x DECIMAL(5, 1)")).find("error"),
            std::string::npos);
  EXPECT_EQ(read(written("x FLOAT", "+ 1.5"), request_of("x DOUBLE")), "+I[1.5]");
  EXPECT_NE(
      read(written("x STRING", "+ a"), request_of("x ROW<a INT>")).find("is declared as ROW<"),
      std::string::npos);
  EXPECT_NE(
      read(written("x INT", "+ null"), request_of("x INT NOT NULL")).find("declared NOT NULL"),
      std::string::npos);
}

TEST(Parquet, AColumnThatIsNotThereIsAnErrorWithTheNearestName) {
  EXPECT_EQ(read(written("userId INT, b INT", "+ 1 2"), request_of("userid INT")),
            "error: column 'userid' is not in the file (t.parquet); did you mean 'userId'? it has: "
            "userId, b");
}

TEST(Parquet, TimestampsAreBroughtToTheDeclaredPrecision) {
  const Bytes micros = written("x TIMESTAMP(6)", "+ '1969-12-31 23:59:59.999999'");
  EXPECT_EQ(read(micros, request_of("x TIMESTAMP(3)")), "+I[1969-12-31 23:59:59.999]");
  EXPECT_EQ(read(micros, request_of("x TIMESTAMP(9)")), "+I[1969-12-31 23:59:59.999999000]");
  EXPECT_NE(read(written("x TIMESTAMP(6)", "+ '9999-12-31 00:00:00'"), request_of("x TIMESTAMP(9)"))
                .find("beyond the range"),
            std::string::npos);
  EXPECT_NE(read(micros, request_of("x TIMESTAMP_LTZ(3)")).find("error"), std::string::npos);
}

TEST(Parquet, NanosecondsAreCutDownwardToMilliseconds) {
  const Bytes nanos =
      written("x TIMESTAMP(9)",
              "+ '1969-12-31 23:59:59.999999999' | + null | + '2020-01-01 00:00:00' "
              "| + '2020-01-01 00:00:00.123999999'");
  EXPECT_EQ(read(nanos, request_of("x TIMESTAMP(3)")),
            "+I[1969-12-31 23:59:59.999] | +I[NULL] | +I[2020-01-01 00:00:00.000] | "
            "+I[2020-01-01 00:00:00.123]");
}

TEST(Parquet, TextIsLookedThroughToItsLastByte) {
  for (size_t length = 1; length < 20; ++length) {
    for (size_t at = 0; at < length; ++at) {
      std::string text(length, 'x');
      text[at] = '\xff';
      arrow::StringBuilder builder;
      ASSERT_TRUE(builder.Append(text).ok());
      EXPECT_NE(read(foreign(builder.Finish().ValueOrDie()), request_of("x STRING"))
                    .find("needs valid UTF-8"),
                std::string::npos)
          << length << " " << at;
    }
  }
}

TEST(Parquet, AnInstantReadAsTimestampIsWallClockTimeOfTheSession) {
  arrow::TimestampBuilder builder(arrow::timestamp(arrow::TimeUnit::MILLI),
                                  arrow::default_memory_pool());
  ASSERT_TRUE(builder.Append(0).ok());
  const auto values = builder.Finish().ValueOrDie();
  const auto int96 =
      parquet::ArrowWriterProperties::Builder().enable_deprecated_int96_timestamps()->build();
  DecoderRequest request = request_of("x TIMESTAMP(3)");
  request.time_zone = "Asia/Tokyo";
  EXPECT_EQ(read(foreign(values), request), "+I[1970-01-01 00:00:00.000]");
  EXPECT_EQ(read(foreign(values, int96), request), "+I[1970-01-01 09:00:00.000]");
  EXPECT_EQ(read(foreign(values, int96), request, {{"utc-timezone", "true"}}),
            "+I[1970-01-01 00:00:00.000]");
  EXPECT_EQ(read(foreign(values, int96), request_of("x TIMESTAMP_LTZ(3)")),
            "+I[1970-01-01 00:00:00.000]");
}

TEST(Parquet, ReadsWhatOtherWritersMakeOfText) {
  const auto stored = parquet::ArrowWriterProperties::Builder().store_schema()->build();
  arrow::LargeStringBuilder large;
  ASSERT_TRUE(large.Append("big").ok());
  EXPECT_EQ(read(foreign(large.Finish().ValueOrDie(), stored), request_of("x STRING")), "+I[big]");
  arrow::StringDictionaryBuilder dictionary;
  ASSERT_TRUE(dictionary.Append("one").ok());
  ASSERT_TRUE(dictionary.Append("two").ok());
  ASSERT_TRUE(dictionary.Append("one").ok());
  EXPECT_EQ(read(foreign(dictionary.Finish().ValueOrDie(), stored), request_of("x STRING")),
            "+I[one] | +I[two] | +I[one]");
  arrow::StringBuilder invalid;
  ASSERT_TRUE(invalid.Append("a\xff").ok());
  const Bytes bytes = foreign(invalid.Finish().ValueOrDie());
  EXPECT_NE(read(bytes, request_of("x STRING")).find("\"a\\xff\"; declare it as BYTES (t.parquet"),
            std::string::npos);
  EXPECT_EQ(read(bytes, request_of("x BYTES")).find("error"), std::string::npos);
}

/// `repeats` texts of `distinct` different ones, every seventh NULL.
std::shared_ptr<arrow::Array> texts(int64_t repeats, int64_t distinct, int64_t first) {
  arrow::StringBuilder builder;
  for (int64_t i = 0; i < repeats; ++i) {
    if (i % 7 == 0) {
      EXPECT_TRUE(builder.AppendNull().ok());
    } else {
      EXPECT_TRUE(builder.Append("t" + std::to_string(first + i % distinct)).ok());
    }
  }
  return builder.Finish().ValueOrDie();
}

std::shared_ptr<arrow::Array> joined(const arrow::ArrayVector& arrays) {
  return arrow::Concatenate(arrays).ValueOrDie();
}

/// The rows as text, and how many batches were a dictionary.
std::pair<std::string, int> coded_rows(const Bytes& bytes, int64_t from = 0) {
  const auto reader = reader_of(bytes, request_of("x STRING")).ValueOrDie();
  EXPECT_TRUE(reader->skip_to(from).ok());
  std::string rows;
  int coded = 0;
  while (true) {
    const Batch batch = reader->next().ValueOrDie();
    if (batch.empty()) return {rows, coded};
    EXPECT_TRUE(batch.validate().ok());
    coded += batch.column(0)->encoding() == Column::Encoding::kDictionary ? 1 : 0;
    for (int64_t i = 0; i < batch.num_rows(); ++i) rows += value_text(*batch.column(0), i) + " ";
  }
}

std::string expected_texts(const arrow::Array& array, int64_t from = 0) {
  const auto& typed = static_cast<const arrow::StringArray&>(array);
  std::string rows;
  for (int64_t i = from; i < typed.length(); ++i) {
    rows += typed.IsNull(i) ? "NULL " : typed.GetString(i) + " ";
  }
  return rows;
}

TEST(Parquet, GivesItsDictionariesThoughEachRowGroupHasAnother) {
  const auto rows = joined({texts(5000, 20, 0), texts(5000, 3, 10), texts(2000, 90, 500)});
  const Bytes bytes = foreign(rows, parquet::default_arrow_writer_properties(), 5000);
  for (const int64_t from : {0, 1, 4999, 5000, 9999, 11'000}) {
    const auto [text, coded] = coded_rows(bytes, from);
    EXPECT_EQ(text, expected_texts(*rows, from)) << from;
    EXPECT_GT(coded, 0) << from;
  }
}

TEST(Parquet, LargeDictionariesAreWrittenOut) {
  // The second row group has more different texts than are kept as a dictionary.
  const auto rows = joined({texts(9000, 20, 0), texts(9000, 5000, 0), texts(9000, 20, 0)});
  const Bytes bytes = foreign(rows, parquet::default_arrow_writer_properties(), 9000);
  const auto [text, coded] = coded_rows(bytes);
  EXPECT_EQ(text, expected_texts(*rows));
  EXPECT_GT(coded, 0);
  EXPECT_LT(coded, 5);
}

TEST(Parquet, WithoutADictionaryInTheFileThereIsNone) {
  const Bytes bytes = written("x STRING", "+ a | + a | + null", {{"enable.dictionary", "false"}});
  EXPECT_EQ(coded_rows(bytes), (std::pair<std::string, int>{"a a NULL ", 0}));
}

TEST(Parquet, ADictionarysColumnMayBeDeclaredNotNullOrAsBytes) {
  const Bytes bytes = written("x STRING", "+ a | + a | + b");
  EXPECT_EQ(read(bytes, request_of("x STRING NOT NULL")), "+I[a] | +I[a] | +I[b]");
  EXPECT_EQ(read(bytes, request_of("x BYTES")).find("error"), std::string::npos);
  const Bytes with_null = written("x STRING", "+ a | + null");
  EXPECT_NE(read(with_null, request_of("x STRING NOT NULL")).find("declared NOT NULL"),
            std::string::npos);
}

TEST(Parquet, CutOffAndForeignFilesAreErrors) {
  const Bytes whole = written(kAllTypes, kAllValues);
  for (int64_t size = 0; size < whole->size(); size += 97) {
    EXPECT_EQ(read(arrow::SliceBuffer(whole, 0, size), request_of("i INT")).substr(0, 6), "error:");
  }
  EXPECT_EQ(
      read(arrow::Buffer::FromString(""), request_of("i INT")),
      "error: a Parquet file has at least 12 bytes, but 't.parquet' has 0; it is empty or cut "
      "off");
  EXPECT_NE(read(arrow::Buffer::FromString(std::string(100, 'x')), request_of("i INT"))
                .find("cannot read Parquet file 't.parquet'"),
            std::string::npos);
  // Damage in the middle must not crash, whatever is made of it.
  for (int64_t at = 4; at < whole->size(); at += 13) {
    std::string damaged = whole->ToString();
    damaged[static_cast<size_t>(at)] = static_cast<char>(damaged[static_cast<size_t>(at)] ^ 0x5A);
    (void)read(arrow::Buffer::FromString(damaged), request_of(kAllTypes));
  }
}

TEST(Parquet, RowGroupsThatCannotMatchAreNotRead) {
  const Bytes bytes = foreign(numbers(10'000), parquet::default_arrow_writer_properties(), 1000);
  const auto count = [&](PushedPredicate::Op op, int64_t literal) {
    DecoderRequest request = request_of("x BIGINT");
    request.predicates.push_back(
        {"x", op, parse_column(SqlType::bigint(), std::to_string(literal)).ValueOrDie()});
    const auto reader = reader_of(bytes, request).ValueOrDie();
    int64_t rows = 0;
    while (true) {
      const Batch batch = reader->next().ValueOrDie();
      if (batch.empty()) return rows;
      rows += batch.num_rows();
    }
  };
  using Op = PushedPredicate::Op;
  EXPECT_EQ(count(Op::kEqual, 4500), 1000);
  EXPECT_EQ(count(Op::kLess, 1000), 1000);
  EXPECT_EQ(count(Op::kLess, 1001), 2000);
  EXPECT_EQ(count(Op::kLessEqual, 1000), 2000);
  EXPECT_EQ(count(Op::kGreater, 8999), 1000);
  EXPECT_EQ(count(Op::kGreaterEqual, 8999), 2000);
  EXPECT_EQ(count(Op::kGreater, 9999), 0);
  EXPECT_EQ(count(Op::kNotEqual, 5), 10'000);
  EXPECT_EQ(count(Op::kIsNull, 0), 0);
  EXPECT_EQ(count(Op::kIsNotNull, 0), 10'000);
}

TEST(Parquet, TellsItsRowsAndBetweenWhatItsNumbersLie) {
  const Bytes bytes = written("x INT, d DATE, t STRING, n BIGINT",
                              "+ 7 1970-01-03 a null | + -2 1970-01-02 b null | + 3 null c null");
  const auto reader = reader_of(bytes, request_of("t STRING")).ValueOrDie();
  const auto* sized = dynamic_cast<const EstimatesRows*>(reader.get());
  ASSERT_NE(sized, nullptr);
  const TableEstimate told = sized->estimate(real_env()).ValueOrDie();
  EXPECT_EQ(told.rows, 3);
  std::string ranges;
  for (const auto& [column, range] : told.ranges) {
    ranges += column + " " + std::to_string(range.low) + ".." + std::to_string(range.high) + "; ";
  }
  EXPECT_EQ(ranges, "d 1..2; x -2..7; ");
}

TEST(Parquet, GoesOnFromAnyRow) {
  const Bytes bytes = foreign(numbers(10'000), parquet::default_arrow_writer_properties(), 3000);
  for (const int64_t from : {0, 1, 2999, 3000, 4096, 9999, 10'000}) {
    const auto reader = reader_of(bytes, request_of("x BIGINT")).ValueOrDie();
    ASSERT_TRUE(reader->skip_to(from).ok());
    EXPECT_EQ(reader->rows_read(), from);
    const Batch batch = reader->next().ValueOrDie();
    EXPECT_LE(batch.num_rows(), kBatchRowsMax);
    if (from == 10'000) {
      EXPECT_TRUE(batch.empty());
    } else {
      EXPECT_EQ(batch.column(0)->value<int64_t>(0), from);
    }
  }
  EXPECT_FALSE(reader_of(bytes, request_of("x BIGINT")).ValueOrDie()->skip_to(10'001).ok());
}

}  // namespace
}  // namespace hw
