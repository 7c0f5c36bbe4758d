// SPDX-License-Identifier: Apache-2.0

#include "operators/group_aggregate.h"

#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include "base/assert.h"
#include "columnar/gather.h"
#include "columnar/key_bytes.h"
#include "operators/aged_groups.h"
#include "operators/aggregates.h"
#include "operators/dense_input.h"
#include "operators/distinct_values.h"
#include "operators/output_queue.h"
#include "operators/partial_rows.h"
#include "operators/row_change.h"
#include "operators/touched_rows.h"
#include "runtime/forgets_state.h"
#include "runtime/operator.h"
#include "state/keyed_table.h"
#include "state/ordered_table.h"
#include "state/state_store.h"

namespace hw {
namespace {

class GroupAggregate final : public Operator, public ForgetsState {
 public:
  explicit GroupAggregate(GroupAggregateSpec spec)
      : spec_(std::move(spec)), age_(spec_.state_ttl_ms) {}

  Status bind() {
    HW_ASSIGN_OR_RETURN(aggregates_, Aggregates::bind(spec_.aggregates, *spec_.input, spec_.session,
                                                      {.retracts = spec_.input_retracts,
                                                       .first_column = spec_.input_retracts ? 1 : 0,
                                                       .deferred_sets = false}));
    needed_ = aggregates_.input_columns();
    needed_.insert(needed_.end(), spec_.keys.begin(), spec_.keys.end());
    key_columns_ = spec_.keys;
    if (spec_.partial) std::iota(key_columns_.begin(), key_columns_.end(), 0);
    return Status::OK();
  }

  Status open(OperatorContext& context) override {
    context_ = &context;
    TableSchema schema;
    for (const int key : spec_.keys) {
      schema.keys.push_back({"key_" + spec_.input->name(key), spec_.input->type(key)});
    }
    schema.num_distribution_keys = spec_.num_distribution_keys;
    if (spec_.input_retracts) schema.values.push_back({"rows", SqlType::bigint().not_null()});
    schema.values.insert(schema.values.end(), aggregates_.columns().begin(),
                         aggregates_.columns().end());
    if (spec_.partial) {
      partial_.emplace(PartialLayout::of(*spec_.input, spec_.keys, aggregates_), aggregates_,
                       schema, context.memory_pool());
    }
    age_.add_columns(schema, !aggregates_.distinct_sets().empty());
    groups_ = &context.state().keyed_table("groups", std::move(schema));
    age_.open(context, *groups_);
    for (const DistinctArgs& args : aggregates_.distinct_sets()) {
      DistinctValues values(args, spec_.input_retracts);
      if (age_.is_on()) values.follow_lives(*groups_, age_.birth_column());
      const std::string name = "distinct" + std::to_string(distinct_.size());
      KeyedTable& table =
          context.state().keyed_table(name, *groups_, values.table_schema(*spec_.input));
      age_.add_set(table);
      distinct_.push_back({std::move(values), &table});
    }
    for (const int call : aggregates_.ordered_calls()) {
      const AggregateCall& of = aggregates_.calls()[static_cast<size_t>(call)].call;
      const std::string name = "ordered" + std::to_string(ordered_.size());
      ordered_.push_back(&context.state().ordered_table(
          name, *groups_, {.payload = {{of.to_sql(*spec_.input), spec_.input->type(of.args[0])}}}));
    }
    return Status::OK();
  }

  Result<Flow> on_batch(int input, const Batch& batch, Output& output) override {
    if (queue_.empty()) HW_TRY(fold(batch));
    return queue_.flush(output, context_->output_rows_max(), Flow::kNeedInput);
  }

  Result<Flow> on_timer(Timer, Output&) override {
    HW_TRY(age_.sweep([&](uint32_t group) { forget_sets(group); }));
    return Flow::kNeedInput;
  }

  Status restore(SnapshotReader&) override {
    age_.adopt();
    return Status::OK();
  }

  bool forgets_state() const override { return age_.is_on(); }

