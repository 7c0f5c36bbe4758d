// SPDX-License-Identifier: Apache-2.0

#include "job/deployment.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "base/assert.h"
#include "base/env/env.h"
#include "base/planted.h"
#include "runtime/aligned_source.h"
#include "runtime/operator_tasklet.h"
#include "runtime/outbox.h"
#include "runtime/partitioned_sink.h"
#include "runtime/sink_tail.h"
#include "runtime/source_tasklet.h"
#include "runtime/split_feed.h"

namespace hw {
namespace {

// Which receivers sender `subtask` of an edge has a channel to.
std::vector<int> receivers_of(EdgeContract contract, int subtask, int num_receivers) {
  switch (contract) {
    case EdgeContract::kForward:
      return {subtask % num_receivers};
    case EdgeContract::kGlobal:
      return {0};
    default:
      break;
  }
  std::vector<int> all;
  for (int i = 0; i < num_receivers; ++i) all.push_back(i);
  return all;
}

RowKindSet output_kinds(const Vertex& vertex, int op) {
  if (op >= 0) return vertex.chain[static_cast<size_t>(op)].output_kinds;
  return vertex.source ? vertex.source->output_kinds : RowKindSet::all();
}

class Builder {
 public:
  Builder(const JobGraph& graph, const JobOptions& options, WorkerReports& reports)
      : graph_(graph),
        options_(options),
        env_(*options.env),
        reports_(reports),
        deployment_(std::make_unique<Deployment>()) {}

  Result<std::unique_ptr<Deployment>> build() {
    HW_TRY(graph_.validate());
    HW_TRY(check_restored_sinks());
    HW_TRY(find_splits());
    number_tasklets();
    make_workers();
    make_channels();
    for (const Vertex& vertex : graph_.vertices) HW_TRY(build_vertex(vertex));
    return std::move(deployment_);
  }

 private:
  int instances(int vertex) const { return deployment_->parallelism[static_cast<size_t>(vertex)]; }
  int tasklet_of(int vertex, int subtask) const {
    return first_tasklet_[static_cast<size_t>(vertex)] + subtask;
  }
  Worker& worker_of(int subtask) {
    return *deployment_->workers[static_cast<size_t>(subtask) % deployment_->workers.size()];
  }

  // What an earlier run prepared is never dropped.
  Status check_restored_sinks() const {
    if (options_.restore == nullptr) return Status::OK();
    for (const JobCheckpoint::Prepared& prepared : options_.restore->committables) {
      const auto commits = [&](const Vertex& vertex) {
        return vertex.sink && vertex.sink->uid == prepared.sink_uid;
      };
      if (std::none_of(graph_.vertices.begin(), graph_.vertices.end(), commits))
        return Status::Invalid("the checkpoint holds output that sink '", prepared.sink_uid,
                               "' has not shown yet (epoch ", prepared.epoch,
                               "), but this job has no such sink");
    }
    return Status::OK();
  }

  // The splits a source begins with: those of the checkpoint, and what is found now.
  Result<std::vector<DealtSplit>> splits_of(const SourceRecipe& recipe, DeployedSource& source) {
    std::vector<DealtSplit> splits;
    const JobCheckpoint::SourceState* state = nullptr;
    if (options_.restore != nullptr)
      for (const auto& candidate : options_.restore->sources)
        if (candidate.uid == recipe.uid) state = &candidate;
    if (state != nullptr) {
      bool all_ended = true;
      for (const OperatorSnapshot& snapshot : options_.restore->of(recipe.uid)) {
        all_ended = all_ended && snapshot.ended;
        for (const auto& [name, bytes] : snapshot.named) {
          HW_ASSIGN_OR_RETURN(DealtSplit split, decode_split(bytes));
          splits.push_back(std::move(split));
        }
      }
      // Also one that has found all it will: the next checkpoint says again what it has found.
      HW_TRY(source.enumerator->seek(state->position));
      const bool asked_again = options_.available_now && recipe.source->grows();
      source.finished = all_ended || (state->finished && !asked_again);
      if (source.finished) return splits;
    }
    HW_ASSIGN_OR_RETURN(std::vector<Split> found, source.enumerator->discover());
    for (DealtSplit& split : unread(std::move(found))) splits.push_back(std::move(split));
    source.finished = source.enumerator->finished();
    return splits;
  }

