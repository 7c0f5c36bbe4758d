// SPDX-License-Identifier: Apache-2.0
//
// What `headwater checkpoint inspect|verify` show: contents, sizes and damage of a checkpoint, a
// savepoint or a whole state directory, without a lease and without changing anything.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "state/key_group.h"
#include "state/manifest.h"

namespace hw {

class Env;

struct InspectedTable {
  std::string name;
  std::string kind;
  int64_t num_rows = 0;
  int64_t num_bytes = 0;
};

struct InspectedOperator {
  std::string uid;
  std::string kind;
  std::string name;
  int parallelism = 0;
  int num_key_groups_used = 0;  // that have rows
  int64_t num_bytes = 0;
  std::vector<InspectedTable> tables;
};

struct Damage {
  std::string file;
  Status why;
};

struct InspectedCheckpoint {
  std::string path;  // of the manifest
  /// Empty (checkpoint = 0) when it could not be read; then there is damage.
  Manifest manifest;
  std::vector<InspectedOperator> operators;
  int64_t num_bytes = 0;
  bool published = true;  // false: no record of the lease names it
  std::vector<Damage> damage;
};

struct Inspection {
  std::vector<InspectedCheckpoint> checkpoints;
  /// Records of leases and other files that belong to no checkpoint.
  std::vector<Damage> damage;
  /// Files that nothing names: left by a killed process, removed by the next one.
  std::vector<std::string> unreferenced;
  bool damaged() const;
};

/// `path`: a manifest, a savepoint's directory, a job's directory, or one that holds these. `deep`
/// reads every byte and validates all Arrow data, otherwise only manifests and indexes are read.
/// Fails when there is nothing of Headwater at `path`; damage is part of the answer.
Result<Inspection> inspect_checkpoints(Env& env, std::string_view path, bool deep);

}  // namespace hw
