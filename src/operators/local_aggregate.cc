// SPDX-License-Identifier: Apache-2.0

#include "operators/local_aggregate.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include <arrow/util/bit_util.h>

#include "base/memory.h"
#include "columnar/fast_builders.h"
#include "columnar/gather.h"
#include "operators/distinct_values.h"
#include "operators/output_queue.h"
#include "operators/partial_rows.h"
#include "operators/touched_rows.h"
#include "runtime/operator.h"

namespace hw {
namespace {

class LocalAggregate final : public Operator {
 public:
  explicit LocalAggregate(LocalAggregateSpec spec) : spec_(std::move(spec)) {}

  Status bind() {
    HW_ASSIGN_OR_RETURN(aggregates_, Aggregates::bind(spec_.aggregates, *spec_.input, spec_.session,
                                                      Aggregates::Options{}));
    needed_ = aggregates_.input_columns();
    needed_.insert(needed_.end(), spec_.keys.begin(), spec_.keys.end());
    layout_ = PartialLayout::of(*spec_.input, spec_.keys, aggregates_);
    return Status::OK();
  }
  const SchemaPtr& schema() const { return layout_.schema; }

  Status open(OperatorContext& context) override {
    context_ = &context;
    TableSchema schema;
    for (const int key : spec_.keys) {
      schema.keys.push_back({spec_.input->name(key), spec_.input->type(key)});
    }
    schema.values = aggregates_.columns();
    groups_ = std::make_unique<KeyedTable>(std::move(schema), context.memory_pool());
    for (const DistinctArgs& args : aggregates_.distinct_sets()) {
      DistinctValues values(args, /*retracts=*/false);
      auto table = std::make_unique<KeyedTable>(values.table_schema(*spec_.input), *groups_,
                                                context.memory_pool());
      distinct_.push_back({std::move(values), std::move(table), {}, {}});
    }
    return Status::OK();
  }

  Result<Flow> on_batch(int, const Batch& batch, Output& output) override {
    if (queue_.empty()) HW_TRY(fold(batch));
    return queue_.flush(output, context_->output_rows_max(), Flow::kNeedInput);
  }

  Description describe() const override { return {.name = "LocalAggregate", .details = {}}; }

 private:
  struct Distinct {
    DistinctValues values;
    std::unique_ptr<KeyedTable> sent;
    // Of the batch at hand.
    std::vector<int32_t> news;     // rows with a value that is new for some filter
    std::vector<int32_t> sources;  // per row that goes out the one of `news`, or -1
  };

  Status fold(const Batch& batch) {
    HW_ASSIGN_OR_RETURN(const DenseInput input, DenseInput::of(batch, needed_));
    if (!input.insert_only()) {
      return Status::UnknownError("a local aggregate planned for inserts got changes");
    }
    if (input.num_rows() == 0) return Status::OK();
    const std::vector<ColumnPtr> keys = input.columns(spec_.keys);
    std::vector<uint32_t> groups, inserted;
    HW_TRY(groups_->find_or_insert(
        {.columns = keys, .num_rows = input.num_rows(), .hashes = input.hashes_of(spec_.keys)},
        groups, &inserted));
    aggregates_.initialize(*groups_, inserted);
    touched_.assign(groups, groups_->end_row());
    HW_TRY(aggregates_.update(*groups_, input, groups, {}));
    for (Distinct& distinct : distinct_) {
      HW_TRY(distinct.values.update(*distinct.sent, input, groups, {}));
      find_news(distinct);
    }
    place(groups);
    HW_TRY(send(input));
    return forget();
  }

  static void find_news(Distinct& distinct) {
    const std::vector<int64_t>& appeared = distinct.values.appeared();
    distinct.news.resize(appeared.size());
    size_t count = 0;
    for (size_t i = 0; i < appeared.size(); ++i) {
      distinct.news[count] = static_cast<int32_t>(i);
      count += appeared[i] != 0 ? 1 : 0;
    }
    distinct.news.resize(count);
  }

