// SPDX-License-Identifier: Apache-2.0

#include "reference/wall_clock.h"

#include <cstdlib>
#include <ctime>

#include "reference/calendar.h"

namespace hw::reference {
namespace {

std::string& zone_entered() {
  static auto* const kZone = new std::string("UTC");
  return *kZone;
}

}  // namespace

void enter_zone(const std::string& zone) {
  if (zone == zone_entered()) return;
  zone_entered() = zone;
  setenv("TZ", zone.c_str(), 1);
  tzset();
}

int64_t wall_clock_ms(int64_t instant_ms) {
  if (zone_entered() == "UTC") return instant_ms;
  const auto seconds = static_cast<time_t>(floor_divide(instant_ms, 1000));
  tm shown{};
  localtime_r(&seconds, &shown);
  return instant_ms + shown.tm_gmtoff * 1000;
}

}  // namespace hw::reference
