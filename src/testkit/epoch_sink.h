// SPDX-License-Identifier: Apache-2.0
//
// A two-phase sink whose output outlives its jobs, for tests that kill and restore them: the rows
// of a prepared epoch travel in its committable, and a commit shows them once, however often it is
// repeated. Rows that were only written are lost with their writer.

#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "columnar/batch.h"
#include "runtime/sink.h"

namespace hw {

/// What readers of the output see. Single-threaded jobs only.
class EpochOutput {
 public:
  /// Shows an epoch of a slot. Does nothing when it is shown already.
  void show(const std::string& epoch, const std::vector<std::string>& rows);
  /// All shown rows as `+I[1, abc]`, sorted.
  std::vector<std::string> rows() const;
  /// What is there when shown rows are applied as a changelog: -U and -D take one equal row away.
  std::vector<std::string> folded() const;
  int num_repeated() const { return num_repeated_; }

 private:
  std::set<std::string> epochs_;
  std::vector<std::string> rows_;  // in the order in which they were shown
  int num_repeated_ = 0;
};

std::shared_ptr<Sink> make_epoch_sink(std::shared_ptr<EpochOutput> output);

}  // namespace hw
