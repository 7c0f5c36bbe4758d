// SPDX-License-Identifier: Apache-2.0
//
// The last rows of a topic, and those that are committed after them, of all partitions in the order
// of their commits: what `headwater log tail` prints. One thread at a time.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "columnar/batch.h"
#include "log/topic.h"

namespace hw {

class TopicTail {
 public:
  /// Begins with the last `rows` rows. Fails (KeyError) when there is no such topic.
  static Result<std::unique_ptr<TopicTail>> open(Env& env, const std::string& directory,
                                                 const std::string& name, int64_t rows);

  /// Rows that were committed since the call before, the first time the last ones; nothing when
  /// there are none. Never waits. A topic that was dropped and made again goes on with the first
  /// row of the new one. Fails (KeyError) when the topic is gone.
  Result<std::vector<Batch>> next();
  /// How often another topic of the same name has taken its place.
  int times_made_again() const { return times_made_again_; }
  const Topic& topic() const { return *topic_; }

 private:
  TopicTail(Env& env, std::string directory, std::unique_ptr<Topic> topic, int64_t rows);

  /// Folds in what came since; whether there may be rows that were not returned.
  Result<bool> look();
  /// Whether another topic stands where ours was, and takes it then.
  Result<bool> take_other();
  Result<std::vector<Batch>> read(int64_t rows_max);

  Env& env_;
  const std::string directory_;
  std::unique_ptr<Topic> topic_;
  /// Of the first call; a topic that is made again is read from its first row.
  int64_t rows_max_;
  std::vector<int64_t> next_;  // offset to go on from, one a partition
  /// The record of the topic up to which rows were returned: a reader may fold in later ones.
  int64_t read_record_ = 0;
  int64_t looked_ns_ = 0;
  int times_made_again_ = 0;
};

}  // namespace hw
