// SPDX-License-Identifier: Apache-2.0
//
// What the configuration says about windows that fire before and after they close:
// 'table.exec.emit.*'.

#pragma once

#include <optional>

#include "base/status.h"
#include "operators/emit_rule.h"
#include "plan/config/session_config.h"

namespace hw {

/// None: windows fire once, when they close. Fails (Invalid) when a delay is missing, or how late
/// rows may be is not said though they are to fire.
Result<std::optional<EmitRule>> emit_rule_of(const SessionConfig& config);

}  // namespace hw
