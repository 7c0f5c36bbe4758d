// SPDX-License-Identifier: Apache-2.0

#include "operators/lookup_copy.h"

#include <optional>
#include <string>
#include <utility>

#include "operators/dense_input.h"
#include "operators/lookup_chains.h"
#include "state/row_log.h"

namespace hw {
namespace {

/// Batches that are read in one call.
constexpr int kReadsPerCall = 8;

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
    sought_ = false;
    const int64_t now_ms = context_.now_ms();
    return rows_ == nullptr || is_due(now_ms) ? begin_read(now_ms) : Status::OK();
  }

  Result<Flow> poll(LookupMatches& matches) override {
    matches.rows.clear();
    matches.columns.clear();
    if (read_) {
      HW_ASSIGN_OR_RETURN(const Flow flow, read_some());
      if (flow != Flow::kFinished) return flow == Flow::kNeedInput ? Flow::kMoreOutput : flow;
    }
    if (!sought_) HW_TRY(chains_.begin(keys_, *rows_));
    sought_ = true;
    return chains_.next(*rows_, matches);
  }

 private:
  bool is_due(int64_t now_ms) const {
    if (spec_.reload.each_time) return true;
    if (due_ms_) return now_ms >= *due_ms_;
    return spec_.reload.interval_ms > 0 && now_ms - read_at_ms_ >= spec_.reload.interval_ms;
  }

  Status begin_read(int64_t now_ms) {
    if (spec_.reload.timetable) due_ms_ = spec_.reload.timetable(due_ms_, now_ms);
    if (spec_.reload.each_time && !spec_.keys.empty()) HW_TRY(want_keys());
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

  /// Rows of other keys will not be kept.
  Status want_keys() {
    RowLogSpec log;
    for (size_t i = 0; i < spec_.keys.size(); ++i) {
      log.columns.push_back(spec_.schema->field(spec_.keys[i]));
      log.key_columns.push_back(static_cast<int>(i));
    }
    wanted_ = std::make_unique<RowLog>(std::move(log), context_.memory_pool());
    std::vector<uint32_t> ids;
    return wanted_->append(
        {.columns = keys_.columns, .num_rows = keys_.num_rows, .key_hashes = nullptr, .counts = {}},
        ids);
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
    HW_ASSIGN_OR_RETURN(DenseInput rows, DenseInput::of(batch));
    if (!rows.insert_only()) return Status::UnknownError("a copy of a table got changes");
    if (wanted_ != nullptr) {
      HW_ASSIGN_OR_RETURN(rows, wanted_rows(rows));
    }
    if (rows.num_rows() == 0) return Status::OK();
    std::vector<uint32_t> ids;
    return rows_->append({.columns = rows.all_columns(),
                          .num_rows = rows.num_rows(),
                          .key_hashes = nullptr,
                          .counts = {}},
                         ids);
  }

  Result<DenseInput> wanted_rows(const DenseInput& rows) {
    const std::vector<ColumnPtr> keys = rows.columns(spec_.keys);
    std::vector<uint32_t> found;
    HW_TRY(wanted_->find_chains({.columns = keys, .num_rows = rows.num_rows(), .hashes = nullptr},
                                found));
    std::vector<int32_t> numbers;
    for (size_t i = 0; i < found.size(); ++i) {
      if (found[i] != RowLog::kNoRow) numbers.push_back(static_cast<int32_t>(i));
    }
    return rows.gathered(numbers);
  }

  const LookupCopySpec spec_;
  OperatorContext& context_;
  std::unique_ptr<RowLog> rows_;
  int64_t read_at_ms_ = 0;
  std::optional<int64_t> due_ms_;   // by the timetable
  std::optional<WholeRead> read_;   // while the copy is being made
  std::unique_ptr<RowLog> wanted_;  // each time: the keys asked for
  LookupKeys keys_;
  bool sought_ = false;
  LookupChains chains_;
};

}  // namespace

Result<std::unique_ptr<LookupReader>> make_lookup_copy(const LookupCopySpec& spec,
                                                       OperatorContext& context) {
  return std::make_unique<LookupCopy>(spec, context);
}

}  // namespace hw
