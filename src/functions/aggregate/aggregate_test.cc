// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/memory.h"
#include "state/row_chunks.h"
#include "testkit/expressions.h"

namespace hw {
namespace {

/// One aggregate over a few groups.
class Aggregate {
 public:
  Aggregate(std::string_view name, std::vector<std::string_view> arg_types, uint32_t num_groups) {
    const AggregateFunction* function = all_functions().aggregate(name);
    std::vector<BoundExprPtr> args;
    for (const std::string_view type : arg_types) {
      args.push_back(null_literal(*parse_sql_type(type)));
    }
    const ExprSession session;
    const ResolvedCall call = *resolve_aggregate(*function, args, session);
    AggregateBinding binding;
    for (const BoundExprPtr& arg : call.args) binding.arg_types.push_back(arg->type());
    binding.result_type = call.type;
    binding.session = &session;
    kernel_ = *function->kernel(binding);
    type = call.type;
    std::vector<RowColumn> columns;
    for (const AccumulatorColumn& column : kernel_->accumulator()) {
      columns.push_back({column.type.fixed_width(), false});
    }
    rows_ = std::make_unique<RowChunks>(columns, recycling_pool());
    for (uint32_t i = 0; i < num_groups; ++i) {
      if (!rows_->has_room()) HW_CHECK(rows_->grow().ok());
      groups_.push_back(rows_->add());
    }
    kernel_->initialize(state(), groups_);
  }

  Aggregate& add(std::vector<ColumnPtr> args, std::vector<uint32_t> groups,
                 std::vector<int8_t> signs = {}) {
    for (uint32_t& group : groups) group = groups_[group];
    const AggregateInput input{args, groups, signs.empty() ? nullptr : signs.data()};
    status = kernel_->update(state(), input);
    return *this;
  }
  void merge(Aggregate& from) {
    HW_CHECK(kernel_->merge(state(), groups_, from.state(), from.groups_).ok());
  }
  void unmerge(Aggregate& from) {
    HW_CHECK(kernel_->unmerge(state(), groups_, from.state(), from.groups_).ok());
  }
  bool invertible() const { return kernel_->invertible(); }
  std::string result() { return column_text(**kernel_->result(state(), groups_)); }

  Status status;
  SqlType type;

 private:
  RowStoreView state() { return RowStoreView(*rows_, 0); }

