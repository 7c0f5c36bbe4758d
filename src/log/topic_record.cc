// SPDX-License-Identifier: Apache-2.0

#include "log/topic_record.h"

#include <algorithm>
#include <utility>

#include "log/record_bytes.h"
#include "log/record_fields.h"

namespace hw {
namespace {

constexpr std::string_view kRecordMagic{"HWLREC\0\1", 8};
constexpr std::string_view kTokenMagic{"HWLTOK\0\1", 8};
constexpr std::string_view kIndexMagic{"HWLIDX\0\1", 8};

void put_names(RecordBytes& out, const std::vector<PieceName>& pieces) {
  out.put_count(pieces.size());
  for (const PieceName& piece : pieces) {
    out.put(piece.partition);
    out.put(piece.first_offset);
  }
}

std::vector<PieceName> get_names(RecordFields& in) {
  const size_t count = in.get_count(2 * sizeof(int64_t));
  std::vector<PieceName> pieces;
  for (size_t i = 0; i < count && in.ok(); ++i) {
    PieceName piece;
    piece.partition = in.get_count64();
    piece.first_offset = in.get_count64();
    pieces.push_back(piece);
  }
  return pieces;
}

/// Appends the fields of each kind of change.
struct PutChange {
  RecordBytes& out;
  void operator()(const CreateTopic& change) const {
    put(out, change.options);
    put_schema(out, *change.schema);
    out.put(change.num_partitions);
  }
  void operator()(const OpenWriter& change) const {
    put(out, change.writer);
    out.put_count(change.partitions.size());
    for (const int64_t partition : change.partitions) out.put(partition);
  }
  void operator()(const CommitEpochs& change) const {
    out.put_count(change.epochs.size());
    for (const PreparedEpoch& epoch : change.epochs) put(out, epoch);
  }
  void operator()(const AbortEpochs& change) const {
    out.put_count(change.epochs.size());
    for (const SettledEpoch& epoch : change.epochs) {
      put(out, epoch.identity);
      out.put(epoch.epoch);
    }
  }
  void operator()(const AddSchema& change) const { put_schema(out, *change.schema); }
  void operator()(const SetOptions& change) const { put(out, change.options); }
  void operator()(const IndexPieces& change) const { put_names(out, change.pieces); }
  void operator()(const RemovePieces& change) const { put_names(out, change.pieces); }
  void operator()(const ReserveNumber&) const {}
  void operator()(const ReplacePieces& change) const {
    out.put(change.partition);
    out.put_count(change.first_offsets.size());
    for (const int64_t offset : change.first_offsets) out.put(offset);
    out.put_count(change.pieces.size());
    for (const Piece& piece : change.pieces) put(out, piece);
  }
  void operator()(const MovePieces& change) const {
    put_names(out, change.pieces);
    out.put_text(change.location);
  }
};

ReplacePieces get_replacement(RecordFields& in) {
  ReplacePieces change;
  change.partition = in.get_count64();
  const size_t num_replaced = in.get_count(sizeof(int64_t));
  for (size_t i = 0; i < num_replaced; ++i) change.first_offsets.push_back(in.get_count64());
  const size_t num_pieces = in.get_count(kPieceBytesMin);
  for (size_t i = 0; i < num_pieces && in.ok(); ++i) change.pieces.push_back(get_piece(in));
  return change;
}

TopicChange get_change(RecordFields& in) {
  switch (in.get<uint8_t>()) {
    case 0: {
      CreateTopic change;
      change.options = get_options(in);
      change.schema = get_schema(in);
      change.num_partitions = in.get_count64();
      return change;
    }
    case 1: {
      OpenWriter change;
      change.writer = get_writer(in);
      const size_t count = in.get_count(sizeof(int64_t));
      for (size_t i = 0; i < count; ++i) change.partitions.push_back(in.get_count64());
      return change;
    }
    case 2: {
      CommitEpochs change;
      const size_t count = in.get_count(kIdentityBytes);
      for (size_t i = 0; i < count && in.ok(); ++i) change.epochs.push_back(get_epoch(in));
      return change;
    }
    case 3: {
      AbortEpochs change;
      const size_t count = in.get_count(kIdentityBytes);
      for (size_t i = 0; i < count && in.ok(); ++i) {
        WriterIdentity identity = get_identity(in);
        change.epochs.push_back({.identity = std::move(identity), .epoch = in.get_count64()});
      }
      return change;
    }
    case 4:
      return AddSchema{get_schema(in)};
    case 5:
      return SetOptions{get_options(in)};
    case 6:
      return IndexPieces{get_names(in)};
    case 7:
      return RemovePieces{get_names(in)};
    case 8:
      return ReserveNumber{};
    case 9:
      return get_replacement(in);
    case 10: {
      MovePieces change;
      change.pieces = get_names(in);
      change.location = in.get_text();
      return change;
    }
    default:
      return in.damaged(TopicChange());
  }
}

Status impossible(std::string_view what) {
  return log_error(LogErrorKind::kDamaged,
                   "a record of the topic cannot follow the others: " + std::string(what));
}

/// Gives the extent its offsets and hangs it behind the partition.
void append_extent(const PreparedExtent& prepared, int64_t commit, int64_t commit_ms,
                   PartitionState& partition) {
  Extent extent{.begin = prepared.begin,
                .end = prepared.end,
                .first_offset = partition.end_offset,
                .num_rows = prepared.num_rows,
                .commit = commit,
                .commit_ms = commit_ms,
                .times = prepared.times};
  const bool grows = !partition.pieces.empty() && !partition.pieces.back().indexed &&
                     !partition.pieces.back().compacted &&
                     partition.pieces.back().location.empty() &&
                     partition.pieces.back().segment == prepared.segment &&
                     partition.pieces.back().extents.back().end <= extent.begin;
  if (!grows) {
    partition.pieces.push_back(
        {.segment = prepared.segment, .first_offset = extent.first_offset, .first_commit = commit});
  }
  Piece& piece = partition.pieces.back();
  partition.end_offset += extent.num_rows;
  piece.end_offset = partition.end_offset;
  piece.num_rows += extent.num_rows;
  piece.num_bytes += extent.end - extent.begin;
  piece.last_commit = commit;
  piece.last_commit_ms = commit_ms;
  piece.times.add(extent.times);
  piece.extents.push_back(extent);
}

/// Folds one change into the state.
class Fold {
 public:
  Fold(const TopicRecord& record, TopicState& state) : record_(record), state_(state) {}