  Status find_splits() {
    std::vector<int> num_splits(graph_.vertices.size(), -1);
    for (const Vertex& vertex : graph_.vertices) {
      if (!vertex.source) continue;
      const SourceRecipe& recipe = *vertex.source;
      const auto metrics = metrics_of(vertex, recipe.uid, recipe.description.name, 0);
      const SourceContext context{.env = &env_,
                                  .memory_pool = env_.memory_pool(),
                                  .counter = [metrics](std::string_view name) -> Counter& {
                                    return metrics->counter(name);
                                  }};
      DeployedSource source{.vertex = vertex.id};
      HW_ASSIGN_OR_RETURN(source.enumerator, recipe.source->make_enumerator(context));
      HW_ASSIGN_OR_RETURN(std::vector<DealtSplit> splits, splits_of(recipe, source));
      if (source.finished)
        num_splits[static_cast<size_t>(vertex.id)] = static_cast<int>(splits.size());
      found_splits_.push_back(std::move(splits));
      deployment_->sources.push_back(std::move(source));
    }
    deployment_->parallelism = instances_of(graph_, num_splits);
    return Status::OK();
  }

  void number_tasklets() {
    for (const Vertex& vertex : graph_.vertices) {
      first_tasklet_.push_back(deployment_->num_tasklets);
      deployment_->num_tasklets += instances(vertex.id);
      for (int subtask = 0; subtask < instances(vertex.id); ++subtask) {
        if (vertex.sink) deployment_->sinks.push_back(tasklet_of(vertex.id, subtask));
        const bool together = vertex.sink && commits_together(*vertex.sink->sink);
        deployment_->members.push_back(
            {.subtask = subtask,
             .uids = uids_of(vertex),
             .sink_uid = vertex.sink ? vertex.sink->uid : "",
             .committer = tasklet_of(vertex.id, together ? 0 : subtask)});
        make_answers(tasklet_of(vertex.id, subtask));
      }
    }
  }

  // Those that have state of their own: the source and the operators.
  static std::vector<std::string> uids_of(const Vertex& vertex) {
    std::vector<std::string> uids;
    if (vertex.source) uids.push_back(vertex.source->uid);
    for (const OperatorRecipe& recipe : vertex.chain) uids.push_back(recipe.uid);
    return uids;
  }

  void make_answers(int tasklet) {
    deployment_->answers.push_back(
        std::make_unique<BarrierAnswers>([&reports = reports_, tasklet](BarrierAnswer answer) {
          reports.post({.kind = WorkerReport::Kind::kAnswered,
                        .tasklet = tasklet,
                        .answer = std::make_shared<BarrierAnswer>(std::move(answer))});
        }));
  }
  BarrierAnswers& answers_of(const Vertex& vertex, int subtask) {
    return *deployment_->answers[static_cast<size_t>(tasklet_of(vertex.id, subtask))];
  }

  std::vector<OperatorSnapshot> restored_of(const Vertex& vertex) const {
    std::vector<OperatorSnapshot> restored;
    if (options_.restore == nullptr) return restored;
    for (const std::string& uid : uids_of(vertex))
      for (OperatorSnapshot& snapshot : options_.restore->of(uid))
        restored.push_back(std::move(snapshot));
    return restored;
  }

