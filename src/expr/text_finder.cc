// SPDX-License-Identifier: Apache-2.0

#include "expr/text_finder.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace hw {
namespace {

/// In names, sentences, paths and JSON, the most common first. What is missing is rare.
constexpr std::string_view kCommon = " etaoinsrlhdcumpgfywbvk/.0123456789\",:-=&?x";

/// So many places where only the rarest byte stands, and it is not rare in this text.
constexpr int kMissesMax = 8;

/// memcmp without a call for what is short.
bool is_equal(const char* a, const char* b, size_t size) {
  uint64_t x = 0, y = 0;
  if (size < sizeof(x)) return std::memcmp(a, b, size) == 0;
  const auto differ = [&](size_t at) {
    std::memcpy(&x, a + at, sizeof(x));
    std::memcpy(&y, b + at, sizeof(y));
    return x != y;
  };
  for (size_t i = 0; i + sizeof(x) < size; i += sizeof(x)) {
    if (differ(i)) return false;
  }
  return !differ(size - sizeof(x));
}

size_t rarest_of(std::string_view text) {
  const auto rarity = [](char c) { return std::min(kCommon.find(c), kCommon.size()); };
  size_t rarest = 0;
  for (size_t i = 1; i < text.size(); ++i) {
    if (rarity(text[i]) > rarity(text[rarest])) rarest = i;
  }
  return rarest;
}

}  // namespace

TextFinder::TextFinder(std::string_view wanted) : wanted_(wanted), rarest_(rarest_of(wanted)) {}

size_t TextFinder::find(std::string_view text, size_t from) const {
  if (from > text.size() || text.size() - from < wanted_.size()) return text.npos;
  if (wanted_.empty()) return from;
  const char* at = text.data() + from + rarest_;
  const char* const end = text.data() + text.size() - (wanted_.size() - rarest_) + 1;
  for (int misses = 0; at < end; ++misses) {
    if (misses == kMissesMax) {
      const size_t begin = static_cast<size_t>(at - text.data()) - rarest_;
      const void* found =
          memmem(text.data() + begin, text.size() - begin, wanted_.data(), wanted_.size());
      if (found == nullptr) return text.npos;
      return static_cast<size_t>(static_cast<const char*>(found) - text.data());
    }
    at = static_cast<const char*>(std::memchr(at, wanted_[rarest_], static_cast<size_t>(end - at)));
    if (at == nullptr) return text.npos;
    const char* const begin = at - rarest_;
    if (is_equal(begin, wanted_.data(), wanted_.size())) {
      return static_cast<size_t>(begin - text.data());
    }
    ++at;
  }
  return text.npos;
}

}  // namespace hw
