// SPDX-License-Identifier: Apache-2.0
//
// Where rows leave. A two-phase sink prepares an epoch (bytes in the checkpoint) and commits it
// after the checkpoint is durable; commit may be repeated. A sink that cannot do two phases
// implements write() and flush() and says "at least once" in its guarantee.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "columnar/batch.h"
#include "columnar/row_kind.h"
#include "runtime/operator.h"

namespace hw {

/// What a prepared epoch hands back; opaque bytes of the sink.
using Committable = std::string;

enum class Guarantee : uint8_t { kNone, kAtLeastOnce, kExactlyOnce };
std::string_view to_text(Guarantee guarantee);

/// What lowering asks a connector for.
struct SinkRequest {
  std::string table;  // full name, for messages
  /// Columns in the order in which batches bring them: physical, then persisted metadata columns.
  SchemaPtr schema;
  std::vector<std::string> metadata_keys;  // of the last columns
  std::vector<int> primary_key;
  std::vector<std::string> partition_keys;
  /// Kinds that the plan will send.
  RowKindSet changelog;
  bool bounded_input = false;
  bool overwrite = false;
  /// What the job's checkpoints can promise: kNone without any.
  Guarantee job_guarantee = Guarantee::kNone;
  std::string time_zone = "UTC";
};

/// Belongs to one subtask; one thread at a time.
class SinkWriter {
 public:
  virtual ~SinkWriter() = default;
  /// Dense or selected batches with row kinds.
  virtual Status write(const Batch& batch) = 0;
  /// No row at or below this time is expected any more.
  virtual Status on_watermark(int64_t watermark_ms) { return Status::OK(); }
  /// No further row comes: what the next prepare() returns is all there is.
  virtual Status on_end() { return Status::OK(); }
  /// False: what was written waits for the outside (a full disk), and no further row should come.
  /// Asked after a write and, while it is false, again and again; each time it tries once more.
  virtual Result<bool> has_room() { return true; }
  /// Makes what was written visible as far as the sink has no second phase (print: flushes).
  virtual Status flush() { return Status::OK(); }
  /// Ends the epoch of `checkpoint`. Without checkpoints called once at a clean end. A
  /// CapacityError changes nothing: it is called again once has_room() is true.
  virtual Result<std::vector<Committable>> prepare(int64_t checkpoint) {
    return std::vector<Committable>{};
  }
  virtual Status commit(const Committable& committable) { return Status::OK(); }
  /// After a restore, before the first row: committables that the checkpoint still held.
  virtual Status recover(std::span<const Committable> pending) { return Status::OK(); }
  /// After a failure or cancellation: removes what nobody will commit.
  virtual void abort() {}
};

struct SinkContext {
  Env* env = nullptr;
  arrow::MemoryPool* memory_pool = nullptr;
  int subtask = 0;
  int parallelism = 1;
  /// Identity of the output: part names are made of these.
  std::string job;
  /// Tells the sinks of one job apart: the table's name, with `-2` … where it is written twice.
  std::string sink;
  int64_t generation = 0;
  int64_t attempt = 0;
  /// The writer may have threads of its own; else (tests, simulation) it does everything at once.
  bool threads = false;
};

class Sink {
 public:
  virtual ~Sink() = default;
  /// Kinds it takes; planning refuses others. With +U but no -U: a -U may come, it means -D.
  virtual RowKindSet accepts() const { return RowKindSet::insert_only(); }
  virtual Guarantee guarantee() const = 0;
  /// Columns of the request whose equal rows one writer must get; empty: rows come as they come.
  virtual std::vector<int> partition_by() const { return {}; }
  /// All rows go to one writer, whatever the job's parallelism: what it prepares becomes visible
  /// at once.
  virtual bool one_writer() const { return false; }
  virtual Result<std::unique_ptr<SinkWriter>> make_writer(const SinkContext& context) = 0;
  /// The newest epoch of the context's generation that anybody can see, 0 = none; no value = it
  /// cannot tell. Asked before a job goes on from a checkpoint older than the newest. Once it has
  /// answered, no attempt below the context's shows anything more: the answer stays true.
  virtual Result<std::optional<int64_t>> newest_shown_epoch(const SinkContext& context) {
    return std::optional<int64_t>();
  }
  virtual Description describe() const = 0;
};

}  // namespace hw
