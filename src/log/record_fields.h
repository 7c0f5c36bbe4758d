// SPDX-License-Identifier: Apache-2.0
//
// Bytes of the values that records, states, tokens and index files are made of. Internal to log/.

#pragma once

#include "log/record_bytes.h"
#include "log/topic_state.h"

namespace hw {

constexpr size_t kExtentBytes = 8 * 8;
constexpr size_t kPieceBytesMin = 11 * 8 + 2 + 4 + 4;
constexpr size_t kPreparedExtentBytes = 8 * 8;
constexpr size_t kIdentityBytes = 4 + 8 + 4 + 8;

void put(RecordBytes& out, const TimeRange& times);
void put(RecordBytes& out, const SegmentId& segment);
void put(RecordBytes& out, const Extent& extent);
void put(RecordBytes& out, const Piece& piece);
void put(RecordBytes& out, const TopicOptions& options);
void put(RecordBytes& out, const WriterIdentity& identity);
void put(RecordBytes& out, const WriterState& writer);
void put(RecordBytes& out, const PreparedEpoch& epoch);
void put_schema(RecordBytes& out, const Schema& schema);

TimeRange get_times(RecordFields& in);
SegmentId get_segment(RecordFields& in);
Extent get_extent(RecordFields& in);
Piece get_piece(RecordFields& in);
TopicOptions get_options(RecordFields& in);
WriterIdentity get_identity(RecordFields& in);
WriterState get_writer(RecordFields& in);
PreparedEpoch get_epoch(RecordFields& in);
/// Null, and `in` failed, when it is none.
SchemaPtr get_schema(RecordFields& in);

}  // namespace hw
