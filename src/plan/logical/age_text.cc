// SPDX-License-Identifier: Apache-2.0

#include "plan/logical/age_text.h"

#include <utility>

namespace hw {

std::string age_text(int64_t ms) {
  constexpr std::pair<int64_t, const char*> kUnits[] = {
      {86'400'000, " d"}, {3'600'000, " h"}, {60'000, " min"}, {1'000, " s"}};
  for (const auto& [length, name] : kUnits) {
    if (ms % length == 0 && ms != 0) return std::to_string(ms / length) + name;
  }
  return std::to_string(ms) + " ms";
}

}  // namespace hw
