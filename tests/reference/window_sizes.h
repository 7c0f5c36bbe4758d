// SPDX-License-Identifier: Apache-2.0
//
// How large random windows are. HOP and CUMULATE take each step: it divides its size.

#pragma once

#include <string>
#include <vector>

namespace hw::reference {

struct WindowSize {
  const char* size;
  const char* step;

  /// What stands behind the time in a call of TUMBLE, HOP or CUMULATE.
  std::string arguments_of(const std::string& kind) const {
    return kind == "TUMBLE" ? size : std::string(step) + ", " + size;
  }
};

inline std::vector<WindowSize> window_sizes() {
  return {{"INTERVAL '1' HOUR", "INTERVAL '20' MINUTE"},
          {"INTERVAL '1' DAY", "INTERVAL '6' HOUR"},
          {"INTERVAL '10' MINUTE", "INTERVAL '5' MINUTE"},
          {"INTERVAL '7' HOUR", "INTERVAL '7' HOUR"}};
}

}  // namespace hw::reference
