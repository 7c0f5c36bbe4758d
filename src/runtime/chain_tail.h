// SPDX-License-Identifier: Apache-2.0
//
// Where a chain ends: an outbox with edges to other tasklets, or a sink. Operators of a chain are
// numbered from 0; -1 stands for what feeds an empty chain.

#pragma once

#include <cstdint>
#include <string>

#include "base/status.h"
#include "columnar/batch.h"
#include "runtime/message.h"

namespace hw {

class OperatorMetrics;
struct CommitPrepared;

class ChainTail {
 public:
  enum class Room : uint8_t {
    kFree,     // the operators may be called
    kFull,     // a receiver has to take something first
    kWaiting,  // the outside has to do something first
  };

  virtual ~ChainTail() = default;
  /// On the worker's thread, before the first message.
  virtual Status open() { return Status::OK(); }
  /// Passes on what waits. Takes a bounded step.
  virtual Result<Room> drain() = 0;
  /// True when nothing waits. Cheap: asked per batch.
  virtual bool has_room() const = 0;
  /// Never refuses: what finds no room waits; bounded by what one call of an operator emits.
  virtual Status on_batch(int from_operator, int port, const Batch& batch) = 0;
  virtual Status on_control(int from_operator, const Message& control) = 0;
  /// Nothing came for a moment: a sink shows what it has.
  virtual Status on_quiet() { return Status::OK(); }
  /// Sources have been told to let this barrier in. It comes through on_control, or never: when
  /// the input had ended before.
  virtual Status on_barrier_under_way(const Barrier& barrier) { return Status::OK(); }
  /// What was prepared up to a durable checkpoint is to be committed.
  virtual Status on_commit(const CommitPrepared& commit) { return Status::OK(); }
  /// Nobody wants more rows: every receiver has finished.
  virtual bool finished() const = 0;
  /// The End has come and everything before it is delivered or committed.
  virtual bool done() const = 0;
  /// Who pays for time spent here, or null: then the last operator.
  virtual OperatorMetrics* metrics() { return nullptr; }
  virtual void close() {}
};

}  // namespace hw
