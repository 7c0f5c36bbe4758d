// SPDX-License-Identifier: Apache-2.0

#include "operators/window.h"

namespace hw {
namespace {

struct Unit {
  int64_t ms;
  const char* name;
};

/// `10 s`, `1 d`: the largest unit that divides it.
std::string duration_text(int64_t ms) {
  constexpr Unit kUnits[] = {{86'400'000, "d"}, {3'600'000, "h"}, {60'000, "min"}, {1'000, "s"}};
  for (const Unit& unit : kUnits) {
    if (ms != 0 && ms % unit.ms == 0) return std::to_string(ms / unit.ms) + " " + unit.name;
  }
  return std::to_string(ms) + " ms";
}

}  // namespace

std::string to_text(const WindowSpec& window) {
  std::string text;
  switch (window.kind) {
    case WindowKind::kTumble:
      text = "TUMBLE(size=[" + duration_text(window.size_ms) + "]";
      break;
    case WindowKind::kHop:
      text = "HOP(size=[" + duration_text(window.size_ms) + "], slide=[" +
             duration_text(window.step_ms) + "]";
      break;
    case WindowKind::kCumulate:
      text = "CUMULATE(max_size=[" + duration_text(window.size_ms) + "], step=[" +
             duration_text(window.step_ms) + "]";
      break;
    case WindowKind::kSession:
      text = "SESSION(gap=[" + duration_text(window.size_ms) + "]";
      break;
  }
  if (window.offset_ms != 0) text += ", offset=[" + duration_text(window.offset_ms) + "]";
  return text + ")";
}

}  // namespace hw
