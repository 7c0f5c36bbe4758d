// SPDX-License-Identifier: Apache-2.0
//
// Reads every byte of a topic that a reader could: its chain, index files, and all frames of all
// extents with their checksums. One thread; others may write meanwhile.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"

namespace hw {

class Env;

struct TopicVerification {
  int64_t num_pieces = 0;
  int64_t num_rows = 0;
  int64_t num_bytes = 0;
  /// One line each, naming the file; empty = all is as it was written.
  std::vector<std::string> damage;
};

/// Fails (KeyError) when there is no such topic. Damage is part of the answer, not a failure.
Result<TopicVerification> verify_topic(Env& env, const std::string& directory,
                                       const std::string& name);

}  // namespace hw
