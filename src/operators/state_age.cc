// SPDX-License-Identifier: Apache-2.0

#include "operators/state_age.h"

#include <algorithm>

namespace hw {
namespace {

/// Looks at the whole table while a row lives.
constexpr int64_t kLooksPerLife = 4;

}  // namespace

void StateAge::write(std::span<const uint32_t> rows) const {
  if (!is_on()) return;
  const FixedColumn<int64_t> written = last_writes();
  const int64_t now_ms = context_->now_ms();
  for (const uint32_t row : rows) written[row] = now_ms;
}

std::vector<uint32_t> StateAge::expired_among(std::span<const uint32_t> rows) const {
  std::vector<uint32_t> expired;
  if (!is_on()) return expired;
  const FixedColumn<int64_t> written = last_writes();
  const int64_t until_ms = expired_ms();
  for (const uint32_t row : rows) {
    if (written[row] <= until_ms) expired.push_back(row);
  }
  std::sort(expired.begin(), expired.end());
  expired.erase(std::unique(expired.begin(), expired.end()), expired.end());
  return expired;
}

void StateAge::adopt() const {
  if (is_on()) adopt_times(*table_, column_, context_->now_ms());
}

int64_t StateAge::slice_of(int64_t num_rows) const {
  // A look a millisecond at most.
  return std::max(kSliceRows, num_rows * kLooksPerLife / ttl_ms_ + 1);
}

void StateAge::wake(int64_t num_rows) {
  if (!is_on() || next_look_ms_ != kNotSet || num_rows == 0) return;
  const int64_t pass_ms = std::max<int64_t>(1, ttl_ms_ / kLooksPerLife);
  const int64_t slices = (num_rows + slice_of(num_rows) - 1) / slice_of(num_rows);
  next_look_ms_ = context_->now_ms() + std::max<int64_t>(1, pass_ms / slices);
  context_->set_timer({.due_ms = next_look_ms_, .domain = TimeDomain::kProcessing});
}

int64_t StateAge::due_slice(int64_t num_rows) {
  // Timers of a life before a restore come, too.
  if (!is_on() || context_->now_ms() < next_look_ms_) return 0;
  next_look_ms_ = kNotSet;
  return slice_of(num_rows);
}

template <typename Table>
std::vector<uint32_t> StateAge::sweep(const Table& table, FixedColumn<int64_t> written) {
  std::vector<uint32_t> rows;
  const int64_t slice = due_slice(table.num_rows());
  if (slice == 0) return rows;
  if (cursor_ >= table.end_row()) cursor_ = 0;
  cursor_ = table.scan(cursor_, static_cast<size_t>(slice), rows);
  const int64_t until_ms = expired_ms();
  std::erase_if(rows, [&](uint32_t row) { return written[row] > until_ms; });
  return rows;
}

std::vector<uint32_t> StateAge::sweep() {
  if (!is_on()) return {};
  return sweep(*table_, last_writes());
}

std::vector<uint32_t> StateAge::sweep(const RowLog& log) {
  if (!is_on()) return {};
  return sweep(log, log.ages());
}

void adopt_times(KeyedTable& table, int column, int64_t now_ms) {
  std::vector<uint32_t> rows = table.live_rows();
  std::erase_if(rows, [&](uint32_t row) { return table.nulls(column)[row] == 0; });
  table.touch(rows);
  const FixedColumn<uint8_t> unknown = table.nulls(column);
  const FixedColumn<int64_t> times = table.fixed<int64_t>(column);
  for (const uint32_t row : rows) {
    unknown[row] = 0;
    times[row] = now_ms;
  }
}

}  // namespace hw
