// SPDX-License-Identifier: Apache-2.0

#include "log/topic_chain.h"

#include <algorithm>
#include <utility>

#include <arrow/filesystem/filesystem.h>

#include "base/env/durable_directory.h"
#include "base/env/env.h"
#include "log/crash_cut.h"
#include "log/file_names.h"
#include "log/log_error.h"

namespace hw {
namespace {

/// So often another one may be faster before a publication gives up.
constexpr int kPublishTriesMax = 10'000;
/// More than a publisher ever leaves.
constexpr size_t kRecordsKnownMax = 1 << 14;
/// Behind one publication; more than it adds.
constexpr int kPrunedAtOnce = 4;
/// Nobody holds it for longer than a few files take.
constexpr int kLockTriesMax = 5000;
constexpr int kLoadTriesMax = 4;
constexpr int64_t kLockPauseNs = 2'000'000;

Status no_topic(const std::string& path) {
  return Status::KeyError("there is no topic at '", path, "'");
}

/// Rows lie there: a topic that has no chain has lost it.
Result<bool> has_segments(arrow::fs::FileSystem& files, const std::string& topic_path) {
  for (int64_t partition = 0;; ++partition) {
    const std::string folder = partition_folder(topic_path, partition);
    HW_ASSIGN_OR_RETURN(const arrow::fs::FileInfo found, files.GetFileInfo(folder));
    if (found.type() != arrow::fs::FileType::Directory) return false;
    HW_ASSIGN_OR_RETURN(const std::vector<std::string> names, names_in(files, folder));
    for (const std::string& name : names) {
      if (name.ends_with(".seg")) return true;
    }
  }
}

Status lost_chain(const std::string& topic_path) {
  return log_error(LogErrorKind::kDamaged, "'" + chain_folder(topic_path) +
                                               "' has neither record 1 nor a state: the topic "
                                               "has lost its chain");
}

}  // namespace

TopicChain::TopicChain(Env& env, std::string topic_path,
                       std::shared_ptr<arrow::fs::FileSystem> files, ChainLimits limits)
    : env_(env),
      topic_path_(std::move(topic_path)),
      files_(std::move(files)),
      limits_(limits),
      writer_(env, chain_folder(topic_path_)) {}

Status TopicChain::create(Env& env, const std::string& topic_path, const CreateTopic& topic) {
  HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::fs::FileSystem> files,
                      files_of(env, topic_path));
  HW_TRY(make_durable_directory(env, {.files = files, .path = topic_path}));
  HW_TRY(files->CreateDir(chain_folder(topic_path), true));
  for (int64_t p = 0; p < topic.num_partitions; ++p) {
    HW_TRY(files->CreateDir(partition_folder(topic_path, p), true));
  }
  HW_TRY(env.sync(topic_path));
  // Looked for before the chain: whoever has made the topic meanwhile may have written already.
  HW_ASSIGN_OR_RETURN(const bool lost, has_segments(*files, topic_path));
  // Record 1 may have been removed since; then a later state is there.
  HW_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                      names_in(*files, chain_folder(topic_path)));
  for (const std::string& file : names) {
    if (number_of(file, ".rec") || number_of(file, ".state")) {
      return Status::AlreadyExists("topic '", topic_path, "' exists already");
    }
  }
  if (lost) return lost_chain(topic_path);
  SmallFileWriter writer(env, chain_folder(topic_path));
  const TopicRecord record{.number = 1, .wall_ms = env.wall_ms(), .change = topic};
  return writer.write(record_name(1), encode_record(record), {});
}

Result<std::unique_ptr<TopicChain>> TopicChain::open(Env& env, const std::string& topic_path,
                                                     ChainLimits limits) {
  HW_ASSIGN_OR_RETURN(std::shared_ptr<arrow::fs::FileSystem> files, files_of(env, topic_path));
  auto chain =
      std::unique_ptr<TopicChain>(new TopicChain(env, topic_path, std::move(files), limits));
  HW_TRY(chain->load());
  const Status folded = chain->refresh().status();
  const bool damaged = log_error_of(folded) == LogErrorKind::kDamaged;
  const bool torn = damaged && chain->state_.record > 0 && !chain->syncs();
  HW_TRY(torn ? chain->cut_damaged_record(folded) : folded);
  if (chain->state_.record == 0) return no_topic(topic_path);
  HW_TRY(chain->cut_torn_commits());
  return chain;
}

