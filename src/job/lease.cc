// SPDX-License-Identifier: Apache-2.0

#include "job/lease.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/env/env.h"
#include "base/planted.h"
#include "job/checkpoint_error.h"
#include "job/lease_watch.h"
#include "job/restore_choice.h"

namespace hw {
namespace {

constexpr uint64_t kGenerations = 1'000'000'000;

constexpr std::string_view kLockPrefix = "lease/lock-";
constexpr std::string_view kHeartbeatPrefix = "lease/heartbeat-";

// Each attempt has its own lock and heartbeat: one that was stopped and wakes up touches nobody's.
std::string lock_name(int64_t attempt) {
  return std::string(kLockPrefix) + std::to_string(attempt);
}
std::string heartbeat_name(int64_t attempt) {
  return std::string(kHeartbeatPrefix) + std::to_string(attempt);
}

std::string holder_of(const LeaseChain& chain) {
  if (chain.records.empty()) return "another process";
  const LeaseRecord& newest = chain.records.back();
  return "process " + std::to_string(newest.process_id) + " on " + newest.host + " (attempt " +
         std::to_string(newest.attempt) + ")";
}

Status held_error(const CheckpointFiles& files, const LeaseChain& chain) {
  return checkpoint_error(CheckpointErrorKind::kHeld,
                          "one process at a time runs the job in '" + files.shown("") + "', but " +
                              holder_of(chain) +
                              " does: stop it, or wait for its end with --standby");
}

std::string waiting_for(const CheckpointFiles& files, const LeaseChain& chain, bool standby) {
  const std::string holder = holder_of(chain);
  const std::string job = "the job in '" + files.shown("") + "'";
  if (standby) return "stands by: " + holder + " runs " + job;
  return "waits for a sign of life of " + holder + ", which holds " + job;
}

Status fenced_error(const CheckpointFiles& files, int64_t ours, int64_t theirs) {
  return checkpoint_error(CheckpointErrorKind::kFenced,
                          "the job in '" + files.shown("") + "' was taken over: attempt " +
                              std::to_string(theirs) + " runs it, and this is attempt " +
                              std::to_string(ours));
}

// Locks and heartbeats of attempts before ours; whoever still has one open is fenced by the chain.
void remove_old_signs(CheckpointFiles& files, int64_t attempt) {
  const Result<std::vector<StoredFile>> stored = files.list("lease");
  if (!stored.ok()) return;
  for (const StoredFile& file : *stored) {
    std::string_view rest = file.name;
    const std::string_view prefix = rest.starts_with(kLockPrefix) ? kLockPrefix : kHeartbeatPrefix;
    if (!rest.starts_with(prefix)) continue;
    rest.remove_prefix(prefix.size());
    int64_t number = attempt;
    std::from_chars(rest.data(), rest.data() + rest.size(), number);
    // An empty file that stays does no harm.
    if (number < attempt) (void)files.remove(file.name);
  }
}

// Without a single record there has never been a checkpoint; if one lies there all the same, what
// names it was lost, and starting anew would hide that.
Status refuse_lost_chain(const CheckpointFiles& files) {
  HW_ASSIGN_OR_RETURN(const std::vector<StoredFile> stored, files.list(""));
  for (const StoredFile& file : stored) {
    if (!file.name.starts_with("checkpoint-")) continue;
    return checkpoint_error(CheckpointErrorKind::kNothingValid,
                            "the directory '" + files.shown("lease") +
                                "' names the checkpoints of a job, but it is empty and '" +
                                files.shown(file.name) +
                                "' is there: name it with --restore, or start anew with --fresh");
  }
  return Status::OK();
}

}  // namespace

Lease::Lease(Env& env, std::shared_ptr<CheckpointFiles> files)
    : env_(env), files_(std::move(files)) {}

Result<std::unique_ptr<Lease>> Lease::take(Env& env, std::shared_ptr<CheckpointFiles> files,
                                           const LeaseOptions& options) {
  HW_TRY(files->make_directory("lease"));
  LeaseWatch watch(options.timeout_ms, options.standby);
  bool told = false;
  while (true) {
    if (options.cancelled && options.cancelled()) {
      return Status::Cancelled("waiting for the job in '", files->shown(""), "' was cancelled");
    }
    HW_ASSIGN_OR_RETURN(LeaseChain chain, read_lease_chain(*files));
    LeaseObservation seen = {.now_ms = env.monotonic_ns() / 1'000'000,
                             .attempt = chain.attempt(),
                             .record_number = chain.newest_number};
    // Kept until we have taken it: others who look now wait.
    std::unique_ptr<FileLock> old_lock;
    if (seen.attempt > 0) {
      HW_ASSIGN_OR_RETURN(old_lock, files->try_lock(lock_name(seen.attempt)));
      seen.locked = old_lock == nullptr;
      seen.heartbeat_ns = files->modified_ns(heartbeat_name(seen.attempt)).ValueOr(0);
    } else if (chain.newest_number == 0 && !options.fresh) {
      HW_TRY(refuse_lost_chain(*files));
    }
    const LeaseWatch::Verdict verdict = watch.on(seen);
    if (verdict == LeaseWatch::Verdict::kRefuse) return held_error(*files, chain);
    if (verdict == LeaseWatch::Verdict::kTake) {
      // Our record will say what we go on from, and abandons what is newer. It must not say so of a
      // chain that could not be read: what cannot be read now may be readable the next time.
      if (!options.fresh && !options.elsewhere) HW_TRY(check_lineage(*files, chain));
      auto lease = std::unique_ptr<Lease>(new Lease(env, files));
      const Status taken = lease->take_after(std::move(chain));
      if (taken.ok()) return lease;
      if (!taken.IsAlreadyExists()) return taken;
      continue;  // somebody was faster, or the holder woke up: look again
    }
    if (!told && options.on_wait) options.on_wait(waiting_for(*files, chain, options.standby));
    told = true;
    env.sleep_ns(files->look_interval_ms() * 1'000'000);
  }
}

Status Lease::take_after(LeaseChain chain) {
  chain_ = std::move(chain);
  // A number whose lock somebody holds without a record belongs to another taker: the next one is
  // as good, the record decides between us.
  for (attempt_ = chain_.attempt() + 1; lock_ == nullptr; ++attempt_) {
    HW_ASSIGN_OR_RETURN(lock_, files_->try_lock(lock_name(attempt_)));
  }
  --attempt_;
  HW_TRY(files_->create_empty(heartbeat_name(attempt_)));
  HW_TRY(files_->touch(heartbeat_name(attempt_)));
  generation_ = chain_.generation();
  // Output is known by it, also beside that of other directories: no two begin with the same one.
  if (generation_ < 1)
    generation_ = 1 + static_cast<int64_t>(
                          env_.random("generation of " + files_->shown("")).below(kGenerations));
  number_ = chain_.newest_number;
  floor_ = number_ + 1;
  if (!chain_.records.empty()) {
    floor_ = chain_.records.back().floor;
  } else if (!chain_.damaged.empty()) {
    // We were told to begin elsewhere. Until we have, nobody may take the chain for a new one.
    floor_ = chain_.damaged.front().number;
  }
  removed_below_ = floor_;
  LeaseRecord record = {.generation = generation_, .origin = chain_.origin()};
  const std::vector<LeaseRecord> lineage = chain_.lineage();
  if (!lineage.empty()) {
    record.checkpoint = lineage.back().checkpoint;
    record.manifest = lineage.back().manifest;
    record.digest = lineage.back().digest;
  }
  HW_TRY(append(std::move(record)));
  remove_old_signs(*files_, attempt_);
  return Status::OK();
}

Status Lease::append(LeaseRecord record) {
  record.number = number_ + 1;
  record.floor = floor_;
  record.attempt = attempt_;
  record.host = env_.host_name();
  record.process_id = env_.process_id();
  record.wall_ms = env_.wall_ms();
  Status put = files_->put_new(lease_record_name(record.number), encode(record));
  if (HW_PLANTED_BUG(29) && put.IsAlreadyExists()) {
    HW_TRY(files_->remove(lease_record_name(record.number)));
    put = files_->put_new(lease_record_name(record.number), encode(record));
  }
  HW_TRY(put);
  // A place that is free because its record was removed is no place at the end.
  HW_ASSIGN_OR_RETURN(const int64_t newest, newest_lease_number(*files_));
  if (newest > record.number) {
    return Status::AlreadyExists("record ", newest, " follows the one that was to be the last");
  }
  number_ = record.number;
  written_floor_ = record.floor;
  return Status::OK();
}

Status Lease::start_from(const LeaseStart& start) {
  // What begins elsewhere needs nothing of a chain that cannot be read, and ends its damage.
  if (start.checkpoint == 0 && !chain_.damaged.empty()) floor_ = number_ + 1;
  const Status status = append({.generation = start.generation,
                                .checkpoint = start.checkpoint,
                                .manifest = start.manifest,
                                .digest = start.digest,
                                .origin = start.origin});
  if (status.IsAlreadyExists()) return taken_by_other();
  HW_TRY(status);
  generation_ = start.generation;
  return Status::OK();
}

Status Lease::publish(const Publication& publication) {
  const LeaseRecord record = {.kind = LeaseRecord::Kind::kPublish,
                              .generation = generation_,
                              .checkpoint = publication.checkpoint,
                              .manifest = publication.manifest,
                              .digest = publication.digest,
                              .sinks = publication.sinks};
  const int64_t number = number_ + 1;
  const Status status = append(record);
  if (status.ok()) {
    published_.emplace(publication.checkpoint, number);
    return status;
  }
  if (status.IsAlreadyExists()) return taken_by_other();
  // Whatever went wrong: is the record there?
  const Result<LeaseChain> chain = read_lease_chain(*files_);
  if (chain.ok() && chain->attempt() > attempt_) return taken_by_other();
  const bool absent = chain.ok() && chain->newest_number < number;
  // One that may still come would publish what has been given up: the next attempt takes its place.
  if (absent && !files_->may_write_late()) return status;
  return checkpoint_error(CheckpointErrorKind::kUnknownOutcome,
                          "checkpoint " + std::to_string(publication.checkpoint) +
                              " may or may not be durable: " + status.message());
}

// Somebody else has written the record after our last one.
Status Lease::taken_by_other() const {
  HW_ASSIGN_OR_RETURN(const LeaseChain chain, read_lease_chain(*files_));
  return fenced_error(*files_, attempt_, chain.attempt());
}

Status Lease::renew() {
  // A missing heartbeat was removed by whoever took the job over: the chain says so.
  const Status touched = files_->touch(heartbeat_name(attempt_));
  HW_ASSIGN_OR_RETURN(const int64_t newest, newest_lease_attempt(*files_));
  if (newest > attempt_) return fenced_error(*files_, attempt_, newest);
  if (touched.ok()) return touched;
  return touched.WithMessage(
      "the job's directory '", files_->shown(""),
      "' is gone or cannot be written, so nobody sees that the job lives: ", touched.message());
}

Status Lease::forget_before(int64_t checkpoint) {
  for (const LeaseRecord& record : chain_.records) {
    if (record.kind == LeaseRecord::Kind::kPublish && record.checkpoint == checkpoint) {
      floor_ = std::max(floor_, record.number);
    }
  }
  const auto found = published_.find(checkpoint);
  if (found != published_.end()) floor_ = std::max(floor_, found->second);
  published_.erase(published_.begin(), published_.lower_bound(checkpoint));
  // Only what a durable record declares void: a late writer must not find a free place at the end.
  for (int64_t number = removed_below_; number < written_floor_; ++number) {
    HW_TRY(files_->remove(lease_record_name(number)));
    removed_below_ = number + 1;
  }
  return Status::OK();
}

}  // namespace hw
