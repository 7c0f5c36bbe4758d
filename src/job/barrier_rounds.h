// SPDX-License-Identifier: Apache-2.0
//
// Who has answered which barrier, and what sinks have prepared and not yet committed: puts complete
// checkpoints together. Pure: no clock, no thread, no I/O; JobRun feeds it.
//
// What holds at every step: a checkpoint is complete when every tasklet that had not ended when its
// barrier began has answered it or has ended; checkpoints become complete in the order of their
// numbers; what a sink has prepared is in every later checkpoint until it says that it has
// committed.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "job/job_checkpoint.h"
#include "runtime/barrier_answers.h"

namespace hw {

/// A tasklet as checkpoints see it.
struct RoundMember {
  int subtask = 0;
  /// Its source and operators, in order of the chain.
  std::vector<std::string> uids;
  std::string sink_uid;  // empty: it has none
};

class BarrierRounds {
 public:
  /// `members`: by tasklet. `first_id`: of the first barrier.
  BarrierRounds(std::vector<RoundMember> members, int64_t first_id);

  struct Begin {
    BarrierKind kind = BarrierKind::kCheckpoint;
    bool final = false;
    std::vector<JobCheckpoint::SourceState> sources;  // at this moment
  };
  /// Returns the number of the barrier that is to be let in.
  int64_t begin(Begin begin);

  /// Answers to barriers that are not under way count for their committables only.
  void on_answer(int tasklet, BarrierAnswer answer);
  /// The tasklet has ended. What it had prepared is committed.
  void on_done(int tasklet);
  void on_committed(int tasklet, int64_t up_to);
  /// The oldest barrier if everybody has answered it; it is not under way any more.
  std::optional<JobCheckpoint> take_complete();

  size_t num_under_way() const { return rounds_.size(); }
  /// True when nothing up to `id` waits for its commit.
  bool committed_up_to(int64_t id) const;

 private:
  struct Round {
    Begin begin;
    std::set<int> missing;
    std::map<int, std::vector<OperatorSnapshot>> answers;
  };
  struct Pending {
    int tasklet;
    JobCheckpoint::Prepared prepared;
  };
  JobCheckpoint put_together(int64_t id, Round round) const;

  const std::vector<RoundMember> members_;
  int64_t next_id_;
  std::set<int> open_;               // tasklets that have not ended
  std::map<int64_t, Round> rounds_;  // under way
  std::vector<Pending> pending_;     // by epoch
};

}  // namespace hw
