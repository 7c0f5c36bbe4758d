// SPDX-License-Identifier: Apache-2.0
//
// q3: persons of three states and auctions of one category, each remembered for ever.

#include "baseline/parts.h"

namespace hw::bench {

void plain_q3(const EventLog& log, const Surroundings&, Output& output) {
  Texts name(output), city(output), state(output);
  Longs id(output);
  LongMap<int64_t> persons;
  Chains auctions;
  int64_t base = 0;
  const auto emit = [&](int64_t person_row, int64_t auction_id) {
    const PersonColumns& person = log.batch_of(person_row).person;
    const int64_t at = EventLog::place_of(person_row);
    const size_t row = output.next();
    name.put(row, person.name[at]);
    city.put(row, person.city[at]);
    state.put(row, person.state[at]);
    id[row] = auction_id;
  };
  for (const Events& events : log.batches()) {
    for (int64_t i = 0; i < events.num_rows; ++i) {
      if (events.type[i] == 0) {
        const std::string_view lives_in = events.person.state[i];
        if (lives_in != "OR" && lives_in != "ID" && lives_in != "CA") continue;
        persons[events.person.id[i]] = base + i;
        auctions.each(events.person.id[i], [&](int64_t auction) { emit(base + i, auction); });
      } else if (events.type[i] == 1 && events.auction.category[i] == 10) {
        auctions.add(events.auction.seller[i], events.auction.id[i]);
        const auto person = persons.find(events.auction.seller[i]);
        if (person != persons.end()) emit(person->second, events.auction.id[i]);
      }
    }
    base += 4096;
  }
}

}  // namespace hw::bench
