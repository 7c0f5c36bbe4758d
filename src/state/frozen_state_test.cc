// SPDX-License-Identifier: Apache-2.0
//
// Random changes to tables of every kind, snapshots that are published, abandoned or still under
// way, written late; what is restored must be what was there at the barrier.

#include "state/frozen_state.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>

#include <arrow/buffer.h>
#include <gtest/gtest.h>

#include "base/memory.h"
#include "columnar/column_builder.h"
#include "columnar/key_bytes.h"
#include "columnar/literal.h"
#include "columnar/text/type_text.h"
#include "columnar/type_parser.h"
#include "state/keyed_table.h"
#include "state/ordered_table.h"
#include "state/paned_table.h"
#include "state/row_log.h"
#include "state/state_store.h"
#include "state/timer_buckets.h"

namespace hw {
namespace {

constexpr std::string_view kKeys = "k INT, s STRING";

std::vector<SqlField> fields(std::string_view text) { return (*parse_schema(text))->fields(); }

ColumnPtr numbers(std::span<const int64_t> values) {
  auto column = *ColumnBuilder::make(SqlType::bigint());
  for (const int64_t value : values) EXPECT_TRUE(column->append_int(value).ok());
  return *column->finish();
}

// Tables of every kind, as operators have them.
struct Tables {
  explicit Tables(KeyGroupRange range = {})
      : store({.memory_pool = recycling_pool(), .key_groups = range}),
        groups(store.keyed_table("groups", {.keys = fields(kKeys), .values = fields("n BIGINT")})),
        values(store.keyed_table("members", groups,
                                 {.keys = fields("v BIGINT"), .values = fields("n BIGINT")})),
        panes(store.paned_table("panes", {.keys = fields(kKeys), .values = fields("n BIGINT")})),
        pane_values(store.paned_table("pane_members", panes,
                                      {.keys = fields("v BIGINT"), .values = fields("n BIGINT")})),
        log(store.row_log("joined", {.columns = fields("k INT, s STRING, v BIGINT, t STRING"),
                                     .key_columns = {0, 1},
                                     .erasable = true,
                                     .counted = true})),
        growing(store.row_log(
            "growing", {.columns = fields("k INT, s STRING, v BIGINT"), .key_columns = {0, 1}})),
        counted(store.ordered_table("counted", groups, {.payload = fields("v BIGINT")})),
        arrived(store.ordered_table("arrived", groups,
                                    {.payload = fields("v BIGINT, t STRING"),
                                     .equal = EqualEntries::kArrival,
                                     .searchable = true})),
        timers(store.timer_buckets("timers", groups)) {}

  StateStore store;
  KeyedTable& groups;
  KeyedTable& values;
  PanedTable& panes;
  PanedTable& pane_values;
  RowLog& log;
  RowLog& growing;
  OrderedTable& counted;
  OrderedTable& arrived;
  TimerBuckets& timers;
};

// Rows as text, in the order that a table promises: rows of a log stand by chain.
using Contents = std::map<std::string, std::multiset<std::string>>;

std::string text_of(const ColumnPtr& column, size_t i) {
  return value_text(*column, static_cast<int64_t>(i));
}

class Dump {
 public:
  explicit Dump(Tables& tables) : tables_(tables) {
    const std::vector<uint32_t> groups = tables.groups.live_rows();
    const std::vector<std::string> names = keys_of(tables.groups, groups);
    for (size_t i = 0; i < groups.size(); ++i) {
      contents_["groups"].insert(names[i] + value(tables.groups, groups[i]));
      names_[groups[i]] = names[i];
    }
    members("members", tables.values, names_);
    for (const auto& [pane, table] : tables.panes.panes()) {
      std::map<uint32_t, std::string> in_pane;
      const std::vector<uint32_t> rows = table->live_rows();
      const std::vector<std::string> keys = keys_of(*table, rows);
      const std::string prefix = std::to_string(pane) + "/";
      contents_["panes"].insert(prefix);
      for (size_t i = 0; i < rows.size(); ++i) {
        if (value(*table, rows[i]).empty()) continue;
        contents_["panes"].insert(prefix + keys[i] + value(*table, rows[i]));
        in_pane[rows[i]] = prefix + keys[i];
      }
      if (KeyedTable* child = tables.pane_values.find_pane(pane)) {
        members("pane_members", *child, in_pane);
      }
    }
    log("joined", tables.log, 4);
    log("growing", tables.growing, 3);
    sets("counted", tables.counted, 1);
    sets("arrived", tables.arrived, 2);
    for (const auto& [due_ms, row] : tables.timers.all()) {
      contents_["timers"].insert(std::to_string(due_ms) + " " + names_.at(row));
    }
  }
  // Panes without rows are not in a snapshot.
  Contents take() {
    std::erase_if(contents_["panes"], [](const std::string& row) { return row.ends_with("/"); });
    return std::move(contents_);
  }

