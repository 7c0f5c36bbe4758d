// SPDX-License-Identifier: Apache-2.0

#include "job/job_checkpointing.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "base/env/env.h"
#include "base/planted.h"
#include "job/checkpoint_sink.h"

namespace hw {
namespace {

BarrierKind barrier_kind(CheckpointPurpose purpose) {
  switch (purpose) {
    case CheckpointPurpose::kSavepoint:
      return BarrierKind::kSavepoint;
    case CheckpointPurpose::kStop:
      return BarrierKind::kStopWithSavepoint;
    case CheckpointPurpose::kPeriodic:
    case CheckpointPurpose::kFinal:
      break;
  }
  return BarrierKind::kCheckpoint;
}

bool is_last(CheckpointPurpose purpose) {
  return purpose == CheckpointPurpose::kStop || purpose == CheckpointPurpose::kFinal;
}

// A batch job has one checkpoint, at its end: killed before, it runs again.
CheckpointSettings settings_of(const CheckpointOptions& options, bool batch_mode) {
  CheckpointSettings settings = options.settings;
  if (batch_mode) settings.interval_ms = 0;
  return settings;
}

}  // namespace

JobCheckpointing::JobCheckpointing(CheckpointHost& host, Env& env, const JobOptions& options,
                                   bool batch_mode, std::vector<CheckpointMember> members,
                                   WorkerWaker& waker)
    : host_(host),
      env_(env),
      options_(options.checkpoints),
      batch_mode_(batch_mode),
      waker_(waker),
      assembly_(members),
      coordinator_(settings_of(options_, batch_mode),
                   {.attempt = options_.attempt,
                    .next_checkpoint = options_.first_id,
                    .num_tasklets = static_cast<int>(members.size()),
                    .published = options_.published,
                    .pending = {},
                    .now_ms = now_ms()}),
      queue_(env, "checkpoints", !options.single_thread) {
  for (size_t i = 0; i < members.size(); ++i)
    if (!members[i].sink_uid.empty()) committed_[static_cast<int>(i)] = 0;
}

// The monotonic clock: a clock that is set neither hurries checkpoints nor holds them up.
int64_t JobCheckpointing::now_ms() const { return env_.monotonic_ns() / 1'000'000; }

void JobCheckpointing::request(CheckpointRequest request) {
  if (batch_mode_ && request.purpose != CheckpointPurpose::kFinal) {
    if (options_.on_savepoint && !request.savepoint_directory.empty())
      options_.on_savepoint(Status::Invalid("a batch job takes no savepoint"));
    return;
  }
  ending_ = ending_ || is_last(request.purpose);
  carry_out(coordinator_.on_request(std::move(request), now_ms()));
}

void JobCheckpointing::on_answer(int tasklet, BarrierAnswer answer) {
  const CheckpointMember& member = assembly_.member(tasklet);
  CheckpointCoordinator::Answer told = {.checkpoint = answer.checkpoint,
                                        .attempt = options_.attempt,
                                        .tasklet = tasklet,
                                        .committables = {},
                                        .committer = member.committer,
                                        .status = Status::OK()};
  for (Committable& committable : answer.committables) {
    if (member.committer != tasklet)
      of_others_[member.committer].push_back(
          {.epoch = answer.checkpoint, .committable = committable});
    told.committables.push_back({.sink_uid = member.sink_uid,
                                 .subtask = member.subtask,
                                 .generation = options_.generation,
                                 .epoch = answer.checkpoint,
                                 .bytes = std::move(committable)});
  }
  assembly_.add(tasklet, answer.checkpoint, std::move(answer.snapshots));
  carry_out(coordinator_.on_answer(std::move(told), now_ms()));
}

void JobCheckpointing::on_committed(int tasklet, int64_t up_to) {
  committed_[tasklet] = up_to;
  carry_out(coordinator_.on_committed(tasklet, up_to, Status::OK(), now_ms()));
  tell_committed();
}

void JobCheckpointing::on_done(int tasklet) {
  committed_.erase(tasklet);
  carry_out(coordinator_.on_tasklet_done(tasklet));
  tell_committed();
}

bool JobCheckpointing::tend() {
  bool any = false;
  for (const Done& done : done_.take()) {
    any = true;
    hear(done);
  }
  const std::optional<int64_t> due_ms = coordinator_.next_tick_ms();
  if (due_ms && *due_ms <= now_ms()) {
    any = true;
    carry_out(coordinator_.on_tick(now_ms()));
  }
  return any;
}

void JobCheckpointing::post(std::function<Done(CheckpointSink&)> work) {
  ++num_posted_;
  queue_.post([this, work = std::move(work)] { done_.post(work(*options_.sink), waker_); });
}

void JobCheckpointing::hear(const Done& done) {
  --num_posted_;
  switch (done.kind) {
    case Done::Kind::kWritten:
      return carry_out(coordinator_.on_manifest_written(done.checkpoint, done.status, now_ms()));
    case Done::Kind::kPublished:
      if (done.status.ok()) {
        published_.push_back(done.checkpoint);
        newest_published_ = done.checkpoint;
        host_.on_published(done.checkpoint);
      }
      carry_out(coordinator_.on_published(done.checkpoint, done.status, now_ms()));
      // Whoever has nothing to commit hears of the end, too.
      if (done.status.ok() && done.checkpoint == last_) commit(done.checkpoint, true);
      return tell_committed();
    case Done::Kind::kSavepoint:
      if (done.status.ok()) savepoint_paths_[done.checkpoint] = done.savepoint;
      return carry_out(
          coordinator_.on_savepoint_written(done.checkpoint, done.request, done.status));
    case Done::Kind::kOther:
      return;
  }
}

void JobCheckpointing::carry_out(CheckpointCoordinator::Actions actions) {
  for (CheckpointAction& action : actions) {
    if (failed_) return;
    carry_out(action);
  }
}

void JobCheckpointing::carry_out(CheckpointAction& action) {
  const int64_t id = action.checkpoint;
  switch (action.kind) {
    case CheckpointAction::Kind::kTrigger:
      return trigger(action);
    case CheckpointAction::Kind::kAbort:
      assembly_.forget(id);
      if (options_.on_event)
        options_.on_event("checkpoint " + std::to_string(id) +
                          " is abandoned: " + action.reason.message());
      return post([id](CheckpointSink& sink) {
        sink.abandon(id);
        return Done{};
      });
    case CheckpointAction::Kind::kWriteManifest:
      return write(action);
    case CheckpointAction::Kind::kPublish:
      if (HW_PLANTED_BUG(1)) commit(id, false);
      return post([id](CheckpointSink& sink) {
        return Done{.kind = Done::Kind::kPublished, .checkpoint = id, .status = sink.publish(id)};
      });
    case CheckpointAction::Kind::kWriteSavepoint:
      return post([id, request = action.request](CheckpointSink& sink) {
        Result<std::string> written = sink.write_savepoint(id, request.savepoint_directory);
        return Done{.kind = Done::Kind::kSavepoint,
                    .checkpoint = id,
                    .status = written.status(),
                    .request = request,
                    .savepoint = written.ok() ? *written : ""};
      });
    case CheckpointAction::Kind::kCommit:
      return commit(id, false);
    case CheckpointAction::Kind::kDrop:
      return post([dropped = std::move(action.dropped)](CheckpointSink& sink) {
        sink.drop(dropped);
        return Done{};
      });
    case CheckpointAction::Kind::kAnswerSavepoint: {
      const auto path = savepoint_paths_.extract(id);
      if (!options_.on_savepoint) return;
      if (!action.reason.ok()) return options_.on_savepoint(action.reason);
      return options_.on_savepoint(path.empty() ? std::string() : path.mapped());
    }
    case CheckpointAction::Kind::kFinish:
      return;  // the run ends when its tasklets have
    case CheckpointAction::Kind::kFail:
      failed_ = true;
      return host_.fail(action.reason);
  }
}

void JobCheckpointing::trigger(const CheckpointAction& action) {
  const CheckpointPurpose purpose = action.request.purpose;
  Result<std::vector<JobCheckpoint::SourceState>> sources = host_.sources();
  if (!sources.ok()) {
    failed_ = true;
    return host_.fail(sources.status());
  }
  const bool final = purpose == CheckpointPurpose::kFinal;
  const BarrierKind kind = barrier_kind(purpose);
  if (final)
    for (JobCheckpoint::SourceState& source : *sources) source.finished = true;
  if (is_last(purpose)) last_ = action.checkpoint;
  assembly_.begin({.id = action.checkpoint,
                   .kind = kind,
                   .final = final,
                   .operators = {},
                   .sources = *std::move(sources),
                   .committables = {}});
  host_.inject({.barrier = {.id = action.checkpoint, .kind = kind, .published = newest_published_},
                .drain = action.request.drain},
               final);
}

void JobCheckpointing::write(CheckpointAction& action) {
  const auto checkpoint = std::make_shared<JobCheckpoint>(assembly_.take(action.checkpoint));
  for (ManifestCommittable& committable : action.committables)
    checkpoint->committables.push_back({.sink_uid = std::move(committable.sink_uid),
                                        .subtask = committable.subtask,
                                        .epoch = committable.epoch,
                                        .committable = std::move(committable.bytes)});
  post([checkpoint](CheckpointSink& sink) {
    return Done{.kind = Done::Kind::kWritten,
                .checkpoint = checkpoint->id,
                .status = sink.write(*checkpoint)};
  });
}

void JobCheckpointing::commit(int64_t up_to, bool last) {
  for (const auto& [tasklet, _] : committed_) {
    CommitPrepared told{.up_to = up_to, .last = last};
    std::vector<CommitPrepared::Prepared>& waiting = of_others_[tasklet];
    const auto later = std::stable_partition(waiting.begin(), waiting.end(),
                                             [&](const auto& one) { return one.epoch <= up_to; });
    told.of_others.assign(std::make_move_iterator(waiting.begin()), std::make_move_iterator(later));
    waiting.erase(waiting.begin(), later);
    host_.commit(tasklet, std::move(told));
  }
}

void JobCheckpointing::tell_committed() {
  while (!published_.empty()) {
    for (const auto& [tasklet, up_to] : committed_)
      if (up_to < published_.front()) return;
    options_.sink->on_committed(published_.front());
    published_.pop_front();
  }
}

}  // namespace hw
