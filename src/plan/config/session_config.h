// SPDX-License-Identifier: Apache-2.0
//
// The settings of a session: what SET changes and planning reads. Values are checked when they
// are set, so that the typed questions cannot fail.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "expr/scalar_function.h"
#include "plan/config/trigger.h"
#include "runtime/sink.h"

namespace hw {

enum class RuntimeMode : uint8_t { kStreaming, kBatch };

class SessionConfig {
 public:
  /// Sets a key. Returns a warning to show, or an empty text.
  /// Fails (Invalid) when the key is honoured and the value is not one of its type.
  Result<std::string> set(std::string_view key, std::string_view value);
  /// Back to what it was before any set().
  void reset(std::string_view key);
  void reset_all();
  /// A value below all set() ones (flags, files): RESET returns to it. Checked as set() is.
  Result<std::string> set_base(std::string_view key, std::string_view value);

  /// As set, else the base, else the default; empty when there is none of these.
  std::string text(std::string_view key) const;
  bool given(std::string_view key) const;
  /// All given keys with their values, sorted.
  std::vector<std::pair<std::string, std::string>> given_values() const;

  RuntimeMode mode() const;
  Trigger trigger() const;
  /// No value = the number of cores.
  std::optional<int> parallelism() const;
  int max_parallelism() const;
  /// 'table.local-time-zone'; the system's where it says `default`.
  std::string time_zone() const;
  void set_system_time_zone(std::string zone) { system_time_zone_ = std::move(zone); }
  std::optional<std::string> pipeline_name() const;
  int64_t idle_timeout_ms() const;
  bool boolean(std::string_view key) const;
  int64_t duration_ms(std::string_view key) const;
  /// 0 where the key has neither value nor default.
  int64_t integer(std::string_view key) const;
  double real(std::string_view key) const;
  /// What checkpoints promise: kExactlyOnce or kAtLeastOnce by `execution.checkpointing.mode` where
  /// an interval or a directory is set, else kNone.
  Guarantee checkpoint_guarantee() const;
  /// table.optimizer.disabled-rules.
  std::vector<std::string> disabled_rules() const;
  ExprSession expr_session() const;

 private:
  Result<std::string> put(std::map<std::string, std::string>& values, std::string_view key,
                          std::string_view value);

  std::map<std::string, std::string> base_;
  std::map<std::string, std::string> set_;
  std::string system_time_zone_ = "UTC";
};

}  // namespace hw
