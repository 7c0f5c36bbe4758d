// SPDX-License-Identifier: Apache-2.0

#include "state/state_store.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include <arrow/buffer.h>
#include <arrow/filesystem/localfs.h>
#include <gtest/gtest.h>

#include "base/memory.h"
#include "columnar/column_builder.h"
#include "columnar/key_bytes.h"
#include "columnar/literal.h"
#include "columnar/text/type_text.h"
#include "state/keyed_table.h"
#include "state/ordered_table.h"
#include "state/paned_table.h"
#include "state/row_log.h"
#include "state/timer_buckets.h"

namespace hw {
namespace {

constexpr std::string_view kKeyColumns = "k INT, s STRING";

TableSchema keys_and(std::string_view values) {
  return {.keys = (*parse_schema(kKeyColumns))->fields(),
          .values = (*parse_schema(values))->fields()};
}

// One instance with a table of every kind.
struct Instance {
  explicit Instance(KeyGroupRange range = {}, std::string_view group_values = "n BIGINT")
      : store({.memory_pool = recycling_pool(), .key_groups = range}),
        groups(store.keyed_table("groups", keys_and(group_values))),
        distinct(store.keyed_table(
            "distinct", groups,
            {.keys = {{"v", SqlType::string()}}, .values = {{"seen", SqlType::bigint()}}})),
        panes(store.paned_table("panes", keys_and("n BIGINT"))),
        log(store.row_log("log",
                          {.columns = (*parse_schema("k INT, s STRING, w ARRAY<INT>"))->fields(),
                           .key_columns = {0, 1},
                           .erasable = true,
                           .counted = true})),
        sorted(store.ordered_table("sorted", groups,
                                   {.payload = {{"v", SqlType::float64()}},
                                    .equal = EqualEntries::kArrival,
                                    .searchable = true})),
        timers(store.timer_buckets("timers", groups)) {}

  // Fills all tables from `rows` of (k, s).
  void fill(const Batch& rows) {
    std::vector<uint32_t> numbers;
    const KeyColumns keys{.columns = rows.columns(), .num_rows = rows.num_rows()};
    ASSERT_TRUE(groups.find_or_insert(keys, numbers, nullptr).ok());
    for (size_t i = 0; i < numbers.size(); ++i) {
      groups.fixed<int64_t>(0)[numbers[i]] += static_cast<int64_t>(i) + 1;
      timers.set(static_cast<int64_t>(i % 3), numbers[i]);
    }
    const std::vector<ColumnPtr> values = {parent_row_column(numbers), rows.column(1)};
    std::vector<uint32_t> entries;
    ASSERT_TRUE(
        distinct.find_or_insert({.columns = values, .num_rows = rows.num_rows()}, entries, nullptr)
            .ok());
    for (const uint32_t entry : entries) ++distinct.fixed<int64_t>(0)[entry];
    for (const int64_t pane : {int64_t{-10}, int64_t{20}}) {
      KeyedTable& table = panes.pane(pane);
      ASSERT_TRUE(table.find_or_insert(keys, numbers, nullptr).ok());
      for (const uint32_t row : numbers) table.fixed<int64_t>(0)[row] += pane;
    }
    fill_rows(rows);
  }

  void fill_rows(const Batch& rows) {
    std::vector<uint32_t> numbers;
    ASSERT_TRUE(
        groups.find({.columns = rows.columns(), .num_rows = rows.num_rows()}, numbers).ok());
    auto lists = *ColumnBuilder::make((*parse_schema("w ARRAY<INT>"))->type(0));
    auto doubles = *ColumnBuilder::make(SqlType::float64());
    for (int64_t i = 0; i < rows.num_rows(); ++i) {
      ASSERT_TRUE(lists->child(0).append_int(i).ok());
      ASSERT_TRUE(lists->append_constructed(1).ok());
      ASSERT_TRUE(doubles->append_double(static_cast<double>(i % 5)).ok());
    }
    const std::vector<ColumnPtr> columns = {rows.column(0), rows.column(1), *lists->finish()};
    std::vector<uint32_t> ids;
    ASSERT_TRUE(log.append({.columns = columns, .num_rows = rows.num_rows()}, ids).ok());
    for (size_t i = 0; i < ids.size(); ++i) log.counts()[ids[i]] = static_cast<int32_t>(i);
    const ColumnPtr payload = *doubles->finish();
    const std::vector<uint64_t> hashes = hash_keys(std::span(&payload, 1), rows.num_rows());
    for (size_t i = 0; i < numbers.size(); ++i) {
      std::string order;
      append_order_bytes(*payload, static_cast<int64_t>(i), true, false, order);
      ASSERT_TRUE(
          sorted
              .insert(numbers[i], order, hashes[i], std::span(&payload, 1), static_cast<int64_t>(i))
              .ok());
    }
  }

