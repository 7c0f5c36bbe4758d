// SPDX-License-Identifier: Apache-2.0

#include "plan/explain/plan_text.h"

#include "plan/lower/join_way.h"
#include "runtime/sink.h"
#include "runtime/source.h"

namespace hw {
namespace {

std::string names_of(const Schema& schema, const std::vector<int>& columns) {
  std::string text;
  for (const int column : columns) text += (text.empty() ? "" : ", ") + schema.name(column);
  return text;
}

std::string with_details(const std::string& name, const Details& details) {
  std::string text = name + "(";
  bool first = true;
  for (const auto& [key, value] : details) {
    text += (first ? "" : ", ") + key + "=[" + value + "]";
    first = false;
  }
  return text + ")";
}

void append_description(const Description& description, Details& details) {
  if (description.name.empty()) return;
  details.emplace_back("connector", description.name);
  for (const auto& detail : description.details) {
    // What a failure does to rows is said once, and for every connector in the same words.
    if (detail.first != "delivery") details.push_back(detail);
  }
}

/// What the source or sink of a table says of itself, and what becomes of its rows when the job
/// fails: for a source only if it is less than others give.
Details endpoint_details(const PhysicalNode& node) {
  Details details;
  if (node.table.empty()) return details;
  if (node.kind == PhysicalKind::kSource) {
    append_description(node.source->describe(), details);
    if (!node.source->replayable()) details.emplace_back("delivery", "at most once");
  } else if (node.kind == PhysicalKind::kSink) {
    append_description(node.sink->describe(), details);
    details.emplace_back("delivery", to_text(node.sink->guarantee()));
  }
  return details;
}

/// What is kept of the sides of a join by their unique keys.
Details join_state_details(const PhysicalNode& node) {
  Details details;
  if (node.kind == PhysicalKind::kMultiJoin) {
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      std::string text = join_state_text(node, i);
      if (!text.empty()) details.emplace_back("state" + std::to_string(i + 1), std::move(text));
    }
  }
  if (node.kind != PhysicalKind::kJoin) return details;
  for (const size_t side : {0, 1}) {
    std::string text = join_state_text(node, side);
    if (!text.empty())
      details.emplace_back(side == 0 ? "leftState" : "rightState", std::move(text));
  }
  return details;
}

Details changelog_details(const PhysicalNode& node) {
  // A sink has no edge of its own: what it gets is what its input sends.
  const bool sink = node.kind == PhysicalKind::kSink;
  const ChangelogTraits& traits = sink ? node.input().traits : node.traits;
  Details details = {{"changelogMode", ""}};
  const std::string kinds = traits.kinds.to_text();
  details[0].second = kinds.size() > 2 ? kinds.substr(1, kinds.size() - 2) : kinds;
  if (sink || traits.upsert_keys.empty()) return details;
  std::string keys;
  for (const std::vector<int>& key : traits.upsert_keys) {
    keys += (keys.empty() ? "[" : ", [") + names_of(*node.schema, key) + "]";
  }
  details.emplace_back("upsertKeys", keys);
  return details;
}

std::string exchange_text(const Placement& placement, const Schema& schema) {
  if (placement.contract == EdgeContract::kHash) {
    return "Exchange(distribution=[hash[" + names_of(schema, placement.keys) + "]])";
  }
  return "Exchange(distribution=[single])";
}

void append_tree(const PhysicalNode& node, int depth, bool changelog, std::string& text) {
  Details details = node.details;
  for (auto& detail : endpoint_details(node)) details.push_back(std::move(detail));
  for (auto& detail : join_state_details(node)) details.push_back(std::move(detail));
  if (changelog) {
    for (auto& detail : changelog_details(node)) details.push_back(std::move(detail));
  }
  text.append(static_cast<size_t>(depth) * 2, ' ');
  text += with_details(node.name, details) + "\n";
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    int below = depth + 1;
    if (node.placements[i].contract != EdgeContract::kForward) {
      text.append(static_cast<size_t>(below) * 2, ' ');
      text += exchange_text(node.placements[i], *node.input(i).schema) + "\n";
      ++below;
    }
    append_tree(node.input(i), below, changelog, text);
  }
}

const Schema& output_schema(const Vertex& vertex) {
  return vertex.chain.empty() ? *vertex.source->output_schema : *vertex.chain.back().output_schema;
}

void append_edge(const Edge& edge, const Vertex& from, std::string& text) {
  text += "  -> [" + std::to_string(edge.to_vertex) + "] " + std::string(to_text(edge.contract));
  if (!edge.key_columns.empty()) {
    text += "[" + names_of(output_schema(from), edge.key_columns) + "]";
  }
  if (edge.to_input > 0) text += " as input " + std::to_string(edge.to_input);
  text += "\n";
}

}  // namespace

std::string physical_text(const PhysicalNode& root, bool changelog) {
  std::string text;
  append_tree(root, 0, changelog, text);
  return text;
}

std::string execution_text(const JobGraph& graph) {
  std::string text;
  for (const Vertex& vertex : graph.vertices) {
    const int parallelism = vertex.parallelism == 0 ? graph.parallelism : vertex.parallelism;
    text += "[" + std::to_string(vertex.id) + "] parallelism " + std::to_string(parallelism) + "\n";
    const auto line = [&](const Description& description) {
      text += "  " + with_details(description.name, description.details) + "\n";
    };
    if (vertex.source) line(vertex.source->description);
    for (const OperatorRecipe& recipe : vertex.chain) line(recipe.description);
    if (vertex.sink) line(vertex.sink->description);
    for (const Edge& edge : graph.edges) {
      if (edge.from_vertex == vertex.id) append_edge(edge, vertex, text);
    }
  }
  return text;
}

}  // namespace hw
