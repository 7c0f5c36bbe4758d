// SPDX-License-Identifier: Apache-2.0

#include "operators/multi_join.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/assert.h"
#include "base/memory.h"
#include "columnar/gather.h"
#include "operators/dense_input.h"
#include "operators/join_pairs.h"
#include "operators/output_queue.h"
#include "runtime/operator.h"
#include "state/keyed_table.h"
#include "state/row_log.h"
#include "state/state_store.h"

namespace hw {
namespace {

/// Rows that are made in one step.
constexpr size_t kRowsPerStep = static_cast<size_t>(kBatchRowsMax);
/// Rows looked at in one step, if they make nothing.
constexpr int kLooksPerStep = 4 * kBatchRowsMax;

class MultiJoin final : public Operator {
 public:
  explicit MultiJoin(MultiJoinSpec spec) : spec_(std::move(spec)) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    for (size_t i = 0; i < spec_.inputs.size(); ++i) {
      logs_.push_back(&context.state().row_log("input_" + std::to_string(i), log_spec(i)));
    }
    TableSchema keys;
    for (const int column : spec_.inputs[0].side.keys) {
      keys.keys.push_back(spec_.inputs[0].side.schema->fields()[static_cast<size_t>(column)]);
    }
    batch_keys_.emplace(std::move(keys), context.memory_pool());
    return Status::OK();
  }

  Result<Flow> on_batch(int input, const Batch& batch, Output& output) override {
    if (!work_ && queue_.empty()) HW_TRY(start(input, batch));
    if (queue_.empty() && work_) HW_TRY(step());
    return queue_.flush(output, context_->output_rows_max(),
                        work_ ? Flow::kMoreOutput : Flow::kNeedInput);
  }

  Description describe() const override {
    std::string keys;
    for (size_t k = 0; k < spec_.inputs[0].side.keys.size(); ++k) {
      keys += keys.empty() ? "" : ", ";
      for (size_t i = 0; i < spec_.inputs.size(); ++i) {
        const JoinSide& side = spec_.inputs[i].side;
        keys += (i == 0 ? "" : " = ") + side.schema->name(side.keys[k]);
      }
    }
    return {.name = "MultiJoin", .details = {{"keys", keys}}};
  }

 private:
  /// What an arriving row stands for: itself, or the NULLs that stood for its input.
  struct Piece {
    int32_t row;  // -1: NULLs
    RowKind kind;
  };
  /// The work on one arriving batch. Its rows meet what the other inputs keep; only then are they
  /// kept themselves.
  struct Work {
    size_t input;
    DenseInput rows;
    std::vector<std::vector<uint32_t>> firsts;  // [input][row]: the oldest kept row of the key
    std::vector<uint8_t> has_null;              // per row
    std::vector<uint32_t> keys;   // outer input: per row its number among the batch's keys,
    std::vector<int64_t> counts;  // and how many rows of a key stand (no more than matter)
    size_t row = 0;               // at work: its pieces from `piece` on
    std::vector<Piece> pieces = {};
    size_t piece = 0;
    std::vector<uint32_t> ids = {};  // by input: the combination that is next
    bool in_update = false;          // the row before was the -U of this one
  };

  RowLogSpec log_spec(size_t input) const {
    const JoinSide& side = spec_.inputs[input].side;
    RowLogSpec spec;
    spec.columns = side.schema->fields();
    spec.key_columns = side.keys;
    spec.erasable = side.retracts;
    if (join_state_form(side, false) != JoinStateForm::kRows) {
      spec.unique_columns = side.unique_key;
    }
    return spec;
  }

