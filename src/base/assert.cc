// SPDX-License-Identifier: Apache-2.0

#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace hw {

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "headwater: internal check failed: %s (%s:%d); please report this\n",
               condition, file, line);
  std::abort();
}

}  // namespace hw
