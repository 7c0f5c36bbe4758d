// SPDX-License-Identifier: Apache-2.0
//
// Catalogs whose tables are kept outside: what CREATE CATALOG opens. A type of catalog registers
// beside the connectors (connector_catalogue.h) and is plain data plus one factory. An opened
// catalog belongs to one session; one thread at a time. It is asked anew for each name: what others
// make or drop is seen by the next statement.

#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "columnar/schema.h"
#include "runtime/options.h"

namespace hw {

class Env;

struct ExternalColumn {
  std::string name;
  SqlType type;
  /// Not empty: metadata of the connector under this key, read only, and no part of `*`.
  std::string metadata_key = {};
};

/// A table as its catalog knows it.
struct ExternalTable {
  std::vector<ExternalColumn> columns;
  /// Names of columns, in the order of the key; empty = none.
  std::vector<std::string> primary_key;
  /// All that the connector needs, `connector` among them.
  std::map<std::string, std::string> options;
};

class ExternalCatalog {
 public:
  virtual ~ExternalCatalog() = default;

  /// The database that USE CATALOG makes the current one.
  virtual std::string default_database() const = 0;
  /// Sorted names.
  virtual Result<std::vector<std::string>> databases() = 0;
  /// Sorted names. Requires: the database exists.
  virtual Result<std::vector<std::string>> tables(const std::string& database) = 0;
  /// No value when there is no such table.
  virtual Result<std::optional<ExternalTable>> table(const std::string& database,
                                                     const std::string& name) = 0;

  /// The options of a table to be made: `given` and what the catalog adds to them, ready for its
  /// connector. Fails (Invalid) on a given one that contradicts the catalog.
  virtual Result<std::map<std::string, std::string>> table_options(
      const std::string& name, std::map<std::string, std::string> given) const = 0;
  /// Fails with AlreadyExists when the table is there. Requires: options of table_options().
  virtual Status create_table(const std::string& database, const std::string& name,
                              const ExternalTable& table) = 0;
  /// Removes the table with its rows. Fails (KeyError) when there is none.
  virtual Status drop_table(const std::string& database, const std::string& name) = 0;
};

/// What the factory of a type gets.
struct ExternalCatalogContext {
  Env* env = nullptr;
  std::string catalog;  // its name
  Options options;      // checked
};

struct CatalogTypeRecord {
  std::string name;  // the value of `type`
  std::string sentence;
  /// Without `type`.
  std::vector<OptionSpec> options;
  std::string example;  // a CREATE CATALOG
  /// Looks at the outside, but changes nothing there.
  std::function<Result<std::shared_ptr<ExternalCatalog>>(const ExternalCatalogContext&)> open;
};

}  // namespace hw
