// SPDX-License-Identifier: Apache-2.0
//
// A reader of the job's output that looks whenever something has become visible: files below a
// directory whose names begin with neither '.' nor '_'. What it has seen once must stay as it is.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/status.h"
#include "sim/disk.h"
#include "sim/sim_job.h"

namespace hw::sim {

class VisibleOutput {
 public:
  /// All outlive it.
  VisibleOutput(const Disk& disk, const SimJob& job);

  /// Files that are new since the last look. Fails when they show what they may not: a row that is
  /// not expected or comes too often (append_only), a part of a row, a file that has changed.
  Status look();
  /// Power was lost: files may be gone that had been seen, but for those that were durable.
  Status look_after_crash();
  /// At the end: exactly what is expected.
  Status finish();
  /// No part is left that was begun and never shown.
  Status check_finished() const;

  const RowBag& bag() const { return bag_; }
  int64_t num_rows() const { return num_rows_; }
  size_t num_files() const { return seen_.size(); }

 private:
  struct SeenFile {
    int64_t id = 0;
    uint64_t digest = 0;
    RowBag rows;
  };
  bool is_output(const std::string& path) const;
  Status read(const std::string& path, const DiskFile& file);
  Status take(std::string_view line, SeenFile& file);
  void forget(const SeenFile& file);

  const Disk& disk_;
  const SimJob& job_;
  std::map<std::string, SeenFile> seen_;
  RowBag bag_;
  int64_t num_rows_ = 0;
};

/// The rows of all visible files below a directory.
RowBag rows_below(const Disk& disk, const SimJob& job, const std::string& directory);

/// `expected` against `found`, rows that are missing and rows that are too many, a few of each.
std::string difference(const RowBag& expected, const RowBag& found);
/// A line of json or changelog-json as a row and what it does to the bag: +1 or -1.
Result<std::pair<std::string, int>> change_of_line(std::string_view line);

}  // namespace hw::sim
