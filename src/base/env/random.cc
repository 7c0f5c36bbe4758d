// SPDX-License-Identifier: Apache-2.0

#include "base/assert.h"
#include "base/env/env.h"
#include "base/env/random_seed.h"

namespace hw {
namespace {

uint64_t splitmix(uint64_t& state) {
  uint64_t z = (state += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

uint64_t rotated(uint64_t x, int by) { return (x << by) | (x >> (64 - by)); }

}  // namespace

Random::Random(uint64_t seed) {
  for (uint64_t& word : state_) word = splitmix(seed);
}

// xoshiro256**
uint64_t Random::next() {
  const uint64_t result = rotated(state_[1] * 5, 7) * 9;
  const uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = rotated(state_[3], 45);
  return result;
}

uint64_t Random::below(uint64_t bound) {
  HW_DCHECK(bound > 0);
  // Multiply-shift; draws again in the short range that would favour small results.
  auto wide = static_cast<unsigned __int128>(next()) * bound;
  if (static_cast<uint64_t>(wide) < bound) {
    const uint64_t threshold = (0 - bound) % bound;
    while (static_cast<uint64_t>(wide) < threshold)
      wide = static_cast<unsigned __int128>(next()) * bound;
  }
  return static_cast<uint64_t>(wide >> 64);
}

double Random::real() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

uint64_t seed_of_stream(uint64_t seed, std::string_view name) {
  uint64_t hash = 0xcbf29ce484222325 ^ seed;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return splitmix(hash);
}

}  // namespace hw
