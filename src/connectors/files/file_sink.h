// SPDX-License-Identifier: Apache-2.0
//
// The sink of the filesystem connector: each writer fills hidden files, closes them in prepare()
// and gives them their names in commit(). So a file that can be seen is whole.

#pragma once

#include <memory>

#include "connectors/files/part_file.h"
#include "runtime/sink.h"

namespace hw {

Result<std::unique_ptr<Sink>> make_file_sink(FileTarget target);

}  // namespace hw
