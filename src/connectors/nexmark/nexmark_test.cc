// SPDX-License-Identifier: Apache-2.0

#include <cmath>
#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "columnar/nested.h"
#include "columnar/text/type_text.h"
#include "connectors/nexmark/event_columns.h"
#include "connectors/nexmark/event_model.h"
#include "connectors/testing/memory_files.h"
#include "connectors/testing/table_probe.h"

namespace hw {
namespace {

using testing::MemoryFiles;
using testing::TableProbe;
using Values = TableProbe::Values;

constexpr std::string_view kBidColumns =
    "auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, dateTime "
    "TIMESTAMP(3), extra STRING";

std::string merged_columns() {
  return "event_type INT, person " + nexmark_row(NexmarkEntity::kPerson).to_sql() + ", auction " +
         nexmark_row(NexmarkEntity::kAuction).to_sql() + ", bid " +
         nexmark_row(NexmarkEntity::kBid).to_sql();
}

Values nexmark(Values more) {
  more.emplace("connector", "nexmark");
  return more;
}

std::multiset<std::string> row_set(const TableProbe& probe, bool restart = false) {
  std::multiset<std::string> rows;
  for (const Batch& batch : probe.read_batches(restart).ValueOrDie()) {
    for (int64_t row = 0; row < batch.num_rows(); ++row) {
      std::string text;
      for (const ColumnPtr& column : batch.columns()) text += value_text(*column, row) + "|";
      rows.insert(text);
    }
  }
  return rows;
}

TEST(Nexmark, OfFiftyEventsOneIsAPersonThreeAreAuctionsTheRestBids) {
  MemoryFiles env;
  TableProbe probe(env, merged_columns(), nexmark({{"events.num", "10000"}}));
  std::map<int32_t, int64_t> counts;
  for (const Batch& batch : probe.read_batches().ValueOrDie()) {
    EXPECT_LE(batch.num_rows(), kBatchRowsMax);
    for (int64_t row = 0; row < batch.num_rows(); ++row) {
      const auto type = batch.column(0)->value<int32_t>(row);
      ++counts[type];
      for (int entity = 0; entity < 3; ++entity) {
        EXPECT_EQ(batch.column(entity + 1)->is_null(row), entity != type);
        EXPECT_EQ(row_field(*batch.column(entity + 1), 0)->is_null(row), entity != type);
      }
    }
  }
  EXPECT_EQ(counts, (std::map<int32_t, int64_t>{{0, 200}, {1, 600}, {2, 9200}}));
}

TEST(Nexmark, EqualOptionsGiveEqualRowsAtAnyParallelismAndAfterRestarts) {
  MemoryFiles env;
  for (const char* group : {"1", "500"}) {
    TableProbe probe(env, merged_columns(),
                     nexmark({{"events.num", "30011"}, {"out-of-order.group-size", group}}));
    const auto one = row_set(probe);
    EXPECT_EQ(one.size(), 30011u);
    probe.scan.parallelism = 3;
    EXPECT_TRUE(row_set(probe) == one);
    EXPECT_TRUE(row_set(probe, true) == one);
  }
  TableProbe other(env, merged_columns(), nexmark({{"events.num", "30011"}, {"seed", "2"}}));
  TableProbe same(env, merged_columns(), nexmark({{"events.num", "30011"}}));
  EXPECT_FALSE(row_set(other) == row_set(same));
}

TEST(Nexmark, TheTableOfOneEntityHasTheSameRowsAsTheMergedOne) {
  MemoryFiles env;
  TableProbe merged(env, merged_columns(), nexmark({{"events.num", "20000"}}));
  std::multiset<std::string> from_merged;
  for (const Batch& batch : merged.read_batches().ValueOrDie()) {
    for (int64_t row = 0; row < batch.num_rows(); ++row) {
      if (batch.column(3)->is_null(row)) continue;
      std::string text;
      for (int field = 0; field < 7; ++field) {
        text += value_text(*row_field(*batch.column(3), field), row) + "|";
      }
      from_merged.insert(text);
    }
  }
  TableProbe bids(env, kBidColumns, nexmark({{"events.num", "20000"}, {"event-type", "bid"}}));
  EXPECT_TRUE(row_set(bids) == from_merged);
  TableProbe persons(env, "id BIGINT",
                     nexmark({{"events.num", "20000"}, {"event-type", "person"}}));
  EXPECT_EQ(row_set(persons).size(), 400u);
  TableProbe auctions(env, "id BIGINT",
                      nexmark({{"events.num", "20000"}, {"event-type", "auction"}}));
  EXPECT_EQ(row_set(auctions).size(), 1200u);
  EXPECT_EQ(*row_set(auctions).begin(), "1000|");
}

TEST(Nexmark, BidsFollowTheModel) {
  MemoryFiles env;
  TableProbe probe(env, kBidColumns, nexmark({{"events.num", "250000"}, {"event-type", "bid"}}));
  int64_t bids = 0, hot_auctions = 0, hot_bidders = 0, hot_channels = 0, low = 0, middle = 0;
  int64_t numbered = 0, cold = 0;
  double extra_bytes = 0;
  for (const Batch& batch : probe.read_batches().ValueOrDie()) {
    for (int64_t row = 0; row < batch.num_rows(); ++row) {
      ++bids;
      hot_auctions += batch.column(0)->value<int64_t>(row) % 100 == 0;
      hot_bidders += batch.column(1)->value<int64_t>(row) % 100 == 1;
      const auto price = batch.column(2)->value<int64_t>(row);
      EXPECT_GE(price, 100);
      EXPECT_LE(price, 100'000'000);
      low += price < 10'000;
      middle += price >= 10'000 && price < 1'000'000;
      const auto channel = batch.column(3)->value<std::string_view>(row);
      const auto url = batch.column(4)->value<std::string_view>(row);
      EXPECT_TRUE(url.starts_with("https://www.nexmark.com/"));
      if (channel.starts_with("channel-")) {
        ++cold;
        numbered += url.find("&channel_id=") != std::string_view::npos;
      } else {
        ++hot_channels;
      }
      extra_bytes += static_cast<double>(batch.column(6)->value<std::string_view>(row).size());
    }
  }
  const auto share = [](int64_t part, int64_t all) {
    return static_cast<double>(part) / static_cast<double>(all);
  };
  EXPECT_EQ(bids, 230'000);
  EXPECT_NEAR(share(hot_auctions, bids), 0.5 + 0.5 / 100, 0.01);
  EXPECT_NEAR(share(hot_bidders, bids), 0.75 + 0.25 / 100, 0.01);
  EXPECT_NEAR(share(low, bids), 1.0 / 3, 0.01);
  EXPECT_NEAR(share(middle, bids), 1.0 / 3, 0.01);
  EXPECT_NEAR(share(hot_channels, bids), 0.5, 0.01);
  EXPECT_NEAR(share(numbered, cold), 0.9, 0.01);
  EXPECT_NEAR(extra_bytes / static_cast<double>(bids), 68, 1);
}

TEST(Nexmark, BidderIdsAreOffAsInTheOriginalUnlessCorrected) {
  MemoryFiles env;
  for (const bool corrected : {false, true}) {
    TableProbe probe(env, "bidder BIGINT",
                     nexmark({{"events.num", "5000"},
                              {"event-type", "bid"},
                              {"bidder-ids", corrected ? "corrected" : "flink"}}));
    int64_t least = 1'000'000;
    for (const Batch& batch : probe.read_batches().ValueOrDie()) {
      for (int64_t row = 0; row < batch.num_rows(); ++row) {
        least = std::min(least, batch.column(0)->value<int64_t>(row));
      }
    }
    EXPECT_EQ(least, corrected ? 1000 : 2000);
  }
}

TEST(Nexmark, EventTimeAdvancesWithTheRate) {
  NexmarkSettings settings;
  settings.base_time_ms = 1'000'000;
  settings.first_rate = settings.next_rate = 100'000;
  const NexmarkClock steady(settings);
  EXPECT_EQ(steady.time_ms(0), 1'000'000);
  EXPECT_EQ(steady.time_ms(100'000), 1'001'000);
  EXPECT_EQ(steady.events_until(1'000'000), 100);
  for (const int64_t rate : {1, 3, 999, 1000, 10'007, 1'000'000'000}) {
    settings.first_rate = settings.next_rate = rate;
    const NexmarkClock clock(settings);
    std::vector<int64_t> events;
    for (int64_t i = 0; i < 5000; ++i) events.push_back(i * i * 31 + i);
    std::vector<int64_t> times;
    clock.times_ms(events, &times);
    for (size_t i = 0; i < events.size(); ++i) ASSERT_EQ(times[i], clock.time_ms(events[i]));
  }
  settings.first_rate = 1000;
  settings.next_rate = 2000;
  settings.rate_period_s = 10;
  const NexmarkClock square(settings);
  EXPECT_EQ(square.time_ms(5000), 1'005'000);
  EXPECT_EQ(square.time_ms(7000), 1'006'000);
  EXPECT_EQ(square.time_ms(15'000), 1'010'000);
  settings.sine = true;
  const NexmarkClock sine(settings);
  int64_t before = 0;
  for (int64_t event = 0; event < 50'000; ++event) {
    EXPECT_GE(sine.time_ms(event), before);
    before = sine.time_ms(event);
  }
}

TEST(Nexmark, OutOfOrderEventsStayInTheirGroup) {
  NexmarkSettings settings;
  settings.group_size = 100;
  std::set<int64_t> seen;
  for (int64_t position = 200; position < 300; ++position) {
    seen.insert(nexmark_event_at(settings, position));
  }
  EXPECT_EQ(seen.size(), 100u);
  EXPECT_EQ(*seen.begin(), 200);
  EXPECT_EQ(*seen.rbegin(), 299);
}

TEST(Nexmark, ALimitedRateFollowsTheClock) {
  MemoryFiles env;
  TableProbe probe(
      env, "event_type INT",
      nexmark(
          {{"rate.limited", "true"}, {"first-event.rate", "1000"}, {"next-event.rate", "1000"}}));
  const auto source = probe.source().ValueOrDie();
  EXPECT_FALSE(source->bounded());
  const auto splits =
      source->make_enumerator(probe.source_context()).ValueOrDie()->discover().ValueOrDie();
  const auto reader = source->make_reader(splits.at(0), probe.source_context()).ValueOrDie();
  testing::CollectedOutput output;
  while (reader->poll(output).ValueOrDie() != Flow::kWaiting) {
  }
  EXPECT_EQ(output.batches.size(), 1u);
  output.batches.clear();
  env.advance_ms(500);
  while (reader->poll(output).ValueOrDie() != Flow::kWaiting) {
  }
  EXPECT_EQ(output.batches.at(0).num_rows(), 500);
}

TEST(Nexmark, EndsAsAsked) {
  MemoryFiles env(1000);
  TableProbe stopped(env, "event_type INT", nexmark({{"stop-at", "1000"}}));
  EXPECT_EQ(stopped.read(), "");
  EXPECT_TRUE(stopped.source().ValueOrDie()->bounded());
  TableProbe alive(env, "event_type INT", nexmark({{"events.num", "1"}, {"keep-alive", "true"}}));
  EXPECT_FALSE(alive.source().ValueOrDie()->bounded());
  TableProbe now(env, "dateTime TIMESTAMP(3)",
                 nexmark({{"events.num", "1"}, {"event-type", "person"}, {"base-time", "now"}}));
  EXPECT_EQ(now.read(), "+I[1970-01-01 00:00:01.000]");
}

TEST(Nexmark, RefusesColumnsThatTheModelDoesNotHave) {
  MemoryFiles env;
  const auto failure = [&](std::string_view columns, Values options) {
    return TableProbe(env, columns, nexmark(std::move(options))).check().message();
  };
  EXPECT_NE(failure("auction BIGINT", {}).find("is a nullable ROW<"), std::string::npos);
  EXPECT_NE(failure("x BIGINT", {}).find("set 'event-type'"), std::string::npos);
  EXPECT_NE(failure("x BIGINT", {{"event-type", "bid"}}).find("it has: auction BIGINT, bidder"),
            std::string::npos);
  EXPECT_NE(failure("price INT", {{"event-type", "bid"}}).find("is BIGINT, but is declared as INT"),
            std::string::npos);
  EXPECT_NE(failure("event_type INT", {{"first-event.rate", "0"}}).find("at least 1"),
            std::string::npos);
  EXPECT_NE(failure("event_type INT", {{"base-time", "noon"}}).find("must be 'now' or a time"),
            std::string::npos);
}

}  // namespace
}  // namespace hw
