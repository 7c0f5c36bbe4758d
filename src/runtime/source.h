// SPDX-License-Identifier: Apache-2.0
//
// Where rows enter. A source finds splits (SplitEnumerator, one per source) and reads them
// (SplitReader, many side by side on few threads). A position is opaque bytes kept in the
// checkpoint; a foreign system's own bookkeeping is never trusted for correctness.

#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "columnar/batch.h"
#include "columnar/row_kind.h"
#include "runtime/operator.h"

namespace hw {

/// `column <op> literal`, pushed down to a source as plain data. The source may use it to skip
/// rows; the plan still filters.
struct PushedPredicate {
  enum class Op : uint8_t {
    kEqual,
    kNotEqual,
    kLess,
    kLessEqual,
    kGreater,
    kGreaterEqual,
    kIsNull,
    kIsNotNull
  };
  std::string column;
  Op op = Op::kEqual;
  ColumnPtr literal;  // one row; null for kIsNull and kIsNotNull
};

/// What lowering asks a connector for.
struct ScanRequest {
  /// Columns to produce in this order: physical columns by name and metadata columns
  /// (`metadata_key` not empty).
  struct Column {
    std::string name;
    SqlType type;
    std::string metadata_key;
  };
  std::vector<Column> columns;
  /// All physical columns of the table as declared (formats like csv need their order).
  SchemaPtr physical;
  std::vector<int> primary_key;  // of `physical`
  std::vector<std::string> partition_keys;
  std::vector<PushedPredicate> predicates;
  std::optional<int64_t> limit;
  /// Keep the source's total order in one split: a streaming table with a WATERMARK.
  bool one_split = false;
  bool batch_mode = false;
  /// Read what is there when the job starts, then end: bounded() is true. Positions go on where
  /// another run of the same source, bounded or not, left off (Source::grows(),
  /// SplitReader::may_grow()).
  bool available_now = false;
  /// A run may go on where another one left off. If not, readers are not asked for positions.
  bool may_go_on = true;
  int parallelism = 1;
  std::string time_zone = "UTC";
};

/// A part of a source that is read on its own. Plain data, in checkpoints.
struct Split {
  std::string id;          // unique in its source, for people: `data/a.json`
  std::string descriptor;  // opaque to all but the connector
};

/// Told to the user while bounded work goes on.
struct ReadProgress {
  int64_t bytes_done = 0;
  int64_t bytes_total = 0;  // 0 = unknown
};

class SplitReader {
 public:
  virtual ~SplitReader() = default;
  /// Emits up to about one batch (port 0). kNeedInput = may have more at once; kWaiting = nothing
  /// just now; kFinished = the split has ended. Never blocks longer than a bounded read.
  virtual Result<Flow> poll(Output& output) = 0;
  /// Where the next poll goes on: after every row emitted so far. "Nothing read yet" is a
  /// position too.
  virtual Result<std::string> position() const = 0;
  virtual Status seek(const std::string& position) = 0;
  /// position() was asked for the sake of this checkpoint. For what the outside is told of its
  /// readers; what is told comes when the checkpoint is on disk (SplitEnumerator::on_published()).
  virtual void on_barrier(int64_t checkpoint) {}
  virtual ReadProgress progress() const { return {}; }
  /// After kFinished of a source made for `available_now`: true when the split may get more rows,
  /// so that a later run goes on at position() (a partition); false when it never will (a file).
  virtual bool may_grow() const { return false; }
  /// The source's own watermark for SOURCE_WATERMARK(), if it has one.
  virtual std::optional<int64_t> source_watermark() const { return std::nullopt; }
};

class SplitEnumerator {
 public:
  virtual ~SplitEnumerator() = default;
  /// Returns splits not returned before. Called at start and, while !finished(), again from time
  /// to time. Requires no order between instances; the caller deals splits out.
  virtual Result<std::vector<Split>> discover() = 0;
  /// True when there will be no further splits.
  virtual bool finished() const = 0;
  virtual Result<std::string> position() const { return std::string(); }
  virtual Status seek(const std::string& position) { return Status::OK(); }
  /// Checkpoints up to this one are on disk; kAllDone: the job has ended well. It must not matter
  /// whether this is heard: a job may be killed before it.
  static constexpr int64_t kAllDone = std::numeric_limits<int64_t>::max();
  virtual void on_published(int64_t checkpoint) {}
};

/// What readers and enumerators may touch of the outside.
struct SourceContext {
  Env* env = nullptr;
  arrow::MemoryPool* memory_pool = nullptr;
  /// Counts what is skipped, malformed, …: visible at the end and in metrics.
  std::function<Counter&(std::string_view)> counter;
};

/// One table's source, made from its options at planning time.
class Source {
 public:
  virtual ~Source() = default;
  virtual bool bounded() const = 0;
  /// Kinds of rows it may emit.
  virtual RowKindSet changelog() const { return RowKindSet::insert_only(); }
  /// Made for `available_now`: true when there may be more in a later run, splits or rows of
  /// splits. Its enumerator is then asked again, from its position.
  virtual bool grows() const { return false; }
  /// False when a restart cannot read rows again (socket): at most once, said in EXPLAIN.
  virtual bool replayable() const { return true; }
  virtual Result<std::unique_ptr<SplitEnumerator>> make_enumerator(const SourceContext&) = 0;
  /// Called from any worker thread; the reader then belongs to that worker.
  virtual Result<std::unique_ptr<SplitReader>> make_reader(const Split& split,
                                                           const SourceContext&) = 0;
  virtual Description describe() const = 0;
};

}  // namespace hw