  Status operator()(const CreateTopic& change) {
    if (record_.number != 1) return impossible("the topic is there already");
    if (change.num_partitions < 1 || change.num_partitions > kPartitionsMax) {
      return impossible("number of partitions");
    }
    state_.created_ms = record_.wall_ms;
    state_.options = change.options;
    state_.schemas = {change.schema};
    state_.partitions.resize(static_cast<size_t>(change.num_partitions));
    return Status::OK();
  }

  Status operator()(const OpenWriter& change) {
    for (const int64_t number : change.partitions) {
      HW_ASSIGN_OR_RETURN(PartitionState * partition, find(number));
      partition->writer = record_.number;
    }
    state_.writers[record_.number] = change.writer;
    int64_t& attempt = state_.attempts[change.writer.identity.of_job()];
    attempt = std::max(attempt, change.writer.attempt);
    std::erase_if(state_.writers, [&](const auto& writer) {
      return std::none_of(state_.partitions.begin(), state_.partitions.end(),
                          [&](const PartitionState& p) { return p.writer == writer.first; });
    });
    return Status::OK();
  }

  Status operator()(const CommitEpochs& change) {
    for (const PreparedEpoch& epoch : change.epochs) {
      int64_t& settled = state_.settled[epoch.identity];
      if (epoch.epoch <= settled) return impossible("an epoch that was settled before");
      settled = epoch.epoch;
      for (const PreparedExtent& extent : epoch.extents) {
        HW_ASSIGN_OR_RETURN(PartitionState * partition, find(extent.partition));
        append_extent(extent, record_.number, record_.wall_ms, *partition);
      }
    }
    state_.last_commit = record_.number;
    return Status::OK();
  }

  Status operator()(const AbortEpochs& change) {
    for (const SettledEpoch& epoch : change.epochs) {
      int64_t& settled = state_.settled[epoch.identity];
      settled = std::max(settled, epoch.epoch);
    }
    return Status::OK();
  }

  Status operator()(const AddSchema& change) {
    state_.schemas.push_back(change.schema);
    return Status::OK();
  }

  Status operator()(const SetOptions& change) {
    state_.options = change.options;
    return Status::OK();
  }

  Status operator()(const IndexPieces& change) {
    for (const PieceName& name : change.pieces) {
      HW_ASSIGN_OR_RETURN(Piece * piece, find(name));
      piece->indexed = true;
      piece->extents.clear();
      piece->extents.shrink_to_fit();
    }
    return Status::OK();
  }

  Status operator()(const RemovePieces& change) {
    for (const PieceName& name : change.pieces) {
      HW_ASSIGN_OR_RETURN(PartitionState * partition, find(name.partition));
      if (partition->pieces.empty() || partition->pieces.front().first_offset != name.first_offset)
        return impossible("a piece that is not the oldest is removed");
      partition->start_offset = partition->pieces.front().end_offset;
      partition->pieces.erase(partition->pieces.begin());
    }
    return Status::OK();
  }

  Status operator()(const ReserveNumber&) { return Status::OK(); }

