// SPDX-License-Identifier: Apache-2.0

#include "connectors/files/file_list.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include <arrow/filesystem/filesystem.h>
#include <re2/re2.h>

#include "base/env/env.h"
#include "connectors/packing/packed_bytes.h"

namespace hw {
namespace {

constexpr uint8_t kVersion = 1;
constexpr uint8_t kVersionOfParts = 2;
constexpr std::string_view kHex = "0123456789ABCDEF";

/// True when a part of the path below the table's folder is hidden.
bool is_hidden(std::string_view relative) {
  size_t begin = 0;
  while (begin < relative.size()) {
    if (relative[begin] == '.' || relative[begin] == '_') return true;
    begin = relative.find('/', begin);
    if (begin == std::string_view::npos) return false;
    ++begin;
  }
  return false;
}

FileEntry entry_of(const arrow::fs::FileInfo& file, std::string shown) {
  using std::chrono::duration_cast;
  using std::chrono::milliseconds;
  return {.path = file.path(),
          .shown = std::move(shown),
          .size = file.size(),
          .modified_ms = duration_cast<milliseconds>(file.mtime().time_since_epoch()).count()};
}

/// Reads `k=v/…/` in front of the name.
Status read_partition(std::string_view relative, const std::vector<std::string>& keys,
                      FileEntry* file) {
  std::string_view rest = relative;
  for (const std::string& key : keys) {
    const size_t slash = rest.find('/');
    const std::string_view folder = rest.substr(0, slash);
    if (slash == std::string_view::npos || folder.size() <= key.size() ||
        !folder.starts_with(key) || folder[key.size()] != '=') {
      return Status::IOError("a table that is PARTITIONED BY has folders named '", key,
                             "=value' at this place, but there is '", file->shown, "'");
    }
    file->partition.push_back(unescape_partition(folder.substr(key.size() + 1)));
    rest.remove_prefix(slash + 1);
  }
  return Status::OK();
}

std::string without_end_slash(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

}  // namespace

Result<std::vector<FileEntry>> list_files(const FileListRequest& request, Env& env) {
  HW_ASSIGN_OR_RETURN(const Env::Location location, env.locate(request.path));
  HW_ASSIGN_OR_RETURN(const arrow::fs::FileInfo root, location.files->GetFileInfo(location.path));
  if (root.type() == arrow::fs::FileType::NotFound) {
    return Status::IOError("there is no file or directory '", request.path, "'");
  }
  if (root.type() != arrow::fs::FileType::Directory) {
    if (!request.partition_keys.empty()) {
      return Status::IOError("a table that is PARTITIONED BY needs a directory, but '",
                             request.path, "' is a file");
    }
    return std::vector<FileEntry>{entry_of(root, request.path)};
  }
  arrow::fs::FileSelector selector;
  selector.base_dir = location.path;
  selector.recursive = !request.pattern.empty() || !request.partition_keys.empty();
  HW_ASSIGN_OR_RETURN(const std::vector<arrow::fs::FileInfo> found,
                      location.files->GetFileInfo(selector));
  std::unique_ptr<RE2> pattern;
  if (!request.pattern.empty()) {
    pattern = std::make_unique<RE2>(request.pattern, RE2::Quiet);
    if (!pattern->ok()) {
      return Status::Invalid(
          "option 'source.path.regex-pattern' must be a regular expression, but '", request.pattern,
          "' is not: ", pattern->error());
    }
  }
  const std::string base = without_end_slash(location.path);
  const std::string shown_base = without_end_slash(request.path);
  std::vector<FileEntry> files;
  for (const arrow::fs::FileInfo& file : found) {
    if (file.type() != arrow::fs::FileType::File) continue;
    std::string_view relative = file.path();
    relative.remove_prefix(std::min(relative.size(), base == "/" ? 1 : base.size() + 1));
    if (is_hidden(relative)) continue;
    if (pattern != nullptr && !RE2::FullMatch(absolute_path(file.path(), env), *pattern)) continue;
    FileEntry entry = entry_of(file, shown_base + "/" + std::string(relative));
    HW_TRY(read_partition(relative, request.partition_keys, &entry));
    files.push_back(std::move(entry));
  }
  std::sort(files.begin(), files.end(),
            [](const FileEntry& a, const FileEntry& b) { return a.path < b.path; });
  return files;
}

std::string absolute_path(std::string_view path, Env& env) {
  if (path.starts_with('/') || path.find("://") != std::string_view::npos) return std::string(path);
  while (path.starts_with("./")) path.remove_prefix(2);
  return env.variable("PWD").value_or("") + "/" + std::string(path);
}

std::string pack_files(const std::vector<FileEntry>& files) {
  const bool whole = std::all_of(files.begin(), files.end(),
                                 [](const FileEntry& file) { return file.parts == 1; });
  PackedWriter writer(whole ? kVersion : kVersionOfParts);
  writer.number(static_cast<int64_t>(files.size()));
  for (const FileEntry& file : files) {
    writer.text(file.path);
    writer.text(file.shown);
    writer.number(file.size);
    writer.number(file.modified_ms);
    writer.number(static_cast<int64_t>(file.partition.size()));
    for (const std::string& value : file.partition) writer.text(value);
    if (whole) continue;
    writer.number(file.part);
    writer.number(file.parts);
  }
  return writer.finish();
}

Result<std::vector<FileEntry>> unpack_files(std::string_view bytes) {
  PackedReader reader(bytes, kVersionOfParts);
  const bool whole = reader.version() < kVersionOfParts;
  std::vector<FileEntry> files;
  // An entry takes more than ten bytes: what says otherwise is not ours.
  const int64_t count = std::min<int64_t>(reader.number(), static_cast<int64_t>(bytes.size()));
  for (int64_t i = 0; i < count; ++i) {
    FileEntry& file = files.emplace_back();
    file.path = reader.text();
    file.shown = reader.text();
    file.size = reader.number();
    file.modified_ms = reader.number();
    const int64_t values = std::min<int64_t>(reader.number(), static_cast<int64_t>(bytes.size()));
    for (int64_t j = 0; j < values; ++j) file.partition.push_back(reader.text());
    if (whole) continue;
    const int64_t part = reader.number();
    const int64_t parts = reader.number();
    if (part < 0 || part >= parts || parts > INT32_MAX) {
      return Status::SerializationError("a split names part ", part, " of ", parts, " of a file");
    }
    file.part = static_cast<int>(part);
    file.parts = static_cast<int>(parts);
  }
  HW_TRY(reader.finish("the file list of a split"));
  return files;
}

std::string escape_partition(std::string_view value) {
  // The characters that Hive escapes in folder names.
  constexpr std::string_view kSpecial = "\"#%'*/:=?\\{}[]^\x7F";
  std::string text;
  for (const char c : value) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte < 0x20 || kSpecial.find(c) != std::string_view::npos) {
      text += '%';
      text += kHex[byte >> 4];
      text += kHex[byte & 15];
    } else {
      text += c;
    }
  }
  return text;
}

std::string unescape_partition(std::string_view text) {
  const auto value_of = [](char c) {
    if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
    const size_t value = kHex.find(c);
    return value == std::string_view::npos ? -1 : static_cast<int>(value);
  };
  std::string value;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && value_of(text[i + 1]) >= 0 &&
        value_of(text[i + 2]) >= 0) {
      value += static_cast<char>(value_of(text[i + 1]) * 16 + value_of(text[i + 2]));
      i += 2;
    } else {
      value += text[i];
    }
  }
  return value;
}

}  // namespace hw
