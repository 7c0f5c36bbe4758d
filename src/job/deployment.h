// SPDX-License-Identifier: Apache-2.0
//
// From a job graph to tasklets on workers: how many instances each vertex gets, who sends to whom,
// which splits go where. Shared-nothing: instance i of every vertex sits on worker i mod threads,
// so rows cross cores only at hash, broadcast and rebalance edges.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "job/checkpoint_assembly.h"
#include "job/job_run.h"
#include "runtime/barrier_answers.h"
#include "runtime/channel.h"
#include "runtime/job_graph.h"
#include "runtime/source.h"
#include "runtime/tasklet.h"
#include "runtime/worker.h"
#include "runtime/worker_metrics.h"

namespace hw {

/// One source vertex and its instances.
struct DeployedSource {
  int vertex = 0;
  std::unique_ptr<SplitEnumerator> enumerator;
  bool finished = false;      // no further splits
  std::vector<int> tasklets;  // by subtask
  size_t next = 0;            // whose turn it is to get a split
};

struct Deployment {
  /// Instances of each vertex.
  std::vector<int> parallelism;
  std::vector<DeployedSource> sources;
  std::vector<int> sinks;                 // tasklets that commit
  std::vector<CheckpointMember> members;  // by tasklet
  int num_tasklets = 0;
  std::vector<int> worker_of_tasklet;
  /// In order of vertex, place in the chain and subtask.
  std::vector<std::shared_ptr<OperatorMetrics>> metrics;
  std::vector<bool> metrics_of_source;  // parallel to `metrics`
  // These outlive the workers, whose tasklets use them.
  std::vector<std::unique_ptr<BarrierAnswers>> answers;  // by tasklet; empty without checkpoints
  std::vector<std::unique_ptr<Channel>> channels;
  std::vector<std::unique_ptr<Worker>> workers;
};

/// How many instances each vertex gets. `num_splits`: per vertex, of a source that knows all its
/// splits; -1 otherwise. A source does not get more instances than splits: one without a split
/// would hold back everybody's watermark until it has said that it has nothing.
std::vector<int> instances_of(const JobGraph& graph, const std::vector<int>& num_splits);

/// Deals splits out in turn. Returns per instance.
std::vector<std::vector<DealtSplit>> deal_splits(std::vector<DealtSplit> splits, int num_instances,
                                                 size_t& next);
/// Newly found ones, to be read from their beginning.
std::vector<DealtSplit> unread(std::vector<Split> splits);

/// Builds everything, from options.restore if there is one; nothing runs yet. `reports` outlives
/// the deployment.
Result<std::unique_ptr<Deployment>> deploy(const JobGraph& graph, const JobOptions& options,
                                           WorkerReports& reports);

}  // namespace hw
