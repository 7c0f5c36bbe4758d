// SPDX-License-Identifier: Apache-2.0

#include "runtime/sink.h"

namespace hw {

std::string_view to_text(Guarantee guarantee) {
  switch (guarantee) {
    case Guarantee::kNone:
      return "none";
    case Guarantee::kAtLeastOnce:
      return "at least once";
    case Guarantee::kExactlyOnce:
      return "exactly once";
  }
  return "unknown";
}

}  // namespace hw
