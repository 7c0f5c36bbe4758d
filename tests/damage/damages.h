// SPDX-License-Identifier: Apache-2.0
//
// The ways in which files on a disk are damaged: every byte, every length, every swap, every loss.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "memory_disk.h"

namespace hw {

struct Damage {
  enum class Kind : uint8_t {
    kFlip,      // one bit of one byte
    kTruncate,  // cut at a length
    kExtend,    // bytes behind the end
    kZeroPage,  // 512 bytes that are aligned to as many become zeros
    kRemove,
    kEmpty,
    kSwap,   // with another file
    kStale,  // another file's contents in its place: an older version, a misdirected write
    kRemoveDirectory,
  };
  Kind kind = Kind::kFlip;
  std::string file;
  int64_t place = 0;       // byte, length or page
  std::string other = {};  // kSwap, kStale
};

std::string to_text(const Damage& damage);
std::string_view to_text(Damage::Kind kind);
constexpr int kNumDamageKinds = 9;

/// Does it. Returns false when nothing has changed: there were zeros, both files were equal.
bool apply(const Damage& damage, MemoryDisk& disk);

/// All damages of these files.
std::vector<Damage> all_damages(const MemoryDisk& disk, const std::vector<std::string>& files,
                                const std::vector<std::string>& directories);

/// About `count` of them. Those of single bytes, lengths and pairs of files are taken evenly, from
/// `seed` on, so that runs with different seeds see different ones; all others stay.
std::vector<Damage> some_of(std::vector<Damage> damages, size_t count, uint64_t seed);

}  // namespace hw
