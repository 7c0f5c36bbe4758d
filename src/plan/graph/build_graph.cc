// SPDX-License-Identifier: Apache-2.0

#include "plan/graph/build_graph.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "plan/graph/operator_uid.h"
#include "plan/graph/shared_parts.h"
#include "plan/graph/state_meaning.h"
#include "plan/lower/lowering.h"
#include "runtime/partitioned_sink.h"

namespace hw {
namespace {

/// A vertex that may still grow, and the edges that lead to it.
struct OpenChain {
  Vertex vertex;
  /// to_vertex is set when the chain is closed.
  std::vector<Edge> incoming;
  /// Nearest stateful operators at its end.
  std::vector<std::string> ancestors;
  /// A vertex that is closed already: only its rows are wanted.
  int closed = -1;
};

/// A part of the plan that stands in it several times: copies of its ends, closed.
using SharedPart = std::vector<OpenChain>;

/// The ends of one plan; several behind a union.
using Branches = std::vector<OpenChain>;

Description description_of(const PhysicalNode& node) { return {node.name, node.details}; }

std::vector<std::string> key_names(const PhysicalNode& node) {
  std::vector<std::string> names;
  for (size_t i = 0; i < node.placements.size(); ++i) {
    for (const int key : node.placements[i].keys) names.push_back(node.input(i).schema->name(key));
  }
  return names;
}

std::string short_table(const std::string& full) {
  const size_t dot = full.rfind('.');
  return dot == std::string::npos ? full : full.substr(dot + 1);
}

class GraphBuilder {
 public:
  GraphBuilder(const GraphOptions& options, SharedParts parts)
      : options_(options), parts_(std::move(parts)) {
    graph_.parallelism = options.parallelism;
    graph_.max_parallelism = options.max_parallelism;
    graph_.batch_mode = options.session.batch_mode;
  }

  Status add(const PhysicalNode& sink) {
    HW_ASSIGN_OR_RETURN(Branches branches, build(sink.input()));
    const Placement placement = sink_placement(sink, branches);
    const bool spread =
        !in_place(branches, placement) && placement.contract != EdgeContract::kGlobal;
    HW_ASSIGN_OR_RETURN(OpenChain chain, placed(std::move(branches), placement));
    if (spread && writers_max(*sink.sink) > 0) {
      chain.vertex.parallelism = std::min(writers_max(*sink.sink), options_.parallelism);
    }
    SinkRecipe recipe;
    recipe.uid = uids_.make({"Sink", {sink.table}, chain.ancestors});
    recipe.description = description_of(sink);
    recipe.sink = sink.sink;
    recipe.meaning = state_meaning(sink);
    recipe.name = sink_name(sink);
    open(chain);
    chain.vertex.sink = std::move(recipe);
    append_name(chain.vertex,
                sink.table.empty() ? sink.name : "Sink(" + short_table(sink.table) + ")");
    close(std::move(chain));
    return Status::OK();
  }

  JobGraph take() { return std::move(graph_); }

 private:
  /// Ends of a union must meet in one vertex: a sink is one object. Changes of one row stay in
  /// order only in one place.
  Placement sink_placement(const PhysicalNode& sink, const Branches& branches) const {
    if (sink.sink->one_writer()) return Placement::all_in_one();
    const int most = writers_max(*sink.sink);
    if (sink.placements[0].contract != EdgeContract::kForward) return sink.placements[0];
    const int set = branches[0].vertex.parallelism;
    const int senders = set > 0 ? set : options_.parallelism;
    if (branches.size() == 1 && (most == 0 || senders <= most)) return sink.placements[0];
    if (!sink.input().traits.kinds.is_insert_only()) return Placement::all_in_one();
    return {EdgeContract::kRebalance, {}};
  }

  /// 0: as many as the job has instances.
  static int writers_max(const Sink& sink) {
    const PartitionedSink* partitioned = as_partitioned(sink);
    return partitioned == nullptr ? 0 : partitioned->writers_max();
  }

  /// The table's, with a number behind it when it is written again.
  std::string sink_name(const PhysicalNode& sink) {
    const std::string table = sink.table.empty() ? sink.name : short_table(sink.table);
    const int count = ++sinks_of_[table];
    return count == 1 ? table : table + "-" + std::to_string(count);
  }

  static void append_name(Vertex& vertex, const std::string& name) {
    vertex.name += vertex.name.empty() ? name : " -> " + name;
  }