  Result<Flow> on_end(int input, Output& output) override {
    if (!context_->batch_mode()) return Flow::kNeedInput;
    if (next_row_ == 0 && spec_.keys.empty() && groups_->num_rows() == 0) HW_TRY(add_empty_group());
    if (queue_.empty() && next_row_ < groups_->end_row()) HW_TRY(queue_some());
    const bool all_queued = next_row_ == groups_->end_row();
    return queue_.flush(output, context_->output_rows_max(),
                        all_queued ? Flow::kNeedInput : Flow::kMoreOutput);
  }

  Description describe() const override {
    Description description{.name = "GroupAggregate", .details = {}};
    std::string keys;
    for (const int key : spec_.keys) keys += (keys.empty() ? "" : ", ") + spec_.input->name(key);
    std::string select = keys;
    for (const AggregateCall& call : spec_.aggregates) {
      select += (select.empty() ? "" : ", ") + call.to_sql(*spec_.input);
    }
    if (!keys.empty()) description.details.emplace_back("groupBy", keys);
    description.details.emplace_back("select", select);
    return description;
  }

 private:
  static constexpr int kRows = 0;  // value column, if the input retracts

  struct Distinct {
    DistinctValues values;
    KeyedTable* table;
  };
  /// The results of the groups that a batch touched, before or after it.
  struct Version {
    std::vector<uint32_t> groups;    // those that there are
    std::vector<int32_t> place;      // per touched group: where it is in `groups`, or -1
    std::vector<ColumnPtr> results;  // per aggregate
  };

  Status fold(const Batch& batch) {
    HW_ASSIGN_OR_RETURN(const DenseInput input,
                        partial_ ? DenseInput::of(batch) : DenseInput::of(batch, needed_));
    if (!input.insert_only() && !spec_.input_retracts) {
      return Status::UnknownError("an aggregate planned for inserts got changes");
    }
    const std::vector<ColumnPtr> keys = input.columns(key_columns_);
    std::vector<uint32_t> groups;
    std::vector<uint32_t> inserted;
    HW_TRY(groups_->find_or_insert(
        {.columns = keys, .num_rows = input.num_rows(), .hashes = input.hashes_of(key_columns_)},
        groups, &inserted));
    for (const uint32_t group : age_.revive(groups, inserted)) {
      forget_sets(group);
      inserted.push_back(group);
    }
    aggregates_.initialize(*groups_, inserted);
    touched_.assign(groups, groups_->end_row());
    std::vector<uint8_t> is_new(touched_.rows().size(), 0);
    for (const uint32_t group : inserted) is_new[touched_.place(group)] = 1;

    Version before;
    if (!context_->batch_mode()) {
      HW_ASSIGN_OR_RETURN(before, version([&](size_t i) { return is_new[i] == 0; }));
    }
    std::vector<int8_t> signs = input.signs();
    if (spec_.input_retracts) count_rows(groups, signs);
    HW_TRY(partial_ ? merge(input, groups) : update(input, groups, signs));
    age_.write(touched_.rows());
    if (!context_->batch_mode()) HW_TRY(queue_changes(before));
    return forget_empty_groups();
  }

  /// Keeps the number of rows per group. A retraction from a group without rows is ignored: its
  /// sign becomes 0.
  void count_rows(std::span<const uint32_t> groups, std::vector<int8_t>& signs) {
    const FixedColumn<int64_t> rows = groups_->fixed<int64_t>(kRows);
    if (signs.empty()) {
      for (const uint32_t group : groups) ++rows[group];
      return;
    }
    for (size_t i = 0; i < groups.size(); ++i) {
      if (signs[i] < 0 && rows[groups[i]] == 0) signs[i] = 0;
      rows[groups[i]] += signs[i];
    }
  }

