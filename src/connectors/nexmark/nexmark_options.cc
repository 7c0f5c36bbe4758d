// SPDX-License-Identifier: Apache-2.0

#include "connectors/nexmark/nexmark_options.h"

#include <string>
#include <utility>

#include "base/env/env.h"
#include "columnar/text/timestamp.h"

namespace hw {
namespace {

OptionSpec number(std::string name, std::string default_value, std::string sentence) {
  return {.name = std::move(name),
          .type = OptionType::kInteger,
          .default_value = std::move(default_value),
          .sentence = std::move(sentence)};
}

OptionSpec size(std::string name, std::string default_value, std::string sentence) {
  return {.name = std::move(name),
          .type = OptionType::kSize,
          .default_value = std::move(default_value),
          .sentence = std::move(sentence)};
}

OptionSpec on_off(std::string name, std::string default_value, std::string sentence) {
  return {.name = std::move(name),
          .type = OptionType::kBoolean,
          .default_value = std::move(default_value),
          .sentence = std::move(sentence)};
}

OptionSpec choice(std::string name, std::vector<std::string> values, std::string sentence) {
  return {.name = std::move(name),
          .type = OptionType::kEnum,
          .default_value = values.front(),
          .values = values,
          .sentence = std::move(sentence)};
}

OptionSpec base_time() {
  return {.name = "base-time",
          .default_value = "2015-07-15 00:00:00",
          .sentence = "Event time of the first event in UTC, or 'now'."};
}

Status at_least(const std::string& name, int64_t value, int64_t minimum, int64_t maximum) {
  if (value >= minimum && value <= maximum) return Status::OK();
  return Status::Invalid("option '", name, "' of connector 'nexmark' must be at least ", minimum,
                         " and at most ", maximum, ", but is ", value);
}

Result<int64_t> base_time_ms(const std::string& text, Env& env) {
  if (text == "now") return env.wall_ms();
  int64_t ms = 0;
  if (parse_timestamp(text, 3, ms) == ParseOutcome::kOk) return ms;
  return Status::Invalid(
      "option 'base-time' of connector 'nexmark' must be 'now' or a time such as "
      "'2015-07-15 00:00:00', but is '",
      text, "'");
}

Status check_ranges(const NexmarkSettings& settings) {
  // A proportion or ratio is one factor of a 63-bit product.
  constexpr int64_t kSmall = 1'000'000;
  constexpr int64_t kRateMax = 1'000'000'000;
  HW_TRY(at_least("events.num", settings.events, 0, int64_t{1} << 52));
  HW_TRY(at_least("first-event.rate", settings.first_rate, 1, kRateMax));
  HW_TRY(at_least("next-event.rate", settings.next_rate, 1, kRateMax));
  HW_TRY(at_least("rate.period", settings.rate_period_s, 1, kSmall));
  HW_TRY(at_least("person.proportion", settings.person_proportion, 0, kSmall));
  HW_TRY(at_least("auction.proportion", settings.auction_proportion, 0, kSmall));
  HW_TRY(at_least("bid.proportion", settings.bid_proportion, 0, kSmall));
  if (settings.total_proportion() == 0) {
    return Status::Invalid(
        "one of 'person.proportion', 'auction.proportion' and 'bid.proportion' "
        "must be above 0");
  }
  HW_TRY(at_least("person.avg-size", settings.person_size, 0, 32 << 10));
  HW_TRY(at_least("auction.avg-size", settings.auction_size, 0, 32 << 10));
  HW_TRY(at_least("bid.avg-size", settings.bid_size, 0, 32 << 10));
  HW_TRY(at_least("bid.hot-ratio.auctions", settings.hot_auctions, 1, kSmall));
  HW_TRY(at_least("bid.hot-ratio.bidders", settings.hot_bidders, 1, kSmall));
  HW_TRY(at_least("auction.hot-ratio.sellers", settings.hot_sellers, 1, kSmall));
  return at_least("out-of-order.group-size", settings.group_size, 1, kSmall);
}

}  // namespace

std::vector<OptionSpec> nexmark_options() {
  return {
      number("events.num", "0", "Ends after this many events of all three types; 0 = never."),
      number("first-event.rate", "10000", "Events a second of event time, at first."),
      number("next-event.rate", "10000", "The other rate, between which rate.shape goes."),
      choice("rate.shape", {"SQUARE", "SINE"}, "How the rate goes from one to the other."),
      {.name = "rate.period",
       .type = OptionType::kDuration,
       .default_value = "600 s",
       .sentence = "The time in which the shape repeats."},
      on_off("rate.limited", "false", "Emits events at their event-time rate."),
      on_off("max-emit-speed", "true",
             "Emits events as fast as they are taken; false limits them."),
      on_off("keep-alive", "false", "Does not end after events.num events."),
      number("stop-at", "-1", "Ends at this wall-clock time, in milliseconds since 1970."),
      number("person.proportion", "1", "How many persons there are among the sum of proportions."),
      number("auction.proportion", "3", "How many auctions."),
      number("bid.proportion", "46", "How many bids."),
      size("person.avg-size", "200b", "Average size of a person; `extra` fills it up."),
      size("auction.avg-size", "500b", "Average size of an auction."),
      size("bid.avg-size", "100b", "Average size of a bid, without channel and url."),
      number("bid.hot-ratio.auctions", "2", "All but one in this many bids go to a hot auction."),
      number("bid.hot-ratio.bidders", "4", "All but one in this many bids are of a hot bidder."),
      number("auction.hot-ratio.sellers", "4", "All but one in this many auctions: hot seller."),
      number("seed", "1", "Equal options give equal rows, at any parallelism."),
      base_time(),
      choice("event-type", {"all", "person", "auction", "bid"},
             "all: the merged table; else the columns of one entity."),
      number("out-of-order.group-size", "1", "Events are shuffled within groups of this many."),
      choice("bidder-ids", {"flink", "corrected"},
             "flink: bidders are 1000 above person ids, as in the original; corrected: they are "
             "person ids."),
  };
}

Result<NexmarkTable> NexmarkTable::from(const Options& options, Env& env) {
  const std::vector<OptionSpec> specs = nexmark_options();
  const auto spec = [&](std::string_view name) -> const OptionSpec& {
    return *find_option(specs, name);
  };
  const auto whole = [&](std::string_view name) { return options.integer(spec(name)); };
  NexmarkTable table;
  NexmarkSettings& settings = table.settings;
  settings.seed = whole("seed");
  HW_ASSIGN_OR_RETURN(settings.base_time_ms, base_time_ms(options.text(spec("base-time")), env));
  settings.events = whole("events.num");
  settings.first_rate = whole("first-event.rate");
  settings.next_rate = whole("next-event.rate");
  settings.sine = options.text(spec("rate.shape")) == "SINE";
  settings.rate_period_s = options.duration_ms(spec("rate.period")) / 1000;
  settings.person_proportion = whole("person.proportion");
  settings.auction_proportion = whole("auction.proportion");
  settings.bid_proportion = whole("bid.proportion");
  settings.person_size = options.size_bytes(spec("person.avg-size"));
  settings.auction_size = options.size_bytes(spec("auction.avg-size"));
  settings.bid_size = options.size_bytes(spec("bid.avg-size"));
  settings.hot_auctions = whole("bid.hot-ratio.auctions");
  settings.hot_bidders = whole("bid.hot-ratio.bidders");
  settings.hot_sellers = whole("auction.hot-ratio.sellers");
  settings.group_size = whole("out-of-order.group-size");
  settings.corrected_bidders = options.text(spec("bidder-ids")) == "corrected";
  HW_TRY(check_ranges(settings));
  const std::string type = options.text(spec("event-type"));
  if (type == "person") table.only = NexmarkEntity::kPerson;
  if (type == "auction") table.only = NexmarkEntity::kAuction;
  if (type == "bid") table.only = NexmarkEntity::kBid;
  table.limited = options.boolean(spec("rate.limited")) || !options.boolean(spec("max-emit-speed"));
  table.keep_alive = options.boolean(spec("keep-alive"));
  table.stop_at_ms = whole("stop-at");
  return table;
}

}  // namespace hw
