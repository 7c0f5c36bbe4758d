// SPDX-License-Identifier: Apache-2.0
//
// Runs golden SQL files in every mode and says where results differ from what the files state.

#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "sqltest/golden_mode.h"
#include "sqltest/slt_file.h"

namespace hw {

class Env;

struct GoldenFailure {
  std::string file;
  int line = 0;
  std::string mode;
  std::string message;
};

struct GoldenReport {
  int64_t records = 0;  // in the files
  int64_t checks = 0;   // records × modes
  std::vector<GoldenFailure> failures;
};

/// Runs one parsed file in one mode, in a fresh session.
void run_golden(const std::string& file, const std::vector<SltRecord>& records,
                const GoldenMode& mode, Env& env, GoldenReport& report);

/// Replaces the expected parts of `text` by what the modes `stream`, `batch` (for onlyif batch)
/// and `tiny` (for changelogs) give. For review, never instead of it.
Result<std::string> update_golden(const std::string& text, Env& env);

}  // namespace hw
