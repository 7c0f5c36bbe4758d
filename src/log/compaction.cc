// SPDX-License-Identifier: Apache-2.0

#include "log/compaction.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include <arrow/array/data.h>
#include <arrow/buffer.h>
#include <arrow/filesystem/filesystem.h>

#include "base/env/env.h"
#include "columnar/gather.h"
#include "columnar/key_bytes.h"
#include "log/file_names.h"
#include "log/log_error.h"
#include "log/number_reservation.h"
#include "log/offloading.h"
#include "log/partition_locks.h"
#include "log/segment_file.h"
#include "log/segment_writer.h"
#include "log/small_file.h"
#include "log/topic.h"
#include "log/topic_chain.h"
#include "log/topic_pin.h"
#include "log/topic_schema.h"

namespace hw {
namespace {

/// A piece with fewer extents keeps them in the state: a file would be larger than they are.
constexpr size_t kIndexedExtentsMin = 8;

/// The newest offset of each key, by the key's normalised bytes.
using NewestRows = std::unordered_map<std::string, int64_t>;

/// Rows of one frame of a piece that is compacted.
struct OldRows {
  Batch batch;  // in the version of the schema in which they were written
  uint32_t schema_version = 1;
  int64_t first_offset = 0;
  ColumnPtr offsets;  // null: they count from first_offset
  TimeRange times;
  int64_t commit = 0;
  int64_t commit_ms = 0;

  int64_t offset(int64_t row) const {
    return offsets ? offsets->value<int64_t>(row) : first_offset + row;
  }
};

/// Calls `visit` with each frame's rows of a piece, in order.
Status each_frame(Topic& topic, int64_t partition, const Piece& piece,
                  const std::function<Status(const OldRows&)>& visit) {
  const std::string path = topic.folder_of(partition, piece) + "/" + piece.segment.file_name();
  HW_ASSIGN_OR_RETURN(const std::vector<Extent> extents,
                      topic.extents_of(static_cast<int>(partition), piece));
  HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::fs::FileSystem> files,
                      files_of(topic.env(), path));
  HW_ASSIGN_OR_RETURN(
      const std::unique_ptr<SegmentFile> file,
      SegmentFile::open(*files, path, partition, piece.segment, topic.env().memory_pool()));
  const std::vector<SchemaPtr>& schemas = topic.state().schemas;
  for (const Extent& extent : extents) {
    int64_t next_offset = extent.first_offset;
    for (int64_t position = extent.begin; position < extent.end;) {
      HW_ASSIGN_OR_RETURN(const FrameHeader header,
                          file->read_header({.position = position, .end = extent.end}));
      position += header.frame_bytes();
      if (header.num_rows == 0) continue;
      if (header.schema_version < 1 || header.schema_version > schemas.size()) {
        return log_error(LogErrorKind::kDamaged,
                         "segment '" + path + "' names a version of the schema that the topic " +
                             "does not have");
      }
      HW_ASSIGN_OR_RETURN(
          SegmentFrame frame,
          file->read_frame(header, extent.end, schemas[header.schema_version - 1], false));
      OldRows rows{.batch = std::move(frame.batch),
                   .schema_version = header.schema_version,
                   .first_offset = header.has_offsets ? header.first_offset : next_offset,
                   .offsets = std::move(frame.offsets),
                   .times = header.times,
                   .commit = extent.commit,
                   .commit_ms = extent.commit_ms};
      next_offset = rows.first_offset + header.num_rows;
      HW_TRY(visit(rows));
    }
  }
  return Status::OK();
}

Result<ColumnPtr> column_of(const std::vector<int64_t>& offsets, arrow::MemoryPool* pool) {
  const auto num_bytes = static_cast<int64_t>(offsets.size() * sizeof(int64_t));
  HW_ASSIGN_OR_RETURN(std::unique_ptr<arrow::Buffer> buffer,
                      arrow::AllocateBuffer(num_bytes, pool));
  std::copy(offsets.begin(), offsets.end(), reinterpret_cast<int64_t*>(buffer->mutable_data()));
  const SqlType type = SqlType::bigint().not_null();
  return Column::plain(type,
                       arrow::ArrayData::Make(type.to_arrow(), static_cast<int64_t>(offsets.size()),
                                              {nullptr, std::move(buffer)}, 0));
}

/// One compaction of one partition.
class PartitionCompaction {
 public:
  /// The oldest pieces of a partition.
  struct Task {
    int64_t partition = 0;
    size_t num_pieces = 0;
  };
  PartitionCompaction(Topic& topic, const Task& task, const CleaningStop& stop)
      : topic_(topic),
        env_(topic.env()),
        stop_(stop),
        partition_(task.partition),
        folder_(partition_folder(topic.path(), partition_)),
        schema_(topic.schema()),
        locks_(env_, topic.path()),
        now_ms_(env_.wall_ms()) {
    const std::vector<Piece>& pieces = rows(topic.state()).pieces;
    old_.assign(pieces.begin(), pieces.begin() + static_cast<std::ptrdiff_t>(task.num_pieces));
  }

