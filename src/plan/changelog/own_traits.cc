// SPDX-License-Identifier: Apache-2.0
//
// What each operator does to kinds and keys.

#include <algorithm>
#include <optional>
#include <utility>

#include "plan/changelog/infer.h"
#include "plan/changelog/over_way.h"
#include "plan/logical/aggregate.h"
#include "plan/logical/join.h"
#include "plan/logical/sort.h"
#include "plan/logical/window_aggregate.h"
#include "plan/logical/window_tvf.h"
#include "plan/lower/join_way.h"
#include "plan/lower/lookup_plan.h"
#include "plan/lower/multi_join_plan.h"

namespace hw {
namespace {

using Keys = std::vector<std::vector<int>>;

RowKindSet inserts() { return RowKindSet::insert_only(); }
RowKindSet with_deletes(RowKindSet kinds) { return kinds.with(RowKind::kDelete); }
RowKindSet with_updates(RowKindSet kinds) {
  return kinds.with(RowKind::kUpdateBefore).with(RowKind::kUpdateAfter);
}

void add_key(Keys& keys, std::vector<int> key) {
  std::sort(key.begin(), key.end());
  key.erase(std::unique(key.begin(), key.end()), key.end());
  if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(std::move(key));
}

std::vector<int> first_columns(size_t count) {
  std::vector<int> columns;
  for (size_t i = 0; i < count; ++i) columns.push_back(static_cast<int>(i));
  return columns;
}

/// A key survives when every column of it is passed on bare.
Keys projected_keys(const PhysicalNode& calc) {
  const ChangelogTraits& input = calc.input().traits;
  std::vector<int> place(static_cast<size_t>(calc.input().schema->num_fields()), -1);
  for (size_t i = 0; i < calc.projections.size(); ++i) {
    const BoundExpr& expr = *calc.projections[i];
    if (expr.kind() != BoundExpr::Kind::kColumn) continue;
    int& found = place[static_cast<size_t>(expr.column_index())];
    if (found < 0) found = static_cast<int>(i);
  }
  Keys keys;
  for (const std::vector<int>& key : input.upsert_keys) {
    std::vector<int> now;
    for (const int column : key) now.push_back(place[static_cast<size_t>(column)]);
    if (std::find(now.begin(), now.end(), -1) == now.end()) add_key(keys, std::move(now));
  }
  return keys;
}

/// Keys that hold every column by which rows are spread: changes of one key stay in order.
Keys keys_after(const ChangelogTraits& input, const Placement& placement) {
  if (placement.contract != EdgeContract::kHash) return input.upsert_keys;
  Keys keys;
  for (const std::vector<int>& key : input.upsert_keys) {
    const bool holds = std::all_of(placement.keys.begin(), placement.keys.end(), [&](int column) {
      return std::binary_search(key.begin(), key.end(), column);
    });
    if (holds) keys.push_back(key);
  }
  return keys;
}

bool is_unique(const Keys& keys, const std::vector<int>& columns) {
  return std::any_of(keys.begin(), keys.end(), [&](const std::vector<int>& key) {
    return std::all_of(key.begin(), key.end(), [&](int column) {
      return std::find(columns.begin(), columns.end(), column) != columns.end();
    });
  });
}

std::vector<int> shifted(std::vector<int> key, int by) {
  for (int& column : key) column += by;
  return key;
}

Keys join_keys(const PhysicalNode& node, const JoinNode::Parts& parts) {
  const int left_columns = node.input(0).schema->num_fields();
  const Keys left = keys_after(node.input(0).traits, node.placements[0]);
  const Keys right = keys_after(node.input(1).traits, node.placements[1]);
  const bool inner = parts.kind == JoinKind::kInner;
  if (parts.kind == JoinKind::kSemi || parts.kind == JoinKind::kAnti) return left;
  Keys keys;
  if ((inner || parts.kind == JoinKind::kLeft) && is_unique(right, parts.right_keys)) {
    for (const std::vector<int>& key : left) add_key(keys, key);
  }
  if ((inner || parts.kind == JoinKind::kRight) && is_unique(left, parts.left_keys)) {
    for (const std::vector<int>& key : right) add_key(keys, shifted(key, left_columns));
  }
  // Both together are a key only worth naming where neither is one alone.
  if (!inner || !keys.empty()) return keys;
  for (const std::vector<int>& l : left) {
    for (const std::vector<int>& r : right) {
      std::vector<int> both = l;
      for (const int column : r) both.push_back(column + left_columns);
      add_key(keys, std::move(both));
    }
  }
  return keys;
}

ChangelogTraits join_traits(const PhysicalNode& node) {
  const JoinNode::Parts& parts = node.logical->as<JoinNode>().parts();
  ChangelogTraits traits;
  const RowKindSet left = node.input(0).traits.kinds, right = node.input(1).traits.kinds;
  switch (parts.kind) {
    case JoinKind::kInner:
      traits.kinds = left.united(right);
      break;
    case JoinKind::kSemi:
      // A left row goes out as what it came as, or comes and goes with its matches.
      traits.kinds = right.is_insert_only() ? left : with_deletes(left);
      break;
    case JoinKind::kAnti:
      traits.kinds = with_deletes(left);
      break;
    default:
      traits.kinds = with_deletes(inserts());
  }
  const bool timed = joins_by_interval(node, false) || joins_windows(node, false);
  if (timed || parts.versions) traits.kinds = inserts();
  traits.upsert_keys = join_keys(node, parts);
  return traits;
}

/// Keys of an input that every row has at most one partner for in each other input; else, of inner
/// joins, one key of each input together.
Keys multi_join_keys(const PhysicalNode& node) {
  const MultiJoinPlan& plan = *node.multi_join;
  const auto place_of = [&](size_t input, int column) {
    for (size_t i = 0; i < plan.columns.size(); ++i) {
      if (static_cast<size_t>(plan.columns[i].input) == input && plan.columns[i].column == column) {
        return static_cast<int>(i);
      }
    }
    return -1;
  };
  std::vector<Keys> of_inputs;
  size_t many = 0;  // inputs with more than one row per key
  size_t last_of_many = 0;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    of_inputs.push_back(keys_after(node.input(i).traits, node.placements[i]));
    if (is_unique(of_inputs[i], node.placements[i].keys)) continue;
    ++many;
    last_of_many = i;
  }
  const auto add_shown = [&](Keys& keys, const std::vector<std::pair<size_t, int>>& columns) {
    std::vector<int> key;
    for (const auto& [input, column] : columns) key.push_back(place_of(input, column));
    if (std::find(key.begin(), key.end(), -1) == key.end()) add_key(keys, std::move(key));
  };
  Keys keys;
  for (size_t i = 0; i < of_inputs.size(); ++i) {
    if (plan.outer[i] || many > 1 || (many == 1 && last_of_many != i)) continue;
    for (const std::vector<int>& key : of_inputs[i]) {
      std::vector<std::pair<size_t, int>> columns;
      for (const int column : key) columns.emplace_back(i, column);
      add_shown(keys, columns);
    }
  }
  if (!keys.empty()) return keys;
  std::vector<std::pair<size_t, int>> together;
  for (size_t i = 0; i < of_inputs.size(); ++i) {
    if (plan.outer[i] || of_inputs[i].empty()) return keys;
    for (const int column : of_inputs[i][0]) together.emplace_back(i, column);
  }
  add_shown(keys, together);
  return keys;
}

/// Rows of several inputs come and go together: no update of the one is one of the result.
ChangelogTraits multi_join_traits(const PhysicalNode& node) {
  const std::vector<bool>& outer = node.multi_join->outer;
  bool grows = std::find(outer.begin(), outer.end(), true) == outer.end();
  for (const PhysicalNodePtr& input : node.inputs) {
    grows = grows && input->traits.kinds.is_insert_only();
  }
  ChangelogTraits traits;
  traits.kinds = grows ? inserts() : with_deletes(inserts());
  traits.upsert_keys = multi_join_keys(node);
  return traits;
}

ChangelogTraits looked_up_traits(const PhysicalNode& node) {
  ChangelogTraits traits;
  traits.kinds = node.input().traits.kinds;
  // The halves of an update may find different numbers of rows.
  if (!traits.kinds.is_insert_only()) traits.kinds = with_deletes(traits.kinds);
  if (node.lookup->unique) {
    traits.upsert_keys = keys_after(node.input().traits, node.placements[0]);
  }
  return traits;
}

ChangelogTraits group_traits(const PhysicalNode& node) {
  const auto& aggregate = node.logical->as<AggregateNode>();
  ChangelogTraits traits;
  traits.kinds = aggregate.aggregates().empty() ? inserts() : with_updates(inserts());
  if (!node.input().traits.kinds.is_insert_only()) traits.kinds = with_deletes(traits.kinds);
  add_key(traits.upsert_keys, first_columns(aggregate.keys().size()));
  return traits;
}

ChangelogTraits window_traits(const PhysicalNode& node) {
  const WindowAggregateNode::Parts& parts = node.logical->as<WindowAggregateNode>().parts();
  ChangelogTraits traits;
  std::vector<int> key = first_columns(parts.keys.size());
  bool bordered = false;
  for (size_t i = 0; i < parts.properties.size(); ++i) {
    if (parts.properties[i] == WindowProperty::kTime) continue;
    key.push_back(static_cast<int>(parts.keys.size() + parts.aggregates.size() + i));
    bordered = bordered || parts.properties[i] == WindowProperty::kEnd;
  }
  if (bordered) add_key(traits.upsert_keys, std::move(key));
  if (!node.emit) return traits;
  traits.kinds = with_updates(inserts());
  if (!node.input().traits.kinds.is_insert_only()) traits.kinds = with_deletes(traits.kinds);
  return traits;
}

/// A row may come out several times, once a window.
ChangelogTraits assigned_traits(const PhysicalNode& node) {
  ChangelogTraits traits;
  if (!node.logical->as<WindowTvfNode>().is_session()) traits.kinds = node.input().traits.kinds;
  for (std::vector<int> key : keys_after(node.input().traits, node.placements[0])) {
    key.push_back(node.input().schema->num_fields());
    key.push_back(node.input().schema->num_fields() + 1);
    add_key(traits.upsert_keys, std::move(key));
  }
  return traits;
}

ChangelogTraits over_traits(const PhysicalNode& node) {
  ChangelogTraits traits;
  traits.upsert_keys = keys_after(node.input().traits, node.placements[0]);
  if (over_way(node, false) != OverWay::kUpdating) return traits;
  traits.kinds = with_updates(inserts());
  if (!node.input().traits.kinds.is_insert_only()) traits.kinds = with_deletes(traits.kinds);
  return traits;
}

ChangelogTraits top_n_traits(const PhysicalNode& node) {
  const auto& top = node.logical->as<TopNNode>();
  ChangelogTraits traits;
  traits.kinds = with_deletes(inserts());
  traits.upsert_keys = keys_after(node.input().traits, node.placements[0]);
  // Without a rank, the only row of a partition is found by it.
  const bool single = top.parts().limit == 1 && top.parts().rank == RankKind::kRowNumber;
  if (single && top.parts().pattern) add_key(traits.upsert_keys, top.parts().partition);
  if (node.kind == PhysicalKind::kWindowTopN) traits.kinds = inserts();
  if (!top.shows_rank()) return traits;
  if (node.kind == PhysicalKind::kTopN) traits.kinds = with_updates(traits.kinds);
  if (top.parts().rank != RankKind::kRowNumber) return traits;
  // A rank is taken over by another row.
  traits.upsert_keys.clear();
  std::vector<int> key = top.parts().partition;
  key.push_back(node.input().schema->num_fields());
  add_key(traits.upsert_keys, std::move(key));
  return traits;
}

ChangelogTraits deduplicated_traits(const PhysicalNode& node) {
  const TopNNode::Parts& parts = node.logical->as<TopNNode>().parts();
  ChangelogTraits traits;
  if (parts.order[0].descending) traits.kinds = with_updates(inserts());
  add_key(traits.upsert_keys, parts.partition);
  return traits;
}

ChangelogTraits materialized_traits(const PhysicalNode& node) {
  ChangelogTraits traits;
  traits.kinds = with_deletes(inserts().with(RowKind::kUpdateAfter));
  if (resolves_conflicts(node)) {
    const bool retracts = !node.input().traits.kinds.is_insert_only();
    traits.kinds = retracts ? with_deletes(with_updates(inserts())) : inserts();
  }
  add_key(traits.upsert_keys, node.columns);
  return traits;
}

ChangelogTraits triggered_traits(const PhysicalNode& node) {
  ChangelogTraits traits = node.input().traits;
  if (traits.kinds.is_insert_only()) return traits;
  if (node.trigger->by_row) {
    traits.kinds = with_deletes(inserts());
  } else if (traits.kinds.contains(RowKind::kUpdateBefore)) {
    // A filter may have kept the -U of an update alone: then the row is gone.
    traits.kinds = with_deletes(traits.kinds);
  }
  return traits;
}

ChangelogTraits union_traits(const PhysicalNode& node) {
  ChangelogTraits traits;
  traits.kinds = node.input(0).traits.kinds;
  for (const PhysicalNodePtr& input : node.inputs) {
    traits.kinds = traits.kinds.united(input->traits.kinds);
  }
  return traits;
}

ChangelogTraits streaming_traits(const PhysicalNode& node) {
  ChangelogTraits traits;
  switch (node.kind) {
    case PhysicalKind::kSource:
      traits.kinds = node.source->changelog();
      if (!node.columns.empty()) add_key(traits.upsert_keys, node.columns);
      return traits;
    case PhysicalKind::kFold:
      if (!node.columns.empty()) add_key(traits.upsert_keys, node.columns);
      return traits;
    case PhysicalKind::kNormalize:
      traits.kinds = with_deletes(with_updates(inserts()));
      add_key(traits.upsert_keys, node.columns);
      return traits;
    case PhysicalKind::kMaterialize:
      return materialized_traits(node);
    case PhysicalKind::kTrigger:
      return triggered_traits(node);
    case PhysicalKind::kCalc:
      traits.kinds = node.input().traits.kinds;
      traits.upsert_keys = projected_keys(node);
      return traits;
    case PhysicalKind::kExpand:
      // A row comes out several times, and no column tells which of them it is.
      traits.kinds = node.input().traits.kinds;
      return traits;
    case PhysicalKind::kGroupAggregate:
      return group_traits(node);
    case PhysicalKind::kWindowAssign:
      return assigned_traits(node);
    case PhysicalKind::kWindowAggregate:
      return window_traits(node);
    case PhysicalKind::kLate:
      return traits;
    case PhysicalKind::kJoin:
      return join_traits(node);
    case PhysicalKind::kMultiJoin:
      return multi_join_traits(node);
    case PhysicalKind::kLookupJoin:
      return looked_up_traits(node);
    case PhysicalKind::kUnnest:
      // The halves of an update may have different numbers of elements.
      if (!node.input().traits.kinds.is_insert_only()) traits.kinds = with_deletes(inserts());
      return traits;
    case PhysicalKind::kUnion:
      return union_traits(node);
    case PhysicalKind::kSort:
    case PhysicalKind::kTemporalSort:
      traits.upsert_keys = node.input().traits.upsert_keys;
      return traits;
    case PhysicalKind::kLimit:
      traits = node.input().traits;
      if (!traits.kinds.is_insert_only()) traits.kinds = with_deletes(inserts());
      return traits;
    case PhysicalKind::kOver:
      return over_traits(node);
    case PhysicalKind::kTopN:
    case PhysicalKind::kWindowTopN:
      return top_n_traits(node);
    case PhysicalKind::kDeduplicate:
      return deduplicated_traits(node);
    case PhysicalKind::kNotNull:
    case PhysicalKind::kSink:
      return node.input().traits;
  }
  return traits;
}

}  // namespace

