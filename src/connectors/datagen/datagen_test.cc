// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "columnar/nested.h"
#include "columnar/text/type_text.h"
#include "connectors/testing/memory_files.h"
#include "connectors/testing/table_probe.h"

namespace hw {
namespace {

using testing::CollectedOutput;
using testing::MemoryFiles;
using testing::TableProbe;
using Values = TableProbe::Values;

constexpr int64_t kNoonMs = 1'500'012'345'678;  // 2017-07-14 06:05:45.678

Values datagen(Values more) {
  more.emplace("connector", "datagen");
  more.emplace("seed", "7");
  more.emplace("rows-per-second", "1000000000");
  return more;
}

/// A millisecond goes by whenever a reader asks for the time.
constexpr int64_t kTickNs = 1'000'000;

/// All values of the one column.
std::vector<std::string> values(MemoryFiles& env, std::string_view column, Values more,
                                std::string_view rows = "2000") {
  more.emplace("number-of-rows", rows);
  const TableProbe probe(env, column, datagen(std::move(more)));
  const auto batches = probe.read_batches();
  std::vector<std::string> texts;
  if (!batches.ok()) return {"error: " + batches.status().message()};
  for (const Batch& batch : *batches) {
    EXPECT_LE(batch.num_bytes(), kBatchBytesMax);
    for (int64_t row = 0; row < batch.num_rows(); ++row) {
      texts.push_back(value_text(*batch.column(0), row));
    }
  }
  return texts;
}

std::string failure(std::string_view columns, Values more) {
  MemoryFiles env;
  return TableProbe(env, columns, datagen(std::move(more))).check().message();
}

TEST(Datagen, SequencesCountAndTheShortestEndsTheSource) {
  MemoryFiles env;
  env.set_tick_ns(kTickNs);
  TableProbe probe(env, "a INT, b STRING, c DECIMAL(5, 2), d CHAR(3), e DOUBLE, f TINYINT",
                   datagen({{"fields.a.kind", "sequence"},
                            {"fields.a.start", "-1"},
                            {"fields.a.end", "1"},
                            {"fields.b.kind", "SEQUENCE"},
                            {"fields.b.start", "9"},
                            {"fields.b.end", "1000"},
                            {"fields.c.kind", "sequence"},
                            {"fields.c.start", "-1"},
                            {"fields.c.end", "999"},
                            {"fields.d.kind", "sequence"},
                            {"fields.d.start", "9"},
                            {"fields.d.end", "999"},
                            {"fields.e.kind", "sequence"},
                            {"fields.e.start", "0"},
                            {"fields.e.end", "9223372036854775806"},
                            {"fields.f.min", "5"},
                            {"fields.f.max", "5"}}));
  EXPECT_TRUE(probe.source().ValueOrDie()->bounded());
  const std::string rows =
      "+I[-1, 9, -1.00, 9  , 0.0, 5] | +I[0, 10, 0.00, 10 , 1.0, 5] | "
      "+I[1, 11, 1.00, 11 , 2.0, 5]";
  EXPECT_EQ(probe.read(), rows);
  EXPECT_EQ(probe.read(true), rows);
}

TEST(Datagen, ASequenceEndsTheSourceEvenIfItsColumnIsNotRead) {
  MemoryFiles env;
  env.set_tick_ns(kTickNs);
  TableProbe probe(env, "a INT, b INT",
                   datagen({{"fields.a.kind", "sequence"},
                            {"fields.a.start", "1"},
                            {"fields.a.end", "2"},
                            {"fields.b.min", "3"},
                            {"fields.b.max", "3"}}));
  probe.scan.columns = {{"b", SqlType::integer()}};
  EXPECT_EQ(probe.read(), "+I[3] | +I[3]");
  probe.scan.columns.clear();
  EXPECT_EQ(probe.read(), "+I[] | +I[]");
}

TEST(Datagen, EqualOptionsGiveEqualRowsWhateverIsReadAndAfterRestarts) {
  MemoryFiles env;
  env.set_tick_ns(kTickNs);
  const Values options = datagen({{"number-of-rows", "5000"}, {"fields.s.null-rate", "0.5"}});
  TableProbe probe(env, "i BIGINT, s STRING, a ARRAY<INT>", options);
  const std::string rows = probe.read();
  EXPECT_TRUE(probe.read(true) == rows);
  TableProbe other(env, "i BIGINT, s STRING, a ARRAY<INT>",
                   datagen({{"number-of-rows", "5000"}, {"seed", "8"}}));
  EXPECT_FALSE(other.read() == rows);
  const std::string one = TableProbe(env, "s STRING", options).read();
  probe.scan.columns = {{"s", SqlType::string()}};
  EXPECT_TRUE(probe.read() == one);
}

TEST(Datagen, RowsDoNotDependOnTheRate) {
  MemoryFiles env;
  TableProbe probe(env, "i INT",
                   {{"connector", "datagen"}, {"rows-per-second", "1000"}, {"seed", "3"}});
  const auto source = probe.source().ValueOrDie();
  EXPECT_FALSE(source->bounded());
  const auto splits =
      source->make_enumerator(probe.source_context()).ValueOrDie()->discover().ValueOrDie();
  ASSERT_EQ(splits.size(), 1u);
  const auto reader = source->make_reader(splits[0], probe.source_context()).ValueOrDie();
  CollectedOutput output;
  const auto rows_now = [&] {
    output.batches.clear();
    while (reader->poll(output).ValueOrDie() != Flow::kWaiting) {
    }
    int64_t rows = 0;
    for (const Batch& batch : output.batches) rows += batch.num_rows();
    return rows;
  };
  EXPECT_EQ(rows_now(), 1);
  const std::string first = value_text(*output.batches[0].column(0), 0);
  EXPECT_EQ(rows_now(), 0);
  env.advance_ms(250);
  EXPECT_EQ(rows_now(), 250);
  env.advance_ms(1);
  EXPECT_EQ(rows_now(), 1);
  // Held up for long, it catches up on a second.
  env.advance_ms(60'000);
  EXPECT_EQ(rows_now(), 1000);
  env.advance_ms(10);
  EXPECT_EQ(rows_now(), 10);
  MemoryFiles ticking;
  ticking.set_tick_ns(kTickNs);
  EXPECT_EQ(values(ticking, "i INT", {{"seed", "3"}}, "1").at(0), first);
}

TEST(Datagen, NumbersFillTheirRange) {
  MemoryFiles env;
  env.set_tick_ns(kTickNs);
  for (const char* type : {"TINYINT", "SMALLINT", "INT", "BIGINT", "FLOAT", "DOUBLE",
                           "DECIMAL(10, 0)", "DECIMAL(38, 0)"}) {
    const std::string column = std::string("x ") + type;
    const auto drawn = values(env, column, {{"fields.x.min", "-2"}, {"fields.x.max", "2"}});
    ASSERT_EQ(drawn.size(), 2000u) << type;
    double sum = 0, least = 9, most = -9;
    for (const std::string& text : drawn) {
      sum += std::stod(text);
      least = std::min(least, std::stod(text));
      most = std::max(most, std::stod(text));
    }
    EXPECT_NEAR(least, -2, 0.01) << type;
    EXPECT_NEAR(most, 2, 0.01) << type;
    EXPECT_NEAR(sum / 2000, 0, 0.15) << type;
    int64_t negative = 0;
    for (const std::string& text : values(env, column, {})) negative += text[0] == '-';
    EXPECT_NEAR(static_cast<double>(negative), 1000, 120) << type;
  }
  const auto large = values(env, "x DECIMAL(38, 2)", {});
  const auto longest = std::max_element(
      large.begin(), large.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); });
  EXPECT_EQ(longest->size(), 40u);
}

TEST(Datagen, TextIsHexadecimalDigitsOfItsLength) {
  MemoryFiles env;
  env.set_tick_ns(kTickNs);
  const auto lengths = [&](std::string_view column, const Values& more) {
    std::set<size_t> found;
    for (const std::string& text : values(env, column, more)) {
      EXPECT_EQ(text.find_first_not_of("0123456789abcdef"), std::string::npos) << text;
      found.insert(text.size());
    }
    return found;
  };
  EXPECT_EQ(lengths("x STRING", {}), std::set<size_t>{100});
  EXPECT_EQ(lengths("x VARCHAR(20)", {}), std::set<size_t>{20});
  EXPECT_EQ(lengths("x CHAR(17)", {}), std::set<size_t>{17});
  EXPECT_EQ(lengths("x STRING", {{"fields.x.length", "33"}}), std::set<size_t>{33});
  EXPECT_EQ(lengths("x STRING", {{"fields.x.length", "3"}, {"fields.x.var-len", "true"}}),
            (std::set<size_t>{1, 2, 3}));
  EXPECT_EQ(lengths("x STRING", {{"fields.x.length", "0"}, {"fields.x.var-len", "true"}}),
            std::set<size_t>{0});
  EXPECT_EQ(values(env, "x STRING", {{"fields.x.length", "3000000"}}, "3").at(2).size(),
            3'000'000u);
}

TEST(Datagen, TimesAreThoseOfTheClock) {
  MemoryFiles env(kNoonMs);
  env.set_tick_ns(kTickNs);
  EXPECT_EQ(values(env, "x DATE", {}, "1").at(0), "2017-07-14");
  EXPECT_EQ(values(env, "x TIME(0)", {}, "1").at(0), "06:05:45");
  EXPECT_EQ(values(env, "x TIMESTAMP(3)", {}, "1").at(0), "2017-07-14 06:05:45.678");
  EXPECT_EQ(values(env, "x TIMESTAMP(1)", {}, "1").at(0), "2017-07-14 06:05:45.6");
  EXPECT_EQ(values(env, "x TIMESTAMP_LTZ(9)", {}, "1").at(0).substr(0, 23),
            "2017-07-14 06:05:45.678");
  const auto past = values(env, "x TIMESTAMP(3)", {{"fields.x.max-past", "2 ms"}});
  EXPECT_EQ(std::set<std::string>(past.begin(), past.end()),
            (std::set<std::string>{"2017-07-14 06:05:45.676", "2017-07-14 06:05:45.677",
                                   "2017-07-14 06:05:45.678"}));
}

TEST(Datagen, ConstructedTypesHaveRandomParts) {
  MemoryFiles env;
  env.set_tick_ns(kTickNs);
  EXPECT_EQ(values(env, "x ARRAY<INT>",
                   {{"fields.x.element.min", "4"}, {"fields.x.element.max", "4"}}, "1")
                .at(0),
            "[4, 4, 4]");
  EXPECT_EQ(values(env, "x ROW<a INT, b ROW<c STRING>>",
                   {{"fields.x.a.null-rate", "1"}, {"fields.x.b.c.length", "0"}}, "1")
                .at(0),
            "(NULL, ())");
  // Equal keys are one.
  EXPECT_EQ(values(env, "x MAP<INT, INT>",
                   {{"fields.x.key.min", "1"},
                    {"fields.x.key.max", "1"},
                    {"fields.x.value.min", "2"},
                    {"fields.x.value.max", "2"}},
                   "1")
                .at(0),
            "{1=2}");
  EXPECT_EQ(
      values(
          env, "x MULTISET<INT>",
          {{"fields.x.length", "5"}, {"fields.x.element.min", "1"}, {"fields.x.element.max", "1"}},
          "1")
          .at(0),
      "{1=5}");
  MemoryFiles other;
  other.set_tick_ns(kTickNs);
  TableProbe probe(other, "x ARRAY<BIGINT>", datagen({{"number-of-rows", "100"}}));
  std::set<int64_t> elements;
  for (const Batch& batch : probe.read_batches().ValueOrDie()) {
    const ElementsView view(*batch.column(0));
    for (int64_t row = 0; row < batch.num_rows(); ++row) EXPECT_EQ(view.count(row), 3);
    for (int64_t i = 0; i < view.elements()->num_rows(); ++i) {
      elements.insert(view.elements()->value<int64_t>(i));
    }
  }
  EXPECT_EQ(elements.size(), 300u);
}

TEST(Datagen, NullsComeAtTheirRate) {
  MemoryFiles env;
  env.set_tick_ns(kTickNs);
  for (const char* column : {"x INT", "x STRING", "x BOOLEAN", "x ARRAY<INT>", "x ROW<a INT>"}) {
    const auto drawn = values(env, column, {{"fields.x.null-rate", "0.25"}});
    EXPECT_NEAR(static_cast<double>(std::count(drawn.begin(), drawn.end(), "NULL")), 500, 100)
        << column;
  }
  const auto truths = values(env, "x BOOLEAN", {});
  EXPECT_NEAR(static_cast<double>(std::count(truths.begin(), truths.end(), "TRUE")), 1000, 120);
}

TEST(Datagen, ALimitIsKept) {
  MemoryFiles env;
  env.set_tick_ns(kTickNs);
  TableProbe probe(env, "x INT", datagen({}));
  probe.scan.limit = 5000;
  int64_t rows = 0;
  for (const Batch& batch : probe.read_batches().ValueOrDie()) rows += batch.num_rows();
  EXPECT_EQ(rows, 5000);
}

void expect_in(const std::string& text, std::string_view part) {
  EXPECT_NE(text.find(part), std::string::npos) << text;
}

TEST(Datagen, RefusesOptionsThatNameNoColumn) {
  expect_in(failure("amount INT", {{"fields.amuont.kind", "random"}}),
            "unknown column 'amuont' in option 'fields.amuont.kind' of connector 'datagen'\n"
            "  did you mean 'amount'?\n  columns: amount");
  expect_in(failure("a INT", {{"fields.a.knd", "random"}}), "unknown option 'fields.a.knd'");
}

TEST(Datagen, RefusesOptionsThatDoNotSuitTheirColumn) {
  expect_in(failure("a INT", {{"fields.a.length", "3"}}),
            "is for VARCHAR, VARBINARY, ARRAY, MAP and MULTISET, but 'a' is INT");
  expect_in(failure("a CHAR(3)", {{"fields.a.length", "3"}}), "but 'a' is CHAR(3)");
  expect_in(failure("a VARCHAR(3)", {{"fields.a.length", "4"}}), "at most 3, but is 4");
  expect_in(failure("a STRING", {{"fields.a.min", "3"}}), "is for numbers, but 'a' is STRING");
  expect_in(failure("a TINYINT", {{"fields.a.max", "300"}}),
            "must be a value of TINYINT, but is '300'");
  expect_in(failure("a INT", {{"fields.a.min", "3"}, {"fields.a.max", "2"}}), "but 3 > 2");
  expect_in(failure("a DATE", {{"fields.a.max-past", "1 s"}}), "is for timestamps");
  expect_in(failure("a INT NOT NULL", {{"fields.a.null-rate", "0.5"}}), "'a' is INT NOT NULL");
  expect_in(failure("a MAP<INT, INT>", {{"fields.a.key.null-rate", "0.5"}}), "key of a MAP");
  expect_in(failure("a INT", {{"fields.a.null-rate", "1.5"}}), "at most 1, but is 1.5");
  expect_in(failure("a INT", {{"rows-per-second", "0"}}), "must be at least 1");
}

TEST(Datagen, RefusesSequencesThatAreNone) {
  const auto sequence = [](std::string_view columns, Values more) {
    more.emplace("fields.a.kind", "sequence");
    return failure(columns, std::move(more));
  };
  expect_in(sequence("a INT", {}), "but 'fields.a.start' is missing");
  expect_in(sequence("a INT", {{"fields.a.start", "3"}, {"fields.a.end", "1"}}), "counts up");
  expect_in(sequence("a TINYINT", {{"fields.a.start", "3"}, {"fields.a.end", "128"}}),
            "'a' is TINYINT and 128 is not");
  expect_in(sequence("a DECIMAL(3, 2)", {{"fields.a.start", "3"}, {"fields.a.end", "10"}}),
            "and 10 is not");
  expect_in(sequence("a VARCHAR(1)", {{"fields.a.start", "3"}, {"fields.a.end", "10"}}),
            "and 10 is not");
  expect_in(sequence("a DATE", {{"fields.a.start", "3"}, {"fields.a.end", "4"}}), "write 'random'");
  expect_in(
      sequence("a INT", {{"fields.a.start", "3"}, {"fields.a.end", "4"}, {"fields.a.min", "1"}}),
      "is for random columns");
  expect_in(failure("a INT", {{"fields.a.start", "3"}}), "needs 'fields.a.kind' = 'sequence'");
}

}  // namespace
}  // namespace hw
