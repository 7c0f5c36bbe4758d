// SPDX-License-Identifier: Apache-2.0
//
// Small files of a bulk format wait, hidden, until they make up one of the wanted size: then their
// rows are written once more, to one file, and that is shown instead of them.

#include <algorithm>
#include <utility>

#include <arrow/filesystem/filesystem.h>
#include <arrow/io/interfaces.h>

#include "connectors/files/file_writer.h"

namespace hw {

// Row formats need none of this: their files go on through checkpoints.
Status FileWriter::hold_small_files() {
  if (target_->merge_bytes == 0 || !target_->bulk()) return Status::OK();
  std::vector<Closed> large;
  for (Closed& closed : closed_) {
    if (closed.part.length >= target_->merge_bytes || !closed.part.replaces.empty()) {
      large.push_back(std::move(closed));
      continue;
    }
    Held& held = held_[closed.folder];
    if (held.parts.empty()) held.since_ms = now_ms();
    held.parts.push_back(std::move(closed.part));
  }
  closed_ = std::move(large);
  return Status::OK();
}

Status FileWriter::merge_due(bool all) {
  for (auto group = held_.begin(); group != held_.end();) {
    int64_t bytes = 0;
    for (const PreparedPart& part : group->second.parts) bytes += part.length;
    const bool complete =
        std::find(complete_.begin(), complete_.end(), group->first) != complete_.end();
    const bool old = now_ms() - group->second.since_ms >= target_->rolling.rollover_ms;
    if (!all && !complete && !old && bytes < target_->merge_bytes) {
      ++group;
      continue;
    }
    HW_TRY(merge(group->first, group->second));
    group = held_.erase(group);
  }
  return Status::OK();
}

Status FileWriter::merge(const std::string& folder, Held held) {
  PreparedPart& first = held.parts.front();
  first.kind = PreparedPart::Kind::kFinished;
  if (held.parts.size() == 1) {
    closed_.push_back({folder, std::move(first)});
    return Status::OK();
  }
  PreparedPart merged{
      .kind = PreparedPart::Kind::kFinished, .hidden = hidden_path(folder), .name = first.name};
  const Status written = write_merged(held, merged);
  if (!written.ok()) {
    // Half of a file takes room that may be what is missing; it is hidden where it cannot be
    // deleted, and the failure before matters more.
    const Status ignored = location_.files->DeleteFile(merged.hidden);
    static_cast<void>(ignored);
    return written;
  }
  unsynced_folders_.insert(path_of(folder));
  closed_.push_back({folder, std::move(merged)});
  return Status::OK();
}

Status FileWriter::write_merged(const Held& held, PreparedPart& merged) {
  HW_ASSIGN_OR_RETURN(const auto file, PartFile::open(*target_, env_, merged.hidden));
  const DecoderRequest request{.schema = target_->file_schema,
                               .physical = target_->file_schema,
                               .time_zone = target_->request.time_zone,
                               .memory_pool = context_.memory_pool};
  for (const PreparedPart& part : held.parts) {
    HW_ASSIGN_OR_RETURN(auto input, location_.files->OpenInputFile(part.hidden));
    HW_ASSIGN_OR_RETURN(const auto reader,
                        target_->format->bulk_reader(std::move(input), part.hidden, request,
                                                     target_->format_options));
    while (true) {
      HW_ASSIGN_OR_RETURN(const Batch rows, reader->next());
      if (rows.empty()) break;
      HW_TRY(file->write(rows));
    }
    merged.replaces += part.hidden + "\n";
  }
  HW_TRY(file->close());
  merged.length = file->length();
  merged.digest = file->digest();
  return Status::OK();
}

}  // namespace hw
