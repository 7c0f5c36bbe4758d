// SPDX-License-Identifier: Apache-2.0
//
// Where the shell's lines come from: a terminal with editing, history and completion, or any other
// standard input.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/shell/completion.h"

namespace hw {

class LineReader {
 public:
  enum class How : uint8_t { kLine, kInterrupted, kEnd };
  struct Line {
    How how = How::kEnd;
    std::string text = {};  // without the line break
  };

  virtual ~LineReader() = default;
  /// Blocks. kInterrupted: Ctrl-C, what was typed is dropped. kEnd: Ctrl-D, or the input's end.
  virtual Line read_line(const std::string& prompt) = 0;
  /// Makes a statement one step of the history; what equals the step before is none.
  virtual void remember(const std::string& statement) {}
};

/// `before` and `after` the cursor in the line that is edited.
using CompleteLine = std::function<Completion(std::string_view before, std::string_view after)>;

/// Standard input as it is; prompts are not shown.
std::unique_ptr<LineReader> make_plain_reader();
/// Requires: standard input and output are a terminal. `history`: earlier statements, oldest first.
std::unique_ptr<LineReader> make_terminal_reader(const std::vector<std::string>& history,
                                                 CompleteLine complete);

}  // namespace hw
