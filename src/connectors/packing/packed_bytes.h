// SPDX-License-Identifier: Apache-2.0
//
// Numbers and texts one behind the other, for positions, split descriptors and committables. The
// first byte is the version of what follows, so that a later build can read an older checkpoint.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/status.h"

namespace hw {

class PackedWriter {
 public:
  explicit PackedWriter(uint8_t version) { bytes_.push_back(static_cast<char>(version)); }
  void number(int64_t value);
  void text(std::string_view value);
  std::string finish() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// Reading beyond the end or an unknown version is remembered and told by finish().
class PackedReader {
 public:
  PackedReader(std::string_view bytes, uint8_t version_max);
  uint8_t version() const { return version_; }
  int64_t number();
  std::string text();
  /// Fails (SerializationError) when anything did not fit, or something is left.
  Status finish(std::string_view what) const;

 private:
  std::string_view rest_;
  uint8_t version_ = 0;
  bool broken_ = false;
};

}  // namespace hw
