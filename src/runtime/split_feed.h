// SPDX-License-Identifier: Apache-2.0
//
// One split being read: its reader, its row transform and its watermarks.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "runtime/message.h"
#include "runtime/source.h"
#include "runtime/split_transform.h"
#include "runtime/tasklet.h"
#include "runtime/watermark_cutter.h"

namespace hw {

struct SourceRecipe;

class SplitFeed {
 public:
  /// Opens the reader where the split stands. `recipe` outlives the feed.
  static Result<std::unique_ptr<SplitFeed>> open(DealtSplit split, const SourceRecipe& recipe,
                                                 const SourceContext& context, int member,
                                                 int64_t now_ms);

  /// Reads once; appends batches and this split's watermarks in order.
  Result<Flow> poll(int64_t now_ms, std::vector<Message>& out);
  /// True once when no row has come for the idle timeout.
  bool fell_idle(int64_t now_ms);
  /// When fell_idle() has to be asked, or Tasklet::kNever.
  int64_t idle_at_ms() const;
  /// The split with its position after all rows emitted so far.
  Result<DealtSplit> where() const;
  /// That was for this checkpoint.
  void on_barrier(int64_t checkpoint) { reader_->on_barrier(checkpoint); }
  /// The watermark sent last.
  int64_t watermark_ms() const { return cutter_.sent_ms(); }
  /// It is not read for a while, which does not make it idle.
  void hold(int64_t now_ms) { row_seen_ms_ = now_ms; }
  ReadProgress progress() const { return reader_->progress(); }
  /// It has ended for now only.
  bool may_grow() const { return reader_->may_grow(); }
  /// Its number among the members of the source's watermark.
  int member() const { return member_; }

 private:
  SplitFeed(DealtSplit split, const SourceRecipe& recipe, int member, int64_t now_ms);
  Status take_in(const Batch& rows, std::vector<Message>& out);

  // Constant after construction.
  const DealtSplit split_;
  const SourceRecipe& recipe_;
  const int member_;
  // Owned by the tasklet's thread.
  std::unique_ptr<SplitReader> reader_;
  std::unique_ptr<SplitTransform> transform_;  // null: rows as read
  WatermarkCutter cutter_;
  int64_t row_seen_ms_;  // processing time of the last row
  bool idle_ = false;
};

/// The bytes of a split in a checkpoint, and back. Fails (SerializationError) on anything else.
std::string encode_split(const DealtSplit& split);
Result<DealtSplit> decode_split(std::string_view bytes);

}  // namespace hw
