// SPDX-License-Identifier: Apache-2.0
//
// What `headwater log` is told on the command line.

#pragma once

#include <cstdint>
#include <string>

namespace CLI {
class App;
}

namespace hw {

struct LogArguments {
  enum class Verb : uint8_t { kList, kDescribe, kTail, kAppend, kVerify };
  Verb verb = Verb::kList;
  std::string directory;
  std::string topic;  // verify: empty = all
  // tail
  int64_t rows = 10;
  bool follow = false;
  // append: makes a topic of these columns if it is missing
  std::string schema;
  int partitions = 1;
};

/// Adds `log` with its verbs; `chosen` is set when one of them was called.
void add_log_commands(CLI::App& app, LogArguments& out, bool& chosen);

}  // namespace hw
