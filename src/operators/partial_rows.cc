// SPDX-License-Identifier: Apache-2.0

#include "operators/partial_rows.h"

#include <string>
#include <utility>

#include "columnar/fast_builders.h"
#include "columnar/gather.h"

namespace hw {
namespace {

TableSchema by_number(TableSchema groups) {
  groups.keys = {{"row", SqlType::integer().not_null()}};
  return groups;
}

}  // namespace

PartialLayout PartialLayout::of(const Schema& input, std::span<const int> keys,
                                const Aggregates& aggregates) {
  PartialLayout layout;
  std::vector<SqlField> fields;
  const auto add = [&](std::string name, const SqlType& type) {
    fields.push_back({"$" + std::to_string(fields.size()) + "_" + std::move(name), type});
    return static_cast<int>(fields.size()) - 1;
  };
  for (const int key : keys) fields.push_back({input.name(key), input.type(key)});
  layout.has_accumulators = add("accumulators", SqlType::boolean().not_null());
  layout.accumulators.assign(aggregates.columns().size(), -1);
  size_t accumulator = 0;
  for (const BoundAggregate& bound : aggregates.calls()) {
    for (int i = 0; i < bound.num_columns; ++i, ++accumulator) {
      if (bound.way != AggregateWay::kPlain) continue;
      const SqlField& column = aggregates.columns()[accumulator];
      layout.accumulators[accumulator] = add(column.name, column.type.with_nullable(true));
    }
  }
  for (const DistinctArgs& args : aggregates.distinct_sets()) {
    Set set{.first_value = static_cast<int>(fields.size())};
    for (const int arg : args.args) add(input.name(arg), input.type(arg).with_nullable(true));
    set.filters = add("filters", SqlType::bigint().not_null());
    layout.sets.push_back(set);
  }
  layout.schema = make_schema(std::move(fields));
  return layout;
}

PartialRows::PartialRows(PartialLayout layout, const Aggregates& aggregates,
                         TableSchema accumulators, arrow::MemoryPool* pool)
    : layout_(std::move(layout)),
      aggregates_(aggregates),
      arrived_(by_number(std::move(accumulators)), pool) {}

Status PartialRows::merge(const DenseInput& rows, KeyedTable& groups,
                          std::span<const uint32_t> row_groups) {
  const Column& has = *rows.column(layout_.has_accumulators);
  std::vector<int32_t> sources;
  std::vector<uint32_t> merged;
  FixedBuilder<int32_t> numbers;
  numbers.reserve(rows.num_rows());
  for (int64_t i = 0; i < rows.num_rows(); ++i) {
    if (!has.value<bool>(i)) continue;
    numbers.unsafe_append(static_cast<int32_t>(sources.size()));
    sources.push_back(static_cast<int32_t>(i));
    merged.push_back(row_groups[static_cast<size_t>(i)]);
  }
  if (sources.empty()) return Status::OK();
  arrived_.clear();
  const std::vector<ColumnPtr> key = {numbers.finish(SqlType::integer().not_null())};
  std::vector<uint32_t> arrived;
  HW_TRY(arrived_.find_or_insert(
      {.columns = key, .num_rows = static_cast<int64_t>(sources.size()), .hashes = nullptr},
      arrived, nullptr));
  for (size_t c = 0; c < layout_.accumulators.size(); ++c) {
    const int column = layout_.accumulators[c];
    if (column < 0) continue;
    arrived_.write_value(static_cast<int>(c), *rows.column(column), arrived, sources);
  }
  return aggregates_.merge(groups, merged, arrived_, arrived);
}

Result<PartialRows::Values> PartialRows::values(const DenseInput& rows,
                                                std::span<const uint32_t> row_groups, size_t set,
                                                int num_columns) const {
  const PartialLayout::Set& from = layout_.sets[set];
  const DistinctArgs& to = aggregates_.distinct_sets()[set];
  const Column& filters = *rows.column(from.filters);
  Values values;
  std::vector<int32_t> sources;
  for (int64_t i = 0; i < rows.num_rows(); ++i) {
    const auto asked = filters.value<int64_t>(i);
    if (asked == 0) continue;
    sources.push_back(static_cast<int32_t>(i));
    values.groups.push_back(row_groups[static_cast<size_t>(i)]);
    values.filters.push_back(asked);
  }
  const auto count = static_cast<int64_t>(sources.size());
  const bool first_ones = count == 0 || sources.back() + 1 == count;
  std::vector<ColumnPtr> columns(static_cast<size_t>(num_columns));
  for (size_t i = 0; i < to.args.size(); ++i) {
    const ColumnPtr& sent = rows.column(from.first_value + static_cast<int>(i));
    ColumnPtr& column = columns[static_cast<size_t>(to.args[i])];
    if (first_ones) {
      column = sent->slice(0, count);
    } else {
      HW_ASSIGN_OR_RETURN(column, gather(*sent, sources));
    }
  }
  values.input = DenseInput::of_inserts(std::move(columns), count);
  return values;
}

}  // namespace hw
