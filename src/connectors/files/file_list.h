// SPDX-License-Identifier: Apache-2.0
//
// Which files a table's path stands for: one file, or those of a directory in name order.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace hw {

class Env;

struct FileEntry {
  std::string path;   // what the file system of the table's path calls it
  std::string shown;  // as the user's path plus the name: for messages and split ids
  int64_t size = 0;
  int64_t modified_ms = 0;
  /// Values of the table's partition keys, in their order; text as in the folder's name.
  std::vector<std::string> partition;
  /// Which of how many parts of the file is meant; the reader says where parts begin.
  int part = 0;
  int parts = 1;
};

struct FileListRequest {
  std::string path;
  /// If not empty: reads folders in folders too and keeps the files whose absolute path matches.
  std::string pattern;
  std::vector<std::string> partition_keys;
};

/// Names that begin with '.' or '_' are left out, of folders too. Fails (IOError) when there is
/// nothing at the path, and when a partitioned table's folders are not named `key=value`.
Result<std::vector<FileEntry>> list_files(const FileListRequest& request, Env& env);

std::string pack_files(const std::vector<FileEntry>& files);
Result<std::vector<FileEntry>> unpack_files(std::string_view bytes);

/// `path` from the root on; relative ones begin at the working directory.
std::string absolute_path(std::string_view path, Env& env);

/// `%41` and the like in folder names, as Hive writes what cannot stand in a name.
std::string escape_partition(std::string_view value);
std::string unescape_partition(std::string_view text);

}  // namespace hw