Status TopicChain::cut_damaged_record(const Status& damage) {
  // The rows of the commits before it may be gone, too.
  HW_ASSIGN_OR_RETURN(
      const std::optional<int64_t> torn,
      first_torn_commit(env_, state_, {.topic_path = topic_path_, .durable = durable_}));
  return cut(torn ? *torn - 1 : state_.record, damage);
}

Status TopicChain::cut_torn_commits() {
  if (syncs() || state_.last_commit <= durable_) return Status::OK();
  if (writer_lives(env_, state_, topic_path_)) return Status::OK();
  const CrashQuestion question{.topic_path = topic_path_, .durable = durable_};
  HW_ASSIGN_OR_RETURN(const std::optional<int64_t> torn, first_torn_commit(env_, state_, question));
  if (!torn) {
    // On disk nobody need look at it again. Who may not write here looks each time.
    (void)sync_state().ok();
    return Status::OK();
  }
  return cut(*torn - 1, log_error(LogErrorKind::kDamaged,
                                  "rows of commit " + std::to_string(*torn) + " of topic '" +
                                      topic_path_ + "' are not what was written"));
}

Result<std::unique_ptr<FileLock>> TopicChain::cut_lock() {
  if (syncs()) return std::unique_ptr<FileLock>();
  for (int tries = 0; tries < kLockTriesMax; ++tries) {
    HW_ASSIGN_OR_RETURN(std::unique_ptr<FileLock> lock, env_.try_lock(topic_path_ + "/cut.lock"));
    if (lock != nullptr) return lock;
    env_.sleep_ns(kLockPauseNs);
  }
  return Status::IOError("'", topic_path_, "/cut.lock' is held by another process all the time");
}

Status TopicChain::skip_lost_numbers() {
  if (syncs() || anybody_lives(env_, state_, topic_path_)) return Status::OK();
  HW_TRY(refresh().status());
  return cut_locked(state_.record, Status::OK());
}

Status TopicChain::cut(int64_t keep, const Status& why) {
  // Who may not write here may still read: the damage is told.
  const Result<std::unique_ptr<FileLock>> lock = cut_lock();
  return lock.ok() ? cut_locked(keep, why) : why;
}

Status TopicChain::cut_locked(int64_t keep, const Status& why) {
  if (anybody_lives(env_, state_, topic_path_)) {
    // He may have cut it since we looked, while we waited for the lock.
    HW_TRY(load());
    return refresh().status();
  }
  HW_TRY(load());
  while (state_.record < keep) {
    HW_ASSIGN_OR_RETURN(const bool folded, fold_next());
    if (!folded) return why;
  }
  // Somebody else has cut it just now.
  if (state_.record > keep) return refresh().status();
  HW_ASSIGN_OR_RETURN(const int64_t unused, unused_number(env_, state_, topic_path_));
  const int64_t number = std::max(unused, durable_ + limits_.records_between_states + 1);
  state_.record = number - 1;
  const TopicRecord record{.number = number, .wall_ms = state_.wall_ms, .change = ReserveNumber{}};
  HW_TRY(apply(record, state_));
  HW_TRY(sync_rows(env_, state_, {.topic_path = topic_path_, .durable = durable_}));
  HW_TRY(writer_.write(record_name(number), encode_record(record), {.sync = true}));
  HW_TRY(writer_.write(state_name(number), encode_state(state_), {.sync = true}));
  // Lowest first: who is at one of them finds the state. What lies behind the cut goes, too.
  for (const int64_t old : records_) {
    if (old < number) HW_TRY(files_->DeleteFile(record_path(old)));
  }
  states_.push_back(number);
  remove_old_states();
  HW_TRY(load());
  return refresh().status();
}

std::string TopicChain::record_path(int64_t record) const {
  return chain_folder(topic_path_) + "/" + record_name(record);
}

bool TopicChain::syncs() const { return state_.options.flush == FlushPolicy::kCommit; }

Status TopicChain::load() {
  Status loaded;
  // What a listing named may have been removed since, as newer files had come: they are in the
  // next.
  for (int tries = 0; tries < kLoadTriesMax; ++tries) {
    loaded = load_newest();
    if (log_error_of(loaded) != LogErrorKind::kDamaged) break;
  }
  return loaded;
}

