// SPDX-License-Identifier: Apache-2.0

#include "sqltest/restarting_job.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "job/checkpoint_sink.h"
#include "runtime/sink.h"

namespace hw {
namespace {

// The sink of the job as the world sees it: prepared epochs outlive an attempt, and what is
// committed goes to the real writers, once.
class World {
 public:
  explicit World(std::shared_ptr<Sink> sink) : sink_(std::move(sink)) {}

  const std::shared_ptr<Sink>& sink() const { return sink_; }
  void keep(const std::string& epoch, std::vector<Batch> batches) {
    prepared_[epoch] = std::move(batches);
  }
  Status show(const std::string& epoch, const SinkContext& context) {
    auto batches = prepared_.extract(epoch);
    if (batches.empty()) return Status::OK();  // committed before
    HW_ASSIGN_OR_RETURN(SinkWriter* const writer, writer_of(context));
    for (const Batch& batch : batches.mapped()) HW_TRY(writer->write(batch));
    return writer->flush();
  }
  Result<SinkWriter*> writer_of(const SinkContext& context) {
    auto& writer = writers_[context.subtask];
    if (writer == nullptr) {
      HW_ASSIGN_OR_RETURN(writer, sink_->make_writer(context));
    }
    return writer.get();
  }
  // The end of the job: the real writers commit.
  Status finish() {
    for (const auto& [subtask, writer] : writers_) {
      HW_ASSIGN_OR_RETURN(const std::vector<Committable> committables, writer->prepare(0));
      for (const Committable& committable : committables) HW_TRY(writer->commit(committable));
      HW_TRY(writer->flush());
    }
    return Status::OK();
  }
  void abort() {
    for (const auto& [subtask, writer] : writers_) writer->abort();
  }

 private:
  const std::shared_ptr<Sink> sink_;
  std::map<std::string, std::vector<Batch>> prepared_;
  std::map<int, std::unique_ptr<SinkWriter>> writers_;
};

class WorldWriter final : public SinkWriter {
 public:
  WorldWriter(std::shared_ptr<World> world, const SinkContext& context)
      : world_(std::move(world)), context_(context) {}

  Status write(const Batch& batch) override {
    batches_.push_back(batch);
    return Status::OK();
  }
  Result<std::vector<Committable>> prepare(int64_t checkpoint) override {
    if (batches_.empty()) return std::vector<Committable>{};
    const std::string epoch = std::to_string(context_.attempt) + "-" +
                              std::to_string(context_.subtask) + "-" + std::to_string(checkpoint);
    world_->keep(epoch, std::exchange(batches_, {}));
    return std::vector<Committable>{epoch};
  }
  Status commit(const Committable& committable) override {
    return world_->show(committable, context_);
  }
  Status recover(std::span<const Committable> pending) override {
    for (const Committable& committable : pending) HW_TRY(commit(committable));
    return Status::OK();
  }

 private:
  const std::shared_ptr<World> world_;
  const SinkContext context_;
  std::vector<Batch> batches_;
};

class WorldSink final : public Sink {
 public:
  explicit WorldSink(std::shared_ptr<World> world) : world_(std::move(world)) {}
  RowKindSet accepts() const override { return world_->sink()->accepts(); }
  Guarantee guarantee() const override { return Guarantee::kExactlyOnce; }
  Result<std::unique_ptr<SinkWriter>> make_writer(const SinkContext& context) override {
    // What the real one refuses is refused at the same moment.
    HW_TRY(world_->writer_of(context).status());
    return std::make_unique<WorldWriter>(world_, context);
  }
  Description describe() const override { return world_->sink()->describe(); }

 private:
  const std::shared_ptr<World> world_;
};

class LastKept final : public CheckpointSink {
 public:
  Status write(const JobCheckpoint& checkpoint) override {
    written = checkpoint;
    return Status::OK();
  }
  // As late as it may be read: the job has gone on for a step. One that nothing goes on from, as
  // the attempt lives to see more, is not read.
  Status publish(int64_t) override {
    const JobCheckpoint published = *std::exchange(written, std::nullopt);
    ++num_kept;
    if (!published.final && (lives_for == 0 || num_kept < lives_for)) return Status::OK();
    HW_ASSIGN_OR_RETURN(JobCheckpoint checkpoint, read_out(published));
    last = std::make_shared<const JobCheckpoint>(std::move(checkpoint));
    return Status::OK();
  }
  std::optional<JobCheckpoint> written;
  std::shared_ptr<const JobCheckpoint> last;
  /// Of the attempt.
  int num_kept = 0;
  /// Checkpoints that the attempt lives to see; 0 = it is not killed.
  int lives_for = 0;
};

// Steps until the job is done or has lived to see its last checkpoint. Returns whether it is done.
bool run_attempt(JobRun& job, const LastKept& kept, const RestartRule& rule, int steps_behind) {
  const bool nothing_follows = rule.kill_after > 0 && kept.lives_for == 0;
  int interval = rule.steps_between;
  for (int64_t step = 0, next = 0;; ++step) {
    if (step == next) {
      job.checkpoint({.purpose = CheckpointPurpose::kPeriodic});
      next += interval;
      if (nothing_follows) interval *= 2;
    }
    if (!job.step()) return true;
    if (kept.lives_for > 0 && kept.num_kept >= kept.lives_for) break;
  }
  for (int i = 0; i < steps_behind; ++i)
    if (!job.step()) return true;
  return false;
}

// Returns whether the job is over, rather than stopped before its end.
bool run_until_stop(JobRun& job, const LastKept& kept, const RestartRule& rule) {
  if (run_attempt(job, kept, rule, /*steps_behind=*/0)) return true;
  job.stop();
  return !job.wait().ok() || kept.last->final;
}

}  // namespace

Result<std::unique_ptr<JobRun>> run_restarting(JobGraph graph, JobOptions options,
                                               const RestartRule& rule) {
  const auto most = std::max_element(rule.parallelism.begin(), rule.parallelism.end());
  if (graph.parallelism == 1 && most != rule.parallelism.end() && *most > 1) {
    return Status::UnknownError("a graph that is planned for parallelism 1 has no exchanges, so ",
                                "it cannot run at ", *most, ": plan it for 2 or more");
  }
  std::vector<std::shared_ptr<World>> worlds;
  for (Vertex& vertex : graph.vertices) {
    if (!vertex.sink) continue;
    worlds.push_back(std::make_shared<World>(vertex.sink->sink));
    vertex.sink->sink = std::make_shared<WorldSink>(worlds.back());
  }
  options.single_thread = true;
  LastKept kept;
  for (int attempt = 0;; ++attempt) {
    kept.num_kept = 0;
    kept.lives_for = attempt < rule.kills_max ? rule.kill_after : 0;
    options.restore = kept.last;
    options.checkpoints = {
        .sink = &kept, .first_id = kept.last ? kept.last->id + 1 : 1, .attempt = attempt};
    if (!rule.parallelism.empty())
      graph.parallelism = rule.parallelism[static_cast<size_t>(attempt) % rule.parallelism.size()];
    HW_ASSIGN_OR_RETURN(std::unique_ptr<JobRun> job, JobRun::start(graph, options));
    const bool over = rule.stops ? run_until_stop(*job, kept, rule)
                                 : run_attempt(*job, kept, rule, /*steps_behind=*/attempt % 3);
    if (!over) continue;
    const bool ok = job->wait().ok();
    for (const auto& world : worlds) {
      if (ok) {
        HW_TRY(world->finish());
      } else {
        world->abort();
      }
    }
    return job;
  }
}

}  // namespace hw
