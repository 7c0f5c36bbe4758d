// SPDX-License-Identifier: Apache-2.0
//
// Draws of the generators: everything comes from one seed, in the same order everywhere.

#pragma once

#include <cstdint>
#include <initializer_list>
#include <vector>

#include "base/env/env.h"

namespace hw::reference {

/// Draws in one statement are ordered (in braces, or one by one): the arguments of a call are
/// evaluated in another order by each compiler, and a seed is one run in all builds.
class Chance {
 public:
  explicit Chance(uint64_t seed) : random_(seed) {}

  /// In [0, bound). Requires: bound > 0.
  int64_t below(int64_t bound) {
    return static_cast<int64_t>(random_.below(static_cast<uint64_t>(bound)));
  }
  /// In [low, high].
  int64_t between(int64_t low, int64_t high) { return low + below(high - low + 1); }
  /// True with this probability.
  bool share(double probability) { return random_.real() < probability; }
  double real() { return random_.real(); }
  uint64_t next() { return random_.next(); }

  /// Requires: not empty.
  template <typename T>
  const T& pick(const std::vector<T>& from) {
    return from[static_cast<size_t>(below(static_cast<int64_t>(from.size())))];
  }
  template <typename T>
  T pick(std::initializer_list<T> from) {
    return *(from.begin() + below(static_cast<int64_t>(from.size())));
  }

 private:
  Random random_;
};

}  // namespace hw::reference
