// SPDX-License-Identifier: Apache-2.0

#include "plan/explain/state_text.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "plan/changelog/over_way.h"
#include "plan/changelog/state_ttl.h"
#include "plan/graph/state_meaning.h"
#include "plan/logical/age_text.h"
#include "plan/logical/aggregate.h"
#include "plan/logical/join.h"
#include "plan/logical/over.h"
#include "plan/logical/sort.h"
#include "plan/logical/window_aggregate.h"
#include "plan/logical/window_tvf.h"
#include "plan/lower/join_way.h"

namespace hw {
namespace {

/// What an entry costs beside its values: its place in an index and in a chunk.
constexpr int64_t kEntryOverhead = 16;
/// A text, until somebody has seen one.
constexpr int64_t kTextBytes = 24;

int64_t width_of(const SqlType& type) {
  switch (type.kind()) {
    case TypeKind::kBoolean:
    case TypeKind::kTinyint:
      return 1;
    case TypeKind::kSmallint:
      return 2;
    case TypeKind::kInt:
    case TypeKind::kFloat:
    case TypeKind::kDate:
    case TypeKind::kTime:
      return 4;
    case TypeKind::kDecimal:
      return 16;
    default:
      return type.physical() == PhysicalType::kBytes || type.is_constructed() ? kTextBytes : 8;
  }
}

int64_t width_of(const Schema& schema) {
  int64_t bytes = kEntryOverhead;
  for (const SqlField& field : schema.fields()) bytes += width_of(field.type);
  return bytes;
}

int64_t width_of(const Schema& schema, const std::vector<int>& columns) {
  int64_t bytes = kEntryOverhead;
  for (const int column : columns) bytes += width_of(schema.type(column));
  return bytes;
}

std::string names(const Schema& schema, const std::vector<int>& columns) {
  std::string text;
  for (const int column : columns) text += (text.empty() ? "" : ", ") + schema.name(column);
  return text;
}

std::string per(const Schema& schema, const std::vector<int>& columns) {
  return columns.empty() ? "" : "per " + names(schema, columns) + ": ";
}

/// Functions that must hold on to every value: those that list them, and the least and greatest
/// when values are taken back.
bool keeps_values(const AggregateCall& call, bool retracts) {
  constexpr std::string_view kListing[] = {"LISTAGG",    "ARRAY_AGG",     "COLLECT",
                                           "PERCENTILE", "JSON_ARRAYAGG", "JSON_OBJECTAGG"};
  constexpr std::string_view kByOrder[] = {"MIN", "MAX", "FIRST_VALUE", "LAST_VALUE"};
  const std::string_view name = call.function->name;
  if (call.distinct) return true;
  if (std::find(std::begin(kListing), std::end(kListing), name) != std::end(kListing)) return true;
  return retracts &&
         std::find(std::begin(kByOrder), std::end(kByOrder), name) != std::end(kByOrder);
}

struct Accumulators {
  std::string text;
  int64_t bytes = 0;
  bool values = false;
};

Accumulators accumulators_of(const std::vector<NamedAggregate>& aggregates,
                             const PhysicalNode& input) {
  Accumulators all;
  const bool retracts = !input.traits.kinds.is_insert_only();
  for (const NamedAggregate& named : aggregates) {
    all.text += (all.text.empty() ? "" : ", ") + named.call.to_sql(*input.schema);
    all.bytes += width_of(named.call.result_type) + 8;
    if (!keeps_values(named.call, retracts)) continue;
    all.values = true;
    all.text += " with its values";
  }
  if (aggregates.empty()) all.text = "that it was seen";
  return all;
}

NodeState state_of_group(const PhysicalNode& node) {
  const auto& aggregate = node.logical->as<AggregateNode>();
  const Schema& input = *node.input().schema;
  const Accumulators all = accumulators_of(aggregate.aggregates(), node.input());
  NodeState state;
  state.keeps = per(input, aggregate.keys()) + all.text;
  state.entry_bytes = width_of(input, aggregate.keys()) + all.bytes;
  if (all.values) {
    state.bound = StateBound::kInput;
    state.bounded_by = "distinct values that were ever seen";
  } else if (aggregate.keys().empty()) {
    state.bound = StateBound::kConstant;
    state.bounded_by = "one row";
  } else {
    state.bound = StateBound::kKeys;
    state.bounded_by = "distinct " + names(input, aggregate.keys()) + " that were ever seen";
  }
  return state;
}

std::string duration_text(int64_t ms) {
  return ms % 1000 == 0 ? std::to_string(ms / 1000) + " s" : std::to_string(ms) + " ms";
}

NodeState state_of_window(const PhysicalNode& node) {
  const auto& parts = node.logical->as<WindowAggregateNode>().parts();
  const Schema& input = *node.input().schema;
  const Accumulators all = accumulators_of(parts.aggregates, node.input());
  const bool event_time = parts.grouping.given || parts.grouping.window.event_time;
  NodeState state;
  state.bound = event_time ? StateBound::kWatermark : StateBound::kClock;
  state.keeps = "per window" +
                (parts.keys.empty() ? std::string() : " and " + names(input, parts.keys)) + ": " +
                all.text;
  state.bounded_by = event_time ? "windows that the watermark has not passed"
                                : "windows that the clock has not passed";
  state.entry_bytes = width_of(input, parts.keys) + 8 + all.bytes;
  if (!node.emit) return state;
  state.keeps += ", and what was shown of it";
  for (const NamedAggregate& named : parts.aggregates) {
    state.entry_bytes += width_of(named.call.result_type);
  }
  if (node.emit->lateness_ms > 0) {
    state.bounded_by += " by " + duration_text(node.emit->lateness_ms);
  }
  return state;
}

NodeState state_of_join(const PhysicalNode& node) {
  const auto& parts = node.logical->as<JoinNode>().parts();
  const int64_t both = width_of(*node.input(0).schema) + width_of(*node.input(1).schema);
  NodeState state;
  state.entry_bytes = both / 2;
  if (parts.versions) {
    state.bound = StateBound::kKeys;
    state.keeps = "right: versions per " + names(*node.input(1).schema, parts.right_keys) +
                  " that a left row may still meet; left: rows that wait";
    state.bounded_by = "distinct right keys, and the watermarks of both sides";
    return state;
  }
  if (joins_windows(node, false)) {
    const bool event_time = parts.windows->window.event_time;
    state.bound = event_time ? StateBound::kWatermark : StateBound::kClock;
    state.keeps = "per window: the rows of both sides";
    state.bounded_by = event_time ? "windows that the watermark has not passed"
                                  : "windows that the clock has not passed";
    return state;
  }
  if (joins_by_interval(node, false)) {
    state.bound = parts.interval->event_time ? StateBound::kWatermark : StateBound::kClock;
    state.keeps = "rows of both sides that may still find a partner";
    state.bounded_by = duration_text(parts.interval->upper_ms - parts.interval->lower_ms) +
                       " of both sides, and how far the watermark is behind";
    return state;
  }
  state.bound = StateBound::kInput;
  state.keeps = "all rows of both sides";
  for (const size_t side : {0, 1}) {
    const std::string form = join_state_text(node, side);
    if (!form.empty()) state.keeps += (side == 0 ? ", left " : ", right ") + form;
  }
  const auto& left = node.input(0).traits.upsert_keys;
  const auto& right = node.input(1).traits.upsert_keys;
  if (!left.empty() && !right.empty()) {
    state.bound = StateBound::kKeys;
    state.bounded_by = "distinct keys of both sides that were ever seen";
  } else {
    state.bounded_by = "rows that were ever seen and not deleted";
  }
  return state;
}

NodeState state_of_multi_join(const PhysicalNode& node) {
  NodeState state;
  state.bound = StateBound::kInput;
  state.keeps = "all rows of its " + std::to_string(node.inputs.size()) +
                " inputs, and none of what they make";
  bool keyed = true;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const std::string form = join_state_text(node, i);
    if (!form.empty()) state.keeps += ", of input " + std::to_string(i + 1) + " " + form;
    keyed = keyed && !node.input(i).traits.upsert_keys.empty();
    state.entry_bytes += width_of(*node.input(i).schema);
  }
  state.entry_bytes /= static_cast<int64_t>(node.inputs.size());
  state.bounded_by = keyed ? "distinct keys of all inputs that were ever seen"
                           : "rows that were ever seen and not deleted";
  if (keyed) state.bound = StateBound::kKeys;
  return state;
}

NodeState state_of_over(const PhysicalNode& node) {
  const auto& parts = node.logical->as<OverNode>().parts();
  const Schema& input = *node.input().schema;
  NodeState state;
  state.entry_bytes = width_of(input);
  const OverWay way = over_way(node, false);
  if (way == OverWay::kUpdating) {
    state.bound = StateBound::kInput;
    state.keeps = per(input, parts.partition) + "all rows, in order";
    state.bounded_by = "rows that were ever seen and not deleted";
    return state;
  }
  state.keeps = per(input, parts.partition) + "what the frames still read";
  if (parts.partition.empty()) {
    state.bound = way == OverWay::kByTime ? StateBound::kWatermark : StateBound::kConstant;
    state.bounded_by = "the frames";
  } else {
    state.bound = StateBound::kKeys;
    state.bounded_by =
        "distinct " + names(input, parts.partition) + " that were ever seen, times the frames";
  }
  return state;
}

NodeState state_of_top_n(const PhysicalNode& node) {
  const auto& parts = node.logical->as<TopNNode>().parts();
  const Schema& input = *node.input().schema;
  NodeState state;
  state.entry_bytes = width_of(input);
  const bool retracts = !node.input().traits.kinds.is_insert_only();
  if (node.kind == PhysicalKind::kWindowTopN) {
    state.bound = StateBound::kWatermark;
    state.keeps = "per window: its first rows";
    state.bounded_by = "windows that the watermark has not passed";
  } else if (retracts || parts.limit == kAllRows) {
    state.bound = StateBound::kInput;
    state.keeps = per(input, parts.partition) + "all rows, since those in front may go";
    state.bounded_by = "rows that were ever seen and not deleted";
  } else {
    const int64_t rows = parts.limit + parts.offset;
    state.bound = parts.partition.empty() ? StateBound::kConstant : StateBound::kKeys;
    state.keeps = per(input, parts.partition) + "the first " + std::to_string(rows) +
                  (rows == 1 ? " row" : " rows");
    if (!parts.partition.empty())
      state.bounded_by = "distinct " + names(input, parts.partition) + " that were ever seen";
    state.entry_bytes *= rows;
  }
  return state;
}

NodeState state_of_deduplicate(const PhysicalNode& node) {
  const auto& parts = node.logical->as<TopNNode>().parts();
  const Schema& input = *node.input().schema;
  const bool last = parts.order[0].descending;
  return {.bound = StateBound::kKeys,
          .keeps = per(input, parts.partition) + (last ? "its last row" : "that it was seen"),
          .bounded_by = "distinct " + names(input, parts.partition) + " that were ever seen",
          .entry_bytes = last ? width_of(input) : width_of(input, parts.partition)};
}

NodeState by_primary_key(const PhysicalNode& node, const std::string& keeps) {
  const Schema& input = *node.input().schema;
  return {.bound = StateBound::kKeys,
          .keeps = per(input, node.columns) + keeps,
          .bounded_by = "distinct " + names(input, node.columns) + " that were ever seen",
          .entry_bytes = width_of(input)};
}

NodeState all_rows(const PhysicalNode& node, StateBound bound, const std::string& until) {
  return {.bound = bound,
          .keeps = "rows until " + until,
          .bounded_by = bound == StateBound::kWatermark ? "rows that the watermark has not passed"
                                                        : "rows of the input",
          .entry_bytes = width_of(*node.input().schema)};
}

NodeState own_state(const PhysicalNode& node) {
  switch (node.kind) {
    case PhysicalKind::kSource:
      return {
          .bound = StateBound::kConstant, .keeps = "how far it has read", .bounded_by = "splits"};
    case PhysicalKind::kGroupAggregate:
      return state_of_group(node);
    case PhysicalKind::kWindowAggregate:
      return state_of_window(node);
    case PhysicalKind::kWindowAssign: {
      const auto& tvf = node.logical->as<WindowTvfNode>();
      if (!tvf.is_session()) return {};
      const bool event_time = tvf.spec().event_time;
      return {.bound = event_time ? StateBound::kWatermark : StateBound::kClock,
              .keeps = "the rows of sessions that are open",
              .bounded_by = event_time ? "sessions that the watermark has not passed"
                                       : "sessions that the clock has not passed",
              .entry_bytes = width_of(*node.input().schema)};
    }
    case PhysicalKind::kLate: {
      const bool remembers = state_meaning(node).keeps_state;
      if (!remembers) return {};
      return {.bound = StateBound::kWatermark,
              .keeps = "what tells late rows from others",
              .bounded_by = "windows that the watermark has not passed"};
    }
    case PhysicalKind::kJoin:
      return state_of_join(node);
    case PhysicalKind::kMultiJoin:
      return state_of_multi_join(node);
    case PhysicalKind::kLookupJoin:
      return {.bound = StateBound::kConstant,
              .keeps = "a copy of the table that it looks up in",
              .bounded_by = "rows of that table"};
    case PhysicalKind::kOver:
      return state_of_over(node);
    case PhysicalKind::kTopN:
    case PhysicalKind::kWindowTopN:
      return state_of_top_n(node);
    case PhysicalKind::kDeduplicate:
      return state_of_deduplicate(node);
    case PhysicalKind::kNormalize:
      return by_primary_key(node, "its last row");
    case PhysicalKind::kMaterialize:
      return by_primary_key(node, "the rows that stand");
    case PhysicalKind::kTrigger:
      if (node.trigger->complete) return all_rows(node, StateBound::kInput, "they are deleted");
      if (node.trigger->interval_ms == 0)
        return all_rows(node, StateBound::kInput, "the job has read what is there");
      return all_rows(node, StateBound::kClock, "the next trigger");
    case PhysicalKind::kTemporalSort:
      return all_rows(node, StateBound::kWatermark, "the watermark passes them");
    case PhysicalKind::kSort:
    case PhysicalKind::kFold:
      return all_rows(node, StateBound::kInput, "the end of the input");
    case PhysicalKind::kLimit:
      if (!node.input().traits.kinds.is_insert_only())
        return all_rows(node, StateBound::kInput, "they are deleted");
      return {.bound = StateBound::kConstant, .keeps = "how many rows went by"};
    default:
      break;
  }
  if (!state_meaning(node).keeps_state) return {};
  return {.bound = StateBound::kInput, .keeps = "rows of its input"};
}

/// `seen in the last 1 h`; of the sides of a join, if they differ.
std::string ages_text(const std::vector<int64_t>& ttl_ms) {
  const int64_t first = ttl_ms.front();
  const bool same =
      std::all_of(ttl_ms.begin(), ttl_ms.end(), [first](int64_t ms) { return ms == first; });
  std::string text = "seen in the last " + age_text(first);
  if (!same) text += " (left) and " + age_text(ttl_ms.back()) + " (right)";
  return text;
}

bool grows(const PhysicalNode& node, StateBound bound) {
  const bool ends = std::all_of(node.inputs.begin(), node.inputs.end(),
                                [](const PhysicalNodePtr& input) { return input->bounded; });
  return !ends && (bound == StateBound::kKeys || bound == StateBound::kInput);
}

void append_node(const PhysicalNode& node, int depth, std::string& text) {
  const NodeState state = state_of(node);
  const bool sink = node.kind == PhysicalKind::kSink;
  if (!sink) {
    text.append(static_cast<size_t>(depth) * 2, ' ');
    text += node.name + (node.table.empty() ? "" : "(table=[" + node.table + "])") + ": ";
    text += state.bound == StateBound::kNone ? "keeps nothing" : "keeps " + state.keeps;
    if (!state.bounded_by.empty()) text += "; bounded by " + state.bounded_by;
    if (state.entry_bytes > 0)
      text += "; about " + std::to_string(state.entry_bytes) + " bytes each";
    if (grows(node, state.bound)) text += "; GROWS with the input";
    text += "\n";
  }
  for (const PhysicalNodePtr& input : node.inputs)
    append_node(*input, sink ? depth : depth + 1, text);
}

void collect_unbounded(const PhysicalNode& node, std::vector<std::string>& found) {
  for (const PhysicalNodePtr& input : node.inputs) collect_unbounded(*input, found);
  const NodeState state = state_of(node);
  if (!grows(node, state.bound)) return;
  std::string text = node.name + " keeps " + state.keeps;
  if (std::find(found.begin(), found.end(), text) == found.end()) found.push_back(std::move(text));
}

}  // namespace

