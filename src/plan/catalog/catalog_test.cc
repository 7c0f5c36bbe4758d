// SPDX-License-Identifier: Apache-2.0

#include "plan/catalog/catalog.h"

#include <gtest/gtest.h>

namespace hw {
namespace {

CatalogObject some_table(bool temporary = false) {
  CatalogObject object;
  auto table = std::make_shared<TableDefinition>();
  table->comment = temporary ? "temporary" : "permanent";
  object.table = std::move(table);
  object.temporary = temporary;
  return object;
}

CatalogObject some_view() {
  CatalogObject object;
  object.view = std::make_shared<ViewDefinition>();
  return object;
}

ObjectPath path(const std::string& name) { return {"default_catalog", "default_database", name}; }

TEST(CatalogTest, CompletesNamesOfOneToThreeParts) {
  const Catalog catalog;
  const std::vector<std::string> three = {"a", "b", "c"}, two = {"b", "c"}, one = {"c"};
  EXPECT_EQ(*catalog.complete(three), (ObjectPath{"a", "b", "c"}));
  EXPECT_EQ(*catalog.complete(two), (ObjectPath{"default_catalog", "b", "c"}));
  EXPECT_EQ(*catalog.complete(one), path("c"));
  const std::vector<std::string> four = {"a", "b", "c", "d"};
  EXPECT_FALSE(catalog.complete(four).ok());
}

TEST(CatalogTest, TemporaryObjectsHidePermanentOnes) {
  Catalog catalog;
  ASSERT_TRUE(catalog.create(path("t"), some_table(), {}).ok());
  ASSERT_TRUE(catalog.create(path("t"), some_table(true), {}).ok());
  EXPECT_EQ(catalog.require(path("t"))->table->comment, "temporary");
  EXPECT_EQ(catalog.objects("default_catalog", "default_database", false)->size(), 1u);
  EXPECT_EQ(catalog.drop(path("t"), {.temporary = true}), Status::OK());
  EXPECT_EQ(catalog.require(path("t"))->table->comment, "permanent");
}

TEST(CatalogTest, TablesAndViewsShareNames) {
  Catalog catalog;
  ASSERT_TRUE(catalog.create(path("t"), some_table(), {}).ok());
  const Status taken = catalog.create(path("t"), some_view(), {});
  EXPECT_EQ(taken.message(),
            "a table named 't' exists already; drop it first or write IF NOT EXISTS");
  EXPECT_TRUE(catalog.create(path("t"), some_view(), {.if_not_exists = true}).ok());
  EXPECT_EQ(catalog.drop(path("t"), {.kind = Catalog::Kind::kView}).message(),
            "'t' is a table, not a view: write DROP TABLE");
}

TEST(CatalogTest, WhatATemporaryObjectHidesIsNotDropped) {
  Catalog catalog;
  CatalogObject temporary = some_view();
  temporary.temporary = true;
  ASSERT_TRUE(catalog.create(path("t"), some_table(), {}).ok());
  ASSERT_TRUE(catalog.create(path("t"), temporary, {}).ok());
  EXPECT_EQ(catalog.drop(path("t"), {}).message(),
            "a temporary view hides 't': drop that first, by DROP TEMPORARY VIEW");
  EXPECT_TRUE(catalog.drop(path("t"), {.kind = Catalog::Kind::kView, .temporary = true}).ok());
  EXPECT_TRUE(catalog.drop(path("t"), {}).ok());
}

TEST(CatalogTest, MissingObjectsNameTheNearest) {
  Catalog catalog;
  ASSERT_TRUE(catalog.create(path("orders"), some_table(), {}).ok());
  EXPECT_EQ(catalog.require(path("order")).status().message(),
            "there is no table or view 'order' in default_catalog.default_database; did you mean "
            "'orders'?");
  EXPECT_EQ(catalog.drop(path("order"), {}).message(), "there is no table 'order'");
  EXPECT_TRUE(catalog.drop(path("order"), {.if_exists = true}).ok());
}

TEST(CatalogTest, DatabasesAreDroppedEmptyOrWithCascade) {
  Catalog catalog;
  ASSERT_TRUE(catalog.create_database("default_catalog", "d", {}, false).ok());
  ASSERT_TRUE(catalog.create({"default_catalog", "d", "t"}, some_table(), {}).ok());
  EXPECT_EQ(catalog.drop_database("default_catalog", "d", {}).message(),
            "database 'd' is not empty; write CASCADE to drop it all");
  EXPECT_TRUE(catalog.drop_database("default_catalog", "d", {.cascade = true}).ok());
  const ObjectPath function{"default_catalog", "d", "f"};
  constexpr auto kPermanent = UserFunctions::Place::kPermanent;
  ASSERT_TRUE(catalog.create_database("default_catalog", "d", {}, false).ok());
  ASSERT_TRUE(
      catalog.create_function(function, kPermanent, std::make_shared<FunctionDefinition>(), false)
          .ok());
  EXPECT_EQ(catalog.drop_database("default_catalog", "d", {}).message(),
            "database 'd' is not empty; write CASCADE to drop it all");
  ASSERT_TRUE(catalog.drop_database("default_catalog", "d", {.cascade = true}).ok());
  ASSERT_TRUE(catalog.create_database("default_catalog", "d", {}, false).ok());
  EXPECT_EQ(catalog.functions().find(function), nullptr);
  EXPECT_EQ(catalog.drop_database("default_catalog", "default_database", {}).message(),
            "the current database 'default_database' cannot be dropped; USE another one first");
}

}  // namespace
}  // namespace hw
