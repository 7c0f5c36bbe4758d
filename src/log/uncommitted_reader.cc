// SPDX-License-Identifier: Apache-2.0

#include "log/uncommitted_reader.h"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include <arrow/filesystem/filesystem.h>

#include "base/env/env.h"
#include "log/file_names.h"
#include "log/log_error.h"
#include "log/segment_file.h"
#include "log/small_file.h"
#include "log/topic.h"
#include "log/topic_schema.h"

namespace hw {
namespace {

/// Where the committed rows end: in which segment, at which byte. Rows behind it are in the order
/// of the segments' names.
struct CommittedEnd {
  SegmentId segment;
  int64_t byte = 0;
};

Result<CommittedEnd> committed_end(const Topic& topic, int partition) {
  const PartitionState& rows = topic.state().partitions[static_cast<size_t>(partition)];
  if (rows.pieces.empty()) return CommittedEnd{};
  const Piece& last = rows.pieces.back();
  CommittedEnd end{.segment = last.segment, .byte = std::numeric_limits<int64_t>::max()};
  if (last.compacted || !last.location.empty()) return end;
  // Its segment may go on though its extents lie in a file.
  HW_ASSIGN_OR_RETURN(const std::vector<Extent> extents, topic.extents_of(partition, last));
  if (!extents.empty()) end.byte = extents.back().end;
  return end;
}

bool is_damage(const Status& status) { return log_error_of(status) == LogErrorKind::kDamaged; }

}  // namespace

UncommittedReader::UncommittedReader(Topic& topic, ShownBytes& shown,
                                     UncommittedReaderOptions options)
    : topic_(topic), shown_(shown), options_(std::move(options)) {}

UncommittedReader::~UncommittedReader() = default;

Status UncommittedReader::look() {
  HW_ASSIGN_OR_RETURN(const CommittedEnd committed, committed_end(topic_, options_.partition));
  // Commits are in the order of writing: what lies in earlier segments is read or dead.
  shown_.erase(shown_.begin(), shown_.lower_bound(committed.segment));
  const std::string folder = partition_folder(topic_.path(), options_.partition);
  HW_ASSIGN_OR_RETURN(const auto files, files_of(topic_.env(), folder));
  arrow::fs::FileSelector selector;
  selector.base_dir = folder;
  selector.allow_not_found = true;
  HW_ASSIGN_OR_RETURN(const std::vector<arrow::fs::FileInfo> found, files->GetFileInfo(selector));
  std::vector<Range> ranges;
  for (const arrow::fs::FileInfo& file : found) {
    const std::optional<SegmentId> segment = SegmentId::of_file(file.base_name(), ".seg");
    if (!segment || *segment < committed.segment) continue;
    Range range{.segment = *segment, .end = file.size()};
    if (*segment == committed.segment) range.begin = committed.byte;
    const auto shown = shown_.find(*segment);
    if (shown != shown_.end()) range.begin = std::max(range.begin, shown->second);
    if (range.begin < range.end) ranges.push_back(range);
  }
  std::sort(ranges.begin(), ranges.end(),
            [](const Range& a, const Range& b) { return a.segment < b.segment; });
  ranges_.assign(ranges.begin(), ranges.end());
  return Status::OK();
}

Result<bool> UncommittedReader::open_first() {
  const Range& range = ranges_.front();
  const std::string path =
      partition_folder(topic_.path(), options_.partition) + "/" + range.segment.file_name();
  HW_ASSIGN_OR_RETURN(const auto files, files_of(topic_.env(), path));
  auto opened =
      SegmentFile::open(*files, path, options_.partition, range.segment, options_.memory_pool);
  if (!opened.ok()) {
    // Its header may be on the way; or cleaning was faster.
    HW_ASSIGN_OR_RETURN(const bool there, file_exists(*files, path));
    if (is_damage(opened.status()) || !there) return false;
    return opened.status();
  }
  // What a compaction writes is committed already.
  if ((*opened)->header().header.identity == WriterIdentity{}) return false;
  file_ = *std::move(opened);
  ranges_.front().begin = std::max(range.begin, file_->header().length);
  return true;
}

// A frame that is not whole is on its way, or is what a kill left: nothing follows it.
Result<std::optional<TopicBatch>> UncommittedReader::take_frame() {
  Range& range = ranges_.front();
  while (range.begin + kFrameHeaderBytes <= range.end) {
    const auto header = file_->read_header({.position = range.begin, .end = range.end});
    if (is_damage(header.status())) return std::nullopt;
    HW_TRY(header.status());
    const std::vector<SchemaPtr>& schemas = topic_.state().schemas;
    // A version that we have not heard of yet.
    if (header->num_rows > 0 && header->schema_version > schemas.size()) return std::nullopt;
    TopicBatch out{.segment = range.segment, .frame_end = range.begin + header->frame_bytes()};
    if (header->num_rows > 0) {
      auto frame =
          file_->read_frame(*header, range.end, schemas[header->schema_version - 1], false);
      if (is_damage(frame.status())) return std::nullopt;
      HW_TRY(frame.status());
      HW_ASSIGN_OR_RETURN(out.batch, widened(frame->batch, options_.schema, options_.memory_pool));
      out.commit_ms = topic_.env().wall_ms();
      out.times = header->times;
    }
    range.begin = out.frame_end;
    shown_[range.segment] = out.frame_end;
    if (header->num_rows > 0) return out;
  }
  return std::nullopt;
}

Result<std::optional<TopicBatch>> UncommittedReader::next() {
  if (ranges_.empty() && !(options_.once && looked_)) {
    HW_TRY(look());
    looked_ = true;
  }
  while (!ranges_.empty()) {
    if (file_ == nullptr) {
      HW_ASSIGN_OR_RETURN(const bool opened, open_first());
      if (!opened) {
        ranges_.pop_front();
        continue;
      }
    }
    HW_ASSIGN_OR_RETURN(std::optional<TopicBatch> rows, take_frame());
    if (rows) return rows;
    file_ = nullptr;
    ranges_.pop_front();
  }
  return std::nullopt;
}

}  // namespace hw
