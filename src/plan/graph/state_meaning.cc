// SPDX-License-Identifier: Apache-2.0

#include "plan/graph/state_meaning.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "columnar/text/type_text.h"
#include "expr/scalar_function.h"
#include "plan/logical/aggregate.h"
#include "plan/logical/join.h"
#include "plan/logical/late.h"
#include "plan/logical/over.h"
#include "plan/logical/sort.h"
#include "plan/logical/window_aggregate.h"
#include "plan/logical/window_tvf.h"
#include "plan/lower/multi_join_plan.h"
#include "state/manifest_digest.h"

namespace hw {
namespace {

/// Longer texts are cut, and their digest stands for the rest.
constexpr size_t kMeaningBytesMax = 200;

bool has_digits_behind(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix) || name.size() == prefix.size()) return false;
  name.remove_prefix(prefix.size());
  return name.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string shortened(std::string text) {
  if (text.size() <= kMeaningBytesMax) return text;
  return text.substr(0, kMeaningBytesMax) + ".. " + to_text(digest_of(text));
}

/// Everything that an expression is made of, in order.
void append_parts(const BoundExpr& expr, std::string& out) {
  out += std::to_string(static_cast<int>(expr.kind())) + ":" + expr.name() + ":";
  if (expr.function() != nullptr) out += expr.function()->name;
  if (expr.is_literal()) out += value_text(*expr.literal_value(), 0);
  out += ":" + expr.type().to_sql() + "(";
  for (const BoundExprPtr& arg : expr.args()) append_parts(*arg, out);
  out += ")";
}

/// The text of EXPLAIN; where that cuts a long list, a digest of the whole stands behind it.
std::string text_of(const BoundExprPtr& expr) {
  std::string text = expr->to_sql();
  if (text.find("…") == std::string::npos) return shortened(std::move(text));
  std::string parts;
  append_parts(*expr, parts);
  return shortened(text + " " + to_text(digest_of(parts)));
}

std::string column_meaning(const PhysicalNode& node, int column);

std::string expr_meaning(const BoundExprPtr& expr, const PhysicalNode& input) {
  // Those that are not read stay null.
  std::vector<BoundExprPtr> columns(static_cast<size_t>(input.schema->num_fields()));
  for (const int i : columns_read(*expr)) {
    columns[static_cast<size_t>(i)] =
        BoundExpr::column(i, input.schema->type(i), column_meaning(input, i));
  }
  return text_of(substitute_columns(expr, columns));
}

std::string call_meaning(const AggregateCall& call, const PhysicalNode& input) {
  std::vector<SqlField> fields = input.schema->fields();
  std::vector<int> read = call.args;
  if (call.filter >= 0) read.push_back(call.filter);
  for (const int i : read) fields[static_cast<size_t>(i)].name = column_meaning(input, i);
  return shortened(call.to_sql(Schema(std::move(fields))));
}

/// Of an aggregate: its keys, then its calls; what follows has names of its own.
std::string aggregate_meaning(const PhysicalNode& node, int column, const std::vector<int>& keys,
                              const std::vector<NamedAggregate>& aggregates) {
  const auto place = static_cast<size_t>(column);
  if (place < keys.size()) return column_meaning(node.input(), keys[place]);
  if (place - keys.size() < aggregates.size()) {
    return call_meaning(aggregates[place - keys.size()].call, node.input());
  }
  return node.schema->name(column);
}

/// Of a column whose name was made up.
std::string made_up_meaning(const PhysicalNode& node, int column) {
  const std::string& name = node.schema->name(column);
  switch (node.kind) {
    case PhysicalKind::kSource:
      return name;
    case PhysicalKind::kCalc:
      return expr_meaning(node.projections[static_cast<size_t>(column)], node.input());
    case PhysicalKind::kGroupAggregate: {
      const auto& aggregate = node.logical->as<AggregateNode>();
      return aggregate_meaning(node, column, aggregate.keys(), aggregate.aggregates());
    }
    case PhysicalKind::kWindowAggregate: {
      const auto& parts = node.logical->as<WindowAggregateNode>().parts();
      return aggregate_meaning(node, column, parts.keys, parts.aggregates);
    }
    case PhysicalKind::kOver: {
      const int num_input = node.input().schema->num_fields();
      if (column < num_input) return column_meaning(node.input(), column);
      const auto& calls = node.logical->as<OverNode>().parts().calls;
      const OverCall& call = calls[static_cast<size_t>(column - num_input)].call;
      return shortened(call.to_sql(*node.input().schema));
    }
    case PhysicalKind::kJoin: {
      const int num_left = node.input(0).schema->num_fields();
      return column < num_left ? column_meaning(node.input(0), column)
                               : column_meaning(node.input(1), column - num_left);
    }
    case PhysicalKind::kMultiJoin: {
      const MultiJoinColumn& from = node.multi_join->columns[static_cast<size_t>(column)];
      return column_meaning(node.input(static_cast<size_t>(from.input)), from.column);
    }
    default:
      break;
  }
  const PhysicalNode& input = node.input();
  const bool passes = column < input.schema->num_fields() && input.schema->name(column) == name;
  return passes ? column_meaning(input, column) : name;
}

/// What a column of a node's output stands for: its name, unless that was made up. Found out once:
/// high plans would look through themselves for each of their columns.
std::string column_meaning(const PhysicalNode& node, int column) {
  if (!is_made_up(node.schema->name(column))) return node.schema->name(column);
  const auto found = node.column_meanings.find(column);
  if (found != node.column_meanings.end()) return found->second;
  return node.column_meanings.emplace(column, made_up_meaning(node, column)).first->second;
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : ", ") + text;
  return all;
}

