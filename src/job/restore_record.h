// SPDX-License-Identifier: Apache-2.0
//
// What a checkpoint says of the job that it was taken of, so that another version of the job can be
// compared with it: every operator, what feeds it, what its state means, the schemas of its tables.
// Stands in the manifest (`plan`, `tables`); layout: docs/formats/checkpoint.md.

#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "runtime/job_graph.h"
#include "state/manifest.h"

namespace hw {

class Env;

/// A source, operator or sink.
struct PlanNode {
  enum class Role : uint8_t { kSource, kOperator, kSink };
  struct Input {
    int input = 0;
    std::string uid;  // of the node that feeds it
    bool operator==(const Input&) const = default;
  };
  Role role = Role::kOperator;
  std::string uid;
  std::string kind;  // `GroupAggregate`
  std::string text;  // `GroupAggregate(groupBy=[k], select=[COUNT(*) AS n])`
  StateMeaning meaning;
  std::vector<Input> inputs;
  bool operator==(const PlanNode&) const = default;
};

struct PlanRecord {
  /// Feeding ones before those that they feed.
  std::vector<PlanNode> nodes;
  const PlanNode* find(std::string_view uid) const;
  bool operator==(const PlanRecord&) const = default;
};

PlanRecord plan_record(const JobGraph& graph);
std::string encode(const PlanRecord& record);
/// Fails (SerializationError) on anything that encode() would not have written.
Result<PlanRecord> decode_plan_record(std::string_view text);

/// The tables that an operator registers when it is opened. Fails as the operator does.
Result<std::vector<ManifestTable>> state_tables(const OperatorRecipe& recipe, const JobGraph& graph,
                                                Env& env);

/// Everything that manifests say of a graph, found out once: opening operators takes a moment.
class GraphRecord {
 public:
  static Result<GraphRecord> of(const JobGraph& graph, Env& env);
  /// Fills in `plan`, and kind, name and tables of the operators that are in the manifest.
  void describe(Manifest& manifest) const;

 private:
  PlanRecord plan_;
  std::string text_;
  std::map<std::string, std::vector<ManifestTable>> tables_;  // by uid
};

}  // namespace hw
