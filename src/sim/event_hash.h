// SPDX-License-Identifier: Apache-2.0
//
// A rolling hash of all that happens in a run: the same seed gives the same hash in every build, or
// the run depends on something that no seed controls.

#pragma once

#include <cstdint>
#include <string_view>

namespace hw::sim {

class EventHash {
 public:
  void add(uint64_t value) {
    hash_ = (hash_ ^ value) * 0x9e3779b97f4a7c15;
    hash_ ^= hash_ >> 29;
  }
  void add(std::string_view text) {
    uint64_t hash = 0xcbf29ce484222325;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    add(hash);
  }
  uint64_t value() const { return hash_; }

 private:
  uint64_t hash_ = 0x5851f42d4c957f2d;
};

}  // namespace hw::sim