 private:
  static std::vector<std::string> keys_of(const KeyedTable& table,
                                          const std::vector<uint32_t>& rows) {
    std::vector<std::string> texts(rows.size());
    for (int key = 0; key < 2; ++key) {
      const ColumnPtr column = *table.read_key(key, rows);
      for (size_t i = 0; i < rows.size(); ++i) texts[i] += text_of(column, i) + ",";
    }
    return texts;
  }
  static std::string value(const KeyedTable& table, uint32_t row) {
    return text_of(*table.read_value(0, std::span(&row, 1)), 0);
  }
  void members(const std::string& name, const KeyedTable& table,
               const std::map<uint32_t, std::string>& parents) {
    for (const uint32_t row : table.live_rows()) {
      const ColumnPtr parent = *table.read_key(0, std::span(&row, 1));
      const ColumnPtr key = *table.read_key(1, std::span(&row, 1));
      contents_[name].insert(parents.at(parent->value<uint32_t>(0)) + text_of(key, 0) + "=" +
                             value(table, row));
    }
  }
  void log(const std::string& name, const RowLog& log, int num_columns) {
    std::map<std::string, std::string> chains;
    const bool counted = log.spec().counted;
    for (const uint32_t id : log.live_rows()) {
      std::string key;
      std::string row;
      for (int c = 0; c < num_columns; ++c) {
        (c < 2 ? key : row) += text_of(*log.read(c, std::span(&id, 1)), 0) + ",";
      }
      if (counted) row += std::to_string(log.counts()[id]);
      chains[key] += row + ";";
    }
    for (const auto& [key, rows] : chains) contents_[name].insert(key + ": " + rows);
  }
  void sets(const std::string& name, const OrderedTable& table, int num_columns) {
    for (const auto& [group, key] : names_) {
      std::vector<uint32_t> entries;
      table.read_range(group, 0, SIZE_MAX, entries);
      std::string set = key;
      for (const uint32_t entry : entries) {
        for (int c = 0; c < num_columns; ++c) {
          set += text_of(*table.read(c, std::span(&entry, 1)), 0) + ",";
        }
        if (name == "counted") set += "x" + std::to_string(table.count(entry));
        set += ";";
      }
      contents_[name].insert(set);
    }
  }

  Tables& tables_;
  std::map<uint32_t, std::string> names_;
  Contents contents_;
};

// Random operations, each as an operator would make them.
class Changes {
 public:
  Changes(Tables& tables, uint64_t seed) : tables_(tables), random_(seed) {}

  void make(int num_operations) {
    for (int i = 0; i < num_operations; ++i) {
      switch (below(16)) {
        case 0:
          erase_group();
          break;
        case 1:
          erase_log_row();
          break;
        case 2:
          drop_pane();
          break;
        case 3:
          remove_arrived();
          break;
        case 4:
          (void)tables_.counted.add_count(group(), order(below(5)), -1, {}, 0);
          break;
        case 5:
          count_log_row();
          break;
        case 6:
          erase_member();
          break;
        case 7:
          take_timers();
          break;
        default:
          add();
      }
    }
  }

