// SPDX-License-Identifier: Apache-2.0
//
// The options of the log connector.

#pragma once

#include <vector>

#include "runtime/options.h"

namespace hw::log_options {

OptionSpec format();
OptionSpec topic();
OptionSpec topic_pattern();
OptionSpec topic_on_missing();
OptionSpec path();
OptionSpec partitions();
OptionSpec topic_create();
OptionSpec group_id();
OptionSpec isolation_level();
OptionSpec changelog_mode();
OptionSpec startup_mode();
OptionSpec startup_timestamp();
OptionSpec startup_offsets();
OptionSpec startup_commit();
OptionSpec bounded_mode();
OptionSpec bounded_timestamp();
OptionSpec bounded_offsets();
OptionSpec retention_time();
OptionSpec retention_bytes();
OptionSpec cleanup_policy();
OptionSpec min_dirty_ratio();
OptionSpec delete_retention();
OptionSpec offload_path();
OptionSpec offload_after();
OptionSpec segment_bytes();
OptionSpec segment_time();
OptionSpec flush();
OptionSpec flush_interval();
OptionSpec delivery_guarantee();
OptionSpec partitioner();

/// All of them, the ones that are not built too.
std::vector<OptionSpec> all();

}  // namespace hw::log_options
