// SPDX-License-Identifier: Apache-2.0
//
// The options of the filesystem connector.

#pragma once

#include <vector>

#include "runtime/options.h"

namespace hw::file_options {

OptionSpec path();
OptionSpec pattern();
OptionSpec default_partition();
OptionSpec monitor_interval();
OptionSpec rolling_size();
OptionSpec rollover_interval();
OptionSpec inactivity_interval();
OptionSpec check_interval();
OptionSpec compaction();
OptionSpec compaction_size();
OptionSpec shuffle_by_partition();
OptionSpec commit_trigger();
OptionSpec commit_delay();
OptionSpec watermark_time_zone();
OptionSpec commit_policy();
OptionSpec success_name();
OptionSpec time_pattern();
OptionSpec time_format();
OptionSpec lookup_cache();
OptionSpec reload_strategy();
OptionSpec reload_interval();
OptionSpec reload_schedule();
OptionSpec reload_time();
OptionSpec reload_days();
OptionSpec cache_rows();
OptionSpec cache_after_write();
OptionSpec cache_after_access();
OptionSpec cache_misses();

/// All of them.
std::vector<OptionSpec> all();

}  // namespace hw::file_options
