// SPDX-License-Identifier: Apache-2.0
//
// Rows of one partition that lie in its files and nobody has committed: what a reader is shown that
// does not want to wait. They have no offset and no commit yet. Some never will: those of an epoch
// that was given up, or of a writer that was killed, as long as no later rows are committed.
// One thread at a time.

#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include <arrow/type_fwd.h>

#include "base/status.h"
#include "log/topic_reader.h"
#include "log/topic_state.h"

namespace hw {

class SegmentFile;
class Topic;

/// Up to which byte of a segment rows were shown before their commit. Their commit shows them to
/// everybody else; whoever has them here leaves them out.
using ShownBytes = std::map<SegmentId, int64_t>;
/// Whether these committed rows were shown before.
inline bool was_shown(const ShownBytes& shown, const TopicBatch& rows) {
  const auto found = shown.find(rows.segment);
  return found != shown.end() && rows.frame_end <= found->second;
}

struct UncommittedReaderOptions {
  int partition = 0;
  /// What rows are widened to.
  SchemaPtr schema;
  /// Only what the files hold when it looks for the first time.
  bool once = false;
  arrow::MemoryPool* memory_pool = nullptr;
};

class UncommittedReader {
 public:
  /// Both outlive it. Rows at or below `shown` are not returned; it is moved on, and forgets what
  /// was committed since.
  UncommittedReader(Topic& topic, ShownBytes& shown, UncommittedReaderOptions options);
  ~UncommittedReader();

  /// The next whole frame in the order of writing, or nothing just now; first_offset and commit
  /// mean nothing. Requires: all rows that the topic had committed at its last refresh were read.
  Result<std::optional<TopicBatch>> next();
  /// It has seen more than it has returned.
  bool under_way() const { return !ranges_.empty(); }

 private:
  struct Range {
    SegmentId segment;
    int64_t begin = 0;
    int64_t end = 0;
  };
  /// Lists what the files hold behind what is committed.
  Status look();
  /// False when the segment is gone, or holds no rows of a writer.
  Result<bool> open_first();
  Result<std::optional<TopicBatch>> take_frame();

  Topic& topic_;
  ShownBytes& shown_;
  const UncommittedReaderOptions options_;
  std::deque<Range> ranges_;           // to be read, at most the segments behind the last commit
  std::unique_ptr<SegmentFile> file_;  // of the first range
  bool looked_ = false;
};

}  // namespace hw
