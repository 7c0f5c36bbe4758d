// SPDX-License-Identifier: Apache-2.0

#include "log/record_fields.h"

#include <bit>

#include "log/topic_schema.h"

namespace hw {

void put(RecordBytes& out, const TimeRange& times) {
  out.put(times.min);
  out.put(times.max);
}

void put(RecordBytes& out, const SegmentId& segment) {
  out.put(segment.writer);
  out.put(segment.sequence);
}

void put(RecordBytes& out, const Extent& extent) {
  for (const int64_t value : {extent.begin, extent.end, extent.first_offset, extent.num_rows,
                              extent.commit, extent.commit_ms}) {
    out.put(value);
  }
  put(out, extent.times);
}

void put(RecordBytes& out, const Piece& piece) {
  put(out, piece.segment);
  for (const int64_t value : {piece.first_offset, piece.end_offset, piece.num_rows, piece.num_bytes,
                              piece.first_commit, piece.last_commit, piece.last_commit_ms}) {
    out.put(value);
  }
  put(out, piece.times);
  out.put(static_cast<uint8_t>(piece.indexed));
  out.put(static_cast<uint8_t>(piece.compacted));
  out.put_text(piece.location);
  out.put_count(piece.extents.size());
  for (const Extent& extent : piece.extents) put(out, extent);
}

void put(RecordBytes& out, const TopicOptions& options) {
  out.put(options.retention_ms);
  out.put(options.retention_bytes);
  out.put(static_cast<uint8_t>(options.cleanup_delete));
  out.put(static_cast<uint8_t>(options.cleanup_compact));
  out.put(std::bit_cast<uint64_t>(options.min_dirty_ratio));
  out.put(options.delete_retention_ms);
  out.put(options.segment_bytes);
  out.put(options.segment_ms);
  out.put(static_cast<uint8_t>(options.flush));
  out.put(options.flush_interval_ms);
  out.put(options.offload_after_ms);
  out.put_text(options.offload_path);
  out.put_count(options.key.size());
  for (const std::string& column : options.key) out.put_text(column);
}

void put(RecordBytes& out, const WriterIdentity& identity) {
  out.put_text(identity.job);
  out.put(identity.generation);
  out.put_text(identity.sink);
  out.put(identity.slot);
}

void put(RecordBytes& out, const WriterState& writer) {
  put(out, writer.identity);
  out.put(writer.attempt);
  out.put_text(writer.host);
  out.put(writer.process_id);
}

void put(RecordBytes& out, const PreparedEpoch& epoch) {
  put(out, epoch.identity);
  out.put(epoch.epoch);
  out.put(epoch.previous);
  out.put_count(epoch.extents.size());
  for (const PreparedExtent& extent : epoch.extents) {
    out.put(extent.partition);
    put(out, extent.segment);
    out.put(extent.begin);
    out.put(extent.end);
    out.put(extent.num_rows);
    put(out, extent.times);
  }
}

void put_schema(RecordBytes& out, const Schema& schema) { out.put_text(encode_schema(schema)); }

TimeRange get_times(RecordFields& in) {
  TimeRange times;
  times.min = in.get<int64_t>();
  times.max = in.get<int64_t>();
  return times;
}

SegmentId get_segment(RecordFields& in) {
  SegmentId segment;
  segment.writer = in.get_count64();
  segment.sequence = in.get_count64();
  return segment;
}

Extent get_extent(RecordFields& in) {
  Extent extent;
  extent.begin = in.get_count64();
  extent.end = in.get_count64();
  extent.first_offset = in.get_count64();
  extent.num_rows = in.get_count64();
  extent.commit = in.get_count64();
  extent.commit_ms = in.get<int64_t>();
  extent.times = get_times(in);
  if (extent.end < extent.begin) in.damaged(0);
  return extent;
}

Piece get_piece(RecordFields& in) {
  Piece piece;
  piece.segment = get_segment(in);
  piece.first_offset = in.get_count64();
  piece.end_offset = in.get_count64();
  piece.num_rows = in.get_count64();
  piece.num_bytes = in.get_count64();
  piece.first_commit = in.get_count64();
  piece.last_commit = in.get_count64();
  piece.last_commit_ms = in.get<int64_t>();
  piece.times = get_times(in);
  piece.indexed = in.get_flag();
  piece.compacted = in.get_flag();
  piece.location = in.get_text();
  const size_t count = in.get_count(kExtentBytes);
  for (size_t i = 0; i < count && in.ok(); ++i) piece.extents.push_back(get_extent(in));
  if (piece.end_offset < piece.first_offset || piece.indexed != piece.extents.empty()) {
    in.damaged(0);
  }
  return piece;
}

TopicOptions get_options(RecordFields& in) {
  TopicOptions options;
  options.retention_ms = in.get<int64_t>();
  options.retention_bytes = in.get<int64_t>();
  options.cleanup_delete = in.get_flag();
  options.cleanup_compact = in.get_flag();
  options.min_dirty_ratio = std::bit_cast<double>(in.get<uint64_t>());
  options.delete_retention_ms = in.get<int64_t>();
  options.segment_bytes = in.get<int64_t>();
  options.segment_ms = in.get<int64_t>();
  const auto flush = in.get<uint8_t>();
  if (flush > static_cast<uint8_t>(FlushPolicy::kNone)) in.damaged(0);
  options.flush = static_cast<FlushPolicy>(flush);
  options.flush_interval_ms = in.get<int64_t>();
  options.offload_after_ms = in.get<int64_t>();
  options.offload_path = in.get_text();
  const size_t count = in.get_count(sizeof(uint32_t));
  for (size_t i = 0; i < count && in.ok(); ++i) options.key.push_back(in.get_text());
  if (in.ok() && !check(options).ok()) in.damaged(0);
  return options;
}

WriterIdentity get_identity(RecordFields& in) {
  WriterIdentity identity;
  identity.job = in.get_text();
  identity.generation = in.get<int64_t>();
  identity.sink = in.get_text();
  identity.slot = in.get<int64_t>();
  return identity;
}

WriterState get_writer(RecordFields& in) {
  WriterState writer;
  writer.identity = get_identity(in);
  writer.attempt = in.get<int64_t>();
  writer.host = in.get_text();
  writer.process_id = in.get<int64_t>();
  return writer;
}

PreparedEpoch get_epoch(RecordFields& in) {
  PreparedEpoch epoch;
  epoch.identity = get_identity(in);
  epoch.epoch = in.get_count64();
  epoch.previous = in.get_count64();
  const size_t count = in.get_count(kPreparedExtentBytes);
  for (size_t i = 0; i < count && in.ok(); ++i) {
    PreparedExtent extent;
    extent.partition = in.get_count64();
    extent.segment = get_segment(in);
    extent.begin = in.get_count64();
    extent.end = in.get_count64();
    extent.num_rows = in.get_count64();
    extent.times = get_times(in);
    if (extent.end <= extent.begin || extent.num_rows == 0) in.damaged(0);
    epoch.extents.push_back(extent);
  }
  return epoch;
}

SchemaPtr get_schema(RecordFields& in) {
  const Result<SchemaPtr> schema = decode_schema(in.get_text());
  if (schema.ok()) return *schema;
  return in.damaged(SchemaPtr());
}

}  // namespace hw
