// SPDX-License-Identifier: Apache-2.0

#include "expr/text_code.h"

#include <algorithm>
#include <array>
#include <bit>
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

constexpr size_t kShort = 16;
constexpr int kSeeds = 32;

/// Keeps the first `size` of eight bytes.
constexpr std::array<uint64_t, kShort + 9> kFirstBytes = [] {
  std::array<uint64_t, kShort + 9> masks = {};
  for (size_t size = 0; size < masks.size(); ++size) {
    masks[size] = size >= 8 ? ~uint64_t{0} : (uint64_t{1} << (8 * size)) - 1;
  }
  return masks;
}();

}  // namespace

TextCode::Words TextCode::words_of(std::string_view text) {
  const size_t first = std::min<size_t>(text.size(), 8);
  return {load_up_to_8(text.data(), first), load_up_to_8(text.data() + first, text.size() - first),
          text.size()};
}

TextCode::TextCode(std::vector<std::string> texts, bool lower)
    : texts_(std::move(texts)), lower_(lower) {
  HW_CHECK(texts_.size() <= kTextsMax);
  fill_table();
}

/// Tries a few seeds; what still meets another text at its place is looked for one by one.
void TextCode::fill_table() {
  const size_t size = std::bit_ceil(std::max<size_t>(16, texts_.size() * 4));
  shift_ = 65 - std::bit_width(size);
  std::vector<Entry> best;
  std::vector<size_t> fewest(texts_.size() + 1);
  uint64_t best_seed = 0;
  for (int i = 1; i <= kSeeds; ++i) {
    seed_ = 0x9E3779B97F4A7C15 * static_cast<uint64_t>(2 * i + 1);
    std::vector<Entry> table(size);
    std::vector<size_t> others;
    for (size_t text = 0; text < texts_.size(); ++text) {
      const bool is_short = texts_[text].size() <= kShort;
      const Words words = is_short ? words_of(texts_[text]) : Words();
      Entry& entry = table[Table{nullptr, seed_, shift_}.place_of(words)];
      if (is_short && entry.code == kNone) {
        entry = {words, static_cast<int8_t>(text)};
      } else {
        others.push_back(text);
      }
    }
    if (others.size() >= fewest.size()) continue;
    best = std::move(table);
    fewest = std::move(others);
    best_seed = seed_;
  }
  entries_ = std::move(best);
  others_ = std::move(fewest);
  seed_ = best_seed;
}

int8_t TextCode::find_long(std::string_view text) const {
  for (const size_t i : others_) {
    if (texts_[i] == text) return static_cast<int8_t>(i);
  }
  return kNone;
}

int8_t TextCode::operator()(std::string_view text) const {
  std::string lower;
  if (lower_) {
    if (is_ascii(text)) {
      lower = text;
      for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    } else {
      lower = lower_wide(text);
    }
    text = lower;
  }
  const int8_t code = text.size() <= kShort ? table().find(words_of(text)) : kNone;
  return code == kNone ? find_long(text) : code;
}

void TextCode::of_rows(const Column& texts, int64_t num_rows, int8_t* codes) const {
  if (texts.is_constant()) {
    std::fill(codes, codes + num_rows, (*this)(texts.slot_value<std::string_view>(0)));
    return;
  }
  const arrow::ArrayData& values = texts.values();
  const auto* starts = values.GetValues<int32_t>(1);
  const uint8_t* const bytes = values.buffers[2] ? values.buffers[2]->data() : nullptr;
  const int64_t num_bytes = values.buffers[2] ? values.buffers[2]->size() : 0;
  // Copies: for the compiler a code that is written might be a part of this object.
  const Table table = this->table();
  const bool lower = lower_;
  // What makes a row doubtful: other characters than ASCII; no code, where some have no entry.
  const uint64_t wide_bits = lower ? kHighBits : 0;
  const uint64_t none_bit = others_.empty() ? 0 : uint64_t{1} << 63;
  for (int64_t row = 0; row < num_rows; ++row) {
    const int64_t start = starts[row];
    const auto size = static_cast<size_t>(starts[row + 1] - start);
    if (size > kShort || start + static_cast<int64_t>(kShort) > num_bytes) {
      codes[row] = (*this)(texts.slot_value<std::string_view>(row));
      continue;
    }
    Words words{0, 0, size};
    std::memcpy(&words.first, bytes + start, 8);
    std::memcpy(&words.second, bytes + start + 8, 8);
    words.first &= kFirstBytes[size];
    words.second &= kFirstBytes[size > 8 ? size - 8 : 0];
    if (lower) {
      words.first = lower_ascii(words.first);
      words.second = lower_ascii(words.second);
    }
    int8_t code = table.find(words);
    // One test of both, since whether there is a code is random.
    const uint64_t doubts = ((words.first | words.second) & wide_bits) |
                            (static_cast<uint64_t>(int64_t{code}) & none_bit);
    if (doubts != 0) {
      code = (*this)(texts.slot_value<std::string_view>(row));
    }
    codes[row] = code;
  }
}

}  // namespace hw
