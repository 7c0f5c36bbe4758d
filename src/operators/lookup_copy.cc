// SPDX-License-Identifier: Apache-2.0

#include "operators/lookup_copy.h"

#include <optional>
#include <string>
#include <utility>

#include "operators/dense_input.h"
#include "state/row_log.h"

namespace hw {
namespace {

/// Batches that are read in one call.
constexpr int kReadsPerCall = 8;
/// Matches that are found in one call.
constexpr size_t kMatchesPerCall = static_cast<size_t>(kBatchRowsMax);

/// Keeps what is emitted.
class Collected final : public Output {
 public:
  void emit(Batch batch, int) override { batches.push_back(std::move(batch)); }
  std::vector<Batch> batches;
};

/// Reads a source to its end, a little at a time.
class WholeRead {
 public:
  WholeRead(const LookupCopySpec& spec, SourceContext context)
      : spec_(spec), context_(std::move(context)) {}

  Status open(OperatorContext& context) {
    HW_ASSIGN_OR_RETURN(enumerator_, spec_.source->make_enumerator(context_));
    for (const auto& make : spec_.steps) {
      HW_ASSIGN_OR_RETURN(std::unique_ptr<Operator> step, make());
      HW_TRY(step->open(context));
      steps_.push_back(std::move(step));
    }
    return Status::OK();
  }

  /// kFinished: everything was read.
  Result<Flow> poll(std::vector<Batch>& rows) {
    if (reader_ == nullptr) {
      HW_ASSIGN_OR_RETURN(const bool opened, open_next());
      if (!opened) return enumerator_->finished() ? Flow::kFinished : Flow::kWaiting;
    }
    Collected read;
    HW_ASSIGN_OR_RETURN(const Flow flow, reader_->poll(read));
    for (const Batch& batch : read.batches) HW_TRY(take(batch, rows));
    if (flow != Flow::kFinished) return flow;
    reader_.reset();
    transform_.reset();
    return Flow::kNeedInput;
  }

 private:
  Result<bool> open_next() {
    if (next_ == splits_.size()) {
      next_ = 0;
      HW_ASSIGN_OR_RETURN(splits_, enumerator_->discover());
      if (splits_.empty()) return false;
    }
    HW_ASSIGN_OR_RETURN(reader_, spec_.source->make_reader(splits_[next_++], context_));
    if (spec_.transform) {
      HW_ASSIGN_OR_RETURN(
          transform_, spec_.transform({.env = context_.env, .memory_pool = context_.memory_pool}));
    }
    return true;
  }

  Status take(const Batch& read, std::vector<Batch>& rows) {
    if (read.empty()) return Status::OK();
    HW_ASSIGN_OR_RETURN(Batch batch, read.compacted());
    if (transform_ != nullptr) {
      HW_ASSIGN_OR_RETURN(TimedBatch timed, transform_->transform(batch));
      batch = std::move(timed.batch);
    }
    std::vector<Batch> now = {std::move(batch)};
    for (const auto& step : steps_) {
      Collected made;
      for (const Batch& one : now) HW_TRY(step->on_batch(0, one, made).status());
      now = std::move(made.batches);
    }
    for (Batch& one : now) rows.push_back(std::move(one));
    return Status::OK();
  }

  const LookupCopySpec& spec_;
  const SourceContext context_;
  std::unique_ptr<SplitEnumerator> enumerator_;
  std::vector<std::unique_ptr<Operator>> steps_;
  std::vector<Split> splits_;
  size_t next_ = 0;
  std::unique_ptr<SplitReader> reader_;
  std::unique_ptr<SplitTransform> transform_;
};

class LookupCopy final : public LookupReader {
 public:
  LookupCopy(LookupCopySpec spec, OperatorContext& context)
      : spec_(std::move(spec)), context_(context) {}

  Status ask(const LookupKeys& keys) override {
    keys_ = keys;
    firsts_.clear();
    row_ = 0;
    sought_ = false;
    const int64_t now_ms = context_.now_ms();
    const bool due = rows_ != nullptr && spec_.reload.interval_ms > 0 &&
                     now_ms - read_at_ms_ >= spec_.reload.interval_ms;
    return rows_ == nullptr || due ? begin_read(now_ms) : Status::OK();
  }

