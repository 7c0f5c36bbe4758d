// SPDX-License-Identifier: Apache-2.0

#include "runtime/watermark_cutter.h"

#include <algorithm>
#include <array>

#include "base/assert.h"

namespace hw {
namespace {

/// The extreme of all values. In lanes of their own: std::min_element waits for each comparison.
template <typename Choose>
int64_t extreme(const std::vector<int64_t>& values, Choose choose) {
  constexpr size_t kLanes = 4;
  std::array<int64_t, kLanes> lanes;
  lanes.fill(values[0]);
  size_t i = 0;
  for (; i + kLanes <= values.size(); i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane)
      lanes[lane] = choose(lanes[lane], values[i + lane]);
  }
  for (; i < values.size(); ++i) lanes[0] = choose(lanes[0], values[i]);
  return choose(choose(lanes[0], lanes[1]), choose(lanes[2], lanes[3]));
}

int64_t lower_of(int64_t a, int64_t b) { return a < b ? a : b; }
int64_t higher_of(int64_t a, int64_t b) { return a < b ? b : a; }

}  // namespace

void WatermarkCutter::send(std::vector<Message>& out) {
  if (running_ms_ <= sent_ms_) return;
  sent_ms_ = running_ms_;
  out.push_back(Watermark{sent_ms_});
}

void WatermarkCutter::cut(const TimedBatch& rows, std::vector<Message>& out) {
  const Batch& batch = rows.batch;
  const auto num_rows = static_cast<size_t>(batch.num_stored_rows());
  HW_CHECK(rows.time_ms.size() == num_rows && rows.watermark_ms.size() == num_rows);
  const auto slice = [&](size_t begin, size_t end) {
    if (begin == end) return;
    const bool all = begin == 0 && end == num_rows;
    out.push_back(
        all ? batch : batch.slice(static_cast<int64_t>(begin), static_cast<int64_t>(end - begin)));
  };
  if (batch.insert_only() && num_rows > 0) {
    // Mostly no row is late and none comes near the watermark of another one.
    const int64_t earliest_ms = extreme(rows.time_ms, lower_of);
    const int64_t highest_ms = std::max(running_ms_, extreme(rows.watermark_ms, higher_of));
    if (earliest_ms > highest_ms) {
      running_ms_ = highest_ms;
      slice(0, num_rows);
      return send(out);
    }
  }
  size_t begin = 0;
  for (size_t row = 0; row < num_rows;) {
    int64_t time_ms = rows.time_ms[row];
    int64_t watermark_ms = rows.watermark_ms[row];
    size_t next = row + 1;
    if (!batch.insert_only() && next < num_rows &&
        batch.row_kind(static_cast<int64_t>(row)) == RowKind::kUpdateBefore &&
        batch.row_kind(static_cast<int64_t>(next)) == RowKind::kUpdateAfter) {
      time_ms = std::min(time_ms, rows.time_ms[next]);
      watermark_ms = std::max(watermark_ms, rows.watermark_ms[next]);
      ++next;
    }
    if (time_ms <= running_ms_ && running_ms_ > sent_ms_) {
      slice(begin, row);
      send(out);
      begin = row;
    }
    running_ms_ = std::max(running_ms_, watermark_ms);
    row = next;
  }
  slice(begin, num_rows);
  send(out);
}

}  // namespace hw