  Status start(int input, const Batch& batch) {
    HW_ASSIGN_OR_RETURN(DenseInput rows, DenseInput::of(batch));
    const auto number = static_cast<size_t>(input);
    if (!rows.insert_only() && !spec_.inputs[number].side.retracts) {
      return Status::UnknownError("a join planned for inserts got changes");
    }
    Work work{.input = number,
              .rows = std::move(rows),
              .firsts = {},
              .has_null = {},
              .keys = {},
              .counts = {}};
    const std::vector<int>& key_columns = spec_.inputs[number].side.keys;
    const std::vector<ColumnPtr> keys = work.rows.columns(key_columns);
    const KeyColumns looked_up{.columns = keys,
                               .num_rows = work.rows.num_rows(),
                               .hashes = work.rows.hashes_of(key_columns)};
    work.has_null.assign(static_cast<size_t>(work.rows.num_rows()), 0);
    for (const ColumnPtr& key : keys) {
      for (int64_t i = 0; key->may_have_nulls() && i < work.rows.num_rows(); ++i) {
        if (key->is_null(i)) work.has_null[static_cast<size_t>(i)] = 1;
      }
    }
    work.firsts.resize(logs_.size());
    for (size_t i = 0; i < logs_.size(); ++i) {
      if (i == number && !spec_.inputs[i].outer) continue;
      HW_TRY(logs_[i]->find_chains(looked_up, work.firsts[i]));
      for (size_t r = 0; r < work.has_null.size(); ++r) {
        if (work.has_null[r] != 0) work.firsts[i][r] = RowLog::kNoRow;
      }
    }
    if (spec_.inputs[number].outer) HW_TRY(count_own_rows(looked_up, work));
    if (work.rows.num_rows() == 0) return Status::OK();
    work_ = std::move(work);
    begin_row(*work_);
    return Status::OK();
  }

  /// How many rows of each of the batch's keys stand, counted up to what the batch could take back.
  Status count_own_rows(const KeyColumns& keys, Work& work) {
    batch_keys_->clear();
    HW_TRY(batch_keys_->find_or_insert(keys, work.keys, nullptr));
    std::vector<int64_t> rows_of_key(batch_keys_->end_row(), 0);
    for (const uint32_t key : work.keys) ++rows_of_key[key];
    work.counts.assign(rows_of_key.size(), -1);
    const std::vector<uint32_t>& firsts = work.firsts[work.input];
    for (size_t r = 0; r < firsts.size(); ++r) {
      int64_t& count = work.counts[work.keys[r]];
      if (count >= 0) continue;
      count = 0;
      for (uint32_t id = firsts[r]; id != RowLog::kNoRow && count <= rows_of_key[work.keys[r]];
           id = logs_[work.input]->next(id)) {
        ++count;
      }
    }
    return Status::OK();
  }

  /// Lists the pieces of the row at work.
  void begin_row(Work& work) const {
    const auto row = static_cast<int32_t>(work.row);
    const RowKind kind = work.rows.row_kind(row);
    const bool appears = !is_retraction(kind);
    work.pieces.clear();
    work.piece = 0;
    const bool second_half = std::exchange(work.in_update, false);
    if (spec_.inputs[work.input].outer) {
      if (work.has_null[work.row] != 0) return;
      int64_t& count = work.counts[work.keys[work.row]];
      const bool first_half = kind == RowKind::kUpdateBefore && starts_update(work);
      const bool only = appears ? count == 0 : count == 1;
      count += appears ? 1 : -1;
      work.in_update = first_half;
      if (only && appears && !second_half) work.pieces.push_back({-1, RowKind::kDelete});
      work.pieces.push_back({row, appears ? RowKind::kInsert : RowKind::kDelete});
      if (only && !appears && !first_half) work.pieces.push_back({-1, RowKind::kInsert});
    } else {
      work.pieces.push_back({row, appears ? RowKind::kInsert : RowKind::kDelete});
    }
    if (!begin_combinations(work)) work.pieces.clear();
  }

  static bool starts_update(const Work& work) {
    const size_t next = work.row + 1;
    return next < work.keys.size() && work.keys[next] == work.keys[work.row] &&
           work.rows.row_kind(static_cast<int64_t>(next)) == RowKind::kUpdateAfter;
  }

  /// The first combination of the others' rows; false where there is none.
  bool begin_combinations(Work& work) const {
    work.ids.assign(logs_.size(), RowLog::kNoRow);
    for (size_t i = 0; i < logs_.size(); ++i) {
      if (i == work.input) continue;
      work.ids[i] = work.firsts[i][work.row];
      if (work.ids[i] == RowLog::kNoRow && !spec_.inputs[i].outer) return false;
    }
    return true;
  }

