// SPDX-License-Identifier: Apache-2.0

#include "job/barrier_rounds.h"

#include <algorithm>
#include <utility>

namespace hw {

BarrierRounds::BarrierRounds(std::vector<RoundMember> members, int64_t first_id)
    : members_(std::move(members)), next_id_(first_id) {
  for (size_t i = 0; i < members_.size(); ++i) open_.insert(static_cast<int>(i));
}

int64_t BarrierRounds::begin(Begin begin) {
  const int64_t id = next_id_++;
  rounds_[id] = {.begin = std::move(begin), .missing = open_, .answers = {}};
  return id;
}

void BarrierRounds::on_answer(int tasklet, BarrierAnswer answer) {
  const RoundMember& member = members_[static_cast<size_t>(tasklet)];
  // Behind all of the same epoch: sinks of one tasklet commit in the order in which they prepared.
  const auto later = [&](const Pending& pending) {
    return pending.prepared.epoch > answer.checkpoint;
  };
  auto place = std::find_if(pending_.begin(), pending_.end(), later);
  for (Committable& committable : answer.committables) {
    place = pending_.insert(place, {.tasklet = tasklet,
                                    .prepared = {.sink_uid = member.sink_uid,
                                                 .subtask = member.subtask,
                                                 .epoch = answer.checkpoint,
                                                 .committable = std::move(committable)}});
    ++place;
  }
  const auto round = rounds_.find(answer.checkpoint);
  if (round == rounds_.end()) return;
  round->second.missing.erase(tasklet);
  if (!answer.snapshots.empty()) round->second.answers[tasklet] = std::move(answer.snapshots);
}

void BarrierRounds::on_done(int tasklet) {
  open_.erase(tasklet);
  for (auto& [id, round] : rounds_) round.missing.erase(tasklet);
  on_committed(tasklet, next_id_);
}

void BarrierRounds::on_committed(int tasklet, int64_t up_to) {
  std::erase_if(pending_, [&](const Pending& pending) {
    return pending.tasklet == tasklet && pending.prepared.epoch <= up_to;
  });
}

bool BarrierRounds::committed_up_to(int64_t id) const {
  return pending_.empty() || pending_.front().prepared.epoch > id;
}

std::optional<JobCheckpoint> BarrierRounds::take_complete() {
  if (rounds_.empty() || !rounds_.begin()->second.missing.empty()) return std::nullopt;
  auto oldest = rounds_.extract(rounds_.begin());
  return put_together(oldest.key(), std::move(oldest.mapped()));
}

JobCheckpoint BarrierRounds::put_together(int64_t id, Round round) const {
  JobCheckpoint checkpoint{.id = id,
                           .kind = round.begin.kind,
                           .final = round.begin.final,
                           .operators = {},
                           .sources = std::move(round.begin.sources),
                           .committables = {}};
  for (size_t i = 0; i < members_.size(); ++i) {
    const auto answer = round.answers.find(static_cast<int>(i));
    if (answer != round.answers.end()) {
      for (OperatorSnapshot& snapshot : answer->second)
        checkpoint.operators.push_back(std::move(snapshot));
      continue;
    }
    for (const std::string& uid : members_[i].uids) {
      OperatorSnapshot ended{.uid = uid, .subtask = members_[i].subtask};
      ended.watermark_ms = Watermark::kMax;
      ended.ended = true;
      checkpoint.operators.push_back(std::move(ended));
    }
  }
  for (const Pending& pending : pending_)
    if (pending.prepared.epoch <= id) checkpoint.committables.push_back(pending.prepared);
  return checkpoint;
}

}  // namespace hw
