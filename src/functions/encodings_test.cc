// SPDX-License-Identifier: Apache-2.0
//
// Every function of one or two scalar arguments gives the same values whether its columns are
// plain, cut out of a larger column, constant, dictionaries, or read through a selection.

#include <array>
#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/env/env.h"
#include "columnar/gather.h"
#include "expr/kernel_output.h"
#include "testkit/expressions.h"

namespace hw {
namespace {

struct Domain {
  const char* type;
  const char* values;
};
constexpr std::array<Domain, 9> kDomains = {{
    {"TINYINT", "-128 -1 0 1 7 127 null"},
    {"INT", "-2147483648 -3 -1 0 1 2 12 2147483647 null"},
    {"BIGINT", "-9223372036854775808 -5 0 1 123 9223372036854775807 null"},
    {"DOUBLE", "-1.5 0 0.5 2.675 1e300 NaN Infinity null"},
    {"DECIMAL(10, 2)", "-1.50 0.00 2.25 99999999.99 null"},
    {"STRING", "'' a abc 12 'Größe' '%' null"},
    {"BOOLEAN", "TRUE FALSE null"},
    {"DATE", "1969-12-31 1970-01-01 2024-02-29 null"},
    {"TIMESTAMP(3)", "'1969-12-31 23:59:59.999' '2024-02-29 12:00:00.000' null"},
}};

/// 200 random picks of a domain, as a dictionary column.
ColumnPtr random_column(Random& random, const Domain& domain) {
  const ColumnPtr distinct = *parse_column(domain.type, domain.values);
  constexpr int64_t kRows = 200;
  BufferPtr indices = *allocate_values<int32_t>(kRows);
  auto* out = reinterpret_cast<int32_t*>(indices->mutable_data());
  for (int64_t i = 0; i < kRows; ++i) {
    out[i] = static_cast<int32_t>(random.below(static_cast<uint64_t>(distinct->num_rows())));
  }
  return Column::dictionary(distinct->type(), distinct->values_ptr(), indices, kRows);
}

Batch batch_of(const std::vector<ColumnPtr>& columns) {
  std::vector<SqlField> fields;
  for (const ColumnPtr& column : columns) {
    fields.push_back({"c" + std::to_string(fields.size()), column->type()});
  }
  return Batch(make_schema(std::move(fields)), columns, columns[0]->num_rows());
}

/// Values, or the error.
std::string evaluate(const BoundExprPtr& expr, const std::vector<ColumnPtr>& columns) {
  return values_of(expr, batch_of(columns));
}

std::vector<ColumnPtr> flat(const std::vector<ColumnPtr>& columns) {
  std::vector<ColumnPtr> result;
  for (const ColumnPtr& column : columns) result.push_back(*column->flattened());
  return result;
}

/// The same rows from the middle of a longer column, at an offset that is no multiple of 8.
std::vector<ColumnPtr> cut_out(const std::vector<ColumnPtr>& columns) {
  std::vector<ColumnPtr> result;
  for (const ColumnPtr& column : columns) {
    const ColumnPtr plain = *column->flattened();
    const ColumnPtr longer = *concatenate({plain->slice(3, 13), plain, plain->slice(0, 5)});
    result.push_back(longer->slice(13, plain->num_rows()));
  }
  return result;
}

void check_encodings(const BoundExprPtr& expr, const std::vector<ColumnPtr>& columns) {
  const std::string expected = evaluate(expr, flat(columns));
  EXPECT_EQ(evaluate(expr, columns), expected) << "dictionary: " << expr->to_sql();
  EXPECT_EQ(evaluate(expr, cut_out(columns)), expected) << "cut out: " << expr->to_sql();
  // Selections are evaluated from gathered columns: single rows, and long runs of neighbours.
  for (const int32_t step : {2, 23}) {
    Selection rows;
    for (int32_t i = 1; i < columns[0]->num_rows(); ++i) {
      if (step == 2 ? i % 2 == 0 : i % step != 0) rows.push_back(i);
    }
    std::vector<ColumnPtr> picked;
    for (const ColumnPtr& column : flat(columns)) picked.push_back(*gather(*column, rows));
    const Batch narrowed =
        batch_of(flat(columns)).narrowed_to(std::make_shared<Selection>(std::move(rows)));
    EXPECT_EQ(values_of(expr, narrowed), evaluate(expr, picked)) << "selection: " << expr->to_sql();
  }
}

void check_constant(const BoundExprPtr& expr, const ScalarFunction& function,
                    const std::vector<ColumnPtr>& columns) {
  for (const int64_t row : {0, 7}) {
    const ColumnPtr one = (*columns[1]->flattened())->slice(row, 1);
    const ColumnPtr value = *gather(*one, std::vector<int32_t>{0});
    const ColumnPtr constant = Column::constant(value->type(), value->values_ptr(), 200);
    const std::vector<ColumnPtr> repeated = {columns[0], *constant->flattened()};
    const std::string expected = evaluate(expr, flat(repeated));
    EXPECT_EQ(evaluate(expr, {columns[0], constant}), expected) << "constant: " << expr->to_sql();
    const BoundExprPtr literal =
        BoundExpr::literal(Column::constant(value->type(), value->values_ptr(), 1));
    const auto with_literal =
        bind_call(function, {BoundExpr::column(0, columns[0]->type(), "c0"), literal}, {});
    if (!with_literal.ok() || !((*with_literal)->type() == expr->type())) continue;
    // A literal that makes no sense (a broken pattern) is refused before any row is seen.
    if (!Evaluator::make({*with_literal}, {}).ok()) continue;
    EXPECT_EQ(evaluate(*with_literal, {columns[0]}), expected)
        << "literal: " << (*with_literal)->to_sql();
  }
}

class EncodingsTest : public testing::TestWithParam<const ScalarFunction*> {};

TEST_P(EncodingsTest, DoNotChangeTheResult) {
  const ScalarFunction& function = *GetParam();
  Random random(2026);
  for (const Domain& domain : kDomains) {
    const ColumnPtr a = random_column(random, domain);
    const BoundExprPtr c0 = BoundExpr::column(0, a->type(), "c0");
    if (const auto unary = bind_call(function, {c0}, {}); unary.ok()) {
      check_encodings(*unary, {a});
    }
    for (const Domain& other : kDomains) {
      const ColumnPtr b = random_column(random, other);
      const BoundExprPtr c1 = BoundExpr::column(1, b->type(), "c1");
      const auto binary = bind_call(function, {c0, c1}, {});
      if (!binary.ok()) continue;
      check_encodings(*binary, {a, b});
      check_constant(*binary, function, {a, b});
    }
  }
}

std::vector<const ScalarFunction*> repeatable_functions() {
  std::vector<const ScalarFunction*> all;
  for (const ScalarFunction& function : all_functions().scalars()) {
    if (function.determinism == Determinism::kDeterministic) all.push_back(&function);
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(AllFunctions, EncodingsTest, testing::ValuesIn(repeatable_functions()),
                         [](const auto& test) { return "Function" + std::to_string(test.index); });

}  // namespace
}  // namespace hw
