// SPDX-License-Identifier: Apache-2.0
//
// Fields of the small files that a checkpoint is made of: little-endian integers, texts with their
// length. The reader never trusts a length or a count. Internal to state/ and job/.

#pragma once

#include <concepts>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/status.h"
#include "state/manifest_digest.h"

namespace hw {

/// What a small file begins with, and what messages call it.
struct FileFormat {
  std::string_view magic;  // its last byte is the version
  std::string_view what;   // `a checkpoint's manifest`
};

/// Returns what stands between the magic and the CRC32C of everything before it, at the end. Fails
/// (SerializationError) when the file is another one, damaged or cut, with Invalid when it is
/// intact and of another version, which is named.
Result<std::string_view> checked_contents(std::string_view file, const FileFormat& format);

template <std::integral T>
void put_field(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

inline void put_text(std::string& out, std::string_view text) {
  put_field(out, static_cast<uint32_t>(text.size()));
  out.append(text);
}

inline void put_digest(std::string& out, const ContentDigest& digest) {
  out.append(reinterpret_cast<const char*>(digest.data()), digest.size());
}

/// Appends the CRC32C of everything in `out`.
void put_checksum(std::string& out);

/// After a failure everything reads as zero, and ok() stays false.
class FieldReader {
 public:
  explicit FieldReader(std::string_view bytes) : bytes_(bytes) {}

  template <std::integral T>
  T number() {
    T value{};
    if (bytes_.size() < sizeof(T)) {
      fail();
      return value;
    }
    std::memcpy(&value, bytes_.data(), sizeof(T));
    bytes_.remove_prefix(sizeof(T));
    return value;
  }
  std::string text() {
    const auto length = number<uint32_t>();
    if (length > bytes_.size()) {
      fail();
      return {};
    }
    std::string text(bytes_.substr(0, length));
    bytes_.remove_prefix(length);
    return text;
  }
  ContentDigest digest() {
    ContentDigest digest{};
    if (bytes_.size() < digest.size()) {
      fail();
      return digest;
    }
    std::memcpy(digest.data(), bytes_.data(), digest.size());
    bytes_.remove_prefix(digest.size());
    return digest;
  }
  bool flag() {
    const auto value = number<uint8_t>();
    if (value > 1) fail();
    return value == 1;
  }
  /// A count of things of at least `bytes_each` bytes: never more than there can be.
  size_t count(size_t bytes_each) {
    const auto count = number<uint32_t>();
    if (count > bytes_.size() / bytes_each) {
      fail();
      return 0;
    }
    return count;
  }
  void fail() {
    ok_ = false;
    bytes_ = {};
  }
  bool ok() const { return ok_; }
  bool done() const { return ok_ && bytes_.empty(); }

 private:
  std::string_view bytes_;
  bool ok_ = true;
};

}  // namespace hw
