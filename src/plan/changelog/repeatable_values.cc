// SPDX-License-Identifier: Apache-2.0

#include "plan/changelog/repeatable_values.h"

#include <algorithm>
#include <string>
#include <utility>

#include "plan/changelog/infer.h"
#include "plan/changelog/origin_of_changes.h"
#include "plan/logical/expand.h"
#include "plan/logical/scan.h"
#include "plan/logical/window_aggregate.h"
#include "plan/logical/window_tvf.h"
#include "plan/lower/lookup_plan.h"

namespace hw {
namespace {

/// One flag a column: rows that come and rows that take them back must hold the same there.
using Compared = std::vector<bool>;

Compared of_all(const PhysicalNode& node, bool compared) {
  return Compared(static_cast<size_t>(node.schema->num_fields()), compared);
}

void add(Compared& compared, const std::vector<int>& columns) {
  for (const int column : columns) compared[static_cast<size_t>(column)] = true;
}

bool changes(const PhysicalNode& node) { return !node.traits.kinds.is_insert_only(); }

/// Of the first table that is read below; unknown if there is none.
SqlPosition place_of_table(const PhysicalNode& node) {
  if (node.kind == PhysicalKind::kSource) return node.position;
  for (const PhysicalNodePtr& input : node.inputs) {
    const SqlPosition position = place_of_table(*input);
    if (position.known()) return position;
  }
  return {};
}

/// Of the innermost part around the first unsteady call whose place is known.
SqlPosition place_of_call(const BoundExpr& expr, bool clock_stands) {
  for (const BoundExprPtr& arg : expr.args()) {
    if (first_unsteady(*arg, clock_stands) == nullptr) continue;
    const SqlPosition position = place_of_call(*arg, clock_stands);
    if (position.known()) return position;
    break;
  }
  return expr.position();
}

class RepeatableValues {
 public:
  explicit RepeatableValues(bool batch) : batch_(batch) {}

  /// `compared`: of the columns that leave the node.
  Status check(const PhysicalNode& node, Compared compared) const {
    if (!changes(node)) compared.assign(compared.size(), false);
    if (node.kind == PhysicalKind::kSource) return check_source(node, compared);
    for (const PhysicalNodePtr& input : node.inputs) {
      HW_TRY(check(*input, compared_below(node, *input, compared)));
    }
    if (node.kind == PhysicalKind::kCalc) return check_calc(node, compared);
    if (node.kind == PhysicalKind::kLookupJoin) return check_lookup(node);
    return check_window(node);
  }

 private:
  static Compared below_expand(const PhysicalNode& node, const PhysicalNode& input,
                               const Compared& compared) {
    Compared below = of_all(input, false);
    for (const ExpandNode::Exprs& row : node.logical->as<ExpandNode>().rows()) {
      for (size_t i = 0; i < row.size(); ++i) {
        if (compared[i]) add(below, columns_read(*row[i]));
      }
    }
    return below;
  }

  /// Of the columns of an input.
  Compared compared_below(const PhysicalNode& node, const PhysicalNode& input,
                          const Compared& compared) const {
    switch (node.kind) {
      case PhysicalKind::kCalc: {
        Compared below = of_all(input, false);
        if (node.condition != nullptr) add(below, columns_read(*node.condition));
        for (size_t i = 0; i < node.projections.size(); ++i) {
          if (compared[i]) add(below, columns_read(*node.projections[i]));
        }
        return below;
      }
      case PhysicalKind::kUnion:
        return compared;
      case PhysicalKind::kExpand:
        return below_expand(node, input, compared);
      case PhysicalKind::kNotNull: {
        Compared below = compared;
        add(below, node.columns);
        return below;
      }
      case PhysicalKind::kWindowAssign: {
        // Rows of sessions wait, and are found again as a whole.
        if (node.logical->as<WindowTvfNode>().is_session()) return of_all(input, true);
        Compared below = compared;
        below.resize(static_cast<size_t>(input.schema->num_fields()));
        const WindowSpec& window = node.logical->as<WindowTvfNode>().spec();
        if (window.event_time) add(below, {window.time_column});
        return below;
      }
      case PhysicalKind::kNormalize:
      case PhysicalKind::kFold: {
        // Rows are found by their key, and the one that was kept is what goes out.
        Compared below = of_all(input, node.columns.empty());
        add(below, node.columns);
        return below;
      }
      case PhysicalKind::kSink: {
        if (!upserts(node)) return of_all(input, true);
        Compared below = of_all(input, false);
        add(below, node.columns);
        add(below, node.sink->partition_by());
        return below;
      }
      case PhysicalKind::kSource:
      case PhysicalKind::kMaterialize:
      case PhysicalKind::kTrigger:
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
        break;
    }
    return of_all(input, true);
  }

