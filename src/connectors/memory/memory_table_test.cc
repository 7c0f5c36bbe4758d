// SPDX-License-Identifier: Apache-2.0

#include "connectors/memory/memory_table.h"

#include <arrow/array/builder_primitive.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <gtest/gtest.h>

#include "columnar/literal.h"
#include "connectors/testing/table_probe.h"

namespace hw {
namespace {

std::string read(const std::shared_ptr<const MemoryTable>& table, const ScanRequest& request,
                 bool restart = false, MemoryTable::Order order = MemoryTable::Order::kOfAll) {
  const auto source = MemoryTable::scan(table, request, order).ValueOrDie();
  testing::CollectedOutput output;
  for (const Split& split : source->make_enumerator({}).ValueOrDie()->discover().ValueOrDie()) {
    auto reader = source->make_reader(split, {}).ValueOrDie();
    while (reader->poll(output).ValueOrDie() != Flow::kFinished) {
      if (!restart) continue;
      const std::string position = reader->position().ValueOrDie();
      reader = source->make_reader(split, {}).ValueOrDie();
      EXPECT_TRUE(reader->seek(position).ok());
    }
    EXPECT_EQ(reader->progress().bytes_total > 0, !table->batches().empty());
  }
  std::string text;
  for (const Batch& batch : output.batches) text += (text.empty() ? "" : " | ") + batch.to_text();
  return text;
}

std::shared_ptr<const MemoryTable> table_of(const std::vector<const char*>& batches) {
  const SchemaPtr schema = parse_schema("a INT, b STRING").ValueOrDie();
  std::vector<Batch> made;
  for (const char* rows : batches) made.push_back(parse_batch(schema, rows).ValueOrDie());
  return MemoryTable::make(schema, made).ValueOrDie();
}

ScanRequest asking_for(const std::vector<const char*>& names) {
  ScanRequest request;
  for (const char* name : names) request.columns.push_back({name, SqlType::integer(), ""});
  return request;
}

TEST(MemoryTable, GivesItsBatchesInOrder) {
  const auto table = table_of({"+ 1 x | + 2 y", "+ 3 z"});
  EXPECT_EQ(table->num_rows(), 3);
  EXPECT_EQ(read(table, asking_for({"a", "b"})), "+I[1, x] | +I[2, y] | +I[3, z]");
  EXPECT_EQ(read(table, asking_for({"b"})), "+I[x] | +I[y] | +I[z]");
  EXPECT_EQ(read(table, asking_for({"b"}), true), "+I[x] | +I[y] | +I[z]");
  EXPECT_EQ(read(table_of({}), asking_for({"a"})), "");
}

TEST(MemoryTable, DealsBatchesOutToReadersUnlessOrderMatters) {
  const auto table = table_of({"+ 1 x", "+ 2 y", "+ 3 z"});
  ScanRequest request = asking_for({"a"});
  request.parallelism = 2;
  EXPECT_EQ(read(table, request), "+I[1] | +I[3] | +I[2]");
  request.one_split = true;
  EXPECT_EQ(read(table, request), "+I[1] | +I[2] | +I[3]");
  EXPECT_EQ(read(table, request, false, MemoryTable::Order::kOfEachReader),
            "+I[1] | +I[3] | +I[2]");
}

TEST(MemoryTable, WhereNoRunGoesOnABatchIsOfTheReaderThatAsksFirst) {
  const auto table = table_of({"+ 1 x", "+ 2 y", "+ 3 z", "+ 4 z"});
  ScanRequest request = asking_for({"a"});
  request.parallelism = 2;
  request.may_go_on = false;
  const auto source = MemoryTable::scan(table, request).ValueOrDie();
  for (int attempt = 0; attempt < 2; ++attempt) {
    const std::vector<Split> splits =
        source->make_enumerator({}).ValueOrDie()->discover().ValueOrDie();
    ASSERT_EQ(splits.size(), 2u);
    const auto first = source->make_reader(splits[0], {}).ValueOrDie();
    const auto second = source->make_reader(splits[1], {}).ValueOrDie();
    testing::CollectedOutput of_first, of_second;
    EXPECT_EQ(second->poll(of_second).ValueOrDie(), Flow::kNeedInput);
    for (int i = 0; i < 2; ++i) EXPECT_EQ(first->poll(of_first).ValueOrDie(), Flow::kNeedInput);
    EXPECT_EQ(second->poll(of_second).ValueOrDie(), Flow::kNeedInput);
    EXPECT_EQ(first->poll(of_first).ValueOrDie(), Flow::kFinished);
    EXPECT_EQ(second->poll(of_second).ValueOrDie(), Flow::kFinished);
    EXPECT_EQ(of_first.batches[0].to_text() + of_first.batches[1].to_text(), "+I[2]+I[3]");
    EXPECT_EQ(of_second.batches[0].to_text() + of_second.batches[1].to_text(), "+I[1]+I[4]");
    EXPECT_FALSE(first->position().ok()) << "nobody may go on from there";
  }
}

TEST(MemoryTable, ChangesKeepTheirOrderWhateverTheParallelism) {
  const auto table = table_of({"+ 1 x", "-U 1 x | +U 1 y", "- 1 y", "+ 1 z"});
  ScanRequest request = asking_for({"a", "b"});
  request.parallelism = 2;
  const std::string all = "+I[1, x] | -U[1, x] | +U[1, y] | -D[1, y] | +I[1, z]";
  EXPECT_EQ(read(table, request), all);
  request.may_go_on = false;
  EXPECT_EQ(read(table, request), all);
  EXPECT_EQ(read(table, request, false, MemoryTable::Order::kOfEachReader), all);
}

TEST(MemoryTable, ReadsConstructedValuesOfManyBatches) {
  const SchemaPtr schema =
      parse_schema("r ROW<a INT, b ROW<c STRING>>, l ARRAY<BIGINT>, n INT").ValueOrDie();
  std::vector<Batch> made;
  std::string expected;
  for (int i = 0; i < 20; ++i) {
    const std::string number = std::to_string(i);
    const std::string rows =
        i % 3 == 0 ? "+ null null 1" : "+ (" + number + ", (x)) [" + number + "] null";
    made.push_back(parse_batch(schema, rows).ValueOrDie());
    made.back() = made.back().with_columns(
        schema, {made.back().column(0), made.back().column(1),
                 i % 2 == 0 ? made.back().column(2) : Column::nulls(SqlType::integer(), 1)});
    expected += (i == 0 ? "" : " | ") + made.back().to_text();
  }
  const auto table = MemoryTable::make(schema, made).ValueOrDie();
  EXPECT_EQ(read(table, asking_for({"r", "l", "n"})), expected);
  EXPECT_EQ(read(table, asking_for({"r", "l", "n"}), true), expected);
}

TEST(MemoryTable, SaysWhichKindsItHolds) {
  EXPECT_TRUE(table_of({"+ 1 x"})->kinds().is_insert_only());
  const auto table = table_of({"+ 1 x", "-U 1 x | +U 1 y"});
  EXPECT_TRUE(table->kinds().contains(RowKind::kUpdateBefore));
  EXPECT_FALSE(table->kinds().contains(RowKind::kDelete));
}

TEST(MemoryTable, TakesArrowBatchesAndCutsLongOnes) {
  arrow::Int64Builder builder;
  for (int64_t i = 0; i < 10'000; ++i) ASSERT_TRUE(builder.Append(i).ok());
  const auto schema = arrow::schema({arrow::field("n", arrow::int64())});
  const auto rows = arrow::RecordBatch::Make(schema, 10'000, {builder.Finish().ValueOrDie()});
  const auto table = MemoryTable::from_arrow(*schema, {rows}).ValueOrDie();
  EXPECT_EQ(table->num_rows(), 10'000);
  EXPECT_EQ(table->batches().size(), 3u);
  EXPECT_EQ(table->batches()[2].column(0)->value<int64_t>(0), 8192);
}

TEST(MemoryTable, RefusesWhatDoesNotFit) {
  EXPECT_FALSE(MemoryTable::scan(table_of({}), asking_for({"c"})).ok());
  const SchemaPtr other = parse_schema("a INT").ValueOrDie();
  EXPECT_FALSE(MemoryTable::make(parse_schema("a BIGINT").ValueOrDie(),
                                 {parse_batch(other, "+ 1").ValueOrDie()})
                   .ok());
}

}  // namespace
}  // namespace hw
