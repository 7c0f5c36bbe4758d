// SPDX-License-Identifier: Apache-2.0

#include "log/offloading.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include <arrow/buffer.h>
#include <arrow/filesystem/filesystem.h>
#include <arrow/io/interfaces.h>

#include "base/crc32c.h"
#include "base/env/durable_directory.h"
#include "base/env/env.h"
#include "base/env/object_store.h"
#include "log/file_names.h"
#include "log/number_reservation.h"
#include "log/partition_locks.h"
#include "log/small_file.h"
#include "log/topic.h"
#include "log/topic_chain.h"

namespace hw {
namespace {

constexpr int64_t kCopiedBytes = 4 << 20;

std::string_view view(const arrow::Buffer& buffer) {
  return {reinterpret_cast<const char*>(buffer.data()), static_cast<size_t>(buffer.size())};
}

/// `<offload.path>/<topic>-1a2b3c4d/p00000`: topics of one name in several logs may share a path.
Result<std::string> offload_folder(Topic& topic, int64_t partition) {
  HW_ASSIGN_OR_RETURN(const Env::Location location,
                      topic.env().locate(topic.state().options.offload_path));
  const uint32_t crc = crc32c(0, topic.path().data(), topic.path().size());
  return partition_folder(location.path + "/" + topic.name() + "-" + numbered(crc, 10), partition);
}

/// One move of pieces of one partition.
class PartitionMove {
 public:
  PartitionMove(Topic& topic, int64_t partition, const std::vector<size_t>& places)
      : topic_(topic),
        env_(topic.env()),
        partition_(partition),
        from_(partition_folder(topic.path(), partition)),
        locks_(env_, topic.path()) {
    for (const size_t place : places) pieces_.push_back(rows(topic.state()).pieces[place]);
  }

  Result<int64_t> run(const CleaningStop& stop) {
    HW_ASSIGN_OR_RETURN(
        number_, reserve_number(topic_, locks_, partition_,
                                [this](const TopicState& state) { return still_there(state); }));
    if (number_ == 0) return 0;
    HW_ASSIGN_OR_RETURN(to_, offload_folder(topic_, partition_));
    HW_ASSIGN_OR_RETURN(from_files_, files_of(env_, from_));
    HW_ASSIGN_OR_RETURN(files_, files_of(env_, to_));
    if (!is_object_uri(to_)) HW_TRY(make_durable_directory(env_, {.files = files_, .path = to_}));
    std::set<SegmentId> copied;
    for (const Piece& piece : pieces_) {
      if (copied.insert(piece.segment).second) HW_TRY(copy(piece.segment.file_name(), stop));
      if (piece.indexed) HW_TRY(copy(piece.index_name(), stop));
    }
    if (!is_object_uri(to_)) HW_TRY(env_.sync(to_));
    MovePieces change{.location = to_};
    for (const Piece& piece : pieces_) {
      change.pieces.push_back({.partition = partition_, .first_offset = piece.first_offset});
    }
    const auto decide = [&](const TopicState& state) -> Result<std::optional<TopicChange>> {
      if (!still_there(state)) return std::nullopt;
      return TopicChange(change);
    };
    HW_ASSIGN_OR_RETURN(const int64_t record, topic_.chain().publish(decide));
    if (record == 0) return 0;
    // The originals go with the next sweep, which must not come before this is on disk.
    HW_TRY(topic_.chain().sync_state());
    return static_cast<int64_t>(pieces_.size());
  }

 private:
  const PartitionState& rows(const TopicState& state) const {
    return state.partitions[static_cast<size_t>(partition_)];
  }

  /// False when one of the pieces is not as it was.
  bool still_there(const TopicState& state) const {
    const std::vector<Piece>& now = rows(state).pieces;
    return std::all_of(pieces_.begin(), pieces_.end(), [&](const Piece& piece) {
      return std::find(now.begin(), now.end(), piece) != now.end();
    });
  }

  /// Copies a file, unless it was copied before.
  Status copy(const std::string& name, const CleaningStop& stop) {
    HW_ASSIGN_OR_RETURN(const auto source, from_files_->OpenInputFile(from_ + "/" + name));
    const std::string target = to_ + "/" + name;
    HW_ASSIGN_OR_RETURN(const bool there, file_exists(*files_, target));
    if (there) return check_same(*source, target);
    if (is_object_uri(target)) return upload(*source, target, stop);
    const std::string passing = target + ".part";  // ours: the lock says so
    HW_ASSIGN_OR_RETURN(const std::unique_ptr<AppendFile> file, env_.open_append(passing));
    if (file->size() > 0) HW_TRY(file->truncate(0));
    const auto take = [&](std::string_view bytes) { return file->append(bytes); };
    HW_TRY(copy_bytes(*source, name, stop, take));
    HW_TRY(file->sync());
    return env_.publish(passing, target);
  }

  /// An object appears whole and durable, or not at all.
  Status upload(arrow::io::RandomAccessFile& source, const std::string& target,
                const CleaningStop& stop) {
    HW_ASSIGN_OR_RETURN(const ObjectName name, parse_object_uri(target));
    HW_ASSIGN_OR_RETURN(const std::shared_ptr<ObjectStore> store, env_.object_store());
    HW_ASSIGN_OR_RETURN(const std::unique_ptr<ObjectUpload> object, store->upload(name));
    const auto take = [&](std::string_view bytes) { return object->append(bytes); };
    HW_TRY(copy_bytes(source, target, stop, take));
    return object->finish();
  }

