// SPDX-License-Identifier: Apache-2.0
//
// Measures two programs in turns on one thread, so that a shared machine shifts both alike, and
// prints ours, the reference and the ratio.

#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <vector>

#include "base/env/env.h"

namespace hw::bench {

/// CPU seconds of this thread that `body` takes.
inline double cpu_seconds(const std::function<void()>& body) {
  const int64_t begin = real_env().thread_cpu_ns();
  body();
  return static_cast<double>(real_env().thread_cpu_ns() - begin) / 1e9;
}

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

struct Line {
  const char* what;
  const char* unit;  // of work / 1e6 a second
  double work = 0;
};

/// Runs both `rounds` times, alternating, and prints the medians.
inline void compare(const Line& line, int rounds, const std::function<void()>& ours,
                    const std::function<void()>& reference) {
  std::vector<double> mine;
  std::vector<double> theirs;
  for (int round = 0; round < rounds; ++round) {
    theirs.push_back(cpu_seconds(reference));
    mine.push_back(cpu_seconds(ours));
  }
  const double our_rate = line.work / median(mine) / 1e6;
  const double their_rate = line.work / median(theirs) / 1e6;
  std::printf("%-46s %10.2f %s %10.2f %s %8.0f %%\n", line.what, our_rate, line.unit, their_rate,
              line.unit, 100 * our_rate / their_rate);
  std::fflush(stdout);
}

/// The same without a reference.
inline void measure(const Line& line, int rounds, const std::function<void()>& ours) {
  std::vector<double> mine;
  for (int round = 0; round < rounds; ++round) mine.push_back(cpu_seconds(ours));
  std::printf("%-46s %10.2f %s\n", line.what, line.work / median(mine) / 1e6, line.unit);
  std::fflush(stdout);
}

}  // namespace hw::bench
