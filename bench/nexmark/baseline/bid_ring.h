// SPDX-License-Identifier: Apache-2.0
//
// All seven columns of a bid.

#pragma once

#include "baseline/parts.h"

namespace hw::bench {

class WholeBids {
 public:
  explicit WholeBids(Output& output) : output_(output) {}

  size_t put(const BidColumns& bid, int64_t i) {
    const size_t row = output_.next();
    auction_[row] = bid.auction[i];
    bidder_[row] = bid.bidder[i];
    price_[row] = bid.price[i];
    channel_.put(row, bid.channel[i]);
    url_.put(row, bid.url[i]);
    time_[row] = bid.time[i];
    extra_.put(row, bid.extra[i]);
    return row;
  }

 private:
  Output& output_;
  Longs auction_{output_}, bidder_{output_}, price_{output_};
  Texts channel_{output_}, url_{output_};
  Longs time_{output_};
  Texts extra_{output_};
};

}  // namespace hw::bench
