// SPDX-License-Identifier: Apache-2.0
//
// The plan after the last choice: operators, where their rows must be, sources and sinks opened.
// Built once (build.h), then filled with its changelog (changelog/infer.h), then turned into
// vertices (graph/build_graph.h). One owner: the plan of a job.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "operators/emit_rule.h"
#include "plan/logical/node.h"
#include "runtime/job_graph.h"

namespace hw {

enum class PhysicalKind : uint8_t {
  kSource,
  kFold,       // a bounded changelog in batch mode becomes its result
  kNormalize,  // a stream of upserts becomes an exact changelog
  kCalc,
  kExpand,  // rows of GROUPING SETS
  kGroupAggregate,
  kWindowAssign,
  kWindowAggregate,
  kLate,  // what another operator drops as late
  kJoin,
  kMultiJoin,
  kLookupJoin,
  kUnnest,
  kUnion,
  kOver,
  kSort,
  kLimit,
  kTopN,
  kWindowTopN,   // inside event-time windows: each goes out once
  kDeduplicate,  // the first or last row by time
  kTemporalSort,
  kNotNull,      // refuses NULL in columns of a sink that are NOT NULL
  kMaterialize,  // keeps the rows of each PRIMARY KEY of a sink that replaces by it
  kTrigger,      // holds results back until a sink is to see them
  kSink,
};

/// Where an input's rows must be: as they come, with those of equal keys, or all in one place.
struct Placement {
  EdgeContract contract = EdgeContract::kForward;
  std::vector<int> keys;

  static Placement any() { return {}; }
  static Placement all_in_one() { return {EdgeContract::kGlobal, {}}; }
  /// No keys: all in one place.
  static Placement by(std::vector<int> keys) {
    if (keys.empty()) return all_in_one();
    return {EdgeContract::kHash, std::move(keys)};
  }
};

/// What rows of an edge mean over time.
struct ChangelogTraits {
  RowKindSet kinds = RowKindSet::insert_only();
  /// Each a set of columns (ascending) by which an update replaces; an empty set = a single row.
  std::vector<std::vector<int>> upsert_keys;
  /// Somebody downstream needs -U before each +U.
  bool update_before_wanted = false;
};

struct LookupPlan;
struct MultiJoinPlan;

/// kTrigger (operators/result_trigger.h).
struct TriggerPlan {
  bool by_row = false;
  int64_t interval_ms = 0;
  bool complete = false;
};

struct PhysicalNode;
using PhysicalNodePtr = std::unique_ptr<PhysicalNode>;

struct PhysicalNode {
  PhysicalKind kind = PhysicalKind::kCalc;
  /// Short and stable: "Calc". Details as EXPLAIN prints them.
  std::string name;
  Details details;
  /// What it was made of; null for kCalc, kFold, kNormalize, kNotNull, kMaterialize,
  /// kTrigger and the collecting kSink.
  LogicalNodePtr logical;
  std::vector<PhysicalNodePtr> inputs;
  /// One per input.
  std::vector<Placement> placements;
  SchemaPtr schema;
  ChangelogTraits traits;
  /// All sources below end by themselves.
  bool bounded = true;

  /// How long state that nobody writes is kept, ms of processing time; one per input (0 = for
  /// ever), empty where the operator's state does not age (plan/changelog/state_ttl.h).
  std::vector<int64_t> state_ttl_ms;

  /// kWindowAggregate: windows that fire more than once, and so send updates.
  std::optional<EmitRule> emit;

  /// kWindowAssign of sessions over changes: somebody above goes by the watermark, which must stay
  /// below what a session may fall apart into.
  bool holds_watermark = false;

  /// kGroupAggregate: the input is spread by so many of the first keys already (lower/spread.h)
  /// and needs no exchange; 0 = it goes through one.
  int spread_by = 0;

  // kTrigger
  std::optional<TriggerPlan> trigger;

  // kCalc
  BoundExprPtr condition;  // may be null
  std::vector<BoundExprPtr> projections;
  // kFold: columns of the PRIMARY KEY, empty = multiset. kNotNull: the columns. kSource,
  // kNormalize, kMaterialize, kSink: the PRIMARY KEY among the columns. kTrigger: its key.
  std::vector<int> columns;
  // kSource
  std::shared_ptr<Source> source;
  SplitTransformFactory transform;  // may be empty
  WatermarkRule watermark;
  // kLookupJoin: what the right side has become (lookup_plan.h); the left is the only input.
  std::shared_ptr<const LookupPlan> lookup;
  // kMultiJoin: what its inputs are (multi_join_plan.h); `logical` is the last of its joins.
  std::shared_ptr<const MultiJoinPlan> multi_join;
  // kSink
  std::shared_ptr<Sink> sink;
  /// The table, for messages; empty for the collecting sink.
  std::string table;
  SqlPosition position;
  /// What is known so far of what columns mean (graph/state_meaning.cc), by their numbers.
  mutable std::unordered_map<int, std::string> column_meanings;

  const PhysicalNode& input(size_t i = 0) const { return *inputs[i]; }
};

/// `Calc(select=[a])`
std::string line_of(const PhysicalNode& node);

}  // namespace hw