  /// The original goes when this is done: a bit that was read wrong must not be what is left.
  static Status copy_bytes(arrow::io::RandomAccessFile& source, const std::string& name,
                           const CleaningStop& stop,
                           const std::function<Status(std::string_view)>& take) {
    uint32_t copied = 0, read_again = 0;
    HW_TRY(each_block(source, stop, [&](std::string_view bytes) {
      copied = crc32c(copied, bytes.data(), bytes.size());
      return take(bytes);
    }));
    HW_TRY(each_block(source, stop, [&](std::string_view bytes) {
      read_again = crc32c(read_again, bytes.data(), bytes.size());
      return Status::OK();
    }));
    if (copied == read_again) return Status::OK();
    return Status::IOError("'", name, "' was read twice and was not the same");
  }

  static Status each_block(arrow::io::RandomAccessFile& source, const CleaningStop& stop,
                           const std::function<Status(std::string_view)>& take) {
    HW_ASSIGN_OR_RETURN(const int64_t size, source.GetSize());
    for (int64_t at = 0; at < size; at += kCopiedBytes) {
      HW_TRY(stop.check());
      HW_ASSIGN_OR_RETURN(const auto bytes, source.ReadAt(at, std::min(kCopiedBytes, size - at)));
      HW_TRY(take(view(*bytes)));
    }
    return Status::OK();
  }

  static Status check_same(arrow::io::RandomAccessFile& source, arrow::io::RandomAccessFile& copy,
                           const std::string& path) {
    HW_ASSIGN_OR_RETURN(const int64_t size, source.GetSize());
    HW_ASSIGN_OR_RETURN(const int64_t copied, copy.GetSize());
    bool same = size == copied;
    for (int64_t at = 0; same && at < size; at += kCopiedBytes) {
      HW_ASSIGN_OR_RETURN(const auto a, source.ReadAt(at, kCopiedBytes));
      HW_ASSIGN_OR_RETURN(const auto b, copy.ReadAt(at, kCopiedBytes));
      same = a->Equals(*b);
    }
    if (same) return Status::OK();
    return Status::AlreadyExists("'", path, "' is in the way of a segment that is to be moved: ",
                                 "give the topic an 'offload.path' of its own");
  }
  Status check_same(arrow::io::RandomAccessFile& source, const std::string& path) {
    HW_ASSIGN_OR_RETURN(const auto copy, files_->OpenInputFile(path));
    return check_same(source, *copy, path);
  }

  Topic& topic_;
  Env& env_;
  const int64_t partition_;
  const std::string from_;
  PartitionLocks locks_;
  std::vector<Piece> pieces_;
  int64_t number_ = 0;
  std::string to_;
  std::shared_ptr<arrow::fs::FileSystem> from_files_;
  std::shared_ptr<arrow::fs::FileSystem> files_;  // of to_
};

}  // namespace

std::vector<size_t> offloadable_pieces(const PartitionState& partition, const TopicOptions& options,
                                       int64_t now_ms) {
  std::vector<size_t> places;
  if (options.offload_after_ms == 0) return places;
  const std::vector<Piece>& pieces = partition.pieces;
  const auto is_due = [&](const Piece& piece) {
    return now_ms - piece.last_commit_ms > options.offload_after_ms &&
           (piece.compacted || !options.cleanup_compact);
  };
  // The last piece is open, and so may be its segment, of which an earlier piece may be a part.
  for (size_t i = 0; i + 1 < pieces.size(); ++i) {
    if (!pieces[i].location.empty() || !is_due(pieces[i])) continue;
    if (pieces[i].segment != pieces.back().segment) places.push_back(i);
  }
  return places;
}

Result<int64_t> offload(Topic& topic, const CleaningStop& stop) {
  int64_t num_moved = 0;
  const int64_t now_ms = topic.env().wall_ms();
  for (int64_t p = 0; p < topic.num_partitions(); ++p) {
    const std::vector<size_t> places = offloadable_pieces(
        topic.state().partitions[static_cast<size_t>(p)], topic.state().options, now_ms);
    if (places.empty()) continue;
    HW_ASSIGN_OR_RETURN(const int64_t moved, PartitionMove(topic, p, places).run(stop));
    num_moved += moved;
  }
  return num_moved;
}

void add_moved_files(const Piece& piece, std::vector<std::string>& files) {
  if (piece.location.empty()) return;
  files.push_back(piece.location + "/" + piece.segment.file_name());
  if (piece.indexed) files.push_back(piece.location + "/" + piece.index_name());
}

Result<int64_t> remove_moved_files(Topic& topic, const std::vector<std::string>& files) {
  if (files.empty()) return 0;
  std::vector<std::string> needed;
  for (const PartitionState& partition : topic.state().partitions) {
    for (const Piece& piece : partition.pieces) add_moved_files(piece, needed);
  }
  const std::set<std::string> keep(needed.begin(), needed.end());
  int64_t num_removed = 0;
  for (const std::string& path : files) {
    if (keep.contains(path)) continue;
    HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::fs::FileSystem> system,
                        files_of(topic.env(), path));
    HW_ASSIGN_OR_RETURN(const bool there, file_exists(*system, path));
    if (!there) continue;
    HW_TRY(system->DeleteFile(path));
    ++num_removed;
  }
  return num_removed;
}

}  // namespace hw
