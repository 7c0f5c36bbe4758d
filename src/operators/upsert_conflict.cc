// SPDX-License-Identifier: Apache-2.0

#include "operators/upsert_conflict.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "columnar/key_bytes.h"
#include "columnar/text/type_text.h"
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

/// The place of a row among those of its key, as bytes that sort like it.
std::string order_of(uint64_t place) {
  std::string bytes(8, '\0');
  for (size_t i = bytes.size(); i-- > 0; place >>= 8) bytes[i] = static_cast<char>(place & 0xFF);
  return bytes;
}

uint64_t place_in(std::string_view order) {
  uint64_t place = 0;
  for (const char byte : order) place = place << 8 | static_cast<uint8_t>(byte);
  return place;
}

class UpsertConflict final : public Operator, public ForgetsState {
 public:
  explicit UpsertConflict(UpsertConflictSpec spec)
      : spec_(std::move(spec)), age_(spec_.state_ttl_ms) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    const KeptUpserts kept = open_upserts(context, *spec_.schema, spec_.primary_key, age_);
    keys_ = kept.keys;
    rows_ = kept.rows;
    retractions_ignored_ = &context.counter("retractions_ignored");
    conflicts_ignored_ = &context.counter("conflicts_ignored");
    return Status::OK();
  }

  Result<Flow> on_batch(int, const Batch& batch, Output& output) override {
    if (queue_.empty()) HW_TRY(apply(batch));
    return queue_.flush(output, context_->output_rows_max(), Flow::kNeedInput);
  }

  Result<Flow> on_watermark(Watermark, Output&) override {
    HW_TRY(check_conflicts());
    return Flow::kNeedInput;
  }

  // What comes at the end of the input comes behind the last watermark, which a job that is stopped
  // does not see.
  Result<Flow> on_end(int, Output&) override {
    if (context_->watermark_ms() == Watermark::kMax) HW_TRY(check_conflicts());
    return Flow::kNeedInput;
  }

  Result<Flow> on_timer(Timer, Output&) override {
    const std::vector<uint32_t> expired = age_.sweep();
    for (const uint32_t key : expired) rows_->erase_set(key);
    HW_TRY(keys_->erase(expired));
    age_.wake(keys_->num_rows());
    return Flow::kNeedInput;
  }

  Status restore(SnapshotReader&) override {
    age_.adopt();
    age_.wake(keys_->num_rows());
    for (const uint32_t key : keys_->live_rows()) {
      if (rows_->size(key) == 0) continue;
      next_place_ = std::max(next_place_, place_in(rows_->order_bytes(rows_->last(key))) + 1);
      if (rows_->size(key) > 1) suspects_.push_back(key);
    }
    return Status::OK();
  }

  bool forgets_state() const override { return age_.is_on(); }

  Description describe() const override { return {.name = "UpsertMaterialize", .details = {}}; }

 private:
  static constexpr uint32_t kNothing = OrderedTable::kNoEntry;

  /// Fails where ON CONFLICT DO ERROR does: a key has several rows.
  Status check_conflicts() {
    if (!spec_.fails) return Status::OK();
    for (const uint32_t key : std::exchange(suspects_, {})) {
      if (keys_->is_live(key) && rows_->size(key) > 1) return conflict(key);
    }
    return Status::OK();
  }

  Status conflict(uint32_t row) const {
    std::string key;
    for (size_t k = 0; k < spec_.primary_key.size(); ++k) {
      HW_ASSIGN_OR_RETURN(const ColumnPtr value,
                          keys_->read_key(static_cast<int>(k), std::span(&row, 1)));
      key += (key.empty() ? "" : ", ") + spec_.schema->name(spec_.primary_key[k]) + " = " +
             value_text(*value, 0);
    }
    return Status::Invalid(rows_->size(row), " rows of the query have the PRIMARY KEY ", key,
                           " of '", spec_.table,
                           "', and INSERT says ON CONFLICT DO ERROR; write DO NOTHING to keep the "
                           "first of them, DO DEDUPLICATE for the newest");
  }

  uint32_t first_of(uint32_t key) const {
    return rows_->size(key) == 0 ? kNothing : rows_->first(key);
  }

  Status apply(const Batch& batch) {
    HW_ASSIGN_OR_RETURN(const DenseInput input, DenseInput::of(batch));
    const std::vector<ColumnPtr> keys = input.columns(spec_.primary_key);
    std::vector<uint32_t> numbers;
    std::vector<uint32_t> inserted;
    HW_TRY(keys_->find_or_insert({.columns = keys,
                                  .num_rows = input.num_rows(),
                                  .hashes = input.hashes_of(spec_.primary_key)},
                                 numbers, &inserted));
    age_.write(inserted);
    for (const uint32_t key : age_.expired_among(numbers)) rows_->erase_set(key);
    age_.write(numbers);
    touched_.assign(numbers, keys_->end_row());
    std::vector<uint32_t> before;
    for (const uint32_t key : touched_.rows()) before.push_back(first_of(key));
    HW_TRY(change(input, numbers));
    HW_TRY(queue_changes(before));
    rows_->free_removed();
    return forget_empty_keys();
  }

  Status change(const DenseInput& input, const std::vector<uint32_t>& numbers) {
    const std::vector<ColumnPtr>& payload = input.all_columns();
    const std::vector<uint64_t> hashes = hash_keys(payload, input.num_rows());
    std::string replaced;  // the place of the -U just before, and its key
    uint32_t replaced_key = kNothing;
    for (int64_t i = 0; i < input.num_rows(); ++i) {
      const uint32_t key = numbers[static_cast<size_t>(i)];
      const uint64_t hash = hashes[static_cast<size_t>(i)];
      const RowKind kind = input.row_kind(i);
      if (is_retraction(kind)) {
        const uint32_t entry = rows_->find_equal(key, hash, payload, i);
        replaced_key = kNothing;
        if (entry == kNothing) {
          retractions_ignored_->add(1);
          continue;
        }
        if (kind == RowKind::kUpdateBefore) {
          replaced_key = key;
          replaced = rows_->order_bytes(entry);
        }
        rows_->remove(entry);
        continue;
      }
      const bool in_place = kind == RowKind::kUpdateAfter && replaced_key == key;
      replaced_key = kNothing;
      if (rows_->size(key) > 0) conflicts_ignored_->add(in_place ? 0 : 1);
      if (rows_->size(key) > 0 && !spec_.input_retracts && !spec_.fails) continue;
      HW_TRY(rows_->insert(key, in_place ? replaced : order_of(next_place_++), hash, payload, i)
                 .status());
      if (spec_.fails && rows_->size(key) > 1) suspects_.push_back(key);
    }
    return Status::OK();
  }

  // What a key shows now against what it showed before the batch.
  Status queue_changes(const std::vector<uint32_t>& before) {
    std::vector<uint32_t> entries;
    auto kinds = std::make_shared<std::vector<RowKind>>();
    bool inserts_only = true;
    const auto add = [&](uint32_t entry, RowKind kind) {
      entries.push_back(entry);
      kinds->push_back(kind);
      inserts_only = inserts_only && kind == RowKind::kInsert;
    };
    for (size_t i = 0; i < before.size(); ++i) {
      const uint32_t after = first_of(touched_.rows()[i]);
      if (before[i] == after) continue;
      if (before[i] == kNothing) {
        add(after, RowKind::kInsert);
      } else if (after == kNothing) {
        add(before[i], RowKind::kDelete);
      } else {
        if (spec_.update_before) add(before[i], RowKind::kUpdateBefore);
        add(after, RowKind::kUpdateAfter);
      }
    }
    if (entries.empty()) return Status::OK();
    std::vector<ColumnPtr> columns;
    for (int c = 0; c < spec_.schema->num_fields(); ++c) {
      HW_ASSIGN_OR_RETURN(ColumnPtr column, rows_->read(c, entries));
      columns.push_back(std::move(column));
    }
    queue_.push(Batch(spec_.schema, std::move(columns), static_cast<int64_t>(entries.size()),
                      inserts_only ? nullptr : kinds));
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

  const UpsertConflictSpec spec_;
  OperatorContext* context_ = nullptr;
  KeyedTable* keys_ = nullptr;
  OrderedTable* rows_ = nullptr;  // per key, in the order in which they or what they replace came
  uint64_t next_place_ = 0;
  std::vector<uint32_t> suspects_;  // keys that may have several rows; DO ERROR only
  StateAge age_;
  Counter* retractions_ignored_ = nullptr;
  Counter* conflicts_ignored_ = nullptr;
  // Of the batch at hand.
  TouchedRows touched_;
  OutputQueue queue_;
};

}  // namespace

Result<std::unique_ptr<Operator>> make_upsert_conflict(UpsertConflictSpec spec) {
  if (spec.primary_key.empty()) {
    return Status::Invalid("ON CONFLICT needs a PRIMARY KEY");
  }
  return std::make_unique<UpsertConflict>(std::move(spec));
}

}  // namespace hw
