// SPDX-License-Identifier: Apache-2.0

#include "operators/lookup_join.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "base/assert.h"
#include "columnar/gather.h"
#include "expr/evaluator.h"
#include "operators/dense_input.h"
#include "operators/output_queue.h"
#include "runtime/operator.h"

namespace hw {
namespace {

class LookupJoin final : public Operator {
 public:
  LookupJoin(LookupJoinSpec spec, std::optional<Evaluator> residual, SchemaPtr joined)
      : spec_(std::move(spec)), residual_(std::move(residual)), joined_(std::move(joined)) {
    if (spec_.residual) residual_columns_ = columns_read(*spec_.residual);
  }

  Status open(OperatorContext& context) override {
    context_ = &context;
    HW_ASSIGN_OR_RETURN(reader_, spec_.reader(context));
    return Status::OK();
  }

  Result<Flow> on_batch(int, const Batch& batch, Output& output) override {
    Flow flow = Flow::kMoreOutput;
    if (!work_ && queue_.empty()) HW_TRY(start(batch));
    if (work_ && queue_.empty()) {
      HW_ASSIGN_OR_RETURN(flow, step());
    }
    if (!queue_.empty()) {
      return queue_.flush(output, context_->output_rows_max(),
                          work_ ? Flow::kMoreOutput : Flow::kNeedInput);
    }
    return work_ ? flow : Flow::kNeedInput;
  }

  Description describe() const override {
    return {.name = "LookupJoin",
            .details = {{"type", spec_.kind == JoinKind::kLeft ? "LEFT" : "INNER"}}};
  }

 private:
  /// The batch at hand while its rows are looked up.
  struct Work {
    DenseInput rows;
    std::vector<ColumnPtr> keys;
    /// All of its matches so far, where they are needed together.
    std::vector<LookupMatches> found;
    int64_t next = 0;      // rows before it are out, or have none
    bool matched = false;  // row `next` has a match that is out
  };

  /// Rows of the batch beside rows that were found; -1 = none.
  struct Picked {
    std::vector<int32_t> rows;
    std::vector<int32_t> found;
  };

  Status start(const Batch& batch) {
    HW_ASSIGN_OR_RETURN(DenseInput rows, DenseInput::of(batch));
    if (rows.num_rows() == 0) return Status::OK();
    Work work{.rows = std::move(rows), .keys = {}, .found = {}};
    work.keys = work.rows.columns(spec_.keys);
    work_ = std::move(work);
    return reader_->ask({.columns = work_->keys, .num_rows = work_->rows.num_rows()});
  }

  /// Takes the next answer and queues what it leads to. Ends the work after the last one.
  Result<Flow> step() {
    LookupMatches matches;
    HW_ASSIGN_OR_RETURN(const Flow flow, reader_->poll(matches));
    const bool last = flow == Flow::kNeedInput;
    if (matches.rows.empty()) matches.columns = no_rows();
    // Whether an update stays one depends on how many rows each of its halves finds.
    const bool together = !work_->rows.insert_only();
    if (together) {
      if (!matches.rows.empty()) work_->found.push_back(std::move(matches));
      if (!last) return flow;
      HW_ASSIGN_OR_RETURN(matches, all_found());
    } else if (matches.rows.empty() && !last) {
      return flow;
    }
    HW_TRY(show(matches, last));
    if (last) work_.reset();
    return flow;
  }

  std::vector<ColumnPtr> no_rows() const {
    std::vector<ColumnPtr> columns;
    for (const SqlField& field : spec_.found->fields()) {
      columns.push_back(Column::nulls(field.type.with_nullable(true), 0));
    }
    return columns;
  }

  Result<LookupMatches> all_found() {
    LookupMatches all;
    if (work_->found.size() == 1) return std::move(work_->found[0]);
    if (work_->found.empty()) all.columns = no_rows();
    if (work_->found.empty()) return all;
    for (int c = 0; c < spec_.found->num_fields(); ++c) {
      std::vector<ColumnPtr> parts;
      for (const LookupMatches& part : work_->found) {
        parts.push_back(part.columns[static_cast<size_t>(c)]);
      }
      HW_ASSIGN_OR_RETURN(ColumnPtr column, concatenate(parts));
      all.columns.push_back(std::move(column));
    }
    for (const LookupMatches& part : work_->found) {
      all.rows.insert(all.rows.end(), part.rows.begin(), part.rows.end());
    }
    return all;
  }

  /// Queues the joined rows of an answer; with the last one also those that found nothing.
  Status show(const LookupMatches& matches, bool last) {
    std::vector<uint8_t> passes;
    HW_TRY(test(matches, passes));
    const Picked picked = pick(matches, passes, last);
    if (picked.rows.empty()) return Status::OK();
    HW_ASSIGN_OR_RETURN(Batch batch, joined(picked, matches));
    queue_.push(std::move(batch));
    return Status::OK();
  }

  /// passes[i] = 1 where the residual is TRUE for match i.
  Status test(const LookupMatches& matches, std::vector<uint8_t>& passes) {
    passes.assign(matches.rows.size(), 1);
    if (!residual_ || matches.rows.empty()) return Status::OK();
    const auto num_matches = static_cast<int64_t>(matches.rows.size());
    const int num_input = spec_.input->num_fields();
    std::vector<ColumnPtr> columns;
    for (const SqlField& field : joined_->fields()) {
      columns.push_back(Column::nulls(field.type, num_matches));
    }
    for (const int column : residual_columns_) {
      ColumnPtr& place = columns[static_cast<size_t>(column)];
      if (column >= num_input) {
        place = matches.columns[static_cast<size_t>(column - num_input)];
      } else {
        HW_ASSIGN_OR_RETURN(place, gather(*work_->rows.column(column), matches.rows));
      }
    }
    bool all_pass = false;
    HW_ASSIGN_OR_RETURN(
        const SelectionPtr passing,
        residual_->filter(Batch(joined_, std::move(columns), num_matches),
                          {.now_ms = context_->now_ms(), .watermark_ms = context_->watermark_ms()},
                          &all_pass));
    if (all_pass) return Status::OK();
    passes.assign(matches.rows.size(), 0);
    for (const int32_t match : *passing) passes[static_cast<size_t>(match)] = 1;
    return Status::OK();
  }

