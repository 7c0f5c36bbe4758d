// SPDX-License-Identifier: Apache-2.0

#include "plan/config/trigger.h"

#include <string>

#include "base/letters.h"
#include "runtime/options.h"

namespace hw {

Result<Trigger> parse_trigger(std::string_view text) {
  const std::string word = lower_case(text);
  if (word == "continuous") return Trigger{};
  if (word == "once") return Trigger{.kind = Trigger::Kind::kOnce};
  if (word == "available-now") return Trigger{.kind = Trigger::Kind::kAvailableNow};
  const Result<int64_t> interval_ms = parse_duration_ms(word);
  if (!interval_ms.ok() || *interval_ms < 1) {
    return Status::Invalid(
        "'execution.trigger' must be continuous, once, available-now or an interval such as "
        "'10 s', but is '",
        text, "'");
  }
  return Trigger{.kind = Trigger::Kind::kInterval, .interval_ms = *interval_ms};
}

}  // namespace hw
