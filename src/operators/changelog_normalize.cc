// SPDX-License-Identifier: Apache-2.0

#include "operators/changelog_normalize.h"

#include <algorithm>
#include <string>
#include <utility>

#include "columnar/gather.h"
#include "operators/dense_input.h"
#include "operators/output_queue.h"
#include "operators/row_change.h"
#include "operators/state_age.h"
#include "operators/touched_rows.h"
#include "runtime/forgets_state.h"
#include "runtime/operator.h"
#include "state/age_column.h"
#include "state/keyed_table.h"
#include "state/state_store.h"

namespace hw {
namespace {

class ChangelogNormalize final : public Operator, public ForgetsState {
 public:
  explicit ChangelogNormalize(ChangelogNormalizeSpec spec)
      : spec_(std::move(spec)), age_(spec_.state_ttl_ms) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    TableSchema schema;
    for (const int column : spec_.primary_key) schema.keys.push_back(named("key", column));
    for (int c = 0; c < spec_.schema->num_fields(); ++c) schema.values.push_back(named("row", c));
    if (age_.is_on()) schema.values.push_back(age_field());
    rows_ = &context.state().keyed_table("rows", std::move(schema));
    age_.open(context);
    age_.keep(*rows_, spec_.schema->num_fields());
    return Status::OK();
  }

  Result<Flow> on_batch(int input, const Batch& batch, Output& output) override {
    if (queue_.empty()) HW_TRY(normalize(batch));
    return queue_.flush(output, context_->output_rows_max(), Flow::kNeedInput);
  }

  Result<Flow> on_timer(Timer, Output&) override {
    HW_TRY(rows_->erase(age_.sweep()));
    age_.wake(rows_->num_rows());
    return Flow::kNeedInput;
  }

  Status restore(SnapshotReader&) override {
    age_.adopt();
    age_.wake(rows_->num_rows());
    return Status::OK();
  }

  bool forgets_state() const override { return age_.is_on(); }

  Description describe() const override {
    std::string keys;
    for (const int column : spec_.primary_key) {
      keys += (keys.empty() ? "" : ", ") + spec_.schema->name(column);
    }
    return {.name = "ChangelogNormalize", .details = {{"key", keys}}};
  }

 private:
  /// No row with this key.
  static constexpr int32_t kNone = -1;

  /// What each input row does to its key. Versions are numbers in the batch's version columns: the
  /// touched rows kept before the batch, then the rows of the batch.
  struct Steps {
    std::vector<uint32_t> kept;
    std::vector<int32_t> before;
    std::vector<int32_t> after;  // kNone: deleted
    /// By place of the touched key.
    std::vector<int32_t> last;
  };

  SqlField named(std::string_view prefix, int column) const {
    return {std::string(prefix) + "_" + spec_.schema->name(column), spec_.schema->type(column)};
  }

  Status normalize(const Batch& batch) {
    HW_ASSIGN_OR_RETURN(const DenseInput input, DenseInput::of(batch));
    const std::vector<ColumnPtr> keys = input.columns(spec_.primary_key);
    std::vector<uint32_t> numbers;
    std::vector<uint32_t> inserted;
    HW_TRY(rows_->find_or_insert({.columns = keys,
                                  .num_rows = input.num_rows(),
                                  .hashes = input.hashes_of(spec_.primary_key)},
                                 numbers, &inserted));
    touched_.assign(numbers, rows_->end_row());
    age_.write(inserted);
    const std::vector<uint32_t> expired = age_.expired_among(numbers);
    inserted.insert(inserted.end(), expired.begin(), expired.end());
    const Steps steps = follow(input, numbers, inserted);
    std::vector<ColumnPtr> versions;
    for (int c = 0; c < spec_.schema->num_fields(); ++c) {
      HW_ASSIGN_OR_RETURN(ColumnPtr kept, rows_->read_value(c, steps.kept));
      HW_ASSIGN_OR_RETURN(ColumnPtr both, concatenate({std::move(kept), input.column(c)}));
      versions.push_back(std::move(both));
    }
    HW_TRY(queue_changes(steps, versions));
    return keep(steps, versions);
  }

  Steps follow(const DenseInput& input, std::span<const uint32_t> numbers,
               std::span<const uint32_t> inserted) const {
    Steps steps;
    steps.last.resize(touched_.rows().size());
    for (const uint32_t row : inserted) steps.last[touched_.place(row)] = kNone;
    for (size_t place = 0; place < steps.last.size(); ++place) {
      if (steps.last[place] == kNone) continue;
      steps.last[place] = static_cast<int32_t>(steps.kept.size());
      steps.kept.push_back(touched_.rows()[place]);
    }
    const auto num_kept = static_cast<int32_t>(steps.kept.size());
    for (int64_t i = 0; i < input.num_rows(); ++i) {
      int32_t& last = steps.last[touched_.place(numbers[static_cast<size_t>(i)])];
      steps.before.push_back(last);
      last = is_retraction(input.row_kind(i)) ? kNone : num_kept + static_cast<int32_t>(i);
      steps.after.push_back(last);
    }
    return steps;
  }

