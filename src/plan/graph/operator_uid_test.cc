// SPDX-License-Identifier: Apache-2.0

#include "plan/graph/operator_uid.h"

#include <gtest/gtest.h>

namespace hw {
namespace {

// Savepoints hold these: a change here breaks them.
TEST(OperatorUidTest, IsFrozen) {
  OperatorUids uids;
  EXPECT_EQ(uids.make({"GroupAggregate", {"k"}, {}}), "e087e5484e08016a");
  EXPECT_EQ(uids.make({"Source", {"default_catalog.default_database.t"}, {}}), "6bf6902530a87460");
}

TEST(OperatorUidTest, NumbersEquals) {
  OperatorUids uids;
  const std::string first = uids.make({"Join", {"a", "b"}, {"x", "y"}});
  EXPECT_EQ(uids.make({"Join", {"a", "b"}, {"x", "y"}}), first + "-1");
  EXPECT_EQ(uids.make({"Join", {"a", "b"}, {"x", "y"}}), first + "-2");
}

TEST(OperatorUidTest, TellsKeysFromAncestors) {
  OperatorUids uids;
  const std::string keys = uids.make({"Join", {"a", "b"}, {}});
  EXPECT_NE(uids.make({"Join", {"a"}, {"b"}}), keys);
  EXPECT_NE(uids.make({"Join", {"ab"}, {}}), keys);
}

}  // namespace
}  // namespace hw
