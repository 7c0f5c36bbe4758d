// SPDX-License-Identifier: Apache-2.0

#include "formats/json/json_index.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <immintrin.h>
#include <limits>

#include "formats/slots/scalar_text.h"

namespace hw {
namespace {

constexpr size_t kBlock = 64;
// Offsets are written eight at a time and may go this far beyond the last.
constexpr size_t kSlack = 64 + JsonIndex::kSentinels;
constexpr size_t kTextMax = std::numeric_limits<uint32_t>::max() - 1024;
// An array for more offsets than this is given back when small texts follow.
constexpr size_t kKeptMax = 4 << 20;

/// One bit a byte of a block.
struct BlockBits {
  uint64_t backslash;
  uint64_t quote;
  uint64_t operators;  // {}[]:, (and two control characters, which the reader refuses)
  uint64_t line_end;
  uint64_t blank;
  uint64_t control;
  uint64_t beyond_ascii;
};

/// Half a block.
struct HalfBits {
  uint32_t backslash, quote, operators, line_end, blank, control, beyond_ascii;
};

uint32_t bits_of(__m256i mask) { return static_cast<uint32_t>(_mm256_movemask_epi8(mask)); }

HalfBits classify_half(const char* at) {
  // Looked up by the low four bits of a byte: a byte is blank (an operator) when it is the entry.
  // Where no byte fits, the entry is 0, which has other low bits. Bytes above 127 look up 0.
  const __m256i blanks =
      _mm256_setr_epi8(' ', 0, 0, 0, 0, 0, 0, 0, 0, '\t', '\n', 0, 0, '\r', 0, 0,  //
                       ' ', 0, 0, 0, 0, 0, 0, 0, 0, '\t', '\n', 0, 0, '\r', 0, 0);
  // With bit 5 set, square brackets are curly ones.
  const __m256i operators =
      _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ':', '{', ',', '}', 0, 0, 0, 0, 0, 0, 0, 0, 0,
                       0, 0, 0, ':', '{', ',', '}', 0, 0);
  const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
  const __m256i folded = _mm256_or_si256(bytes, _mm256_set1_epi8(0x20));
  const __m256i last_control = _mm256_set1_epi8(0x1F);
  return {
      .backslash = bits_of(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\'))),
      .quote = bits_of(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('"'))),
      .operators = bits_of(_mm256_cmpeq_epi8(folded, _mm256_shuffle_epi8(operators, bytes))),
      .line_end = bits_of(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\n'))),
      .blank = bits_of(_mm256_cmpeq_epi8(bytes, _mm256_shuffle_epi8(blanks, bytes))),
      .control = bits_of(_mm256_cmpeq_epi8(_mm256_max_epu8(bytes, last_control), last_control)),
      .beyond_ascii = bits_of(bytes),
  };
}

uint64_t joined(uint32_t low, uint32_t high) { return low | static_cast<uint64_t>(high) << 32; }

BlockBits classify(const char* at) {
  const HalfBits low = classify_half(at);
  const HalfBits high = classify_half(at + 32);
  return {
      .backslash = joined(low.backslash, high.backslash),
      .quote = joined(low.quote, high.quote),
      .operators = joined(low.operators, high.operators),
      .line_end = joined(low.line_end, high.line_end),
      .blank = joined(low.blank, high.blank),
      .control = joined(low.control, high.control),
      .beyond_ascii = joined(low.beyond_ascii, high.beyond_ascii),
  };
}

/// Bit i = parity of bits 0 to i: a product with all ones that does not carry.
__attribute__((target("pclmul"))) uint64_t prefix_parity(uint64_t bits) {
  const __m128i product =
      _mm_clmulepi64_si128(_mm_set_epi64x(0, static_cast<int64_t>(bits)), _mm_set1_epi8(-1), 0);
  return static_cast<uint64_t>(_mm_cvtsi128_si64(product));
}

/// Carries what one block leaves to the next.
class Scanner {
 public:
  Scanner(uint32_t* out, bool lines) : out_(out), line_ends_(lines ? ~uint64_t{0} : 0) {}

