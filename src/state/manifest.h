// SPDX-License-Identifier: Apache-2.0
//
// What a checkpoint is: which state of which operator lies in which file, where the sources stand,
// what the sinks have prepared. Plain data and its bytes; the job decides when a manifest counts.
// Layout: docs/formats/checkpoint.md.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "state/checksummed_file.h"
#include "state/key_group.h"
#include "state/manifest_digest.h"

namespace hw {

/// No file of a checkpoint that is read whole may be larger.
constexpr int64_t kManifestBytesMax = 1 << 30;

/// A file that the checkpoint needs.
struct ManifestFile {
  /// Relative to the directory that holds the manifest, parts joined by '/', no "." or "..".
  std::string name;
  StreamChecksums checksums;
  ContentDigest digest;
  bool operator==(const ManifestFile&) const;
};

/// A named stream of bytes (docs/formats/state_snapshot.md): a piece of a file.
struct ManifestStream {
  std::string name;
  std::string file;  // one of Manifest::files
  int64_t offset = 0;
  int64_t length = 0;
  bool operator==(const ManifestStream&) const = default;
};

/// The snapshot of one instance.
struct ManifestInstance {
  int subtask = 0;
  KeyGroupRange key_groups;
  /// The watermark that it had been told; INT64_MIN = none.
  int64_t watermark_ms = INT64_MIN;
  std::vector<ManifestStream> streams;
  bool operator==(const ManifestInstance&) const = default;
};

struct ManifestColumn {
  std::string name;
  std::string type;  // as SQL: `DECIMAL(10, 2) NOT NULL`
  bool key = false;
  bool operator==(const ManifestColumn&) const = default;
};

/// The schema of a registered state table.
struct ManifestTable {
  std::string name;
  std::string kind;
  int version = 1;
  std::vector<ManifestColumn> columns;
  bool operator==(const ManifestTable&) const = default;
};

struct ManifestOperator {
  std::string uid;
  std::string kind;  // `GroupAggregate`
  std::string name;  // for people
  std::vector<ManifestTable> tables;
  std::vector<ManifestInstance> instances;  // by subtask
  bool operator==(const ManifestOperator&) const = default;
};

struct ManifestSplit {
  std::string id;
  std::string descriptor;
  /// "Nothing read yet" is a position too.
  std::string position;
  /// Where its watermark stands; opaque to all but the reader of splits.
  std::string watermark_state;
  bool finished = false;
  bool operator==(const ManifestSplit&) const = default;
};

struct ManifestSource {
  std::string uid;
  std::string name;
  std::string enumerator_position;
  bool enumerator_finished = false;
  std::vector<ManifestSplit> splits;
  bool operator==(const ManifestSource&) const = default;
};

/// What a sink has prepared and not yet been seen to commit.
struct ManifestCommittable {
  std::string sink_uid;
  int subtask = 0;  // the slot that prepared it
  int64_t generation = 0;
  int64_t epoch = 0;  // the barrier at which it was prepared
  std::string bytes;
  bool operator==(const ManifestCommittable&) const = default;
};

enum class ManifestKind : uint8_t {
  kCheckpoint = 0,
  kSavepoint = 1,
  kFinal = 2,  // the input has ended: there is nothing to go on with but the commit
};

struct Manifest {
  ManifestKind kind = ManifestKind::kCheckpoint;
  std::string job;
  int64_t generation = 0;
  int64_t attempt = 0;
  int64_t checkpoint = 0;
  int64_t parent = 0;  // the published checkpoint before it; 0 = none
  int64_t wall_ms = 0;
  std::string plan;  // for people and for the report of a restore
  ContentDigest graph_digest;
  int num_key_groups = kKeyGroupsDefault;
  std::vector<ManifestOperator> operators;
  std::vector<ManifestSource> sources;
  std::vector<ManifestCommittable> committables;  // in the order of their commit
  std::vector<ManifestFile> files;                // by name, each once
  bool operator==(const Manifest&) const = default;

  const ManifestFile* find_file(std::string_view name) const;
  const ManifestOperator* find_operator(std::string_view uid) const;
};

/// Says what keeps a manifest from being written: a file named outside, a stream outside its file.
Status check(const Manifest& manifest);
/// Requires: check() is OK.
std::string encode(const Manifest& manifest);
/// Fails (SerializationError) on anything that encode() would not have written; (Invalid) when the
/// manifest is intact and of another version, which is named.
Result<Manifest> decode_manifest(std::string_view bytes);

}  // namespace hw
