// SPDX-License-Identifier: Apache-2.0

#include "plan/explain/json_text.h"

#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace hw {
namespace {

std::string quoted(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      out += kHex[static_cast<size_t>(c) >> 4 & 15];
      out += kHex[static_cast<size_t>(c) & 15];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string contents_of(const Description& description) {
  std::string text = description.name + "(";
  for (size_t i = 0; i < description.details.size(); ++i) {
    text += (i == 0 ? "" : ", ") + description.details[i].first + "=[" +
            description.details[i].second + "]";
  }
  return text + ")";
}

/// Flink's words.
std::string_view strategy_of(EdgeContract contract) {
  switch (contract) {
    case EdgeContract::kForward:
      return "FORWARD";
    case EdgeContract::kHash:
      return "HASH";
    case EdgeContract::kBroadcast:
      return "BROADCAST";
    case EdgeContract::kRebalance:
      return "REBALANCE";
    case EdgeContract::kGlobal:
      break;
  }
  return "GLOBAL";
}

struct Predecessor {
  int id = 0;
  std::string_view strategy = "FORWARD";
};

struct PlanNode {
  std::string_view pact;
  const Description* description = nullptr;
  int parallelism = 1;
  std::vector<Predecessor> predecessors;
};

std::string node_text(int id, const PlanNode& node) {
  std::string text = "  {\"id\" : " + std::to_string(id) +
                     ", \"type\" : " + quoted(node.description->name) +
                     ", \"pact\" : " + quoted(node.pact) +
                     ", \"contents\" : " + quoted(contents_of(*node.description)) +
                     ", \"parallelism\" : " + std::to_string(node.parallelism);
  if (!node.predecessors.empty()) {
    text += ", \"predecessors\" : [";
    for (size_t i = 0; i < node.predecessors.size(); ++i) {
      const Predecessor& from = node.predecessors[i];
      text += (i == 0 ? "" : ", ") + ("{\"id\" : " + std::to_string(from.id)) +
              ", \"ship_strategy\" : " + quoted(from.strategy) +
              ", \"side\" : \"second\"}";  // as Flink says of every input
    }
    text += "]";
  }
  return text + "}";
}

}  // namespace

std::string json_plan_text(const JobGraph& graph) {
  std::vector<PlanNode> nodes;
  std::map<int, int> first_of, last_of;  // vertex -> node
  for (const Vertex& vertex : graph.vertices) {
    const int parallelism = vertex.parallelism == 0 ? graph.parallelism : vertex.parallelism;
    first_of[vertex.id] = static_cast<int>(nodes.size());
    const auto add = [&](std::string_view pact, const Description& description) {
      PlanNode node{pact, &description, parallelism, {}};
      const int before = static_cast<int>(nodes.size());
      if (before > first_of[vertex.id]) node.predecessors.push_back({before, "FORWARD"});
      nodes.push_back(std::move(node));
    };
    if (vertex.source) add("Data Source", vertex.source->description);
    for (const OperatorRecipe& recipe : vertex.chain) add("Operator", recipe.description);
    if (vertex.sink) add("Data Sink", vertex.sink->description);
    last_of[vertex.id] = static_cast<int>(nodes.size()) - 1;
  }
  for (const Edge& edge : graph.edges) {
    const int from =
        edge.from_operator < 0
            ? last_of[edge.from_vertex]
            : first_of[edge.from_vertex] + edge.from_operator +
                  (graph.vertices[static_cast<size_t>(edge.from_vertex)].source ? 1 : 0);
    nodes[static_cast<size_t>(first_of[edge.to_vertex])].predecessors.push_back(
        {from + 1, strategy_of(edge.contract)});
  }
  std::string text = "{\"nodes\" : [\n";
  for (size_t i = 0; i < nodes.size(); ++i) {
    text += node_text(static_cast<int>(i) + 1, nodes[i]) + (i + 1 < nodes.size() ? ",\n" : "\n");
  }
  return text + "]}\n";
}

}  // namespace hw
