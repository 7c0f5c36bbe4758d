// SPDX-License-Identifier: Apache-2.0
//
// The chain of numbered records of a topic on disk. Record k + 1 is made by a rename that replaces
// nothing, so of all that want to change the topic, in whatever process, exactly one does, and it
// has seen every change before. Now and then the whole state is written down and old records are
// removed. Internal to log/; one thread at a time.

#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/env/local_file.h"
#include "base/status.h"
#include "log/small_file.h"
#include "log/topic_record.h"
#include "log/topic_state.h"

namespace hw {

class Env;

/// When the state is written down, and how long its records stay for readers that lag.
struct ChainLimits {
  int64_t records_between_states = 1024;
  int64_t bytes_between_states = 256 << 10;
  int64_t records_kept = 2048;
};

class TopicChain {
 public:
  /// Makes folder and first record. Fails with AlreadyExists.
  static Status create(Env& env, const std::string& topic_path, const CreateTopic& topic);
  /// Fails (KeyError) when there is no such topic, with kDamaged naming the file. Where commits are
  /// not synced one by one, what a crash of the machine has torn is cut off first.
  static Result<std::unique_ptr<TopicChain>> open(Env& env, const std::string& topic_path,
                                                  ChainLimits limits = {});

  const TopicState& state() const { return state_; }
  /// Folds in what was published since; returns whether there was anything.
  Result<bool> refresh();

  /// Asks `decide` what to change in the newest state, until what it answers is the next record;
  /// returns the record's number, or 0 when it answers nothing. Errors of `decide` are returned.
  using Decide = std::function<Result<std::optional<TopicChange>>(const TopicState&)>;
  Result<int64_t> publish(const Decide& decide);

  /// Returns when what the state says is on disk, rows included, whatever the flush policy: before
  /// files are removed that an older state needs, and now and then where commits are not synced.
  Status sync_state();

  /// For who is about to write where commits are not synced one by one, before he says so: a crash
  /// may have taken commits without a trace, and their numbers are not given out again. Nothing
  /// happens while anybody writes. Requires: the caller holds the topic's cut lock.
  Status skip_lost_numbers();
  /// Held by whoever numbers anew, and by whoever begins to write until others see that he lives.
  /// Waits for it a while. Null where commits are synced one by one.
  Result<std::unique_ptr<FileLock>> cut_lock();

  const std::string& topic_path() const { return topic_path_; }
  Env& env() const { return env_; }
  arrow::fs::FileSystem& files() const { return *files_; }

 private:
  TopicChain(Env& env, std::string topic_path, std::shared_ptr<arrow::fs::FileSystem> files,
             ChainLimits limits);

  /// Reads the newest state that was written down and is intact.
  Status load();
  Status load_newest();
  /// Folds in record state().record + 1; false when it is not there.
  Result<bool> fold_next();
  /// Looks for rows that a crash has taken, unless somebody writes.
  Status cut_torn_commits();
  /// The next record is not what was written, or is not there and a later one is.
  Status cut_damaged_record(const Status& damage);
  /// Goes on behind record `keep` under a number that nobody has seen; `why` is returned when that
  /// may not be.
  Status cut(int64_t keep, const Status& why);
  Status cut_locked(int64_t keep, const Status& why);
  /// The state's record is folded in; its file has so many bytes.
  void note_record(int64_t num_bytes);
  /// The next record is not there: whether to look again. Fails (kDamaged) when a later one is.
  Result<bool> look_again();
  Status lost_record() const;
  std::string record_path(int64_t record) const;
  bool syncs() const;
  /// On disk afterwards, in a file of its own: a sync that failed is not tried again and believed.
  Status write_state_synced();
  /// Writes the state down when it is time to; failures are left to the next one.
  void write_state();
  /// It is written down: older ones go.
  void note_state(int64_t num_bytes);
  void remove_old_states();
  /// Removes what two states stand for, a few files at a time: a commit does not wait for it.
  void prune();

  Env& env_;
  const std::string topic_path_;
  const std::shared_ptr<arrow::fs::FileSystem> files_;
  const ChainLimits limits_;
  SmallFileWriter writer_;
  TopicState state_;
  /// A record of ours was written, but may not be on disk: whoever finds it there would believe it.
  bool unsure_ = false;
  int64_t durable_ = 0;  // the state of this record was written down on disk
  int64_t listed_ = 0;   // the highest record that was there when the state was read
  int64_t bytes_since_state_ = 0;
  int64_t records_since_state_ = 0;
  int64_t state_bytes_ = 0;      // of the last one that was written down
  std::vector<int64_t> states_;  // written down, as far as we know; ascending
  std::deque<int64_t> records_;  // whose files are there, as far as we know; ascending
  int64_t keep_from_ = 0;        // nobody needs records before it
};

}  // namespace hw
