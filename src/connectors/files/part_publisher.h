// SPDX-License-Identifier: Apache-2.0
//
// Makes prepared files visible: at a commit, and after a restore. Everything here may be repeated,
// by another process too, and is a no-op where it has been done.

#pragma once

#include <functional>
#include <span>
#include <string>

#include "base/env/env.h"
#include "connectors/files/prepared_part.h"

namespace hw {

class PartPublisher {
 public:
  /// `files` is the file system of the table's path. Both outlive it.
  PartPublisher(Env& env, arrow::fs::FileSystem& files) : env_(env), files_(files) {}

  /// Kinds that hold nothing to show are no-ops. Fails (IOError) when a file is gone, and when
  /// another one has its name.
  Status commit(const PreparedPart& part);

  /// Shows what a checkpoint held: finished files as commit() does, unfinished ones up to where
  /// they were valid. `generation`: of the output that is written now; `hidden_path`: a new name in
  /// the making for a final one.
  struct Recovery {
    int64_t generation = 0;
    std::function<std::string(const std::string& path)> hidden_path;
  };
  Status recover(std::span<const PreparedPart> parts, const Recovery& recovery);

 private:
  /// What is at a path.
  struct Found {
    bool there = false;
    int64_t length = 0;
  };
  Result<Found> find(const std::string& path);
  /// True when the file begins with `part`'s bytes.
  Result<bool> begins_with(const std::string& path, const PreparedPart& part);
  /// True when `path` shows exactly `part`; false when there is no such file. Fails when something
  /// else is there.
  Result<bool> shown_as(const std::string& path, const PreparedPart& part);
  Status publish(const PreparedPart& part, const std::string& path);
  Status write_success(const std::string& path);
  Status remove_merged(const PreparedPart& part);
  Status recover_unpublished(const PreparedPart& part, const Recovery& recovery);
  Status copy_beginning(const PreparedPart& part, const std::string& to);
  Status sync_folder_of(const std::string& path);

  Env& env_;
  arrow::fs::FileSystem& files_;
};

}  // namespace hw