  // Each slot's, of whatever instances there are now.
  std::vector<Committable> pending_of(const SinkRecipe& recipe, int subtask,
                                      int num_instances) const {
    std::vector<Committable> pending;
    if (options_.restore == nullptr || HW_PLANTED_BUG(8)) return pending;
    const bool together = commits_together(*recipe.sink);
    for (const JobCheckpoint::Prepared& prepared : options_.restore->committables) {
      const int holder = together ? 0 : prepared.subtask % num_instances;
      if (prepared.sink_uid == recipe.uid && holder == subtask)
        pending.push_back(prepared.committable);
    }
    return pending;
  }

  void make_workers() {
    const int most =
        *std::max_element(deployment_->parallelism.begin(), deployment_->parallelism.end());
    const int cores = options_.threads_max > 0 ? options_.threads_max : env_.num_cores();
    const int threads = options_.single_thread ? 1 : std::max(1, std::min(most, cores));
    for (int i = 0; i < threads; ++i)
      deployment_->workers.push_back(std::make_unique<Worker>(env_, reports_));
    for (const Vertex& vertex : graph_.vertices)
      for (int subtask = 0; subtask < instances(vertex.id); ++subtask)
        deployment_->worker_of_tasklet.push_back(subtask % threads);
  }

  void make_channels() {
    for (size_t e = 0; e < graph_.edges.size(); ++e) {
      const Edge& edge = graph_.edges[e];
      const int num_receivers = instances(edge.to_vertex);
      for (int sender = 0; sender < instances(edge.from_vertex); ++sender) {
        for (const int receiver : receivers_of(edge.contract, sender, num_receivers)) {
          Worker& from = worker_of(sender);
          Worker& to = worker_of(receiver);
          deployment_->channels.push_back(&from == &to
                                              ? make_local_channel({})
                                              : make_spsc_channel({}, from.waker(), to.waker()));
          channels_[{e, sender, receiver}] = deployment_->channels.back().get();
        }
      }
    }
  }

  std::shared_ptr<OperatorMetrics> metrics_of(const Vertex& vertex, const std::string& uid,
                                              const std::string& name, int subtask) {
    auto& metrics = metrics_[{uid, subtask}];
    if (!metrics) metrics = std::make_shared<OperatorMetrics>(uid, name, vertex.id, subtask);
    return metrics;
  }

  Status build_vertex(const Vertex& vertex) {
    DeployedSource* source = nullptr;
    std::vector<std::vector<DealtSplit>> dealt;
    for (size_t i = 0; i < deployment_->sources.size(); ++i) {
      if (deployment_->sources[i].vertex != vertex.id) continue;
      source = &deployment_->sources[i];
      dealt = deal_splits(std::move(found_splits_[i]), instances(vertex.id), source->next);
    }
    list_metrics(vertex);
    for (int subtask = 0; subtask < instances(vertex.id); ++subtask) {
      std::unique_ptr<Tasklet> tasklet;
      if (source == nullptr) {
        HW_ASSIGN_OR_RETURN(tasklet, operator_tasklet(vertex, subtask));
      } else {
        HW_ASSIGN_OR_RETURN(tasklet, source_tasklet(vertex, subtask));
        source->tasklets.push_back(tasklet_of(vertex.id, subtask));
        HW_TRY(
            tasklet->on_control(DealSplits{.splits = std::move(dealt[static_cast<size_t>(subtask)]),
                                           .no_more = source->finished}));
      }
      worker_of(subtask).add(tasklet_of(vertex.id, subtask), std::move(tasklet));
    }
    return Status::OK();
  }

  void list_metrics(const Vertex& vertex) {
    const auto list = [&](const std::string& uid, const Description& description, bool source) {
      for (int subtask = 0; subtask < instances(vertex.id); ++subtask) {
        deployment_->metrics.push_back(metrics_of(vertex, uid, description.name, subtask));
        deployment_->metrics_of_source.push_back(source);
      }
    };
    if (vertex.source) list(vertex.source->uid, vertex.source->description, true);
    for (const OperatorRecipe& recipe : vertex.chain) list(recipe.uid, recipe.description, false);
    if (vertex.sink) list(vertex.sink->uid, vertex.sink->description, false);
  }

