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
  std::string_view channel(int64_t i) const { return channels_[static_cast<size_t>(i)]; }
  std::string_view url(int64_t i) const { return urls_[static_cast<size_t>(i)]; }

  /// Exactly `size` letters (size < kSliceMax), chosen by `bits`. At least 64 bytes behind it are
  /// readable, as behind every text here.
  std::string_view letters(uint64_t bits, int64_t size) const {
    return {letters_.data() + (bits & (kPoolBytes - 1)), static_cast<size_t>(size)};
  }
  /// Words with blanks between them: at least 3 bytes before blanks at the ends are cut, fewer than
  /// `size_max`.
  std::string_view words(uint64_t bits, int64_t size_max) const;

  std::string_view person_name(uint64_t bits) const;
  std::string_view city(uint64_t bits) const;
  std::string_view state(uint64_t bits) const;

  static constexpr int64_t kSliceMax = 64 << 10;

 private:
  static constexpr uint64_t kPoolBytes = 64 << 10;

  void add(std::string_view text, std::vector<std::string_view>* to);

  std::string letters_;
  std::string words_;
  std::string arena_;
  std::vector<std::string_view> channels_;
  std::vector<std::string_view> urls_;
  std::vector<std::string_view> names_;
  std::vector<std::string_view> cities_;
  std::vector<std::string_view> states_;
};

}  // namespace hw
