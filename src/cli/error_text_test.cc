// SPDX-License-Identifier: Apache-2.0

#include "cli/error_text.h"

#include <gtest/gtest.h>

#include "cli/config_file.h"

namespace hw {
namespace {

TEST(ErrorTextTest, PointsAtTheColumn) {
  const Status status = at({2, 8}, Status::KeyError("there is no column 'nope'"));
  EXPECT_EQ(error_text(status, "SELECT 1;\nSELECT nope FROM t;", "q.sql", false),
            "error: there is no column 'nope'\n"
            " --> q.sql:2:8\n"
            "  |\n"
            "2 | SELECT nope FROM t;\n"
            "  |        ^\n");
}

TEST(ErrorTextTest, CountsColumnsInCharactersAndCaretsInCells) {
  const Status status = at({1, 4}, Status::Invalid("x"));
  const std::string text = error_text(status, "日本 q", "q.sql", false);
  EXPECT_NE(text.find("\n  |      ^\n"), std::string::npos) << text;
}

TEST(ErrorTextTest, CutsLongLinesAroundThePlace) {
  const std::string line = std::string(500, 'a') + "!" + std::string(500, 'b');
  const std::string text = error_text(at({1, 501}, Status::Invalid("x")), line, "q", false);
  EXPECT_LT(text.size(), 500u);
  EXPECT_NE(text.find('!'), std::string::npos);
}

TEST(ErrorTextTest, QuotedDataCommandsNoTerminal) {
  EXPECT_EQ(error_text(Status::Invalid("bad '\x1b[31m'\n  did you mean 'a'?"), "", "", true),
            "\x1b[1;31merror: \x1b[0mbad '\\x1b[31m'\n  did you mean 'a'?\n");
}

TEST(ErrorTextTest, AsksForAReportOfOurOwnErrors) {
  EXPECT_NE(error_text(Status::UnknownError("x"), "", "", false).find("report"), std::string::npos);
}

TEST(ConfigFileTest, JoinsNestedKeysByDots) {
  const auto settings = read_config_text("a:\n  b: 1\nc.d: x\n", "c.yaml");
  ASSERT_TRUE(settings.ok());
  EXPECT_EQ((*settings)[0], (std::pair<std::string, std::string>("a.b", "1")));
  EXPECT_EQ((*settings)[1], (std::pair<std::string, std::string>("c.d", "x")));
}

TEST(ConfigFileTest, NamesFileAndLineOfWhatIsWrong) {
  const Status status = read_config_text("a:\n  - 1\n", "c.yaml").status();
  EXPECT_NE(status.message().find("c.yaml, line 2"), std::string::npos) << status.message();
}

}  // namespace
}  // namespace hw
