// SPDX-License-Identifier: Apache-2.0

#include "runtime/changelog_checker.h"

#include <gtest/gtest.h>

#include "columnar/literal.h"
#include "columnar/type_parser.h"

namespace hw {
namespace {

Batch batch(std::string_view rows) { return *parse_batch(*parse_schema("k STRING, n INT"), rows); }

TEST(ChangelogCheckerTest, AcceptsALegalChangelog) {
  ChangelogChecker checker("Agg", RowKindSet::all());
  EXPECT_TRUE(checker.on_batch(batch("+ a 1 | -U a 1 | +U a 2 | + a 2 | - a 2")).ok());
  EXPECT_TRUE(checker.on_control(Watermark{5}).ok());
  EXPECT_TRUE(checker.on_batch(batch("- a 2")).ok());
  EXPECT_TRUE(checker.on_control(Watermark{5}).ok());
  EXPECT_TRUE(checker.on_control(End{}).ok());
}

TEST(ChangelogCheckerTest, NamesARetractionOfNothing) {
  ChangelogChecker checker("Agg", RowKindSet::all());
  const Status status = checker.on_batch(batch("+ a 1 | - a 1 | - a 1"));
  EXPECT_EQ(status.message(),
            "internal check: a retraction takes back a row that is there, but after Agg came "
            "-D[a, 1]; please report this");
}

TEST(ChangelogCheckerTest, ReadsOnlySelectedRows) {
  ChangelogChecker checker("Agg", RowKindSet::all());
  const auto selection = std::make_shared<const Selection>(Selection{0});
  EXPECT_TRUE(checker.on_batch(batch("+ a 1 | - b 1").narrowed_to(selection)).ok());
}

TEST(ChangelogCheckerTest, HoldsAnEdgeToItsDeclaredKinds) {
  ChangelogChecker checker("Calc", RowKindSet::insert_only());
  EXPECT_TRUE(checker.on_batch(batch("+ a 1")).ok());
  EXPECT_NE(checker.on_batch(batch("+ a 1 | +U a 2")).message().find("declared kinds"),
            std::string::npos);
}

TEST(ChangelogCheckerTest, AnEdgeWithoutUpdateBeforeMayDeleteByKeyAlone) {
  ChangelogChecker checker("Agg", RowKindSet::upsert());
  EXPECT_TRUE(checker.on_batch(batch("+ a 1 | +U a 2 | - a null")).ok());
}

TEST(ChangelogCheckerTest, AWatermarkNeverFallsAndNothingFollowsAnEnd) {
  ChangelogChecker checker("Calc", RowKindSet::all());
  EXPECT_TRUE(checker.on_control(Watermark{5}).ok());
  EXPECT_FALSE(checker.on_control(Watermark{4}).ok());
  EXPECT_TRUE(checker.on_control(End{}).ok());
  EXPECT_FALSE(checker.on_batch(batch("+ a 1")).ok());
  EXPECT_FALSE(checker.on_control(Watermark{9}).ok());
}

TEST(ChangelogCheckerTest, AfterARestoreOnlyRowsAreForgotten) {
  ChangelogChecker checker("Agg", RowKindSet::all());
  checker.resume_at(7);
  EXPECT_TRUE(checker.on_batch(batch("- a 1")).ok());
  EXPECT_FALSE(checker.on_control(Watermark{6}).ok());
}

TEST(LiveRowsTest, StopsCountingAfterNonsense) {
  LiveRows rows;
  EXPECT_EQ(rows.apply(batch("+ a 1 | - b 1")), 1);
  EXPECT_TRUE(rows.ignored());
  EXPECT_EQ(rows.apply(batch("- a 1 | - a 1")), -1);
}

}  // namespace
}  // namespace hw
