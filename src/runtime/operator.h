// SPDX-License-Identifier: Apache-2.0
//
// The contract between an operator and its driver. The driver (a chain inside an operator
// tasklet, or the test harness) owns flow, alignment, watermark merging and snapshots; an
// operator only sees batches, risen watermarks, due timers and ends. One thread touches it.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "columnar/batch.h"
#include "runtime/message.h"

namespace arrow {
class MemoryPool;
}

namespace hw {

class Env;
class StateStore;

/// What an operator says after each call.
enum class Flow : uint8_t {
  kNeedInput,   // done with what it was given
  kMoreOutput,  // has more to emit: the driver calls the same method again when there is room
                // (on_batch with the same batch)
  kWaiting,     // cannot go on until something outside happens; the driver asks again later
  kFinished,    // wants no more input of any kind (LIMIT reached); sources may stop
};

/// Where an operator's rows go. Port 0 is the main output; late, error and side outputs follow.
/// An operator emits a bounded amount per call (a few batches) and says kMoreOutput.
class Output {
 public:
  virtual ~Output() = default;
  virtual void emit(Batch batch, int port = 0) = 0;
};

enum class TimeDomain : uint8_t { kEvent, kProcessing };

struct Timer {
  int64_t due_ms = 0;
  TimeDomain domain = TimeDomain::kEvent;
};

/// A counter that an operator registers once and adds to. Read by other threads.
class Counter {
 public:
  virtual ~Counter() = default;
  virtual void add(int64_t n) = 0;
};

/// What an operator is, for EXPLAIN, metrics and the user interface: short stable name and
/// details in a stable order.
struct Description {
  std::string name;
  std::vector<std::pair<std::string, std::string>> details;
};

/// What the driver hands to open(). Outlives the operator.
class OperatorContext {
 public:
  virtual ~OperatorContext() = default;
  virtual StateStore& state() = 0;
  virtual Env& env() = 0;
  virtual arrow::MemoryPool* memory_pool() = 0;
  virtual int subtask() const = 0;
  virtual int parallelism() const = 0;
  /// Processing time, ms since the epoch; from Env, fixed during one call of the operator.
  virtual int64_t now_ms() const = 0;
  /// The merged watermark that the operator has been told last (Watermark::kNone at first).
  virtual int64_t watermark_ms() const = 0;
  /// Asks for on_timer at or after `due_ms`. Event timers fire before on_watermark of the
  /// watermark that reaches them is forwarded. Equal requests are one. Timers are state.
  virtual void set_timer(Timer timer) = 0;
  /// Makes or finds a counter, e.g. "late_rows_dropped".
  virtual Counter& counter(std::string_view name) = 0;
  /// True in `execution.runtime-mode` = batch: emit at the end, no changelog.
  virtual bool batch_mode() const = 0;
  /// Rows to put into one emitted batch, and reason to say kMoreOutput: operators that make rows
  /// (joins, windows that fire) cut by it, so that tests can make every output tiny. An update
  /// pair may go one row above it.
  virtual int64_t output_rows_max() const { return kBatchRowsMax; }
};

/// Writes and reads what is not in registered state (usually nothing): named byte strings.
class SnapshotWriter {
 public:
  virtual ~SnapshotWriter() = default;
  virtual void put(std::string_view name, std::string bytes) = 0;
};
class SnapshotReader {
 public:
  virtual ~SnapshotReader() = default;
  /// One entry per old instance that had it (parallelism may differ).
  virtual std::vector<std::string> get(std::string_view name) const = 0;
};

class Operator {
 public:
  virtual ~Operator() = default;

  /// Once, before restore and the first message: registers state, timers, counters by name.
  virtual Status open(OperatorContext& context) { return Status::OK(); }
  /// There is room on every output edge. `input` numbers the operator's inputs from 0.
  virtual Result<Flow> on_batch(int input, const Batch& batch, Output& output) = 0;
  /// The minimum over the non-idle inputs rose. The driver forwards the watermark after
  /// kNeedInput.
  virtual Result<Flow> on_watermark(Watermark watermark, Output& output) {
    return Flow::kNeedInput;
  }
  virtual Result<Flow> on_timer(Timer timer, Output& output) { return Flow::kNeedInput; }
  /// That input ended. The End goes on when the last input's call said kNeedInput.
  virtual Result<Flow> on_end(int input, Output& output) { return Flow::kNeedInput; }
  /// Between messages: only what is not in registered state.
  virtual Status snapshot(SnapshotWriter& writer) { return Status::OK(); }
  virtual Status restore(SnapshotReader& reader) { return Status::OK(); }
  /// Always, even after a failure.
  virtual void close() {}
  virtual Description describe() const = 0;
};

/// Optional ability, found once by dynamic_cast when the tasklet is built: which inputs the
/// operator wants now (bit i = input i), asked before each delivery. A join that builds first.
class InputSelection {
 public:
  virtual ~InputSelection() = default;
  virtual uint32_t wanted_inputs() const = 0;
};

}  // namespace hw