 private:
  int64_t below(int64_t n) { return static_cast<int64_t>(random_() % static_cast<uint64_t>(n)); }
  std::vector<ColumnPtr> random_key() {
    const int64_t k = below(num_keys_);
    return {*parse_column("INT", k % 13 == 0 ? "null" : std::to_string(k)),
            *parse_column("STRING", k % 3 == 0 ? "'a word of more than twelve bytes'" : "'w'")};
  }
  // The row of some group, which is there then.
  uint32_t group() {
    const std::vector<ColumnPtr> key = random_key();
    std::vector<uint32_t> rows;
    EXPECT_TRUE(tables_.groups.find_or_insert({.columns = key, .num_rows = 1}, rows, nullptr).ok());
    ++tables_.groups.fixed<int64_t>(0)[rows[0]];
    return rows[0];
  }
  static std::string order(int64_t value) {
    std::string bytes;
    append_order_bytes(*numbers({&value, 1}), 0, true, false, bytes);
    return bytes;
  }
  void add_member(KeyedTable& table, uint32_t parent) {
    const int64_t value = below(4);
    const std::vector<ColumnPtr> key = {parent_row_column({&parent, 1}), numbers({&value, 1})};
    std::vector<uint32_t> rows;
    EXPECT_TRUE(table.find_or_insert({.columns = key, .num_rows = 1}, rows, nullptr).ok());
    table.fixed<int64_t>(0)[rows[0]] += value + 1;
  }
  void add() {
    const uint32_t row = group();
    if (below(2) == 0) add_member(tables_.values, row);
    if (below(2) == 0) tables_.timers.set(next_due_ms_ + below(8), row);
    const int64_t value = below(5);
    const ColumnPtr number = numbers({&value, 1});
    const ColumnPtr text = *parse_column(
        "STRING", value == 2 ? "'text that does not lie inside its reference'" : "'short'");
    if (below(3) == 0) {
      EXPECT_TRUE(tables_.counted.add_count(row, order(value), 1, {&number, 1}, 0).ok());
    }
    const std::vector<ColumnPtr> payload = {number, text};
    if (below(3) == 0) {
      const uint64_t hash = hash_keys(payload, 1)[0];
      EXPECT_TRUE(tables_.arrived.insert(row, order(value), hash, payload, 0).ok());
    }
    const std::vector<ColumnPtr> key = random_key();
    KeyedTable& pane = tables_.panes.pane(below(6));
    std::vector<uint32_t> rows;
    EXPECT_TRUE(pane.find_or_insert({.columns = key, .num_rows = 1}, rows, nullptr).ok());
    ++pane.fixed<int64_t>(0)[rows[0]];
    if (below(2) == 0) add_pane_member(rows[0], pane);
    std::vector<ColumnPtr> logged = {key[0], key[1], number, text};
    std::vector<uint32_t> ids;
    EXPECT_TRUE(tables_.log.append({.columns = logged, .num_rows = 1}, ids).ok());
    logged.pop_back();
    if (below(4) == 0) {
      EXPECT_TRUE(tables_.growing.append({.columns = logged, .num_rows = 1}, ids).ok());
    }
  }
  void add_pane_member(uint32_t row, const KeyedTable& pane) {
    for (const auto& [number, table] : tables_.panes.panes()) {
      if (table.get() == &pane) add_member(tables_.pane_values.pane(number), row);
    }
  }
  void erase_group() {
    const std::vector<ColumnPtr> key = random_key();
    std::vector<uint32_t> rows;
    EXPECT_TRUE(tables_.groups.find({.columns = key, .num_rows = 1}, rows).ok());
    if (rows[0] == KeyedTable::kNoRow) return;
    std::vector<uint32_t> members;
    for (const uint32_t row : tables_.values.live_rows()) {
      const ColumnPtr parent = *tables_.values.read_key(0, std::span(&row, 1));
      if (parent->value<uint32_t>(0) == rows[0]) members.push_back(row);
    }
    EXPECT_TRUE(tables_.values.erase(members).ok());
    for (const auto& [due_ms, row] : tables_.timers.all()) {
      if (row == rows[0]) tables_.timers.cancel(due_ms, row);
    }
    tables_.counted.erase_set(rows[0]);
    tables_.arrived.erase_set(rows[0]);
    EXPECT_TRUE(tables_.groups.erase(rows).ok());
  }
  void erase_member() {
    const std::vector<uint32_t> rows = tables_.values.live_rows();
    if (rows.empty()) return;
    const uint32_t row = rows[static_cast<size_t>(below(static_cast<int64_t>(rows.size())))];
    EXPECT_TRUE(tables_.values.erase({&row, 1}).ok());
  }
  uint32_t some_log_row() {
    const std::vector<uint32_t> ids = tables_.log.live_rows();
    if (ids.empty()) return RowLog::kNoRow;
    return ids[static_cast<size_t>(below(static_cast<int64_t>(ids.size())))];
  }
  void erase_log_row() {
    const uint32_t id = some_log_row();
    if (id == RowLog::kNoRow) return;
    EXPECT_TRUE(tables_.log.erase({&id, 1}).ok());
  }
  void count_log_row() {
    const uint32_t id = some_log_row();
    if (id == RowLog::kNoRow) return;
    tables_.log.touch({&id, 1});
    ++tables_.log.counts()[id];
  }
  void take_timers() {
    if (tables_.timers.next_due_ms() == TimerBuckets::kNever) return;
    next_due_ms_ = std::max(next_due_ms_, tables_.timers.next_due_ms());
    tables_.timers.take_next();
  }
  void drop_pane() {
    const int64_t pane = below(6);
    tables_.pane_values.drop(pane);
    tables_.panes.drop(pane);
  }
  void remove_arrived() {
    const uint32_t row = group();
    if (tables_.arrived.size(row) == 0) return;
    tables_.arrived.remove(tables_.arrived.last(row));
    tables_.arrived.free_removed();
  }

