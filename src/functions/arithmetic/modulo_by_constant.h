// SPDX-License-Identifier: Apache-2.0
//
// Remainders by a divisor that is known when the kernel is made, without a division per row.

#pragma once

#include <bit>
#include <cstdint>

#include "expr/row_value.h"

namespace hw {

/// x % d for 64-bit x by multiplying with a scaled reciprocal (Granlund and Montgomery 1994):
/// the high word of x * magic, shifted, is the quotient.
class ModuloByConstant {
 public:
  /// Requires: divisor != 0.
  explicit ModuloByConstant(int64_t divisor) : divisor_(divisor) {
    const uint64_t size = magnitude(divisor);
    if ((size & (size - 1)) == 0) {
      power_ = true;
      mask_ = static_cast<int64_t>(size - 1);
      return;
    }
    // magic = ceil(2^(64 + shift) / size), one bit more than fits: its low word, and x is added.
    shift_ = 63 - std::countl_zero(size);
    const UInt128 one = UInt128{1} << (64 + shift_);
    magic_ = static_cast<uint64_t>(one / size + 1);
    size_ = size;
  }

  int64_t operator()(int64_t x) const {
    if (power_) {
      // Toward zero: the remainder of the magnitude gets x's sign.
      const int64_t sign = x >> 63;
      return ((((x ^ sign) - sign) & mask_) ^ sign) - sign;
    }
    const uint64_t sign = static_cast<uint64_t>(x >> 63);
    const uint64_t size = (static_cast<uint64_t>(x) ^ sign) - sign;
    const auto high = static_cast<uint64_t>((static_cast<UInt128>(size) * magic_) >> 64);
    const uint64_t rest = size - (high >> shift_) * size_;
    return static_cast<int64_t>((rest ^ sign) - sign);
  }

  static uint64_t magnitude(int64_t value) {
    return value < 0 ? ~static_cast<uint64_t>(value) + 1 : static_cast<uint64_t>(value);
  }

 private:
  int64_t divisor_;
  bool power_ = false;
  int64_t mask_ = 0;
  int shift_ = 0;
  uint64_t magic_ = 0;
  uint64_t size_ = 1;
};

/// Whether d divides x, with one multiplication: x times the inverse of d's odd part (mod 2^64) is
/// small exactly for multiples of it; the factor 2^k of d shows as k low zero bits, which a
/// rotation turns into a large number when they are not zero.
class DivisibleByConstant {
 public:
  /// Requires: divisor != 0.
  explicit DivisibleByConstant(int64_t divisor) {
    const uint64_t size = ModuloByConstant::magnitude(divisor);
    twos_ = std::countr_zero(size);
    const uint64_t odd = size >> twos_;
    inverse_ = odd;  // Newton: each step doubles the correct low bits, from 3 to 96.
    for (int step = 0; step < 5; ++step) inverse_ *= 2 - odd * inverse_;
    // Magnitudes go up to 2^63.
    limit_ = (uint64_t{1} << 63) / size;
  }

  bool operator()(int64_t x) const {
    const auto size = ModuloByConstant::magnitude(x);
    return std::rotr(size * inverse_, twos_) <= limit_;
  }

 private:
  int twos_ = 0;
  uint64_t inverse_ = 1;
  uint64_t limit_ = 0;
};

}  // namespace hw
