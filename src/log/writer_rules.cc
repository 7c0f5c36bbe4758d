// SPDX-License-Identifier: Apache-2.0

#include "log/writer_rules.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "base/planted.h"
#include "log/log_error.h"

namespace hw {
namespace {

Status check_not_fenced(const TopicState& state, const WriterClaim& claim) {
  const int64_t newest = state.attempt_of(claim.identity);
  if (newest <= claim.attempt) return Status::OK();
  return log_error(LogErrorKind::kFenced, "attempt " + std::to_string(claim.attempt) + " of job '" +
                                              claim.identity.job +
                                              "' may no longer write to topic '" + claim.topic +
                                              "': attempt " + std::to_string(newest) + " does");
}

}  // namespace

Status check_claim(const TopicState& state, const WriterClaim& claim,
                   const std::vector<ClaimedPartition>& partitions) {
  HW_TRY(check_not_fenced(state, claim));
  for (const ClaimedPartition& claimed : partitions) {
    if (claimed.partition < 0 ||
        claimed.partition >= static_cast<int64_t>(state.partitions.size())) {
      return Status::KeyError("topic '", claim.topic, "' has ", state.partitions.size(),
                              " partitions, but no partition ", claimed.partition);
    }
    if (!claimed.held) continue;
    const int64_t number = state.partitions[static_cast<size_t>(claimed.partition)].writer;
    const auto found = state.writers.find(number);
    if (found == state.writers.end()) continue;
    const WriterState& owner = found->second;
    const bool same_job = owner.identity.of_job() == claim.identity.of_job();
    if (same_job && owner.attempt < claim.attempt) continue;  // it sleeps, and is fenced now
    return log_error(LogErrorKind::kHeld,
                     "partition " + std::to_string(claimed.partition) + " of topic '" +
                         claim.topic + "' has one writer at a time, which is " +
                         owner.identity.to_text() + ", process " +
                         std::to_string(owner.process_id) + " on " + owner.host);
  }
  return Status::OK();
}

Result<std::optional<TopicChange>> decide_commit(const TopicState& state, const WriterClaim& claim,
                                                 std::vector<PreparedEpoch> epochs) {
  HW_TRY(check_not_fenced(state, claim));
  std::stable_sort(epochs.begin(), epochs.end(), [](const auto& a, const auto& b) {
    return std::tie(a.epoch, a.identity) < std::tie(b.epoch, b.identity);
  });
  CommitEpochs commit;
  std::map<WriterIdentity, int64_t> settled;
  for (PreparedEpoch& epoch : epochs) {
    int64_t& last =
        settled.try_emplace(epoch.identity, state.settled_epoch(epoch.identity)).first->second;
    if (epoch.epoch <= last && !HW_PLANTED_BUG(6)) continue;
    if (epoch.previous > last) {
      return Status::Invalid("epochs of ", epoch.identity.to_text(), " in topic '", claim.topic,
                             "' must be committed in order, but epoch ", epoch.epoch,
                             " follows epoch ", epoch.previous, ", and the last one settled is ",
                             last);
    }
    for (const PreparedExtent& extent : epoch.extents) {
      if (extent.partition >= static_cast<int64_t>(state.partitions.size())) {
        return Status::Invalid("a prepared epoch names partition ", extent.partition,
                               ", but topic '", claim.topic, "' has ", state.partitions.size());
      }
    }
    last = epoch.epoch;
    commit.epochs.push_back(std::move(epoch));
  }
  if (commit.epochs.empty()) return std::nullopt;
  return TopicChange(std::move(commit));
}

Result<std::optional<TopicChange>> decide_abort(const TopicState& state, const WriterClaim& claim,
                                                const std::vector<PreparedEpoch>& epochs) {
  HW_TRY(check_not_fenced(state, claim));
  AbortEpochs abort;
  for (const PreparedEpoch& epoch : epochs) {
    if (epoch.epoch <= state.settled_epoch(epoch.identity)) continue;
    abort.epochs.push_back({.identity = epoch.identity, .epoch = epoch.epoch});
  }
  if (abort.epochs.empty()) return std::nullopt;
  return TopicChange(std::move(abort));
}

}  // namespace hw
