// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "connectors/testing/memory_files.h"
#include "connectors/testing/table_probe.h"

namespace hw {
namespace {

using testing::MemoryFiles;
using testing::TableProbe;

std::string printed(std::string_view columns, std::string_view rows) {
  MemoryFiles env;
  const Status status = TableProbe(env, columns, {{"connector", "print"}}).write(rows);
  return status.ok() ? env.stdout_text() : status.ToString();
}

TEST(Print, WritesOneLineAChange) {
  EXPECT_EQ(printed("a INT, b STRING", "+ 1 x | -U 2 null | +U 2 'y z' | -D 1 x"),
            "+I[1, x]\n-U[2, null]\n+U[2, y z]\n-D[1, x]\n");
}

TEST(Print, ShowsValuesAsJavaDoes) {
  EXPECT_EQ(printed("t TIMESTAMP(3)", "+ '2020-01-01 00:00:00' | + '2020-01-01 10:20:30.5'"),
            "+I[2020-01-01T00:00]\n+I[2020-01-01T10:20:30.500]\n");
  EXPECT_EQ(printed("t TIMESTAMP_LTZ(6)", "+ '2020-01-01 00:00:00.000001'"),
            "+I[2020-01-01T00:00:00.000001Z]\n");
  EXPECT_EQ(printed("t TIMESTAMP_LTZ(3)", "+ '2020-01-01 00:00:00'"), "+I[2020-01-01T00:00:00Z]\n");
  EXPECT_EQ(printed("t TIME", "+ '10:00:00' | + '10:00:01'"), "+I[10:00]\n+I[10:00:01]\n");
  EXPECT_EQ(printed("d DOUBLE", "+ 1 | + 1e10 | + NaN"), "+I[1.0]\n+I[1.0E10]\n+I[NaN]\n");
  EXPECT_EQ(printed("d DECIMAL(10, 9)", "+ 0.000000027 | + 1.5"), "+I[2.7E-8]\n+I[1.500000000]\n");
}

TEST(Print, ShowsNestedValues) {
  EXPECT_EQ(printed("r ROW<a INT, b ARRAY<INT>>, m MAP<STRING, INT>", "+ (1, [2, 3]) {k=4}"),
            "+I[+I[1, [2, 3]], {k=4}]\n");
}

TEST(Print, PrefixesIdentifierAndSubtask) {
  MemoryFiles env;
  TableProbe probe(env, "a INT", {{"connector", "print"}, {"print-identifier", "p"}});
  ASSERT_TRUE(probe.write("+ 1").ok());
  probe.sink_context.parallelism = 2;
  probe.sink_context.subtask = 1;
  ASSERT_TRUE(probe.write("+ 2").ok());
  EXPECT_EQ(env.stdout_text(), "p> +I[1]\np:2> +I[2]\n");
}

TEST(Print, GoesToStandardErrorWhenAsked) {
  MemoryFiles env;
  TableProbe probe(env, "a INT", {{"connector", "print"}, {"standard-error", "true"}});
  probe.sink_context.parallelism = 2;
  ASSERT_TRUE(probe.write("+ 1").ok());
  EXPECT_EQ(env.stdout_text(), "");
  EXPECT_EQ(env.stderr_text(), "1> +I[1]\n");
}

}  // namespace
}  // namespace hw
