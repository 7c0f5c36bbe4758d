// SPDX-License-Identifier: Apache-2.0
//
// One execution of a job graph: deployed onto worker threads, watched, stopped. The first error
// ends it. May be used from several threads; the callbacks of sources and sinks run on workers.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "job/checkpoint_request.h"
#include "runtime/job_graph.h"
#include "runtime/worker_metrics.h"

namespace hw {

class Env;

class CheckpointSink;
struct JobCheckpoint;

struct CheckpointSettings {
  /// Between the beginnings of two; 0 = only what is asked for.
  int64_t interval_ms = 0;
  /// One that takes longer is given up.
  int64_t timeout_ms = 600'000;
  /// Between the end of one and the beginning of the next.
  int64_t min_pause_ms = 0;
  int max_concurrent = 1;
  /// So many in a row may fail before the job does; a full disk counts for none.
  int tolerable_failures = 0;
  int num_retained = 1;
};

/// How a job takes checkpoints.
struct CheckpointOptions {
  /// Null: none are taken, sinks commit at the end of the input. Outlives the run.
  CheckpointSink* sink = nullptr;
  CheckpointSettings settings = {};
  /// Above every number that was used before.
  int64_t first_id = 1;
  /// Those of earlier runs that are still kept, oldest first.
  std::vector<int64_t> published = {};
  /// Barriers are not aligned: rows between two of them may come twice.
  bool at_least_once = false;
  /// Identity of the output: part names are made of these.
  int64_t generation = 0;
  int64_t attempt = 0;
  /// What people should know, a line each. Called on the job's thread. May be empty.
  std::function<void(const std::string& message)> on_event = {};
  /// Where a savepoint that was asked for is, or why it is not. Called on the job's thread.
  std::function<void(const Result<std::string>& path)> on_savepoint = {};
};

struct JobOptions {
  /// Not null; outlives the run.
  Env* env = nullptr;
  /// Worker threads at most; 0 = one a core. Never more than the parallelism.
  int threads_max = 0;
  /// No threads at all: step() does everything, in a fixed order. For tests and simulation.
  bool single_thread = false;
  /// Rows in a batch that an operator makes, at most; tests lower it.
  int64_t output_rows_max = kBatchRowsMax;
  CheckpointOptions checkpoints = {};
  /// Ends when the sources have nothing more just now: behind a last checkpoint from which a later
  /// run goes on, and without a last watermark. Sources were made for it
  /// (ScanRequest::available_now).
  bool available_now = false;
  /// What to go on from; null: from the beginning. Taken of the same graph, at any parallelism.
  std::shared_ptr<const JobCheckpoint> restore = nullptr;
};

/// Why a job failed.
struct JobFailure {
  Status cause;               // as the operator returned it
  std::string operator_name;  // `GroupAggregate`
  std::string tasklet;        // `Source(orders) -> Calc [2/4]`
};

/// Where a job stands.
struct JobProgress {
  bool done = false;
  /// Of all sources together.
  int64_t rows_read = 0;
  ReadProgress read;
  /// The least watermark over the sources' instances; Watermark::kNone before the first.
  int64_t watermark_ms = Watermark::kNone;
  /// Named counters summed over the job, e.g. late_rows_dropped.
  std::map<std::string, int64_t> counters;
};

class JobRun {
 public:
  /// Deploys and starts. Fails when the graph is broken, a source cannot be opened or has no
  /// splits to find; what fails later is the run's own status.
  static Result<std::unique_ptr<JobRun>> start(JobGraph graph, JobOptions options);
  /// Cancels what still runs and waits for it.
  virtual ~JobRun() = default;

  /// Blocks until the job is done. Returns OK at the end of the input or after stop(), Cancelled
  /// after cancel(), else the first error with the operator's name as context.
  virtual Status wait() = 0;
  /// Blocks for at most so long. Returns true when the job is done.
  virtual bool wait_for(int64_t timeout_ms) = 0;
  virtual bool done() const = 0;

  /// Clean stop: sources read no further, what is under way is finished, sinks commit. Windows
  /// that are still open do not fire. With checkpoints: behind a last one, from which a later run
  /// goes on.
  virtual void stop() = 0;
  /// Begins a checkpoint; its CheckpointSink hears of it when it is complete. kStop is a stop()
  /// that may write a savepoint and `drain`: then all windows fire first. Without checkpoints, in
  /// batch mode and when the job is ending already: nothing, but kStop still stops.
  virtual void checkpoint(CheckpointRequest request) = 0;
  /// Stops at once; sinks drop what they have not committed.
  virtual void cancel() = 0;

  /// What people should know since the last call: checkpoints that failed, restarts, savepoints.
  virtual std::vector<std::string> take_events() { return {}; }
  virtual JobProgress progress() const = 0;
  /// Each operator instance, in order of vertex, place in the chain and subtask.
  virtual std::vector<MetricsReading> metrics() const = 0;
  /// Set when wait() returned an error of the job.
  virtual std::optional<JobFailure> failure() const = 0;

  /// Single-thread mode: steps every tasklet once. Returns false when the job is done.
  virtual bool step() = 0;
};

}  // namespace hw