NodeState state_of(const PhysicalNode& node) {
  NodeState state = own_state(node);
  const bool by_age = state.bound == StateBound::kKeys || state.bound == StateBound::kInput;
  if (by_age && state_ttl_of(node) > 0) {
    state.bound = StateBound::kClock;
    constexpr std::string_view kEver = "that were ever seen";
    const size_t ever = state.bounded_by.find(kEver);
    HW_DCHECK(ever != std::string::npos);
    state.bounded_by.replace(ever, kEver.size(), ages_text(node.state_ttl_ms));
    state.bounded_by += ", by ttl";
  }
  return state;
}

std::string state_text(const std::vector<PhysicalNodePtr>& roots, const SessionConfig& config) {
  std::string text;
  for (const PhysicalNodePtr& root : roots) append_node(*root, 0, text);
  const std::vector<std::string> unbounded = unbounded_states(roots, config);
  if (config.mode() == RuntimeMode::kBatch) return text + "job: all of it is gone at the end\n";
  text += unbounded.empty() ? "job: bounded" : "job: grows with the input, in ";
  if (!unbounded.empty())
    text += std::to_string(unbounded.size()) + (unbounded.size() == 1 ? " operator" : " operators");
  return text + "\n";
}

std::vector<std::string> unbounded_states(const std::vector<PhysicalNodePtr>& roots,
                                          const SessionConfig& config) {
  std::vector<std::string> found;
  if (config.mode() == RuntimeMode::kBatch) return found;
  for (const PhysicalNodePtr& root : roots) collect_unbounded(*root, found);
  return found;
}

}  // namespace hw
