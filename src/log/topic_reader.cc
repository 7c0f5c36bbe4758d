// SPDX-License-Identifier: Apache-2.0

#include "log/topic_reader.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/env/env.h"
#include "log/log_error.h"
#include "log/segment_file.h"
#include "log/small_file.h"
#include "log/topic.h"
#include "log/topic_schema.h"

namespace hw {
namespace {

class RealTopicReader final : public TopicReader {
 public:
  RealTopicReader(Topic& topic, TopicReaderOptions options)
      : topic_(topic), options_(std::move(options)), position_(options_.first_offset) {}

  Status begin();
  Result<std::optional<TopicBatch>> next() override;
  int64_t position() const override { return position_; }
  bool finished() const override { return position_ >= options_.end_offset; }

 private:
  const PartitionState& rows() const {
    return topic_.state().partitions[static_cast<size_t>(options_.partition)];
  }
  /// Finds the extent that holds the row at position_, or the next one; false when there is none.
  Result<bool> find_extent();
  Result<bool> find_extent_now();
  Result<Extent> extent_in(const Piece& piece);
  Status open_segment(const Piece& piece);
  Result<SchemaPtr> schema_of(uint32_t version);
  /// The rows of the frame that are wanted; nothing when they all lie before position_.
  Result<std::optional<TopicBatch>> take_frame();
  /// Cuts the batch to rows at position_ up to the end offset.
  void cut(TopicBatch& batch) const;

