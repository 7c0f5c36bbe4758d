// SPDX-License-Identifier: Apache-2.0
//
// q22: the fourth to sixth piece between slashes.

#include <utility>

#include "baseline/parts.h"

namespace hw::bench {
namespace {

std::string_view next_piece(std::string_view& rest) {
  const auto* slash = static_cast<const char*>(std::memchr(rest.data(), '/', rest.size()));
  if (slash == nullptr) return std::exchange(rest, {});
  const auto length = static_cast<size_t>(slash - rest.data());
  const std::string_view piece = rest.substr(0, length);
  rest.remove_prefix(length + 1);
  return piece;
}

}  // namespace

void plain_q22(const EventLog& log, const Surroundings&, Output& output) {
  Longs auction(output), bidder(output), price(output);
  Texts channel(output), first(output), second(output), third(output);
  for (const Events& events : log.batches()) {
    const BidColumns& bid = events.bid;
    for (int64_t i = 0; i < events.num_rows; ++i) {
      if (events.type[i] != 2) continue;
      const size_t row = output.next();
      auction[row] = bid.auction[i];
      bidder[row] = bid.bidder[i];
      price[row] = bid.price[i];
      channel.put(row, bid.channel[i]);
      std::string_view rest = bid.url[i];
      for (int k = 0; k < 3; ++k) next_piece(rest);
      first.put(row, next_piece(rest));
      second.put(row, next_piece(rest));
      third.put(row, next_piece(rest));
    }
  }
}

}  // namespace hw::bench