  Status check_calc(const PhysicalNode& calc, const Compared& compared) const {
    // Even without -U: an update that a filter drops leaves the older row standing.
    if (!changes(calc.input())) return Status::OK();
    if (calc.condition != nullptr) {
      if (first_unsteady(*calc.condition, batch_) != nullptr) {
        return refused(*calc.condition, calc, "is tested again and must pass or fall as before",
                       "");
      }
    }
    for (size_t i = 0; i < calc.projections.size(); ++i) {
      if (!compared[i]) continue;
      if (first_unsteady(*calc.projections[i], batch_) != nullptr) {
        return refused(*calc.projections[i], calc, "is computed again and must come out as it was",
                       ", or write into a table that takes updates by a PRIMARY KEY without it");
      }
    }
    return Status::OK();
  }

  /// Computed columns are computed for -U and -D, too.
  Status check_source(const PhysicalNode& source, const Compared& compared) const {
    if (source.logical == nullptr || source.logical->kind() != NodeKind::kScan) {
      return Status::OK();
    }
    const TableDefinition& table = source.logical->as<ScanNode>().table();
    for (const TableColumn& column : table.columns) {
      const int index = source.schema->index_of(column.name);
      if (column.expr == nullptr || index < 0 || !compared[static_cast<size_t>(index)]) continue;
      const BoundExpr* call = first_unsteady(*column.expr, batch_);
      if (call == nullptr) continue;
      // The call's own place is in CREATE TABLE, another statement.
      return at(source.position,
                Status::Invalid("a row that is taken back is computed again and must come out as "
                                "it was, but computed column '",
                                column.name, "' calls ", call->to_sql(), ", which ", reason(*call),
                                ", and table '", source.table, "' sends ",
                                kinds_in_words(source.traits.kinds),
                                "; leave the column out, or let what writes the table fill it"));
    }
    return Status::OK();
  }

  Status check_lookup(const PhysicalNode& node) const {
    if (!node.lookup->changes || !changes(node.input())) return Status::OK();
    const PhysicalNode& origin = origin_of_changes(node.input());
    return at(node.lookup->position,
              Status::Invalid("a row that is taken back must find what it found when it came, but "
                              "the copy of table '",
                              node.lookup->table, "' is made again from time to time, and ",
                              line_of(origin), " sends ", kinds_in_words(origin.traits.kinds),
                              "; leave its reload interval out, or look up rows that are only "
                              "inserted"));
  }

  Status check_window(const PhysicalNode& node) const {
    const bool by_clock = (node.kind == PhysicalKind::kWindowAssign &&
                           !node.logical->as<WindowTvfNode>().spec().event_time) ||
                          (node.kind == PhysicalKind::kWindowAggregate &&
                           !node.logical->as<WindowAggregateNode>().grouping().given &&
                           !node.logical->as<WindowAggregateNode>().grouping().window.event_time);
    if (!by_clock || batch_ || !changes(node.input())) return Status::OK();
    const PhysicalNode& origin = origin_of_changes(node.input());
    return at(place_of_table(node),
              Status::Invalid("a row that is taken back must fall into the window that it was "
                              "counted in, but a window of processing time is that of the moment, "
                              "and ",
                              line_of(origin), " sends ", kinds_in_words(origin.traits.kinds),
                              "; use a window over an event time"));
  }

  static std::string reason(const BoundExpr& call) {
    return call.repeatable() ? "reads the clock" : "differs from call to call";
  }

  Status refused(const BoundExpr& expr, const PhysicalNode& calc, const char* rule,
                 const char* other_way) const {
    const PhysicalNode& origin = origin_of_changes(calc.input());
    const bool of_table =
        origin.kind == PhysicalKind::kSource || origin.kind == PhysicalKind::kNormalize;
    std::string instead = of_table ? "let what writes the table fill a column with it"
                                   : "call it below that, over rows that are only inserted";
    const BoundExpr& call = *first_unsteady(expr, batch_);
    SqlPosition position = place_of_call(expr, batch_);
    if (!position.known()) position = place_of_table(calc);
    return at(position,
              Status::Invalid("a row that is taken back ", rule, ", but ", call.to_sql(), " ",
                              reason(call), ", and ", line_of(origin), " sends ",
                              kinds_in_words(origin.traits.kinds), "; ", instead, other_way));
  }

  const bool batch_;
};

}  // namespace

const BoundExpr* first_unsteady(const BoundExpr& expr, bool clock_stands) {
  if (clock_stands ? expr.repeatable() : expr.deterministic()) return nullptr;
  for (const BoundExprPtr& arg : expr.args()) {
    if (const BoundExpr* found = first_unsteady(*arg, clock_stands)) return found;
  }
  return &expr;
}

Status check_repeatable_values(const PhysicalNode& sink, bool batch) {
  return RepeatableValues(batch).check(sink, of_all(sink.input(), true));
}

}  // namespace hw