  Topic& topic_;
  TopicReaderOptions options_;
  int64_t position_;
  /// The segment that was read last, and where in which extent of it reading goes on.
  std::unique_ptr<SegmentFile> file_;
  std::string location_;
  bool in_extent_ = false;
  Extent extent_;
  int64_t next_byte_ = 0;
  int64_t next_offset_ = 0;  // of the frame at next_byte_, where offsets have no gaps
  /// Behind the extent: where to look for the next one.
  int64_t extent_end_offset_ = 0;
  /// Extents of an indexed piece.
  std::string indexed_name_;
  std::vector<Extent> indexed_;
};

Status RealTopicReader::begin() {
  if (options_.partition < 0 || options_.partition >= topic_.num_partitions()) {
    return Status::KeyError("topic '", topic_.name(), "' has ", topic_.num_partitions(),
                            " partitions, but no partition ", options_.partition);
  }
  if (options_.first_offset < 0) {
    return Status::Invalid("offsets are not negative, but reading would begin at ",
                           options_.first_offset);
  }
  if (options_.schema == nullptr) options_.schema = topic_.schema();
  if (options_.memory_pool == nullptr) options_.memory_pool = topic_.env().memory_pool();
  const Status fits = check_evolution(*topic_.schema(), *options_.schema);
  return fits.ok() ? fits : while_doing(fits, "reading topic '" + topic_.name() + "'");
}

Result<SchemaPtr> RealTopicReader::schema_of(uint32_t version) {
  const std::vector<SchemaPtr>& schemas = topic_.state().schemas;
  if (version >= 1 && version <= schemas.size()) return schemas[version - 1];
  return log_error(LogErrorKind::kDamaged, "segment '" + file_->path() + "' names version " +
                                               std::to_string(version) +
                                               " of the schema, which the topic does not have");
}

Result<Extent> RealTopicReader::extent_in(const Piece& piece) {
  const std::vector<Extent>* extents = &piece.extents;
  if (piece.indexed) {
    if (indexed_name_ != piece.index_name()) {
      HW_ASSIGN_OR_RETURN(indexed_, topic_.extents_of(options_.partition, piece));
      indexed_name_ = piece.index_name();
    }
    extents = &indexed_;
  }
  // The last extent that begins at or before the row; the first one if none does.
  auto found = std::upper_bound(
      extents->begin(), extents->end(), position_,
      [](int64_t offset, const Extent& extent) { return offset < extent.first_offset; });
  if (found != extents->begin()) --found;
  const auto after = found + 1;
  extent_end_offset_ = after == extents->end() ? piece.end_offset : after->first_offset;
  return *found;
}

Status RealTopicReader::open_segment(const Piece& piece) {
  if (file_ != nullptr && file_->header().header.segment == piece.segment &&
      location_ == piece.location) {
    return Status::OK();
  }
  const std::string path =
      topic_.folder_of(options_.partition, piece) + "/" + piece.segment.file_name();
  HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::fs::FileSystem> files,
                      files_of(topic_.env(), path));
  Result<std::unique_ptr<SegmentFile>> file =
      SegmentFile::open(*files, path, options_.partition, piece.segment, options_.memory_pool);
  if (file.status().IsIOError() && !piece.location.empty()) {
    return Status::IOError(file.status().message(), kMovedThere);
  }
  HW_ASSIGN_OR_RETURN(file_, std::move(file));
  location_ = piece.location;
  return Status::OK();
}

// Files that the last refresh knew may have been compacted or moved since: then the topic says so.
Result<bool> RealTopicReader::find_extent() {
  while (true) {
    Result<bool> found = find_extent_now();
    if (found.ok()) return found;
    const Result<bool> changed = topic_.refresh();
    if (!changed.ok() || !*changed) return found;
  }
}

Result<bool> RealTopicReader::find_extent_now() {
  if (position_ < rows().start_offset) {
    return log_error(LogErrorKind::kRemoved,
                     "offset " + std::to_string(position_) + " of partition " +
                         std::to_string(options_.partition) + " of topic '" + topic_.name() +
                         "' has been removed by retention; the first one left is " +
                         std::to_string(rows().start_offset));
  }
  const std::vector<Piece>& pieces = rows().pieces;
  auto piece = std::upper_bound(
      pieces.begin(), pieces.end(), position_,
      [](int64_t offset, const Piece& candidate) { return offset < candidate.end_offset; });
  while (piece != pieces.end() && piece->num_rows == 0) ++piece;
  if (piece == pieces.end()) return false;
  HW_ASSIGN_OR_RETURN(extent_, extent_in(*piece));
  HW_TRY(open_segment(*piece));
  next_byte_ = extent_.begin;
  next_offset_ = extent_.first_offset;
  in_extent_ = true;
  return true;
}

void RealTopicReader::cut(TopicBatch& out) const {
  const int64_t num_rows = out.batch.num_rows();
  int64_t begin = 0;
  int64_t end = num_rows;
  if (out.offsets == nullptr) {
    begin = std::clamp<int64_t>(position_ - out.first_offset, 0, num_rows);
    end = std::clamp<int64_t>(options_.end_offset - out.first_offset, begin, num_rows);
    out.first_offset += begin;
  } else {
    const auto* offsets = out.offsets->data<int64_t>();
    begin = std::lower_bound(offsets, offsets + num_rows, position_) - offsets;
    end = std::lower_bound(offsets + begin, offsets + num_rows, options_.end_offset) - offsets;
    if (begin < end) out.first_offset = offsets[begin];
    out.offsets = out.offsets->slice(begin, end - begin);
  }
  if (begin > 0 || end < num_rows) out.batch = out.batch.slice(begin, end - begin);
}

Result<std::optional<TopicBatch>> RealTopicReader::take_frame() {
  // Far before the row where reading begins only headers are read: a range in the middle of a
  // large extent costs little more than its own bytes.
  const SegmentFile::Place place{.position = next_byte_, .end = extent_.end};
  HW_ASSIGN_OR_RETURN(const FrameHeader header, next_offset_ < position_
                                                    ? file_->read_header_only(place)
                                                    : file_->read_header(place));
  const int64_t first_offset = header.has_offsets ? header.first_offset : next_offset_;
  next_byte_ += header.frame_bytes();
  next_offset_ = first_offset + header.num_rows;
  // Marks, and frames that lie before the row where reading begins.
  if (header.num_rows == 0 || (!header.has_offsets && next_offset_ <= position_)) {
    return std::nullopt;
  }
  HW_ASSIGN_OR_RETURN(const SchemaPtr schema, schema_of(header.schema_version));
  HW_ASSIGN_OR_RETURN(SegmentFrame frame, file_->read_frame(header, extent_.end, schema, false));
  TopicBatch out;
  HW_ASSIGN_OR_RETURN(out.batch, widened(frame.batch, options_.schema, options_.memory_pool));
  out.first_offset = first_offset;
  out.offsets = std::move(frame.offsets);
  out.commit = extent_.commit;
  out.commit_ms = extent_.commit_ms;
  out.times = header.times;
  out.segment = file_->header().header.segment;
  out.frame_end = next_byte_;
  const int64_t end_offset =
      out.offsets ? out.offsets->value<int64_t>(header.num_rows - 1) + 1 : next_offset_;
  cut(out);
  position_ = std::max(position_, std::min(end_offset, options_.end_offset));
  if (out.batch.num_rows() == 0) return std::nullopt;
  return out;
}

Result<std::optional<TopicBatch>> RealTopicReader::next() {
  while (!finished()) {
    if (!in_extent_) {
      HW_ASSIGN_OR_RETURN(const bool found, find_extent());
      if (!found) return std::nullopt;
    }
    while (next_byte_ < extent_.end && !finished()) {
      HW_ASSIGN_OR_RETURN(std::optional<TopicBatch> batch, take_frame());
      if (batch) return batch;
    }
    if (next_byte_ < extent_.end) break;
    in_extent_ = false;
    position_ = std::max(position_, std::min(extent_end_offset_, options_.end_offset));
  }
  return std::nullopt;
}

}  // namespace

Result<std::unique_ptr<TopicReader>> TopicReader::open(Topic& topic, TopicReaderOptions options) {
  auto reader = std::make_unique<RealTopicReader>(topic, std::move(options));
  HW_TRY(reader->begin());
  return reader;
}

}  // namespace hw