  Picked pick(const LookupMatches& matches, const std::vector<uint8_t>& passes, bool last) {
    Picked picked;
    const bool pads = spec_.kind == JoinKind::kLeft;
    // Rows before `row` have no further matches.
    const auto complete_up_to = [&](int64_t row) {
      for (; work_->next < row; ++work_->next) {
        if (pads && !work_->matched) {
          picked.rows.push_back(static_cast<int32_t>(work_->next));
          picked.found.push_back(-1);
        }
        work_->matched = false;
      }
    };
    for (size_t i = 0; i < passes.size(); ++i) {
      complete_up_to(matches.rows[i]);
      if (passes[i] == 0) continue;
      work_->matched = true;
      picked.rows.push_back(matches.rows[i]);
      picked.found.push_back(static_cast<int32_t>(i));
    }
    if (last) complete_up_to(work_->rows.num_rows());
    return picked;
  }

  static bool is_every_row(const std::vector<int32_t>& rows, int64_t num_rows) {
    if (static_cast<int64_t>(rows.size()) != num_rows) return false;
    for (size_t i = 0; i < rows.size(); ++i) {
      if (rows[i] != static_cast<int32_t>(i)) return false;
    }
    return true;
  }

  Result<Batch> joined(const Picked& picked, const LookupMatches& matches) const {
    std::vector<ColumnPtr> columns;
    const auto push = [&](ColumnPtr column) {
      const SqlType& type = spec_.output->type(static_cast<int>(columns.size()));
      columns.push_back(column->type() == type ? std::move(column) : column->with_type(type));
    };
    // Where each row finds one, nothing is copied.
    const bool all_rows = is_every_row(picked.rows, work_->rows.num_rows());
    const bool all_found = is_every_row(picked.found, static_cast<int64_t>(matches.rows.size()));
    for (const ColumnPtr& column : work_->rows.all_columns()) {
      if (all_rows) {
        push(column);
        continue;
      }
      HW_ASSIGN_OR_RETURN(ColumnPtr gathered, gather(*column, picked.rows));
      push(std::move(gathered));
    }
    for (const ColumnPtr& column : matches.columns) {
      if (all_found) {
        push(column);
        continue;
      }
      HW_ASSIGN_OR_RETURN(ColumnPtr gathered, gather(*column, picked.found));
      push(std::move(gathered));
    }
    return Batch(spec_.output, std::move(columns), static_cast<int64_t>(picked.rows.size()),
                 kinds_of(picked.rows));
  }

  RowKindsPtr kinds_of(const std::vector<int32_t>& picked) const {
    const DenseInput& rows = work_->rows;
    if (rows.insert_only()) return nullptr;
    std::vector<int32_t> times(static_cast<size_t>(rows.num_rows()), 0);
    for (const int32_t row : picked) ++times[static_cast<size_t>(row)];
    std::vector<RowKind> kinds(times.size());
    for (size_t i = 0; i < kinds.size(); ++i) kinds[i] = rows.row_kind(static_cast<int64_t>(i));
    for (size_t i = 0; i + 1 < kinds.size(); ++i) {
      if (kinds[i] != RowKind::kUpdateBefore || kinds[i + 1] != RowKind::kUpdateAfter) continue;
      if (times[i] <= 1 && times[i + 1] <= 1) continue;
      kinds[i] = RowKind::kDelete;
      kinds[i + 1] = RowKind::kInsert;
    }
    auto made = std::make_shared<std::vector<RowKind>>();
    for (const int32_t row : picked) made->push_back(kinds[static_cast<size_t>(row)]);
    return made;
  }

  const LookupJoinSpec spec_;
  std::optional<Evaluator> residual_;
  const SchemaPtr joined_;  // what the residual reads
  std::vector<int> residual_columns_;
  OperatorContext* context_ = nullptr;
  std::unique_ptr<LookupReader> reader_;
  // Of the batch at hand; a batch is done before anything else comes.
  std::optional<Work> work_;
  OutputQueue queue_;
};

}  // namespace

Result<std::unique_ptr<Operator>> make_lookup_join(LookupJoinSpec spec) {
  HW_CHECK(spec.kind == JoinKind::kInner || spec.kind == JoinKind::kLeft);
  std::vector<SqlField> fields = spec.input->fields();
  fields.insert(fields.end(), spec.found->fields().begin(), spec.found->fields().end());
  std::optional<Evaluator> residual;
  if (spec.residual != nullptr) {
    if (!spec.residual->type().is(TypeKind::kBoolean)) {
      return Status::TypeError("a join condition must be BOOLEAN, but ", spec.residual->to_sql(),
                               " is ", spec.residual->type().to_sql());
    }
    HW_ASSIGN_OR_RETURN(residual, Evaluator::make({spec.residual}, spec.session));
  }
  return std::make_unique<LookupJoin>(std::move(spec), std::move(residual),
                                      make_schema(std::move(fields)));
}

}  // namespace hw
