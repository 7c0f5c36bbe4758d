// SPDX-License-Identifier: Apache-2.0
//
// Wall-clock time of a zone to instants and back. A zone is a name of the IANA database (the
// operating system's copy) or a fixed offset. Java's rules: a time that a clock change skips is
// shifted forward, of a time that happens twice the earlier is meant.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"

namespace hw {

/// Remembers the last interval without a clock change, so that a column is converted with two
/// comparisons a value. Hence one thread at a time; copies are cheap and independent.
class TimeZone {
 public:
  /// UTC.
  TimeZone() = default;
  /// `Europe/Berlin`, `UTC`, `Z`, `+02:00`, `-0530`, `GMT+8`, `UTC-03:00`.
  /// Fails (Invalid) when there is no such zone.
  static Result<TimeZone> find(std::string_view name);

  const std::string& name() const { return name_; }
  bool is_utc() const { return zone_ == nullptr && fixed_offset_ == 0; }

  /// Seconds east of UTC at an instant.
  int32_t offset_at(int64_t epoch_seconds) {
    if (zone_ == nullptr) return fixed_offset_;
    if (epoch_seconds < instant_begin_ || epoch_seconds >= instant_end_) look_up(epoch_seconds);
    return cached_offset_;
  }
  /// Seconds east of UTC that turn a wall-clock time into an instant.
  int32_t offset_at_local(int64_t local_seconds) {
    if (zone_ == nullptr) return fixed_offset_;
    if (local_seconds >= local_begin_ && local_seconds < local_end_) return cached_offset_;
    return look_up_local(local_seconds);
  }

  /// Ticks since 1970-01-01 on the zone's wall clock, and back. Saturates at the ends of int64.
  int64_t to_local(int64_t instant, int64_t ticks_per_second);
  int64_t to_instant(int64_t local, int64_t ticks_per_second);

 private:
  struct Zone;

  void look_up(int64_t epoch_seconds);
  int32_t look_up_local(int64_t local_seconds);

  // Constant after construction.
  std::string name_ = "UTC";
  std::shared_ptr<const Zone> zone_;  // null: a fixed offset
  int32_t fixed_offset_ = 0;
  // The cached interval: instants, and the wall-clock times that surely lie in it.
  int64_t instant_begin_ = 1;
  int64_t instant_end_ = 0;
  int64_t local_begin_ = 1;
  int64_t local_end_ = 0;
  int32_t cached_offset_ = 0;
};

}  // namespace hw
