// SPDX-License-Identifier: Apache-2.0
//
// A catalog outside for tests: its tables lie on a shelf that outlives sessions. Type 'shelf' with
// 'default-database' (stock). Tables have a hidden column `$row`, the connector's `row`. Only tests
// include this.

#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runtime/connector_catalogue.h"

namespace hw {

using Shelf = std::map<std::string, ExternalTable>;

class ShelfCatalog final : public ExternalCatalog {
 public:
  ShelfCatalog(Shelf& shelf, std::string database)
      : shelf_(shelf), database_(std::move(database)) {}

  std::string default_database() const override { return database_; }
  Result<std::vector<std::string>> databases() override {
    return std::vector<std::string>{database_};
  }
  Result<std::vector<std::string>> tables(const std::string&) override {
    std::vector<std::string> names;
    for (const auto& [name, table] : shelf_) names.push_back(name);
    return names;
  }
  Result<std::optional<ExternalTable>> table(const std::string&, const std::string& name) override {
    const auto found = shelf_.find(name);
    if (found == shelf_.end()) return std::nullopt;
    ExternalTable table = found->second;
    table.columns.push_back(
        {.name = "$row", .type = SqlType::bigint().not_null(), .metadata_key = "row"});
    return table;
  }
  Result<std::map<std::string, std::string>> table_options(
      const std::string& name, std::map<std::string, std::string> given) const override {
    if (given.contains("connector")) return Status::Invalid("a shelf knows its connector");
    given["connector"] = "shelf";
    given["box"] = name;
    return given;
  }
  Status create_table(const std::string&, const std::string& name,
                      const ExternalTable& table) override {
    if (shelf_.emplace(name, table).second) return Status::OK();
    return Status::AlreadyExists("'", name, "' is there");
  }
  Status drop_table(const std::string&, const std::string& name) override {
    return shelf_.erase(name) == 1 ? Status::OK() : Status::KeyError("no '", name, "'");
  }

 private:
  Shelf& shelf_;
  const std::string database_;
};

/// `shelf` outlives all catalogs.
inline CatalogTypeRecord shelf_catalog_type(Shelf& shelf) {
  CatalogTypeRecord record{.name = "shelf", .sentence = "For tests.", .example = ""};
  record.options = {{.name = "default-database", .default_value = "stock"}};
  record.open =
      [&shelf, spec = record.options.front()](
          const ExternalCatalogContext& context) -> Result<std::shared_ptr<ExternalCatalog>> {
    return std::make_shared<ShelfCatalog>(shelf, context.options.text(spec));
  };
  return record;
}

}  // namespace hw
