// SPDX-License-Identifier: Apache-2.0
//
// The rows of a log under a batch of keys, key by key, a bounded number at a time: the answer of
// lookup readers that keep rows.

#pragma once

#include <cstdint>
#include <vector>

#include "runtime/lookup.h"
#include "state/row_log.h"

namespace hw {

class LookupChains {
 public:
  /// Begins with the first key; a NULL in one finds nothing. `rows` must not change until next()
  /// has said kNeedInput.
  Status begin(const LookupKeys& keys, RowLog& rows);
  /// As LookupReader::poll. Requires: begin.
  Result<Flow> next(const RowLog& rows, LookupMatches& matches);

 private:
  std::vector<uint32_t> firsts_;  // per key: the oldest row with it
  size_t key_ = 0;                // at work, its matches from next_id_ on
  uint32_t next_id_ = RowLog::kNoRow;
  std::vector<uint32_t> ids_;  // of the matches of one call
};

}  // namespace hw
