// SPDX-License-Identifier: Apache-2.0
//
// The tasklet of a vertex with inputs: takes messages from its inbox and drives its chain. Input
// is taken only when the chain has worked off everything before it and its outputs have room.

#pragma once

#include <memory>
#include <string>

#include "runtime/chain.h"
#include "runtime/inbox.h"
#include "runtime/step_clock.h"
#include "runtime/tasklet.h"

namespace hw {

struct OperatorTaskletParts {
  std::string name;
  Env* env = nullptr;
  std::vector<InputChannel> inputs;
  int num_inputs = 1;
  std::vector<std::unique_ptr<OperatorInstance>> operators;
  std::unique_ptr<ChainTail> tail;
  /// Of the first operator, or of the sink if there is none: pays for waiting.
  std::shared_ptr<OperatorMetrics> metrics;
  Alignment alignment = Alignment::kExactlyOnce;
  std::vector<OperatorSnapshot> restored;
};

class OperatorTasklet final : public Tasklet {
 public:
  /// Messages taken in one step at most.
  static constexpr int kDeliveriesMax = 8;

  explicit OperatorTasklet(OperatorTaskletParts parts);

  const std::string& name() const override { return name_; }
  Status open() override;
  Result<Progress> step() override;
  Status on_control(Control control) override;
  int64_t next_due_ms() const override { return chain_.next_due_ms(); }
  bool polls_outside() const override { return polls_outside_; }
  std::string current_operator() const override { return chain_.current_operator(); }
  void close() override;

 private:
  struct Turn {
    Progress progress;
    StepClock::Wait wait;
  };
  Result<Turn> turn();

  // Constant after construction.
  const std::string name_;
  Env& env_;
  const std::shared_ptr<OperatorMetrics> metrics_;
  // Owned by the worker's thread.
  BusyClock busy_clock_;
  StepClock step_clock_;
  const InputSelection* const selection_;  // the first operator's, or null
  Inbox inbox_;
  Chain chain_;
  std::vector<OperatorSnapshot> restored_;
  bool polls_outside_ = false;
};

}  // namespace hw
