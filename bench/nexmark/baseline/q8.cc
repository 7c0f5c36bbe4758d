// SPDX-License-Identifier: Apache-2.0
//
// q8: the persons and the sellers of one window.

#include "baseline/parts.h"

namespace hw::bench {

void plain_q8(const EventLog& log, const Surroundings&, Output& output) {
  Longs id(output);
  Texts name(output);
  Longs registered(output);
  LongMap<int64_t> persons;
  LongSet sellers;
  int64_t window = -1;
  int64_t base = 0;
  const auto close = [&] {
    for (const auto& [person, event] : persons) {
      if (!sellers.contains(person)) continue;
      const size_t row = output.next();
      id[row] = person;
      name.put(row, log.batch_of(event).person.name[EventLog::place_of(event)]);
      registered[row] = window * kWindowMs;
    }
    persons.clear();
    sellers.clear();
  };
  for (const Events& events : log.batches()) {
    for (int64_t i = 0; i < events.num_rows; ++i) {
      if (events.type[i] == 2) continue;
      const bool is_person = events.type[i] == 0;
      const int64_t now = (is_person ? events.person.time[i] : events.auction.time[i]) / kWindowMs;
      if (now != window) {
        close();
        window = now;
      }
      if (is_person) {
        persons[events.person.id[i]] = base + i;
      } else {
        sellers.insert(events.auction.seller[i]);
      }
    }
    base += 4096;
  }
  close();
}

}  // namespace hw::bench
