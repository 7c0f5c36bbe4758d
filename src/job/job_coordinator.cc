// SPDX-License-Identifier: Apache-2.0

#include "job/job_coordinator.h"

#include <utility>

namespace hw {

JobCoordinator::JobCoordinator(int num_tasklets, int num_workers) : num_workers_(num_workers) {
  for (int tasklet = 0; tasklet < num_tasklets; ++tasklet) open_.insert(tasklet);
}

// No sink commits before all rows of the job have arrived somewhere: a failure up to then leaves
// nothing behind.
std::vector<JobCoordinator::Action> JobCoordinator::commit_if_prepared() {
  if (phase_ != Phase::kRunning || open_.empty() || prepared_ != open_) return {};
  phase_ = Phase::kCommitting;
  return {Action::kCommitSinks};
}

std::vector<JobCoordinator::Action> JobCoordinator::on_prepared(int tasklet) {
  prepared_.insert(tasklet);
  return commit_if_prepared();
}

std::vector<JobCoordinator::Action> JobCoordinator::on_done(int tasklet) {
  open_.erase(tasklet);
  prepared_.erase(tasklet);
  return commit_if_prepared();
}

std::vector<JobCoordinator::Action> JobCoordinator::on_failed(JobFailure failure) {
  if (phase_ == Phase::kCancelling || phase_ == Phase::kFinished) return {};
  // What fails after the first failure fails because of it.
  failure_ = std::move(failure);
  phase_ = Phase::kCancelling;
  return {Action::kCancelAll};
}

std::vector<JobCoordinator::Action> JobCoordinator::on_worker_stopped() {
  if (++workers_stopped_ < num_workers_) return {};
  phase_ = Phase::kFinished;
  return {Action::kFinish};
}

std::vector<JobCoordinator::Action> JobCoordinator::on_stop_requested() {
  if (phase_ != Phase::kRunning) return {};
  return {Action::kStopSources};
}

std::vector<JobCoordinator::Action> JobCoordinator::on_cancel_requested() {
  if (phase_ == Phase::kCancelling || phase_ == Phase::kFinished) return {};
  cancelled_ = true;
  phase_ = Phase::kCancelling;
  return {Action::kCancelAll};
}

Status JobCoordinator::status() const {
  if (failure_ && failure_->operator_name.empty()) return failure_->cause;
  if (failure_) return while_doing(failure_->cause, "running " + failure_->operator_name);
  return cancelled_ ? Status::Cancelled("the job was cancelled") : Status::OK();
}

}  // namespace hw