  /// Which rows go out: of each touched group as many as its longest list of new values, at least
  /// one. The first has the accumulators.
  void place(std::span<const uint32_t> groups) {
    const auto num_touched = touched_.rows().size();
    std::vector<int32_t> lengths(num_touched, 1);
    for (const Distinct& distinct : distinct_) {
      if (num_touched == 1) {
        lengths[0] = std::max(lengths[0], static_cast<int32_t>(distinct.news.size()));
        continue;
      }
      std::vector<int32_t> counts(num_touched, 0);
      for (const int32_t row : distinct.news) {
        const size_t group = touched_.place(groups[static_cast<size_t>(row)]);
        lengths[group] = std::max(lengths[group], ++counts[group]);
      }
    }
    firsts_.clear();
    group_of_.clear();
    for (size_t group = 0; group < num_touched; ++group) {
      firsts_.push_back(static_cast<int32_t>(group_of_.size()));
      group_of_.insert(group_of_.end(), static_cast<size_t>(lengths[group]),
                       static_cast<int32_t>(group));
    }
    for (Distinct& distinct : distinct_) {
      distinct.sources.assign(group_of_.size(), -1);
      if (num_touched == 1) {
        std::copy(distinct.news.begin(), distinct.news.end(), distinct.sources.begin());
        continue;
      }
      std::vector<int32_t> next = firsts_;
      for (const int32_t row : distinct.news) {
        const size_t group = touched_.place(groups[static_cast<size_t>(row)]);
        distinct.sources[static_cast<size_t>(next[group]++)] = row;
      }
    }
  }

  Status send(const DenseInput& input) {
    const auto num_rows = static_cast<int64_t>(group_of_.size());
    std::vector<ColumnPtr> columns;
    for (size_t key = 0; key < spec_.keys.size(); ++key) {
      HW_ASSIGN_OR_RETURN(ColumnPtr values,
                          groups_->read_key(static_cast<int>(key), touched_.rows()));
      HW_ASSIGN_OR_RETURN(values, by_group(std::move(values)));
      columns.push_back(std::move(values));
    }
    std::vector<int32_t> accumulators(group_of_.size(), -1);
    for (size_t group = 0; group < firsts_.size(); ++group) {
      accumulators[static_cast<size_t>(firsts_[group])] = static_cast<int32_t>(group);
    }
    columns.push_back(has_accumulators());
    for (size_t c = 0; c < layout_.accumulators.size(); ++c) {
      if (layout_.accumulators[c] < 0) continue;
      HW_ASSIGN_OR_RETURN(ColumnPtr values,
                          groups_->read_value(static_cast<int>(c), touched_.rows()));
      HW_ASSIGN_OR_RETURN(values, gather(*values, accumulators));
      columns.push_back(std::move(values));
    }
    for (const Distinct& distinct : distinct_) {
      const DistinctArgs& args = distinct.values.args();
      for (const int arg : args.args) {
        HW_ASSIGN_OR_RETURN(ColumnPtr values, gather(*input.column(arg), distinct.sources));
        columns.push_back(std::move(values));
      }
      columns.push_back(filters(distinct));
    }
    for (size_t c = 0; c < columns.size(); ++c) {
      columns[c] = columns[c]->with_type(layout_.schema->type(static_cast<int>(c)));
    }
    for (int64_t at = 0; at < num_rows; at += kBatchRowsMax) {
      const Batch all(layout_.schema, columns, num_rows);
      queue_.push(all.slice(at, std::min(kBatchRowsMax, num_rows - at)));
    }
    return Status::OK();
  }