  Result<Flow> poll(LookupMatches& matches) override {
    matches.rows.clear();
    matches.columns.clear();
    if (read_) {
      HW_ASSIGN_OR_RETURN(const Flow flow, read_some());
      if (flow != Flow::kFinished) return flow == Flow::kNeedInput ? Flow::kMoreOutput : flow;
    }
    if (!sought_) HW_TRY(seek());
    ids_.clear();
    list(matches.rows);
    for (int c = 0; c < spec_.schema->num_fields(); ++c) {
      HW_ASSIGN_OR_RETURN(ColumnPtr column, rows_->read(c, ids_));
      matches.columns.push_back(std::move(column));
    }
    return row_ < firsts_.size() ? Flow::kMoreOutput : Flow::kNeedInput;
  }

 private:
  Status begin_read(int64_t now_ms) {
    RowLogSpec log;
    log.columns = spec_.schema->fields();
    log.key_columns = spec_.keys;
    // The older copy goes first: two of them might not fit into memory.
    rows_.reset();
    rows_ = std::make_unique<RowLog>(std::move(log), context_.memory_pool());
    read_at_ms_ = now_ms;
    read_.emplace(spec_, SourceContext{.env = &context_.env(),
                                       .memory_pool = context_.memory_pool(),
                                       .counter = [this](std::string_view name) -> Counter& {
                                         return context_.counter(name);
                                       }});
    return read_->open(context_);
  }

  /// kFinished: the copy is complete. kNeedInput: there is more to read at once.
  Result<Flow> read_some() {
    Flow flow = Flow::kNeedInput;
    for (int i = 0; i < kReadsPerCall && flow == Flow::kNeedInput; ++i) {
      std::vector<Batch> batches;
      HW_ASSIGN_OR_RETURN(flow, read_->poll(batches));
      for (const Batch& batch : batches) HW_TRY(keep(batch));
    }
    if (flow == Flow::kFinished) {
      read_.reset();
      if (!spec_.reload.fixed_rate) read_at_ms_ = context_.now_ms();
    }
    return flow;
  }

  Status keep(const Batch& batch) {
    HW_ASSIGN_OR_RETURN(const DenseInput rows, DenseInput::of(batch));
    if (rows.num_rows() == 0) return Status::OK();
    if (!rows.insert_only()) return Status::UnknownError("a copy of a table got changes");
    std::vector<uint32_t> ids;
    return rows_->append({.columns = rows.all_columns(),
                          .num_rows = rows.num_rows(),
                          .key_hashes = nullptr,
                          .counts = {}},
                         ids);
  }

  Status seek() {
    sought_ = true;
    HW_TRY(rows_->find_chains(
        {.columns = keys_.columns, .num_rows = keys_.num_rows, .hashes = nullptr}, firsts_));
    for (const ColumnPtr& key : keys_.columns) {
      if (!key->may_have_nulls()) continue;
      for (size_t i = 0; i < firsts_.size(); ++i) {
        if (key->is_null(static_cast<int64_t>(i))) firsts_[i] = RowLog::kNoRow;
      }
    }
    if (!firsts_.empty()) next_id_ = firsts_[0];
    return Status::OK();
  }

  /// The next matches: their keys' numbers and their ids.
  void list(std::vector<int32_t>& rows) {
    const FixedColumn<uint32_t> nexts = rows_->nexts();
    while (row_ < firsts_.size()) {
      for (; next_id_ != RowLog::kNoRow && ids_.size() < kMatchesPerCall;
           next_id_ = nexts[next_id_]) {
        rows.push_back(static_cast<int32_t>(row_));
        ids_.push_back(next_id_);
      }
      if (next_id_ != RowLog::kNoRow) return;
      if (++row_ < firsts_.size()) next_id_ = firsts_[row_];
    }
  }

  const LookupCopySpec spec_;
  OperatorContext& context_;
  std::unique_ptr<RowLog> rows_;
  int64_t read_at_ms_ = 0;
  std::optional<WholeRead> read_;  // while the copy is being made
  // Of the keys asked for.
  LookupKeys keys_;
  bool sought_ = false;
  std::vector<uint32_t> firsts_;  // per key: the oldest row with it
  size_t row_ = 0;                // at work, its matches from next_id_ on
  uint32_t next_id_ = RowLog::kNoRow;
  std::vector<uint32_t> ids_;  // of the matches of one call
};

}  // namespace

Result<std::unique_ptr<LookupReader>> make_lookup_copy(const LookupCopySpec& spec,
                                                       OperatorContext& context) {
  return std::make_unique<LookupCopy>(spec, context);
}

}  // namespace hw
