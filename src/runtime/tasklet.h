// SPDX-License-Identifier: Apache-2.0
//
// Everything that runs is a tasklet: an object whose step() does a bounded bit of work (target
// under 1 ms) on one thread and says how it went. A worker loops over its tasklets; a test or the
// simulator calls step() itself.

#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/status.h"
#include "runtime/message.h"
#include "runtime/source.h"

namespace hw {

enum class Progress : uint8_t {
  kIdle,  // nothing could be done
  kBusy,  // something was done: call again soon
  kDone,  // finished for good: never call again
};

/// A split and where its reading goes on.
struct DealtSplit {
  Split split;
  std::optional<std::string> position;  // none: from its beginning
  int64_t watermark_ms = Watermark::kNone;
};

/// Deals splits to a source tasklet. `no_more`: these were the last.
struct DealSplits {
  std::vector<DealtSplit> splits;
  bool no_more = false;
};
/// A clean stop: a source reads no further and sends End (time does not jump to its end).
struct StopReading {};
/// A source lets this barrier into its outputs between two polls; behind one that stops the job it
/// ends. A sink whose input has ended answers at once: no barrier will come through its channels.
struct InjectBarrier {
  Barrier barrier;
  /// A last watermark goes before it, so that all windows fire.
  bool drain = false;
};
/// A sink commits what it has prepared up to a checkpoint that is durable. Without checkpoints: all
/// sinks have prepared.
struct CommitPrepared {
  int64_t up_to = std::numeric_limits<int64_t>::max();
  /// Nothing comes after it: the sink is done.
  bool last = true;
  /// What other instances of the sink have prepared for these epochs, where one commits for all.
  struct Prepared {
    int64_t epoch = 0;
    std::string committable;
  };
  std::vector<Prepared> of_others = {};
};

/// What the job tells a tasklet; it arrives through the worker's mailbox, before data.
using Control = std::variant<DealSplits, StopReading, InjectBarrier, CommitPrepared>;

class Tasklet {
 public:
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

  virtual ~Tasklet() = default;
  /// `Source(orders) -> Calc [2/4]`.
  virtual const std::string& name() const = 0;
  /// Once, on the worker's thread, before the first step.
  virtual Status open() { return Status::OK(); }
  /// An error fails the job.
  virtual Result<Progress> step() = 0;
  /// Ignores what does not concern it.
  virtual Status on_control(Control control) { return Status::OK(); }
  /// Wall clock at which an idle tasklet wants to be stepped again (timers), or kNever.
  virtual int64_t next_due_ms() const { return kNever; }
  /// True while it waits for something that will not wake its worker (a socket, a file).
  virtual bool polls_outside() const { return false; }
  /// The operator at work or last at work, for error reports.
  virtual std::string current_operator() const { return name(); }
  /// Always and last, after an error or cancellation too. A sink drops what is not committed.
  virtual void close() {}
};

}  // namespace hw
