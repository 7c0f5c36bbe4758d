// SPDX-License-Identifier: Apache-2.0

#include "damages.h"

#include <algorithm>
#include <array>
#include <utility>

namespace hw {
namespace {

constexpr int64_t kPageBytes = 512;

using Kind = Damage::Kind;

bool of_a_byte(const Damage& damage) {
  return damage.kind == Kind::kFlip || damage.kind == Kind::kTruncate;
}

bool of_a_pair(const Damage& damage) {
  return damage.kind == Kind::kSwap || damage.kind == Kind::kStale;
}

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

}  // namespace

std::string_view to_text(Kind kind) {
  static constexpr std::array<std::string_view, kNumDamageKinds> kNames = {
      "flip",  "truncate", "extend", "zero page",       "remove",
      "empty", "swap",     "stale",  "remove directory"};
  return kNames[static_cast<size_t>(kind)];
}

std::string to_text(const Damage& damage) {
  std::string text(to_text(damage.kind));
  text += " " + damage.file;
  if (!damage.other.empty()) text += " with " + damage.other;
  if (of_a_byte(damage) || damage.kind == Kind::kZeroPage) {
    text += " at " + std::to_string(damage.place);
  }
  return text;
}

bool apply(const Damage& damage, MemoryDisk& disk) {
  if (damage.kind == Kind::kRemoveDirectory) {
    disk.remove_directory(damage.file);
    return true;
  }
  if (damage.kind == Kind::kRemove) return disk.remove(damage.file);
  std::string& bytes = disk.find(damage.file)->bytes;
  const std::string before = bytes;
  const auto place = static_cast<size_t>(damage.place);
  switch (damage.kind) {
    case Kind::kFlip:
      // Which bit: all of them occur.
      bytes[place] = static_cast<char>(bytes[place] ^ (1 << ((place * 5 + 3) % 8)));
      break;
    case Kind::kTruncate:
      bytes.resize(place);
      break;
    case Kind::kExtend:
      bytes += std::string(static_cast<size_t>(damage.place), 'x');
      break;
    case Kind::kZeroPage: {
      const size_t end = std::min(bytes.size(), place + kPageBytes);
      std::fill(bytes.begin() + damage.place, bytes.begin() + static_cast<int64_t>(end), '\0');
      break;
    }
    case Kind::kEmpty:
      bytes.clear();
      break;
    case Kind::kSwap:
      std::swap(bytes, disk.find(damage.other)->bytes);
      return disk.find(damage.file)->bytes != before;
    case Kind::kStale:
      bytes = disk.find(damage.other)->bytes;
      break;
    case Kind::kRemove:
    case Kind::kRemoveDirectory:
      break;
  }
  return bytes != before;
}

std::vector<Damage> all_damages(const MemoryDisk& disk, const std::vector<std::string>& files,
                                const std::vector<std::string>& directories) {
  std::vector<Damage> damages;
  for (const std::string& directory : directories) {
    damages.push_back({.kind = Kind::kRemoveDirectory, .file = directory});
  }
  for (const std::string& file : files) {
    const auto size = static_cast<int64_t>(disk.find(file)->bytes.size());
    for (int64_t byte = 0; byte < size; ++byte) {
      damages.push_back({.kind = Kind::kFlip, .file = file, .place = byte});
      if (byte > 0) damages.push_back({.kind = Kind::kTruncate, .file = file, .place = byte});
      if (byte % kPageBytes == 0) {
        damages.push_back({.kind = Kind::kZeroPage, .file = file, .place = byte});
      }
    }
    damages.push_back({.kind = Kind::kRemove, .file = file});
    damages.push_back({.kind = Kind::kEmpty, .file = file});
    damages.push_back({.kind = Kind::kExtend, .file = file, .place = 1});
    damages.push_back({.kind = Kind::kExtend, .file = file, .place = 4096});
    for (const std::string& other : files) {
      if (other == file || folder_of(other) != folder_of(file)) continue;
      damages.push_back({.kind = Kind::kStale, .file = file, .other = other});
      if (file < other) damages.push_back({.kind = Kind::kSwap, .file = file, .other = other});
    }
  }
  return damages;
}

std::vector<Damage> some_of(std::vector<Damage> damages, size_t count, uint64_t seed) {
  // Bytes and lengths are many, pairs of files too; of each an even share. All others stay.
  const auto share_of = [](const Damage& damage) {
    return of_a_byte(damage) ? 0 : of_a_pair(damage) ? 1 : 2;
  };
  size_t numbers[3] = {};
  for (const Damage& damage : damages) ++numbers[share_of(damage)];
  const size_t left = count > numbers[2] ? count - numbers[2] : 2;
  const size_t pairs = std::min(numbers[1], left / 4);
  const size_t wanted[2] = {std::max<size_t>(1, left - pairs), std::max<size_t>(1, pairs)};
  std::vector<Damage> chosen;
  size_t index[2] = {seed, seed};
  for (Damage& damage : damages) {
    const int share = share_of(damage);
    if (share < 2) {
      // Odd: flips and truncations take turns.
      const size_t stride = (numbers[share] / wanted[share]) | 1;
      if (index[share]++ % stride != 0) continue;
    }
    chosen.push_back(std::move(damage));
  }
  return chosen;
}

}  // namespace hw