std::string columns_meaning(const PhysicalNode& input, const std::vector<int>& columns) {
  std::vector<std::string> texts;
  for (const int column : columns) texts.push_back(column_meaning(input, column));
  return joined(texts);
}

std::string order_meaning(const PhysicalNode& input, const std::vector<SortKey>& order) {
  std::string text;
  for (const SortKey& key : order) {
    if (!text.empty()) text += ", ";
    text += column_meaning(input, key.column) + (key.descending ? " DESC" : " ASC") +
            (key.nulls_first ? " NULLS FIRST" : " NULLS LAST");
  }
  return text;
}

/// Two columns of one made-up name: their calls are told apart by their places only.
bool names_collide(const StateMeaning& meaning) {
  std::map<std::pair<int, std::string_view>, std::string_view> meanings;
  for (const StateMeaning::MadeUpName& name : meaning.names) {
    const std::pair<int, std::string_view> column(name.input, name.name);
    const auto [first, added] = meanings.emplace(column, name.meaning);
    if (!added && first->second != name.meaning) return true;
  }
  return false;
}

void add_calls(const PhysicalNode& node, const std::vector<NamedAggregate>& aggregates,
               StateMeaning& meaning) {
  if (!names_collide(meaning)) return;
  std::vector<std::string> calls;
  for (const NamedAggregate& named : aggregates) {
    calls.push_back(call_meaning(named.call, node.input()));
  }
  meaning.fixed.emplace_back("select", joined(calls));
}

void add_window(const PhysicalNode& node, StateMeaning& meaning) {
  const auto& parts = node.logical->as<WindowAggregateNode>().parts();
  const WindowGrouping& grouping = parts.grouping;
  meaning.fixed.emplace_back("groupBy", columns_meaning(node.input(), parts.keys));
  meaning.fixed.emplace_back("window", to_text(grouping.window));
  if (grouping.given) {
    meaning.fixed.emplace_back("winEnd", column_meaning(node.input(), grouping.end));
  } else if (grouping.window.event_time) {
    const int column = grouping.window.time_column;
    meaning.fixed.emplace_back("timeColumn", column_meaning(node.input(), column));
  }
  if (grouping.window.time_type.kind() == TypeKind::kTimestampLtz) {
    meaning.fixed.emplace_back("timeZone", grouping.window.time_zone);
  }
  add_calls(node, parts.aggregates, meaning);
}

void add_sessions(const PhysicalNode& node, StateMeaning& meaning) {
  const WindowSpec& window = node.logical->as<WindowTvfNode>().spec();
  meaning.fixed.emplace_back("partitionBy", columns_meaning(node.input(), window.partition));
  meaning.fixed.emplace_back("window", to_text(window));
  if (window.event_time) {
    meaning.fixed.emplace_back("timeColumn", column_meaning(node.input(), window.time_column));
  }
  if (window.time_type.kind() == TypeKind::kTimestampLtz) {
    meaning.fixed.emplace_back("timeZone", window.time_zone);
  }
}

void add_late(const PhysicalNode& node, StateMeaning& meaning) {
  const auto& late = node.logical->as<LateNode>();
  meaning.fixed.emplace_back("of", late.parts().operator_name);
  if (late.computes_windows()) {
    meaning.fixed.emplace_back("window", to_text(late.parts().window));
  }
  meaning.fixed.emplace_back("timeColumn", column_meaning(node.input(), late.time_column()));
}

