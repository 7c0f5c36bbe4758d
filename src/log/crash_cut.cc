// SPDX-License-Identifier: Apache-2.0

#include "log/crash_cut.h"

#include <algorithm>
#include <vector>

#include <arrow/filesystem/filesystem.h>

#include "base/env/env.h"
#include "log/file_names.h"
#include "log/log_error.h"
#include "log/partition_locks.h"
#include "log/segment_file.h"
#include "log/small_file.h"

namespace hw {
namespace {

/// Pieces of a partition that commits behind `durable` have added to, newest first. Those elsewhere
/// were synced when they were moved.
std::vector<const Piece*> pieces_behind(const PartitionState& partition, int64_t durable) {
  std::vector<const Piece*> pieces;
  for (auto piece = partition.pieces.rbegin(); piece != partition.pieces.rend(); ++piece) {
    if (piece->last_commit <= durable) break;
    if (piece->location.empty() && !piece->compacted) pieces.push_back(&*piece);
  }
  return pieces;
}

Result<std::vector<Extent>> extents_of(arrow::fs::FileSystem& files, const std::string& folder,
                                       const Piece& piece) {
  if (!piece.indexed) return piece.extents;
  const std::string path = folder + "/" + piece.index_name();
  HW_ASSIGN_OR_RETURN(const std::optional<std::string> bytes, read_small_file(files, path));
  if (!bytes) return log_error(LogErrorKind::kDamaged, "the index '" + path + "' is missing");
  return decode_index(*bytes, piece);
}

struct SegmentName {
  SegmentId segment;
  int64_t partition = 0;
};

/// Up to where a segment is whole from some byte on; 0 when it is not there or its header is not.
Result<int64_t> whole_until(Env& env, arrow::fs::FileSystem& files, const std::string& path,
                            const SegmentName& name, int64_t from) {
  HW_ASSIGN_OR_RETURN(const bool there, file_exists(files, path));
  if (!there) return 0;
  const auto file = SegmentFile::open(files, path, name.partition, name.segment, env.memory_pool());
  if (log_error_of(file.status()) == LogErrorKind::kDamaged) return 0;
  HW_TRY(file.status());
  return (*file)->end_of_frames(from);
}

void earlier(std::optional<int64_t>& torn, int64_t commit) {
  torn = std::min(torn.value_or(commit), commit);
}

Status look_at_piece(Env& env, const std::string& folder, const Piece& piece, int64_t partition,
                     int64_t durable, std::optional<int64_t>& torn) {
  HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::fs::FileSystem> files, files_of(env, folder));
  const Result<std::vector<Extent>> extents = extents_of(*files, folder, piece);
  if (log_error_of(extents.status()) == LogErrorKind::kDamaged) {
    earlier(torn, std::max(piece.first_commit, durable + 1));
    return Status::OK();
  }
  HW_TRY(extents.status());
  const auto first = std::find_if(extents->begin(), extents->end(),
                                  [&](const Extent& extent) { return extent.commit > durable; });
  if (first == extents->end()) return Status::OK();
  HW_ASSIGN_OR_RETURN(
      const int64_t whole,
      whole_until(env, *files, folder + "/" + piece.segment.file_name(),
                  SegmentName{.segment = piece.segment, .partition = partition}, first->begin));
  for (auto extent = first; extent != extents->end(); ++extent) {
    if (extent->end > whole) earlier(torn, extent->commit);
  }
  return Status::OK();
}

}  // namespace

Result<std::optional<int64_t>> first_torn_commit(Env& env, const TopicState& state,
                                                 const CrashQuestion& question) {
  std::optional<int64_t> torn;
  for (size_t p = 0; p < state.partitions.size(); ++p) {
    const auto partition = static_cast<int64_t>(p);
    const std::string folder = partition_folder(question.topic_path, partition);
    for (const Piece* piece : pieces_behind(state.partitions[p], question.durable)) {
      HW_TRY(look_at_piece(env, folder, *piece, partition, question.durable, torn));
    }
  }
  return torn;
}

Status check_rows(Env& env, const std::string& topic_path,
                  std::span<const PreparedExtent> extents) {
  for (const PreparedExtent& extent : extents) {
    const std::string folder = partition_folder(topic_path, extent.partition);
    const std::string path = folder + "/" + extent.segment.file_name();
    HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::fs::FileSystem> files, files_of(env, folder));
    HW_ASSIGN_OR_RETURN(const int64_t whole, whole_until(env, *files, path,
                                                         SegmentName{.segment = extent.segment,
                                                                     .partition = extent.partition},
                                                         extent.begin));
    if (whole >= extent.end) continue;
    return log_error(
        LogErrorKind::kDamaged,
        "rows that a checkpoint has seen in '" + path +
            "' are not there: a crash of the machine has taken them, since the "
            "topic's 'flush' is 'none'; start the job with --fresh: it reads its input "
            "from the beginning, and rows that the topic has kept are there twice then");
  }
  return Status::OK();
}

Status sync_rows(Env& env, const TopicState& state, const CrashQuestion& question) {
  for (size_t p = 0; p < state.partitions.size(); ++p) {
    const std::string folder = partition_folder(question.topic_path, static_cast<int64_t>(p));
    const std::vector<const Piece*> pieces = pieces_behind(state.partitions[p], question.durable);
    for (const Piece* piece : pieces) {
      HW_TRY(env.sync(folder + "/" + piece->segment.file_name()));
    }
    if (!pieces.empty()) HW_TRY(env.sync(folder));
  }
  return Status::OK();
}

bool writer_lives(Env& env, const TopicState& state, const std::string& topic_path) {
  PartitionLocks locks(env, topic_path);
  for (size_t p = 0; p < state.partitions.size(); ++p) {
    const auto living = locks.look(state, static_cast<int64_t>(p));
    if (!living.ok() || living->anybody) return true;
  }
  return false;
}

bool anybody_lives(Env& env, const TopicState& state, const std::string& topic_path) {
  for (size_t p = 0; p < state.partitions.size(); ++p) {
    const std::string folder = partition_folder(topic_path, static_cast<int64_t>(p));
    const auto files = files_of(env, folder);
    if (!files.ok()) return true;
    const auto names = names_in(**files, folder);
    if (!names.ok()) return true;
    for (const std::string& name : *names) {
      if (!number_of(name, ".lock")) continue;
      const auto lock = env.try_lock(folder + "/" + name);
      if (!lock.ok() || *lock == nullptr) return true;
    }
  }
  return false;
}

Result<int64_t> unused_number(Env& env, const TopicState& state, const std::string& topic_path) {
  int64_t highest = state.record;
  HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::fs::FileSystem> files,
                      files_of(env, topic_path));
  HW_ASSIGN_OR_RETURN(const std::vector<std::string> chain,
                      names_in(*files, chain_folder(topic_path)));
  for (const std::string& name : chain) {
    highest = std::max(
        {highest, number_of(name, ".rec").value_or(0), number_of(name, ".state").value_or(0)});
  }
  for (size_t p = 0; p < state.partitions.size(); ++p) {
    HW_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                        names_in(*files, partition_folder(topic_path, static_cast<int64_t>(p))));
    for (const std::string& name : names) {
      const auto segment = SegmentId::of_file(name, ".seg");
      highest =
          std::max({highest, number_of(name, ".lock").value_or(0), segment ? segment->writer : 0});
    }
  }
  return highest + 1;
}

}  // namespace hw
