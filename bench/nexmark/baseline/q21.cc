// SPDX-License-Identifier: Apache-2.0
//
// q21: four names by comparison without case, else what stands behind `&channel_id=` in the url.

#include <optional>

#include "baseline/parts.h"

namespace hw::bench {
namespace {

bool is_name(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c) != lower[i]) return false;
  }
  return true;
}

std::string_view known_id(std::string_view channel) {
  if (is_name(channel, "apple")) return "0";
  if (is_name(channel, "google")) return "1";
  if (is_name(channel, "facebook")) return "2";
  if (is_name(channel, "baidu")) return "3";
  return {};
}

std::optional<std::string_view> id_in_url(std::string_view url) {
  constexpr std::string_view kName = "channel_id=";
  for (size_t at = url.find(kName); at != url.npos; at = url.find(kName, at + 1)) {
    if (at != 0 && url[at - 1] != '&') continue;
    const std::string_view rest = url.substr(at + kName.size());
    return rest.substr(0, rest.find('&'));
  }
  return std::nullopt;
}

}  // namespace

void plain_q21(const EventLog& log, const Surroundings&, Output& output) {
  Longs auction(output), bidder(output), price(output);
  Texts channel(output), channel_id(output);
  for (const Events& events : log.batches()) {
    const BidColumns& bid = events.bid;
    for (int64_t i = 0; i < events.num_rows; ++i) {
      if (events.type[i] != 2) continue;
      std::string_view id = known_id(bid.channel[i]);
      if (id.empty()) {
        const std::optional<std::string_view> named = id_in_url(bid.url[i]);
        if (!named) continue;
        id = *named;
      }
      const size_t row = output.next();
      auction[row] = bid.auction[i];
      bidder[row] = bid.bidder[i];
      price[row] = bid.price[i];
      channel.put(row, bid.channel[i]);
      channel_id.put(row, id);
    }
  }
}

}  // namespace hw::bench
