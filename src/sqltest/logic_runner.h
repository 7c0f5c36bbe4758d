// SPDX-License-Identifier: Apache-2.0
//
// Runs files of the public sqllogictest format in golden modes. CREATE TABLE without WITH makes a
// table in memory, whose types may be SQLite's; INSERT INTO adds to it, and queries read it as a
// source that ends.

#pragma once

#include <string>
#include <vector>

#include "sqltest/golden_runner.h"
#include "sqltest/logic_file.h"

namespace hw {

/// Runs one parsed file in one mode, in a fresh session. `unsupported` counts the records whose
/// statement is "not supported yet" where that is not null; else they fail.
void run_logic_file(const std::string& file, const std::vector<LogicRecord>& records,
                    const GoldenMode& mode, Env& env, int64_t* unsupported, GoldenReport& report);

}  // namespace hw
