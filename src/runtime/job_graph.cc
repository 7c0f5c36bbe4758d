// SPDX-License-Identifier: Apache-2.0

#include "runtime/job_graph.h"

#include <algorithm>
#include <set>

namespace hw {
namespace {

Status broken(std::string_view rule, const Vertex& vertex) {
  return Status::UnknownError("job graph: ", rule, ", but vertex ", vertex.id, " (", vertex.name,
                              ") does not");
}

Status validate_vertex(const JobGraph& graph, const Vertex& vertex, std::set<std::string>& uids) {
  for (const OperatorRecipe& recipe : vertex.chain) {
    if (!recipe.make) return broken("an operator has a factory", vertex);
    if (!uids.insert(recipe.uid).second) return broken("operator uids differ", vertex);
  }
  if (vertex.source &&
      (vertex.source->source == nullptr || !uids.insert(vertex.source->uid).second))
    return broken("a source has a uid of its own and an object", vertex);
  if (vertex.sink && (vertex.sink->sink == nullptr || !uids.insert(vertex.sink->uid).second))
    return broken("a sink has a uid of its own and an object", vertex);
  if (vertex.parallelism < 0 || vertex.parallelism > graph.max_parallelism)
    return broken("parallelism is at most the number of key groups", vertex);
  return Status::OK();
}

Status validate_edge(const JobGraph& graph, const Edge& edge) {
  const auto num_vertices = static_cast<int>(graph.vertices.size());
  if (edge.from_vertex < 0 || edge.to_vertex >= num_vertices || edge.from_vertex >= edge.to_vertex)
    return Status::UnknownError("job graph: an edge leads from an earlier to a later vertex, but ",
                                edge.from_vertex, " -> ", edge.to_vertex, " does not");
  const Vertex& from = graph.vertices[static_cast<size_t>(edge.from_vertex)];
  const Vertex& to = graph.vertices[static_cast<size_t>(edge.to_vertex)];
  const auto num_operators = static_cast<int>(from.chain.size());
  if (edge.from_operator < -1 || edge.from_operator >= num_operators || edge.from_port < 0)
    return broken("an edge leaves from an operator of the chain", from);
  const bool last = edge.from_operator == -1 || edge.from_operator == num_operators - 1;
  if (!last && edge.from_port == 0)
    return broken("port 0 in the middle of a chain feeds the next operator only", from);
  if (last && edge.from_port == 0 && from.sink)
    return broken("a vertex with a sink keeps port 0 to itself", from);
  if (to.source) return broken("a source has no incoming edge", to);
  if ((edge.contract == EdgeContract::kHash) == edge.key_columns.empty())
    return broken("key columns belong to hash edges and only to them", from);
  return Status::OK();
}

}  // namespace

std::string_view to_text(EdgeContract contract) {
  switch (contract) {
    case EdgeContract::kForward:
      return "forward";
    case EdgeContract::kHash:
      return "hash";
    case EdgeContract::kBroadcast:
      return "broadcast";
    case EdgeContract::kRebalance:
      return "rebalance";
    case EdgeContract::kGlobal:
      return "global";
  }
  return "?";
}

int JobGraph::num_inputs(int vertex) const {
  int inputs = 0;
  for (const Edge& edge : edges)
    if (edge.to_vertex == vertex) inputs = std::max(inputs, edge.to_input + 1);
  return inputs;
}

bool JobGraph::bounded() const {
  return std::all_of(vertices.begin(), vertices.end(), [](const Vertex& vertex) {
    return !vertex.source || vertex.source->source->bounded();
  });
}

Status JobGraph::validate() const {
  if (parallelism < 1 || parallelism > max_parallelism)
    return Status::UnknownError("job graph: parallelism is between 1 and ", max_parallelism,
                                ", but is ", parallelism);
  if (vertices.empty()) return Status::UnknownError("job graph: there is at least one vertex");
  std::set<std::string> uids;
  for (size_t i = 0; i < vertices.size(); ++i) {
    if (vertices[i].id != static_cast<int>(i)) return broken("ids are places", vertices[i]);
    HW_TRY(validate_vertex(*this, vertices[i], uids));
  }
  for (const Edge& edge : edges) HW_TRY(validate_edge(*this, edge));
  for (const Vertex& vertex : vertices) {
    std::set<int> inputs;
    for (const Edge& edge : edges)
      if (edge.to_vertex == vertex.id) inputs.insert(edge.to_input);
    const bool dense = inputs.empty() || (*inputs.begin() == 0 &&
                                          *inputs.rbegin() == static_cast<int>(inputs.size()) - 1);
    if (!dense) return broken("inputs are numbered without gaps", vertex);
    if (!vertex.source && inputs.empty()) return broken("a vertex has a source or inputs", vertex);
    if (inputs.size() > 1 && vertex.chain.empty())
      return broken("a vertex with several inputs has an operator that takes them", vertex);
  }
  return Status::OK();
}

std::string JobGraph::to_text() const {
  std::string text;
  for (const Vertex& vertex : vertices) {
    text += std::to_string(vertex.id);
    std::string_view separator = " ";
    const auto append = [&](const std::string& name) {
      text.append(separator).append(name);
      separator = " -> ";
    };
    if (vertex.source) append(vertex.source->description.name);
    for (const OperatorRecipe& recipe : vertex.chain) append(recipe.description.name);
    if (vertex.sink) append(vertex.sink->description.name);
    text += '\n';
    for (const Edge& edge : edges) {
      if (edge.from_vertex != vertex.id) continue;
      text.append("  --").append(hw::to_text(edge.contract));
      for (size_t i = 0; i < edge.key_columns.size(); ++i)
        text.append(i == 0 ? "[" : ", ").append(std::to_string(edge.key_columns[i]));
      if (!edge.key_columns.empty()) text += ']';
      text.append("--> ").append(std::to_string(edge.to_vertex));
      if (edge.to_input > 0) text.append(" input ").append(std::to_string(edge.to_input));
      if (edge.from_port > 0) text.append(" (port ").append(std::to_string(edge.from_port)) += ')';
      text += '\n';
    }
  }
  return text;
}

}  // namespace hw
