// SPDX-License-Identifier: Apache-2.0

#include "connectors/nexmark/text_pool.h"

#include <algorithm>
#include <array>

#include "base/assert.h"

namespace hw {
namespace {

constexpr std::array<std::string_view, 11> kFirstNames = {
    "Peter", "Paul", "Luke", "John", "Saul", "Vicky", "Kate", "Julie", "Sarah", "Deiter", "Walter"};
constexpr std::array<std::string_view, 9> kLastNames = {
    "Shultz", "Abrams", "Spencer", "White", "Bartels", "Walton", "Smith", "Jones", "Noris"};
constexpr std::array<std::string_view, 10> kCities = {
    "Phoenix", "Los Angeles", "San Francisco", "Boise", "Portland",
    "Bend",    "Redmond",     "Seattle",       "Kent",  "Cheyenne"};
constexpr std::array<std::string_view, 6> kStates = {"AZ", "CA", "ID", "OR", "WA", "WY"};
constexpr std::array<std::string_view, NexmarkTexts::kHotChannels> kHotNames = {
    "Google", "Facebook", "Baidu", "Apple"};

// Fields of NexmarkDraw that are used up at start, apart from those of events.
enum PoolField : uint64_t { kLetters = 1000, kWords, kAddress, kChannelId };

constexpr int64_t kArenaBytes = 2 << 20;

int64_t draw_below(const NexmarkDraw& draw, int64_t* at, int64_t bound) {
  return NexmarkDraw::high(draw((*at)++), bound);
}

/// `https://www.nexmark.com/abc/de_f/ghij/item.htm?query=1` with random short folders.
std::string address(const NexmarkDraw& draw, int64_t* at) {
  std::string url = "https://www.nexmark.com/";
  for (int folder = 0; folder < 3; ++folder) {
    const int64_t size = 3 + draw_below(draw, at, 2);
    for (int64_t i = 0; i < size; ++i) {
      url +=
          draw_below(draw, at, 13) == 0 ? '_' : static_cast<char>('a' + draw_below(draw, at, 26));
    }
    url += '/';
  }
  return url + "item.htm?query=1";
}

}  // namespace

NexmarkTexts::NexmarkTexts(int64_t seed) {
  const NexmarkDraw letter(seed, kLetters);
  const NexmarkDraw word(seed, kWords);
  const int64_t bytes = static_cast<int64_t>(kPoolBytes) + kSliceMax + 64;
  for (int64_t i = 0; i < bytes; ++i) {
    letters_ += static_cast<char>('a' + NexmarkDraw::high(letter(i), 26));
    const uint64_t bits = word(i);
    words_ += NexmarkDraw::low(bits, 13) == 0
                  ? ' '
                  : static_cast<char>('a' + NexmarkDraw::high(bits, 26));
  }
  arena_.reserve(kArenaBytes);
  const NexmarkDraw draw(seed, kAddress);
  const NexmarkDraw channel_id(seed, kChannelId);
  int64_t at = 0;
  for (const std::string_view name : kHotNames) {
    channels_.push_back(add(name));
    urls_.push_back(add(address(draw, &at)));
  }
  for (int64_t i = 0; i < kChannels; ++i) {
    channels_.push_back(add("channel-" + std::to_string(i)));
    std::string url = address(draw, &at);
    // Nine of ten carry a number.
    if (draw_below(draw, &at, 10) > 0) {
      url += "&channel_id=" + std::to_string(channel_id(i) & 0x7FFFFFFF);
    }
    urls_.push_back(add(url));
  }
  for (const std::string_view first : kFirstNames) {
    for (const std::string_view last : kLastNames) {
      names_.push_back(add(std::string(first) + " " + std::string(last)));
    }
  }
  for (const std::string_view city : kCities) cities_.push_back(add(city));
  for (const std::string_view state : kStates) states_.push_back(add(state));
  arena_.append(64, ' ');
}

NexmarkTexts::Piece NexmarkTexts::add(std::string_view text) {
  // Views point into the arena: it may not move.
  HW_CHECK(arena_.size() + text.size() + 64 <= arena_.capacity());
  const auto begin = static_cast<uint32_t>(arena_.size());
  arena_ += text;
  return {begin, static_cast<uint32_t>(text.size())};
}

std::string_view NexmarkTexts::words(uint64_t bits, int64_t size_max) const {
  const int64_t size = 3 + NexmarkDraw::high(bits, size_max - 3);
  std::string_view text(words_.data() + (bits & (kPoolBytes - 1)), static_cast<size_t>(size));
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::string_view NexmarkTexts::drawn(const std::vector<Piece>& pieces, uint64_t bits) const {
  return view(
      pieces[static_cast<size_t>(NexmarkDraw::high(bits, static_cast<int64_t>(pieces.size())))]);
}

}  // namespace hw
