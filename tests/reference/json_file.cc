// SPDX-License-Identifier: Apache-2.0

#include "reference/json_file.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <unistd.h>
#include <utility>

namespace hw::reference {
namespace {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    char escaped[8];
    const bool plain = static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
    std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned char>(c));
    out += plain ? std::string(1, c) : std::string(escaped);
  }
  return out + "\"";
}

std::string json_value(const Value& value) {
  if (value.is_null()) return "null";
  const auto* text = std::get_if<std::string>(&value.held);
  return text != nullptr ? quoted(*text) : std::to_string(value.as<int64_t>());
}

}  // namespace

std::string json_lines(const std::vector<std::string>& names, const TableRows& rows) {
  std::string text;
  for (const std::vector<Change>& partition : rows.partitions) {
    for (const Change& change : partition) {
      std::string line;
      for (size_t i = 0; i < names.size(); ++i) {
        line += (i > 0 ? ", " : "") + quoted(names[i]) + ": " + json_value(change.row[i]);
      }
      text += "{" + line + "}\n";
    }
  }
  return text;
}

JsonFile::~JsonFile() {
  if (!path_.empty()) unlink(path_.c_str());
}

Result<std::string> JsonFile::write(const std::string& text) {
  std::string path = (std::filesystem::temp_directory_path() / "random-rows-XXXXXX").string();
  const int file = mkstemp(path.data());
  if (file < 0) return Status::IOError("no file can be made at ", path);
  path_ = std::move(path);
  const auto size = static_cast<ssize_t>(text.size());
  const bool whole = ::write(file, text.data(), text.size()) == size;
  close(file);
  if (!whole) return Status::IOError("not all could be written to ", path_);
  return path_;
}

}  // namespace hw::reference