  Status run(CompactionReport& report) {
    HW_ASSIGN_OR_RETURN(
        number_, reserve_number(topic_, locks_, partition_,
                                [this](const TopicState& state) { return still_there(state); }));
    if (number_ == 0) return Status::OK();
    HW_TRY(find_newest());
    for (const Piece& piece : old_) {
      HW_TRY(each_frame(topic_, partition_, piece,
                        [this](const OldRows& read) { return keep(read); }));
    }
    HW_TRY(finish_files());
    return replace(report);
  }

 private:
  const PartitionState& rows(const TopicState& state) const {
    return state.partitions[static_cast<size_t>(partition_)];
  }

  /// False when somebody has removed, compacted or moved one of the old pieces.
  bool still_there(const TopicState& state) const {
    const std::vector<Piece>& now = rows(state).pieces;
    if (now.size() <= old_.size()) return false;
    return std::equal(old_.begin(), old_.end(), now.begin(), [](const Piece& a, const Piece& b) {
      return a.segment == b.segment && a.location == b.location &&
             a.first_offset == b.first_offset && a.end_offset == b.end_offset;
    });
  }

  Result<std::vector<ColumnPtr>> key_columns(const Batch& batch) const {
    // Values of a column that was widened since have the bytes of the newest type.
    HW_ASSIGN_OR_RETURN(const Batch wide, widened(batch, schema_, env_.memory_pool()));
    std::vector<ColumnPtr> columns;
    for (const std::string& name : topic_.state().options.key) {
      const int place = schema_->index_of(name);
      if (place < 0) return Status::Invalid("the topic has lost its key column '", name, "'");
      columns.push_back(wide.column(place));
    }
    return columns;
  }

  /// Of the pieces that were never compacted: among the others no key is there twice, so only these
  /// can take a row away.
  Status find_newest() {
    for (const Piece& piece : old_) {
      if (piece.compacted) continue;
      HW_TRY(each_frame(topic_, partition_, piece, [this](const OldRows& read) -> Status {
        HW_TRY(stop_.check());
        HW_ASSIGN_OR_RETURN(const std::vector<ColumnPtr> key, key_columns(read.batch));
        for (int64_t row = 0; row < read.batch.num_rows(); ++row) {
          key_.clear();
          append_key_bytes(key, row, key_);
          newest_[key_] = read.offset(row);
        }
        return Status::OK();
      }));
    }
    return Status::OK();
  }

  /// Writes the rows of a frame that stay.
  Status keep(const OldRows& read) {
    HW_TRY(stop_.check());
    HW_ASSIGN_OR_RETURN(const std::vector<ColumnPtr> key, key_columns(read.batch));
    const bool forget_deletes =
        now_ms_ - read.commit_ms > topic_.state().options.delete_retention_ms;
    const RowKindsPtr& kinds = read.batch.row_kinds();
    std::vector<int32_t> kept;
    std::vector<int64_t> offsets;
    for (int64_t row = 0; row < read.batch.num_rows(); ++row) {
      key_.clear();
      append_key_bytes(key, row, key_);
      const int64_t offset = read.offset(row);
      const auto newest = newest_.find(key_);
      if (newest != newest_.end() && newest->second > offset) continue;
      if (forget_deletes && kinds != nullptr && is_retraction((*kinds)[static_cast<size_t>(row)])) {
        continue;
      }
      kept.push_back(static_cast<int32_t>(row));
      offsets.push_back(offset);
    }
    if (kept.empty()) return Status::OK();
    HW_ASSIGN_OR_RETURN(const Batch rows, gather(read.batch, kept));
    HW_ASSIGN_OR_RETURN(ColumnPtr column, column_of(offsets, env_.memory_pool()));
    HW_TRY(choose_segment(offsets.front()));
    const int64_t begin = writers_.back()->size();
    HW_TRY(writers_.back()->append(rows, {.schema_version = read.schema_version,
                                          .times = read.times,
                                          .offsets = std::move(column)}));
    add_to_extent(read, {.begin = begin,
                         .end = writers_.back()->size(),
                         .first_offset = offsets.front(),
                         .num_rows = rows.num_rows(),
                         .commit = read.commit,
                         .commit_ms = read.commit_ms,
                         .times = read.times});
    return Status::OK();
  }

  /// Begins a segment when there is none or the last one is full.
  Status choose_segment(int64_t first_offset) {
    const int64_t bytes_max = topic_.state().options.segment_bytes;
    if (!writers_.empty() && writers_.back()->size() < bytes_max) return Status::OK();
    const SegmentHeader header{
        .segment = {.writer = number_, .sequence = static_cast<int64_t>(new_.size()) + 1},
        .partition = partition_,
        .created_ms = now_ms_,
        .identity = {}};
    if (!writers_.empty()) HW_TRY(writers_.back()->flush());
    HW_ASSIGN_OR_RETURN(std::unique_ptr<SegmentWriter> writer,
                        SegmentWriter::create(env_, folder_, header, env_.memory_pool()));
    writers_.push_back(std::move(writer));
    // Together the new pieces span what the old ones did.
    if (!new_.empty()) new_.back().end_offset = first_offset;
    new_.push_back({.segment = header.segment,
                    .first_offset = new_.empty() ? old_.front().first_offset : first_offset,
                    .compacted = true});
    return Status::OK();
  }

