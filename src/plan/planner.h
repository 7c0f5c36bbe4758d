// SPDX-License-Identifier: Apache-2.0
//
// From bound plans to something that can be deployed or shown: rules, changelog inference,
// lowering, chaining. Pure: it asks connectors for sources and sinks and starts nothing.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "plan/config/session_config.h"
#include "plan/logical/node.h"
#include "runtime/job_graph.h"

namespace hw {

class ConnectorCatalogue;
class Env;
class FormatCatalogue;
class FunctionCatalogue;

/// What planning may look at. All pointers outlive the call.
struct PlanContext {
  const SessionConfig* config = nullptr;
  const FunctionCatalogue* functions = nullptr;
  const ConnectorCatalogue* connectors = nullptr;
  const FormatCatalogue* formats = nullptr;
  Env* env = nullptr;
  /// Used where `parallelism.default` is not set: the number of cores.
  int default_parallelism = 1;
  /// Sources read what is there when the job starts.
  bool available_now = false;
};

/// One result of a job: an INSERT (a SinkNode), or a query whose rows go to `collect`.
struct PlanRoot {
  LogicalNodePtr node;
  /// Takes a query's rows at parallelism 1, with the kinds that it accepts. Null for an INSERT.
  std::shared_ptr<Sink> collect;
};

struct JobPlan {
  JobGraph graph;
  /// The same with less shared between its sinks: first scans no more, where more than these is
  /// shared, and at last nothing; none where they share nothing. A checkpoint of one may be
  /// restored into those behind it, but not into those before.
  std::vector<JobGraph> unshared;
  /// Of the first root: what its sink gets.
  SchemaPtr schema;
  RowKindSet kinds = RowKindSet::insert_only();
  /// All sources end by themselves.
  bool bounded = false;
  /// Texts to show before the job starts.
  std::vector<std::string> warnings;
};

/// Plans a job. Fails with the SQL position where there is one.
Result<JobPlan> plan_job(std::vector<PlanRoot> roots, const PlanContext& context);

struct ExplainOptions {
  /// changelogMode and upsert keys on every node.
  bool changelog = false;
};

/// `== Abstract Syntax Tree ==`, `== Optimized Physical Plan ==`, `== Optimized Execution Plan ==`.
/// A query without `collect` is planned for a sink that takes every kind.
Result<std::string> explain_plan(std::vector<PlanRoot> roots, const PlanContext& context,
                                 const ExplainOptions& options);

}  // namespace hw