  // `Source(orders) -> Calc [2/4]`.
  std::string name_of(const Vertex& vertex, int subtask) const {
    return vertex.name + " [" + std::to_string(subtask + 1) + "/" +
           std::to_string(instances(vertex.id)) + "]";
  }

  int max_parallelism() const {
    return HW_PLANTED_BUG(10) ? 4 * graph_.parallelism : graph_.max_parallelism;
  }

  // Writers of partitions own groups of their own.
  int key_groups_of(const Edge& edge) const {
    const Vertex& to = graph_.vertices[static_cast<size_t>(edge.to_vertex)];
    if (edge.contract != EdgeContract::kHash || !to.sink || !to.chain.empty()) {
      return max_parallelism();
    }
    const PartitionedSink* sink = as_partitioned(*to.sink->sink);
    return sink != nullptr ? sink->writers_max() : max_parallelism();
  }

  TaskletContext context_of(const Vertex& vertex, int subtask) const {
    return {.env = &env_,
            .memory_pool = env_.memory_pool(),
            .subtask = subtask,
            .parallelism = instances(vertex.id),
            .max_parallelism = max_parallelism(),
            .batch_mode = graph_.batch_mode,
            .output_rows_max = options_.output_rows_max};
  }

  // What each input of the vertex may carry.
  std::vector<RowKindSet> input_kinds(const Vertex& vertex) const {
    if (vertex.source) return {vertex.source->output_kinds};
    std::vector<RowKindSet> kinds(static_cast<size_t>(graph_.num_inputs(vertex.id)));
    for (const Edge& edge : graph_.edges) {
      if (edge.to_vertex != vertex.id) continue;
      const Vertex& from = graph_.vertices[static_cast<size_t>(edge.from_vertex)];
      const int last = static_cast<int>(from.chain.size()) - 1;
      const int op = edge.from_operator == -1 ? last : edge.from_operator;
      RowKindSet& of_input = kinds[static_cast<size_t>(edge.to_input)];
      // Side outputs declare nothing.
      of_input = of_input.united(edge.from_port == 0 ? output_kinds(from, op) : RowKindSet::all());
    }
    return kinds;
  }

  Result<std::vector<std::unique_ptr<OperatorInstance>>> operators_of(const Vertex& vertex,
                                                                      int subtask) {
    std::vector<std::unique_ptr<OperatorInstance>> operators;
    std::vector<RowKindSet> kinds = input_kinds(vertex);
    for (const OperatorRecipe& recipe : vertex.chain) {
      Result<std::unique_ptr<Operator>> op = recipe.make();
      if (!op.ok()) return while_doing(op.status(), "making " + recipe.description.name);
      operators.push_back(std::make_unique<OperatorInstance>(
          recipe, *std::move(op), kinds,
          metrics_of(vertex, recipe.uid, recipe.description.name, subtask),
          context_of(vertex, subtask), answers_of(vertex, subtask)));
      kinds = {recipe.output_kinds};
    }
    return operators;
  }

  std::unique_ptr<ChainTail> tail_of(const Vertex& vertex, int subtask) {
    const int last = static_cast<int>(vertex.chain.size()) - 1;
    if (vertex.sink) return sink_tail_of(vertex, subtask);
    std::vector<OutEdge> edges;
    for (size_t e = 0; e < graph_.edges.size(); ++e) {
      const Edge& edge = graph_.edges[e];
      if (edge.from_vertex != vertex.id) continue;
      OutEdge out{.from_operator = edge.from_operator == -1 ? last : edge.from_operator,
                  .from_port = edge.from_port};
      for (const int receiver : receivers_of(edge.contract, subtask, instances(edge.to_vertex)))
        out.channels.push_back(channels_.at({e, subtask, receiver}));
      out.router = make_router({.contract = edge.contract,
                                .key_columns = edge.key_columns,
                                .subtask = subtask,
                                .num_receivers = static_cast<int>(out.channels.size()),
                                .max_parallelism = key_groups_of(edge)});
      edges.push_back(std::move(out));
    }
    return std::make_unique<Outbox>(std::move(edges), last, last_metrics(vertex, subtask),
                                    &answers_of(vertex, subtask));
  }

