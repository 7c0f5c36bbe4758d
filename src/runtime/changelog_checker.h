// SPDX-License-Identifier: Apache-2.0
//
// Holds one edge to its promises while debug checks are on: only declared row kinds, every
// retraction takes back a row that is there, watermarks never fall, silence after End. What it
// finds is a bug of the operator in front of it, unless that operator was itself fed a retraction
// of nothing (bad input of a user): then the row check is given up.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>

#include "base/status.h"
#include "columnar/batch.h"
#include "columnar/row_kind.h"
#include "runtime/message.h"

namespace hw {

/// Which rows are there, as counts by row hash. Stops counting above a bound.
class LiveRows {
 public:
  static constexpr size_t kDistinctRowsMax = 200'000;

  /// Takes the batch into account. Returns the stored row that retracts what is not there, or -1.
  int64_t apply(const Batch& batch);
  /// True once something illegal was seen or the bound was passed: no verdict from here on.
  bool ignored() const { return ignored_; }
  void ignore();

 private:
  std::unordered_map<uint64_t, int64_t> counts_;
  bool ignored_ = false;
};

class ChangelogChecker {
 public:
  /// `place` names the edge in messages.
  ChangelogChecker(std::string place, RowKindSet declared);

  /// True when rows of `kinds` can be held to "nothing is retracted that is not there": an edge
  /// without -U may retract by key alone.
  static bool retracts_whole_rows(RowKindSet kinds);

  Status on_batch(const Batch& batch);
  Status on_control(const Message& message);
  /// The operator was fed nonsense: checks only what does not depend on it.
  void distrust_rows() { rows_.ignore(); }
  /// After a restore: what is there is not known, time goes on from `watermark_ms`.
  void resume_at(int64_t watermark_ms);

 private:
  Status broken(std::string_view rule, std::string_view values) const;

  const std::string place_;
  const RowKindSet declared_;
  LiveRows rows_;
  int64_t watermark_ms_ = Watermark::kNone;
  bool ended_ = false;
};

}  // namespace hw
