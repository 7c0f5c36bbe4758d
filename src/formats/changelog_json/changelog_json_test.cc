// SPDX-License-Identifier: Apache-2.0

#include <string>

#include <gtest/gtest.h>

#include "formats/testing/decoded.h"
#include "runtime/format_catalogue.h"

namespace hw {

void register_changelog_json(FormatCatalogue& catalogue);

namespace {

using Values = std::map<std::string, std::string>;

const FormatRecord& changelog_json() {
  static const FormatCatalogue& catalogue = *[] {
    auto* made = new FormatCatalogue();
    register_changelog_json(*made);
    return made;
  }();
  return *catalogue.find("changelog-json");
}

DecoderRequest keyed() {
  DecoderRequest request = testing::request_for(
      {{"k", SqlType::integer().not_null()}, {"v", SqlType::string().not_null()}});
  request.primary_key = {0};
  return request;
}

std::string rows(std::string_view text, const std::string& mode = "all") {
  return testing::decoded(changelog_json(), keyed(), Options(Values{{"changelog-mode", mode}}),
                          text);
}

constexpr std::string_view kAllOps =
    "{\"op\":\"+I\",\"data\":{\"k\":1,\"v\":\"a\"}}\n"
    "{\"data\":{\"k\":1,\"v\":\"a\"},\"op\":\"-U\"}\n"
    "{\"op\":\"+U\",\"data\":{\"k\":1,\"v\":\"b\"}}\n"
    "{\"op\":\"-D\",\"data\":{\"k\":1,\"v\":\"b\"}}\n";

TEST(ChangelogJson, ReadsTheFourKinds) {
  EXPECT_EQ(rows(kAllOps), "+I[1, a] | -U[1, a] | +U[1, b] | -D[1, b]");
}

TEST(ChangelogJson, WritesWhatItReads) {
  const auto decoder = changelog_json().decoder(keyed(), Options()).ValueOrDie();
  const auto batches = testing::decode_all(*decoder, kAllOps, 1000).ValueOrDie();
  const auto encoder = changelog_json().encoder(keyed().schema, Options()).ValueOrDie();
  std::string text;
  ASSERT_TRUE(encoder->encode(batches.at(0), text).ok());
  EXPECT_EQ(text,
            "{\"op\":\"+I\",\"data\":{\"k\":1,\"v\":\"a\"}}\n"
            "{\"op\":\"-U\",\"data\":{\"k\":1,\"v\":\"a\"}}\n"
            "{\"op\":\"+U\",\"data\":{\"k\":1,\"v\":\"b\"}}\n"
            "{\"op\":\"-D\",\"data\":{\"k\":1,\"v\":\"b\"}}\n");
}

TEST(ChangelogJson, UpsertDeletesByKeyAndTakesNoUpdateBefore) {
  EXPECT_EQ(
      rows("{\"op\":\"+I\",\"data\":{\"k\":1,\"v\":\"a\"}}\n{\"op\":\"-D\",\"data\":{\"k\":1}}\n",
           "upsert"),
      "+I[1, a] | -D[1, NULL]");
  EXPECT_NE(rows("{\"op\":\"+U\",\"data\":{\"k\":1}}\n", "upsert").find("declared NOT NULL"),
            std::string::npos);
  EXPECT_NE(rows("{\"op\":\"-D\",\"data\":{\"v\":\"x\"}}\n", "upsert").find("PRIMARY KEY"),
            std::string::npos);
  EXPECT_NE(rows(kAllOps, "upsert").find("takes no -U"), std::string::npos);
  DecoderRequest keyless = keyed();
  keyless.primary_key.clear();
  EXPECT_FALSE(
      changelog_json().decoder(keyless, Options(Values{{"changelog-mode", "upsert"}})).ok());
}

TEST(ChangelogJson, InsertTakesNothingElse) {
  EXPECT_EQ(rows("{\"op\":\"+I\",\"data\":{\"k\":1,\"v\":\"a\"}}\n", "insert"), "+I[1, a]");
  EXPECT_NE(rows(kAllOps, "insert").find("'insert' takes nothing else"), std::string::npos);
}

TEST(ChangelogJson, TheEnvelopeMustBeWhole) {
  for (const auto* bad :
       {"{\"op\":\"+I\"}", "{\"data\":{\"k\":1,\"v\":\"a\"}}", "{\"k\":1,\"v\":\"a\"}",
        "{\"op\":\"+X\",\"data\":{\"k\":1,\"v\":\"a\"}}", "{\"op\":\"+I\",\"data\":null}",
        "{\"op\":1,\"data\":{\"k\":1,\"v\":\"a\"}}"}) {
    EXPECT_EQ(rows(bad).substr(0, 6), "error:") << bad;
    const Options ignoring(Values{{"ignore-parse-errors", "true"}});
    EXPECT_EQ(testing::decoded(changelog_json(), keyed(), ignoring, bad), "") << bad;
  }
}

TEST(ChangelogJson, NamesTheFieldOfTheEnvelopeThatIsMissing) {
  EXPECT_EQ(rows("{\"op\":\"+I\"}"),
            "error: a change has the fields 'op' and 'data', but 'data' is missing: "
            "\"{\"op\":\"+I\"}\" (t.file, line 1)");
  EXPECT_NE(rows("{\"data\":{\"k\":1,\"v\":\"a\"}}").find("but 'op' is missing"),
            std::string::npos);
  EXPECT_NE(rows("{\"op\":\"+I\",\"data\":null}").find("'data'"), std::string::npos);
}

TEST(ChangelogJson, KindsFollowTheMode) {
  EXPECT_EQ(changelog_json().changelog(Options()), RowKindSet::all());
  EXPECT_EQ(changelog_json().accepts(Options(Values{{"changelog-mode", "upsert"}})),
            RowKindSet::upsert());
}

}  // namespace
}  // namespace hw
