// SPDX-License-Identifier: Apache-2.0
//
// The options of the nexmark connector.

#pragma once

#include <optional>
#include <vector>

#include "connectors/nexmark/event_model.h"
#include "runtime/options.h"

namespace hw {

class Env;

std::vector<OptionSpec> nexmark_options();

struct NexmarkTable {
  NexmarkSettings settings;
  std::optional<NexmarkEntity> only;  // nothing = the merged table
  bool limited = false;               // emits at the event-time rate
  bool keep_alive = false;
  int64_t stop_at_ms = -1;

  /// Fails (Invalid) when a number is out of its range.
  static Result<NexmarkTable> from(const Options& options, Env& env);
};

}  // namespace hw
