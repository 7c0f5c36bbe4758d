// SPDX-License-Identifier: Apache-2.0

#include "expr/row_kernel.h"

#include <gtest/gtest.h>

#include "testkit/expressions.h"

namespace hw {
namespace {

int64_t add(int64_t a, int64_t b) { return a + b; }
std::optional<int64_t> positive(int64_t a) {
  return a > 0 ? std::optional<int64_t>(a) : std::nullopt;
}
Result<int64_t> no_seven(int64_t a) {
  if (a == 7) return Status::Invalid("seven");
  return a;
}
void twice(TextWriter& out, std::string_view text) {
  out.append(text);
  out.append(text);
}
bool first_letter(TextWriter& out, std::string_view text) {
  if (text.empty()) return false;
  out.append(text[0]);
  return true;
}
bool is_missing(std::optional<std::string_view> text) { return !text; }
int32_t length(std::string_view text) { return static_cast<int32_t>(text.size()); }

CallBinding binding(std::vector<const char*> args, const char* result) {
  CallBinding made;
  for (const char* arg : args) made.arg_types.push_back(*parse_sql_type(arg));
  made.literals.resize(args.size());
  made.result_type = *parse_sql_type(result);
  return made;
}

Result<ColumnPtr> evaluate(const ScalarBind& bind, const CallBinding& binding,
                           std::vector<ColumnPtr> args) {
  HW_ASSIGN_OR_RETURN(const std::unique_ptr<ScalarKernel> kernel, bind(binding));
  KernelContext context;
  context.num_rows = args[0]->num_rows();
  return kernel->evaluate(context, args);
}

ColumnPtr constant(std::string_view type, std::string_view value, int64_t num_rows) {
  const ColumnPtr one = *parse_column(type, value);
  return Column::constant(one->type(), one->values_ptr(), num_rows);
}

ColumnPtr dictionary(std::string_view type, std::string_view values, std::vector<int32_t> indices) {
  const auto num_rows = static_cast<int64_t>(indices.size());
  BufferPtr buffer = *allocate_values<int32_t>(num_rows);
  std::memcpy(buffer->mutable_data(), indices.data(), indices.size() * 4);
  const ColumnPtr distinct = *parse_column(type, values);
  return Column::dictionary(distinct->type(), distinct->values_ptr(), buffer, num_rows);
}

TEST(RowKernelTest, NullsGoThrough) {
  const CallBinding two = binding({"BIGINT", "BIGINT"}, "BIGINT");
  const ColumnPtr sum =
      *evaluate(row_kernel<add>(), two,
                {*parse_column("BIGINT", "1 null 3"), *parse_column("BIGINT", "10 20 null")});
  EXPECT_EQ(column_text(*sum), "11 | NULL | NULL");
}

TEST(RowKernelTest, ConstantsOnEitherSide) {
  const CallBinding two = binding({"BIGINT", "BIGINT"}, "BIGINT");
  const ColumnPtr plain = *parse_column("BIGINT", "1 2");
  const ColumnPtr ten = constant("BIGINT", "10", 2);
  EXPECT_EQ(column_text(**evaluate(row_kernel<add>(), two, {plain, ten})), "11 | 12");
  EXPECT_EQ(column_text(**evaluate(row_kernel<add>(), two, {ten, plain})), "11 | 12");
  const ColumnPtr both = *evaluate(row_kernel<add>(), two, {ten, ten});
  EXPECT_TRUE(both->is_constant());
  EXPECT_EQ(column_text(*both), "20 | 20");
  const ColumnPtr none = *evaluate(row_kernel<add>(), two, {plain, constant("BIGINT", "null", 2)});
  EXPECT_TRUE(none->is_constant());
  EXPECT_EQ(column_text(*none), "NULL | NULL");
}

TEST(RowKernelTest, OptionalResultsMayBeNull) {
  const CallBinding one = binding({"BIGINT"}, "BIGINT");
  EXPECT_EQ(column_text(
                **evaluate(row_kernel<positive>(), one, {*parse_column("BIGINT", "1 -1 null 4")})),
            "1 | NULL | NULL | 4");
}

TEST(RowKernelTest, ErrorsComeFromRowsThatAreNotNullOnly) {
  const CallBinding one = binding({"BIGINT"}, "BIGINT");
  EXPECT_EQ(
      evaluate(row_kernel<no_seven>(), one, {*parse_column("BIGINT", "1 7")}).status().message(),
      "seven");
  EXPECT_EQ(
      column_text(**evaluate(row_kernel<no_seven>(), one, {*parse_column("BIGINT", "1 null 8")})),
      "1 | NULL | 8");
}

TEST(RowKernelTest, WritesText) {
  const CallBinding one = binding({"STRING"}, "STRING");
  const ColumnPtr words = *parse_column("STRING", "ab '' null c");
  EXPECT_EQ(column_text(**evaluate(row_kernel<twice>(), one, {words})), "abab |  | NULL | cc");
  EXPECT_EQ(column_text(**evaluate(row_kernel<first_letter>(), one, {words})),
            "a | NULL | NULL | c");
}

TEST(RowKernelTest, AnOptionalParameterSeesNull) {
  const CallBinding one = binding({"STRING"}, "BOOLEAN");
  EXPECT_EQ(
      column_text(**evaluate(row_kernel<is_missing>(), one, {*parse_column("STRING", "a null")})),
      "FALSE | TRUE");
}

TEST(RowKernelTest, ADictionaryIsEvaluatedOncePerDistinctValue) {
  const CallBinding one = binding({"STRING"}, "INT");
  const ColumnPtr coded = dictionary("STRING", "a bbb null", {0, 1, 1, 2, 0, 1});
  const ColumnPtr lengths = *evaluate(row_kernel<length>(), one, {coded});
  EXPECT_EQ(lengths->encoding(), Column::Encoding::kDictionary);
  EXPECT_EQ(column_text(*lengths), "1 | 3 | 3 | NULL | 1 | 3");
}

TEST(RowKernelTest, AValueOfTheDictionaryThatNoRowHasDoesNotFail) {
  const CallBinding one = binding({"BIGINT"}, "BIGINT");
  const ColumnPtr coded = dictionary("BIGINT", "1 7", {0, 0, 0});
  EXPECT_EQ(column_text(**evaluate(row_kernel<no_seven>(), one, {coded})), "1 | 1 | 1");
}

TEST(RowKernelTest, ChoosesTheOverloadThatFits) {
  const CallBinding one = binding({"STRING"}, "INT");
  const ScalarBind overloaded = row_kernel<positive, length>();
  EXPECT_EQ(column_text(**evaluate(overloaded, one, {*parse_column("STRING", "abc")})), "3");
  EXPECT_FALSE(overloaded(binding({"DOUBLE"}, "INT")).ok());
}

TEST(RowKernelTest, SlicedColumnsStartAtTheirOffset) {
  const CallBinding two = binding({"BIGINT", "BIGINT"}, "BIGINT");
  const ColumnPtr left = (*parse_column("BIGINT", "1 2 null 4 5 6 7 8 9 10"))->slice(1, 8);
  const ColumnPtr right = (*parse_column("BIGINT", "null 2 3 null 5 6 7 8 9 10"))->slice(2, 8);
  EXPECT_EQ(column_text(**evaluate(row_kernel<add>(), two, {left, right})),
            "5 | NULL | 9 | 11 | 13 | 15 | 17 | 19");
}

}  // namespace
}  // namespace hw
