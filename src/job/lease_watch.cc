// SPDX-License-Identifier: Apache-2.0

#include "job/lease_watch.h"

namespace hw {
namespace {

bool is_same_sign(const LeaseObservation& a, const LeaseObservation& b) {
  return a.attempt == b.attempt && a.record_number == b.record_number &&
         a.heartbeat_ns == b.heartbeat_ns;
}

}  // namespace

LeaseWatch::Verdict LeaseWatch::on(const LeaseObservation& observation) {
  if (observation.attempt == 0 || !observation.locked) return Verdict::kTake;
  if (!last_sign_) {
    // One look says nothing: what it shows may be an hour old.
    last_sign_ = observation;
    return Verdict::kWait;
  }
  if (!is_same_sign(*last_sign_, observation)) {
    last_sign_ = observation;
    return standby_ ? Verdict::kWait : Verdict::kRefuse;
  }
  return observation.now_ms - last_sign_->now_ms >= timeout_ms_ ? Verdict::kTake : Verdict::kWait;
}

}  // namespace hw