  Status update(const DenseInput& input, std::span<const uint32_t> groups,
                std::span<const int8_t> signs) {
    HW_TRY(aggregates_.update(*groups_, input, groups, signs));
    for (size_t set = 0; set < distinct_.size(); ++set) {
      HW_TRY(distinct_[set].values.update(*distinct_[set].table, input, groups, signs));
      HW_TRY(tell_changes(set, input, groups));
    }
    for (const BoundAggregate& bound : aggregates_.calls()) {
      if (bound.way == AggregateWay::kOrdered) {
        HW_TRY(update_ordered(bound, input, groups, signs));
      }
    }
    return Status::OK();
  }

  /// The same for rows of a local aggregation.
  Status merge(const DenseInput& rows, std::span<const uint32_t> groups) {
    HW_TRY(partial_->merge(rows, *groups_, groups));
    for (size_t set = 0; set < distinct_.size(); ++set) {
      Distinct& distinct = distinct_[set];
      HW_ASSIGN_OR_RETURN(PartialRows::Values values,
                          partial_->values(rows, groups, set, spec_.input->num_fields()));
      HW_TRY(distinct.values.update_asked(*distinct.table, values.input, values.groups,
                                          std::move(values.filters)));
      HW_TRY(tell_changes(set, values.input, values.groups));
    }
    return Status::OK();
  }

  /// Tells the calls of a set which of its values are new, or gone.
  Status tell_changes(size_t set, const DenseInput& input, std::span<const uint32_t> groups) {
    for (const BoundAggregate& bound : aggregates_.calls()) {
      if (bound.way != AggregateWay::kDistinct || static_cast<size_t>(bound.set) != set) continue;
      const std::vector<int8_t>& changes = distinct_[set].values.changes(bound.filter_slot);
      const std::vector<ColumnPtr> args = input.columns(bound.call.args);
      HW_TRY(bound.kernel->update(groups_->values(bound.first_column),
                                  {.args = args, .groups = groups, .signs = changes.data()}));
    }
    return Status::OK();
  }

  Status update_ordered(const BoundAggregate& bound, const DenseInput& input,
                        std::span<const uint32_t> groups, std::span<const int8_t> signs) {
    OrderedTable& table = *ordered_[static_cast<size_t>(bound.set)];
    const ColumnPtr& values = input.column(bound.call.args[0]);
    std::vector<int8_t> scratch;
    const std::span<const int8_t> counting =
        filtered_signs(input, bound.call.filter, signs, scratch);
    std::string order;
    for (int64_t i = 0; i < input.num_rows(); ++i) {
      const int sign = counting.empty() ? 1 : counting[static_cast<size_t>(i)];
      if (sign == 0 || values->is_null(i)) continue;
      order.clear();
      append_order_bytes(*values, i, false, true, order);
      HW_TRY(
          table.add_count(groups[static_cast<size_t>(i)], order, sign, std::span(&values, 1), i));
    }
    return Status::OK();
  }

  bool has_rows(uint32_t group) const {
    return !spec_.input_retracts || groups_->fixed<int64_t>(kRows)[group] > 0;
  }

  /// The present results of those touched groups for which is_there(place) holds.
  template <typename IsThere>
  Result<Version> version(IsThere is_there) {
    Version version;
    const std::vector<uint32_t>& touched = touched_.rows();
    version.place.assign(touched.size(), -1);
    for (size_t i = 0; i < touched.size(); ++i) {
      if (!is_there(i)) continue;
      version.place[i] = static_cast<int32_t>(version.groups.size());
      version.groups.push_back(touched[i]);
    }
    HW_ASSIGN_OR_RETURN(version.results, results(version.groups));
    return version;
  }

  Result<std::vector<ColumnPtr>> results(std::span<const uint32_t> groups) {
    std::vector<ColumnPtr> columns;
    for (size_t c = 0; c < aggregates_.calls().size(); ++c) {
      const BoundAggregate& bound = aggregates_.calls()[c];
      ColumnPtr column;
      if (bound.way == AggregateWay::kOrdered) {
        HW_ASSIGN_OR_RETURN(column, ordered_result(bound, groups));
      } else {
        HW_ASSIGN_OR_RETURN(column, aggregates_.result(static_cast<int>(c), *groups_, groups));
      }
      columns.push_back(std::move(column));
    }
    return columns;
  }

