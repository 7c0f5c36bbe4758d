// SPDX-License-Identifier: Apache-2.0
//
// Files of the log that are read whole and appear whole: written under a passing name, synced,
// renamed without replacing anything. Internal to log/.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/status.h"

namespace arrow::fs {
class FileSystem;
}

namespace hw {

class Env;

/// No such file is larger.
constexpr int64_t kSmallFileBytesMax = 1 << 30;

Result<std::shared_ptr<arrow::fs::FileSystem>> files_of(Env& env, const std::string& path);
Result<bool> file_exists(arrow::fs::FileSystem& files, const std::string& path);
/// Nothing when there is no such file.
Result<std::optional<std::string>> read_small_file(arrow::fs::FileSystem& files,
                                                   const std::string& path);
/// Names of the files (not folders) in `folder`, sorted; none when it is missing.
Result<std::vector<std::string>> names_in(arrow::fs::FileSystem& files, const std::string& folder);

/// Writes files into one folder. One thread at a time.
class SmallFileWriter {
 public:
  SmallFileWriter(Env& env, std::string folder) : env_(env), folder_(std::move(folder)) {}

  struct Options {
    bool sync = true;
  };
  /// Writes `bytes` as `name`. Fails with AlreadyExists when the name is taken, whatever it holds;
  /// with kUnknownOutcome when it appeared, but the folder could not be synced: then this writer
  /// refuses everything.
  Status write(const std::string& name, std::string_view bytes, Options options);

 private:
  std::string passing_name();

  Env& env_;
  const std::string folder_;
  int64_t num_written_ = 0;
  Status dead_;
};

}  // namespace hw
