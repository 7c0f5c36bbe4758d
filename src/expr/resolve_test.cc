// SPDX-License-Identifier: Apache-2.0

#include "expr/resolve.h"

#include <gtest/gtest.h>

#include "expr/row_kernel.h"
#include "expr/signature.h"
#include "expr/type_rules.h"
#include "testkit/expressions.h"

namespace hw {
namespace {

std::vector<SqlType> types(std::initializer_list<const char*> names) {
  std::vector<SqlType> all;
  for (const char* name : names) all.push_back(*parse_sql_type(name));
  return all;
}

/// `(INT, STRING) -> BOOLEAN`, or `-` when the types do not fit.
std::string matched(std::string_view signature, std::initializer_list<const char*> given) {
  const auto match = Signature::parse(signature)->match(types(given));
  return match ? type_list(match->arg_types) + " -> " + match->result.to_sql_without_null() : "-";
}

TEST(SignatureTest, MatchesFamiliesWithoutCasts) {
  EXPECT_EQ(matched("(s VARCHAR) -> INT", {"CHAR(3)"}), "(CHAR(3)) -> INT");
  EXPECT_EQ(matched("(s VARCHAR) -> INT", {"INT"}), "-");
  EXPECT_EQ(matched("(n INTEGER) -> INT", {"SMALLINT"}), "(SMALLINT) -> INT");
  EXPECT_EQ(matched("(n INTEGER) -> INT", {"DOUBLE"}), "-");
  EXPECT_EQ(matched("(t TEMPORAL) -> INT", {"TIMESTAMP(3)"}), "(TIMESTAMP(3)) -> INT");
}

TEST(SignatureTest, WidensToATypeThatIsSpelledOut) {
  EXPECT_EQ(matched("(n BIGINT) -> BIGINT", {"INT"}), "(BIGINT) -> BIGINT");
  EXPECT_EQ(matched("(n INT) -> BIGINT", {"BIGINT"}), "-");
  EXPECT_EQ(matched("(x DOUBLE) -> DOUBLE", {"DECIMAL(5, 2)"}), "(DOUBLE) -> DOUBLE");
}

TEST(SignatureTest, CountsOptionalAndRepeatedArguments) {
  constexpr std::string_view kOptional = "(s VARCHAR, [n INT]) -> VARCHAR";
  EXPECT_EQ(matched(kOptional, {"STRING"}), "(STRING) -> STRING");
  EXPECT_EQ(matched(kOptional, {"STRING", "INT"}), "(STRING, INT) -> STRING");
  EXPECT_EQ(matched(kOptional, {"STRING", "INT", "INT"}), "-");
  EXPECT_EQ(matched("(s VARCHAR...) -> VARCHAR", {"STRING", "STRING", "STRING"}),
            "(STRING, STRING, STRING) -> STRING");
  EXPECT_EQ(matched("() -> DOUBLE", {}), "() -> DOUBLE");
}

TEST(SignatureTest, GivesALetterTheCommonTypeOfItsPlaces) {
  EXPECT_EQ(matched("(a T, b T) -> T", {"INT", "BIGINT"}), "(BIGINT, BIGINT) -> BIGINT");
  EXPECT_EQ(matched("(a ARRAY<T>, b T) -> BOOLEAN", {"ARRAY<INT>", "INT"}),
            "(ARRAY<INT>, INT) -> BOOLEAN");
  EXPECT_EQ(matched("(m MAP<K, V>) -> ARRAY<V>", {"MAP<STRING, INT>"}),
            "(MAP<STRING, INT>) -> ARRAY<INT>");
}

TEST(SignatureTest, EverySignatureOfTheCatalogueParses) {
  for (const ScalarFunction& function : all_functions().scalars()) {
    for (const std::string& signature : function.signatures) {
      EXPECT_TRUE(Signature::parse(signature).ok()) << function.name << signature;
    }
  }
  for (const AggregateFunction& function : all_functions().aggregates()) {
    for (const std::string& signature : function.signatures) {
      EXPECT_TRUE(Signature::parse(signature).ok()) << function.name << signature;
    }
  }
}

TEST(ResolveTest, NamesWhatIsGivenAndWhatIsSupported) {
  const Status status = try_fn("SQRT", {lit("x")}).status();
  EXPECT_TRUE(status.IsTypeError());
  EXPECT_EQ(status.message(),
            "no form of SQRT takes (CHAR(1)); supported: SQRT(x DOUBLE); use CAST to convert an "
            "argument");
}

TEST(ResolveTest, ComparingANumberWithTextProposesACast) {
  EXPECT_EQ(try_fn("=", {lit(1), lit("1")}).status().message(),
            "implicit type conversion between INT and CHAR(1) is not supported by =; write "
            "CAST(… AS INT)");
}

TEST(ResolveTest, ResultsAreNullableWhenAnArgumentIs) {
  EXPECT_FALSE(fn("SQRT", {lit(4)})->type().nullable());
  EXPECT_TRUE(fn("SQRT", {lit("INT", "4")})->type().nullable());
  EXPECT_FALSE(fn("IS NULL", {lit("INT", "4")})->type().nullable());
}

TEST(ResolveTest, AcceptsABareNull) {
  EXPECT_EQ(value_of(fn("+", {lit(1), null_literal()})), "NULL");
  EXPECT_EQ(value_of(fn("=", {null_literal(), null_literal()})), "NULL");
  EXPECT_EQ(value_of(fn("COALESCE", {null_literal(), lit(3)})), "3");
}

TEST(TypeRulesTest, DecimalsKeepSixDigitsOfTheFractionBeyond38) {
  EXPECT_EQ(bounded_decimal(50, 10).to_sql(), "DECIMAL(38, 6)");
  EXPECT_EQ(bounded_decimal(40, 30).to_sql(), "DECIMAL(38, 28)");
  EXPECT_EQ(bounded_decimal(20, 10).to_sql(), "DECIMAL(20, 10)");
}

TEST(CatalogueTest, FindsNamesInAnyCaseAndProposesNearOnes) {
  EXPECT_NE(all_functions().scalar("sqrt"), nullptr);
  EXPECT_EQ(all_functions().scalar("MOD"), all_functions().scalar("%"));
  EXPECT_EQ(all_functions().scalar("NO_SUCH"), nullptr);
  EXPECT_EQ(all_functions().near("SQTR"), (std::vector<std::string>{"SQRT"}));
}

}  // namespace
}  // namespace hw
