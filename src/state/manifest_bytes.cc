// SPDX-License-Identifier: Apache-2.0

#include "state/manifest_bytes.h"

#include "base/crc32c.h"

namespace hw {

Result<std::string_view> checked_contents(std::string_view file, const FileFormat& format) {
  const std::string_view family = format.magic.substr(0, format.magic.size() - 1);
  if (!file.starts_with(family) || file.size() < format.magic.size() + sizeof(uint32_t)) {
    return Status::SerializationError("this is not ", format.what, ": it has ", file.size(),
                                      " bytes that begin otherwise or end early");
  }
  const std::string_view covered = file.substr(0, file.size() - sizeof(uint32_t));
  FieldReader tail(file.substr(covered.size()));
  const bool intact = tail.number<uint32_t>() == crc32c(0, covered.data(), covered.size());
  const auto version = static_cast<int>(static_cast<unsigned char>(file[family.size()]));
  const auto known = static_cast<int>(static_cast<unsigned char>(format.magic.back()));
  if (!intact) return Status::SerializationError(format.what, " is damaged: wrong checksum");
  if (version != known) {
    return Status::Invalid("this version reads format ", known, " of ", format.what,
                           ", but this one has format ", version);
  }
  return covered.substr(format.magic.size());
}

void put_checksum(std::string& out) { put_field(out, crc32c(0, out.data(), out.size())); }

}  // namespace hw
