// SPDX-License-Identifier: Apache-2.0
//
// A number that threads count up together: work that is cut into many equal pieces is taken piece
// by piece by whoever is free (Leis et al., "Morsel-Driven Parallelism", SIGMOD 2014).

#pragma once

#include <atomic>
#include <cstdint>

namespace hw {

class SharedCounter {
 public:
  /// 0, 1, 2, …: each to one caller only. Thread-safe.
  int64_t take() { return next_.fetch_add(1, std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> next_{0};
};

}  // namespace hw
