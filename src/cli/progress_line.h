// SPDX-License-Identifier: Apache-2.0
//
// The line on stderr that says how far bounded work is: rows, rows a second, share done,
// watermark. Redrawn in place; gone when the work is done.

#pragma once

#include <cstdint>

#include "job/job_run.h"

namespace hw {

class Env;

class ProgressLine {
 public:
  ProgressLine(Env& env, bool enabled);
  void show(const JobProgress& progress, bool bounded);
  void clear();

 private:
  Env& env_;
  const bool enabled_;
  int64_t started_ns_ = 0;
  int64_t shown_ns_ = 0;
  int64_t rows_at_shown_ = 0;
  double rows_per_second_ = 0;
  bool visible_ = false;
};

}  // namespace hw
