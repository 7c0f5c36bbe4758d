// SPDX-License-Identifier: Apache-2.0
//
// The statements of earlier sessions, a line each: line breaks and backslashes are escaped.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hw {

class Env;

class HistoryFile {
 public:
  /// An empty path keeps nothing.
  HistoryFile(std::string path, Env& env) : path_(std::move(path)), env_(env) {}

  /// Oldest first; none when there is no file yet or it cannot be read.
  std::vector<std::string> statements() const;
  /// Appends, unless the statement names an option whose value is a secret. A file that cannot be
  /// written is none: the shell works without.
  void append(std::string_view statement);

 private:
  const std::string path_;
  Env& env_;
};

/// `--history`, else HEADWATER_HISTORY, else ~/.headwater_history; empty without a home.
std::string history_path(const std::string& given, Env& env);

}  // namespace hw