Status TopicChain::load_newest() {
  HW_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                      names_in(*files_, chain_folder(topic_path_)));
  states_.clear();
  listed_ = 0;
  records_.clear();
  for (const std::string& name : names) {
    if (const auto record = number_of(name, ".state")) states_.push_back(*record);
    if (const auto record = number_of(name, ".rec")) records_.push_back(*record);
  }
  if (!records_.empty()) listed_ = records_.back();
  Status damaged;
  for (auto record = states_.rbegin(); record != states_.rend(); ++record) {
    const std::string path = chain_folder(topic_path_) + "/" + state_name(*record);
    HW_ASSIGN_OR_RETURN(const std::optional<std::string> bytes, read_small_file(*files_, path));
    if (!bytes) continue;
    Result<TopicState> state = decode_state(*bytes);
    if (state.ok() && state->record == *record) {
      state_ = *std::move(state);
      bytes_since_state_ = 0;
      records_since_state_ = 0;
      state_bytes_ = static_cast<int64_t>(bytes->size());
      durable_ = *record;
      return Status::OK();
    }
    // An older one and the records behind it say the same.
    if (damaged.ok()) {
      damaged = while_doing(
          state.ok() ? log_error(LogErrorKind::kDamaged, "a state is misplaced") : state.status(),
          "reading '" + path + "'");
    }
  }
  HW_ASSIGN_OR_RETURN(const bool complete, file_exists(*files_, record_path(1)));
  if (complete) {
    state_ = TopicState();
    durable_ = 1;  // it was synced
    return Status::OK();
  }
  HW_TRY(damaged);
  // Whoever was killed while he made the topic may have left a passing file: that is no record.
  if (!states_.empty() || listed_ > 0) return lost_chain(topic_path_);
  HW_ASSIGN_OR_RETURN(const bool lost, has_segments(*files_, topic_path_));
  return lost ? lost_chain(topic_path_) : no_topic(topic_path_);
}

Result<bool> TopicChain::fold_next() {
  const std::string path = record_path(state_.record + 1);
  HW_ASSIGN_OR_RETURN(const std::optional<std::string> bytes, read_small_file(*files_, path));
  if (!bytes) return false;
  if (state_.record > 0) {
    // Behind a record that was removed stands, at best, what somebody wrote who lags as we do.
    HW_ASSIGN_OR_RETURN(const bool known, file_exists(*files_, record_path(state_.record)));
    if (!known) return false;
  }
  Result<TopicRecord> record = decode_record(*bytes);
  Status status = record.status();
  if (status.ok()) status = apply(*record, state_);
  if (!status.ok()) return while_doing(status, "reading '" + path + "'");
  note_record(static_cast<int64_t>(bytes->size()));
  return true;
}

void TopicChain::note_record(int64_t num_bytes) {
  bytes_since_state_ += num_bytes;
  ++records_since_state_;
  if (records_.empty() || records_.back() < state_.record) records_.push_back(state_.record);
  // Of a reader, which removes none.
  if (records_.size() > kRecordsKnownMax) records_.pop_front();
}

Status TopicChain::lost_record() const {
  return log_error(LogErrorKind::kDamaged, "topic '" + topic_path_ + "' has later records, but '" +
                                               record_path(state_.record + 1) + "' is missing");
}

Result<bool> TopicChain::look_again() {
  HW_ASSIGN_OR_RETURN(const bool later, file_exists(*files_, record_path(state_.record + 2)));
  // Records are removed oldest first, so it was removed only if the last one we know is gone too.
  const auto known = [&] { return file_exists(*files_, record_path(state_.record)); };
  if (later) {
    // What is not there now was lost, unless it has come or been removed in the meantime.
    HW_ASSIGN_OR_RETURN(const bool next, file_exists(*files_, record_path(state_.record + 1)));
    HW_ASSIGN_OR_RETURN(const bool lost, known());
    if (!next && lost) return lost_record();
    if (next && lost) return true;
  } else {
    HW_ASSIGN_OR_RETURN(const bool there, known());
    if (there) return false;
  }
  const int64_t lagging = state_.record;
  HW_TRY(load());
  return state_.record > lagging;  // else a state of this very record stands for it
}

Result<bool> TopicChain::refresh() {
  const int64_t before = state_.record;
  while (true) {
    HW_ASSIGN_OR_RETURN(const bool folded, fold_next());
    if (folded) continue;
    if (state_.record == 0) break;
    HW_ASSIGN_OR_RETURN(const bool again, look_again());
    if (!again) break;
  }
  // Everything up to what was listed was there, too, or is in a state.
  if (state_.record < listed_) return lost_record();
  return state_.record != before;
}

