// SPDX-License-Identifier: Apache-2.0
//
// Local files of the real world: POSIX calls behind AppendFile and FileLock.

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/env/local_file.h"

namespace hw {

Result<std::unique_ptr<AppendFile>> open_append_file(const std::string& path);
/// Null when somebody else, in this process or another, holds it.
Result<std::unique_ptr<FileLock>> try_lock_file(const std::string& path);
Status touch_file(const std::string& path);
/// `what` of `path` failed with errno `error`: CapacityError for a full disk or quota (ENOSPC,
/// EDQUOT), else IOError.
Status file_failure(std::string_view what, const std::string& path, int error);

}  // namespace hw