  Tables& tables_;
  std::mt19937_64 random_;
  const int64_t num_keys_ = 40;
  int64_t next_due_ms_ = 0;
};

// Streams of several snapshots: what one keeps lies where an earlier one wrote it.
struct Saved {
  std::shared_ptr<MemorySnapshot> streams = std::make_shared<MemorySnapshot>();
  SnapshotIndex index;
  Contents expected;
};

SnapshotIndex index_of(const MemorySnapshot& snapshot) {
  const auto bytes = *(*snapshot.open(kSnapshotIndexStream))->ReadAt(0, 1 << 30);
  return *decode_snapshot_index(std::string_view(*bytes));
}

Contents restored_at(const Saved& saved, int parallelism) {
  Contents together;
  for (int i = 0; i < parallelism; ++i) {
    Tables part(key_groups_of_instance(i, kKeyGroupsDefault, parallelism));
    const Status status = part.store.restore({saved.streams});
    EXPECT_TRUE(status.ok()) << status;
    for (auto& [table, rows] : Dump(part).take()) together[table].merge(rows);
  }
  return together;
}

// One life of an instance, from what it was restored from.
class Life {
 public:
  Life(Tables& tables, uint64_t seed) : tables_(tables), random_(seed), changes_(tables, seed) {}

  // Returns some published snapshot.
  Saved live(int num_snapshots) {
    for (int i = 0; i < num_snapshots; ++i) {
      changes_.make(static_cast<int>(random_() % 60));
      begin();
      while (under_way_.size() > random_() % 5) finish_oldest();
    }
    while (!under_way_.empty()) finish_oldest();
    if (published_.empty()) return {};
    auto some = published_.begin();
    std::advance(some, random_() % published_.size());
    return some->second;
  }
  int64_t rows_written() const { return rows_written_; }
  int num_deltas() const { return num_deltas_; }

 private:
  struct UnderWay {
    int64_t number;
    std::shared_ptr<const FrozenState> frozen;
    Contents expected;
  };

  void begin() {
    tables_.store.settle(newest_published_);
    under_way_.push_back({++number_, tables_.store.freeze(number_), Dump(tables_).take()});
  }

  // It is written now, whatever happened since; then published, or not.
  void finish_oldest() {
    const UnderWay under_way = std::move(under_way_.front());
    under_way_.erase(under_way_.begin());
    if (random_() % 8 == 0) return;  // not even written
    const Saved* prior = published_.empty() ? nullptr : &published_.rbegin()->second;
    Saved saved;
    saved.expected = under_way.expected;
    const bool usable = prior != nullptr && under_way.frozen->since() > 0 &&
                        published_.rbegin()->first >= under_way.frozen->since();
    const auto written = under_way.frozen->write(
        *saved.streams, {.snapshot = under_way.number,
                         .prior = usable ? &prior->index : nullptr,
                         .policy = {.small_rows = 0, .deltas_max = 6, .stored_per_live = 3}});
    ASSERT_TRUE(written.ok()) << written.status();
    rows_written_ += written->num_rows;
    for (const std::string& name : written->kept) {
      ASSERT_TRUE(saved.streams->streams().emplace(name, prior->streams->streams()[name]).second);
    }
    saved.index = index_of(*saved.streams);
    for (const SnapshotTable& table : saved.index.tables) {
      num_deltas_ += static_cast<int>(table.deltas.size());
    }
    EXPECT_EQ(restored_at(saved, 1 + static_cast<int>(random_() % 3)), saved.expected)
        << "snapshot " << under_way.number;
    if (random_() % 4 == 0) return;  // abandoned
    published_[under_way.number] = std::move(saved);
    newest_published_ = under_way.number;
  }

  Tables& tables_;
  std::mt19937_64 random_;
  Changes changes_;
  int64_t number_ = 0;
  int64_t newest_published_ = 0;
  std::vector<UnderWay> under_way_;
  std::map<int64_t, Saved> published_;
  int64_t rows_written_ = 0;
  int num_deltas_ = 0;
};

TEST(FrozenStateTest, WhatIsRestoredIsWhatWasThereAtTheBarrier) {
  int num_deltas = 0;
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::unique_ptr<Tables> tables = std::make_unique<Tables>();
    Saved from;
    for (uint64_t lives = 0; lives < 3; ++lives) {
      Life life(*tables, seed * 100 + lives);
      from = life.live(9);
      num_deltas += life.num_deltas();
      if (testing::Test::HasFailure()) return;
      tables = std::make_unique<Tables>();
      if (!from.index.tables.empty()) {
        ASSERT_TRUE(tables->store.restore({from.streams}).ok());
        EXPECT_EQ(Dump(*tables).take(), from.expected);
      }
    }
  }
  EXPECT_GT(num_deltas, 150);
}

}  // namespace
}  // namespace hw