/// The condition of a join. Columns of the right whose like is on the left get `mark`.
std::string join_condition(const PhysicalNode& node, const BoundExprPtr& condition,
                           const std::string& mark) {
  std::vector<BoundExprPtr> columns;
  std::set<std::string> left;
  const int num_left = node.input(0).schema->num_fields();
  for (size_t side = 0; side < 2; ++side) {
    const PhysicalNode& input = node.input(side);
    for (int i = 0; i < input.schema->num_fields(); ++i) {
      std::string name = column_meaning(input, i);
      if (side == 0) left.insert(name);
      if (side == 1 && left.contains(name)) name = mark + name;
      columns.push_back(BoundExpr::column(i + (side == 0 ? 0 : num_left), input.schema->type(i),
                                          std::move(name)));
    }
  }
  return text_of(substitute_columns(condition, columns));
}

void add_join(const PhysicalNode& node, StateMeaning& meaning) {
  const auto& parts = node.logical->as<JoinNode>().parts();
  meaning.fixed.emplace_back("joinType", to_text(parts.kind));
  meaning.fixed.emplace_back("leftKeys", columns_meaning(node.input(0), parts.left_keys));
  meaning.fixed.emplace_back("rightKeys", columns_meaning(node.input(1), parts.right_keys));
  if (parts.null_aware) meaning.fixed.emplace_back("nulls", "match all");
  if (parts.nulls_equal) meaning.fixed.emplace_back("nulls", "equal");
  if (parts.versions) {
    const VersionTimes& times = parts.versions->times;
    meaning.fixed.emplace_back("asOf", column_meaning(node.input(1), times.right_time) + ", " +
                                           column_meaning(node.input(0), times.left_time));
  }
  if (parts.interval) {
    const IntervalBounds& bounds = *parts.interval;
    meaning.fixed.emplace_back("interval", column_meaning(node.input(0), bounds.left_time) + ", " +
                                               column_meaning(node.input(1), bounds.right_time) +
                                               ", " + std::to_string(bounds.lower_ms) + ", " +
                                               std::to_string(bounds.upper_ms));
  }
  if (parts.windows) meaning.fixed.emplace_back("window", to_text(parts.windows->window));
  // Rows without a partner were shown, or not, under the old condition.
  if (parts.kind == JoinKind::kInner || parts.condition == nullptr) return;
  const std::string condition = join_condition(node, parts.condition, "");
  std::string sides = join_condition(node, parts.condition, "right.");
  if (sides != condition) meaning.fixed.emplace_back("sides", std::move(sides));
  meaning.fixed.emplace_back("condition", condition);
}

void add_multi_join(const PhysicalNode& node, StateMeaning& meaning) {
  std::string types;
  for (const bool outer : node.multi_join->outer) types += outer ? "left " : "inner ";
  meaning.fixed.emplace_back("joinTypes", types);
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    meaning.fixed.emplace_back("keys" + std::to_string(i),
                               columns_meaning(node.input(i), node.placements[i].keys));
  }
}

std::string over_meaning(const PhysicalNode& node, const OverNode::Parts& parts) {
  std::vector<SqlField> fields = node.input().schema->fields();
  for (int i = 0; i < static_cast<int>(fields.size()); ++i) {
    fields[static_cast<size_t>(i)].name = column_meaning(node.input(), i);
  }
  const Schema input(std::move(fields));
  std::vector<std::string> calls;
  for (const NamedOverCall& named : parts.calls) {
    calls.push_back(shortened(named.call.to_sql(input)));
  }
  return joined(calls);
}

void add_limits(int64_t limit, int64_t offset, StateMeaning& meaning) {
  meaning.fixed.emplace_back("fetch", limit == kAllRows ? "all" : std::to_string(limit));
  meaning.fixed.emplace_back("offset", std::to_string(offset));
}

/// Rows by a key that no logical node has.
void add_kept(const PhysicalNode& node, StateMeaning& meaning) {
  for (const auto& detail : node.details) {
    if (detail.first == "onConflict") meaning.fixed.push_back(detail);
  }
  if (node.trigger) meaning.fixed.emplace_back("by", node.trigger->by_row ? "row" : "key");
  meaning.fixed.emplace_back("key", columns_meaning(node.input(), node.columns));
}

void add_top_n(const PhysicalNode& node, StateMeaning& meaning) {
  const TopNNode::Parts& parts = node.logical->as<TopNNode>().parts();
  if (!parts.partition.empty()) {
    meaning.fixed.emplace_back("partitionBy", columns_meaning(node.input(), parts.partition));
  }
  meaning.fixed.emplace_back("orderBy", order_meaning(node.input(), parts.order));
  if (parts.rank != RankKind::kRowNumber) {
    meaning.fixed.emplace_back("rankType", to_text(parts.rank));
  }
  add_limits(parts.limit, parts.offset, meaning);
}

