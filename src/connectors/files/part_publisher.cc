// SPDX-License-Identifier: Apache-2.0

#include "connectors/files/part_publisher.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string_view>
#include <vector>

#include <arrow/filesystem/filesystem.h>
#include <arrow/io/interfaces.h>

#include "base/planted.h"

namespace hw {
namespace {

constexpr int64_t kCopyBytes = 1 << 20;

using Kind = PreparedPart::Kind;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

/// Hands the first `length` bytes of a file on, in pieces; fewer when it is shorter.
Status read_beginning(arrow::fs::FileSystem& files, const std::string& path, int64_t length,
                      const std::function<Status(std::string_view)>& take) {
  HW_ASSIGN_OR_RETURN(const auto stream, files.OpenInputStream(path));
  std::string piece(static_cast<size_t>(std::min(length, kCopyBytes)), '\0');
  while (length > 0) {
    const int64_t wanted = std::min(length, kCopyBytes);
    HW_ASSIGN_OR_RETURN(const int64_t count, stream->Read(wanted, piece.data()));
    if (count == 0) return Status::OK();
    HW_TRY(take({piece.data(), static_cast<size_t>(count)}));
    length -= count;
  }
  return Status::OK();
}

}  // namespace

Result<PartPublisher::Found> PartPublisher::find(const std::string& path) {
  HW_ASSIGN_OR_RETURN(const auto file, files_.GetFileInfo(path));
  return Found{.there = file.type() != arrow::fs::FileType::NotFound, .length = file.size()};
}

Status PartPublisher::sync_folder_of(const std::string& path) {
  return env_.sync(path.substr(0, path.rfind('/')));
}

Result<bool> PartPublisher::begins_with(const std::string& path, const PreparedPart& part) {
  DigestStream digest;
  int64_t length = 0;
  HW_TRY(read_beginning(files_, path, part.length, [&](std::string_view piece) {
    digest.update(piece.data(), static_cast<int64_t>(piece.size()));
    length += static_cast<int64_t>(piece.size());
    return Status::OK();
  }));
  return length == part.length && digest.digest() == part.digest;
}

Result<bool> PartPublisher::shown_as(const std::string& path, const PreparedPart& part) {
  HW_ASSIGN_OR_RETURN(const Found target, find(path));
  if (!target.there) return false;
  bool same = target.length == part.length;
  if (same) {
    HW_ASSIGN_OR_RETURN(same, begins_with(path, part));
  }
  if (same) return true;
  return Status::IOError("an output file of a checkpoint has ", part.length, " bytes with digest ",
                         to_text(part.digest), ", but another file of ", target.length,
                         " bytes has its name, '", path,
                         "'; move it away if it is not output of this job");
}

Status PartPublisher::publish(const PreparedPart& part, const std::string& path) {
  std::string hidden = part.hidden;
  if (HW_PLANTED_BUG(57)) HW_TRY(copy_beginning(part, hidden += "-copy"));
  const Status published = env_.publish(hidden, path);
  if (HW_PLANTED_BUG(7) && !published.ok()) return Status::OK();
  if (!published.ok()) {
    // It may have been done before: here, or by an attempt that was killed behind it.
    HW_ASSIGN_OR_RETURN(const bool shown, shown_as(path, part));
    if (!shown) return published;
  }
  return sync_folder_of(path);
}

// An empty file, and nothing else ever: making it again changes nothing.
Status PartPublisher::write_success(const std::string& path) {
  HW_ASSIGN_OR_RETURN(const auto file, env_.open_append(path));
  HW_TRY(file->sync());
  return sync_folder_of(path);
}

// Once the merged file is there for good, nobody needs those that it was made of: who restores an
// older checkpoint finds their rows in it.
Status PartPublisher::remove_merged(const PreparedPart& part) {
  for (const std::string& hidden : lines_of(part.replaces)) {
    HW_ASSIGN_OR_RETURN(const Found found, find(hidden));
    if (found.there) HW_TRY(files_.DeleteFile(hidden));
  }
  return Status::OK();
}

Status PartPublisher::commit(const PreparedPart& part) {
  switch (part.kind) {
    case Kind::kFinished:
      HW_TRY(publish(part, part.name.path()));
      return remove_merged(part);
    case Kind::kSuccess:
      return write_success(part.name.before);
    case Kind::kUnfinished:
    case Kind::kHeld:
    case Kind::kOpenPartition:
      return Status::OK();
  }
  return Status::OK();
}

Status PartPublisher::recover(std::span<const PreparedPart> parts, const Recovery& recovery) {
  // Of a file that several epochs tell of, the last word counts; what was merged is told of by the
  // file that holds it.
  std::map<std::string, const PreparedPart*> newest;
  std::set<std::string> merged;
  for (const PreparedPart& part : parts) {
    if (part.kind == Kind::kFinished)
      for (std::string& hidden : lines_of(part.replaces)) merged.insert(std::move(hidden));
    if (part.hidden.empty()) continue;
    const PreparedPart*& known = newest[part.hidden];
    const bool newer = known == nullptr || part.kind == Kind::kFinished ||
                       (known->kind != Kind::kFinished && part.length >= known->length);
    if (newer) known = &part;
  }
  for (const PreparedPart& part : parts) {
    if (part.hidden.empty() || newest.at(part.hidden) != &part || merged.count(part.hidden) > 0)
      continue;
    if (part.kind == Kind::kFinished) {
      HW_TRY(commit(part));
    } else {
      HW_TRY(recover_unpublished(part, recovery));
    }
  }
  // Only behind the files that they speak of.
  for (const PreparedPart& part : parts)
    if (part.kind == Kind::kSuccess) HW_TRY(commit(part));
  return Status::OK();
}

// The file may have been finished and shown, or merged, by whoever went on from the same
// checkpoint; and its writer, taken for dead, may still add to it. So its valid bytes are copied,
// and shown under the name that it would have had.
Status PartPublisher::recover_unpublished(const PreparedPart& part, const Recovery& recovery) {
  const bool forked = recovery.generation != part.name.generation;
  const std::string path = part.name.path(recovery.generation);
  HW_ASSIGN_OR_RETURN(const bool shown, shown_as(path, part));
  if (shown) return Status::OK();
  if (forked) {
    // Another version of the job, started from the same savepoint, may have shown these rows.
    HW_ASSIGN_OR_RETURN(const Found original, find(part.name.path()));
    if (original.there && original.length >= part.length) {
      HW_ASSIGN_OR_RETURN(const bool holds, begins_with(part.name.path(), part));
      if (holds) return Status::OK();
    }
  }
  HW_ASSIGN_OR_RETURN(const Found hidden, find(part.hidden));
  if (!hidden.there) {
    if (part.kind == Kind::kHeld) {
      HW_ASSIGN_OR_RETURN(const Found group, find(part.group.path()));
      if (group.there) return Status::OK();
    }
    return Status::IOError("a file that the checkpoint holds is gone: '", part.hidden,
                           "', the beginning of '", part.name.path(), "'");
  }
  const std::string copy = HW_PLANTED_BUG(46) ? part.hidden : recovery.hidden_path(path);
  if (!HW_PLANTED_BUG(46)) HW_TRY(copy_beginning(part, copy));
  PreparedPart finished = part;
  finished.kind = Kind::kFinished;
  finished.hidden = copy;
  return publish(finished, path);
}

Status PartPublisher::copy_beginning(const PreparedPart& part, const std::string& to) {
  HW_ASSIGN_OR_RETURN(const auto copy, env_.open_append(to));
  DigestStream digest;
  HW_TRY(read_beginning(files_, part.hidden, part.length, [&](std::string_view piece) {
    digest.update(piece.data(), static_cast<int64_t>(piece.size()));
    return copy->append(piece);
  }));
  if (copy->size() != part.length || digest.digest() != part.digest) {
    return Status::IOError("the first ", part.length, " bytes of '", part.hidden,
                           "' are not those that the checkpoint holds (digest ",
                           to_text(part.digest), ")");
  }
  return copy->sync();
}

}  // namespace hw
