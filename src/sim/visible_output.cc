// SPDX-License-Identifier: Apache-2.0

#include "sim/visible_output.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "sim/event_hash.h"

namespace hw::sim {
namespace {

constexpr size_t kShownMax = 8;

bool is_hidden(std::string_view path, size_t base) {
  for (size_t at = base; at < path.size(); ++at)
    if (path[at] == '/' && at + 1 < path.size() && (path[at + 1] == '.' || path[at + 1] == '_'))
      return true;
  return false;
}

uint64_t digest_of_bytes(std::string_view bytes) {
  EventHash hash;
  hash.add(bytes);
  return hash.value();
}

// Of equal numbers any may be the greatest, or the one that a group shows.
std::string without_signs_of_zero(std::string row) {
  constexpr std::string_view kZero = "-0.0";
  for (size_t at = row.find(kZero); at != std::string::npos; at = row.find(kZero, at + 1)) {
    const char next = at + kZero.size() < row.size() ? row[at + kZero.size()] : ',';
    if (next == ',' || next == '}' || next == ']') row.erase(at, 1);
  }
  return row;
}

void add(RowBag& bag, std::string_view row, int64_t count) {
  const auto found = bag.find(row);
  if (found == bag.end()) {
    if (count != 0) bag.emplace(row, count);
  } else if ((found->second += count) == 0) {
    bag.erase(found);
  }
}

int64_t count_of(const RowBag& bag, std::string_view row) {
  const auto found = bag.find(row);
  return found == bag.end() ? 0 : found->second;
}

}  // namespace

Result<std::pair<std::string, int>> change_of_line(std::string_view line) {
  constexpr std::string_view kOp = R"({"op":")";
  if (!line.starts_with('{') || !line.ends_with('}'))
    return Status::Invalid("a part of a row is visible: '", line, "'");
  if (!line.starts_with(kOp)) return std::pair(std::string(line), 1);
  const std::string_view op = line.substr(kOp.size(), 2);
  return std::pair(std::string(line.substr(std::min(kOp.size() + 4, line.size()))),
                   op == "+I" || op == "+U" ? 1 : -1);
}

std::string difference(const RowBag& expected, const RowBag& found) {
  std::string text;
  size_t shown = 0, unshown = 0;
  const auto tell = [&](int64_t count, const std::string& row) {
    if (count == 0) return;
    if (shown++ >= kShownMax) return void(++unshown);
    text += (count < 0 ? "\n  missing " : "\n  too many ") + std::to_string(std::abs(count)) +
            " x " + row;
  };
  for (const auto& [row, count] : expected) tell(count_of(found, row) - count, row);
  for (const auto& [row, count] : found)
    if (!expected.contains(row)) tell(count, row);
  if (unshown > 0) text += "\n  and " + std::to_string(unshown) + " more rows";
  return text;
}

RowBag rows_below(const Disk& disk, const SimJob& job, const std::string& directory) {
  SimJob reader;
  reader.append_only = false;
  reader.any_lines = job.any_lines;
  reader.output_directory = directory;
  VisibleOutput output(disk, reader);
  (void)output.look();
  return output.bag();
}

VisibleOutput::VisibleOutput(const Disk& disk, const SimJob& job) : disk_(disk), job_(job) {}

bool VisibleOutput::is_output(const std::string& path) const {
  for (const std::string_view other : {"/state/", "/log/", "/save/", "/state-version/"})
    if (path.starts_with(other)) return false;
  return !is_hidden(path, 0) && !job_.files.contains(path);
}

Status VisibleOutput::look() {
  for (const auto& [path, file] : disk_.files_below(job_.output_directory)) {
    if (!is_output(path)) continue;
    const auto known = seen_.find(path);
    if (known == seen_.end()) {
      HW_TRY(read(path, *file));
    } else if (known->second.id != file->id &&
               known->second.digest != digest_of_bytes(file->bytes)) {
      return Status::Invalid("a file that was visible was exchanged: ", path);
    }
  }
  return Status::OK();
}

Status VisibleOutput::look_after_crash() {
  for (auto it = seen_.begin(); it != seen_.end();) {
    const DiskFilePtr file = disk_.find(it->first);
    if (file != nullptr) {
      ++it;
      continue;
    }
    forget(it->second);
    it = seen_.erase(it);
  }
  return look();
}

Status VisibleOutput::read(const std::string& path, const DiskFile& file) {
  SeenFile& seen = seen_[path];
  seen.id = file.id;
  seen.digest = digest_of_bytes(file.bytes);
  std::string_view rest = file.bytes;
  while (!rest.empty()) {
    const size_t end = rest.find('\n');
    if (end == std::string_view::npos)
      return Status::Invalid("a file is visible whose last line has no end: ", path);
    const Status status = take(rest.substr(0, end), seen);
    if (!status.ok()) return status.WithMessage(status.message(), " in ", path);
    rest.remove_prefix(end + 1);
  }
  return Status::OK();
}

Status VisibleOutput::take(std::string_view line, SeenFile& file) {
  std::pair<std::string, int> change(line, 1);
  if (!job_.any_lines || line.starts_with("{\"op\"")) {
    HW_ASSIGN_OR_RETURN(change, change_of_line(line));
  }
  change.first = without_signs_of_zero(std::move(change.first));
  ++num_rows_;
  add(file.rows, change.first, change.second);
  add(bag_, change.first, change.second);
  if (!job_.append_only) return Status::OK();
  const int64_t shown = count_of(bag_, change.first);
  const int64_t right = count_of(job_.expected, change.first);
  if (shown <= right) return Status::OK();
  return Status::Invalid("a row is visible ", shown, " times, but belongs there ", right,
                         " times: ", change.first);
}

void VisibleOutput::forget(const SeenFile& file) {
  for (const auto& [row, count] : file.rows) add(bag_, row, -count);
}

Status VisibleOutput::finish() {
  HW_TRY(look());
  for (const auto& [path, seen] : seen_) {
    const DiskFilePtr file = disk_.find(path);
    if (file == nullptr) return Status::Invalid("a file that was visible is gone: ", path);
    if (digest_of_bytes(file->bytes) != seen.digest)
      return Status::Invalid("a file that was visible has changed: ", path);
  }
  if (bag_ == job_.expected) return Status::OK();
  return Status::Invalid("the output differs:", difference(job_.expected, bag_));
}

Status VisibleOutput::check_finished() const {
  for (const auto& [path, file] : disk_.files_below(job_.output_directory))
    if (!file->is_directory && path.ends_with(".inprogress"))
      return Status::Invalid("a part is left unfinished: ", path);
  return Status::OK();
}

}  // namespace hw::sim
