// SPDX-License-Identifier: Apache-2.0
//
// The first rows per partition by a sort order, kept up to date: ROW_NUMBER patterns and, without
// partition, ORDER BY … LIMIT … OFFSET. Equal rows rank in order of arrival. Without sort keys it
// is a LIMIT over an updating input. Without the rank column only rows that enter (+I) and leave
// (-D) are emitted; with it, every shifted rank is an update. Batch mode emits at the end, in
// order (partitions by first appearance).
//
// Each input batch is folded: what enters and leaves within one batch is not shown.
//
// With a time to live a partition is forgotten so long after a row last entered or left it: its
// next row is its first. Windows do not age.
//
// Inside windows nothing goes out before the watermark (processing time: the clock) closes the
// window; then the first rows of each partition do, once. Rows of a window of event time that has
// closed are late: dropped and counted.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "columnar/schema.h"
#include "operators/sort_key.h"
#include "operators/window.h"

namespace hw {

class Operator;

/// How rows of equal order are counted: apart, together with gaps behind, together without gaps.
enum class RankKind : uint8_t { kRowNumber, kRank, kDenseRank };

/// `ROW_NUMBER`
std::string to_text(RankKind rank);
/// BIGINT NOT NULL.
SqlType rank_type();

struct TopNSpec {
  SchemaPtr input;
  /// Input columns; none = one global ranking.
  std::vector<int> partition;
  std::vector<SortKey> order;
  RankKind rank = RankKind::kRowNumber;
  /// Ranks offset + 1 … offset + limit are shown. INT64_MAX = no limit.
  int64_t limit = 0;
  int64_t offset = 0;
  /// Appends the rank, BIGINT, as last output column.
  bool emit_rank = false;
  /// The input may hold -U or -D: all rows are kept, not only those shown.
  bool input_retracts = false;
  /// With emit_rank: somebody downstream needs -U before each +U.
  bool generate_update_before = true;
  /// Rows belong to windows that end at the times in `window_end` (TIMESTAMP(3), a column of the
  /// partition). Requires: inserts only.
  std::optional<WindowSpec> window;
  int window_end = -1;
  /// With limit 1: of equal rows the last to come is the first.
  bool last_of_equal = false;
  /// How long a partition without changes is kept, ms of processing time; 0 = for ever. Streaming
  /// only.
  int64_t state_ttl_ms = 0;
  /// The input's columns, then the rank if asked for.
  SchemaPtr output;
};

/// Makes the operator: one input (hashed by the partition), one output.
Result<std::unique_ptr<Operator>> make_top_n(TopNSpec spec);

}  // namespace hw
