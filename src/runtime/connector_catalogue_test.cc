// SPDX-License-Identifier: Apache-2.0

#include "runtime/connector_catalogue.h"

#include <gtest/gtest.h>

namespace hw {
namespace {

class TableOptions : public ::testing::Test {
 protected:
  TableOptions() {
    connectors_.add(
        {.name = "files", .options = {{.name = "path", .required = true}}, .takes_format = true});
    connectors_.add({.name = "wire",
                     .options = {{.name = "format", .default_value = "lines"}},
                     .takes_format = true});
    connectors_.add({.name = "void"});
    formats_.add({.name = "lines", .options = {{.name = "strict", .type = OptionType::kBoolean}}});
  }

  std::string failure(std::map<std::string, std::string> options) {
    const Status status =
        check_table_options(Options(std::move(options)), connectors_, formats_, "table t");
    return status.ok() ? "no failure" : status.message();
  }

  ConnectorCatalogue connectors_;
  FormatCatalogue formats_;
};

TEST_F(TableOptions, TakeTheConnectorsAndTheFormatsUnderItsPrefix) {
  EXPECT_EQ(failure({{"connector", "files"},
                     {"path", "x"},
                     {"format", "lines"},
                     {"lines.strict", "true"},
                     {"scan.watermark.idle-timeout", "1 s"}}),
            "no failure");
  EXPECT_NE(
      failure({{"connector", "files"}, {"path", "x"}, {"format", "lines"}, {"strict", "true"}}),
      "no failure");
}

TEST_F(TableOptions, NameTheConnectorsWhenItIsMissingOrUnknown) {
  EXPECT_EQ(failure({{"path", "x"}}),
            "missing required option 'connector' (table t)\n  connectors: files, void, wire");
  EXPECT_EQ(failure({{"connector", "flies"}}),
            "unknown connector 'flies' (table t)\n  did you mean 'files'?\n"
            "  supported: files, void, wire");
  EXPECT_EQ(failure({{"connector", "kafka"}}), "not supported yet: connector 'kafka' (table t)");
}

TEST_F(TableOptions, NameTheFormatsWhenItIsMissingOrUnknown) {
  EXPECT_TRUE(failure({{"connector", "files"}})
                  .starts_with("missing required options 'format', 'path' for connector 'files'"));
  EXPECT_EQ(failure({{"connector", "files"}, {"path", "x"}, {"format", "line"}}),
            "unknown format 'line' (table t)\n  did you mean 'lines'?\n  supported: lines");
  EXPECT_EQ(failure({{"connector", "files"}, {"path", "x"}, {"format", "avro"}}),
            "not supported yet: format 'avro' (table t)");
}

TEST_F(TableOptions, AConnectorsDefaultFormatCounts) {
  EXPECT_EQ(failure({{"connector", "wire"}, {"lines.strict", "true"}}), "no failure");
  EXPECT_EQ(failure({{"connector", "void"}}), "no failure");
  EXPECT_NE(failure({{"connector", "void"}, {"format", "lines"}}), "no failure");
}

TEST_F(TableOptions, ReachTheFormatWithoutItsPrefix) {
  const Options own = format_options(Options({{"lines.strict", "true"}, {"path", "x"}}), "lines");
  EXPECT_EQ(own.all(), (std::map<std::string, std::string>{{"strict", "true"}}));
}

}  // namespace
}  // namespace hw