  __attribute__((target("pclmul"))) void scan(const char* block, uint32_t offset) {
    const BlockBits bits = classify(block);
    const uint64_t quote = bits.quote & ~escaped(bits.backslash);
    const uint64_t in_string = prefix_parity(quote) ^ in_string_;
    in_string_ = static_cast<uint64_t>(static_cast<int64_t>(in_string) >> 63);
    control_in_string_ |= bits.control & in_string;
    beyond_ascii_ |= bits.beyond_ascii;
    const uint64_t operators = bits.operators | (bits.line_end & line_ends_);
    const uint64_t scalar = ~(operators | bits.blank);
    const uint64_t plain = scalar & ~quote;
    const uint64_t after_plain = plain << 1 | after_plain_;
    after_plain_ = plain >> 63;
    // Opening quotes count, what follows them up to the closing quote does not.
    const uint64_t inside = in_string ^ quote;
    write((operators | (scalar & ~after_plain)) & ~inside, offset);
  }

  uint32_t* end() const { return out_; }
  bool broken() const { return in_string_ != 0 || control_in_string_ != 0; }
  bool beyond_ascii() const { return beyond_ascii_ != 0; }

 private:
  /// The bytes that a backslash in front takes the meaning from.
  uint64_t escaped(uint64_t backslash) {
    if (backslash == 0) [[likely]] {
      const uint64_t first = escape_next_;
      escape_next_ = 0;
      return first;
    }
    // Backslashes take turns: of a run, the first escapes, the second is escaped, and so on.
    backslash &= ~escape_next_;
    const uint64_t follows = backslash << 1 | escape_next_;
    constexpr uint64_t kEven = 0x5555555555555555;
    const uint64_t odd_starts = backslash & ~kEven & ~follows;
    uint64_t even_runs = 0;
    escape_next_ = __builtin_add_overflow(odd_starts, backslash, &even_runs) ? 1 : 0;
    const uint64_t invert = even_runs << 1;
    return (kEven ^ invert) & follows;
  }

  void write(uint64_t bits, uint32_t offset) {
    const int count = std::popcount(bits);
    // Whole groups of eight without asking which of them exist; most blocks have one or two.
    bits = write_eight(bits, offset, out_);
    if (count > 8) {
      bits = write_eight(bits, offset, out_ + 8);
      for (int done = 16; done < count; done += 8) bits = write_eight(bits, offset, out_ + done);
    }
    out_ += count;
  }

  static uint64_t write_eight(uint64_t bits, uint32_t offset, uint32_t* to) {
    for (int i = 0; i < 8; ++i) {
      to[i] = offset + static_cast<uint32_t>(_tzcnt_u64(bits));
      bits = _blsr_u64(bits);
    }
    return bits;
  }

  uint32_t* out_;
  const uint64_t line_ends_;  // all ones when line ends count as operators
  uint64_t escape_next_ = 0;
  uint64_t in_string_ = 0;  // all ones inside of a string
  uint64_t after_plain_ = 0;
  uint64_t control_in_string_ = 0;
  uint64_t beyond_ascii_ = 0;
};

}  // namespace

void JsonIndex::make_room(size_t text_bytes) {
  // Every byte may be an operator. Memory that nobody writes to costs nothing.
  const size_t needed = text_bytes + kBlock + kSlack;
  if (needed <= capacity_ && (capacity_ <= kKeptMax || needed > kKeptMax)) return;
  capacity_ = std::max(needed, needed <= kKeptMax ? std::min(capacity_ * 2, kKeptMax) : needed);
  offsets_.reset();
  offsets_.reset(new uint32_t[capacity_]);
}

__attribute__((target("pclmul"))) JsonIndex::Outcome JsonIndex::build(std::string_view text,
                                                                      Lines lines,
                                                                      uint32_t sentinel) {
  if (text.size() > kTextMax) return Outcome::kTooLarge;
  make_room(text.size());
  Scanner scanner(offsets_.get(), lines == Lines::kOffsets);
  size_t at = 0;
  for (; at + kBlock <= text.size(); at += kBlock) {
    scanner.scan(text.data() + at, static_cast<uint32_t>(at));
  }
  if (at < text.size()) {
    char rest[kBlock];
    std::memset(rest, ' ', kBlock);
    std::memcpy(rest, text.data() + at, text.size() - at);
    scanner.scan(rest, static_cast<uint32_t>(at));
  }
  if (scanner.broken()) return Outcome::kBrokenString;
  std::fill_n(scanner.end(), kSentinels, sentinel);
  if (scanner.beyond_ascii() && scalar_text::find_invalid_utf8(text) >= 0) {
    return Outcome::kInvalidUtf8;
  }
  return scanner.end() == offsets_.get() ? Outcome::kBlank : Outcome::kOk;
}

}  // namespace hw
