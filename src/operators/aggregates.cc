// SPDX-License-Identifier: Apache-2.0

#include "operators/aggregates.h"

#include <algorithm>
#include <utility>

#include <arrow/array/data.h>
#include <arrow/buffer.h>

#include "base/assert.h"
#include "expr/kernel_output.h"

namespace hw {
namespace {

/// MIN and MAX do not care how often a value came.
bool ignores_repetition(const AggregateFunction& function) {
  return function.name == "MIN" || function.name == "MAX";
}

/// Name of a column that no other has: the same aggregate may stand twice in a query.
std::string unique_name(const std::vector<SqlField>& columns, const std::string& name) {
  const auto taken = [&](const std::string& candidate) {
    return std::any_of(columns.begin(), columns.end(),
                       [&](const SqlField& column) { return column.name == candidate; });
  };
  std::string candidate = name;
  for (int i = 2; taken(candidate); ++i) candidate = name + " #" + std::to_string(i);
  return candidate;
}

/// Writes 1 for the rows of a plain BOOLEAN column that are TRUE, else 0.
void mark_true(const Column& condition, int8_t* marks) {
  const uint8_t* bits = condition.values().buffers[1]->data();
  const int64_t offset = condition.values().offset;
  for (int64_t begin = 0; begin < condition.num_rows(); begin += 64) {
    const int64_t count = std::min<int64_t>(64, condition.num_rows() - begin);
    uint64_t word = load_bits(bits, offset + begin, count);
    if (condition.may_have_nulls()) word &= load_bits(condition.validity(), offset + begin, count);
    for (int64_t i = 0; i < count; ++i) marks[begin + i] = static_cast<int8_t>((word >> i) & 1);
  }
}

}  // namespace

Result<Aggregates> Aggregates::bind(const std::vector<AggregateCall>& calls, const Schema& input,
                                    const ExprSession& session, Options options) {
  Aggregates aggregates;
  for (const AggregateCall& call : calls) {
    HW_TRY(aggregates.add_call(call, input, session, options));
  }
  return aggregates;
}

Status Aggregates::add_call(const AggregateCall& call, const Schema& input,
                            const ExprSession& session, const Options& options) {
  HW_CHECK(call.function != nullptr);
  BoundAggregate bound;
  bound.call = call;
  AggregateBinding binding;
  for (const int arg : call.args) binding.arg_types.push_back(input.type(arg));
  binding.result_type = call.result_type;
  binding.literals = call.literals;
  binding.literals.resize(call.args.size());
  binding.session = &session;
  binding.retracts = options.retracts;
  const auto needs = [&] {
    return call.function->needs ? call.function->needs(binding) : AggregateNeeds::kNothing;
  };
  if (call.distinct && !ignores_repetition(*call.function)) {
    bound.way = AggregateWay::kDistinct;
  } else if (needs() == AggregateNeeds::kOrderedSet) {
    // A counted set of values gives the extremes too, where the kernel may wait for its end.
    bound.deferred = options.deferred_sets || options.deferred_extremes;
    bound.way = bound.deferred ? AggregateWay::kDistinct : AggregateWay::kOrdered;
    binding.retracts = false;
  }
  if (bound.way == AggregateWay::kDistinct && options.deferred_sets) binding.retracts = false;
  if (needs() != AggregateNeeds::kNothing) {
    return not_supported_yet(call.to_sql(input) + " over an input with updates or deletes");
  }

  if (bound.way == AggregateWay::kDistinct) {
    auto set = std::find_if(distinct_sets_.begin(), distinct_sets_.end(),
                            [&](const DistinctArgs& other) { return other.args == call.args; });
    if (set == distinct_sets_.end()) {
      set = distinct_sets_.insert(set, DistinctArgs{.args = call.args, .filters = {}});
    }
    auto slot = std::find(set->filters.begin(), set->filters.end(), call.filter);
    if (slot == set->filters.end()) slot = set->filters.insert(slot, call.filter);
    bound.set = static_cast<int>(set - distinct_sets_.begin());
    bound.filter_slot = static_cast<int>(slot - set->filters.begin());
  } else if (bound.way == AggregateWay::kOrdered) {
    bound.set = static_cast<int>(ordered_calls_.size());
    ordered_calls_.push_back(static_cast<int>(calls_.size()));
  }
  if (bound.way != AggregateWay::kOrdered) {
    HW_ASSIGN_OR_RETURN(bound.kernel, call.function->kernel(binding));
    bound.first_column = options.first_column + static_cast<int>(columns_.size());
    for (const AccumulatorColumn& column : bound.kernel->accumulator()) {
      const std::string name = call.to_sql(input) + "." + column.name;
      columns_.push_back({unique_name(columns_, name), column.type});
      ++bound.num_columns;
    }
  }
  calls_.push_back(std::move(bound));
  return Status::OK();
}

std::vector<int> Aggregates::input_columns() const {
  std::vector<int> columns;
  for (const BoundAggregate& bound : calls_) {
    columns.insert(columns.end(), bound.call.args.begin(), bound.call.args.end());
    if (bound.call.filter >= 0) columns.push_back(bound.call.filter);
  }
  return columns;
}

bool Aggregates::invertible() const {
  return std::all_of(calls_.begin(), calls_.end(), [](const BoundAggregate& bound) {
    return bound.way == AggregateWay::kPlain && bound.kernel->invertible();
  });
}

void Aggregates::initialize(KeyedTable& table, std::span<const uint32_t> rows) const {
  if (rows.empty()) return;
  for (const BoundAggregate& bound : calls_) {
    if (bound.kernel) bound.kernel->initialize(table.values(bound.first_column), rows);
  }
}

Status Aggregates::update(KeyedTable& table, const DenseInput& input,
                          std::span<const uint32_t> groups, std::span<const int8_t> signs) const {
  std::vector<int8_t> scratch;
  for (const BoundAggregate& bound : calls_) {
    if (bound.way != AggregateWay::kPlain) continue;
    const std::vector<ColumnPtr> args = input.columns(bound.call.args);
    const std::span<const int8_t> counting =
        filtered_signs(input, bound.call.filter, signs, scratch);
    HW_TRY(bound.kernel->update(
        table.values(bound.first_column),
        {.args = args, .groups = groups, .signs = counting.empty() ? nullptr : counting.data()}));
  }
  return Status::OK();
}

Status Aggregates::merge(KeyedTable& table, std::span<const uint32_t> rows, KeyedTable& from,
                         std::span<const uint32_t> from_rows) const {
  for (const BoundAggregate& bound : calls_) {
    if (bound.way != AggregateWay::kPlain) continue;
    HW_TRY(bound.kernel->merge(table.values(bound.first_column), rows,
                               from.values(bound.first_column), from_rows));
  }
  return Status::OK();
}

Status Aggregates::unmerge(KeyedTable& table, std::span<const uint32_t> rows, KeyedTable& from,
                           std::span<const uint32_t> from_rows) const {
  for (const BoundAggregate& bound : calls_) {
    HW_TRY(bound.kernel->unmerge(table.values(bound.first_column), rows,
                                 from.values(bound.first_column), from_rows));
  }
  return Status::OK();
}

Result<ColumnPtr> Aggregates::result(int call, KeyedTable& table,
                                     std::span<const uint32_t> rows) const {
  const BoundAggregate& bound = calls_[static_cast<size_t>(call)];
  return bound.kernel->result(table.values(bound.first_column), rows);
}

std::span<const int8_t> filtered_signs(const DenseInput& input, int filter,
                                       std::span<const int8_t> signs,
                                       std::vector<int8_t>& scratch) {
  if (filter < 0) return signs;
  const Column& condition = *input.column(filter);
  const auto num_rows = static_cast<size_t>(input.num_rows());
  scratch.resize(num_rows);
  if (condition.is_plain()) {
    mark_true(condition, scratch.data());
  } else {
    for (size_t i = 0; i < num_rows; ++i) {
      const int64_t slot = condition.slot(static_cast<int64_t>(i));
      scratch[i] = !condition.slot_is_null(slot) && condition.slot_value<bool>(slot) ? 1 : 0;
    }
  }
  for (size_t i = 0; i < signs.size(); ++i) scratch[i] = static_cast<int8_t>(scratch[i] * signs[i]);
  return scratch;
}

}  // namespace hw
