// SPDX-License-Identifier: Apache-2.0

#include "state/timer_buckets.h"

#include <algorithm>
#include <utility>

#include <arrow/array/data.h>
#include <arrow/type.h>

#include "base/assert.h"
#include "base/memory.h"

namespace hw {
namespace {

/// A bucket is put in order when it has grown by that much since, so that a key that asks for the
/// same time again and again does not fill it.
constexpr size_t kSortFactor = 2;
constexpr size_t kSortMin = 64;

class FrozenTimers final : public FrozenRows {
 public:
  FrozenTimers(const KeyedTable& parent, std::vector<std::pair<int64_t, uint32_t>> timers)
      : parent_(parent), timers_(std::move(timers)) {}
  int64_t num_rows() const override { return static_cast<int64_t>(timers_.size()); }
  Result<std::vector<ColumnPtr>> read(std::span<const int> columns,
                                      std::span<const uint32_t> positions) const override {
    std::vector<uint32_t> rows;
    auto dues = pooled_buffer(static_cast<int64_t>(positions.size() * sizeof(int64_t)));
    auto* due = reinterpret_cast<int64_t*>(dues->mutable_data());
    for (const uint32_t position : positions) {
      rows.push_back(timers_[position].second);
      *due++ = timers_[position].first;
    }
    const int num_keys = static_cast<int>(parent_.schema().keys.size());
    std::vector<ColumnPtr> result;
    for (const int column : columns) {
      if (column < num_keys) {
        HW_ASSIGN_OR_RETURN(ColumnPtr key, parent_.read_key(column, rows));
        result.push_back(std::move(key));
      } else {
        const SqlType type = SqlType::bigint().not_null();
        result.push_back(Column::plain(
            type, arrow::ArrayData::Make(type.to_arrow(), static_cast<int64_t>(rows.size()),
                                         {nullptr, dues})));
      }
    }
    return result;
  }

 private:
  const KeyedTable& parent_;
  const std::vector<std::pair<int64_t, uint32_t>> timers_;
};

}  // namespace

void TimerBuckets::sort(Bucket& bucket) {
  if (bucket.num_sorted == bucket.rows.size()) return;
  std::sort(bucket.rows.begin(), bucket.rows.end());
  bucket.rows.erase(std::unique(bucket.rows.begin(), bucket.rows.end()), bucket.rows.end());
  bucket.num_sorted = bucket.rows.size();
}

void TimerBuckets::set(int64_t due_ms, uint32_t parent_row) {
  Bucket& bucket = buckets_[due_ms];
  if (!bucket.rows.empty() && bucket.rows.back() == parent_row) return;
  bucket.rows.push_back(parent_row);
  if (bucket.rows.size() > bucket.num_sorted * kSortFactor + kSortMin) sort(bucket);
}

void TimerBuckets::cancel(int64_t due_ms, uint32_t parent_row) {
  const auto found = buckets_.find(due_ms);
  if (found == buckets_.end()) return;
  Bucket& bucket = found->second;
  sort(bucket);
  const auto row = std::lower_bound(bucket.rows.begin(), bucket.rows.end(), parent_row);
  if (row == bucket.rows.end() || *row != parent_row) return;
  bucket.rows.erase(row);
  bucket.num_sorted = bucket.rows.size();
  if (bucket.rows.empty()) buckets_.erase(found);
}

std::vector<uint32_t> TimerBuckets::take_next() {
  HW_DCHECK(!buckets_.empty());
  const auto first = buckets_.begin();
  sort(first->second);
  std::vector<uint32_t> rows = std::move(first->second.rows);
  buckets_.erase(first);
  return rows;
}

SnapshotLayout TimerBuckets::layout() const {
  SnapshotLayout layout = parent_.layout();
  layout.kind = "timers";
  layout.version = 1;
  layout.columns.resize(parent_.schema().keys.size());
  layout.columns.push_back({"due_ms", SqlType::bigint().not_null()});
  return layout;
}

Result<std::unique_ptr<FrozenRows>> TimerBuckets::freeze() const {
  std::vector<std::pair<int64_t, uint32_t>> timers;
  for (const auto& [due_ms, bucket] : buckets_) {
    Bucket copy = bucket;
    sort(copy);
    for (const uint32_t row : copy.rows) timers.emplace_back(due_ms, row);
  }
  return std::make_unique<FrozenTimers>(parent_, std::move(timers));
}

Status TimerBuckets::restore_rows(const std::vector<ColumnPtr>& columns, int64_t num_rows) {
  HW_ASSIGN_OR_RETURN(const std::vector<uint32_t> rows,
                      parent_.rows_of_snapshot(columns, num_rows));
  for (int64_t i = 0; i < num_rows; ++i) {
    set(columns.back()->value<int64_t>(i), rows[static_cast<size_t>(i)]);
  }
  return Status::OK();
}

int64_t TimerBuckets::num_rows() const {
  int64_t rows = 0;
  for (const auto& [due_ms, bucket] : buckets_) rows += static_cast<int64_t>(bucket.rows.size());
  return rows;
}

int64_t TimerBuckets::num_bytes() const {
  int64_t bytes = 0;
  for (const auto& [due_ms, bucket] : buckets_) {
    bytes += static_cast<int64_t>(sizeof(Bucket) + bucket.rows.capacity() * sizeof(uint32_t));
  }
  return bytes;
}

}  // namespace hw
