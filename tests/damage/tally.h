// SPDX-License-Identifier: Apache-2.0
//
// What became of damaged files, counted by kind of damage; and which case is under way, so that a
// crash names it.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "damages.h"

namespace hw {

enum class Verdict : uint8_t {
  kHarmless,  // what was damaged is not needed; all came out right
  kFellBack,  // passed over, loudly; all came out right
  kStopped,   // loudly, naming the damaged file
  kWrong,
};

struct Tally {
  /// By kind of damage and verdict.
  std::array<std::array<int64_t, 4>, kNumDamageKinds> counts{};
  std::vector<std::string> wrong;

  void add(const Damage& damage, Verdict verdict);
  void add_wrong(const std::string& where, const Damage& damage, const std::string& why);
  void add(const Tally& other);
  int64_t total() const;
  int64_t of(Verdict verdict) const;
  std::string to_text() const;
};

/// From now on a signal that ends this process (a crash) first prints this text.
void say_under_way(const std::string& text);

}  // namespace hw
