// SPDX-License-Identifier: Apache-2.0

#include "state/timer_buckets.h"

#include <algorithm>
#include <set>
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

void append_timers(int64_t due_ms, std::vector<uint32_t> rows,
                   std::vector<std::pair<int64_t, uint32_t>>& timers) {
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  for (const uint32_t row : rows) timers.emplace_back(due_ms, row);
}

/// Timers with the version of the table that their rows are of.
class TimerRows final : public FrozenRows {
 public:
  TimerRows(std::shared_ptr<const KeyedVersion> parent,
            std::vector<std::pair<int64_t, uint32_t>> timers)
      : parent_(std::move(parent)), timers_(std::move(timers)) {}
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
    const int num_keys = static_cast<int>(parent_->schema->keys.size());
    std::vector<ColumnPtr> result;
    for (const int column : columns) {
      if (column < num_keys) {
        HW_ASSIGN_OR_RETURN(ColumnPtr key, parent_->read_key(column, rows));
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
  const std::shared_ptr<const KeyedVersion> parent_;
  const std::vector<std::pair<int64_t, uint32_t>> timers_;
};

class FrozenTimers final : public FrozenTable {
 public:
  using Buckets = std::map<int64_t, std::shared_ptr<const std::vector<uint32_t>>>;
  FrozenTimers(std::shared_ptr<const KeyedVersion> parent, Buckets buckets,
               std::set<int64_t> changed)
      : parent_(std::move(parent)), buckets_(std::move(buckets)), changed_(std::move(changed)) {}

  int64_t num_rows() const override { return all()->num_rows(); }
  std::unique_ptr<FrozenRows> all() const override {
    std::vector<std::pair<int64_t, uint32_t>> timers;
    for (const auto& [due_ms, rows] : buckets_) append_timers(due_ms, *rows, timers);
    return std::make_unique<TimerRows>(parent_, std::move(timers));
  }
  std::unique_ptr<FrozenRows> changed() const override {
    std::vector<std::pair<int64_t, uint32_t>> timers;
    for (const int64_t due_ms : changed_) {
      const auto bucket = buckets_.find(due_ms);
      if (bucket != buckets_.end()) append_timers(due_ms, *bucket->second, timers);
    }
    return std::make_unique<TimerRows>(parent_, std::move(timers));
  }
  std::unique_ptr<FrozenRows> removed() const override { return nullptr; }
  std::vector<int64_t> drops() const override { return {changed_.begin(), changed_.end()}; }

 private:
  const std::shared_ptr<const KeyedVersion> parent_;
  const Buckets buckets_;
  const std::set<int64_t> changed_;
};

}  // namespace

void TimerBuckets::sort(Bucket& bucket) {
  std::vector<uint32_t>& rows = *bucket.rows;
  if (bucket.num_sorted == rows.size()) return;
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  bucket.num_sorted = rows.size();
}

TimerBuckets::Bucket& TimerBuckets::writable(int64_t due_ms) {
  Bucket& bucket = buckets_[due_ms];
  if (bucket.frozen) bucket.rows = std::make_shared<std::vector<uint32_t>>(*bucket.rows);
  bucket.frozen = false;
  if (tracking_ && !bucket.changed) changed_.push_back(due_ms);
  bucket.changed = tracking_;
  return bucket;
}

void TimerBuckets::set(int64_t due_ms, uint32_t parent_row) {
  const auto found = buckets_.find(due_ms);
  if (found != buckets_.end() && found->second.rows->back() == parent_row) return;
  Bucket& bucket = writable(due_ms);
  bucket.rows->push_back(parent_row);
  if (bucket.rows->size() > bucket.num_sorted * kSortFactor + kSortMin) sort(bucket);
}

void TimerBuckets::cancel(int64_t due_ms, uint32_t parent_row) {
  if (!buckets_.contains(due_ms)) return;
  Bucket& bucket = writable(due_ms);
  sort(bucket);
  const auto row = std::lower_bound(bucket.rows->begin(), bucket.rows->end(), parent_row);
  if (row == bucket.rows->end() || *row != parent_row) return;
  bucket.rows->erase(row);
  bucket.num_sorted = bucket.rows->size();
  if (bucket.rows->empty()) buckets_.erase(due_ms);
}

std::vector<uint32_t> TimerBuckets::take_next() {
  HW_DCHECK(!buckets_.empty());
  const int64_t due_ms = buckets_.begin()->first;
  Bucket& bucket = writable(due_ms);
  sort(bucket);
  std::vector<uint32_t> rows = std::move(*bucket.rows);
  buckets_.erase(due_ms);
  return rows;
}

std::vector<std::pair<int64_t, uint32_t>> TimerBuckets::all() const {
  std::vector<std::pair<int64_t, uint32_t>> timers;
  for (const auto& [due_ms, bucket] : buckets_) append_timers(due_ms, *bucket.rows, timers);
  return timers;
}

SnapshotLayout TimerBuckets::layout() const {
  SnapshotLayout layout = parent_.layout();
  layout.kind = "timers";
  layout.version = 1;
  layout.columns.resize(parent_.schema().keys.size());
  layout.identity.push_back(static_cast<int>(layout.columns.size()));
  layout.drop_column = layout.identity.back();
  layout.columns.push_back({"due_ms", SqlType::bigint().not_null()});
  return layout;
}

std::shared_ptr<const FrozenTable> TimerBuckets::freeze(int64_t snapshot) {
  FrozenTimers::Buckets buckets;
  for (auto& [due_ms, bucket] : buckets_) {
    bucket.frozen = true;
    bucket.changed = false;
    buckets.emplace_hint(buckets.end(), due_ms, bucket.rows);
  }
  tracking_ = true;
  changed_in_[snapshot] = std::exchange(changed_, {});
  std::set<int64_t> changed;
  for (const auto& [in, dues] : changed_in_) changed.insert(dues.begin(), dues.end());
  return std::make_shared<FrozenTimers>(parent_.newest_version(), std::move(buckets),
                                        std::move(changed));
}

void TimerBuckets::settle(Settled settled) {
  changed_in_.erase(changed_in_.begin(), changed_in_.upper_bound(settled.snapshot));
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
  for (const auto& [due_ms, bucket] : buckets_) rows += static_cast<int64_t>(bucket.rows->size());
  return rows;
}

int64_t TimerBuckets::num_bytes() const {
  int64_t bytes = 0;
  for (const auto& [due_ms, bucket] : buckets_) {
    bytes += static_cast<int64_t>(sizeof(Bucket) + bucket.rows->capacity() * sizeof(uint32_t));
  }
  return bytes;
}

}  // namespace hw
