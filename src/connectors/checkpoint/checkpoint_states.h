// SPDX-License-Identifier: Apache-2.0
//
// A checkpoint or savepoint as a reader of its states sees it: which operators it has, which tables
// they keep, where the rows are. Reads only; immutable once opened.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "state/manifest.h"
#include "state/snapshot.h"
#include "state/snapshot_index.h"

namespace hw {

class Env;

class CheckpointStates {
 public:
  /// `path`: a checkpoint's manifest, or the directory of a savepoint. Fails (IOError) when there
  /// is none; names the manifests in a directory that is none itself.
  static Result<std::shared_ptr<const CheckpointStates>> open(Env& env, const std::string& path);

  const Manifest& manifest() const { return *manifest_; }
  /// By uid, name or kind. Fails (Invalid) when there is none, or several; lists them.
  Result<const ManifestOperator*> find_operator(std::string_view named) const;
  /// Fails (Invalid) listing the states that the operator has.
  static Result<const ManifestTable*> find_table(const ManifestOperator& op,
                                                 std::string_view named);

  std::shared_ptr<SnapshotSource> snapshot(const ManifestInstance& instance) const;
  /// No tables for an instance that keeps none.
  Result<SnapshotIndex> index(const ManifestInstance& instance) const;

  CheckpointStates(std::shared_ptr<arrow::fs::FileSystem> files, std::string directory,
                   std::shared_ptr<const Manifest> manifest);

 private:
  const std::shared_ptr<arrow::fs::FileSystem> files_;
  const std::string directory_;
  const std::shared_ptr<const Manifest> manifest_;
};

/// `key_k INT, "SUM(a).sum" …` as they would be declared: names in backticks where SQL needs them.
std::string schema_text(const ManifestTable& table);

}  // namespace hw
