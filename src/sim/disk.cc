// SPDX-License-Identifier: Apache-2.0

#include "sim/disk.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/env/env.h"

namespace hw::sim {
namespace {

bool is_below(const std::string& path, const std::string& directory) {
  if (directory == "/") return path.size() > 1;
  return path.size() > directory.size() + 1 && path.starts_with(directory) &&
         path[directory.size()] == '/';
}

/// What of a file a loss of power may leave out or not: sectors, and that it was cut.
std::vector<std::pair<int64_t, int64_t>> unsynced_pieces(const DiskFile& file, int64_t sector) {
  std::vector<std::pair<int64_t, int64_t>> pieces;
  const auto size = static_cast<int64_t>(file.bytes.size());
  for (const auto& [begin, end] : file.unsynced) {
    for (int64_t at = begin; at < std::min(end, size);) {
      const int64_t stop = std::min({(at / sector + 1) * sector, end, size});
      pieces.emplace_back(at, stop);
      at = stop;
    }
  }
  if (size < static_cast<int64_t>(file.durable.size())) pieces.emplace_back(size, size);
  return pieces;
}

void keep_piece(DiskFile& file, int64_t begin, int64_t end) {
  if (begin == end) return file.durable.resize(static_cast<size_t>(begin));
  if (static_cast<int64_t>(file.durable.size()) < end)
    file.durable.resize(static_cast<size_t>(end), '\0');
  const auto at = static_cast<size_t>(begin), length = static_cast<size_t>(end - begin);
  file.durable.replace(at, length, file.bytes, at, length);
}

// What a loss of power makes of one file's bytes.
void crash_bytes(DiskFile& file, CrashRule rule, int64_t sector, Random& random) {
  if (file.unsynced.empty() || rule == CrashRule::kNothing || rule == CrashRule::kListed) return;
  if (rule == CrashRule::kEverything) return void(file.durable = file.bytes);
  const auto seen = static_cast<int64_t>(file.bytes.size());
  const auto held = static_cast<int64_t>(file.durable.size());
  int64_t size = held;
  if (seen > held)
    size += static_cast<int64_t>(random.below(static_cast<uint64_t>(seen - held + 1)));
  if (seen < held && random.below(2) == 0) size = seen;
  file.durable.resize(static_cast<size_t>(size), '\0');
  for (const auto& [begin, end] : file.unsynced) {
    // What was cut off since, and not written again, is not there to be kept.
    const int64_t last = std::min({end, size, seen});
    for (int64_t at = begin; at < last;) {
      const int64_t stop = std::min((at / sector + 1) * sector, last);
      if (rule == CrashRule::kInOrder || random.below(2) == 0)
        file.durable.replace(static_cast<size_t>(at), static_cast<size_t>(stop - at), file.bytes,
                             static_cast<size_t>(at), static_cast<size_t>(stop - at));
      at = stop;
    }
  }
}

}  // namespace

std::string directory_of(const std::string& path) {
  const size_t end = path.rfind('/');
  return end == 0 || end == std::string::npos ? "/" : path.substr(0, end);
}

std::string normal_path(std::string_view path) {
  std::string normal = path.starts_with('/') ? "" : "/";
  for (const char c : path)
    if (c != '/' || normal.empty() || normal.back() != '/') normal += c;
  while (normal.size() > 1 && normal.back() == '/') normal.pop_back();
  return normal;
}

Disk::Disk() {
  auto root = std::make_shared<DiskFile>();
  root->is_directory = true;
  names_["/"] = root;
  durable_names_["/"] = root;
}

Disk Disk::copy() const {
  Disk made = *this;
  std::map<const DiskFile*, DiskFilePtr> copies;
  const auto copy_of = [&](DiskFilePtr& file) {
    DiskFilePtr& copied = copies[file.get()];
    if (copied == nullptr) copied = std::make_shared<DiskFile>(*file);
    file = copied;
  };
  for (Names* names : {&made.names_, &made.durable_names_})
    for (auto& [path, file] : *names) copy_of(file);
  for (NameChange& change : made.unsynced_names_) copy_of(change.file);
  return made;
}

DiskFilePtr Disk::find(const std::string& path) const {
  const auto found = names_.find(path);
  return found == names_.end() ? nullptr : found->second;
}

std::vector<std::string> Disk::list(const std::string& directory, bool recursive) const {
  std::vector<std::string> found;
  const std::string first = directory == "/" ? "/" : directory + "/";
  for (auto it = names_.lower_bound(first); it != names_.end() && it->first.starts_with(first);
       ++it) {
    const std::string& path = it->first;
    if (path == "/") continue;
    if (recursive || path.find('/', first.size()) == std::string::npos) found.push_back(path);
  }
  return found;
}

std::map<std::string, DiskFilePtr> Disk::files_below(const std::string& directory) const {
  std::map<std::string, DiskFilePtr> files;
  for (const std::string& path : list(directory, true)) {
    const DiskFilePtr& file = names_.at(path);
    if (!file->is_directory) files.emplace(path, file);
  }
  return files;
}

Result<DiskFilePtr> Disk::create(const std::string& path, bool is_directory, int64_t now_ns) {
  const DiskFilePtr parent = find(directory_of(path));
  if (parent == nullptr || !parent->is_directory)
    return Status::IOError("cannot create '", path, "': no such directory");
  auto file = std::make_shared<DiskFile>();
  file->id = next_id_++;
  file->is_directory = is_directory;
  file->modified_ns = now_ns;
  unsynced_names_.push_back({.kind = NameChange::Kind::kAdd, .path = path, .to = "", .file = file});
  apply(unsynced_names_.back(), names_);
  return file;
}

Status Disk::make_directories(const std::string& path) {
  std::vector<std::string> missing;
  for (std::string at = path; find(at) == nullptr; at = directory_of(at)) missing.push_back(at);
  for (auto at = missing.rbegin(); at != missing.rend(); ++at) {
    HW_TRY(create(*at, /*is_directory=*/true, 0).status());
    sync_directory(directory_of(*at));
  }
  return Status::OK();
}

Status Disk::put(const std::string& path, std::string_view bytes) {
  const std::string parent = directory_of(path);
  HW_TRY(make_directories(parent));
  if (find(path) != nullptr) return Status::AlreadyExists("'", path, "' exists already");
  HW_ASSIGN_OR_RETURN(const DiskFilePtr file, create(path, /*is_directory=*/false, 0));
  write(*file, 0, bytes, 0);
  sync(*file);
  sync_directory(parent);
  return Status::OK();
}

Status Disk::remove(const std::string& path) {
  const DiskFilePtr file = find(path);
  if (file == nullptr) return Status::IOError("cannot remove '", path, "': no such file");
  if (file->is_directory && !list(path, false).empty())
    return Status::IOError("cannot remove '", path, "': the directory is not empty");
  unsynced_names_.push_back(
      {.kind = NameChange::Kind::kRemove, .path = path, .to = "", .file = file});
  apply(unsynced_names_.back(), names_);
  return Status::OK();
}

Status Disk::rename(const std::string& from, const std::string& to, bool replace) {
  const DiskFilePtr file = find(from);
  if (file == nullptr) return Status::IOError("cannot rename '", from, "': no such file");
  if (find(directory_of(to)) == nullptr)
    return Status::IOError("cannot rename '", from, "' to '", to, "': no such directory");
  if (!replace && find(to) != nullptr) return Status::AlreadyExists("'", to, "' exists already");
  unsynced_names_.push_back(
      {.kind = NameChange::Kind::kMove, .path = from, .to = to, .file = file});
  apply(unsynced_names_.back(), names_);
  return Status::OK();
}

// A directory takes what is below it along. What was lost on the way (a name whose making did not
// survive) changes nothing about where its file ends up.
void Disk::apply(const NameChange& change, Names& names) {
  switch (change.kind) {
    case NameChange::Kind::kAdd:
      names[change.path] = change.file;
      return;
    case NameChange::Kind::kRemove:
      names.erase(change.path);
      return;
    case NameChange::Kind::kMove: {
      std::vector<std::pair<std::string, DiskFilePtr>> moved;
      for (auto it = names.lower_bound(change.path); it != names.end();) {
        const bool self = it->first == change.path;
        if (!self && !is_below(it->first, change.path)) {
          if (!it->first.starts_with(change.path)) break;
          ++it;
          continue;
        }
        moved.emplace_back(change.to + it->first.substr(change.path.size()), it->second);
        it = names.erase(it);
      }
      for (auto& [path, file] : moved) names[path] = std::move(file);
      names[change.to] = change.file;
      return;
    }
  }
}

void Disk::write(DiskFile& file, int64_t offset, std::string_view bytes, int64_t now_ns) {
  const int64_t end = offset + static_cast<int64_t>(bytes.size());
  if (end > static_cast<int64_t>(file.bytes.size())) file.bytes.resize(static_cast<size_t>(end));
  file.bytes.replace(static_cast<size_t>(offset), bytes.size(), bytes);
  file.modified_ns = now_ns;
  if (!file.unsynced.empty() && file.unsynced.back().second == offset) {
    file.unsynced.back().second = end;
  } else if (end > offset) {
    file.unsynced.emplace_back(offset, end);
  }
}

void Disk::truncate(DiskFile& file, int64_t size, int64_t now_ns) {
  const auto now = static_cast<int64_t>(file.bytes.size());
  file.bytes.resize(static_cast<size_t>(size), '\0');
  file.modified_ns = now_ns;
  file.unsynced.emplace_back(std::min(now, size), std::max(now, size));
}

void Disk::sync(DiskFile& file) {
  if (file.unsynced.empty()) return;
  file.durable = file.bytes;
  file.unsynced.clear();
}

void Disk::forget_unsynced(DiskFile& file) { file.unsynced.clear(); }

void Disk::sync_directory(const std::string& path) {
  std::vector<NameChange> kept;
  for (NameChange& change : unsynced_names_) {
    const bool here = directory_of(change.path) == path ||
                      (!change.to.empty() && directory_of(change.to) == path);
    if (here) {
      apply(change, durable_names_);
    } else {
      kept.push_back(std::move(change));
    }
  }
  unsynced_names_ = std::move(kept);
}

std::vector<DiskFilePtr> Disk::unsynced_files() const {
  std::map<int64_t, DiskFilePtr> files;
  const auto note = [&](const DiskFilePtr& file) {
    if (!file->is_directory && !file->unsynced.empty()) files[file->id] = file;
  };
  for (const Names* names : {&names_, &durable_names_})
    for (const auto& [path, file] : *names) note(file);
  for (const NameChange& change : unsynced_names_) note(change.file);
  std::vector<DiskFilePtr> found;
  for (const auto& [id, file] : files) found.push_back(file);
  return found;
}

size_t Disk::num_unsynced(int64_t sector) const {
  size_t count = unsynced_names_.size();
  for (const DiskFilePtr& file : unsynced_files()) count += unsynced_pieces(*file, sector).size();
  return count;
}

void Disk::crash(CrashRule rule, int64_t sector, Random& random, uint64_t listed) {
  size_t number = 0;
  const auto keeps_next = [&] {
    const size_t bit = number++;
    return bit < 64 && (listed >> bit & 1) != 0;
  };
  size_t kept = unsynced_names_.size();
  if (rule == CrashRule::kNothing) kept = 0;
  if (rule == CrashRule::kInOrder) kept = random.below(kept + 1);
  for (size_t i = 0; i < kept; ++i) {
    if (rule == CrashRule::kAny && random.below(2) > 0) continue;
    if (rule == CrashRule::kListed && !keeps_next()) continue;
    apply(unsynced_names_[i], durable_names_);
  }
  if (rule == CrashRule::kListed)
    for (const DiskFilePtr& file : unsynced_files())
      for (const auto& [begin, end] : unsynced_pieces(*file, sector))
        if (keeps_next()) keep_piece(*file, begin, end);
  unsynced_names_.clear();
  // What has lost its directory is lost.
  for (auto it = durable_names_.begin(); it != durable_names_.end();) {
    const bool lost = it->first != "/" && !durable_names_.contains(directory_of(it->first));
    it = lost ? durable_names_.erase(it) : std::next(it);
  }
  std::set<int64_t> done;
  for (const auto& [path, file] : durable_names_) {
    if (file->is_directory || !done.insert(file->id).second) continue;
    crash_bytes(*file, rule, sector, random);
    file->bytes = file->durable;
    file->unsynced.clear();
  }
  names_ = durable_names_;
}

}  // namespace hw::sim
