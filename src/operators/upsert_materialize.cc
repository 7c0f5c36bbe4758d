// SPDX-License-Identifier: Apache-2.0

#include "operators/upsert_materialize.h"

#include <string>
#include <utility>

#include "columnar/key_bytes.h"
#include "operators/dense_input.h"
#include "operators/kept_upserts.h"
#include "operators/output_queue.h"
#include "operators/state_age.h"
#include "operators/touched_rows.h"
#include "runtime/forgets_state.h"
#include "runtime/operator.h"
#include "state/ordered_table.h"
#include "state/state_store.h"

namespace hw {
namespace {

class UpsertMaterialize final : public Operator, public ForgetsState {
 public:
  explicit UpsertMaterialize(UpsertMaterializeSpec spec)
      : spec_(std::move(spec)), age_(spec_.state_ttl_ms) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    const KeptUpserts kept = open_upserts(context, *spec_.schema, spec_.primary_key, age_);
    keys_ = kept.keys;
    rows_ = kept.rows;
    ignored_ = &context.counter("retractions_ignored");
    return Status::OK();
  }

  Result<Flow> on_batch(int input, const Batch& batch, Output& output) override {
    if (queue_.empty()) HW_TRY(apply(batch));
    return queue_.flush(output, context_->output_rows_max(), Flow::kNeedInput);
  }

  Result<Flow> on_timer(Timer, Output&) override {
    HW_TRY(forget(age_.sweep()));
    age_.wake(keys_->num_rows());
    return Flow::kNeedInput;
  }

  Status restore(SnapshotReader&) override {
    age_.adopt();
    age_.wake(keys_->num_rows());
    return Status::OK();
  }

  bool forgets_state() const override { return age_.is_on(); }

  Description describe() const override {
    std::string keys;
    for (const int column : spec_.primary_key) {
      keys += (keys.empty() ? "" : ", ") + spec_.schema->name(column);
    }
    return {.name = "UpsertMaterialize", .details = {{"key", keys}}};
  }

 private:
  Status forget(const std::vector<uint32_t>& keys) {
    for (const uint32_t key : keys) rows_->erase_set(key);
    return keys_->erase(keys);
  }

  Status apply(const Batch& batch) {
    HW_ASSIGN_OR_RETURN(const DenseInput input, DenseInput::of(batch));
    const std::vector<ColumnPtr> keys = input.columns(spec_.primary_key);
    std::vector<uint32_t> numbers, inserted;
    HW_TRY(keys_->find_or_insert({.columns = keys,
                                  .num_rows = input.num_rows(),
                                  .hashes = input.hashes_of(spec_.primary_key)},
                                 numbers, &inserted));
    age_.write(inserted);
    for (const uint32_t key : age_.expired_among(numbers)) rows_->erase_set(key);
    age_.write(numbers);
    touched_.assign(numbers, keys_->end_row());
    const std::vector<ColumnPtr>& payload = input.all_columns();
    const std::vector<uint64_t> hashes = hash_keys(payload, input.num_rows());
    std::vector<uint32_t> entries;
    auto kinds = std::make_shared<std::vector<RowKind>>();
    for (int64_t i = 0; i < input.num_rows(); ++i) {
      const uint32_t key = numbers[static_cast<size_t>(i)];
      const uint64_t hash = hashes[static_cast<size_t>(i)];
      if (!is_retraction(input.row_kind(i))) {
        kinds->push_back(rows_->size(key) == 0 ? RowKind::kInsert : RowKind::kUpdateAfter);
        HW_ASSIGN_OR_RETURN(const uint32_t entry, rows_->insert(key, {}, hash, payload, i));
        entries.push_back(entry);
        continue;
      }
      const uint32_t entry = rows_->find_equal(key, hash, payload, i);
      if (entry == OrderedTable::kNoEntry) {
        ignored_->add(1);
        continue;
      }
      const bool newest = rows_->last(key) == entry;
      rows_->remove(entry);
      if (!newest) continue;
      const bool none_left = rows_->size(key) == 0;
      kinds->push_back(none_left ? RowKind::kDelete : RowKind::kUpdateAfter);
      entries.push_back(none_left ? entry : rows_->last(key));
    }
    HW_TRY(queue(entries, std::move(kinds)));
    rows_->free_removed();
    return forget_empty_keys();
  }

  Status queue(const std::vector<uint32_t>& entries, std::shared_ptr<std::vector<RowKind>> kinds) {
    if (entries.empty()) return Status::OK();
    std::vector<ColumnPtr> columns;
    for (int c = 0; c < spec_.schema->num_fields(); ++c) {
      HW_ASSIGN_OR_RETURN(ColumnPtr column, rows_->read(c, entries));
      columns.push_back(std::move(column));
    }
    queue_.push(Batch(spec_.schema, std::move(columns), static_cast<int64_t>(entries.size()),
                      std::move(kinds)));
    return Status::OK();
  }

  Status forget_empty_keys() {
    std::vector<uint32_t> empty;
    for (const uint32_t key : touched_.rows()) {
      if (rows_->size(key) == 0) empty.push_back(key);
    }
    HW_TRY(keys_->erase(empty));
    age_.wake(keys_->num_rows());
    return Status::OK();
  }

  const UpsertMaterializeSpec spec_;
  OperatorContext* context_ = nullptr;
  KeyedTable* keys_ = nullptr;
  OrderedTable* rows_ = nullptr;  // per key, in order of arrival
  StateAge age_;
  Counter* ignored_ = nullptr;
  // Of the batch at hand.
  TouchedRows touched_;
  OutputQueue queue_;
};

}  // namespace

Result<std::unique_ptr<Operator>> make_upsert_materialize(UpsertMaterializeSpec spec) {
  if (spec.primary_key.empty()) {
    return Status::Invalid("a sink that replaces rows by key needs a PRIMARY KEY");
  }
  return std::make_unique<UpsertMaterialize>(std::move(spec));
}

}  // namespace hw
