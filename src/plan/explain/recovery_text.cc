// SPDX-License-Identifier: Apache-2.0

#include "plan/explain/recovery_text.h"

#include <algorithm>

#include "plan/changelog/repeatable_values.h"
#include "plan/logical/aggregate.h"
#include "plan/logical/join.h"
#include "plan/logical/over.h"
#include "plan/logical/scan.h"
#include "plan/logical/window_aggregate.h"
#include "plan/logical/window_tvf.h"
#include "plan/lower/join_way.h"
#include "runtime/sink.h"
#include "runtime/source.h"

namespace hw {
namespace {

constexpr std::string_view kIntervalKey = "execution.checkpointing.interval";
constexpr std::string_view kDirKey = "execution.checkpointing.dir";
constexpr std::string_view kModeKey = "execution.checkpointing.mode";

/// Sinks of EXPLAIN and of SELECT take what comes and are no part of the job's promise.
bool is_end_of_query(const PhysicalNode& node) {
  return node.kind == PhysicalKind::kSink && node.table.empty();
}

void lower(JobRecovery& recovery, RecoveryClass to, const std::string& reason) {
  if (to >= recovery.of_job) return;
  recovery.of_job = to;
  recovery.reason = reason;
}

void limit_by(const PhysicalNode& node, JobRecovery& recovery) {
  if (node.kind == PhysicalKind::kSource && !node.source->replayable()) {
    lower(
        recovery, RecoveryClass::kNone,
        "rows of " + node.table + " that were read since the last checkpoint cannot be read again");
  }
  if (node.kind == PhysicalKind::kSink && !is_end_of_query(node)) {
    switch (node.sink->guarantee()) {
      case Guarantee::kNone:
        lower(recovery, RecoveryClass::kNone, "sink " + node.table + " promises nothing");
        break;
      case Guarantee::kAtLeastOnce:
        lower(recovery, RecoveryClass::kAtLeastOnce,
              "sink " + node.table + " shows rows again that came after the last checkpoint");
        break;
      case Guarantee::kExactlyOnce:
        break;
    }
  }
  for (const PhysicalNodePtr& input : node.inputs) limit_by(*input, recovery);
}

JobRecovery promise_of(const SessionConfig& config) {
  if (config.mode() == RuntimeMode::kBatch) {
    return {RecoveryClass::kExactlyOnce, "a batch job that dies is run again from its beginning"};
  }
  // A directory alone means checkpoints at the usual interval.
  if (config.text(kIntervalKey).empty() && config.text(kDirKey).empty()) {
    return {RecoveryClass::kNone, "no checkpoints are taken ('" + std::string(kIntervalKey) +
                                      "' is not set): a job that dies begins anew"};
  }
  if (config.text(kModeKey) == "AT_LEAST_ONCE") {
    return {RecoveryClass::kAtLeastOnce,
            "'" + std::string(kModeKey) +
                "' is AT_LEAST_ONCE: rows between two barriers may count twice"};
  }
  const std::string interval = config.text(kIntervalKey);
  return {RecoveryClass::kExactlyOnce, "state and output go back to the last checkpoint together" +
                                           (interval.empty() ? "" : ", one every " + interval)};
}

std::string_view class_text(RecoveryClass of_job) {
  switch (of_job) {
    case RecoveryClass::kExactlyOnce:
      return "exactly-once (precise)";
    case RecoveryClass::kAtLeastOnce:
      return "at-least-once (rollback)";
    case RecoveryClass::kNone:
      break;
  }
  return "none (gap)";
}

std::string_view replay_text(Replay replay) {
  switch (replay) {
    case Replay::kDeterministic:
      return "deterministic";
    case Replay::kConvergent:
      return "convergent";
    case Replay::kNeither:
      break;
  }
  return "neither";
}

/// What makes an expression give something else when rows come again; empty if nothing does.
std::string unsteady_reason(const BoundExprPtr& expr) {
  if (expr == nullptr) return {};
  const BoundExpr* found = first_unsteady(*expr, false);
  if (found == nullptr) return {};
  return found->to_sql() +
         (found->repeatable() ? " reads the clock" : " differs from call to call");
}

OperatorRecovery recovery_of_calc(const PhysicalNode& node) {
  std::string reason = unsteady_reason(node.condition);
  for (const BoundExprPtr& expr : node.projections) {
    if (reason.empty()) reason = unsteady_reason(expr);
  }
  if (!reason.empty()) return {Replay::kNeither, reason};
  return {Replay::kDeterministic, "row by row"};
}

OperatorRecovery recovery_of_source(const PhysicalNode& node) {
  if (!node.source->replayable()) {
    return {Replay::kNeither, "rows cannot be read again"};
  }
  if (node.logical != nullptr && node.logical->kind() == NodeKind::kScan) {
    const auto& scan = node.logical->as<ScanNode>();
    for (const int column : scan.spec().columns) {
      const std::string reason =
          unsteady_reason(scan.table().columns[static_cast<size_t>(column)].expr);
      if (!reason.empty()) return {Replay::kNeither, reason};
    }
  }
  return {Replay::kDeterministic, "read again from the position in the checkpoint"};
}

bool rounds(const PhysicalNode& node, const std::vector<NamedAggregate>& aggregates) {
  return std::any_of(aggregates.begin(), aggregates.end(), [&](const NamedAggregate& named) {
    const AggregateCall& call = named.call;
    if (call.function->name == "MIN" || call.function->name == "MAX") return false;
    return std::any_of(call.args.begin(), call.args.end(), [&](int column) {
      return node.input().schema->type(column).is_approximate();
    });
  });
}

constexpr const char* kRounding = "sums of FLOAT and DOUBLE are rounded in the order of arrival";

OperatorRecovery recovery_of_aggregate(const PhysicalNode& node) {
  const auto& aggregates = node.logical->as<AggregateNode>().aggregates();
  if (rounds(node, aggregates)) return {Replay::kNeither, kRounding};
  if (aggregates.empty() && node.input().traits.kinds.is_insert_only()) {
    return {Replay::kDeterministic, "each key goes out once"};
  }
  return {Replay::kConvergent, "updates of a key depend on the order in which its rows come"};
}

OperatorRecovery recovery_of_window(const PhysicalNode& node) {
  const auto& parts = node.logical->as<WindowAggregateNode>().parts();
  if (!parts.grouping.given && !parts.grouping.window.event_time) {
    return {Replay::kNeither, "windows of processing time"};
  }
  if (rounds(node, parts.aggregates)) return {Replay::kNeither, kRounding};
  if (node.emit)
    return {Replay::kConvergent, "what a window shows early and late is a matter of time"};
  return {Replay::kDeterministic, "a window goes out once, when the watermark passes its end"};
}

OperatorRecovery recovery_of_over(const PhysicalNode& node) {
  const auto& over = node.logical->as<OverNode>();
  for (const NamedOverCall& named : over.parts().calls) {
    if (named.call.function != OverFunction::kAggregate) continue;
    if (rounds(node, {{named.call.aggregate, named.name}})) return {Replay::kNeither, kRounding};
  }
  return {Replay::kNeither, "rows of equal order stand as they come"};
}

OperatorRecovery recovery_of_join(const PhysicalNode& node) {
  const auto& parts = node.logical->as<JoinNode>().parts();
  const std::string reason = unsteady_reason(parts.condition);
  if (!reason.empty()) return {Replay::kNeither, reason};
  const bool interval = joins_by_interval(node, false);
  if (interval && !parts.interval->event_time) {
    return {Replay::kNeither, "intervals of processing time"};
  }
  if (joins_windows(node, false)) {
    if (!parts.windows->window.event_time) return {Replay::kNeither, "windows of processing time"};
    return {Replay::kDeterministic, "rows meet when the watermark passes the end of their window"};
  }
  if (interval || parts.versions) {
    return {Replay::kDeterministic, "rows meet by their times"};
  }
  const bool inserts =
      node.input(0).traits.kinds.is_insert_only() && node.input(1).traits.kinds.is_insert_only();
  if (parts.kind == JoinKind::kInner && inserts) {
    return {Replay::kDeterministic, "each pair goes out once, whichever row comes first"};
  }
  return {Replay::kConvergent,
          "which rows stand without a partner for a while depends on "
          "which side comes first"};
}

void append_node(const PhysicalNode& node, int depth, std::string& text) {
  const int below = is_end_of_query(node) ? depth : depth + 1;
  if (below != depth) {
    const OperatorRecovery recovery = operator_recovery(node);
    text.append(static_cast<size_t>(depth) * 2, ' ');
    text += node.name;
    if (!node.table.empty()) text += "(table=[" + node.table + "])";
    text += node.kind == PhysicalKind::kSink
                ? ": " + std::string(to_text(node.sink->guarantee()))
                : ": " + std::string(replay_text(recovery.replay)) + ": " + recovery.reason;
    text += "\n";
  }
  for (const PhysicalNodePtr& input : node.inputs) append_node(*input, below, text);
}

}  // namespace

JobRecovery job_recovery(const std::vector<PhysicalNodePtr>& roots, const SessionConfig& config) {
  JobRecovery recovery = promise_of(config);
  for (const PhysicalNodePtr& root : roots) limit_by(*root, recovery);
  return recovery;
}

OperatorRecovery operator_recovery(const PhysicalNode& node) {
  switch (node.kind) {
    case PhysicalKind::kSource:
      return recovery_of_source(node);
    case PhysicalKind::kCalc:
      return recovery_of_calc(node);
    case PhysicalKind::kGroupAggregate:
      return recovery_of_aggregate(node);
    case PhysicalKind::kWindowAggregate:
      return recovery_of_window(node);
    case PhysicalKind::kLate:
      return {Replay::kNeither, "what is late depends on when watermarks and rows meet"};
    case PhysicalKind::kJoin:
      return recovery_of_join(node);
    case PhysicalKind::kMultiJoin:
      if (node.traits.kinds.is_insert_only()) {
        return {Replay::kDeterministic, "each row goes out once, whichever input comes first"};
      }
      return {Replay::kConvergent,
              "which rows stand for a while depends on which input comes first"};
    case PhysicalKind::kWindowAssign:
      if (!node.logical->as<WindowTvfNode>().spec().event_time) {
        return {Replay::kNeither, "windows of processing time"};
      }
      if (node.logical->as<WindowTvfNode>().is_session()) {
        return {Replay::kNeither, "rows of one time in a session stand as they come"};
      }
      return {Replay::kDeterministic, "row by row"};
    case PhysicalKind::kNormalize:
    case PhysicalKind::kMaterialize:
      return {Replay::kConvergent, "of rows with one key the last to come stays"};
    case PhysicalKind::kTrigger:
      return {Replay::kNeither, "what is shown together depends on when rows come"};
    case PhysicalKind::kLimit:
      return {Replay::kNeither, "keeps the rows that come first"};
    case PhysicalKind::kOver:
      return recovery_of_over(node);
    case PhysicalKind::kTemporalSort:
      return {Replay::kNeither, "rows of equal order stand as they come"};
    case PhysicalKind::kDeduplicate:
      return {Replay::kNeither, "of rows of one time it keeps the one that comes first or last"};
    case PhysicalKind::kWindowTopN:
    case PhysicalKind::kTopN:
      return {Replay::kNeither, "of rows of equal rank it keeps those that come first"};
    case PhysicalKind::kFold:
    case PhysicalKind::kSort:
      return {Replay::kDeterministic, "goes out at the end of the input"};
    case PhysicalKind::kLookupJoin:
      return {Replay::kNeither, "a row is looked up as the table is when it comes"};
    case PhysicalKind::kUnnest:
    case PhysicalKind::kNotNull:
    case PhysicalKind::kExpand:
      return {Replay::kDeterministic, "row by row"};
    case PhysicalKind::kUnion:
    case PhysicalKind::kSink:
      break;
  }
  return {Replay::kDeterministic, "rows pass as they are"};
}

std::string recovery_text(const std::vector<PhysicalNodePtr>& roots, const SessionConfig& config) {
  const JobRecovery recovery = job_recovery(roots, config);
  std::string text =
      "job: " + std::string(class_text(recovery.of_job)) + ": " + recovery.reason + "\n";
  for (const PhysicalNodePtr& root : roots) append_node(*root, 0, text);
  return text;
}

}  // namespace hw