Result<int64_t> TopicChain::publish(const Decide& decide) {
  for (int tries = 0; tries < kPublishTriesMax; ++tries) {
    HW_TRY(refresh().status());
    if (unsure_) {
      HW_TRY(write_state_synced());
      unsure_ = false;
    }
    HW_ASSIGN_OR_RETURN(std::optional<TopicChange> change, decide(state_));
    if (!change) return 0;
    const TopicRecord record{.number = state_.record + 1,
                             .wall_ms = std::max(env_.wall_ms(), state_.wall_ms),
                             .change = *std::move(change)};
    const std::string bytes = encode_record(record);
    const Status written = writer_.write(record_name(record.number), bytes, {.sync = syncs()});
    if (written.IsAlreadyExists()) continue;
    unsure_ = syncs() && !written.ok();
    HW_TRY(written);
    // Whoever slept while the records up to this one were removed has written where nobody reads.
    HW_ASSIGN_OR_RETURN(const bool current, file_exists(*files_, record_path(state_.record)));
    if (!current) {
      (void)files_->DeleteFile(record_path(record.number));
      HW_TRY(load());
      continue;
    }
    HW_TRY(apply(record, state_));
    note_record(static_cast<int64_t>(bytes.size()));
    write_state();
    prune();
    return record.number;
  }
  return Status::IOError("topic '", topic_path_, "' is changed by others all the time");
}

Status TopicChain::sync_state() {
  if (syncs() || durable_ >= state_.record) return Status::OK();  // then every record is
  HW_TRY(sync_rows(env_, state_, {.topic_path = topic_path_, .durable = durable_}));
  HW_TRY(write_state_synced());
  durable_ = state_.record;
  return Status::OK();
}

Status TopicChain::write_state_synced() {
  const std::string name = state_name(state_.record);
  const std::string bytes = encode_state(state_);
  const Status written = writer_.write(name, bytes, {.sync = true});
  if (written.IsAlreadyExists()) {
    HW_TRY(env_.sync(chain_folder(topic_path_) + "/" + name));
    HW_TRY(env_.sync(chain_folder(topic_path_)));
  } else {
    HW_TRY(written);
    note_state(static_cast<int64_t>(bytes.size()));
  }
  return Status::OK();
}

void TopicChain::write_state() {
  // A large state is written down the more seldom, so that it costs no more than the records.
  const int64_t bytes_max = std::max(limits_.bytes_between_states, state_bytes_);
  if (records_since_state_ < limits_.records_between_states && bytes_since_state_ < bytes_max) {
    return;
  }
  // The records say the same: a state that cannot be written is only missed. It stands for records
  // that go, so it is on disk under every policy, and what it names is before it.
  if (!syncs()) {
    (void)sync_state().ok();
    return;
  }
  const std::string bytes = encode_state(state_);
  const Status written = writer_.write(state_name(state_.record), bytes, {.sync = true});
  if (!written.ok() && !written.IsAlreadyExists()) return;
  note_state(static_cast<int64_t>(bytes.size()));
}

void TopicChain::note_state(int64_t num_bytes) {
  bytes_since_state_ = 0;
  records_since_state_ = 0;
  state_bytes_ = num_bytes;
  states_.push_back(state_.record);
  // Two states stay, and every record behind the older one.
  if (states_.size() < 2) return;
  remove_old_states();
  keep_from_ = std::min(states_.front(), state_.record - limits_.records_kept + 1);
}

void TopicChain::remove_old_states() {
  if (states_.size() < 2) return;
  const auto older = states_.end() - 2;
  for (auto state = states_.begin(); state != older; ++state) {
    (void)files_->DeleteFile(chain_folder(topic_path_) + "/" + state_name(*state));
  }
  states_.erase(states_.begin(), older);
}

void TopicChain::prune() {
  // Ascending: refresh() relies on it.
  for (int i = 0; i < kPrunedAtOnce && records_.front() < keep_from_; ++i) {
    const std::string path = record_path(records_.front());
    if (!files_->DeleteFile(path).ok()) {
      // Somebody else may have removed it.
      const Result<bool> there = file_exists(*files_, path);
      if (!there.ok() || *there) return;
    }
    records_.pop_front();
  }
}

}  // namespace hw
