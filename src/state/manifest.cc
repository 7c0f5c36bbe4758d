// SPDX-License-Identifier: Apache-2.0

#include "state/manifest.h"

#include <algorithm>
#include <set>
#include <utility>

#include "state/manifest_bytes.h"

namespace hw {
namespace {

constexpr std::string_view kMagic = "HWMANIF\x01";
constexpr size_t kTextBytesMin = sizeof(uint32_t);
// Least bytes of each thing that is counted: bounds what a damaged count can make us allocate.
constexpr size_t kColumnBytesMin = 2 * kTextBytesMin + 1;
constexpr size_t kTableBytesMin = 4 * kTextBytesMin;
constexpr size_t kStreamBytesMin = 2 * kTextBytesMin + 16;
constexpr size_t kInstanceBytesMin = 24;
constexpr size_t kOperatorBytesMin = 5 * kTextBytesMin;
constexpr size_t kSplitBytesMin = 4 * kTextBytesMin + 1;
constexpr size_t kSourceBytesMin = 4 * kTextBytesMin + 1;
constexpr size_t kCommittableBytesMin = 2 * kTextBytesMin + 20;
constexpr size_t kFileBytesMin = kTextBytesMin + 28;

void put_count(std::string& out, size_t count) { put_field(out, static_cast<uint32_t>(count)); }

void put_flag(std::string& out, bool flag) { put_field(out, static_cast<uint8_t>(flag)); }

void put_operator(std::string& out, const ManifestOperator& op) {
  put_text(out, op.uid);
  put_text(out, op.kind);
  put_text(out, op.name);
  put_count(out, op.tables.size());
  for (const ManifestTable& table : op.tables) {
    put_text(out, table.name);
    put_text(out, table.kind);
    put_field(out, static_cast<int32_t>(table.version));
    put_count(out, table.columns.size());
    for (const ManifestColumn& column : table.columns) {
      put_text(out, column.name);
      put_text(out, column.type);
      put_flag(out, column.key);
    }
  }
  put_count(out, op.instances.size());
  for (const ManifestInstance& instance : op.instances) {
    put_field(out, static_cast<int32_t>(instance.subtask));
    put_field(out, static_cast<int32_t>(instance.key_groups.begin));
    put_field(out, static_cast<int32_t>(instance.key_groups.end));
    put_field(out, instance.watermark_ms);
    put_count(out, instance.streams.size());
    for (const ManifestStream& stream : instance.streams) {
      put_text(out, stream.name);
      put_text(out, stream.file);
      put_field(out, stream.offset);
      put_field(out, stream.length);
    }
  }
}

ManifestTable read_table(FieldReader& in) {
  ManifestTable table;
  table.name = in.text();
  table.kind = in.text();
  table.version = in.number<int32_t>();
  for (size_t n = in.count(kColumnBytesMin); n > 0; --n) {
    ManifestColumn column;
    column.name = in.text();
    column.type = in.text();
    column.key = in.flag();
    table.columns.push_back(std::move(column));
  }
  return table;
}

ManifestInstance read_instance(FieldReader& in) {
  ManifestInstance instance;
  instance.subtask = in.number<int32_t>();
  instance.key_groups.begin = in.number<int32_t>();
  instance.key_groups.end = in.number<int32_t>();
  instance.watermark_ms = in.number<int64_t>();
  for (size_t n = in.count(kStreamBytesMin); n > 0; --n) {
    ManifestStream stream;
    stream.name = in.text();
    stream.file = in.text();
    stream.offset = in.number<int64_t>();
    stream.length = in.number<int64_t>();
    instance.streams.push_back(std::move(stream));
  }
  return instance;
}

ManifestOperator read_operator(FieldReader& in) {
  ManifestOperator op;
  op.uid = in.text();
  op.kind = in.text();
  op.name = in.text();
  for (size_t n = in.count(kTableBytesMin); n > 0; --n) op.tables.push_back(read_table(in));
  for (size_t n = in.count(kInstanceBytesMin); n > 0; --n) {
    op.instances.push_back(read_instance(in));
  }
  return op;
}

void put_source(std::string& out, const ManifestSource& source) {
  put_text(out, source.uid);
  put_text(out, source.name);
  put_text(out, source.enumerator_position);
  put_flag(out, source.enumerator_finished);
  put_count(out, source.splits.size());
  for (const ManifestSplit& split : source.splits) {
    put_text(out, split.id);
    put_text(out, split.descriptor);
    put_text(out, split.position);
    put_text(out, split.watermark_state);
    put_flag(out, split.finished);
  }
}

ManifestSource read_source(FieldReader& in) {
  ManifestSource source;
  source.uid = in.text();
  source.name = in.text();
  source.enumerator_position = in.text();
  source.enumerator_finished = in.flag();
  for (size_t n = in.count(kSplitBytesMin); n > 0; --n) {
    ManifestSplit split;
    split.id = in.text();
    split.descriptor = in.text();
    split.position = in.text();
    split.watermark_state = in.text();
    split.finished = in.flag();
    source.splits.push_back(std::move(split));
  }
  return source;
}

void put_committable(std::string& out, const ManifestCommittable& committable) {
  put_text(out, committable.sink_uid);
  put_field(out, static_cast<int32_t>(committable.subtask));
  put_field(out, committable.generation);
  put_field(out, committable.epoch);
  put_text(out, committable.bytes);
}

ManifestCommittable read_committable(FieldReader& in) {
  ManifestCommittable committable;
  committable.sink_uid = in.text();
  committable.subtask = in.number<int32_t>();
  committable.generation = in.number<int64_t>();
  committable.epoch = in.number<int64_t>();
  committable.bytes = in.text();
  return committable;
}

void put_file(std::string& out, const ManifestFile& file) {
  put_text(out, file.name);
  put_field(out, file.checksums.length);
  put_count(out, file.checksums.blocks.size());
  for (const uint32_t crc : file.checksums.blocks) put_field(out, crc);
  put_digest(out, file.digest);
}

ManifestFile read_file(FieldReader& in) {
  ManifestFile file;
  file.name = in.text();
  file.checksums.length = in.number<int64_t>();
  for (size_t n = in.count(sizeof(uint32_t)); n > 0; --n) {
    file.checksums.blocks.push_back(in.number<uint32_t>());
  }
  file.digest = in.digest();
  return file;
}

// A name that stays below the manifest's directory wherever that is moved to.
bool is_relative_name(std::string_view name) {
  while (true) {
    const size_t end = name.find('/');
    const std::string_view part = name.substr(0, end);
    if (part.empty() || part == "." || part == ".." || part.find('\0') != std::string_view::npos) {
      return false;
    }
    if (end == std::string_view::npos) return true;
    name.remove_prefix(end + 1);
  }
}

Status check_files(const Manifest& manifest) {
  const std::string* before = nullptr;
  for (const ManifestFile& file : manifest.files) {
    if (!is_relative_name(file.name)) {
      return Status::Invalid("a file of a checkpoint lies below its directory, but '", file.name,
                             "' does not");
    }
    if (before != nullptr && *before >= file.name) {
      return Status::Invalid("files of a checkpoint stand once and in order, but '", file.name,
                             "' follows '", *before, "'");
    }
    before = &file.name;
    const int64_t length = file.checksums.length;
    const auto num_blocks = static_cast<int64_t>(file.checksums.blocks.size());
    if (length < 0 ||
        num_blocks != length / kChecksumBlockBytes + (length % kChecksumBlockBytes > 0)) {
      return Status::Invalid("file '", file.name, "' has ", length, " bytes, but ", num_blocks,
                             " checksums");
    }
  }
  return Status::OK();
}

Status check_instance(const Manifest& manifest, const ManifestOperator& op,
                      const ManifestInstance& instance) {
  const KeyGroupRange& groups = instance.key_groups;
  if (instance.subtask < 0 || groups.begin < 0 || groups.end < groups.begin ||
      groups.end > manifest.num_key_groups) {
    return Status::Invalid("instance ", instance.subtask, " of ", op.name,
                           " cannot own the key groups ", groups.begin, " to ", groups.end);
  }
  std::set<std::string_view> names;
  for (const ManifestStream& stream : instance.streams) {
    if (!names.insert(stream.name).second) {
      return Status::Invalid("stream '", stream.name, "' of ", op.name, " stands twice");
    }
    const ManifestFile* file = manifest.find_file(stream.file);
    if (file == nullptr) {
      return Status::Invalid("stream '", stream.name, "' of ", op.name, " lies in '", stream.file,
                             "', which is no file of the checkpoint");
    }
    const int64_t end = file->checksums.length;
    if (stream.offset < 0 || stream.offset > end || stream.length < 0 ||
        stream.length > end - stream.offset) {
      return Status::Invalid("stream '", stream.name, "' of ", op.name, " leaves its file '",
                             stream.file, "'");
    }
  }
  return Status::OK();
}

Manifest read_contents(FieldReader& in) {
  Manifest manifest;
  const auto kind = in.number<uint8_t>();
  if (kind > static_cast<uint8_t>(ManifestKind::kFinal)) in.fail();
  manifest.kind = static_cast<ManifestKind>(kind);
  manifest.job = in.text();
  manifest.generation = in.number<int64_t>();
  manifest.attempt = in.number<int64_t>();
  manifest.checkpoint = in.number<int64_t>();
  manifest.parent = in.number<int64_t>();
  manifest.wall_ms = in.number<int64_t>();
  manifest.plan = in.text();
  manifest.graph_digest = in.digest();
  manifest.num_key_groups = in.number<int32_t>();
  for (size_t n = in.count(kOperatorBytesMin); n > 0; --n) {
    manifest.operators.push_back(read_operator(in));
  }
  for (size_t n = in.count(kSourceBytesMin); n > 0; --n) {
    manifest.sources.push_back(read_source(in));
  }
  for (size_t n = in.count(kCommittableBytesMin); n > 0; --n) {
    manifest.committables.push_back(read_committable(in));
  }
  for (size_t n = in.count(kFileBytesMin); n > 0; --n) manifest.files.push_back(read_file(in));
  return manifest;
}

}  // namespace

bool ManifestFile::operator==(const ManifestFile& other) const {
  return name == other.name && checksums.length == other.checksums.length &&
         checksums.blocks == other.checksums.blocks && digest == other.digest;
}

const ManifestFile* Manifest::find_file(std::string_view name) const {
  const auto found = std::lower_bound(
      files.begin(), files.end(), name,
      [](const ManifestFile& file, std::string_view wanted) { return file.name < wanted; });
  return found != files.end() && found->name == name ? &*found : nullptr;
}

const ManifestOperator* Manifest::find_operator(std::string_view uid) const {
  const auto found = std::find_if(operators.begin(), operators.end(),
                                  [&](const ManifestOperator& op) { return op.uid == uid; });
  return found != operators.end() ? &*found : nullptr;
}

Status check(const Manifest& manifest) {
  if (manifest.num_key_groups <= 0 || manifest.checkpoint <= 0 || manifest.attempt <= 0 ||
      manifest.parent < 0 || manifest.parent >= manifest.checkpoint) {
    return Status::Invalid("checkpoint ", manifest.checkpoint, " after ", manifest.parent,
                           " of attempt ", manifest.attempt, " with ", manifest.num_key_groups,
                           " key groups cannot be");
  }
  HW_TRY(check_files(manifest));
  std::set<std::string_view> uids;
  for (const ManifestOperator& op : manifest.operators) {
    if (!uids.insert(op.uid).second) {
      return Status::Invalid("two operators of the checkpoint have the uid '", op.uid, "'");
    }
    int before = -1;
    for (const ManifestInstance& instance : op.instances) {
      if (instance.subtask <= before) {
        return Status::Invalid("instances of ", op.name, " do not stand in order");
      }
      before = instance.subtask;
      HW_TRY(check_instance(manifest, op, instance));
    }
  }
  return Status::OK();
}

std::string encode(const Manifest& manifest) {
  std::string out(kMagic);
  put_field(out, static_cast<uint8_t>(manifest.kind));
  put_text(out, manifest.job);
  put_field(out, manifest.generation);
  put_field(out, manifest.attempt);
  put_field(out, manifest.checkpoint);
  put_field(out, manifest.parent);
  put_field(out, manifest.wall_ms);
  put_text(out, manifest.plan);
  put_digest(out, manifest.graph_digest);
  put_field(out, static_cast<int32_t>(manifest.num_key_groups));
  put_count(out, manifest.operators.size());
  for (const ManifestOperator& op : manifest.operators) put_operator(out, op);
  put_count(out, manifest.sources.size());
  for (const ManifestSource& source : manifest.sources) put_source(out, source);
  put_count(out, manifest.committables.size());
  for (const ManifestCommittable& item : manifest.committables) put_committable(out, item);
  put_count(out, manifest.files.size());
  for (const ManifestFile& file : manifest.files) put_file(out, file);
  put_checksum(out);
  return out;
}

Result<Manifest> decode_manifest(std::string_view bytes) {
  HW_ASSIGN_OR_RETURN(
      const std::string_view contents,
      checked_contents(bytes, {.magic = kMagic, .what = "a checkpoint's manifest"}));
  FieldReader in(contents);
  Manifest manifest = read_contents(in);
  if (!in.done()) {
    return Status::SerializationError("the manifest is damaged: impossible contents");
  }
  const Status checked = check(manifest);
  if (!checked.ok()) {
    return Status::SerializationError("the manifest is damaged: ", checked.message());
  }
  return manifest;
}

}  // namespace hw
