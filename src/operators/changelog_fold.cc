// SPDX-License-Identifier: Apache-2.0

#include "operators/changelog_fold.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "operators/dense_input.h"
#include "operators/key_and_values.h"
#include "operators/output_queue.h"
#include "operators/touched_rows.h"
#include "runtime/operator.h"
#include "state/keyed_table.h"
#include "state/state_store.h"

namespace hw {
namespace {

class ChangelogFold final : public Operator {
 public:
  explicit ChangelogFold(ChangelogFoldSpec spec) : spec_(std::move(spec)) {
    KeyAndValues columns =
        key_and_values(*spec_.schema, has_key() ? std::optional(spec_.primary_key) : std::nullopt);
    keys_ = std::move(columns.keys);
    values_ = std::move(columns.values);
  }

  Status open(OperatorContext& context) override {
    context_ = &context;
    TableSchema schema;
    for (const int column : keys_) schema.keys.push_back(named("key", column));
    schema.values = {{"last_change", SqlType::bigint().not_null()},
                     {"count", SqlType::bigint().not_null()}};
    for (const int column : values_) schema.values.push_back(named("value", column));
    rows_ = &context.state().keyed_table("rows", std::move(schema));
    return Status::OK();
  }

  Result<Flow> on_batch(int input, const Batch& batch, Output& output) override {
    HW_ASSIGN_OR_RETURN(const DenseInput rows, DenseInput::of(batch));
    const std::vector<ColumnPtr> keys = rows.columns(keys_);
    std::vector<uint32_t> numbers;
    HW_TRY(rows_->find_or_insert(
        {.columns = keys, .num_rows = rows.num_rows(), .hashes = rows.hashes_of(keys_)}, numbers,
        nullptr));
    touched_.assign(numbers, rows_->end_row());
    std::vector<int32_t> last_source(touched_.rows().size(), -1);
    const FixedColumn<int64_t> counts = rows_->fixed<int64_t>(kCount);
    const FixedColumn<int64_t> changes = rows_->fixed<int64_t>(kLastChange);
    for (int64_t i = 0; i < rows.num_rows(); ++i) {
      const uint32_t row = numbers[static_cast<size_t>(i)];
      if (is_retraction(rows.row_kind(i))) {
        counts[row] = has_key() ? 0 : std::max<int64_t>(counts[row] - 1, 0);
        continue;
      }
      counts[row] = has_key() ? 1 : counts[row] + 1;
      changes[row] = num_changes_++;
      last_source[touched_.place(row)] = static_cast<int32_t>(i);
    }
    return keep(rows, last_source);
  }

  Result<Flow> on_end(int input, Output& output) override {
    if (!sorted_) sort_all();
    for (int batches = 0; batches < OutputQueue::kBatchesPerCall && next_ < order_.size();
         ++batches) {
      HW_TRY(emit_some(output));
    }
    return next_ < order_.size() ? Flow::kMoreOutput : Flow::kNeedInput;
  }

  Status restore(SnapshotReader& reader) override {
    for (const uint32_t row : rows_->live_rows()) {
      num_changes_ = std::max(num_changes_, rows_->fixed<int64_t>(kLastChange)[row] + 1);
    }
    return Status::OK();
  }

  Description describe() const override {
    Description description{.name = "ChangelogFold", .details = {}};
    std::string keys;
    for (const int column : spec_.primary_key) {
      keys += (keys.empty() ? "" : ", ") + spec_.schema->name(column);
    }
    if (has_key()) description.details.emplace_back("key", keys);
    return description;
  }

 private:
  static constexpr int kLastChange = 0;
  static constexpr int kCount = 1;
  static constexpr int kFirstValue = 2;

  bool has_key() const { return !spec_.primary_key.empty(); }
  SqlField named(std::string_view prefix, int column) const {
    return {std::string(prefix) + "_" + spec_.schema->name(column), spec_.schema->type(column)};
  }

  // Writes the rows' values as their last change left them; forgets what was deleted.
  Result<Flow> keep(const DenseInput& rows, std::span<const int32_t> last_source) {
    const FixedColumn<int64_t> counts = rows_->fixed<int64_t>(kCount);
    std::vector<uint32_t> kept;
    std::vector<int32_t> sources;
    std::vector<uint32_t> deleted;
    for (size_t i = 0; i < last_source.size(); ++i) {
      const uint32_t row = touched_.rows()[i];
      if (counts[row] == 0) {
        deleted.push_back(row);
      } else if (last_source[i] >= 0) {
        kept.push_back(row);
        sources.push_back(last_source[i]);
      }
    }
    for (size_t v = 0; v < values_.size(); ++v) {
      rows_->write_value(kFirstValue + static_cast<int>(v), *rows.column(values_[v]), kept,
                         sources);
    }
    HW_TRY(rows_->erase(deleted));
    return Flow::kNeedInput;
  }

  void sort_all() {
    sorted_ = true;
    std::vector<uint32_t> rows = rows_->live_rows();
    const FixedColumn<int64_t> changes = rows_->fixed<int64_t>(kLastChange);
    const FixedColumn<int64_t> counts = rows_->fixed<int64_t>(kCount);
    std::sort(rows.begin(), rows.end(),
              [&](uint32_t a, uint32_t b) { return changes[a] < changes[b]; });
    for (const uint32_t row : rows) {
      order_.insert(order_.end(), static_cast<size_t>(counts[row]), row);
    }
  }

  Status emit_some(Output& output) {
    const auto rows_max = static_cast<size_t>(context_->output_rows_max());
    const size_t length = std::min(rows_max, order_.size() - next_);
    const std::span rows = std::span(order_).subspan(next_, length);
    std::vector<ColumnPtr> columns(static_cast<size_t>(spec_.schema->num_fields()));
    for (size_t v = 0; v < values_.size(); ++v) {
      HW_ASSIGN_OR_RETURN(columns[static_cast<size_t>(values_[v])],
                          rows_->read_value(kFirstValue + static_cast<int>(v), rows));
    }
    for (size_t k = 0; k < keys_.size(); ++k) {
      ColumnPtr& column = columns[static_cast<size_t>(keys_[k])];
      if (column != nullptr) continue;
      HW_ASSIGN_OR_RETURN(column, rows_->read_key(static_cast<int>(k), rows));
    }
    output.emit(Batch(spec_.schema, std::move(columns), static_cast<int64_t>(length)));
    next_ += length;
    return Status::OK();
  }

  const ChangelogFoldSpec spec_;
  std::vector<int> keys_;    // the PRIMARY KEY, or all columns
  std::vector<int> values_;  // what cannot be read from the keys
  OperatorContext* context_ = nullptr;
  KeyedTable* rows_ = nullptr;
  TouchedRows touched_;
  int64_t num_changes_ = 0;
  // At the end: rows in order of their last change, as often as they count, and how many are out.
  bool sorted_ = false;
  std::vector<uint32_t> order_;
  size_t next_ = 0;
};

}  // namespace

Result<std::unique_ptr<Operator>> make_changelog_fold(ChangelogFoldSpec spec) {
  return std::make_unique<ChangelogFold>(std::move(spec));
}

}  // namespace hw
