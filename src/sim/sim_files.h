// SPDX-License-Identifier: Apache-2.0
//
// The modelled disk as files of one process: Arrow's file system and files to append to, each call
// an operation that the World numbers and may let fail.

#pragma once

#include <memory>
#include <string>

#include <arrow/type_fwd.h>

#include "base/env/local_file.h"
#include "base/status.h"
#include "sim/world.h"

namespace arrow::fs {
class FileSystem;
}

namespace hw::sim {

std::shared_ptr<arrow::fs::FileSystem> make_sim_file_system(World& world, SimProcess& process);
Result<std::unique_ptr<AppendFile>> open_sim_append(World& world, SimProcess& process,
                                                    const std::string& path);
Status sync_sim(World& world, SimProcess& process, const std::string& path);
Status publish_sim(World& world, SimProcess& process, const std::string& from,
                   const std::string& to);

/// Damages what was read, or what is there. `amount` says where and how.
void flip_bits(char* bytes, int64_t count, uint64_t amount);

/// `errno` in words, as the real files' errors say it.
Status io_error(std::string_view what, const std::string& path);
Status no_space(std::string_view what, const std::string& path);

}  // namespace hw::sim
