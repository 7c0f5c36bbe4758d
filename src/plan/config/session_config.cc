// SPDX-License-Identifier: Apache-2.0

#include "plan/config/session_config.h"

#include <charconv>

#include "base/letters.h"
#include "columnar/text/time_zone.h"
#include "plan/catalog/near_names.h"
#include "plan/config/config_keys.h"

namespace hw {
namespace {

std::optional<int64_t> to_integer(const std::string& text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string unknown_key_warning(std::string_view key) {
  std::vector<std::string> names;
  for (const ConfigKey& known : config_keys()) names.emplace_back(known.name);
  return "unknown configuration key '" + std::string(key) + "' changes nothing" +
         did_you_mean(key, names);
}

/// Keys whose values need more than their type.
std::optional<double> parse_real(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Status check_range(std::string_view key, const std::string& value) {
  const std::optional<int64_t> number = to_integer(value);
  if (key == "parallelism.default" && (!number || *number < 1 || *number > 1024)) {
    return Status::Invalid("'parallelism.default' must be from 1 to 1024, but is '", value, "'");
  }
  if (key == "pipeline.max-parallelism" && (!number || *number < 1 || *number > 32768)) {
    return Status::Invalid("'pipeline.max-parallelism' must be from 1 to 32768, but is '", value,
                           "'");
  }
  if (key == "pipeline.name" && value.empty()) {
    return Status::Invalid("'pipeline.name' must not be empty: a job's directory is called by it");
  }
  if ((key == "execution.checkpointing.timeout" || key == "execution.lease.timeout") &&
      parse_duration_ms(value).ValueOr(1) < 1) {
    return Status::Invalid("'", key, "' must be longer than nothing, but is '", value, "'");
  }
  if (key == "execution.checkpointing.tolerable-failed-checkpoints" && number && *number < 0) {
    return Status::Invalid("'", key, "' must be at least 0, but is '", value, "'");
  }
  if (key.starts_with("execution.checkpointing.") && number && *number < 1 &&
      (key.ends_with("num-retained") || key.ends_with("max-concurrent-checkpoints"))) {
    return Status::Invalid("'", key, "' must be at least 1, but is '", value, "'");
  }
  if (key == "execution.trigger") return parse_trigger(value).status();
  if (key == "execution.checkpointing.unaligned.enabled" && lower_case(value) == "true") {
    return not_supported_yet("'execution.checkpointing.unaligned.enabled' = 'true'");
  }
  if (key == "restart-strategy.exponential-delay.backoff-multiplier" &&
      parse_real(value).value_or(0) < 1) {
    return Status::Invalid("'", key, "' must be a number from 1, but is '", value, "'");
  }
  if (key == "restart-strategy.exponential-delay.attempts-before-reset-backoff" &&
      lower_case(value) != "infinite" && (!number || *number < 0)) {
    return Status::Invalid("'", key, "' must be 'infinite' or a number, but is '", value, "'");
  }
  if (key == "execution.runtime-mode" && lower_case(value) == "automatic") {
    return not_supported_yet("'execution.runtime-mode' = 'automatic'; say streaming or batch");
  }
  if (key == "table.local-time-zone" && value != "default") {
    const Result<TimeZone> zone = TimeZone::find(value);
    if (!zone.ok()) {
      return Status::Invalid(
          "'table.local-time-zone' must be a time zone such as Europe/Berlin or "
          "+02:00, but is '",
          value, "'");
    }
  }
  if (key == "state.backend.type" && lower_case(value) != "hashmap") {
    return not_supported_yet("'state.backend.type' = '" + value + "'; use hashmap");
  }
  return Status::OK();
}

}  // namespace

Result<std::string> SessionConfig::put(std::map<std::string, std::string>& values,
                                       std::string_view key, std::string_view value) {
  const ConfigKey* known = find_config_key(key);
  if (known == nullptr) {
    values[std::string(key)] = std::string(value);
    return unknown_key_warning(key);
  }
  if (known->status != KeyStatus::kNoMeaning) HW_TRY(check_config_value(*known, value));
  HW_TRY(check_range(known->name, std::string(value)));
  values[std::string(known->name)] = std::string(value);
  if (known->status == KeyStatus::kNotBuilt) {
    return "'" + std::string(known->name) + "' is not built yet and changes nothing";
  }
  return std::string();
}

Result<std::string> SessionConfig::set(std::string_view key, std::string_view value) {
  if (key.starts_with("s3.")) {
    return Status::Invalid("'", key,
                           "' is a setting of the process, not of a script: give it in a file for "
                           "--config, as an environment variable or, if it is no secret, with -D");
  }
  return put(set_, key, value);
}

Result<std::string> SessionConfig::set_base(std::string_view key, std::string_view value) {
  return put(base_, key, value);
}

void SessionConfig::reset(std::string_view key) {
  const ConfigKey* known = find_config_key(key);
  set_.erase(std::string(known != nullptr ? known->name : key));
}

void SessionConfig::reset_all() { set_.clear(); }

std::string SessionConfig::text(std::string_view key) const {
  for (const auto* values : {&set_, &base_}) {
    const auto found = values->find(std::string(key));
    if (found != values->end()) return found->second;
  }
  const ConfigKey* known = find_config_key(key);
  return known != nullptr ? std::string(known->default_value) : std::string();
}

bool SessionConfig::given(std::string_view key) const {
  return set_.contains(std::string(key)) || base_.contains(std::string(key));
}

std::vector<std::pair<std::string, std::string>> SessionConfig::given_values() const {
  std::map<std::string, std::string> all = base_;
  for (const auto& [key, value] : set_) all[key] = value;
  return {all.begin(), all.end()};
}

RuntimeMode SessionConfig::mode() const {
  return lower_case(text("execution.runtime-mode")) == "batch" ? RuntimeMode::kBatch
                                                               : RuntimeMode::kStreaming;
}

Trigger SessionConfig::trigger() const {
  return parse_trigger(text("execution.trigger")).ValueOr(Trigger());
}

std::optional<int> SessionConfig::parallelism() const {
  const std::optional<int64_t> own = to_integer(text("table.exec.resource.default-parallelism"));
  if (own && *own > 0) return static_cast<int>(*own);
  const std::optional<int64_t> value = to_integer(text("parallelism.default"));
  if (!value) return std::nullopt;
  return static_cast<int>(*value);
}

int SessionConfig::max_parallelism() const {
  return static_cast<int>(to_integer(text("pipeline.max-parallelism")).value_or(1024));
}

std::string SessionConfig::time_zone() const {
  const std::string zone = text("table.local-time-zone");
  return zone == "default" || zone.empty() ? system_time_zone_ : zone;
}

std::optional<std::string> SessionConfig::pipeline_name() const {
  if (!given("pipeline.name")) return std::nullopt;
  return text("pipeline.name");
}

int64_t SessionConfig::idle_timeout_ms() const {
  return duration_ms("table.exec.source.idle-timeout");
}

bool SessionConfig::boolean(std::string_view key) const { return lower_case(text(key)) == "true"; }

int64_t SessionConfig::duration_ms(std::string_view key) const {
  return parse_duration_ms(text(key)).ValueOr(0);
}

int64_t SessionConfig::integer(std::string_view key) const {
  return to_integer(text(key)).value_or(0);
}

double SessionConfig::real(std::string_view key) const { return parse_real(text(key)).value_or(0); }

Guarantee SessionConfig::checkpoint_guarantee() const {
  const std::string mode = lower_case(text("execution.checkpointing.mode"));
  const bool any = duration_ms("execution.checkpointing.interval") > 0 ||
                   !text("execution.checkpointing.dir").empty();
  if (!any || mode == "none") return Guarantee::kNone;
  return mode == "at_least_once" ? Guarantee::kAtLeastOnce : Guarantee::kExactlyOnce;
}

std::vector<std::string> SessionConfig::disabled_rules() const {
  std::vector<std::string> names;
  const std::string all = text("table.optimizer.disabled-rules");
  size_t begin = 0;
  while (begin < all.size()) {
    size_t end = all.find(';', begin);
    if (end == std::string::npos) end = all.size();
    if (end > begin) names.push_back(all.substr(begin, end - begin));
    begin = end + 1;
  }
  return names;
}

ExprSession SessionConfig::expr_session() const {
  ExprSession session;
  session.time_zone = time_zone();
  session.lenient_casts = lower_case(text("table.exec.legacy-cast-behaviour")) == "enabled";
  session.batch_mode = mode() == RuntimeMode::kBatch;
  return session;
}

}  // namespace hw
