// SPDX-License-Identifier: Apache-2.0

#include "connectors/files/prepared_part.h"

#include <algorithm>
#include <utility>

#include "connectors/packing/packed_bytes.h"

namespace hw {
namespace {

constexpr uint8_t kVersion = 1;

void pack_name(const PartName& name, PackedWriter& writer) {
  writer.text(name.before);
  writer.number(name.generation);
  writer.text(name.after);
}

PartName unpack_name(PackedReader& reader) {
  PartName name;
  name.before = reader.text();
  name.generation = reader.number();
  name.after = reader.text();
  return name;
}

}  // namespace

std::string PreparedPart::pack() const {
  PackedWriter writer(kVersion);
  writer.number(static_cast<int64_t>(kind));
  writer.text(hidden);
  pack_name(name, writer);
  writer.number(length);
  writer.text({reinterpret_cast<const char*>(digest.data()), digest.size()});
  pack_name(group, writer);
  writer.text(replaces);
  writer.number(since_ms);
  return writer.finish();
}

Result<PreparedPart> PreparedPart::unpack(std::string_view bytes) {
  constexpr std::string_view kWhat = "the output that a file sink has prepared";
  PackedReader reader(bytes, kVersion);
  PreparedPart part;
  const int64_t kind = reader.number();
  part.hidden = reader.text();
  part.name = unpack_name(reader);
  part.length = reader.number();
  const std::string digest = reader.text();
  part.group = unpack_name(reader);
  part.replaces = reader.text();
  part.since_ms = reader.number();
  HW_TRY(reader.finish(kWhat));
  if (kind < static_cast<int64_t>(Kind::kFinished) || kind > static_cast<int64_t>(Kind::kSuccess) ||
      digest.size() != part.digest.size() || part.length < 0) {
    return Status::SerializationError(kWhat, " was not written by this or an earlier version");
  }
  part.kind = static_cast<Kind>(kind);
  std::copy(digest.begin(), digest.end(), part.digest.begin());
  return part;
}

std::string name_part(std::string_view text) {
  std::string part;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '.' || c == '-';
    part += plain ? c : '_';
  }
  return part.empty() ? "_" : part;
}

}  // namespace hw