ChangelogTraits own_traits(const PhysicalNode& node, bool batch) {
  ChangelogTraits traits = streaming_traits(node);
  // In batch mode every operator waits for its input's end; only a raw changelog is one, and only
  // versions are read as that.
  const bool raw = node.kind == PhysicalKind::kSource || node.kind == PhysicalKind::kCalc;
  if (batch && !raw) traits.kinds = inserts();
  return traits;
}

namespace {

/// True when an update never changes these columns: they lie within a key by which it replaces.
bool stays_in_updates(const std::vector<int>& columns, const PhysicalNode& node) {
  const Keys& keys = node.traits.upsert_keys;
  return std::any_of(keys.begin(), keys.end(), [&](const std::vector<int>& key) {
    return std::all_of(columns.begin(), columns.end(), [&](int column) {
      return std::binary_search(key.begin(), key.end(), column);
    });
  });
}

}  // namespace

bool needs_update_before(const PhysicalNode& node) {
  switch (node.kind) {
    case PhysicalKind::kCalc:
      // A filter may let +U pass and its -U not, unless all that it reads is the same in both.
      return node.condition != nullptr &&
             !stays_in_updates(columns_read(*node.condition), node.input());
    case PhysicalKind::kTrigger:
      return node.trigger->by_row;
    case PhysicalKind::kUnion:
    case PhysicalKind::kNotNull:
    case PhysicalKind::kExpand:
    case PhysicalKind::kSink:
    case PhysicalKind::kSource:
    case PhysicalKind::kNormalize:
      return false;
    case PhysicalKind::kWindowAssign: {
      // An update may move a row into another window.
      const WindowSpec& window = node.logical->as<WindowTvfNode>().spec();
      return window.kind == WindowKind::kSession || !window.event_time ||
             !stays_in_updates({window.time_column}, node.input());
    }
    case PhysicalKind::kFold:
    case PhysicalKind::kMaterialize:
    case PhysicalKind::kGroupAggregate:
    case PhysicalKind::kWindowAggregate:
    case PhysicalKind::kLate:
    case PhysicalKind::kJoin:
    case PhysicalKind::kMultiJoin:
    case PhysicalKind::kLookupJoin:
    case PhysicalKind::kUnnest:
    case PhysicalKind::kSort:
    case PhysicalKind::kLimit:
    case PhysicalKind::kOver:
    case PhysicalKind::kTopN:
    case PhysicalKind::kWindowTopN:
    case PhysicalKind::kDeduplicate:
    case PhysicalKind::kTemporalSort:
      return true;
  }
  return true;
}

}  // namespace hw
