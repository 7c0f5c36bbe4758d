// SPDX-License-Identifier: Apache-2.0
//
// Finds the structure of JSON text: the offsets of every bracket, colon, comma, opening quote and
// first character of another scalar, in order; the bit-parallel first stage of Langdale and
// Lemire's "Parsing Gigabytes of JSON per Second". Done for many lines at once and walked by our
// own reader, it saves what a document parser costs per document, and values go straight into
// columns (bench/micro/json_decode_bench.cc). It is our own because libparquet exports the symbols
// of another simdjson than the system's: a process that links both calls one with the other's
// objects.

#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

namespace hw {

class JsonIndex {
 public:
  enum class Outcome : uint8_t {
    kOk,
    kBlank,         // nothing but white space
    kInvalidUtf8,   // the offsets are there all the same
    kBrokenString,  // a string does not end, or holds a raw control character
    kTooLarge,
  };
  /// Whether line ends outside of strings get offsets, too: then no value goes on in the next line
  /// unnoticed.
  enum class Lines : uint8_t { kBlanks, kOffsets };
  /// Indexes `text`. The offsets are followed by kSentinels times `sentinel`, so that a reader may
  /// look ahead without asking.
  Outcome build(std::string_view text, Lines lines, uint32_t sentinel);

  const uint32_t* offsets() const { return offsets_.get(); }
  static constexpr int kSentinels = 8;

 private:
  void make_room(size_t text_bytes);

  std::unique_ptr<uint32_t[]> offsets_;
  size_t capacity_ = 0;
};

}  // namespace hw