  /// Keys of the touched groups for the rows that go out. Few groups go by their codes, which
  /// whoever looks them up does once a group.
  Result<ColumnPtr> by_group(ColumnPtr keys) const {
    if (!keys->is_plain() || firsts_.size() * 4 > group_of_.size()) return gather(*keys, group_of_);
    const auto codes = pooled_buffer(static_cast<int64_t>(group_of_.size() * sizeof(int32_t)));
    std::copy(group_of_.begin(), group_of_.end(),
              reinterpret_cast<int32_t*>(codes->mutable_data()));
    return Column::dictionary(keys->type(), keys->values_ptr(), codes,
                              static_cast<int64_t>(group_of_.size()));
  }

  ColumnPtr has_accumulators() const {
    const auto num_rows = static_cast<int64_t>(group_of_.size());
    const auto bits = zeroed_buffer((num_rows + 7) / 8);
    for (const int32_t first : firsts_) arrow::bit_util::SetBit(bits->mutable_data(), first);
    return make_fixed_column(SqlType::boolean().not_null(), bits, nullptr, num_rows, 0);
  }

  static ColumnPtr filters(const Distinct& distinct) {
    const std::vector<int64_t>& appeared = distinct.values.appeared();
    FixedBuilder<int64_t> filters;
    filters.reserve(static_cast<int64_t>(distinct.sources.size()));
    for (const int32_t source : distinct.sources) {
      filters.unsafe_append(source < 0 ? 0 : appeared[static_cast<size_t>(source)]);
    }
    return filters.finish(SqlType::bigint().not_null());
  }

  /// Accumulators begin anew with each batch; groups and values stay as long as they are few.
  Status forget() {
    const bool full =
        groups_->num_rows() > spec_.groups_max ||
        std::any_of(distinct_.begin(), distinct_.end(), [&](const Distinct& distinct) {
          return distinct.sent->num_rows() > spec_.values_max;
        });
    if (!full) {
      groups_->reset_values(touched_.rows());
      aggregates_.initialize(*groups_, touched_.rows());
      return Status::OK();
    }
    for (const Distinct& distinct : distinct_) distinct.sent->clear();
    groups_->clear();
    return Status::OK();
  }

  const LocalAggregateSpec spec_;
  Aggregates aggregates_;
  std::vector<int> needed_;
  PartialLayout layout_;
  OperatorContext* context_ = nullptr;
  std::unique_ptr<KeyedTable> groups_;
  std::vector<Distinct> distinct_;
  // Of the batch at hand.
  TouchedRows touched_;
  std::vector<int32_t> group_of_;  // per row that goes out its group's place in touched_
  std::vector<int32_t> firsts_;    // per touched group its first row that goes out
  OutputQueue queue_;
};

/// Sums of it, rounded, depend on their order; so does which zero is the least.
bool is_approximate(const SqlType& type) {
  return type.physical() == PhysicalType::kFloat32 || type.physical() == PhysicalType::kFloat64;
}

bool merges(const AggregateCall& call, const Schema& input) {
  const std::string& name = call.function->name;
  if (name == "COUNT") return true;
  const bool known = name == "MIN" || name == "MAX" || name == "SUM" || name == "AVG";
  return known && !is_approximate(input.type(call.args[0]));
}

}  // namespace

bool merge_from_parts(const std::vector<AggregateCall>& calls, const Schema& input) {
  constexpr size_t kDistinctMax = 63;  // filters over the same values, a bit each
  if (std::ranges::count_if(calls, &AggregateCall::distinct) >
      static_cast<std::ptrdiff_t>(kDistinctMax)) {
    return false;
  }
  return std::all_of(calls.begin(), calls.end(),
                     [&](const AggregateCall& call) { return merges(call, input); });
}

Result<SchemaPtr> local_aggregate_schema(const LocalAggregateSpec& spec) {
  LocalAggregate aggregate(spec);
  HW_TRY(aggregate.bind());
  return aggregate.schema();
}

Result<std::unique_ptr<Operator>> make_local_aggregate(LocalAggregateSpec spec) {
  auto aggregate = std::make_unique<LocalAggregate>(std::move(spec));
  HW_TRY(aggregate->bind());
  return aggregate;
}

}  // namespace hw
