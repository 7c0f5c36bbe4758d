// SPDX-License-Identifier: Apache-2.0

#include "plan/lower/window_emission.h"

#include <string>

namespace hw {
namespace {

/// The delay of `table.exec.emit.<phase>-fire`, if that is enabled.
Result<std::optional<int64_t>> delay_of(const SessionConfig& config, const std::string& phase) {
  const std::string prefix = "table.exec.emit." + phase + "-fire.";
  if (!config.boolean(prefix + "enabled")) return std::optional<int64_t>();
  if (!config.given(prefix + "delay")) {
    return Status::Invalid("'", prefix, "enabled' needs '", prefix,
                           "delay': how long after a change a window fires; 0 ms = at once");
  }
  return std::optional<int64_t>(config.duration_ms(prefix + "delay"));
}

}  // namespace

Result<std::optional<EmitRule>> emit_rule_of(const SessionConfig& config) {
  constexpr const char* kLateness = "table.exec.emit.allow-lateness";
  EmitRule rule;
  HW_ASSIGN_OR_RETURN(rule.early_ms, delay_of(config, "early"));
  HW_ASSIGN_OR_RETURN(rule.late_ms, delay_of(config, "late"));
  if (config.given(kLateness)) {
    rule.lateness_ms = config.duration_ms(kLateness);
  } else if (rule.late_ms) {
    rule.lateness_ms = config.duration_ms("table.exec.state.ttl");
    if (rule.lateness_ms == 0) {
      return Status::Invalid("'table.exec.emit.late-fire.enabled' needs '", kLateness,
                             "': how long behind the watermark a window still takes rows (or "
                             "'table.exec.state.ttl')");
    }
  }
  if (!rule.early_ms && rule.lateness_ms == 0) return std::optional<EmitRule>();
  return std::optional<EmitRule>(rule);
}

}  // namespace hw
