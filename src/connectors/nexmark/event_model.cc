// SPDX-License-Identifier: Apache-2.0

#include "connectors/nexmark/event_model.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace hw {

NexmarkClock::NexmarkClock(const NexmarkSettings& settings) : base_ms_(settings.base_time_ms) {
  if (settings.first_rate == settings.next_rate) {
    steps_.push_back({settings.first_rate, 0, 0});
    return;
  }
  // A square has two levels, a sine is drawn with ten.
  const int64_t levels = settings.sine ? 10 : 2;
  const int64_t step_ms = (settings.rate_period_s + levels - 1) / levels * 1000;
  const double middle = static_cast<double>(settings.first_rate + settings.next_rate) / 2;
  const double amplitude = static_cast<double>(settings.first_rate - settings.next_rate) / 2;
  for (int64_t i = 0; i < levels; ++i) {
    const double angle =
        2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(levels);
    const auto sine_rate = static_cast<int64_t>(std::llround(middle + amplitude * std::cos(angle)));
    const int64_t square_rate = i == 0 ? settings.first_rate : settings.next_rate;
    const int64_t rate = std::max<int64_t>(1, settings.sine ? sine_rate : square_rate);
    steps_.push_back({rate, cycle_events_, cycle_ms_});
    cycle_events_ += std::max<int64_t>(1, rate * step_ms / 1000);
    cycle_ms_ += step_ms;
  }
}

void NexmarkClock::times_ms(const std::vector<int64_t>& events, std::vector<int64_t>* times) const {
  times->resize(events.size());
  // Below this, a product of doubles finds the quotient but for one.
  constexpr int64_t kExactMax = int64_t{1} << 42;
  if (steps_.size() > 1 || (!events.empty() && events.back() >= kExactMax)) {
    for (size_t i = 0; i < events.size(); ++i) (*times)[i] = time_ms(events[i]);
    return;
  }
  const int64_t rate = steps_[0].rate;
  const double reciprocal = 1000.0 / static_cast<double>(rate);
  for (size_t i = 0; i < events.size(); ++i) {
    const int64_t thousandfold = events[i] * 1000;
    auto quotient = static_cast<int64_t>(static_cast<double>(events[i]) * reciprocal);
    quotient -= quotient * rate > thousandfold;
    quotient += (quotient + 1) * rate <= thousandfold;
    (*times)[i] = base_ms_ + quotient;
  }
}

int64_t NexmarkClock::time_in_cycle(int64_t event) const {
  const int64_t in_cycle = event % cycle_events_;
  size_t i = steps_.size() - 1;
  while (steps_[i].first_event > in_cycle) --i;
  return base_ms_ + event / cycle_events_ * cycle_ms_ + steps_[i].begin_ms +
         (in_cycle - steps_[i].first_event) * 1000 / steps_[i].rate;
}

int64_t NexmarkClock::events_until(int64_t ms) const {
  if (ms < base_ms_) return 0;
  // Times never go back: finds the first event above by halving.
  int64_t low = 0;
  int64_t high = 1;
  while (time_ms(high) <= ms) {
    low = high;
    high *= 2;
  }
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    if (time_ms(middle) <= ms) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

NexmarkPlace nexmark_place(const NexmarkSettings& settings, int64_t event) {
  const int64_t round = event / settings.total_proportion();
  const int64_t offset = event % settings.total_proportion();
  const int64_t persons = settings.person_proportion;
  const int64_t auctions = settings.auction_proportion;
  NexmarkPlace place{};
  place.entity = offset < persons              ? NexmarkEntity::kPerson
                 : offset < persons + auctions ? NexmarkEntity::kAuction
                                               : NexmarkEntity::kBid;
  place.last_person = round * persons + std::min(offset, persons - 1);
  place.last_auction = round * auctions + std::clamp(offset - persons, int64_t{-1}, auctions - 1);
  return place;
}

}  // namespace hw
