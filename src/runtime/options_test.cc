// SPDX-License-Identifier: Apache-2.0

#include "runtime/options.h"

#include <gtest/gtest.h>

namespace hw {
namespace {

const std::vector<OptionSpec>& specs() {
  static const std::vector<OptionSpec> kSpecs = {
      {.name = "path", .required = true},
      {.name = "format", .required = true},
      {.name = "rate", .type = OptionType::kInteger, .default_value = "10"},
      {.name = "share", .type = OptionType::kDouble},
      {.name = "wait", .type = OptionType::kDuration, .default_value = "1 min"},
      {.name = "size", .type = OptionType::kSize, .default_value = "128mb"},
      {.name = "loud", .type = OptionType::kBoolean, .default_value = "false"},
      {.name = "mode",
       .type = OptionType::kEnum,
       .default_value = "fast",
       .values = {"fast", "slow", "odd"},
       .not_built_values = {"odd"}},
      {.name = "later", .not_built = true},
      {.name = "names", .type = OptionType::kList},
      {.name = "new-name", .default_value = "x", .deprecated_names = {"old-name"}},
      {.name = "fields.#.min"},
      {.name = "properties.*"},
  };
  return kSpecs;
}

Options with(std::map<std::string, std::string> more) {
  more.emplace("path", "p");
  more.emplace("format", "f");
  return Options(std::move(more));
}

std::string failure(const Options& options, std::string_view place = {}) {
  const Status status = check_options(options, specs(), "connector 'c'", place);
  return status.ok() ? "no failure" : status.message();
}

TEST(Options, UnknownNameIsAnErrorWithTheNearestAndTheSortedListOfSupportedOnes) {
  EXPECT_EQ(failure(with({{"raet", "1"}}), "table orders, line 7"),
            "unknown option 'raet' for connector 'c' (table orders, line 7)\n"
            "  did you mean 'rate'?\n"
            "  supported: fields.#.min, format, loud, mode, names, new-name, path, properties.*, "
            "rate, share, size, wait");
}

TEST(Options, AllMissingOnesAreNamedAtOnce) {
  EXPECT_TRUE(failure(Options()).starts_with(
      "missing required options 'format', 'path' for connector 'c'\n  supported: "));
}

TEST(Options, AMisspeltRequiredOneIsNamedBothWays) {
  const std::string message = failure(Options({{"pth", "x"}, {"format", "f"}}));
  EXPECT_NE(message.find("unknown option 'pth'"), std::string::npos);
  EXPECT_NE(message.find("did you mean 'path'?"), std::string::npos);
  EXPECT_NE(message.find("missing required option 'path' for connector 'c'"), std::string::npos);
}

TEST(Options, ValuesAreCheckedByType) {
  EXPECT_EQ(failure(with({{"rate", "fast"}})),
            "option 'rate' of connector 'c' must be a whole number such as '100', but is 'fast'");
  EXPECT_EQ(failure(with({{"loud", "yes"}})),
            "option 'loud' of connector 'c' must be 'true' or 'false', but is 'yes'");
  EXPECT_EQ(failure(with({{"mode", "slwo"}})),
            "option 'mode' of connector 'c' must be one of fast, slow, odd, but is 'slwo'\n"
            "  did you mean 'slow'?");
  EXPECT_NE(failure(with({{"wait", "5 parsecs"}})).find("must be a duration such as"),
            std::string::npos);
  EXPECT_NE(failure(with({{"size", "-1mb"}})).find("must be a size such as"), std::string::npos);
  EXPECT_NE(failure(with({{"share", "nan"}})).find("must be a number such as"), std::string::npos);
  EXPECT_NE(failure(with({{"rate", ""}})).find("must be a whole number"), std::string::npos);
}

TEST(Options, WhatIsKnownButNotBuiltSaysSo) {
  const Status name = check_options(with({{"later", "1"}}), specs(), "connector 'c'");
  EXPECT_TRUE(name.IsNotImplemented());
  EXPECT_EQ(name.message(), "not supported yet: option 'later' of connector 'c'");
  const Status value = check_options(with({{"mode", "ODD"}}), specs(), "connector 'c'");
  EXPECT_EQ(value.message(), "not supported yet: 'mode' = 'ODD' of connector 'c'");
}

TEST(Options, GettersReturnGivenValuesElseDefaults) {
  const Options options = with({{"mode", "SLOW"}, {"names", "a; b ;;c"}, {"wait", "2 h"}});
  const auto spec = [](std::string_view name) { return *find_option(specs(), name); };
  EXPECT_EQ(options.integer(spec("rate")), 10);
  EXPECT_EQ(options.text(spec("mode")), "slow");
  EXPECT_EQ(options.duration_ms(spec("wait")), 7'200'000);
  EXPECT_EQ(options.size_bytes(spec("size")), 128 << 20);
  EXPECT_FALSE(options.boolean(spec("loud")));
  EXPECT_EQ(options.list(spec("names")), (std::vector<std::string>{"a", "b", "c"}));
}

TEST(Options, ADeprecatedNameIsReadAndWarnedAbout) {
  const Options options = with({{"old-name", "y"}});
  EXPECT_EQ(failure(options), "no failure");
  EXPECT_EQ(options.text(*find_option(specs(), "new-name")), "y");
  EXPECT_EQ(option_warnings(options, specs()),
            (std::vector<std::string>{"option 'old-name' is deprecated; write 'new-name'"}));
}

TEST(Options, PatternsTakeAnyColumnAndAnySuffix) {
  EXPECT_EQ(failure(with({{"fields.a.b.min", "1"}, {"properties.group.id", "g"}})), "no failure");
  EXPECT_NE(failure(with({{"fields..min", "1"}})), "no failure");
  EXPECT_NE(failure(with({{"properties.", "1"}})), "no failure");
  EXPECT_EQ(find_option(specs(), "fields.#.min")->for_column("x").name, "fields.x.min");
}

TEST(Options, DurationsKnowFlinksUnits) {
  EXPECT_EQ(*parse_duration_ms("10 s"), 10'000);
  EXPECT_EQ(*parse_duration_ms("5min"), 300'000);
  EXPECT_EQ(*parse_duration_ms("1 d"), 86'400'000);
  EXPECT_EQ(*parse_duration_ms("500 ms"), 500);
  EXPECT_EQ(*parse_duration_ms(" 7 "), 7);
  EXPECT_FALSE(parse_duration_ms("9223372036854775807 d").ok());
  EXPECT_FALSE(parse_duration_ms("").ok());
}

TEST(Options, SizesArePowersOfTwo) {
  EXPECT_EQ(*parse_size_bytes("128mb"), 134'217'728);
  EXPECT_EQ(*parse_size_bytes("2 KB"), 2048);
  EXPECT_EQ(*parse_size_bytes("200b"), 200);
  EXPECT_EQ(*parse_size_bytes("5"), 5);
  EXPECT_FALSE(parse_size_bytes("99999999999tb").ok());
  EXPECT_FALSE(parse_size_bytes("1.5mb").ok());
}

}  // namespace
}  // namespace hw
