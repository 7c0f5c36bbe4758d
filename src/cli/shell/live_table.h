// SPDX-License-Identifier: Apache-2.0
//
// Result mode `table`: the rows that stand now, drawn anew in place as they change; elsewhere than
// on a terminal once, when the query has ended. The job's worker hands batches over through a
// channel, and the shell's thread folds and draws them.

#pragma once

#include <memory>
#include <string>

#include "base/status.h"
#include "engine/row_receiver.h"

namespace hw {

class Env;

struct LiveTableOptions {
  std::string time_zone = "UTC";
  /// Draws in place; else the end alone is printed.
  bool terminal = false;
  /// More rows than that end the query.
  int64_t rows_max = 1'000'000;
};

class LiveTable {
 public:
  virtual ~LiveTable() = default;
  /// What the job writes to.
  virtual std::shared_ptr<RowReceiver> receiver() = 0;
  /// Takes what has come, and draws it if it is time to. Fails when there are too many rows.
  virtual Status update() = 0;
  /// All rows, with rules and their count. Requires: the job has ended.
  virtual Status finish() = 0;
};

std::shared_ptr<LiveTable> make_live_table(LiveTableOptions options, Env& env);

}  // namespace hw