  /// Makes the chain one that can grow, behind the vertex if that is closed.
  static void open(OpenChain& chain) {
    if (chain.closed < 0) return;
    Edge edge;
    edge.from_vertex = chain.closed;
    chain.incoming.push_back(std::move(edge));
    chain.closed = -1;
  }

  int close(OpenChain chain) {
    if (chain.closed >= 0) return chain.closed;
    const int id = static_cast<int>(graph_.vertices.size());
    chain.vertex.id = id;
    for (Edge& edge : chain.incoming) {
      edge.to_vertex = id;
      graph_.edges.push_back(std::move(edge));
    }
    graph_.vertices.push_back(std::move(chain.vertex));
    return id;
  }

  /// True when the rows are where they must be without an exchange.
  bool in_place(const Branches& branches, const Placement& placement) const {
    if (branches.size() != 1) return false;
    if (placement.contract == EdgeContract::kForward) return true;
    return options_.parallelism == 1 ||
           (placement.contract == EdgeContract::kGlobal && branches[0].vertex.parallelism == 1);
  }

  /// One chain that gets the rows of all branches where they must be.
  Result<OpenChain> placed(Branches branches, const Placement& placement) {
    if (in_place(branches, placement) && options_.chaining) return std::move(branches[0]);
    OpenChain chain;
    lead(std::move(branches), placement, 0, chain);
    return chain;
  }

  /// Closes the branches and leads them to `input` of the chain.
  void lead(Branches branches, const Placement& placement, int input, OpenChain& chain) {
    if (placement.contract == EdgeContract::kGlobal) chain.vertex.parallelism = 1;
    for (OpenChain& branch : branches) {
      Edge edge;
      edge.contract = placement.contract;
      // Rows that are in place already go straight on, whatever they were placed by.
      if (placement.contract == EdgeContract::kHash) edge.key_columns = placement.keys;
      edge.to_input = input;
      if (placement.contract == EdgeContract::kForward) {
        chain.vertex.parallelism = branch.vertex.parallelism;
      }
      for (std::string& ancestor : branch.ancestors) chain.ancestors.push_back(std::move(ancestor));
      edge.from_vertex = close(std::move(branch));
      chain.incoming.push_back(std::move(edge));
    }
  }

  Result<Branches> build(const PhysicalNode& node) {
    const std::string& signature = parts_.shared(node);
    if (signature.empty()) return build_own(node);
    if (!shared_.contains(signature)) {
      HW_ASSIGN_OR_RETURN(Branches branches, build_own(node));
      SharedPart part;
      for (OpenChain& branch : branches) {
        OpenChain end;
        end.vertex.parallelism = branch.vertex.parallelism;
        end.ancestors = branch.ancestors;
        end.closed = close(std::move(branch));
        part.push_back(std::move(end));
      }
      shared_.emplace(signature, std::move(part));
    }
    return ends_of(shared_.at(signature));
  }

  static Branches ends_of(const SharedPart& part) {
    Branches branches;
    for (const OpenChain& end : part) {
      OpenChain branch;
      branch.vertex.parallelism = end.vertex.parallelism;
      branch.ancestors = end.ancestors;
      branch.closed = end.closed;
      branches.push_back(std::move(branch));
    }
    return branches;
  }

  Result<Branches> build_own(const PhysicalNode& node) {
    switch (node.kind) {
      case PhysicalKind::kSource:
        return build_source(node);
      case PhysicalKind::kUnion: {
        Branches all;
        for (const PhysicalNodePtr& input : node.inputs) {
          HW_ASSIGN_OR_RETURN(Branches branches, build(*input));
          for (OpenChain& branch : branches) all.push_back(std::move(branch));
        }
        return all;
      }
      case PhysicalKind::kJoin:
      case PhysicalKind::kMultiJoin:
        return build_join(node);
      default:
        return build_operator(node);
    }
  }

  Result<Branches> build_source(const PhysicalNode& node) {
    OpenChain chain;
    SourceRecipe recipe;
    recipe.uid = uids_.make({"Source", {node.table.empty() ? node.name : node.table}, {}});
    recipe.description = description_of(node);
    recipe.source = node.source;
    recipe.transform = node.transform;
    recipe.watermark = node.watermark;
    recipe.output_schema = node.schema;
    recipe.output_kinds = node.traits.kinds;
    recipe.meaning = state_meaning(node);
    chain.ancestors = {recipe.uid};
    if (node.table.empty()) chain.vertex.parallelism = 1;
    append_name(chain.vertex,
                node.table.empty() ? node.name : "Source(" + short_table(node.table) + ")");
    chain.vertex.source = std::move(recipe);
    Branches branches;
    branches.push_back(std::move(chain));
    return branches;
  }

