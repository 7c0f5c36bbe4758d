// SPDX-License-Identifier: Apache-2.0
//
// Remainders by a divisor that is known when the kernel is made, without a division per row.

#pragma once

#include <bit>
#include <cstdint>

#include "expr/row_value.h"

namespace hw {

/// |value|; 2^63 for the smallest.
constexpr uint64_t magnitude(int64_t value) {
  return value < 0 ? ~static_cast<uint64_t>(value) + 1 : static_cast<uint64_t>(value);
}

/// x % d for 64-bit x by multiplying with a scaled reciprocal (Granlund and Montgomery 1994):
/// the high word of |x| * magic, shifted, is the quotient. With k = 64 + shift, magic = 2^k / |d|
/// rounded up; it is exact as long as |x| * (magic * |d| - 2^k) < 2^k, and 2^shift < |d| sees to
/// that. (|d| a power of two: its magic is one too large by 2^-63 parts, which |x| <= 2^63 cannot
/// carry into the quotient.)
class ModuloByConstant {
 public:
  /// Requires: divisor != 0.
  explicit ModuloByConstant(int64_t divisor) : size_(magnitude(divisor)) {
    if (size_ == 1) {
      keep_ = 0;
      return;
    }
    shift_ = 63 - std::countl_zero(size_ - 1);
    magic_ = static_cast<uint64_t>((UInt128{1} << (64 + shift_)) / size_ + 1);
  }

  int64_t operator()(int64_t x) const {
    const uint64_t sign = static_cast<uint64_t>(x >> 63);
    const uint64_t size = (static_cast<uint64_t>(x) ^ sign) - sign;
    const auto high = static_cast<uint64_t>((static_cast<UInt128>(size) * magic_) >> 64);
    const uint64_t rest = (size - (high >> shift_) * size_) & keep_;
    // The remainder has the sign of x.
    return static_cast<int64_t>((rest ^ sign) - sign);
  }

 private:
  uint64_t size_;
  int shift_ = 0;
  uint64_t magic_ = 0;
  uint64_t keep_ = ~uint64_t{0};  // 0 for |d| = 1, which has no remainder
};

/// Whether d divides x, with one multiplication. Let |d| = odd * 2^k. Multiples m * |d| times the
/// inverse of `odd` (mod 2^64) are m * 2^k; moved up by the largest m * 2^k they lie in
/// [0, 2 * largest], and rotated right by k they are small, while every other x comes out larger.
/// A power of two divides when shifting its zeros out leaves nothing.
class DivisibleByConstant {
 public:
  /// Requires: divisor != 0.
  explicit DivisibleByConstant(int64_t divisor) {
    const uint64_t size = magnitude(divisor);
    const int twos = std::countr_zero(size);
    const uint64_t odd = size >> twos;
    if (odd == 1) {
      factor_ = twos == 0 ? 0 : uint64_t{1} << (64 - twos);
      return;
    }
    factor_ = odd;  // Newton: each step doubles the correct low bits, from 3 to 96.
    for (int step = 0; step < 5; ++step) factor_ *= 2 - odd * factor_;
    const uint64_t largest = (uint64_t{1} << 63) / size;
    rotate_ = twos;
    moved_ = largest << twos;
    limit_ = 2 * largest;
  }

  bool operator()(int64_t x) const {
    const uint64_t scaled = static_cast<uint64_t>(x) * factor_ + moved_;
    return std::rotr(scaled, rotate_) <= limit_;
  }

 private:
  uint64_t factor_ = 0;
  int rotate_ = 0;
  uint64_t moved_ = 0;
  uint64_t limit_ = 0;
};

}  // namespace hw
