// SPDX-License-Identifier: Apache-2.0

#include "operators/open_sessions.h"

#include <algorithm>
#include <functional>

#include "base/assert.h"

namespace hw {
namespace {

int64_t floor_div(int64_t value, int64_t by) { return value / by - (value % by < 0 ? 1 : 0); }

}  // namespace

OpenSessions::OpenSessions(int64_t gap_ms, bool follow_starts)
    : gap_ms_(gap_ms),
      width_ms_(std::max<int64_t>(1, gap_ms / kBucketsPerGap)),
      follow_starts_(follow_starts) {
  HW_CHECK(gap_ms > 0);
}

uint32_t OpenSessions::extend(uint32_t key, int64_t time_ms) {
  if (!any(key)) return kNone;
  if (num_older_[key] != 0) return extend_among(key, time_ms);
  const uint32_t id = newest_[key];
  if (!near(at(id), time_ms)) return kNone;
  widen(id, time_ms);
  return id;
}

void OpenSessions::widen(uint32_t id, int64_t time_ms) {
  Session& session = at(id);
  session.end_ms = std::max(session.end_ms, time_ms + gap_ms_);
  if (time_ms >= session.start_ms) return;
  session.start_ms = time_ms;
  note_start(id);
}

OpenSessions::Older::iterator OpenSessions::last_older(uint32_t key, int64_t start_max_ms) {
  const auto behind = older_.upper_bound({key, start_max_ms});
  if (behind == older_.begin()) return older_.end();
  const auto last = std::prev(behind);
  return last->first.first == key ? last : older_.end();
}

// Sessions of a key lie more than the gap apart from row to row, so a time is near two at most.
uint32_t OpenSessions::extend_among(uint32_t key, int64_t time_ms) {
  const uint32_t newest = newest_[key];
  const auto last = last_older(key, time_ms + gap_ms_);
  const bool near_last = last != older_.end() && near(at(last->second), time_ms);
  if (near(at(newest), time_ms)) {
    widen(newest, time_ms);
    if (near_last) {
      const uint32_t from = last->second;
      older_.erase(last);
      --num_older_[key];
      join(from, newest);
    }
    return newest;
  }
  if (!near_last) return kNone;
  const uint32_t id = last->second;
  uint32_t before = kNone;
  if (last != older_.begin()) {
    const auto previous = std::prev(last);
    const bool joins = previous->first.first == key && near(at(previous->second), time_ms);
    if (joins) {
      before = previous->second;
      older_.erase(previous);
      --num_older_[key];
    }
  }
  older_.erase(last);
  widen(id, time_ms);
  if (before != kNone) join(before, id);
  older_[{key, at(id).start_ms}] = id;
  return id;
}

void OpenSessions::join(uint32_t from, uint32_t into) {
  Session& source = at(from);
  Session& target = at(into);
  target.start_ms = std::min(target.start_ms, source.start_ms);
  target.end_ms = std::max(target.end_ms, source.end_ms);
  note_start(into);
  if (target.row == kNone) {
    target.row = source.row;
    if (source.row != kNone) target.first_ms = source.first_ms;
  } else if (source.row != kNone) {
    merges_.push_back({source.row, target.row});
  }
  Slot& slot = sessions_[from];
  slot.live = false;
  slot.joined_to = into;
  joined_.push_back(from);
  --num_open_;
}

uint32_t OpenSessions::resolved(uint32_t id) const {
  while (sessions_[id].joined_to != kNone) id = sessions_[id].joined_to;
  return id;
}

void OpenSessions::end_batch() {
  for (const uint32_t id : joined_) free(id);
  joined_.clear();
  merges_.clear();
}

void OpenSessions::free(uint32_t id) {
  sessions_[id] = Slot();
  free_.push_back(id);
}

uint32_t OpenSessions::open(uint32_t key, int64_t time_ms) {
  return adopt({.start_ms = time_ms,
                .end_ms = time_ms + gap_ms_,
                .key = key,
                .row = kNone,
                .first_ms = time_ms,
                .mark = 0});
}

uint32_t OpenSessions::put(const Session& session) {
  uint32_t id = static_cast<uint32_t>(sessions_.size());
  if (free_.empty()) {
    sessions_.emplace_back();
  } else {
    id = free_.back();
    free_.pop_back();
  }
  sessions_[id] = {.session = session, .live = true, .joined_to = kNone, .bucket = kNoBucket};
  ++num_open_;
  note_start(id);
  return id;
}

uint32_t OpenSessions::adopt(const Session& session) {
  const uint32_t id = put(session);
  const uint32_t key = session.key;
  if (key >= newest_.size()) {
    newest_.resize(key + size_t{1}, kNone);
    num_older_.resize(key + size_t{1}, 0);
  }
  const uint32_t newest = newest_[key];
  if (newest == kNone) {
    newest_[key] = id;
  } else {
    ++num_older_[key];
    const bool is_newest = session.start_ms > at(newest).start_ms;
    const uint32_t older = is_newest ? newest : id;
    older_[{key, at(older).start_ms}] = older;
    if (is_newest) newest_[key] = id;
  }
  arm(id);
  return id;
}

void OpenSessions::close(uint32_t id) {
  const uint32_t key = at(id).key;
  if (newest_[key] != id) {
    older_.erase({key, at(id).start_ms});
    --num_older_[key];
  } else if (num_older_[key] == 0) {
    newest_[key] = kNone;
  } else {
    const auto last = last_older(key, INT64_MAX);
    newest_[key] = last->second;
    older_.erase(last);
    --num_older_[key];
  }
  --num_open_;
  free(id);
}

std::vector<uint32_t> OpenSessions::sessions_of(uint32_t key) const {
  std::vector<uint32_t> ids;
  if (!any(key)) return ids;
  for (auto older = older_.lower_bound({key, INT64_MIN});
       older != older_.end() && older->first.first == key; ++older) {
    ids.push_back(older->second);
  }
  ids.push_back(newest_[key]);
  return ids;
}

void OpenSessions::arm(uint32_t id) {
  const int64_t bucket = floor_div(at(id).end_ms, width_ms_);
  sessions_[id].bucket = bucket;
  buckets_[bucket].push_back(id);
}

void OpenSessions::take_due(int64_t progress_ms, const ClosesAt& closes_at,
                            std::vector<uint32_t>& due) {
  while (!buckets_.empty() && due.size() < kDueMax) {
    const auto first = buckets_.begin();
    const int64_t bucket = first->first;
    if (closes_at(bucket * width_ms_) > progress_ms) break;
    const std::vector<uint32_t> ids = std::move(first->second);
    buckets_.erase(first);
    bool some_stay = false;
    for (const uint32_t id : ids) {
      Slot& slot = sessions_[id];
      // A number that was used again is in its new bucket.
      if (!slot.live || slot.bucket != bucket) continue;
      slot.bucket = kNoBucket;
      if (closes_at(slot.session.end_ms) <= progress_ms) {
        due.push_back(id);
        continue;
      }
      arm(id);
      some_stay = some_stay || slot.bucket == bucket;
    }
    if (some_stay) break;
  }
  std::sort(due.begin(), due.end(), [&](uint32_t a, uint32_t b) {
    const Session& x = at(a);
    const Session& y = at(b);
    return std::pair(x.end_ms, x.key) < std::pair(y.end_ms, y.key);
  });
}

int64_t OpenSessions::least_end_ms() const {
  for (const auto& [bucket, ids] : buckets_) {
    int64_t least = INT64_MAX;
    for (const uint32_t id : ids) {
      const Slot& slot = sessions_[id];
      if (slot.live && slot.bucket == bucket) least = std::min(least, slot.session.end_ms);
    }
    if (least != INT64_MAX) {
      // What has grown out of its bucket stands before sessions that end earlier.
      return std::min(least, (bucket + 1) * width_ms_ - 1);
    }
  }
  return INT64_MAX;
}

void OpenSessions::note_start(uint32_t id) {
  if (!follow_starts_) return;
  if (starts_.size() >= 2 * (sessions_.size() + kStartsMin)) {
    starts_.clear();
    for (uint32_t open = 0; open < sessions_.size(); ++open) {
      if (sessions_[open].live) starts_.emplace_back(at(open).start_ms, open);
    }
    std::make_heap(starts_.begin(), starts_.end(), std::greater<>());
    return;
  }
  starts_.emplace_back(at(id).start_ms, id);
  std::push_heap(starts_.begin(), starts_.end(), std::greater<>());
}

int64_t OpenSessions::least_start_ms() {
  HW_DCHECK(follow_starts_);
  while (!starts_.empty()) {
    const auto [start_ms, id] = starts_.front();
    if (sessions_[id].live && at(id).start_ms == start_ms) return start_ms;
    std::pop_heap(starts_.begin(), starts_.end(), std::greater<>());
    starts_.pop_back();
  }
  return INT64_MAX;
}

}  // namespace hw
