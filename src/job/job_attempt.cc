// SPDX-License-Identifier: Apache-2.0

#include "job/job_attempt.h"

#include <utility>

#include "base/env/env.h"
#include "job/checkpoint_contents.h"
#include "job/checkpoint_error.h"
#include "job/checkpoint_reader.h"
#include "job/job_checkpoint.h"
#include "job/restore_choice.h"
#include "job/restore_mapping.h"
#include "job/savepoint.h"

namespace hw {

namespace {

// Whatever is wrong with a checkpoint, it is not the statement that is.
Status unreadable(const Status& why) {
  if (why.ok() || why.IsIOError()) return why;
  return checkpoint_error(CheckpointErrorKind::kForeign, why.message());
}

}  // namespace

/// What the attempt goes on from; no manifest: from the beginning.
struct ChosenRestore {
  std::shared_ptr<const CheckpointFiles> files;
  std::shared_ptr<const Manifest> manifest;
  std::string shown;  // for messages
  int64_t number() const { return manifest == nullptr ? 0 : manifest->checkpoint; }
};

JobAttempt::JobAttempt(const JobGraph& graph, JobOptions options, const DurableJobOptions& durable,
                       std::function<void(const std::string& message)> tell)
    : graph_(graph),
      options_(std::move(options)),
      durable_(durable),
      env_(*options_.env),
      tell_(std::move(tell)) {}

Result<std::unique_ptr<JobAttempt>> JobAttempt::start(
    const JobGraph& graph, const JobOptions& options, const DurableJobOptions& durable, bool first,
    std::function<void(const std::string& message)> tell) {
  std::unique_ptr<JobAttempt> attempt(new JobAttempt(graph, options, durable, std::move(tell)));
  HW_TRY(attempt->take_lease(first));
  HW_ASSIGN_OR_RETURN(const ChosenRestore chosen, attempt->choose(first));
  HW_TRY(attempt->load(chosen));
  HW_TRY(attempt->run_from(chosen));
  return attempt;
}

Status JobAttempt::take_lease(bool first) {
  HW_ASSIGN_OR_RETURN(files_, open_checkpoint_files(env_, durable_.directory));
  HW_ASSIGN_OR_RETURN(lease_, Lease::take(env_, files_,
                                          {.timeout_ms = durable_.lease_timeout_ms,
                                           .standby = first && durable_.standby,
                                           .fresh = first && durable_.fresh,
                                           .elsewhere = first && !durable_.restore_from.empty(),
                                           .cancelled = durable_.cancelled,
                                           .on_wait = durable_.on_wait}));
  if (!first && lease_->chain().newest_number == 0)
    return checkpoint_error(CheckpointErrorKind::kNothingValid,
                            "'" + files_->shown("") +
                                "' is empty, and it held this job's "
                                "checkpoints when the job began: bring it back, or begin anew with "
                                "--fresh");
  show_life();
  return Status::OK();
}

JobAttempt::~JobAttempt() { over_.open(); }

void JobAttempt::show_life() {
  if (options_.single_thread) return;
  renewer_ = env_.start_thread("lease", [this] {
    while (!over_.wait_for(durable_.lease_timeout_ms / 10)) {
      Status renewed = lease_->renew();
      if (!renewed.ok()) return lost_.set(std::make_shared<const Status>(std::move(renewed)));
    }
  });
}

Status JobAttempt::still_ours() {
  const int64_t now_ms = env_.monotonic_ns() / 1'000'000;
  if (options_.single_thread && now_ms >= renew_at_ms_) {
    renew_at_ms_ = now_ms + durable_.lease_timeout_ms / 10;
    return lease_->renew();
  }
  const std::shared_ptr<const Status> lost = lost_.get();
  return lost == nullptr ? Status::OK() : *lost;
}

Result<ChosenRestore> JobAttempt::choose(bool first) {
  const bool anew = lease_->chain().newest_number == 0;
  if (first && !durable_.restore_from.empty()) {
    HW_ASSIGN_OR_RETURN(ChosenRestore chosen, open_named(durable_.restore_from));
    HW_TRY(lease_->start_from(
        {.generation = lease_->generation() + (anew ? 0 : 1), .origin = durable_.restore_from}));
    return chosen;
  }
  if (first && durable_.fresh) {
    if (!anew) HW_TRY(lease_->start_from({.generation = lease_->generation() + 1}));
    return ChosenRestore{};
  }
  const auto newest_shown_epoch = [this](const std::string& sink_uid, int64_t generation) {
    return ask_sink(sink_uid, generation);
  };
  HW_ASSIGN_OR_RETURN(
      const RestoreChoice choice,
      choose_restore(files_, lease_->chain(),
                     {.job = graph_.name, .newest_shown_epoch = newest_shown_epoch}));
  for (const DamagedCheckpoint& damaged : choice.damaged)
    tell_("checkpoint " + std::to_string(damaged.checkpoint) +
          " is damaged and passed over: " + damaged.why.message());
  if (!choice.damaged.empty())
    HW_TRY(lease_->start_from({.generation = lease_->generation(),
                               .checkpoint = choice.manifest ? choice.manifest->checkpoint : 0,
                               .manifest = choice.manifest_name,
                               .digest = choice.digest,
                               .origin = choice.manifest ? "" : choice.origin}));
  if (choice.manifest == nullptr && !choice.origin.empty()) return open_named(choice.origin);
  return ChosenRestore{.files = files_,
                       .manifest = choice.manifest,
                       .shown = choice.manifest ? files_->shown(choice.manifest_name) : ""};
}

// A sink that the job has no more cannot be asked.
Result<std::optional<int64_t>> JobAttempt::ask_sink(const std::string& uid,
                                                    int64_t generation) const {
  std::vector<const JobGraph*> graphs = {&graph_};
  for (const JobGraph& graph : durable_.unshared) graphs.push_back(&graph);
  for (const JobGraph* graph : graphs) {
    for (const Vertex& vertex : graph->vertices) {
      if (!vertex.sink || vertex.sink->uid != uid) continue;
      return vertex.sink->sink->newest_shown_epoch({.env = &env_,
                                                    .memory_pool = env_.memory_pool(),
                                                    .job = graph_.name,
                                                    .sink = vertex.sink->name,
                                                    .generation = generation,
                                                    .attempt = lease_->attempt()});
    }
  }
  return std::optional<int64_t>();
}

Result<ChosenRestore> JobAttempt::open_named(const std::string& path) {
  const Result<OpenedCheckpoint> opened = open_checkpoint(env_, path);
  HW_TRY(unreadable(opened.status()));
  HW_TRY(unreadable(verify_files(*opened->files, *opened->manifest)));
  return ChosenRestore{.files = opened->files, .manifest = opened->manifest, .shown = path};
}

Result<RestoreMapping> JobAttempt::map_onto_job(const Manifest& manifest) {
  const RestoreMappingOptions options{
      .env = &env_, .allow_non_restored_state = durable_.allow_non_restored_state};
  HW_ASSIGN_OR_RETURN(RestoreMapping mapping, map_restore(graph_, manifest, options));
  if (!mapping.shares_too_much) return mapping;
  const std::string too_much = *mapping.shares_too_much;
  for (const JobGraph& less : durable_.unshared) {
    const bool last = &less == &durable_.unshared.back();
    JobGraph graph = less;
    graph.name = graph_.name;
    HW_ASSIGN_OR_RETURN(mapping, map_restore(graph, manifest, options));
    if (mapping.shares_too_much) continue;
    tell_(too_much + " ran several times at the checkpoint, or not for all that read it now: " +
          (last ? "nothing is shared" : "tables are read for each part that is shared"));
    graph_ = std::move(graph);
    return mapping;
  }
  return Status::Invalid("the job runs ", too_much,
                         " once, which ran several times at the checkpoint; SET "
                         "'table.optimizer.reuse-sub-plan-enabled' = 'false'");
}

Status JobAttempt::load(const ChosenRestore& chosen) {
  if (chosen.manifest == nullptr) return Status::OK();
  Result<RestoreMapping> mapped_onto = map_onto_job(*chosen.manifest);
  if (mapped_onto.status().IsInvalid())
    return checkpoint_error(CheckpointErrorKind::kUnfit, mapped_onto.status().message());
  HW_ASSIGN_OR_RETURN(const RestoreMapping mapping, std::move(mapped_onto));
  Result<JobCheckpoint> saved = read_checkpoint(chosen.files, chosen.manifest);
  HW_TRY(unreadable(saved.status()));
  Result<JobCheckpoint> mapped = apply(mapping, *std::move(saved), env_);
  HW_TRY(unreadable(mapped.status()));
  options_.restore = std::make_shared<const JobCheckpoint>(*std::move(mapped));
  if (chosen.manifest->kind == ManifestKind::kFinal) {
    tell_("already complete: its input had ended at checkpoint " + std::to_string(chosen.number()) +
          "; --fresh runs it again");
    return Status::OK();
  }
  tell_("goes on from checkpoint " + std::to_string(chosen.number()) + " (" + chosen.shown + ")");
  for (const RestoreLine& line : mapping.lines)
    if (line.fate != RestoreFate::kMapped) tell_(to_text(line));
  return Status::OK();
}

Status JobAttempt::run_from(const ChosenRestore& chosen) {
  HW_ASSIGN_OR_RETURN(
      store_, CheckpointStore::open(env_, files_, *lease_,
                                    {.job = graph_.name, .restored_checkpoint = chosen.number()}));
  keeper_ = std::make_unique<CheckpointKeeper>(env_, graph_, *lease_, *store_, tell_);
  options_.checkpoints.sink = keeper_.get();
  options_.checkpoints.first_id = store_->next_checkpoint();
  options_.checkpoints.published = store_->published();
  options_.checkpoints.generation = lease_->generation();
  options_.checkpoints.attempt = lease_->attempt();
  HW_ASSIGN_OR_RETURN(run_, JobRun::start(graph_, options_));
  return Status::OK();
}

}  // namespace hw
