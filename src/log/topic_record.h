// SPDX-License-Identifier: Apache-2.0
//
// The records of a topic's chain: each is one change, and what a topic is, is the fold over them.
// Pure: encoding, and the step of the fold. Internal to log/.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/status.h"
#include "log/topic_state.h"

namespace hw {

/// The first record.
struct CreateTopic {
  TopicOptions options;
  SchemaPtr schema;
  int64_t num_partitions = 1;
};
/// The record's number is the writer's from now on; who wrote to the partitions before is fenced.
struct OpenWriter {
  WriterState writer;
  std::vector<int64_t> partitions;
};
/// The record's number is the commit's.
struct CommitEpochs {
  std::vector<PreparedEpoch> epochs;
};
struct SettledEpoch {
  WriterIdentity identity;
  int64_t epoch = 0;
};
struct AbortEpochs {
  std::vector<SettledEpoch> epochs;
};
struct AddSchema {
  SchemaPtr schema;
};
struct SetOptions {
  TopicOptions options;
};
/// A closed piece, named by its partition and first offset.
struct PieceName {
  int64_t partition = 0;
  int64_t first_offset = 0;
};
/// Extents that lie in index files now.
struct IndexPieces {
  std::vector<PieceName> pieces;
};
/// Oldest pieces that are gone.
struct RemovePieces {
  std::vector<PieceName> pieces;
};
/// Changes nothing: the record's number is somebody's who will make segments without being a
/// writer.
struct ReserveNumber {};
/// Successive pieces of a partition that others with fewer rows take the place of.
struct ReplacePieces {
  int64_t partition = 0;
  std::vector<int64_t> first_offsets;
  /// Within the offsets of the replaced ones, by offset; none when no row is left.
  std::vector<Piece> pieces;
};
/// Closed pieces whose files are copied to a folder and are read there from now on.
struct MovePieces {
  std::vector<PieceName> pieces;  // of one partition
  std::string location;
};
using TopicChange =
    std::variant<CreateTopic, OpenWriter, CommitEpochs, AbortEpochs, AddSchema, SetOptions,
                 IndexPieces, RemovePieces, ReserveNumber, ReplacePieces, MovePieces>;

struct TopicRecord {
  int64_t number = 0;
  int64_t wall_ms = 0;
  TopicChange change;
};

std::string encode_record(const TopicRecord& record);
/// Fails (kDamaged) on anything that encode_record() would not have written.
Result<TopicRecord> decode_record(std::string_view bytes);

/// Folds the record in. Fails (kDamaged) when it cannot follow: then the state is unspecified.
Status apply(const TopicRecord& record, TopicState& state);

/// A prepared epoch as the bytes that a checkpoint keeps, and back.
std::string encode_token(const PreparedEpoch& epoch);
Result<PreparedEpoch> decode_token(std::string_view bytes);

/// The extents of a piece as its index file.
std::string encode_index(const Piece& piece);
Result<std::vector<Extent>> decode_index(std::string_view bytes, const Piece& piece);

}  // namespace hw