  std::unique_ptr<AggregateKernel> kernel_;
  std::unique_ptr<RowChunks> rows_;
  std::vector<uint32_t> groups_;
};

ColumnPtr ints(std::string_view values) { return *parse_column("INT", values); }

TEST(CountTest, CountsRowsOrRowsWithoutNull) {
  Aggregate all("COUNT", {}, 2);
  all.add({}, {0, 1, 1, 0, 1});
  EXPECT_EQ(all.result(), "2 | 3");
  Aggregate both("COUNT", {"INT", "STRING"}, 2);
  both.add({ints("1 null 3 4"), *parse_column("STRING", "a b null d")}, {0, 0, 1, 1});
  EXPECT_EQ(both.result(), "1 | 1");
  EXPECT_EQ(both.type.to_sql(), "BIGINT NOT NULL");
}

TEST(CountTest, TakesBackAndSkipsBySign) {
  Aggregate all("COUNT", {}, 1);
  all.add({}, {0, 0, 0}, {1, 1, 0}).add({}, {0}, {-1});
  EXPECT_EQ(all.result(), "1");
}

TEST(SumTest, IsNullWithoutValuesAndKeepsTheType) {
  Aggregate sum("SUM", {"INT"}, 3);
  sum.add({ints("1 2 null 40")}, {0, 0, 2, 1});
  EXPECT_EQ(sum.result(), "3 | 40 | NULL");
  EXPECT_EQ(sum.type.to_sql(), "INT");
}

TEST(SumTest, WrapsInTheArgumentsType) {
  Aggregate sum("SUM", {"INT"}, 1);
  sum.add({ints("2147483647 1")}, {0, 0});
  EXPECT_EQ(sum.result(), "-2147483648");
}

TEST(SumTest, ARetractionUndoesExactly) {
  Aggregate sum("SUM", {"DECIMAL(38, 2)"}, 1);
  const ColumnPtr big = *parse_column(
      "DECIMAL(38, 2)",
      "999999999999999999999999999999999999.99 999999999999999999999999999999999999.99 1.50");
  sum.add({big}, {0, 0, 0});
  EXPECT_EQ(sum.result(), "NULL");
  sum.add({big->slice(0, 2)}, {0, 0}, {-1, -1});
  EXPECT_EQ(sum.result(), "1.50");
  sum.add({big->slice(2, 1)}, {0}, {-1});
  EXPECT_EQ(sum.result(), "NULL");
}

TEST(SumTest, WrappedSumsComeBack) {
  Aggregate sum("SUM", {"DECIMAL(38, 0)"}, 1);
  const ColumnPtr big = *parse_column("DECIMAL(38, 0)", "99999999999999999999999999999999999999");
  for (int i = 0; i < 5; ++i) sum.add({big}, {0});
  EXPECT_EQ(sum.result(), "NULL");
  for (int i = 0; i < 4; ++i) sum.add({big}, {0}, {-1});
  EXPECT_EQ(sum.result(), "99999999999999999999999999999999999999");
}

TEST(SumTest, MergesAndUnmergesPanes) {
  Aggregate window("SUM", {"BIGINT"}, 2), pane("SUM", {"BIGINT"}, 2);
  window.add({*parse_column("BIGINT", "1 2")}, {0, 1});
  pane.add({*parse_column("BIGINT", "10 null")}, {0, 1});
  ASSERT_TRUE(window.invertible());
  window.merge(pane);
  EXPECT_EQ(window.result(), "11 | 2");
  window.unmerge(pane);
  EXPECT_EQ(window.result(), "1 | 2");
  EXPECT_FALSE(Aggregate("SUM", {"DOUBLE"}, 1).invertible());
}

TEST(AvgTest, CutsIntegersAndRoundsDecimals) {
  Aggregate of_ints("AVG", {"INT"}, 1);
  of_ints.add({ints("1 2 null")}, {0, 0, 0});
  EXPECT_EQ(of_ints.result(), "1");
  Aggregate of_decimals("AVG", {"DECIMAL(10, 1)"}, 1);
  of_decimals.add({*parse_column("DECIMAL(10, 1)", "1.0 2.0 2.0")}, {0, 0, 0});
  EXPECT_EQ(of_decimals.result(), "1.666667");
  EXPECT_EQ(of_decimals.type.to_sql(), "DECIMAL(38, 6)");
  Aggregate of_doubles("AVG", {"DOUBLE"}, 1);
  of_doubles.add({*parse_column("DOUBLE", "1 2")}, {0, 0});
  EXPECT_EQ(of_doubles.result(), "1.5");
}

TEST(MinMaxTest, WorksForEveryOrderedType) {
  const auto both = [](std::string_view type, std::string_view values) {
    const ColumnPtr column = *parse_column(type, values);
    const std::vector<uint32_t> groups(static_cast<size_t>(column->num_rows()), 0);
    Aggregate smallest("MIN", {type}, 1), largest("MAX", {type}, 1);
    return smallest.add({column}, groups).result() + " " + largest.add({column}, groups).result();
  };
  EXPECT_EQ(both("INT", "5 null -3 4"), "-3 5");
  EXPECT_EQ(both("BIGINT", "9223372036854775807 -9223372036854775808"),
            "-9223372036854775808 9223372036854775807");
  EXPECT_EQ(both("DOUBLE", "1.5 NaN -2"), "-2.0 NaN");
  EXPECT_EQ(both("DECIMAL(5, 2)", "1.50 -0.01"), "-0.01 1.50");
  EXPECT_EQ(both("STRING", "b abc ''"), " b");
  EXPECT_EQ(both("BOOLEAN", "TRUE FALSE"), "FALSE TRUE");
  EXPECT_EQ(both("DATE", "2024-02-01 1969-01-01"), "1969-01-01 2024-02-01");
  EXPECT_EQ(both("STRING", "null null"), "NULL NULL");
}

TEST(MinMaxTest, MergesGroups) {
  Aggregate a("MAX", {"STRING"}, 2), b("MAX", {"STRING"}, 2);
  a.add({*parse_column("STRING", "m x")}, {0, 1});
  b.add({*parse_column("STRING", "z")}, {0});
  a.merge(b);
  EXPECT_EQ(a.result(), "z | x");
}

TEST(MinMaxTest, RefusesRetractionsOfInsertOnlyInput) {
  Aggregate a("MIN", {"INT"}, 1);
  a.add({ints("1")}, {0}, {-1});
  EXPECT_TRUE(a.status.IsUnknownError());
}

TEST(AggregateTest, ReadsConstantAndDictionaryColumnsAndManyGroups) {
  const ColumnPtr one = Column::constant(SqlType::integer(), ints("7")->values_ptr(), 5000);
  std::vector<uint32_t> groups;
  for (uint32_t i = 0; i < 5000; ++i) groups.push_back(i % 4999);
  Aggregate sum("SUM", {"INT"}, 4999);
  sum.add({one}, groups);
  EXPECT_TRUE(sum.result().starts_with("14 | 7 | 7"));
}

}  // namespace
}  // namespace hw
