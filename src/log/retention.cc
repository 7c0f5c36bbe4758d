// SPDX-License-Identifier: Apache-2.0

#include "log/retention.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <arrow/filesystem/filesystem.h>

#include "base/env/env.h"
#include "log/file_names.h"
#include "log/log_error.h"
#include "log/offloading.h"
#include "log/partition_locks.h"
#include "log/segment_file.h"
#include "log/settled_epochs.h"
#include "log/small_file.h"
#include "log/topic.h"
#include "log/topic_chain.h"
#include "log/topic_pin.h"

namespace hw {
namespace {

constexpr std::string_view kIndexSuffix = ".index";
/// Of an offset in a file's name; no partition has so many rows that the first ones are not 0.
constexpr size_t kOffsetDigits = 20;
constexpr size_t kOffsetZeros = 2;

/// Removes files of one partition that nobody needs.
class PartitionSweep {
 public:
  PartitionSweep(Topic& topic, int64_t partition)
      : topic_(topic), number_(partition), folder_(partition_folder(topic.path(), partition)) {}

  Result<int64_t> run() {
    HW_ASSIGN_OR_RETURN(files_, files_of(topic_.env(), folder_));
    PartitionLocks locks(topic_.env(), topic_.path());
    seen_ = topic_.state().record;
    HW_ASSIGN_OR_RETURN(living_, locks.look(topic_.state(), number_));
    // In this order: who has let go of a lock since has told what came of its files.
    HW_TRY(topic_.refresh().status());
    rows_ = topic_.state().partitions[static_cast<size_t>(number_)];
    HW_ASSIGN_OR_RETURN(const std::vector<std::string> names, names_in(*files_, folder_));
    int64_t num_removed = 0;
    for (const std::string& name : names) {
      HW_ASSIGN_OR_RETURN(const bool needless, is_needless(name));
      if (!needless) continue;
      // Somebody else may have made it so just now.
      if (num_removed == 0) HW_TRY(topic_.chain().sync_state());
      HW_TRY(files_->DeleteFile(folder_ + "/" + name));
      ++num_removed;
    }
    return num_removed;
  }

 private:
  Result<bool> is_needless(const std::string& name) {
    if (name.ends_with(kIndexSuffix)) return is_needless_index(name);
    const auto segment = SegmentId::of_file(name, ".seg");
    if (!segment) return false;
    // One that was made since we looked belongs to somebody who lives.
    if (segment->writer > seen_) return false;
    const auto holds = [&](const Piece& piece) {
      return piece.segment == *segment && piece.location.empty();
    };
    if (std::any_of(rows_.pieces.begin(), rows_.pieces.end(), holds)) return false;
    if (!is_left(*segment)) return false;
    return all_settled(name, *segment);
  }

  /// True when no piece has the index file nor will: it belonged to rows that were removed or
  /// compacted, or to a compaction that came to nothing.
  bool is_needless_index(const std::string& name) const {
    const auto has_it = [&](const Piece& piece) {
      return piece.location.empty() && piece.index_name() == name;
    };
    if (std::any_of(rows_.pieces.begin(), rows_.pieces.end(), has_it)) return false;
    const size_t dash = name.find('-');
    if (dash == std::string::npos) return false;
    if (const auto segment = SegmentId::of_file(name.substr(dash + 1), kIndexSuffix)) {
      return segment->writer <= seen_ && !living_.sleepers;
    }
    if (dash != kOffsetDigits) return false;
    const auto first = number_of(name.substr(kOffsetZeros, dash - kOffsetZeros), "");
    if (!first) return false;
    // A writer may be about to tell of the index of a piece that we know as an open one.
    const auto piece = std::find_if(rows_.pieces.begin(), rows_.pieces.end(),
                                    [&](const Piece& one) { return *first < one.end_offset; });
    return piece != rows_.pieces.end() &&
           (*first < piece->first_offset || piece->compacted || !piece->location.empty());
  }

  /// True when nobody appends to the segment any more: all writers are dead, or only the owner
  /// lives, and it has committed rows of a later segment of its own, or never had this one.
  bool is_left(const SegmentId& segment) const {
    if (!living_.anybody) return true;
    if (!living_.owner || living_.sleepers) return false;
    if (segment.writer > rows_.writer) return true;  // of a compaction that came to nothing
    return std::any_of(rows_.pieces.begin(), rows_.pieces.end(), [&](const Piece& piece) {
      return piece.segment.writer == rows_.writer && piece.segment > segment;
    });
  }

