// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "runtime/connector_catalogue.h"

namespace hw {

void register_blackhole(ConnectorCatalogue& catalogue);

namespace {

TEST(Blackhole, TakesEveryChangeAndHasNoOptions) {
  ConnectorCatalogue catalogue;
  register_blackhole(catalogue);
  const ConnectorRecord& record = *catalogue.find("blackhole");
  EXPECT_TRUE(record.options.empty());
  EXPECT_FALSE(record.source);
  const auto sink = record.sink({}, {}).ValueOrDie();
  EXPECT_EQ(sink->accepts(), RowKindSet::all());
  EXPECT_TRUE(sink->make_writer({}).ValueOrDie()->write(Batch()).ok());
}

}  // namespace
}  // namespace hw