  Status operator()(const ReplacePieces& change) {
    HW_ASSIGN_OR_RETURN(PartitionState * partition, find(change.partition));
    std::vector<Piece>& pieces = partition->pieces;
    const std::vector<int64_t>& replaced = change.first_offsets;
    const auto first = std::find_if(pieces.begin(), pieces.end(), [&](const Piece& piece) {
      return !replaced.empty() && piece.first_offset == replaced.front();
    });
    if (static_cast<size_t>(pieces.end() - first) < replaced.size() || replaced.empty()) {
      return impossible("pieces that are not there are replaced");
    }
    const auto end = first + static_cast<std::ptrdiff_t>(replaced.size());
    for (auto piece = first; piece != end; ++piece) {
      if (piece->first_offset != replaced[static_cast<size_t>(piece - first)]) {
        return impossible("pieces that do not follow each other are replaced");
      }
    }
    int64_t offset = first->first_offset;
    for (const Piece& piece : change.pieces) {
      if (piece.first_offset < offset || piece.end_offset <= piece.first_offset ||
          piece.end_offset > (end - 1)->end_offset) {
        return impossible("a piece that takes the place of others has other offsets");
      }
      offset = piece.end_offset;
    }
    pieces.insert(pieces.erase(first, end), change.pieces.begin(), change.pieces.end());
    return Status::OK();
  }

  Status operator()(const MovePieces& change) {
    if (change.location.empty()) return impossible("pieces are moved nowhere");
    for (const PieceName& name : change.pieces) {
      HW_ASSIGN_OR_RETURN(Piece * piece, find(name));
      piece->location = change.location;
    }
    return Status::OK();
  }

 private:
  Result<PartitionState*> find(int64_t number) {
    if (number < 0 || number >= static_cast<int64_t>(state_.partitions.size()))
      return impossible("partition " + std::to_string(number));
    return &state_.partitions[static_cast<size_t>(number)];
  }
  Result<Piece*> find(const PieceName& name) {
    HW_ASSIGN_OR_RETURN(PartitionState * partition, find(name.partition));
    for (Piece& piece : partition->pieces) {
      if (piece.first_offset == name.first_offset) return &piece;
    }
    return impossible("a piece that is not there");
  }

  const TopicRecord& record_;
  TopicState& state_;
};

}  // namespace

std::string encode_record(const TopicRecord& record) {
  RecordBytes out(kRecordMagic);
  out.put(record.number);
  out.put(record.wall_ms);
  out.put(static_cast<uint8_t>(record.change.index()));
  std::visit(PutChange{out}, record.change);
  return std::move(out).sealed();
}

Result<TopicRecord> decode_record(std::string_view bytes) {
  HW_ASSIGN_OR_RETURN(const std::string_view body, unsealed(bytes, kRecordMagic, "a record"));
  RecordFields in(body);
  TopicRecord record;
  record.number = in.get_count64();
  record.wall_ms = in.get<int64_t>();
  record.change = get_change(in);
  if (!in.complete()) return log_error(LogErrorKind::kDamaged, "a record has impossible contents");
  return record;
}

Status apply(const TopicRecord& record, TopicState& state) {
  if (record.number != state.record + 1) {
    return impossible("number " + std::to_string(record.number) + " comes after " +
                      std::to_string(state.record));
  }
  if (record.number == 1 && !std::holds_alternative<CreateTopic>(record.change)) {
    return impossible("the first one must create the topic");
  }
  HW_TRY(std::visit(Fold(record, state), record.change));
  state.record = record.number;
  state.wall_ms = std::max(state.wall_ms, record.wall_ms);
  return Status::OK();
}

std::string encode_token(const PreparedEpoch& epoch) {
  RecordBytes out(kTokenMagic);
  put(out, epoch);
  return std::move(out).sealed();
}

Result<PreparedEpoch> decode_token(std::string_view bytes) {
  HW_ASSIGN_OR_RETURN(const std::string_view body,
                      unsealed(bytes, kTokenMagic, "a prepared epoch of the log"));
  RecordFields in(body);
  PreparedEpoch epoch = get_epoch(in);
  if (!in.complete()) {
    return log_error(LogErrorKind::kDamaged, "a prepared epoch has impossible contents");
  }
  return epoch;
}

std::string encode_index(const Piece& piece) {
  RecordBytes out(kIndexMagic);
  put(out, piece.segment);
  out.put(piece.first_offset);
  out.put_count(piece.extents.size());
  for (const Extent& extent : piece.extents) put(out, extent);
  return std::move(out).sealed();
}

Result<std::vector<Extent>> decode_index(std::string_view bytes, const Piece& piece) {
  HW_ASSIGN_OR_RETURN(const std::string_view body, unsealed(bytes, kIndexMagic, "an index"));
  RecordFields in(body);
  const SegmentId segment = get_segment(in);
  const int64_t first_offset = in.get_count64();
  const size_t count = in.get_count(kExtentBytes);
  std::vector<Extent> extents;
  for (size_t i = 0; i < count && in.ok(); ++i) extents.push_back(get_extent(in));
  if (!in.complete() || segment != piece.segment || first_offset != piece.first_offset ||
      extents.empty()) {
    return log_error(LogErrorKind::kDamaged, "an index belongs to another piece");
  }
  return extents;
}

}  // namespace hw