  /// True when no epoch in the segment may still be committed.
  Result<bool> all_settled(const std::string& name, const SegmentId& segment) {
    HW_ASSIGN_OR_RETURN(const arrow::fs::FileInfo facts, files_->GetFileInfo(folder_ + "/" + name));
    if (facts.size() < kFrameHeaderBytes) return true;  // a kill left a header that is not whole
    auto opened = SegmentFile::open(*files_, folder_ + "/" + name, number_, segment,
                                    topic_.env().memory_pool());
    if (!opened.ok()) return false;  // damaged: for people to look at
    SegmentFile& file = **opened;
    // One slot may go on no more where the job has fewer writers now.
    const int64_t settled = settled_epoch_of_sink(topic_.state(), file.header().header.identity);
    HW_ASSIGN_OR_RETURN(const int64_t size, file.size());
    for (int64_t position = file.header().length; position + kFrameHeaderBytes <= size;) {
      const auto frame = file.read_header({.position = position, .end = size});
      if (!frame.ok()) return log_error_of(frame.status()) == LogErrorKind::kDamaged;  // torn tail
      if (frame->is_mark && frame->epoch > settled) return false;
      position += frame->frame_bytes();
    }
    return true;
  }

  Topic& topic_;
  const int64_t number_;
  const std::string folder_;
  std::shared_ptr<arrow::fs::FileSystem> files_;
  int64_t seen_ = 0;  // the record as of which locks were looked at
  PartitionLocks::Living living_;
  PartitionState rows_;  // later
};

}  // namespace

size_t expired_pieces(const PartitionState& partition, const TopicOptions& options,
                      const RetentionQuestion& question) {
  int64_t num_bytes = 0;
  for (const Piece& piece : partition.pieces) num_bytes += piece.num_bytes;
  const size_t num_closed = num_closed_pieces(partition);
  size_t count = 0;
  for (; count < num_closed; ++count) {
    const Piece& piece = partition.pieces[count];
    const bool old =
        options.retention_ms > 0 && question.now_ms - piece.last_commit_ms > options.retention_ms;
    const bool large = options.retention_bytes > 0 && num_bytes > options.retention_bytes;
    if (!(old || large) || piece.end_offset > question.pinned_offset) break;
    num_bytes -= piece.num_bytes;
  }
  return count;
}

Result<CleaningReport> clean(Topic& topic, const CleaningStop& stop) {
  HW_TRY(topic.refresh().status());
  HW_ASSIGN_OR_RETURN(const std::vector<int64_t> pinned, pinned_offsets(topic));
  std::vector<std::string> moved;
  CleaningReport report;
  const int64_t now_ms = topic.env().wall_ms();
  const auto decide = [&](const TopicState& state) -> Result<std::optional<TopicChange>> {
    moved.clear();
    report = {};
    RemovePieces change;
    for (size_t p = 0; p < state.partitions.size() && state.options.cleanup_delete; ++p) {
      const PartitionState& partition = state.partitions[p];
      const size_t count =
          expired_pieces(partition, state.options, {.now_ms = now_ms, .pinned_offset = pinned[p]});
      for (size_t i = 0; i < count; ++i) {
        const Piece& piece = partition.pieces[i];
        const auto number = static_cast<int64_t>(p);
        change.pieces.push_back({.partition = number, .first_offset = piece.first_offset});
        add_moved_files(piece, moved);
        ++report.num_pieces;
        report.num_bytes += piece.num_bytes;
      }
    }
    if (change.pieces.empty()) return std::nullopt;
    return TopicChange(std::move(change));
  };
  HW_TRY(topic.chain().publish(decide).status());
  HW_ASSIGN_OR_RETURN(const int64_t num_moved, remove_moved_files(topic, moved));
  report.num_files += num_moved;
  HW_ASSIGN_OR_RETURN(report.compaction, compact(topic, stop));
  const Result<int64_t> offloaded = offload(topic, stop);
  for (int64_t p = 0; p < topic.num_partitions(); ++p) {
    HW_ASSIGN_OR_RETURN(const int64_t num_removed, PartitionSweep(topic, p).run());
    report.num_files += num_removed;
  }
  HW_ASSIGN_OR_RETURN(report.num_offloaded, offloaded);
  return report;
}

}  // namespace hw
