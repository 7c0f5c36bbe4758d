// SPDX-License-Identifier: Apache-2.0
//
// The sessions that are open, per key: which one a time belongs to, which ones a time joins, and
// which are due. A session holds [first time, last time + gap); one that a time overlaps or touches
// takes it in. Nearly always that is the key's newest session, which is found without a search;
// the older ones that are still open lie in one ordered map. Not state: operators keep sessions in
// tables and make this anew from them.
//
// Due sessions are found in buckets by end. A session that grows stays in its bucket and is put
// into its new one only when the old one comes up.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <utility>
#include <vector>

namespace hw {

class OpenSessions {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  struct Session {
    int64_t start_ms = 0;
    int64_t end_ms = 0;
    /// Row of the key's table.
    uint32_t key = kNone;
    /// Row of the session's own table, kNone until it has one; with the time that named it there.
    uint32_t row = kNone;
    int64_t first_ms = 0;
    /// For the owner's use.
    uint32_t mark = 0;
  };
  /// Two sessions with rows that have become one: `from` went into `into`, and is gone.
  struct Merge {
    uint32_t from_row;
    uint32_t into_row;
  };
  /// When a session with that end may close; must not fall with the end.
  using ClosesAt = std::function<int64_t(int64_t end_ms)>;

  /// Requires: gap_ms > 0. `follow_starts`: least_start_ms() is asked for.
  explicit OpenSessions(int64_t gap_ms, bool follow_starts = false);

  /// The session of the key that takes the time in, which may join two; kNone: no session is near.
  uint32_t extend(uint32_t key, int64_t time_ms);
  /// A new session. Requires: extend() has just said kNone.
  uint32_t open(uint32_t key, int64_t time_ms);
  /// One that was there before a restart.
  uint32_t adopt(const Session& session);
  /// The session goes.
  void close(uint32_t id);

  Session& at(uint32_t id) { return sessions_[id].session; }
  /// Where a session that was joined to others is now.
  uint32_t resolved(uint32_t id) const;
  bool any(uint32_t key) const { return key < newest_.size() && newest_[key] != kNone; }
  bool empty() const { return num_open_ == 0; }
  /// The sessions of a key, oldest first.
  std::vector<uint32_t> sessions_of(uint32_t key) const;

  /// Merges since the last end_batch(), in order.
  const std::vector<Merge>& merges() const { return merges_; }
  /// Numbers of sessions that were joined to others may be used again.
  void end_batch();

  /// Some of the sessions that close at or before `progress_ms`, by ascending end. Each is given
  /// out once: close() it.
  void take_due(int64_t progress_ms, const ClosesAt& closes_at, std::vector<uint32_t>& due);
  /// No session ends before; INT64_MAX: there is none.
  int64_t least_end_ms() const;
  /// The start of the session that began first; INT64_MAX: there is none.
  int64_t least_start_ms();

 private:
  struct Slot {
    Session session;
    bool live = false;
    uint32_t joined_to = kNone;
    int64_t bucket = kNoBucket;  // where it is to be found
  };
  static constexpr int64_t kNoBucket = INT64_MIN;
  /// Buckets per gap: sessions in the bucket at the border are looked at again and again.
  static constexpr int64_t kBucketsPerGap = 256;
  static constexpr size_t kDueMax = 65'536;
  static constexpr size_t kStartsMin = 512;

  using OlderKey = std::pair<uint32_t, int64_t>;  // key, start
  using Older = std::map<OlderKey, uint32_t>;

  bool near(const Session& session, int64_t time_ms) const {
    return time_ms <= session.end_ms && time_ms >= session.start_ms - gap_ms_;
  }
  void widen(uint32_t id, int64_t time_ms);
  void note_start(uint32_t id);
  uint32_t extend_among(uint32_t key, int64_t time_ms);
  Older::iterator last_older(uint32_t key, int64_t start_max_ms);
  void join(uint32_t from, uint32_t into);
  uint32_t put(const Session& session);
  void arm(uint32_t id);
  void free(uint32_t id);

  const int64_t gap_ms_;
  const int64_t width_ms_;
  const bool follow_starts_;
  std::vector<Slot> sessions_;
  std::vector<uint32_t> free_;
  std::vector<uint32_t> joined_;  // in this batch
  std::vector<Merge> merges_;
  std::vector<uint32_t> newest_;     // by key
  std::vector<uint32_t> num_older_;  // by key
  Older older_;
  std::map<int64_t, std::vector<uint32_t>> buckets_;  // by end / width
  size_t num_open_ = 0;
  std::vector<std::pair<int64_t, uint32_t>> starts_;  // heap; also of what was and is no more
};

}  // namespace hw
