// SPDX-License-Identifier: Apache-2.0
//
// Rows on their way through the reference interpreter, and the tables that they come from.

#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "columnar/row_kind.h"
#include "reference/value.h"

namespace hw::reference {

/// Before the first watermark: nothing is late.
constexpr int64_t kNoWatermark = std::numeric_limits<int64_t>::min();

/// A row and the watermark that stood when it arrived, in milliseconds. Only rows of a table with
/// one partition have one, as far as they come without meeting others: elsewhere which rows are
/// late depends on how partitions interleave, and the reference holds that none is.
struct Arrival {
  Row row;
  int64_t watermark = kNoWatermark;
};

/// The rows of a relation, in order of arrival within each partition.
using Relation = std::vector<Arrival>;

/// What a source holds.
struct TableRows {
  /// insert_only, upsert (a +I or +U replaces the row of the same PRIMARY KEY) or all.
  RowKindSet kinds = RowKindSet::insert_only();
  /// Physical columns in declared order. A key has all its changes in one partition.
  std::vector<std::vector<Change>> partitions;
};

/// By the table's name.
using Tables = std::map<std::string, TableRows>;

/// The rows that are left of a changelog, in order of insertion. Fails (Invalid) when a row is
/// taken back that is not there. `key` is not empty for an upsert log.
Result<std::vector<Row>> fold(const std::vector<Change>& changes, const std::vector<int>& key);

}  // namespace hw::reference
