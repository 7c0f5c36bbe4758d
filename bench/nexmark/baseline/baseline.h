// SPDX-License-Identifier: Apache-2.0
//
// What a good engineer writes in an hour for one query and nothing else: one thread, flat hash
// maps, events in order of time, rows written into a ring. Nobody uses that ids are dense.
// Aggregates write their changed rows once a batch, rankings with every change.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "baseline/events.h"
#include "baseline/output.h"

namespace hw::bench {

/// What a query has beside the events.
struct Surroundings {
  /// q10 writes below it; both programs get a fresh one for each run.
  std::string folder;
  /// q13: key and value.
  std::vector<std::pair<int64_t, std::string>> side_input;
};

using Baseline = void (*)(const EventLog&, const Surroundings&, Output&);

void plain_q0(const EventLog& log, const Surroundings& around, Output& output);
void plain_q1(const EventLog& log, const Surroundings& around, Output& output);
void plain_q2(const EventLog& log, const Surroundings& around, Output& output);
void plain_q3(const EventLog& log, const Surroundings& around, Output& output);
void plain_q4(const EventLog& log, const Surroundings& around, Output& output);
void plain_q5(const EventLog& log, const Surroundings& around, Output& output);
/// As the query is published: bids joined by price.
void plain_q7(const EventLog& log, const Surroundings& around, Output& output);
/// The same rows without a join: the bids of the highest price so far.
void plain_q7_top(const EventLog& log, const Surroundings& around, Output& output);
void plain_q8(const EventLog& log, const Surroundings& around, Output& output);
void plain_q9(const EventLog& log, const Surroundings& around, Output& output);
void plain_q10(const EventLog& log, const Surroundings& around, Output& output);
void plain_q11(const EventLog& log, const Surroundings& around, Output& output);
void plain_q12(const EventLog& log, const Surroundings& around, Output& output);
void plain_q13(const EventLog& log, const Surroundings& around, Output& output);
void plain_q14(const EventLog& log, const Surroundings& around, Output& output);
void plain_q15(const EventLog& log, const Surroundings& around, Output& output);
void plain_q16(const EventLog& log, const Surroundings& around, Output& output);
void plain_q17(const EventLog& log, const Surroundings& around, Output& output);
void plain_q18(const EventLog& log, const Surroundings& around, Output& output);
void plain_q19(const EventLog& log, const Surroundings& around, Output& output);
void plain_q20(const EventLog& log, const Surroundings& around, Output& output);
void plain_q21(const EventLog& log, const Surroundings& around, Output& output);
void plain_q22(const EventLog& log, const Surroundings& around, Output& output);

}  // namespace hw::bench
