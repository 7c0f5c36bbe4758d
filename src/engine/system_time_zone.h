// SPDX-License-Identifier: Apache-2.0
//
// The time zone of the machine, which is the session's until 'table.local-time-zone' says
// otherwise.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hw {

class Env;

/// What the variable TZ says, else the file /etc/timezone, else UTC.
std::string system_time_zone(Env& env);

/// The same of given texts. A TZ that is set decides alone: `Europe/Berlin`, `:Europe/Berlin`, a
/// path below zoneinfo; empty, or what is no zone's name, is UTC.
std::string zone_named_by(const std::optional<std::string>& variable, std::string_view file);

}  // namespace hw