  Result<ColumnPtr> ordered_result(const BoundAggregate& bound, std::span<const uint32_t> groups) {
    const OrderedTable& table = *ordered_[static_cast<size_t>(bound.set)];
    std::vector<uint32_t> entries;
    std::vector<int32_t> place;
    for (const uint32_t group : groups) {
      const bool empty = table.size(group) == 0;
      place.push_back(empty ? -1 : static_cast<int32_t>(entries.size()));
      if (!empty) entries.push_back(bound.takes_last() ? table.last(group) : table.first(group));
    }
    HW_ASSIGN_OR_RETURN(ColumnPtr values, table.read(0, entries));
    if (entries.size() != groups.size()) {
      HW_ASSIGN_OR_RETURN(values, gather(*values, place));
    }
    return values->with_type(bound.call.result_type);
  }

  /// Queues what each touched group's change is.
  Status queue_changes(const Version& before) {
    const std::vector<uint32_t>& touched = touched_.rows();
    HW_ASSIGN_OR_RETURN(const Version after,
                        version([&](size_t i) { return has_rows(touched[i]); }));
    std::vector<uint8_t> changed;
    HW_ASSIGN_OR_RETURN(changed, changed_groups(before, after));
    std::vector<int32_t> groups;     // places in touched
    std::vector<RowSource> sources;  // 0 = before, 1 = after
    auto kinds = std::make_shared<std::vector<RowKind>>();
    const auto add = [&](RowKind kind, size_t i, int32_t source, int32_t row) {
      groups.push_back(static_cast<int32_t>(i));
      sources.push_back({source, row});
      kinds->push_back(kind);
    };
    for (size_t i = 0; i < touched.size(); ++i) {
      const bool was_there = before.place[i] >= 0;
      const bool is_there = after.place[i] >= 0;
      if (was_there && is_there) {
        if (changed[i] == 0) continue;
        if (spec_.generate_update_before) add(RowKind::kUpdateBefore, i, 0, before.place[i]);
        add(RowKind::kUpdateAfter, i, 1, after.place[i]);
      } else if (was_there) {
        add(RowKind::kDelete, i, 0, before.place[i]);
      } else if (is_there) {
        add(RowKind::kInsert, i, 1, after.place[i]);
      }
    }
    if (groups.empty()) return Status::OK();
    std::vector<ColumnPtr> columns;
    for (size_t k = 0; k < spec_.keys.size(); ++k) {
      HW_ASSIGN_OR_RETURN(ColumnPtr key, groups_->read_key(static_cast<int>(k), touched));
      HW_ASSIGN_OR_RETURN(key, gather(*key, groups));
      columns.push_back(std::move(key));
    }
    for (size_t c = 0; c < after.results.size(); ++c) {
      HW_ASSIGN_OR_RETURN(ColumnPtr result,
                          gather_from({before.results[c], after.results[c]}, sources));
      columns.push_back(std::move(result));
    }
    queue(std::move(columns), static_cast<int64_t>(groups.size()), std::move(kinds));
    return Status::OK();
  }