  std::unique_ptr<ChainTail> sink_tail_of(const Vertex& vertex, int subtask) {
    const SinkRecipe& recipe = *vertex.sink;
    const CheckpointOptions& checkpoints = options_.checkpoints;
    const int number = tasklet_of(vertex.id, subtask);
    SinkTailParts parts{
        .sink = recipe.sink,
        .context = {.env = &env_,
                    .memory_pool = env_.memory_pool(),
                    .subtask = subtask,
                    .parallelism = instances(vertex.id),
                    .job = graph_.name,
                    .sink = recipe.name,
                    .generation = checkpoints.generation,
                    .attempt = checkpoints.attempt,
                    .threads = !options_.single_thread},
        .last_operator = static_cast<int>(vertex.chain.size()) - 1,
        .metrics = metrics_of(vertex, recipe.uid, recipe.description.name, subtask),
        .answers = checkpoints.sink != nullptr ? &answers_of(vertex, subtask) : nullptr,
        .on_prepared =
            [&reports = reports_, number] {
              reports.post({.kind = WorkerReport::Kind::kPrepared, .tasklet = number});
            },
        .on_committed = {},
        .pending = pending_of(recipe, subtask, instances(vertex.id))};
    if (checkpoints.sink != nullptr)
      parts.on_committed = [&reports = reports_, number](int64_t up_to) {
        reports.post(
            {.kind = WorkerReport::Kind::kCommitted, .tasklet = number, .checkpoint = up_to});
      };
    return std::make_unique<SinkTail>(std::move(parts));
  }

  std::shared_ptr<OperatorMetrics> last_metrics(const Vertex& vertex, int subtask) {
    if (!vertex.chain.empty())
      return metrics_of(vertex, vertex.chain.back().uid, vertex.chain.back().description.name,
                        subtask);
    if (vertex.source)
      return metrics_of(vertex, vertex.source->uid, vertex.source->description.name, subtask);
    return metrics_of(vertex, "vertex-" + std::to_string(vertex.id), vertex.name, subtask);
  }

  std::shared_ptr<OperatorMetrics> first_metrics(const Vertex& vertex, int subtask) {
    if (!vertex.chain.empty())
      return metrics_of(vertex, vertex.chain.front().uid, vertex.chain.front().description.name,
                        subtask);
    if (vertex.sink)
      return metrics_of(vertex, vertex.sink->uid, vertex.sink->description.name, subtask);
    return last_metrics(vertex, subtask);
  }

  Result<std::unique_ptr<Tasklet>> source_tasklet(const Vertex& vertex, int subtask) {
    SourceTaskletParts parts{.name = name_of(vertex, subtask),
                             .context = context_of(vertex, subtask),
                             .recipe = *vertex.source};
    HW_ASSIGN_OR_RETURN(parts.operators, operators_of(vertex, subtask));
    parts.tail = tail_of(vertex, subtask);
    parts.metrics =
        metrics_of(vertex, vertex.source->uid, vertex.source->description.name, subtask);
    parts.snapshots = &answers_of(vertex, subtask);
    parts.restored = restored_of(vertex);
    if (const auto* aligns = dynamic_cast<const AlignsWatermarks*>(vertex.source->source.get())) {
      const AlignmentRule& rule = aligns->alignment();
      auto& group = alignments_[rule.group];
      if (!group) group = std::make_shared<WorkerAlignment>();
      parts.pace = SourcePace(group, rule.max_drift_ms, rule.update_interval_ms);
    }
    // What cannot get more rows ends, and with it its time.
    if (options_.available_now && vertex.source->source->grows())
      parts.on_exhausted = [&reports = reports_, number = tasklet_of(vertex.id, subtask)] {
        reports.post({.kind = WorkerReport::Kind::kExhausted, .tasklet = number});
      };
    return std::make_unique<SourceTasklet>(std::move(parts));
  }

