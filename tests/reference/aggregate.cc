// SPDX-License-Identifier: Apache-2.0
//
// GROUP BY, and the aggregate functions. To add a function: a line in result_of().

#include <algorithm>
#include <map>
#include <set>

#include "expr/aggregate_function.h"
#include "reference/decimal.h"
#include "reference/functions.h"
#include "reference/operators.h"

namespace hw::reference {
namespace {

/// The arguments of one call, a row each: filtered, and each once where DISTINCT.
std::vector<Row> arguments_of(const AggregateCall& call, const std::vector<const Row*>& rows) {
  std::vector<Row> arguments;
  std::set<Row, RowLess> seen;
  for (const Row* row : rows) {
    if (call.filter >= 0 && !(*row)[static_cast<size_t>(call.filter)].is_true()) continue;
    Row values;
    for (const int i : call.args) values.push_back((*row)[static_cast<size_t>(i)]);
    if (call.distinct && !seen.insert(values).second) continue;
    arguments.push_back(std::move(values));
  }
  return arguments;
}

/// The values of the first argument that are not NULL.
std::vector<Value> present(const std::vector<Row>& arguments) {
  std::vector<Value> values;
  for (const Row& row : arguments) {
    if (!row[0].is_null()) values.push_back(row[0]);
  }
  return values;
}

Value count(const std::vector<Row>& arguments) {
  int64_t number = 0;
  for (const Row& row : arguments) {
    bool any_null = false;
    for (const Value& value : row) any_null = any_null || value.is_null();
    number += any_null ? 0 : 1;
  }
  return Value::integer(number);
}

Exact exact_sum(const std::vector<Value>& values, const SqlType& type) {
  Exact sum{0, type.is(TypeKind::kDecimal) ? type.scale() : 0};
  for (const Value& value : values) sum.digits += exact_of(value, type).digits;
  return sum;
}

double real_sum(const std::vector<Value>& values) {
  double sum = 0;
  for (const Value& value : values) sum += value.as<double>();
  return sum;
}

Value integer_of(const BigInt& number, const SqlType& type) {
  // Cut to 64 bits as two's complement, then to the type.
  const BigInt modulus = BigInt(1) << 64;
  BigInt rest = number % modulus;
  if (rest < 0) rest += modulus;
  return Value::integer(wrap(static_cast<int64_t>(static_cast<uint64_t>(rest)), type));
}

Value real_of(double number, const SqlType& type) {
  return Value::real(type.is(TypeKind::kFloat) ? static_cast<double>(static_cast<float>(number))
                                               : number);
}

Value sum(const std::vector<Value>& values, const SqlType& from, const SqlType& to) {
  if (values.empty()) return Value::null();
  if (from.is_approximate()) return real_of(real_sum(values), to);
  const Exact total = exact_sum(values, from);
  return to.is(TypeKind::kDecimal) ? decimal_of(total, to) : integer_of(total.digits, to);
}

/// Of integers the BIGINT sum by the count, truncated; of DECIMAL the sum of 38 digits.
Value average(const std::vector<Value>& values, const SqlType& from, const SqlType& to) {
  if (values.empty()) return Value::null();
  const auto number = static_cast<int64_t>(values.size());
  if (from.is_approximate()) {
    return real_of(real_sum(values) / static_cast<double>(number), to);
  }
  const Exact total = exact_sum(values, from);
  if (to.is(TypeKind::kDecimal)) {
    // The sum is a DECIMAL itself: where it does not fit, neither does the average.
    if (decimal_of(total, SqlType::decimal(38, total.scale)).is_null()) return Value::null();
    return divide(total, {BigInt(number), 0}, to);
  }
  const int64_t wrapped = integer_of(total.digits, SqlType::bigint()).as<int64_t>();
  return Value::integer(wrap(wrapped / number, to));
}

Value extreme(const std::vector<Value>& values, int wanted) {
  if (values.empty()) return Value::null();
  Value best = values[0];
  for (const Value& value : values) {
    if (compare(value, best) == wanted) best = value;
  }
  return best;
}

/// How many different ones there are.
Value set_size(const std::vector<Value>& values) {
  std::set<int64_t> different;
  for (const Value& value : values) different.insert(value.as<int64_t>());
  return values.empty() ? Value::null() : Value::integer(static_cast<int64_t>(different.size()));
}

Value collected(std::vector<Value> values) {
  std::sort(values.begin(), values.end(),
            [](const Value& a, const Value& b) { return compare(a, b) < 0; });
  Elements entries;
  for (size_t begin = 0, end = 0; begin < values.size(); begin = end) {
    while (end < values.size() && compare(values[begin], values[end]) == 0) ++end;
    entries.push_back(
        Value::elements({values[begin], Value::integer(static_cast<int64_t>(end - begin))}));
  }
  return Value::elements(std::move(entries));
}

Result<Value> result_of(const AggregateCall& call, const LogicalNode& input,
                        const std::vector<const Row*>& rows) {
  const std::vector<Row> arguments = arguments_of(call, rows);
  const std::string& name = call.function->name;
  if (name == "COUNT") return count(arguments);
  if (call.args.size() == 1) {
    const SqlType& from = input.column(call.args[0]).type;
    const std::vector<Value> values = present(arguments);
    if (name == "SUM") return sum(values, from, call.result_type);
    if (name == "AVG") return average(values, from, call.result_type);
    if (name == "MIN") return extreme(values, -1);
    if (name == "MAX") return extreme(values, 1);
    if (name == "COLLECT") return collected(values);
    if (name == "BITMAP_BUILD_CARDINALITY_AGG") return set_size(values);
    // In the order in which the rows are given.
    if (name == "FIRST_VALUE") return values.empty() ? Value::null() : values.front();
    if (name == "LAST_VALUE") return values.empty() ? Value::null() : values.back();
  }
  return Status::NotImplemented("the reference does not know the aggregate function ", name);
}

}  // namespace

Result<Row> aggregate_group(const std::vector<NamedAggregate>& calls, const LogicalNode& input,
                            const std::vector<const Row*>& rows) {
  Row results;
  for (const NamedAggregate& named : calls) {
    HW_ASSIGN_OR_RETURN(Value value, result_of(named.call, input, rows));
    results.push_back(std::move(value));
  }
  return results;
}

Result<Relation> aggregate(const AggregateNode& node, const Relation& input,
                           const Context& context) {
  std::map<Row, std::vector<const Row*>, RowLess> groups;
  for (const Arrival& arrival : input) {
    Row key;
    for (const int i : node.keys()) key.push_back(arrival.row[static_cast<size_t>(i)]);
    groups[key].push_back(&arrival.row);
  }
  // Without GROUP BY there is one group, in batch also over no rows.
  if (node.keys().empty() && !context.is_stream()) groups.try_emplace({});
  Relation rows;
  for (const auto& [key, members] : groups) {
    Row row = key;
    HW_ASSIGN_OR_RETURN(const Row results,
                        aggregate_group(node.aggregates(), *node.input(), members));
    row.insert(row.end(), results.begin(), results.end());
    rows.push_back({std::move(row)});
  }
  return rows;
}

}  // namespace hw::reference
