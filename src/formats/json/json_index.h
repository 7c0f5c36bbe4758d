// SPDX-License-Identifier: Apache-2.0
//
// Finds the structure of JSON text: the offsets of every bracket, colon, comma, opening quote and
// first character of another scalar, in order. simdjson's first stage does it at several GB/s for
// many lines at once; walking the offsets ourselves, instead of its on-demand parser a document,
// saves the price per document and lets values go straight into columns (bench/micro/json_decode).

#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

namespace hw {

class JsonIndex {
 public:
  JsonIndex();
  ~JsonIndex();

  enum class Outcome : uint8_t {
    kOk,
    kBlank,  // nothing but white space
    kInvalidUtf8,
    kBrokenString,  // a string does not end, or holds a raw control character
    kTooLarge,
  };
  /// Indexes `text`. Requires: 64 readable bytes behind it. The last offsets are followed by
  /// kSentinels times `sentinel`, so that a reader may look ahead without asking.
  Outcome build(std::string_view text, uint32_t sentinel);

  const uint32_t* offsets() const { return offsets_; }
  static constexpr int kSentinels = 8;

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
  const uint32_t* offsets_ = nullptr;
};

}  // namespace hw