  Result<std::unique_ptr<Tasklet>> operator_tasklet(const Vertex& vertex, int subtask) {
    OperatorTaskletParts parts{.name = name_of(vertex, subtask), .env = &env_};
    parts.num_inputs = graph_.num_inputs(vertex.id);
    for (size_t e = 0; e < graph_.edges.size(); ++e) {
      const Edge& edge = graph_.edges[e];
      if (edge.to_vertex != vertex.id) continue;
      for (int sender = 0; sender < instances(edge.from_vertex); ++sender) {
        const auto channel = channels_.find({e, sender, subtask});
        if (channel != channels_.end()) parts.inputs.push_back({edge.to_input, channel->second});
      }
    }
    HW_ASSIGN_OR_RETURN(parts.operators, operators_of(vertex, subtask));
    parts.tail = tail_of(vertex, subtask);
    parts.metrics = first_metrics(vertex, subtask);
    parts.restored = restored_of(vertex);
    if (options_.checkpoints.at_least_once) parts.alignment = Alignment::kAtLeastOnce;
    return std::make_unique<OperatorTasklet>(std::move(parts));
  }

  const JobGraph& graph_;
  const JobOptions& options_;
  Env& env_;
  WorkerReports& reports_;
  std::unique_ptr<Deployment> deployment_;
  std::vector<std::vector<DealtSplit>> found_splits_;          // parallel to the deployed sources
  std::vector<int> first_tasklet_;                             // by vertex
  std::map<std::tuple<size_t, int, int>, Channel*> channels_;  // by edge, sender, receiver
  std::map<std::pair<std::string, int>, std::shared_ptr<OperatorMetrics>> metrics_;
  std::map<std::string, std::shared_ptr<WorkerAlignment>> alignments_;  // by group
};

}  // namespace

std::vector<int> instances_of(const JobGraph& graph, const std::vector<int>& num_splits) {
  std::vector<int> instances;
  for (const Vertex& vertex : graph.vertices) {
    int count = vertex.parallelism > 0 ? vertex.parallelism : graph.parallelism;
    if (vertex.source) {
      const int splits = num_splits[static_cast<size_t>(vertex.id)];
      if (splits >= 0) count = std::min(count, std::max(1, splits));
    } else {
      // Where rows only come from instance i to instance i, or only to instance 0, further
      // instances would have nothing to do.
      int senders = 0;
      for (const Edge& edge : graph.edges) {
        if (edge.to_vertex != vertex.id) continue;
        const bool forward = edge.contract == EdgeContract::kForward;
        const int from = instances[static_cast<size_t>(edge.from_vertex)];
        const bool global = edge.contract == EdgeContract::kGlobal;
        senders = std::max(senders, forward ? from : global ? 1 : count);
      }
      count = std::min(count, senders);
    }
    instances.push_back(count);
  }
  return instances;
}

std::vector<DealtSplit> unread(std::vector<Split> splits) {
  std::vector<DealtSplit> unread;
  for (Split& split : splits)
    unread.push_back({.split = std::move(split), .position = std::nullopt});
  return unread;
}

std::vector<std::vector<DealtSplit>> deal_splits(std::vector<DealtSplit> splits, int num_instances,
                                                 size_t& next) {
  std::vector<std::vector<DealtSplit>> dealt(static_cast<size_t>(num_instances));
  for (DealtSplit& split : splits) dealt[next++ % dealt.size()].push_back(std::move(split));
  return dealt;
}

Result<std::unique_ptr<Deployment>> deploy(const JobGraph& graph, const JobOptions& options,
                                           WorkerReports& reports) {
  return Builder(graph, options, reports).build();
}

}  // namespace hw
