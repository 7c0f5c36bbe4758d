// SPDX-License-Identifier: Apache-2.0
//
// The full name of a table or view: catalog, database, object.

#pragma once

#include <compare>
#include <string>

namespace hw {

struct ObjectPath {
  std::string catalog;
  std::string database;
  std::string object;

  auto operator<=>(const ObjectPath&) const = default;
  /// `default_catalog.default_database.orders`, parts as they are.
  std::string to_text() const { return catalog + "." + database + "." + object; }
};

}  // namespace hw
