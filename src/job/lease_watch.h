// SPDX-License-Identifier: Apache-2.0
//
// Decides whether a job may be taken from whoever had it. Alive is who holds the lock and has shown
// a sign of life (heartbeat or record) within the timeout, by the observer's own monotonic clock:
// no two machines' clocks are compared. Pure: no clock, no I/O.

#pragma once

#include <cstdint>
#include <optional>

namespace hw {

/// What can be seen of the holder of the newest attempt.
struct LeaseObservation {
  int64_t now_ms = 0;   // monotonic
  int64_t attempt = 0;  // 0 = nobody ever had it
  bool locked = false;
  /// Compared for equality only.
  int64_t record_number = 0;
  int64_t heartbeat_ns = 0;
};

class LeaseWatch {
 public:
  enum class Verdict : uint8_t {
    kTake,    // nobody has it, or its holder shows no life
    kWait,    // look again
    kRefuse,  // its holder is alive
  };
  /// `standby`: wait for as long as the holder lives.
  LeaseWatch(int64_t timeout_ms, bool standby) : timeout_ms_(timeout_ms), standby_(standby) {}

  Verdict on(const LeaseObservation& observation);

 private:
  const int64_t timeout_ms_;
  const bool standby_;
  std::optional<LeaseObservation> last_sign_;  // the first observation that looked like this
};

}  // namespace hw
