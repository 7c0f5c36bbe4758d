// SPDX-License-Identifier: Apache-2.0

#include "expr/text_code.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <unicode/bytestream.h>
#include <unicode/casemap.h>

#include "base/assert.h"

namespace hw {
namespace {

constexpr uint64_t kHighBits = 0x8080808080808080;
constexpr uint64_t in_every_byte(uint8_t byte) { return 0x0101010101010101 * byte; }

/// Eight ASCII characters in lower case.
inline uint64_t lower_ascii(uint64_t eight) {
  const uint64_t from_a = eight + in_every_byte(0x80 - 'A');
  const uint64_t above_z = eight + in_every_byte(0x7f - 'Z');
  return eight ^ (((from_a ^ above_z) & kHighBits) >> 2);
}

inline uint64_t load_up_to_8(const char* from, size_t size) {
  uint64_t eight = 0;
  if (size >= sizeof(eight)) {
    std::memcpy(&eight, from, sizeof(eight));
    return eight;
  }
  if (uint32_t first = 0, last = 0; size >= sizeof(first)) {
    // The two overlap, with equal bits.
    std::memcpy(&first, from, sizeof(first));
    std::memcpy(&last, from + size - sizeof(last), sizeof(last));
    return first | uint64_t{last} << (8 * (size - sizeof(last)));
  }
  for (size_t i = 0; i < size; ++i) {
    eight |= uint64_t{static_cast<unsigned char>(from[i])} << (8 * i);
  }
  return eight;
}

inline bool is_ascii(std::string_view text) {
  const size_t last_size = std::min<size_t>(text.size(), 8);
  uint64_t seen = load_up_to_8(text.data() + text.size() - last_size, last_size);
  for (size_t i = 0; i + 8 < text.size(); i += 8) seen |= load_up_to_8(&text[i], 8);
  return (seen & kHighBits) == 0;
}

/// The full mapping of Unicode, as LOWER does it.
std::string lower_wide(std::string_view text) {
  std::string lower;
  icu::StringByteSink<std::string> sink(&lower);
  UErrorCode error = U_ZERO_ERROR;
  icu::CaseMap::utf8ToLower("", 0, {text.data(), static_cast<int32_t>(text.size())}, sink, nullptr,
                            error);
  return lower;
}

inline uint64_t size_bit(size_t size) { return uint64_t{1} << std::min<size_t>(size, 63); }

}  // namespace

template <bool kLower>
inline TextCode::Ends TextCode::ends_of(std::string_view text) {
  const size_t last_size = std::min<size_t>(text.size(), 8);
  const uint64_t first = load_up_to_8(text.data(), text.size());
  const uint64_t last = load_up_to_8(text.data() + text.size() - last_size, last_size);
  if constexpr (kLower) return {text.size(), lower_ascii(first), lower_ascii(last)};
  return {text.size(), first, last};
}

inline size_t TextCode::place_of(const Ends& ends) {
  return ((ends.first + ends.size) * 0x9E3779B97F4A7C15 ^ ends.last * 0xD6E8FEB86659FD93) >> 57;
}

/// What is between the ends. Requires: equal sizes.
template <bool kLower>
bool TextCode::is_equal(std::string_view text, std::string_view wanted) {
  for (size_t i = 8; i + 8 < text.size(); i += 8) {
    const uint64_t eight = load_up_to_8(&text[i], 8);
    const uint64_t mapped = kLower ? lower_ascii(eight) : eight;
    if (mapped != load_up_to_8(&wanted[i], 8)) return false;
  }
  return true;
}

TextCode::TextCode(std::vector<std::string> texts, bool lower)
    : texts_(std::move(texts)), lower_(lower) {
  HW_CHECK(texts_.size() <= kTextsMax);
  places_.fill(kNone);
  for (size_t i = 0; i < texts_.size(); ++i) {
    sizes_ |= size_bit(texts_[i].size());
    ends_.push_back(ends_of<false>(texts_[i]));
    size_t place = place_of(ends_[i]);
    while (places_[place] != kNone) place = (place + 1) % places_.size();
    places_[place] = static_cast<int8_t>(i);
  }
}

template <bool kLower>
inline int8_t TextCode::find(std::string_view text, const Ends& ends) const {
  size_t place = place_of(ends);
  for (; places_[place] != kNone; place = (place + 1) % places_.size()) {
    const auto i = static_cast<size_t>(places_[place]);
    if (ends_[i] == ends && is_equal<kLower>(text, texts_[i])) break;
  }
  return places_[place];
}

int8_t TextCode::operator()(std::string_view text) const {
  const bool candidate = (sizes_ & size_bit(text.size())) != 0;
  if (!lower_) return candidate ? find<false>(text, ends_of<false>(text)) : kNone;
  if (!is_ascii(text)) {
    const std::string lower = lower_wide(text);
    return find<false>(lower, ends_of<false>(lower));
  }
  // ASCII keeps its size.
  return candidate ? find<true>(text, ends_of<true>(text)) : kNone;
}

}  // namespace hw
