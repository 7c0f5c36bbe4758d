// SPDX-License-Identifier: Apache-2.0

#include "operators/lookup_chains.h"

#include <utility>

namespace hw {
namespace {

/// Matches that are found in one call.
constexpr size_t kMatchesPerCall = static_cast<size_t>(kBatchRowsMax);

}  // namespace

Status LookupChains::begin(const LookupKeys& keys, RowLog& rows) {
  key_ = 0;
  next_id_ = RowLog::kNoRow;
  HW_TRY(rows.find_chains({.columns = keys.columns, .num_rows = keys.num_rows, .hashes = nullptr},
                          firsts_));
  for (const ColumnPtr& key : keys.columns) {
    if (!key->may_have_nulls()) continue;
    for (size_t i = 0; i < firsts_.size(); ++i) {
      if (key->is_null(static_cast<int64_t>(i))) firsts_[i] = RowLog::kNoRow;
    }
  }
  if (!firsts_.empty()) next_id_ = firsts_[0];
  return Status::OK();
}

Result<Flow> LookupChains::next(const RowLog& rows, LookupMatches& matches) {
  matches.rows.clear();
  matches.columns.clear();
  ids_.clear();
  const FixedColumn<uint32_t> nexts = rows.nexts();
  while (key_ < firsts_.size()) {
    for (; next_id_ != RowLog::kNoRow && ids_.size() < kMatchesPerCall;
         next_id_ = nexts[next_id_]) {
      matches.rows.push_back(static_cast<int32_t>(key_));
      ids_.push_back(next_id_);
    }
    if (next_id_ != RowLog::kNoRow) break;
    if (++key_ < firsts_.size()) next_id_ = firsts_[key_];
  }
  for (size_t c = 0; c < rows.spec().columns.size(); ++c) {
    HW_ASSIGN_OR_RETURN(ColumnPtr column, rows.read(static_cast<int>(c), ids_));
    matches.columns.push_back(std::move(column));
  }
  return key_ < firsts_.size() ? Flow::kMoreOutput : Flow::kNeedInput;
}

}  // namespace hw