  /// Per touched group that is in both: 1 where some result differs.
  Result<std::vector<uint8_t>> changed_groups(const Version& before, const Version& after) {
    std::vector<uint8_t> changed(touched_.rows().size(), 0);
    if (age_.is_on() && !after.results.empty()) {
      changed.assign(changed.size(), 1);
      return changed;
    }
    std::vector<int32_t> in_before;
    std::vector<int32_t> in_after;
    std::vector<size_t> both;
    for (size_t i = 0; i < changed.size(); ++i) {
      if (before.place[i] < 0 || after.place[i] < 0) continue;
      in_before.push_back(before.place[i]);
      in_after.push_back(after.place[i]);
      both.push_back(i);
    }
    std::vector<uint8_t> differs(both.size(), 0);
    for (size_t c = 0; c < after.results.size() && !both.empty(); ++c) {
      ColumnPtr old_values = before.results[c];
      ColumnPtr new_values = after.results[c];
      if (both.size() != before.groups.size()) {
        HW_ASSIGN_OR_RETURN(old_values, gather(*old_values, in_before));
      }
      if (both.size() != after.groups.size()) {
        HW_ASSIGN_OR_RETURN(new_values, gather(*new_values, in_after));
      }
      mark_differences(*old_values, *new_values, differs);
    }
    for (size_t i = 0; i < both.size(); ++i) changed[both[i]] = differs[i];
    return changed;
  }

  void queue(std::vector<ColumnPtr> columns, int64_t num_rows, RowKindsPtr kinds) {
    bool insert_only = true;
    for (const RowKind kind : *kinds) insert_only &= kind == RowKind::kInsert;
    queue_.push(Batch(spec_.output, typed(std::move(columns)), num_rows,
                      insert_only ? nullptr : std::move(kinds)));
  }

  /// Columns under the output's types, which may differ in nullability.
  std::vector<ColumnPtr> typed(std::vector<ColumnPtr> columns) const {
    for (size_t c = 0; c < columns.size(); ++c) {
      const SqlType& type = spec_.output->type(static_cast<int>(c));
      if (!(columns[c]->type() == type)) columns[c] = columns[c]->with_type(type);
    }
    return columns;
  }

  Status forget_empty_groups() {
    if (!spec_.input_retracts) return Status::OK();
    std::vector<uint32_t> empty;
    for (const uint32_t group : touched_.rows()) {
      if (has_rows(group)) continue;
      forget_sets(group);
      empty.push_back(group);
    }
    return age_.erase(empty);
  }

  void forget_sets(uint32_t group) {
    for (OrderedTable* table : ordered_) table->erase_set(group);
  }

  Status add_empty_group() {
    std::vector<uint32_t> groups;
    std::vector<uint32_t> inserted;
    HW_TRY(groups_->find_or_insert({.columns = {}, .num_rows = 1, .hashes = nullptr}, groups,
                                   &inserted));
    aggregates_.initialize(*groups_, inserted);
    return Status::OK();
  }

  Status queue_some() {
    std::vector<uint32_t> groups;
    next_row_ = groups_->scan(next_row_, static_cast<size_t>(kBatchRowsMax), groups);
    std::vector<ColumnPtr> columns;
    for (size_t k = 0; k < spec_.keys.size(); ++k) {
      HW_ASSIGN_OR_RETURN(ColumnPtr key, groups_->read_key(static_cast<int>(k), groups));
      columns.push_back(std::move(key));
    }
    HW_ASSIGN_OR_RETURN(std::vector<ColumnPtr> values, results(groups));
    columns.insert(columns.end(), values.begin(), values.end());
    queue_.push(
        Batch(spec_.output, typed(std::move(columns)), static_cast<int64_t>(groups.size())));
    return Status::OK();
  }

  const GroupAggregateSpec spec_;
  Aggregates aggregates_;
  std::vector<int> needed_;
  std::vector<int> key_columns_;  // of what comes
  std::optional<PartialRows> partial_;
  OperatorContext* context_ = nullptr;
  // State.
  KeyedTable* groups_ = nullptr;
  AgedGroups age_;
  std::vector<Distinct> distinct_;
  std::vector<OrderedTable*> ordered_;
  // Of the batch at hand.
  TouchedRows touched_;
  OutputQueue queue_;
  uint32_t next_row_ = 0;  // batch mode, at the end
};

}  // namespace

Result<std::unique_ptr<Operator>> make_group_aggregate(GroupAggregateSpec spec) {
  auto aggregate = std::make_unique<GroupAggregate>(std::move(spec));
  HW_TRY(aggregate->bind());
  return aggregate;
}

}  // namespace hw
