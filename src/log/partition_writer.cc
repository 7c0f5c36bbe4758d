// SPDX-License-Identifier: Apache-2.0

#include "log/partition_writer.h"

#include <algorithm>
#include <utility>

#include "base/env/env.h"
#include "log/file_names.h"
#include "log/segment_file.h"
#include "log/small_file.h"

namespace hw {

Status PartitionWriter::resume(const SegmentId& segment, int64_t from) {
  const std::string path =
      partition_folder(parts_.topic_path, parts_.partition) + "/" + segment.file_name();
  HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::fs::FileSystem> files, files_of(env_, path));
  HW_ASSIGN_OR_RETURN(const std::unique_ptr<SegmentFile> file,
                      SegmentFile::open(*files, path, parts_.partition, segment, parts_.pool));
  // The marks of a segment are epochs of one identity: another one's go elsewhere.
  if (file->header().header.identity != parts_.identity) return Status::OK();
  HW_ASSIGN_OR_RETURN(int64_t end, file->end_of_frames(from));
  HW_ASSIGN_OR_RETURN(const int64_t size, file->size());
  // What follows is cut, and may be prepared: not because it was read wrongly once.
  if (end < size) {
    HW_ASSIGN_OR_RETURN(const int64_t again, file->end_of_frames(from));
    end = std::max(end, again);
  }
  HW_ASSIGN_OR_RETURN(current_,
                      SegmentWriter::resume(env_, path, file->header(), end, parts_.pool));
  folder_changed_ = true;  // who made it may not have synced its name
  return Status::OK();
}

Status PartitionWriter::begin_segment() {
  SegmentHeader header{.segment = {.writer = parts_.writer, .sequence = next_sequence_},
                       .partition = parts_.partition,
                       .created_ms = env_.wall_ms(),
                       .identity = parts_.identity};
  HW_ASSIGN_OR_RETURN(
      current_, SegmentWriter::create(env_, partition_folder(parts_.topic_path, parts_.partition),
                                      header, parts_.pool));
  ++next_sequence_;
  folder_changed_ = true;
  return Status::OK();
}

Status PartitionWriter::append(const Batch& batch, const FrameFacts& facts,
                               const TopicOptions& options) {
  const bool full =
      current_ != nullptr && (current_->size() >= options.segment_bytes ||
                              env_.wall_ms() - current_->header().created_ms >= options.segment_ms);
  if (current_ == nullptr || full) HW_TRY(begin_segment());
  const int64_t begin = current_->size();
  HW_TRY(current_->append(batch, facts));
  if (open_.empty() || open_.back().segment != current_) {
    open_.push_back({.segment = current_, .begin = begin});
  }
  Touched& touched = open_.back();
  touched.end = current_->size();
  touched.num_rows += batch.num_rows();
  touched.times.add(facts.times);
  return Status::OK();
}

Status PartitionWriter::flush() {
  for (const Touched& touched : open_) HW_TRY(touched.segment->flush());
  return Status::OK();
}

Status PartitionWriter::finish(int64_t epoch, bool sync) {
  for (const Touched& touched : open_) {
    HW_TRY(touched.segment->append_mark(epoch));
    HW_TRY(sync ? touched.segment->sync() : touched.segment->flush());
  }
  if (sync && folder_changed_) {
    HW_TRY(env_.sync(partition_folder(parts_.topic_path, parts_.partition)));
    folder_changed_ = false;
  }
  return Status::OK();
}

void PartitionWriter::take_extents(std::vector<PreparedExtent>& out) {
  for (const Touched& touched : open_) {
    out.push_back({.partition = parts_.partition,
                   .segment = touched.segment->header().segment,
                   .begin = touched.begin,
                   .end = touched.end,
                   .num_rows = touched.num_rows,
                   .times = touched.times});
  }
  open_.clear();
}

void PartitionWriter::forget_segments() {
  open_.clear();
  current_ = nullptr;
}

}  // namespace hw
