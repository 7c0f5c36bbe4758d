// SPDX-License-Identifier: Apache-2.0
//
// Any bytes are a small file of a checkpoint or of the log, or an error. The first byte of an input
// picks the file, the second whether the checksum is made right: most random files would not get
// past it otherwise. What is read is written again and read the same.

// libraries: base columnar
// sources: src/state/manifest*.cc src/state/snapshot_index.cc
// sources: src/job/lease_record.cc src/job/checkpoint_error.cc
// sources: src/job/checkpoint_files.cc src/job/object_checkpoint_files.cc
// sources: src/log/topic_record.cc src/log/topic_state.cc src/log/topic_schema.cc
// sources: src/log/record_fields.cc src/log/log_error.cc src/log/topic_options.cc

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/crc32c.h"
#include "job/lease_record.h"
#include "log/topic_record.h"
#include "state/manifest.h"
#include "state/snapshot_index.h"

namespace hw {
namespace {

// A file of this kind with these contents, whose checksum is right.
std::string sealed(std::string_view magic, std::string_view contents) {
  std::string file(magic.substr(0, 8));
  file += contents;
  const uint32_t crc = crc32c(0, file.data(), file.size());
  file.append(reinterpret_cast<const char*>(&crc), sizeof(crc));
  return file;
}

template <typename Decode, typename Encode>
void check(std::string_view bytes, bool seal, const std::string& example, Decode decode,
           Encode encode) {
  const std::string file = seal ? sealed(example, bytes) : std::string(bytes);
  const auto read = decode(file);
  if (!read.ok()) return;
  const std::string written = encode(*read);
  const auto again = decode(written);
  if (!again.ok() || encode(*again) != written) std::abort();
}

void run(uint8_t kind, bool seal, std::string_view bytes) {
  switch (kind % 5) {
    case 0: {
      static const std::string& example = *new std::string(encode(Manifest{}));
      return check(bytes, seal, example, decode_manifest,
                   [](const Manifest& manifest) { return encode(manifest); });
    }
    case 1: {
      static const std::string& example = *new std::string(encode(LeaseRecord{}));
      return check(bytes, seal, example, decode_lease_record,
                   [](const LeaseRecord& record) { return encode(record); });
    }
    case 2: {
      static const std::string& example = *new std::string(encode(SnapshotIndex{}));
      return check(bytes, seal, example, decode_snapshot_index,
                   [](const SnapshotIndex& index) { return encode(index); });
    }
    case 3: {
      static const std::string& example =
          *new std::string(encode_record({.change = RemovePieces{}}));
      return check(bytes, seal, example, decode_record, encode_record);
    }
    default: {
      static const std::string& example = *new std::string(encode_token(PreparedEpoch{}));
      return check(bytes, seal, example, decode_token, encode_token);
    }
  }
}

}  // namespace
}  // namespace hw

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  hw::run(data[0], (data[1] & 1) != 0, {reinterpret_cast<const char*>(data) + 2, size - 2});
  return 0;
}
