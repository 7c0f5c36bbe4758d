// SPDX-License-Identifier: Apache-2.0
//
// What a good engineer writes in an hour instead of a streaming engine: single-threaded loops over
// the same batches that the engine reads, output materialised into a small ring that stays in
// cache. Same compiler flags as the engine.

#pragma once

#include <cstdint>
#include <vector>

#include "columnar/batch.h"

namespace hw::bench {

/// What a loop did: rows out, and a sum over the output so that nothing is optimised away.
struct LoopResult {
  int64_t rows_out = 0;
  uint64_t checksum = 0;
};

/// Merged Nexmark batches (event_type, person, auction, bid).
LoopResult plain_q1(const std::vector<Batch>& batches);
LoopResult plain_q2(const std::vector<Batch>& batches);

/// Batches of (k BIGINT, ts TIMESTAMP(3)), ts ascending. Counts per key and window.
LoopResult plain_tumble_count(const std::vector<Batch>& batches, int64_t size_ms);
LoopResult plain_hop_count(const std::vector<Batch>& batches, int64_t size_ms, int64_t slide_ms);

}  // namespace hw::bench