  /// False after the last one, with the first one at hand.
  bool next_combination(Work& work) const {
    for (size_t i = logs_.size(); i-- > 0;) {
      if (i == work.input || work.ids[i] == RowLog::kNoRow) continue;
      work.ids[i] = logs_[i]->next(work.ids[i]);
      if (work.ids[i] != RowLog::kNoRow) return true;
      work.ids[i] = work.firsts[i][work.row];
    }
    return false;
  }

  /// Makes the next rows. Ends the work after its last row.
  Status step() {
    Work& work = *work_;
    rows_.clear();
    kinds_.clear();
    ids_.assign(logs_.size(), {});
    for (int looks = 0; looks < kLooksPerStep && rows_.size() < kRowsPerStep;) {
      if (work.piece == work.pieces.size()) {
        ++looks;
        if (++work.row == work.has_null.size()) break;
        begin_row(work);
        continue;
      }
      rows_.push_back(work.pieces[work.piece].row);
      kinds_.push_back(work.pieces[work.piece].kind);
      for (size_t i = 0; i < ids_.size(); ++i) {
        const uint32_t id = work.ids[i];
        ids_[i].push_back(id == RowLog::kNoRow ? -1 : static_cast<int32_t>(id));
      }
      if (!next_combination(work)) ++work.piece;
    }
    if (!rows_.empty()) HW_TRY(queue_rows(work));
    if (work.row < work.has_null.size()) return Status::OK();
    const Status kept = keep(work);
    work_.reset();
    return kept;
  }

  Status queue_rows(const Work& work) {
    std::vector<ColumnPtr> columns;
    for (const MultiJoinColumn& from : spec_.output_columns) {
      const auto input = static_cast<size_t>(from.input);
      ColumnPtr values;
      if (input == work.input) {
        HW_ASSIGN_OR_RETURN(values, gather(*work.rows.column(from.column), rows_));
      } else {
        HW_ASSIGN_OR_RETURN(values, kept_column(*logs_[input], from.column, ids_[input]));
      }
      const SqlType& type = spec_.output->type(static_cast<int>(columns.size()));
      if (!(values->type() == type)) values = values->with_type(type);
      columns.push_back(std::move(values));
    }
    const bool insert_only = std::all_of(kinds_.begin(), kinds_.end(),
                                         [](RowKind kind) { return kind == RowKind::kInsert; });
    queue_.push(Batch(spec_.output, std::move(columns), static_cast<int64_t>(rows_.size()),
                      insert_only ? nullptr : std::make_shared<std::vector<RowKind>>(kinds_)));
    return Status::OK();
  }

  /// Keeps the rows for the others' sake; those with NULL in their key match nothing.
  Status keep(const Work& work) {
    DenseInput rows = work.rows;
    std::vector<int32_t> kept;
    for (size_t r = 0; r < work.has_null.size(); ++r) {
      if (work.has_null[r] == 0) kept.push_back(static_cast<int32_t>(r));
    }
    if (kept.empty()) return Status::OK();
    if (kept.size() < work.has_null.size()) {
      HW_ASSIGN_OR_RETURN(rows, work.rows.gathered(kept));
    }
    std::vector<uint32_t> ids;
    const std::vector<int8_t> signs = rows.signs();
    const RowLog::Rows added{.columns = rows.all_columns(),
                             .num_rows = rows.num_rows(),
                             .key_hashes = rows.hashes_of(spec_.inputs[work.input].side.keys),
                             .counts = {}};
    RowLog& log = *logs_[work.input];
    return signs.empty() ? log.append(added, ids) : log.apply(added, signs, ids);
  }

  const MultiJoinSpec spec_;
  OperatorContext* context_ = nullptr;
  std::vector<RowLog*> logs_;
  std::optional<KeyedTable> batch_keys_;  // of the batch at hand: no state
  std::optional<Work> work_;
  // Rows that are being made.
  std::vector<int32_t> rows_;
  std::vector<RowKind> kinds_;
  std::vector<std::vector<int32_t>> ids_;  // [input]
  OutputQueue queue_;
};

}  // namespace

std::unique_ptr<Operator> make_multi_join(MultiJoinSpec spec) {
  HW_CHECK(spec.inputs.size() >= 2 && spec.inputs.size() <= kMultiJoinInputsMax);
  HW_CHECK(!spec.inputs[0].outer);
  return std::make_unique<MultiJoin>(std::move(spec));
}

}  // namespace hw
