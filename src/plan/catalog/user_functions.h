// SPDX-License-Identifier: Apache-2.0
//
// The functions that CREATE FUNCTION made. They lie in the databases of catalogs beside tables and
// views, in a name space of their own, in memory with the session; temporary ones hide permanent
// ones, temporary system ones hide even what is built in. Names do not regard case.

#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "columnar/schema.h"
#include "plan/catalog/object_path.h"

namespace hw {

struct FunctionDefinition {
  /// As written.
  std::string name;
  std::vector<SqlField> parameters;
  SqlType returns;
  /// Canonical SQL; empty for a function in another language.
  std::string body_sql;
  /// "JAVA", …; empty for SQL.
  std::string language;
  /// The statement that would make it again.
  std::string create_sql;
  /// Where names of functions in the body are looked up.
  std::string catalog;
  std::string database;
};
using FunctionPtr = std::shared_ptr<const FunctionDefinition>;

class UserFunctions {
 public:
  enum class Place : uint8_t { kPermanent, kTemporary, kTemporarySystem };

  /// Fails (Invalid) when the name is taken in the same place.
  Status create(const ObjectPath& path, Place place, FunctionPtr function, bool if_not_exists);
  /// Fails (KeyError) with the nearest names.
  Status drop(const ObjectPath& path, Place place, bool if_exists);

  /// Whether a permanent one lies there.
  bool any_in(const std::string& catalog, const std::string& database) const;
  /// All that lie there, temporary ones, too.
  void drop_in(const std::string& catalog, const std::string& database);
  void drop_in(const std::string& catalog);

  /// Null when there is none.
  FunctionPtr find_system(std::string_view name) const;
  /// Temporary ones first; null when there is none.
  FunctionPtr find(const ObjectPath& path) const;
  /// Sorted names of all that can be called by one part there.
  std::vector<std::string> names(const std::string& catalog, const std::string& database) const;

 private:
  using Shelf = std::map<ObjectPath, FunctionPtr>;
  Shelf& shelf(Place place);

  Shelf permanent_;
  Shelf temporary_;
  /// Under an empty catalog and database.
  Shelf system_;
};

}  // namespace hw
