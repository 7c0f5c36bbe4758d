// SPDX-License-Identifier: Apache-2.0
//
// The small files of the log: a magic of 8 bytes (the last is the version), fields, a CRC32C over
// all of it. Numbers are little-endian. Readers trust no length. Internal to log/.

#pragma once

#include <concepts>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/crc32c.h"
#include "base/status.h"
#include "log/log_error.h"

namespace hw {

class RecordBytes {
 public:
  explicit RecordBytes(std::string_view magic) : bytes_(magic) {}
  RecordBytes() = default;

  template <std::integral T>
  void put(T value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  void put_text(std::string_view text) {
    put(static_cast<uint32_t>(text.size()));
    bytes_.append(text);
  }
  void put_count(size_t count) { put(static_cast<uint32_t>(count)); }
  /// The file: what was put, and its checksum.
  std::string sealed() && {
    put(crc32c(0, bytes_.data(), bytes_.size()));
    return std::move(bytes_);
  }

 private:
  std::string bytes_;
};

/// After a field that is not there, everything reads as zero and complete() is false.
class RecordFields {
 public:
  explicit RecordFields(std::string_view bytes) : bytes_(bytes) {}

  template <std::integral T>
  T get() {
    T value{};
    if (bytes_.size() < sizeof(T)) return damaged(value);
    std::memcpy(&value, bytes_.data(), sizeof(T));
    bytes_.remove_prefix(sizeof(T));
    return value;
  }
  /// Fails on a negative number.
  int64_t get_count64() {
    const auto value = get<int64_t>();
    return value >= 0 ? value : damaged(int64_t{0});
  }
  std::string get_text() {
    const auto length = get<uint32_t>();
    if (length > bytes_.size()) return damaged(std::string());
    std::string text(bytes_.substr(0, length));
    bytes_.remove_prefix(length);
    return text;
  }
  bool get_flag() {
    const auto value = get<uint8_t>();
    return value > 1 ? damaged(false) : value == 1;
  }
  /// A number of things of at least `bytes_each` bytes: no more than can follow.
  size_t get_count(size_t bytes_each) {
    const auto count = get<uint32_t>();
    return count > bytes_.size() / bytes_each ? damaged(size_t{0}) : count;
  }
  template <typename T>
  T damaged(T value) {
    ok_ = false;
    bytes_ = {};
    return value;
  }
  bool ok() const { return ok_; }
  bool complete() const { return ok_ && bytes_.empty(); }

 private:
  std::string_view bytes_;
  bool ok_ = true;
};

/// Returns what lies between magic and checksum. Fails (kDamaged) on damage, with Invalid on
/// another version that is intact.
inline Result<std::string_view> unsealed(std::string_view file, std::string_view magic,
                                         std::string_view what) {
  constexpr size_t kCrcBytes = sizeof(uint32_t);
  if (file.size() < magic.size() + kCrcBytes) {
    return log_error(LogErrorKind::kDamaged, std::string(what) + " is cut short");
  }
  uint32_t stored;
  std::memcpy(&stored, file.data() + file.size() - kCrcBytes, kCrcBytes);
  const size_t family = magic.size() - 1;
  if (stored != crc32c(0, file.data(), file.size() - kCrcBytes) ||
      file.substr(0, family) != magic.substr(0, family)) {
    return log_error(LogErrorKind::kDamaged, std::string(what) + " is damaged");
  }
  if (file[family] != magic[family]) {
    return Status::Invalid(what, " must be of version ", static_cast<int>(magic[family]),
                           " to be read by this program, but is of version ",
                           static_cast<int>(static_cast<unsigned char>(file[family])));
  }
  file.remove_prefix(magic.size());
  file.remove_suffix(kCrcBytes);
  return file;
}

}  // namespace hw
