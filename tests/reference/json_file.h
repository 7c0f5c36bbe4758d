// SPDX-License-Identifier: Apache-2.0
//
// Rows in a file of JSON, for tables that the engine reads from a file.

#pragma once

#include <string>

#include "base/status.h"
#include "reference/relation.h"

namespace hw::reference {

/// An object a line. Known: integers and text.
std::string json_lines(const std::vector<std::string>& names, const TableRows& rows);

/// A file for as long as this lives.
class JsonFile {
 public:
  JsonFile() = default;
  ~JsonFile();
  JsonFile(const JsonFile&) = delete;
  JsonFile& operator=(const JsonFile&) = delete;

  /// Returns its path. May be called once.
  Result<std::string> write(const std::string& text);

 private:
  std::string path_;
};

}  // namespace hw::reference
