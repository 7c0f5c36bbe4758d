// SPDX-License-Identifier: Apache-2.0
//
// Whole small files as text, through Env: scripts, configuration, golden cases.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/env/env.h"

namespace hw {

/// Fails (IOError) naming the path.
Result<std::string> read_text_file(Env& env, std::string_view path);
Status write_text_file(Env& env, std::string_view path, std::string_view text);
/// Files at or below `path` whose names end with `suffix`, sorted.
Result<std::vector<std::string>> list_files(Env& env, std::string_view path,
                                            std::string_view suffix);

}  // namespace hw
