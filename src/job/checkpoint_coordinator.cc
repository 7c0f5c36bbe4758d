// SPDX-License-Identifier: Apache-2.0

#include "job/checkpoint_coordinator.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/assert.h"
#include "base/broken_promise.h"
#include "base/planted.h"
#include "job/checkpoint_error.h"

namespace hw {
namespace {

using Action = CheckpointAction;
using Kind = CheckpointAction::Kind;

// A sink that could not commit, and a last checkpoint for which the disk was full, try again.
constexpr int64_t kRetryMs = 1'000;

bool is_last(CheckpointPurpose purpose) {
  return purpose == CheckpointPurpose::kStop || purpose == CheckpointPurpose::kFinal;
}

bool wants_answer(const CheckpointRequest& request) {
  return request.purpose == CheckpointPurpose::kSavepoint || !request.savepoint_directory.empty();
}

Status refused_while_stopping() {
  return Status::Cancelled("a job that is stopping takes no savepoint");
}

}  // namespace

CheckpointFailure checkpoint_failure_of(const Status& status) {
  const auto kind = checkpoint_error_of(status);
  if (kind == CheckpointErrorKind::kFenced) return CheckpointFailure::kFenced;
  if (kind == CheckpointErrorKind::kUnknownOutcome) return CheckpointFailure::kUnknownOutcome;
  return status.IsCapacityError() ? CheckpointFailure::kDiskFull : CheckpointFailure::kError;
}

CheckpointCoordinator::CheckpointCoordinator(CheckpointSettings settings, Start start)
    : settings_(settings),
      attempt_(start.attempt),
      next_checkpoint_(start.next_checkpoint),
      published_(std::move(start.published)),
      next_due_ms_(start.now_ms + settings.interval_ms),
      pause_until_ms_(start.now_ms) {
  HW_CHECK(settings_.max_concurrent >= 1 && settings_.num_retained >= 1);
  HW_CHECK(published_.empty() || published_.back() < next_checkpoint_);
  for (int tasklet = 0; tasklet < start.num_tasklets; ++tasklet) open_tasklets_.insert(tasklet);
  for (auto& [tasklet, committable] : start.pending) {
    retry_ms_[tasklet] = start.now_ms;
    pending_.push_back(
        {.tasklet = tasklet, .committable = std::move(committable), .published = true});
  }
}

CheckpointCoordinator::Actions CheckpointCoordinator::on_tick(int64_t now_ms) {
  Actions actions;
  if (failed_ || finished_) return actions;
  std::vector<int64_t> late;
  for (const auto& [checkpoint, flight] : in_flight_) {
    // One that only waits for an older one is not late itself.
    const bool waits = flight.phase == Phase::kAligning && !flight.missing.empty();
    if (waits && now_ms - flight.triggered_ms >= settings_.timeout_ms) late.push_back(checkpoint);
  }
  for (const int64_t checkpoint : late) {
    const size_t num_missing = in_flight_.at(checkpoint).missing.size();
    abort(checkpoint,
          Status::IOError("checkpoint ", checkpoint, " took longer than ", settings_.timeout_ms,
                          " ms: ", num_missing, " answers are missing"),
          now_ms, actions);
  }
  std::set<int> retries;
  for (const auto& [tasklet, at_ms] : retry_ms_) {
    if (at_ms <= now_ms) retries.insert(tasklet);
  }
  commit(retries, actions);
  advance(actions);
  trigger_what_is_due(now_ms, actions);
  return actions;
}

CheckpointCoordinator::Actions CheckpointCoordinator::on_request(CheckpointRequest request,
                                                                 int64_t now_ms) {
  Actions actions;
  if (ending_ || failed_ || finished_) {
    if (wants_answer(request)) {
      actions.push_back({.kind = Kind::kAnswerSavepoint,
                         .request = std::move(request),
                         .reason = refused_while_stopping()});
    }
    return actions;
  }
  ending_ = is_last(request.purpose);
  requests_.push_back(std::move(request));
  trigger_what_is_due(now_ms, actions);
  return actions;
}

void CheckpointCoordinator::trigger_what_is_due(int64_t now_ms, Actions& actions) {
  const auto room = [&] {
    return HW_PLANTED_BUG(30) || in_flight_.size() < static_cast<size_t>(settings_.max_concurrent);
  };
  while (!failed_ && !requests_.empty() && room() && now_ms >= requests_not_before_ms_) {
    CheckpointRequest request = std::move(requests_.front());
    requests_.pop_front();
    trigger(std::move(request), now_ms, actions);
  }
  if (failed_ || ending_ || settings_.interval_ms == 0 || now_ms < next_due_ms_) return;
  if (!room()) {
    // Taken as soon as there is room; counted once.
    if (!skip_counted_) ++num_skipped_;
    skip_counted_ = true;
    return;
  }
  if (now_ms < pause_until_ms_) return;
  next_due_ms_ = now_ms + settings_.interval_ms;
  skip_counted_ = false;
  trigger({.purpose = CheckpointPurpose::kPeriodic}, now_ms, actions);
}

void CheckpointCoordinator::trigger(CheckpointRequest request, int64_t now_ms, Actions& actions) {
  const int64_t checkpoint = next_checkpoint_++;
  actions.push_back({.kind = Kind::kTrigger, .checkpoint = checkpoint, .request = request});
  in_flight_[checkpoint] = {.request = std::move(request),
                            .triggered_ms = now_ms,
                            .base = published_.empty() ? 0 : published_.back(),
                            .missing = open_tasklets_};
  HW_PROMISE(in_flight_.size() <= static_cast<size_t>(settings_.max_concurrent),
             std::to_string(in_flight_.size()) + " checkpoints are under way, and " +
                 std::to_string(settings_.max_concurrent) + " may be");
  advance(actions);
}

CheckpointCoordinator::Actions CheckpointCoordinator::on_answer(Answer answer, int64_t now_ms) {
  Actions actions;
  int64_t& last_answer = last_answer_[answer.tasklet];
  if (answer.attempt != attempt_ || answer.checkpoint <= last_answer) {
    ++num_foreign_answers_;
    return actions;
  }
  last_answer = answer.checkpoint;
  // Kept whatever becomes of the checkpoint: the rows are behind the sources' positions of every
  // later one. Order: by barrier, among equals by arrival.
  const auto place =
      std::upper_bound(pending_.begin(), pending_.end(), answer.checkpoint,
                       [](int64_t since, const Pending& pending) { return since < pending.since; });
  std::vector<Pending> prepared;
  for (ManifestCommittable& committable : answer.committables) {
    prepared.push_back({.tasklet = answer.committer < 0 ? answer.tasklet : answer.committer,
                        .committable = std::move(committable),
                        .since = answer.checkpoint});
  }
  pending_.insert(place, std::make_move_iterator(prepared.begin()),
                  std::make_move_iterator(prepared.end()));
  const auto flight = in_flight_.find(answer.checkpoint);
  if (failed_ || flight == in_flight_.end()) return actions;
  if (answer.status.ok()) {
    flight->second.missing.erase(answer.tasklet);
  } else {
    abort(answer.checkpoint, answer.status, now_ms, actions);
  }
  advance(actions);
  trigger_what_is_due(now_ms, actions);
  return actions;
}

CheckpointCoordinator::Actions CheckpointCoordinator::on_tasklet_done(int tasklet) {
  Actions actions;
  open_tasklets_.erase(tasklet);
  for (auto& [checkpoint, flight] : in_flight_) flight.missing.erase(tasklet);
  advance(actions);
  return actions;
}

// Only the oldest one goes on: so they are published in their order, one manifest at a time.
void CheckpointCoordinator::advance(Actions& actions) {
  if (failed_ || in_flight_.empty()) return;
  auto& [checkpoint, flight] = *in_flight_.begin();
  if (flight.phase != Phase::kAligning || !flight.missing.empty()) return;
  flight.phase = Phase::kWriting;
  Action write = {
      .kind = Kind::kWriteManifest, .checkpoint = checkpoint, .request = flight.request};
  for (const Pending& pending : pending_) {
    if (pending.since <= checkpoint) write.committables.push_back(pending.committable);
  }
  actions.push_back(std::move(write));
}

CheckpointCoordinator::Flight* CheckpointCoordinator::find_oldest(int64_t checkpoint, Phase phase) {
  if (failed_ || in_flight_.empty() || in_flight_.begin()->first != checkpoint) return nullptr;
  Flight& flight = in_flight_.begin()->second;
  return flight.phase == phase ? &flight : nullptr;
}

CheckpointCoordinator::Actions CheckpointCoordinator::on_manifest_written(int64_t checkpoint,
                                                                          const Status& status,
                                                                          int64_t now_ms) {
  Actions actions;
  Flight* flight = find_oldest(checkpoint, Phase::kWriting);
  if (flight == nullptr) return actions;
  if (status.ok()) {
    flight->phase = Phase::kPublishing;
    actions.push_back(
        {.kind = Kind::kPublish, .checkpoint = checkpoint, .request = flight->request});
    return actions;
  }
  abort(checkpoint, status, now_ms, actions);
  advance(actions);
  trigger_what_is_due(now_ms, actions);
  return actions;
}

CheckpointCoordinator::Actions CheckpointCoordinator::on_published(int64_t checkpoint,
                                                                   const Status& status,
                                                                   int64_t now_ms) {
  Actions actions;
  if (find_oldest(checkpoint, Phase::kPublishing) == nullptr) return actions;
  if (status.ok()) {
    complete(checkpoint, now_ms, actions);
  } else {
    abort(checkpoint, status, now_ms, actions);
  }
  advance(actions);
  trigger_what_is_due(now_ms, actions);
  return actions;
}

void CheckpointCoordinator::complete(int64_t checkpoint, int64_t now_ms, Actions& actions) {
  const CheckpointRequest request = std::move(in_flight_.begin()->second.request);
  in_flight_.erase(in_flight_.begin());
  published_.push_back(checkpoint);
  ++num_completed_;
  consecutive_failures_ = 0;
  pause_until_ms_ = now_ms + settings_.min_pause_ms;
  std::set<int> tasklets;
  for (Pending& pending : pending_) {
    if (pending.since > checkpoint) continue;
    pending.published = true;
    tasklets.insert(pending.tasklet);
  }
  commit(tasklets, actions);
  if (!request.savepoint_directory.empty()) {
    savepoints_.insert(checkpoint);
    actions.push_back(
        {.kind = Kind::kWriteSavepoint, .checkpoint = checkpoint, .request = request});
  } else if (wants_answer(request)) {
    actions.push_back(
        {.kind = Kind::kAnswerSavepoint, .checkpoint = checkpoint, .request = request});
  }
  ended_ = ended_ || is_last(request.purpose);
  drop_old(actions);
  finish_if_settled(actions);
}

void CheckpointCoordinator::commit(const std::set<int>& tasklets, Actions& actions) {
  if (tasklets.empty()) return;
  for (const int tasklet : tasklets) retry_ms_.erase(tasklet);
  actions.push_back({.kind = Kind::kCommit,
                     .checkpoint = published_.empty() ? 0 : published_.back(),
                     .tasklets = {tasklets.begin(), tasklets.end()}});
}

// A checkpoint in flight may use files that the newest one named when it began.
void CheckpointCoordinator::drop_old(Actions& actions) {
  int64_t needed = published_.back();
  for (const auto& [checkpoint, flight] : in_flight_) {
    if (flight.base > 0) needed = std::min(needed, flight.base);
  }
  if (!savepoints_.empty()) needed = std::min(needed, *savepoints_.begin());
  Action drop = {.kind = Kind::kDrop, .checkpoint = published_.back()};
  while (published_.size() > static_cast<size_t>(settings_.num_retained) &&
         published_.front() < needed) {
    drop.dropped.push_back(published_.front());
    published_.erase(published_.begin());
  }
  actions.push_back(std::move(drop));
}

void CheckpointCoordinator::abort(int64_t checkpoint, const Status& reason, int64_t now_ms,
                                  Actions& actions) {
  if (failed_) return;
  const auto found = in_flight_.find(checkpoint);
  const CheckpointRequest request = std::move(found->second.request);
  in_flight_.erase(found);
  ++num_failed_;
  const CheckpointFailure failure = checkpoint_failure_of(reason);
  if (failure == CheckpointFailure::kFenced || failure == CheckpointFailure::kUnknownOutcome) {
    // Nothing of it is removed: another attempt may go on from it.
    fail(reason, actions);
    return;
  }
  actions.push_back(
      {.kind = Kind::kAbort, .checkpoint = checkpoint, .request = request, .reason = reason});
  const bool disk_full = failure == CheckpointFailure::kDiskFull;
  if (request.purpose == CheckpointPurpose::kFinal && disk_full) {
    requests_.push_front(request);
    requests_not_before_ms_ = now_ms + kRetryMs;
    return;
  }
  if (wants_answer(request)) {
    actions.push_back({.kind = Kind::kAnswerSavepoint,
                       .checkpoint = checkpoint,
                       .request = request,
                       .reason = reason});
  }
  if (is_last(request.purpose)) {
    // Its sources have ended behind the barrier: only a new attempt reads on.
    fail(reason, actions);
  } else if (request.purpose == CheckpointPurpose::kPeriodic && !disk_full &&
             ++consecutive_failures_ > settings_.tolerable_failures) {
    fail(reason, actions);
  }
}

void CheckpointCoordinator::fail(const Status& reason, Actions& actions) {
  failed_ = true;
  actions.push_back({.kind = Kind::kFail, .reason = reason});
}

CheckpointCoordinator::Actions CheckpointCoordinator::on_savepoint_written(
    int64_t checkpoint, const CheckpointRequest& request, const Status& status) {
  Actions actions;
  if (savepoints_.erase(checkpoint) == 0) return actions;
  actions.push_back({.kind = Kind::kAnswerSavepoint,
                     .checkpoint = checkpoint,
                     .request = request,
                     .reason = status});
  finish_if_settled(actions);
  return actions;
}

CheckpointCoordinator::Actions CheckpointCoordinator::on_committed(int tasklet, int64_t checkpoint,
                                                                   const Status& status,
                                                                   int64_t now_ms) {
  Actions actions;
  if (!status.ok()) {
    retry_ms_[tasklet] = now_ms + kRetryMs;
    return actions;
  }
  std::erase_if(pending_, [&](const Pending& pending) {
    return pending.tasklet == tasklet && pending.published && pending.since <= checkpoint;
  });
  finish_if_settled(actions);
  return actions;
}

void CheckpointCoordinator::finish_if_settled(Actions& actions) {
  if (!ended_ || finished_ || failed_) return;
  if (!pending_.empty() || !savepoints_.empty() || !in_flight_.empty()) return;
  finished_ = true;
  actions.push_back({.kind = Kind::kFinish});
}

std::optional<int64_t> CheckpointCoordinator::next_tick_ms() const {
  if (failed_ || finished_) return std::nullopt;
  std::optional<int64_t> next;
  const auto at = [&](int64_t ms) { next = std::min(next.value_or(ms), ms); };
  for (const auto& [checkpoint, flight] : in_flight_) {
    if (!flight.missing.empty()) at(flight.triggered_ms + settings_.timeout_ms);
  }
  for (const auto& [tasklet, ms] : retry_ms_) at(ms);
  if (in_flight_.size() >= static_cast<size_t>(settings_.max_concurrent)) {
    // Due while there is no room: counted then, once.
    if (!ending_ && settings_.interval_ms > 0 && !skip_counted_) at(next_due_ms_);
    return next;
  }
  if (!requests_.empty()) at(requests_not_before_ms_);
  if (!ending_ && settings_.interval_ms > 0) at(std::max(next_due_ms_, pause_until_ms_));
  return next;
}

}  // namespace hw
