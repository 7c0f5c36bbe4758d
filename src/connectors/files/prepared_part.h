// SPDX-License-Identifier: Apache-2.0
//
// What a checkpoint holds of a file sink: files that are to become visible, files that are not
// finished yet, and partitions. One of these is one committable.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"
#include "state/manifest_digest.h"

namespace hw {

/// A file name whose generation may be exchanged: two versions of a job that were started from one
/// savepoint never publish under one name.
struct PartName {
  std::string before;  // `out/part-orders-`
  int64_t generation = 0;
  std::string after;  // `-results-0-7-0.json`

  std::string path() const { return path(generation); }
  std::string path(int64_t other_generation) const {
    return before + std::to_string(other_generation) + after;
  }
};

struct PreparedPart {
  enum class Kind : uint8_t {
    kFinished = 1,       // to be published: hidden -> name
    kUnfinished = 2,     // its first `length` bytes belong to the checkpoint; more may follow
    kHeld = 3,           // finished, but to be merged with others into the file called `group`
    kOpenPartition = 4,  // a partition that has not been said to be complete; name.before
    kSuccess = 5,        // the file that says so: name.before
  };
  Kind kind = Kind::kFinished;
  std::string hidden;
  PartName name;
  int64_t length = 0;
  ContentDigest digest = {};
  PartName group;        // kHeld
  std::string replaces;  // kFinished: hidden names of merged files, a line each
  int64_t since_ms = 0;  // kOpenPartition: wall clock

  std::string pack() const;
  /// Fails (SerializationError) on anything else.
  static Result<PreparedPart> unpack(std::string_view bytes);
};

/// A part of a file name: nothing that a path or a shell would read as more.
std::string name_part(std::string_view text);

}  // namespace hw
