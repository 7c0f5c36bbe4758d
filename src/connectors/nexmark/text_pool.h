// SPDX-License-Identifier: Apache-2.0
//
// The texts of the Nexmark generator, made once per seed: slices of random letters, names, and the
// channels with their addresses. Immutable after construction.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/nexmark/event_model.h"

namespace hw {

class NexmarkTexts {
 public:
  explicit NexmarkTexts(int64_t seed);

  static constexpr int kChannels = 10'000;
  static constexpr int kHotChannels = 4;
  /// Channels 0 to 3 are the hot ones.
  std::string_view channel(int64_t i) const { return view(channels_[static_cast<size_t>(i)]); }
  std::string_view url(int64_t i) const { return view(urls_[static_cast<size_t>(i)]); }

  /// Exactly `size` letters (size < kSliceMax), chosen by `bits`. At least 64 bytes behind it are
  /// readable, as behind every text here.
  std::string_view letters(uint64_t bits, int64_t size) const {
    return {letters_.data() + (bits & (kPoolBytes - 1)), static_cast<size_t>(size)};
  }
  /// Words with blanks between them: at least 3 bytes before blanks at the ends are cut, fewer than
  /// `size_max`.
  std::string_view words(uint64_t bits, int64_t size_max) const;

  std::string_view person_name(uint64_t bits) const { return drawn(names_, bits); }
  std::string_view city(uint64_t bits) const { return drawn(cities_, bits); }
  std::string_view state(uint64_t bits) const { return drawn(states_, bits); }

  static constexpr int64_t kSliceMax = 64 << 10;

 private:
  static constexpr uint64_t kPoolBytes = 64 << 10;

  /// Half the size of a view: the tables of channels stay in the second-level cache.
  struct Piece {
    uint32_t begin;
    uint32_t size;
  };
  std::string_view view(Piece piece) const { return {arena_.data() + piece.begin, piece.size}; }
  std::string_view drawn(const std::vector<Piece>& pieces, uint64_t bits) const;
  Piece add(std::string_view text);

  std::string letters_;
  std::string words_;
  std::string arena_;
  std::vector<Piece> channels_;
  std::vector<Piece> urls_;
  std::vector<Piece> names_;
  std::vector<Piece> cities_;
  std::vector<Piece> states_;
};

}  // namespace hw
