// SPDX-License-Identifier: Apache-2.0
//
// The chain of numbered records that says who may publish checkpoints of a job and which were
// published. Record k + 1 is created without replacing, so exactly one writer gets it; what is not
// named by the chain was never published. Layout: docs/formats/checkpoint.md.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "state/manifest_digest.h"

namespace hw {

class CheckpointFiles;

struct LeaseRecord {
  enum class Kind : uint8_t { kTake = 0, kPublish = 1 };
  Kind kind = Kind::kTake;
  int64_t number = 0;  // from 1, without gaps above the floor
  /// Records with lower numbers are void, whoever writes them: they may be removed, and an old
  /// attempt that finds their place free wins nothing.
  int64_t floor = 1;
  int64_t attempt = 0;     // fencing number: rises with every kTake
  int64_t generation = 0;  // identity of the output
  /// Newest checkpoint, 0 and "" = none. Of a kTake: what the attempt goes on from; checkpoints
  /// published before that are newer are abandoned by it.
  int64_t checkpoint = 0;
  std::string manifest;  // file name
  ContentDigest digest{};
  /// Path of a savepoint outside that the attempt goes on from (then checkpoint = 0).
  std::string origin;
  /// kPublish: sinks with something to commit in it.
  std::vector<std::string> sinks;
  std::string host;
  int64_t process_id = 0;
  int64_t wall_ms = 0;
  bool operator==(const LeaseRecord&) const = default;
};

std::string encode(const LeaseRecord& record);
Result<LeaseRecord> decode_lease_record(std::string_view bytes);

struct LeaseChain {
  /// Readable records from the floor on, ascending.
  std::vector<LeaseRecord> records;
  /// The highest number there is, read or damaged; 0 = an empty chain.
  int64_t newest_number = 0;
  /// What could not be read: number and why.
  struct Damage {
    int64_t number = 0;
    Status why;
  };
  std::vector<Damage> damaged;

  /// No lower than that of any record, damaged ones included.
  int64_t attempt() const;
  int64_t generation() const;
  /// Highest checkpoint number that any record names.
  int64_t newest_checkpoint() const;
  /// Published and not abandoned, oldest first: what a restore may choose from.
  std::vector<LeaseRecord> lineage() const;
  /// The savepoint outside that the lineage began with, as long as nothing was published since.
  std::string origin() const;
};

/// Name of a record in its directory of CheckpointFiles.
std::string lease_record_name(int64_t number);
/// Reads all records. A damaged one is read twice before it counts as damaged; one of another
/// version is an error (kForeign).
Result<LeaseChain> read_lease_chain(const CheckpointFiles& files);
/// The highest number there is, readable or not; 0 = an empty chain.
Result<int64_t> newest_lease_number(const CheckpointFiles& files);
/// The attempt of the newest record alone; 0 = an empty chain.
Result<int64_t> newest_lease_attempt(const CheckpointFiles& files);

}  // namespace hw
