// SPDX-License-Identifier: Apache-2.0

#include "operators/emit_rule.h"

namespace hw {
namespace {

std::string duration_text(int64_t ms) {
  return ms % 1000 == 0 ? std::to_string(ms / 1000) + " s" : std::to_string(ms) + " ms";
}

}  // namespace

std::string to_text(const EmitRule& rule) {
  std::string text;
  if (rule.early_ms) text = "early delay " + duration_text(*rule.early_ms);
  if (rule.lateness_ms == 0) return text;
  if (!text.empty()) text += ", ";
  return text + "late delay " + duration_text(rule.late_ms.value_or(0)) + ", allow lateness " +
         duration_text(rule.lateness_ms);
}

}  // namespace hw