  // Every table as text, rows sorted, but those of one key in the order they have.
  std::map<std::string, std::multiset<std::string>> contents() {
    std::map<std::string, std::multiset<std::string>> all;
    const auto dump = [&](StateTable& table) {
      const SnapshotLayout layout = table.layout();
      const auto rows = table.freeze(++dumps)->all();
      if (rows->num_rows() == 0) return;
      std::vector<uint32_t> positions(static_cast<size_t>(rows->num_rows()));
      for (uint32_t i = 0; i < positions.size(); ++i) positions[i] = i;
      std::vector<int> columns(layout.columns.size());
      for (size_t c = 0; c < columns.size(); ++c) columns[c] = static_cast<int>(c);
      const std::vector<ColumnPtr> values = *rows->read(columns, positions);
      for (size_t i = 0; i < positions.size(); ++i) {
        std::string text;
        for (const ColumnPtr& value : values) text += value_text(*value, i) + ";";
        all[table.name()].insert(text);
      }
    };
    dump(groups);
    dump(distinct);
    dump(panes);
    dump(log);
    dump(sorted);
    dump(timers);
    return all;
  }

  int64_t dumps = 1'000'000;
  StateStore store;
  KeyedTable& groups;
  KeyedTable& distinct;
  PanedTable& panes;
  RowLog& log;
  OrderedTable& sorted;
  TimerBuckets& timers;
};

Batch many_rows(int64_t num_rows) {
  std::string rows;
  for (int64_t i = 0; i < num_rows; ++i) {
    if (i > 0) rows += " | ";
    rows += "+ " + (i % 11 == 0 ? std::string("null") : std::to_string(i % 300)) + " word" +
            std::to_string(i % 7);
  }
  return *parse_batch(*parse_schema(kKeyColumns), rows);
}

std::shared_ptr<MemorySnapshot> snapshot_of(Instance& instance) {
  auto snapshot = std::make_shared<MemorySnapshot>();
  EXPECT_TRUE(instance.store.snapshot(*snapshot).ok());
  return snapshot;
}

TEST(StateStoreTest, RestoresEveryTableAtAnyParallelism) {
  Instance one;
  one.fill(many_rows(5'000));
  const auto expected = one.contents();
  std::vector<std::shared_ptr<SnapshotSource>> snapshots = {snapshot_of(one)};
  // One instance, then three, then two, then one again.
  for (const int parallelism : {3, 2, 1}) {
    std::vector<std::shared_ptr<SnapshotSource>> next;
    std::map<std::string, std::multiset<std::string>> together;
    int64_t rows_of_busiest = 0;
    for (int i = 0; i < parallelism; ++i) {
      Instance part(key_groups_of_instance(i, kKeyGroupsDefault, parallelism));
      ASSERT_TRUE(part.store.restore(snapshots).ok());
      rows_of_busiest = std::max(rows_of_busiest, part.groups.num_rows());
      for (auto& [table, rows] : part.contents()) together[table].merge(rows);
      next.push_back(snapshot_of(part));
    }
    EXPECT_EQ(together, expected) << "at parallelism " << parallelism;
    if (parallelism > 1) {
      EXPECT_LT(rows_of_busiest, one.groups.num_rows());
    }
    snapshots = std::move(next);
  }
}

TEST(StateStoreTest, KeepsTheOrderInsideAKey) {
  Instance one;
  one.fill(many_rows(2'000));
  Instance restored;
  ASSERT_TRUE(restored.store.restore({snapshot_of(one)}).ok());
  const Batch keys = many_rows(300);
  const auto chains = [&](Instance& instance) {
    std::string text;
    std::vector<uint32_t> firsts;
    EXPECT_TRUE(
        instance.log.find_chains({.columns = keys.columns(), .num_rows = keys.num_rows()}, firsts)
            .ok());
    for (uint32_t id : firsts) {
      for (; id != RowLog::kNoRow; id = instance.log.next(id)) {
        text += value_text(**instance.log.read(2, std::span(&id, 1)), 0);
      }
      text += "\n";
    }
    return text;
  };
  EXPECT_EQ(chains(restored), chains(one));
  const auto sets = [&](Instance& instance) {
    std::string text;
    std::vector<uint32_t> rows;
    EXPECT_TRUE(
        instance.groups.find({.columns = keys.columns(), .num_rows = keys.num_rows()}, rows).ok());
    for (const uint32_t row : rows) {
      std::vector<uint32_t> entries;
      instance.sorted.read_range(row, 0, SIZE_MAX, entries);
      for (const uint32_t entry : entries) {
        text += std::to_string(instance.sorted.count(entry)) + " ";
      }
    }
    return text;
  };
  EXPECT_EQ(sets(restored), sets(one));
}

TEST(StateStoreTest, GoesOnAfterARestore) {
  Instance one;
  one.fill(many_rows(500));
  Instance restored;
  ASSERT_TRUE(restored.store.restore({snapshot_of(one)}).ok());
  one.fill(many_rows(700));
  restored.fill(many_rows(700));
  EXPECT_EQ(restored.contents(), one.contents());
}

TEST(StateStoreTest, NoticesEveryDamagedByte) {
  Instance one;
  one.fill(many_rows(40));
  const std::shared_ptr<MemorySnapshot> whole = snapshot_of(one);
  for (const auto& [name, bytes] : whole->streams()) {
    // Every byte of the index, a sample of the others.
    const int64_t step = name == "index" ? 1 : 97;
    for (int64_t at = 0; at < bytes->size(); at += step) {
      auto damaged = std::make_shared<MemorySnapshot>(*whole);
      std::string text{std::string_view(*bytes)};
      text[static_cast<size_t>(at)] ^= 0x10;
      damaged->streams()[name] = arrow::Buffer::FromString(text);
      Instance restored;
      const Status status = restored.store.restore({damaged});
      ASSERT_TRUE(status.IsSerializationError()) << name << " at " << at << ": " << status;
    }
  }
}

TEST(StateStoreTest, NoticesTruncatedAndMissingStreams) {
  Instance one;
  one.fill(many_rows(40));
  const std::shared_ptr<MemorySnapshot> whole = snapshot_of(one);
  for (const auto& [name, bytes] : whole->streams()) {
    for (const int64_t length : {int64_t{0}, int64_t{1}, bytes->size() / 2, bytes->size() - 1}) {
      auto cut = std::make_shared<MemorySnapshot>(*whole);
      cut->streams()[name] = arrow::SliceBuffer(bytes, 0, length);
      Instance restored;
      ASSERT_TRUE(restored.store.restore({cut}).IsSerializationError()) << name << " " << length;
    }
    auto missing = std::make_shared<MemorySnapshot>(*whole);
    missing->streams().erase(name);
    Instance restored;
    ASSERT_TRUE(restored.store.restore({missing}).IsIOError()) << name;
  }
}

TEST(StateStoreTest, RefusesStateThatDoesNotFit) {
  Instance one;
  one.fill(many_rows(10));
  const std::shared_ptr<MemorySnapshot> snapshot = snapshot_of(one);

  Instance other_type({}, "n INT");
  EXPECT_TRUE(other_type.store.restore({snapshot}).IsInvalid());

  StateStore without({.memory_pool = recycling_pool()});
  const Status unknown = without.restore({snapshot});
  EXPECT_TRUE(unknown.IsInvalid());
  EXPECT_NE(unknown.message().find("state would be lost"), std::string::npos) << unknown;

  StateStore groups({.memory_pool = recycling_pool(), .num_key_groups = 128});
  EXPECT_TRUE(groups.restore({snapshot}).IsInvalid());

  StateStore newer({.memory_pool = recycling_pool()});
  TableSchema schema = keys_and("n BIGINT");
  schema.version = 2;
  newer.keyed_table("groups", schema);
  EXPECT_TRUE(newer.restore({snapshot}).IsInvalid());
}

TEST(StateStoreTest, FillsAnAddedNullableColumnWithNull) {
  StateStore old_store({.memory_pool = recycling_pool()});
  KeyedTable& old_table = old_store.keyed_table("t", keys_and("n BIGINT"));
  const Batch rows = many_rows(10);
  std::vector<uint32_t> numbers;
  ASSERT_TRUE(
      old_table.find_or_insert({.columns = rows.columns(), .num_rows = 10}, numbers, nullptr).ok());
  auto snapshot = std::make_shared<MemorySnapshot>();
  ASSERT_TRUE(old_store.snapshot(*snapshot).ok());

  StateStore store({.memory_pool = recycling_pool()});
  KeyedTable& table = store.keyed_table("t", keys_and("n BIGINT, added STRING"));
  ASSERT_TRUE(store.restore({snapshot}).ok());
  const ColumnPtr added = *table.read_value(1, table.live_rows());
  EXPECT_EQ(added->null_count(), table.num_rows());
}

TEST(StateStoreTest, ColumnsOfOneNameStandInTheirOrder) {
  const TableSchema schema{.keys = {{"id", SqlType::bigint()}},
                           .values = {{"id", SqlType::bigint()}, {"id", SqlType::string()}}};
  const auto number = *parse_column("BIGINT", "1");
  StateStore before({.memory_pool = recycling_pool(), .key_groups = {}});
  KeyedTable& written = before.keyed_table("rows", schema);
  std::vector<uint32_t> rows;
  const std::vector<ColumnPtr> keys = {number};
  ASSERT_TRUE(written.find_or_insert({.columns = keys, .num_rows = 1}, rows, nullptr).ok());
  written.write_value(0, **parse_column("BIGINT", "2"), rows);
  written.write_value(1, **parse_column("STRING", "three"), rows);
  const auto snapshot = std::make_shared<MemorySnapshot>();
  ASSERT_TRUE(before.snapshot(*snapshot).ok());

  StateStore after({.memory_pool = recycling_pool(), .key_groups = {}});
  KeyedTable& read = after.keyed_table("rows", schema);
  const Status restored = after.restore({snapshot});
  ASSERT_TRUE(restored.ok()) << restored.message();
  ASSERT_TRUE(read.find({.columns = keys, .num_rows = 1}, rows).ok());
  ASSERT_NE(rows[0], KeyedTable::kNoRow);
  EXPECT_EQ((*read.read_value(0, rows))->value<int64_t>(0), 2);
  EXPECT_EQ((*read.read_value(1, rows))->value<std::string_view>(0), "three");
}

TEST(StateStoreTest, WritesFilesInADirectory) {
  Instance one;
  one.fill(many_rows(100));
  auto files = std::make_shared<arrow::fs::LocalFileSystem>();
  const std::string directory = testing::TempDir() + "/hw_state_store_test";
  ASSERT_TRUE(files->CreateDir(directory).ok());
  auto snapshot = std::make_shared<DirectorySnapshot>(files, directory);
  ASSERT_TRUE(one.store.snapshot(*snapshot).ok());
  Instance restored;
  ASSERT_TRUE(restored.store.restore({snapshot}).ok());
  EXPECT_EQ(restored.contents(), one.contents());
  ASSERT_TRUE(files->DeleteDir(directory).ok());
}

TEST(StateStoreTest, SaysWhatItHolds) {
  Instance one;
  one.fill(many_rows(1'000));
  EXPECT_GT(one.store.num_bytes(), 1'000 * 30);
  const auto sizes = one.store.table_sizes();
  ASSERT_EQ(sizes.size(), 6U);
  EXPECT_EQ(sizes[0].name, "groups");
  EXPECT_EQ(sizes[0].num_rows, one.groups.num_rows());
}

}  // namespace
}  // namespace hw