  Result<Branches> build_operator(const PhysicalNode& node) {
    HW_ASSIGN_OR_RETURN(Branches branches, build(node.input()));
    if (node.placements[0].contract == EdgeContract::kForward && options_.chaining) {
      // What keeps no state may run at the end of each branch.
      for (OpenChain& branch : branches) HW_TRY(append(node, branch));
      return branches;
    }
    if (node.placements[0].contract == EdgeContract::kForward && branches.size() > 1) {
      Branches each;
      for (OpenChain& branch : branches) {
        Branches one;
        one.push_back(std::move(branch));
        OpenChain chain;
        lead(std::move(one), node.placements[0], 0, chain);
        HW_TRY(append(node, chain));
        each.push_back(std::move(chain));
      }
      return each;
    }
    if (!in_place(branches, node.placements[0]) && !options_.session.batch_mode &&
        folds_before_exchange(node, options_.local_aggregation)) {
      return build_in_two_phases(node, std::move(branches));
    }
    HW_ASSIGN_OR_RETURN(OpenChain chain, placed(std::move(branches), node.placements[0]));
    HW_TRY(append(node, chain));
    Branches result;
    result.push_back(std::move(chain));
    return result;
  }

  /// The first phase runs at the end of each branch.
  Result<Branches> build_in_two_phases(const PhysicalNode& node, Branches branches) {
    for (OpenChain& branch : branches) {
      open(branch);
      HW_ASSIGN_OR_RETURN(OperatorRecipe recipe, local_aggregate_of(node, options_.session));
      recipe.uid = uids_.make({recipe.description.name, key_names(node), branch.ancestors});
      append_name(branch.vertex, recipe.description.name);
      branch.vertex.chain.push_back(std::move(recipe));
    }
    Placement placement = node.placements[0];
    std::iota(placement.keys.begin(), placement.keys.end(), 0);
    HW_ASSIGN_OR_RETURN(OpenChain chain, placed(std::move(branches), placement));
    HW_TRY(append(node, chain, make_group_aggregate_of(node, options_.session, true)));
    Branches result;
    result.push_back(std::move(chain));
    return result;
  }

  Result<Branches> build_join(const PhysicalNode& node) {
    OpenChain chain;
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      HW_ASSIGN_OR_RETURN(Branches branches, build(node.input(i)));
      lead(std::move(branches), node.placements[i], static_cast<int>(i), chain);
    }
    HW_TRY(append(node, chain));
    Branches result;
    result.push_back(std::move(chain));
    return result;
  }

  Status append(const PhysicalNode& node, OpenChain& chain) {
    HW_ASSIGN_OR_RETURN(OperatorMaker make, operator_of(node, options_.session));
    return append(node, chain, std::move(make));
  }

  Status append(const PhysicalNode& node, OpenChain& chain, OperatorMaker make) {
    open(chain);
    OperatorRecipe recipe;
    recipe.uid = uids_.make({node.name, key_names(node), chain.ancestors});
    recipe.description = description_of(node);
    recipe.make = std::move(make);
    // Made once here, so that what an operator refuses is known before anything runs.
    HW_TRY(recipe.make().status());
    recipe.output_schema = node.schema;
    recipe.output_kinds = node.traits.kinds;
    recipe.meaning = state_meaning(node);
    if (recipe.meaning.keeps_state) chain.ancestors = {recipe.uid};
    append_name(chain.vertex, node.name);
    chain.vertex.chain.push_back(std::move(recipe));
    return Status::OK();
  }

  const GraphOptions& options_;
  const SharedParts parts_;
  std::map<std::string, SharedPart> shared_;
  JobGraph graph_;
  OperatorUids uids_;
  std::map<std::string, int> sinks_of_;  // how many write a table
};

}  // namespace

Result<JobGraph> build_graph(const std::vector<PhysicalNodePtr>& roots,
                             const GraphOptions& options) {
  GraphBuilder builder(
      options, options.sharing ? SharedParts(roots, options.sharing_sources) : SharedParts());
  for (const PhysicalNodePtr& root : roots) HW_TRY(builder.add(*root));
  JobGraph graph = builder.take();
  HW_TRY(graph.validate());
  return graph;
}

}  // namespace hw
