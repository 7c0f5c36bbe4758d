// SPDX-License-Identifier: Apache-2.0

#include "functions/aggregate/value_bag.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "columnar/key_bytes.h"
#include "functions/aggregate/grouped_rows.h"

namespace hw {
namespace {

/// A record: the length of its sort key and of its values, then both.
struct Record {
  std::string_view order;
  std::string_view values;
  size_t size = 0;
};

void append_length(size_t length, std::string& out) {
  const auto value = static_cast<uint32_t>(length);
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

uint32_t length_at(std::string_view bytes, size_t place) {
  uint32_t value;
  std::memcpy(&value, bytes.data() + place, sizeof(value));
  return value;
}

/// Requires: a whole record at the front.
Record record_at(std::string_view bag, size_t place) {
  const uint32_t order = length_at(bag, place);
  const uint32_t values = length_at(bag, place + 4);
  return {bag.substr(place + 8, order), bag.substr(place + 8 + order, values),
          size_t{8} + order + values};
}

/// Takes the first record with these bytes out. False when there is none.
bool remove_record(std::string& bag, std::string_view record) {
  size_t place = 0;
  while (place < bag.size()) {
    const size_t size = record_at(bag, place).size;
    if (std::string_view(bag).substr(place, size) == record) {
      bag.erase(place, size);
      return true;
    }
    place += size;
  }
  return false;
}

}  // namespace

BagKernel::BagKernel(const AggregateBinding& binding, BagOptions options)
    : result_type_(binding.result_type), options_(std::move(options)) {
  for (const int arg : options_.values) {
    value_types_.push_back(binding.arg_types[static_cast<size_t>(arg)]);
  }
}

std::vector<AccumulatorColumn> BagKernel::accumulator() const {
  return {{"values", SqlType::bytes().not_null()}};
}

void BagKernel::encode(const AggregateInput& input, int64_t row, std::string& out) const {
  out.assign(8, '\0');
  for (const ArgumentOrder& order : options_.order) {
    append_order_bytes(*input.args[static_cast<size_t>(order.arg)], row, order.descending,
                       order.nulls_first, out);
  }
  const auto order_size = static_cast<uint32_t>(out.size() - 8);
  for (const int arg : options_.values) {
    append_value_bytes(*input.args[static_cast<size_t>(arg)], row, out);
  }
  const auto values_size = static_cast<uint32_t>(out.size() - 8 - order_size);
  std::memcpy(out.data(), &order_size, sizeof(order_size));
  std::memcpy(out.data() + 4, &values_size, sizeof(values_size));
}

Status BagKernel::update(RowStoreView state, const AggregateInput& input) {
  std::vector<int8_t> weights;
  const size_t n = input.groups.size();
  if (input.signs != nullptr) weights.assign(input.signs, input.signs + n);
  const Column& first = *input.args[static_cast<size_t>(options_.values[0])];
  if (options_.skip_nulls && first.may_have_nulls()) {
    if (weights.empty()) weights.assign(n, 1);
    for (size_t i = 0; i < n; ++i) {
      if (first.is_null(static_cast<int64_t>(i))) weights[i] = 0;
    }
  }
  const GroupedRows grouped(input, weights);
  std::string bag, record;
  return grouped.for_each([&](uint32_t group, std::span<const uint32_t> rows) -> Status {
    bag = state.bytes(0, group);
    for (const uint32_t row : rows) {
      encode(input, row, record);
      if (weights.empty() || weights[row] > 0) {
        bag += record;
      } else {
        remove_record(bag, record);
      }
    }
    if (bag.size() > UINT32_MAX) {
      return Status::CapacityError("an aggregate keeps at most 4 GiB of values per group");
    }
    state.set_bytes(0, group, bag);
    return Status::OK();
  });
}

Status BagKernel::merge(RowStoreView state, std::span<const uint32_t> rows, RowStoreView from,
                        std::span<const uint32_t> from_rows) {
  std::string bag;
  for (size_t i = 0; i < rows.size(); ++i) {
    bag = state.bytes(0, rows[i]);
    bag += from.bytes(0, from_rows[i]);
    state.set_bytes(0, rows[i], bag);
  }
  return Status::OK();
}

std::vector<std::string_view> BagKernel::ordered_values(std::string_view bag) const {
  std::vector<Record> records;
  for (size_t place = 0; place < bag.size(); place += records.back().size) {
    records.push_back(record_at(bag, place));
  }
  if (!options_.order.empty()) {
    std::stable_sort(records.begin(), records.end(),
                     [](const Record& a, const Record& b) { return a.order < b.order; });
  }
  std::vector<std::string_view> values;
  values.reserve(records.size());
  for (const Record& record : records) values.push_back(record.values);
  return values;
}

Result<std::vector<ColumnPtr>> BagKernel::values_of(RowStoreView state, uint32_t row) const {
  std::vector<std::unique_ptr<ColumnBuilder>> builders;
  for (const SqlType& type : value_types_) {
    HW_ASSIGN_OR_RETURN(std::unique_ptr<ColumnBuilder> builder, ColumnBuilder::make(type));
    builders.push_back(std::move(builder));
  }
  for (std::string_view values : ordered_values(state.bytes(0, row))) {
    for (size_t i = 0; i < builders.size(); ++i) {
      HW_TRY(append_decoded_value(value_types_[i], values, *builders[i]));
    }
  }
  std::vector<ColumnPtr> columns;
  for (const auto& builder : builders) {
    HW_ASSIGN_OR_RETURN(ColumnPtr column, builder->finish());
    columns.push_back(std::move(column));
  }
  return columns;
}

Result<int64_t> BagKernel::append_values(RowStoreView state, uint32_t row,
                                         ColumnBuilder& out) const {
  int64_t count = 0;
  for (std::string_view values : ordered_values(state.bytes(0, row))) {
    HW_TRY(append_decoded_value(value_types_[0], values, out));
    ++count;
  }
  return count;
}

}  // namespace hw
