// SPDX-License-Identifier: Apache-2.0
//
// What is deployed: vertices joined by edges, as data plus recipes that make a fresh operator for
// each instance. Planning makes it (so does the C++ API); job/ deploys it. Nothing in it runs.
//
// A vertex is one chain: [source | inputs] -> operators -> [sink | outgoing edges]. Everything in
// a chain runs on one thread without a queue in between.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "columnar/row_kind.h"
#include "columnar/schema.h"
#include "runtime/operator.h"
#include "runtime/sink.h"
#include "runtime/source.h"
#include "runtime/split_transform.h"

namespace hw {

/// What an operator's saved state means, as far as its tables do not tell: compared when a job goes
/// on from a checkpoint of another version of itself (job/restore_mapping.h). Made by planning;
/// empty in graphs made by hand, whose uids alone decide.
struct StateMeaning {
  /// A column of an input whose name planning made up, and what it stands for: `$f1`, `a + b`.
  struct MadeUpName {
    int input = 0;
    std::string name;
    std::string meaning;
    bool operator==(const MadeUpName&) const = default;
  };
  /// It is known by its uid alone, whatever that says.
  bool uid_decides = true;
  /// False: it remembers nothing, and may come and go.
  bool keeps_state = true;
  /// Some input has updates or deletes.
  bool input_retracts = false;
  /// Names of its key columns, those made up by what they stand for; of an end its table.
  std::vector<std::string> keys;
  /// What must be as it was for the state to be of use: a window, an order, a kind of join.
  std::vector<std::pair<std::string, std::string>> fixed;
  std::vector<MadeUpName> names;
  bool operator==(const StateMeaning&) const = default;
};

/// How to make one operator, for each instance and after each restore anew.
struct OperatorRecipe {
  /// Identity of its state across runs; unique in the graph.
  std::string uid;
  Description description;
  std::function<Result<std::unique_ptr<Operator>>()> make;
  /// Of port 0. The debug checker holds the operator to both.
  SchemaPtr output_schema;
  RowKindSet output_kinds = RowKindSet::insert_only();
  StateMeaning meaning = {};
};

struct SourceRecipe {
  std::string uid;
  Description description;
  std::shared_ptr<Source> source;
  /// Null: rows go on as the reader emits them (no computed columns, no per-row watermark).
  SplitTransformFactory transform;
  WatermarkRule watermark;
  SchemaPtr output_schema;  // after the transform
  RowKindSet output_kinds = RowKindSet::insert_only();
  StateMeaning meaning = {};
};

struct SinkRecipe {
  std::string uid;
  Description description;
  std::shared_ptr<Sink> sink;
  StateMeaning meaning = {};
  /// Tells the sinks of the job apart for people: SinkContext::sink.
  std::string name = {};
};

struct Vertex {
  int id = 0;  // its place in JobGraph::vertices
  std::string name;
  /// A vertex with a source has no incoming edges; one without has at least one.
  std::optional<SourceRecipe> source;
  /// May be empty. The first operator takes the vertex's inputs; each further one takes port 0 of
  /// the one before it as its input 0.
  std::vector<OperatorRecipe> chain;
  /// A vertex with a sink has no outgoing edges from port 0 of its last operator.
  std::optional<SinkRecipe> sink;
  /// 0 = the graph's. A source whose splits are all known and fewer runs with fewer instances, and
  /// so does a vertex that has forward edges only.
  int parallelism = 0;
};

/// Which receiver a row goes to.
enum class EdgeContract : uint8_t {
  kForward,    // instance i to instance i
  kHash,       // by key group of `key_columns`: equal keys meet
  kBroadcast,  // each row to every instance
  kRebalance,  // batches in turn; not in front of anything that drops late rows, since the
               // watermark then arrives by other ways than the row
  kGlobal,     // all to instance 0
};
std::string_view to_text(EdgeContract contract);

struct Edge {
  int from_vertex = 0;
  /// Operator of the chain whose port is meant; -1 = the last one (or the source, if the chain is
  /// empty). Only ports other than 0 may leave from the middle of a chain.
  int from_operator = -1;
  int from_port = 0;
  int to_vertex = 0;
  /// Several edges may share one input: UNION ALL. Inputs are numbered 0, 1, … without gaps.
  int to_input = 0;
  EdgeContract contract = EdgeContract::kForward;
  std::vector<int> key_columns;  // kHash: of the sender's output
};

constexpr int kDefaultMaxParallelism = 1024;

struct JobGraph {
  std::string name;              // identity of the job
  std::vector<Vertex> vertices;  // producers before consumers
  std::vector<Edge> edges;
  int parallelism = 1;
  /// Number of key groups; fixed for the life of the job's state.
  int max_parallelism = kDefaultMaxParallelism;
  bool batch_mode = false;

  /// Number of inputs of a vertex (0 for a source).
  int num_inputs(int vertex) const;
  /// True when every source ends by itself.
  bool bounded() const;
  /// Checks everything the comments above require. Fails with UnknownError: a graph is made by
  /// the program, not by the user.
  Status validate() const;
  /// `0 Source -> Calc`, then the vertex's edges indented: `--hash[0]--> 1`. For tests and logs.
  std::string to_text() const;
};

}  // namespace hw
