// SPDX-License-Identifier: Apache-2.0
//
// Operators joined by direct calls: what one emits is the next one's on_batch, with no queue in
// between. Only when an operator further down has not finished its work (kMoreOutput, outputs
// full) do messages wait, at most those of one call; then the deepest work is done first, so
// nothing piles up. One thread touches a chain.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "runtime/busy_clock.h"
#include "runtime/chain_tail.h"
#include "runtime/operator_instance.h"

namespace hw {

class Chain {
 public:
  enum class State : uint8_t {
    kReady,    // deliver() may be called
    kBusy,     // has more to do: call advance() again
    kBlocked,  // outputs are full
    kWaiting,  // something outside has to happen
    kDone,     // ended, and everything is passed on
  };

  /// Calls of operators in one advance(): bounds a step.
  static constexpr int kCallsMax = 16;

  Chain(std::vector<std::unique_ptr<OperatorInstance>> operators, std::unique_ptr<ChainTail> tail,
        BusyClock& clock);
  ~Chain();

  /// Opens tail and operators, last first; restores those of which `restored` has snapshots. When
  /// all that it has for this chain had ended, the chain has ended.
  Status open(const std::vector<OperatorSnapshot>& restored);
  /// Works off what is pending.
  Result<State> advance();
  /// Requires: advance() said kReady just before; a second message at once waits inside.
  Status deliver(int input, Message message);
  /// Tells all operators the time; processing timers become due.
  void on_time(int64_t now_ms);
  int64_t next_due_ms() const;

  /// False once the first operator has ended or nobody below wants rows: drop the input.
  bool wants_input() const;
  /// The watermark the first operator was restored to (kNone: a fresh start).
  int64_t restored_watermark_ms() const;
  const std::string& current_operator() const { return current_operator_; }
  ChainTail& tail() { return *tail_; }
  void close();

 private:
  class Link;  // the Downstream of one operator

  OperatorInstance& instance(size_t i) { return *operators_[i]; }
  bool clear_below(size_t i) const;
  void emit_from(size_t i, Batch batch, int port);
  void forward_from(size_t i, const Message& control);
  void pass_to(size_t i, Message message);
  void note(size_t i, const Result<OperatorInstance::Turn>& turn);
  void to_tail(const Status& status);
  Status settle();
  Status open_ended();

  // Constant after open().
  std::vector<std::unique_ptr<OperatorInstance>> operators_;
  std::vector<std::unique_ptr<Link>> links_;  // one per operator
  const std::unique_ptr<ChainTail> tail_;
  BusyClock& clock_;
  // The first error of a call; Output::emit cannot return one.
  Status error_;
  std::string current_operator_;
  int finished_ = -1;   // the last operator that wants no more; those above it are to end
  bool ended_ = false;  // the End has gone into the tail (empty chain only)
  bool closed_ = false;
};

}  // namespace hw
