// SPDX-License-Identifier: Apache-2.0
//
// The operators of the reference, one function a logical node, most in a file of their own.

#pragma once

#include "plan/logical/aggregate.h"
#include "plan/logical/expand.h"
#include "plan/logical/join.h"
#include "plan/logical/late.h"
#include "plan/logical/over.h"
#include "plan/logical/scan.h"
#include "plan/logical/sort.h"
#include "plan/logical/unnest.h"
#include "plan/logical/window_aggregate.h"
#include "plan/logical/window_tvf.h"
#include "reference/interpreter.h"

namespace hw::reference {

/// The columns that the scan names, with computed ones; late rows are not dropped yet.
Result<Relation> scan(const ScanNode& node, const Context& context);
Result<Relation> aggregate(const AggregateNode& node, const Relation& input,
                           const Context& context);
/// Appends window_start, window_end and window_time; a row comes once a window.
Result<Relation> assign_windows(const WindowTvfNode& node, const Relation& input);
/// A row is dropped where its window has fired: window_end - 1 ms <= its watermark.
Result<Relation> aggregate_windows(const WindowAggregateNode& node, const Relation& input);
Result<Relation> join(const JoinNode& node, const Relation& left, const Relation& right);
/// The rows that an operator over the input drops.
Result<Relation> late(const LateNode& node, const Relation& input);
Result<Relation> sort(const SortNode& node, Relation input);
Relation limit(const LimitNode& node, Relation input);
Result<Relation> top_n(const TopNNode& node, Relation input);
/// In a stream that goes by event time, rows at or behind their watermark are dropped first.
Result<Relation> over(const OverNode& node, Relation input, const Context& context);
Result<Relation> expand(const ExpandNode& node, const Relation& input);
Result<Relation> unnest(const UnnestNode& node, const Relation& input);

/// The results of the calls over the rows of one group.
Result<Row> aggregate_group(const std::vector<NamedAggregate>& calls, const LogicalNode& input,
                            const std::vector<const Row*>& rows);
bool comes_before(const std::vector<SortKey>& order, const Row& a, const Row& b);
/// Sorts by the keys; equal rows keep their order.
void sort_rows(const std::vector<SortKey>& order, Relation& rows);

/// A window of milliseconds on the wall clock: [start, end).
struct Window {
  int64_t start = 0;
  int64_t end = 0;
};
/// The windows that a time belongs to; of sessions none, which depend on other rows.
std::vector<Window> windows_of(const WindowSpec& spec, int64_t time_ms);

}  // namespace hw::reference