  void add_to_extent(const OldRows& read, const Extent& frame) {
    Piece& piece = new_.back();
    if (piece.extents.empty()) piece.first_commit = read.commit;
    if (piece.extents.empty() || piece.extents.back().commit != read.commit) {
      piece.extents.push_back(frame);
    } else {
      Extent& extent = piece.extents.back();
      extent.end = frame.end;
      extent.num_rows += frame.num_rows;
      extent.times.add(frame.times);
    }
    piece.num_rows += frame.num_rows;
    piece.num_bytes += frame.end - frame.begin;
    piece.last_commit = read.commit;
    piece.last_commit_ms = read.commit_ms;
    piece.times.add(frame.times);
  }

  /// On disk, whatever the flush policy: the rows were there already, perhaps for long.
  Status finish_files() {
    if (new_.empty()) return Status::OK();
    new_.back().end_offset = old_.back().end_offset;
    SmallFileWriter files(env_, folder_);
    for (size_t i = 0; i < new_.size(); ++i) {
      HW_TRY(writers_[i]->sync());
      Piece& piece = new_[i];
      if (piece.extents.size() < kIndexedExtentsMin) continue;
      HW_TRY(files.write(piece.index_name(), encode_index(piece), {}));
      piece.indexed = true;
      piece.extents.clear();
    }
    return env_.sync(folder_);
  }

  Status replace(CompactionReport& report) {
    ReplacePieces change{.partition = partition_, .pieces = new_};
    for (const Piece& piece : old_) change.first_offsets.push_back(piece.first_offset);
    const auto decide = [&](const TopicState& state) -> Result<std::optional<TopicChange>> {
      if (!still_there(state)) return std::nullopt;
      HW_ASSIGN_OR_RETURN(const std::vector<int64_t> pinned, pinned_offsets(topic_));
      if (pinned[static_cast<size_t>(partition_)] < old_.back().end_offset) return std::nullopt;
      return TopicChange(change);
    };
    HW_ASSIGN_OR_RETURN(const int64_t record, topic_.chain().publish(decide));
    if (record == 0) return Status::OK();
    std::vector<std::string> moved;
    for (const Piece& piece : old_) {
      add_moved_files(piece, moved);
      ++report.num_pieces;
      report.num_rows += piece.num_rows;
      report.num_bytes += piece.num_bytes;
    }
    for (const Piece& piece : new_) {
      report.num_rows -= piece.num_rows;
      report.num_bytes -= piece.num_bytes;
    }
    HW_TRY(topic_.chain().sync_state());
    return remove_moved_files(topic_, moved).status();
  }

  // Constant after construction.
  Topic& topic_;
  Env& env_;
  const CleaningStop& stop_;
  const int64_t partition_;
  const std::string folder_;
  const SchemaPtr schema_;
  PartitionLocks locks_;
  const int64_t now_ms_;
  std::vector<Piece> old_;

  int64_t number_ = 0;
  NewestRows newest_;
  std::string key_;  // of one row; kept for its memory
  std::vector<std::unique_ptr<SegmentWriter>> writers_;
  std::vector<Piece> new_;
};

}  // namespace

size_t num_closed_pieces(const PartitionState& partition) {
  const std::vector<Piece>& pieces = partition.pieces;
  size_t count = pieces.size();
  while (count > 0 && pieces[count - 1].segment == pieces.back().segment) --count;
  return count;
}

size_t compactable_pieces(const PartitionState& partition, const TopicOptions& options,
                          int64_t pinned_offset) {
  if (!options.cleanup_compact) return 0;
  size_t count = 0;
  int64_t num_bytes = 0;
  int64_t num_dirty = 0;
  const size_t num_closed = num_closed_pieces(partition);
  for (; count < num_closed; ++count) {
    const Piece& piece = partition.pieces[count];
    if (piece.end_offset > pinned_offset) break;
    num_bytes += piece.num_bytes;
    num_dirty += piece.compacted ? 0 : piece.num_bytes;
  }
  const double wanted = options.min_dirty_ratio * static_cast<double>(num_bytes);
  return num_dirty > 0 && static_cast<double>(num_dirty) >= wanted ? count : 0;
}

Result<CompactionReport> compact(Topic& topic, const CleaningStop& stop) {
  CompactionReport report;
  if (!topic.state().options.cleanup_compact) return report;
  HW_ASSIGN_OR_RETURN(const std::vector<int64_t> pinned, pinned_offsets(topic));
  for (int64_t p = 0; p < topic.num_partitions(); ++p) {
    const auto place = static_cast<size_t>(p);
    const size_t count =
        compactable_pieces(topic.state().partitions[place], topic.state().options, pinned[place]);
    if (count > 0)
      HW_TRY(PartitionCompaction(topic, {.partition = p, .num_pieces = count}, stop).run(report));
  }
  return report;
}

}  // namespace hw