void add_fixed(const PhysicalNode& node, StateMeaning& meaning) {
  switch (node.kind) {
    case PhysicalKind::kGroupAggregate: {
      const auto& aggregate = node.logical->as<AggregateNode>();
      meaning.fixed.emplace_back("groupBy", columns_meaning(node.input(), aggregate.keys()));
      add_calls(node, aggregate.aggregates(), meaning);
      return;
    }
    case PhysicalKind::kWindowAggregate:
      add_window(node, meaning);
      return;
    case PhysicalKind::kWindowAssign:
      if (meaning.keeps_state) add_sessions(node, meaning);
      return;
    case PhysicalKind::kLate:
      add_late(node, meaning);
      return;
    case PhysicalKind::kJoin:
      add_join(node, meaning);
      return;
    case PhysicalKind::kMultiJoin:
      add_multi_join(node, meaning);
      return;
    case PhysicalKind::kTemporalSort:
      meaning.fixed.emplace_back("orderBy",
                                 order_meaning(node.input(), node.logical->as<SortNode>().order()));
      return;
    case PhysicalKind::kDeduplicate: {
      const TopNNode::Parts& parts = node.logical->as<TopNNode>().parts();
      meaning.fixed.emplace_back("key", columns_meaning(node.input(), parts.partition));
      meaning.fixed.emplace_back("orderBy", order_meaning(node.input(), parts.order));
      return;
    }
    case PhysicalKind::kWindowTopN:
    case PhysicalKind::kTopN:
      add_top_n(node, meaning);
      return;
    case PhysicalKind::kOver: {
      const OverNode::Parts& parts = node.logical->as<OverNode>().parts();
      meaning.fixed.emplace_back("partitionBy", columns_meaning(node.input(), parts.partition));
      meaning.fixed.emplace_back("orderBy", order_meaning(node.input(), parts.order));
      // What was dropped of a partition is what these functions did not need.
      meaning.fixed.emplace_back("select", over_meaning(node, parts));
      return;
    }
    case PhysicalKind::kLimit:
      // Over inserts it only counts; over changes it keeps the rows, like a ranking.
      if (meaning.input_retracts) {
        const auto& limit = node.logical->as<LimitNode>();
        add_limits(limit.limit(), limit.offset(), meaning);
      }
      return;
    case PhysicalKind::kFold:
    case PhysicalKind::kNormalize:
    case PhysicalKind::kMaterialize:
    case PhysicalKind::kTrigger:
      add_kept(node, meaning);
      return;
    default:
      return;
  }
}

bool keeps_state(const PhysicalNode& node) {
  switch (node.kind) {
    case PhysicalKind::kWindowAssign:
      return node.logical->as<WindowTvfNode>().is_session();
    case PhysicalKind::kCalc:
    case PhysicalKind::kLookupJoin:
    case PhysicalKind::kUnnest:
    case PhysicalKind::kExpand:
    case PhysicalKind::kUnion:
    case PhysicalKind::kNotNull:
    case PhysicalKind::kSink:
      return false;
    default:
      return true;
  }
}

}  // namespace

bool is_made_up(std::string_view name) {
  return has_digits_behind(name, "$f") || has_digits_behind(name, "$w") ||
         has_digits_behind(name, "EXPR$");
}

StateMeaning state_meaning(const PhysicalNode& node) {
  StateMeaning meaning;
  meaning.uid_decides = false;
  meaning.keeps_state = keeps_state(node);
  if (node.kind == PhysicalKind::kSource || node.kind == PhysicalKind::kSink) {
    meaning.keys = {node.table.empty() ? node.name : node.table};
    return meaning;
  }
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const PhysicalNode& input = node.input(i);
    meaning.input_retracts = meaning.input_retracts || !input.traits.kinds.is_insert_only();
    if (i < node.placements.size()) {
      for (const int key : node.placements[i].keys) {
        meaning.keys.push_back(column_meaning(input, key));
      }
    }
    if (!meaning.keeps_state) continue;
    for (int c = 0; c < input.schema->num_fields(); ++c) {
      const std::string& name = input.schema->name(c);
      if (is_made_up(name)) {
        meaning.names.push_back({static_cast<int>(i), name, column_meaning(input, c)});
      }
    }
  }
  add_fixed(node, meaning);
  return meaning;
}

}  // namespace hw
