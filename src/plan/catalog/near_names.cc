// SPDX-License-Identifier: Apache-2.0

#include "plan/catalog/near_names.h"

#include "base/did_you_mean.h"

namespace hw {

std::string did_you_mean(std::string_view name, std::span<const std::string> candidates) {
  std::string text;
  for (const std::string& near : nearest(name, candidates)) {
    text += (text.empty() ? "; did you mean '" : " or '") + near + "'";
  }
  return text.empty() ? text : text + "?";
}

}  // namespace hw
