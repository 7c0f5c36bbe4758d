// SPDX-License-Identifier: Apache-2.0

#include "log/topic_verification.h"

#include <memory>

#include <arrow/filesystem/filesystem.h>

#include "base/env/env.h"
#include "log/file_names.h"
#include "log/segment_file.h"
#include "log/small_file.h"
#include "log/topic.h"

namespace hw {
namespace {

/// The rows of one extent, frame by frame. Fails on the first that is not what was written.
Result<int64_t> read_extent(Topic& topic, SegmentFile& file, const Extent& extent) {
  int64_t num_rows = 0;
  for (int64_t position = extent.begin; position < extent.end;) {
    HW_ASSIGN_OR_RETURN(const FrameHeader header,
                        file.read_header({.position = position, .end = extent.end}));
    position += header.frame_bytes();
    if (header.is_mark) continue;
    const std::vector<SchemaPtr>& schemas = topic.state().schemas;
    if (header.schema_version < 1 || header.schema_version > schemas.size()) {
      return Status::SerializationError("a frame names version ", header.schema_version,
                                        " of the schema, which the topic does not have");
    }
    HW_ASSIGN_OR_RETURN(const SegmentFrame frame,
                        file.read_frame(header, extent.end, schemas[header.schema_version - 1],
                                        /*full_checks=*/true));
    num_rows += frame.batch.num_rows();
  }
  return num_rows;
}

/// Adds what one piece holds; fails when a file of it cannot be read as it was written.
Status read_piece(Topic& topic, int partition, const Piece& piece, TopicVerification& out) {
  const std::string path = topic.folder_of(partition, piece) + "/" + piece.segment.file_name();
  const auto read = [&]() -> Result<int64_t> {
    HW_ASSIGN_OR_RETURN(const std::vector<Extent> extents, topic.extents_of(partition, piece));
    HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::fs::FileSystem> files,
                        files_of(topic.env(), path));
    HW_ASSIGN_OR_RETURN(
        const std::unique_ptr<SegmentFile> file,
        SegmentFile::open(*files, path, partition, piece.segment, topic.env().memory_pool()));
    int64_t num_rows = 0;
    for (const Extent& extent : extents) {
      HW_ASSIGN_OR_RETURN(const int64_t read, read_extent(topic, *file, extent));
      num_rows += read;
    }
    return num_rows;
  };
  const Result<int64_t> num_rows = read();
  if (!num_rows.ok()) {
    const bool named = num_rows.status().message().find(path) != std::string::npos;
    return named ? num_rows.status() : while_doing(num_rows.status(), "reading '" + path + "'");
  }
  out.num_rows += *num_rows;
  if (*num_rows == piece.num_rows) return Status::OK();
  return Status::SerializationError("'", path, "' holds ", *num_rows, " committed rows, but ",
                                    piece.num_rows, " were committed");
}

}  // namespace

Result<TopicVerification> verify_topic(Env& env, const std::string& directory,
                                       const std::string& name) {
  TopicVerification out;
  Result<std::unique_ptr<Topic>> opened = Topic::open(env, directory, name);
  if (opened.status().IsKeyError()) return opened.status();
  if (!opened.ok()) {
    out.damage.push_back(opened.status().message());
    return out;
  }
  Topic& topic = **opened;
  for (int partition = 0; partition < topic.num_partitions(); ++partition) {
    const PartitionState& rows = topic.state().partitions[static_cast<size_t>(partition)];
    for (const Piece& piece : rows.pieces) {
      ++out.num_pieces;
      out.num_bytes += piece.num_bytes;
      const Status read = read_piece(topic, partition, piece, out);
      if (!read.ok()) out.damage.push_back(read.message());
    }
  }
  return out;
}

}  // namespace hw
