// SPDX-License-Identifier: Apache-2.0
//
// Keeps retention away from rows that somebody still reads: a locked file that says from where on.
// It ends with its holder, however that ends. One thread at a time.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/env/local_file.h"
#include "base/status.h"

namespace hw {

class Env;
class Topic;

class TopicPin {
 public:
  /// `name` is the holder's own: letters, digits, '.', '_', '-'. Fails with kHeld when another one
  /// has it. `offsets` has one a partition: rows at or above it stay. Whoever cleans at this moment
  /// may not have seen the pin: refresh the topic behind it and look at its start offsets.
  static Result<std::unique_ptr<TopicPin>> open(Topic& topic, const std::string& name,
                                                const std::vector<int64_t>& offsets);
  ~TopicPin();
  Status move(const std::vector<int64_t>& offsets);

 private:
  TopicPin(std::unique_ptr<FileLock> lock, std::unique_ptr<AppendFile> file);

  const std::unique_ptr<FileLock> lock_;
  const std::unique_ptr<AppendFile> file_;
};

/// The lowest pinned offset per partition; INT64_MAX where nothing is pinned. A pin that is being
/// moved right now pins everything.
Result<std::vector<int64_t>> pinned_offsets(Topic& topic);

}  // namespace hw
