// SPDX-License-Identifier: Apache-2.0
//
// A reader in front of one whose answers are under way for a while: what waits too long fails.

#pragma once

#include <memory>
#include <string>

#include "runtime/lookup.h"

namespace hw {

struct LookupTimeout {
  int64_t timeout_ms = 0;
  std::string table;  // for the message
};

/// `context` outlives the reader.
std::unique_ptr<LookupReader> make_lookup_timeout(std::unique_ptr<LookupReader> reader,
                                                  LookupTimeout rule, OperatorContext& context);

}  // namespace hw
