// SPDX-License-Identifier: Apache-2.0

#include "operators/window_clock.h"

#include <algorithm>
#include <numeric>

#include <arrow/array/data.h>
#include <arrow/type.h>

#include "base/memory.h"
#include "base/planted.h"

namespace hw {
namespace {

constexpr int64_t kMsPerSecond = 1000;
/// Times are kept within ±2^61 ms (70 million years), so that no sum below overflows.
constexpr int64_t kTimeMax = int64_t{1} << 61;
/// Longer than any clock was ever set back at once.
constexpr int64_t kSetBackMax = 25 * 3600 * kMsPerSecond;

}  // namespace

Result<WindowClock> WindowClock::make(const WindowSpec& window) {
  WindowClock clock(window);
  const bool tumbles = window.kind == WindowKind::kTumble || window.kind == WindowKind::kSession;
  const int64_t step = tumbles ? window.size_ms : window.step_ms;
  if (window.size_ms <= 0 || step <= 0 || step > window.size_ms) {
    return Status::Invalid("a window needs 0 < step <= size, but has size ", window.size_ms,
                           " ms and step ", step, " ms");
  }
  if (window.kind == WindowKind::kCumulate && window.size_ms % step != 0) {
    return Status::Invalid("the size of CUMULATE must be a multiple of its step, but ",
                           window.size_ms, " ms is not one of ", step, " ms");
  }
  if (std::abs(window.offset_ms) >= window.size_ms) {
    return Status::Invalid("a window's offset must be smaller than its size, but ",
                           window.offset_ms, " ms is not smaller than ", window.size_ms, " ms");
  }
  if (window.event_time &&
      (!window.time_type.is_timestamp() || window.time_type.ticks_per_second() != kMsPerSecond)) {
    return Status::TypeError(
        "a time attribute must be TIMESTAMP(p) or TIMESTAMP_LTZ(p), p <= 3, "
        "but is ",
        window.time_type.to_sql());
  }
  clock.step_ms_ = step;
  clock.pane_ms_ =
      window.kind == WindowKind::kHop ? std::gcd(window.size_ms, window.step_ms) : step;
  if (!window.event_time || window.time_type.is(TypeKind::kTimestampLtz)) {
    HW_ASSIGN_OR_RETURN(clock.zone_, TimeZone::find(window.time_zone));
    clock.zoned_ = !clock.zone_.is_utc();
  }
  return clock;
}

int64_t WindowClock::first_end(int64_t pane) const {
  if (window_.kind != WindowKind::kHop) return pane + step_ms_;
  return floor_to(pane - window_.size_ms, step_ms_) + step_ms_ + window_.size_ms;
}

int64_t WindowClock::last_end(int64_t pane) const {
  switch (window_.kind) {
    case WindowKind::kTumble:
    case WindowKind::kSession:
      return pane + step_ms_;
    case WindowKind::kHop:
      return floor_to(pane, step_ms_) + window_.size_ms;
    case WindowKind::kCumulate:
      return floor_to(pane, window_.size_ms) + window_.size_ms;
  }
  return pane;
}

int64_t WindowClock::start_of(int64_t end) const {
  return window_.kind == WindowKind::kCumulate ? floor_to(end - 1, window_.size_ms)
                                               : end - window_.size_ms;
}

void WindowClock::wall_times(const Column& times, int64_t num_rows, std::vector<int64_t>& wall_ms) {
  wall_ms.resize(static_cast<size_t>(num_rows));
  if (times.is_plain()) {
    std::copy_n(times.data<int64_t>(), num_rows, wall_ms.begin());
  } else {
    for (int64_t i = 0; i < num_rows; ++i) {
      wall_ms[static_cast<size_t>(i)] = times.value<int64_t>(i);
    }
  }
  for (int64_t& time : wall_ms) time = std::clamp(time, -kTimeMax, kTimeMax);
  if (zoned_) {
    for (int64_t& time : wall_ms) time = zone_.to_local(time, kMsPerSecond);
  }
  if (!times.may_have_nulls()) return;
  for (int64_t i = 0; i < num_rows; ++i) {
    if (times.is_null(i)) wall_ms[static_cast<size_t>(i)] = kNoTime;
  }
}

int64_t WindowClock::wall_of(int64_t instant_ms) {
  return zoned_ ? zone_.to_local(instant_ms, kMsPerSecond) : instant_ms;
}

int64_t WindowClock::closes_at(int64_t end) {
  const int64_t wall_ms = end - 1;
  if (!zoned_) return wall_ms;
  if (HW_PLANTED_BUG(34)) return time_of(end);
  const int64_t first = zone_.to_instant(wall_ms, kMsPerSecond);
  const int64_t offset_ms =
      int64_t{zone_.offset_at((first + kSetBackMax) / kMsPerSecond)} * kMsPerSecond;
  const int64_t second = wall_ms - offset_ms;
  const bool happens_twice = second > first && zone_.to_local(second, kMsPerSecond) == wall_ms;
  return happens_twice ? second : first;
}

int64_t WindowClock::time_of(int64_t end) {
  return zoned_ ? zone_.to_instant(end - 1, kMsPerSecond) : end - 1;
}

ColumnPtr times_column(const SqlType& type, const std::vector<int64_t>& values) {
  const auto num_rows = static_cast<int64_t>(values.size());
  auto buffer = pooled_buffer(num_rows * static_cast<int64_t>(sizeof(int64_t)));
  std::copy(values.begin(), values.end(), reinterpret_cast<int64_t*>(buffer->mutable_data()));
  return Column::plain(type, arrow::ArrayData::Make(type.to_arrow(), num_rows, {nullptr, buffer}));
}

}  // namespace hw