  /// Which steps replace a row by another one that differs.
  Result<std::vector<uint8_t>> replacements(const Steps& steps,
                                            const std::vector<ColumnPtr>& versions) const {
    if (age_.is_on()) return std::vector<uint8_t>(steps.before.size(), 1);
    std::vector<int32_t> old_rows;
    std::vector<int32_t> new_rows;
    std::vector<size_t> places;
    for (size_t i = 0; i < steps.before.size(); ++i) {
      if (steps.before[i] == kNone || steps.after[i] == kNone) continue;
      places.push_back(i);
      old_rows.push_back(steps.before[i]);
      new_rows.push_back(steps.after[i]);
    }
    std::vector<uint8_t> differs(places.size(), 0);
    for (const ColumnPtr& column : versions) {
      HW_ASSIGN_OR_RETURN(const ColumnPtr old_values, gather(*column, old_rows));
      HW_ASSIGN_OR_RETURN(const ColumnPtr new_values, gather(*column, new_rows));
      mark_differences(*old_values, *new_values, differs);
    }
    std::vector<uint8_t> replaced(steps.before.size(), 0);
    for (size_t i = 0; i < places.size(); ++i) replaced[places[i]] = differs[i];
    return replaced;
  }

  Status queue_changes(const Steps& steps, const std::vector<ColumnPtr>& versions) {
    HW_ASSIGN_OR_RETURN(const std::vector<uint8_t> replaced, replacements(steps, versions));
    std::vector<int32_t> rows;
    auto kinds = std::make_shared<std::vector<RowKind>>();
    const auto put = [&](RowKind kind, int32_t row) {
      kinds->push_back(kind);
      rows.push_back(row);
    };
    for (size_t i = 0; i < steps.before.size(); ++i) {
      const int32_t before = steps.before[i];
      const int32_t after = steps.after[i];
      if (before == kNone && after != kNone) {
        put(RowKind::kInsert, after);
      } else if (before != kNone && after == kNone) {
        put(RowKind::kDelete, before);
      } else if (before != kNone && replaced[i] != 0) {
        if (spec_.generate_update_before) put(RowKind::kUpdateBefore, before);
        put(RowKind::kUpdateAfter, after);
      }
    }
    if (rows.empty()) return Status::OK();
    std::vector<ColumnPtr> columns;
    for (const ColumnPtr& column : versions) {
      HW_ASSIGN_OR_RETURN(ColumnPtr values, gather(*column, rows));
      columns.push_back(std::move(values));
    }
    queue_.push(Batch(spec_.schema, std::move(columns), static_cast<int64_t>(rows.size()),
                      std::move(kinds)));
    return Status::OK();
  }

  Status keep(const Steps& steps, const std::vector<ColumnPtr>& versions) {
    const auto num_kept = static_cast<int32_t>(steps.kept.size());
    std::vector<uint32_t> changed;
    std::vector<int32_t> sources;
    std::vector<uint32_t> gone;
    for (size_t place = 0; place < steps.last.size(); ++place) {
      const int32_t last = steps.last[place];
      if (last == kNone) {
        gone.push_back(touched_.rows()[place]);
      } else if (last >= num_kept) {
        changed.push_back(touched_.rows()[place]);
        sources.push_back(last);
      }
    }
    for (int c = 0; c < spec_.schema->num_fields(); ++c) {
      rows_->write_value(c, *versions[static_cast<size_t>(c)], changed, sources);
    }
    age_.write(changed);
    HW_TRY(rows_->erase(gone));
    age_.wake(rows_->num_rows());
    return Status::OK();
  }

  const ChangelogNormalizeSpec spec_;
  OperatorContext* context_ = nullptr;
  KeyedTable* rows_ = nullptr;  // the last row of every key, all its columns
  StateAge age_;
  // Of the batch at hand.
  TouchedRows touched_;
  OutputQueue queue_;
};

}  // namespace

Result<std::unique_ptr<Operator>> make_changelog_normalize(ChangelogNormalizeSpec spec) {
  if (spec.primary_key.empty()) {
    return Status::Invalid("a stream of upserts needs a PRIMARY KEY");
  }
  return std::make_unique<ChangelogNormalize>(std::move(spec));
}

}  // namespace hw
