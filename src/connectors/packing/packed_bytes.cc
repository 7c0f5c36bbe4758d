// SPDX-License-Identifier: Apache-2.0

#include "connectors/packing/packed_bytes.h"

#include <bit>
#include <cstring>

namespace hw {

static_assert(std::endian::native == std::endian::little, "numbers are packed little-endian");

void PackedWriter::number(int64_t value) {
  char raw[sizeof(value)];
  std::memcpy(raw, &value, sizeof(value));
  bytes_.append(raw, sizeof(raw));
}

void PackedWriter::text(std::string_view value) {
  number(static_cast<int64_t>(value.size()));
  bytes_.append(value);
}

PackedReader::PackedReader(std::string_view bytes, uint8_t version_max) : rest_(bytes) {
  broken_ = rest_.empty() || static_cast<uint8_t>(rest_[0]) > version_max;
  if (broken_) return;
  version_ = static_cast<uint8_t>(rest_[0]);
  rest_.remove_prefix(1);
}

int64_t PackedReader::number() {
  int64_t value = 0;
  if (broken_ || rest_.size() < sizeof(value)) {
    broken_ = true;
    return 0;
  }
  std::memcpy(&value, rest_.data(), sizeof(value));
  rest_.remove_prefix(sizeof(value));
  return value;
}

std::string PackedReader::text() {
  const int64_t size = number();
  if (broken_ || size < 0 || static_cast<uint64_t>(size) > rest_.size()) {
    broken_ = true;
    return {};
  }
  std::string value(rest_.substr(0, static_cast<size_t>(size)));
  rest_.remove_prefix(static_cast<size_t>(size));
  return value;
}

Status PackedReader::finish(std::string_view what) const {
  if (!broken_ && rest_.empty()) return Status::OK();
  return Status::SerializationError(what, " was not written by this or an earlier version");
}

}  // namespace hw
