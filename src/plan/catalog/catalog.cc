// SPDX-License-Identifier: Apache-2.0

#include "plan/catalog/catalog.h"

#include <algorithm>
#include <utility>

#include "plan/catalog/external_table.h"
#include "plan/catalog/near_names.h"
#include "plan/catalog/stored_catalog.h"

namespace hw {
namespace {

template <typename Map>
std::vector<std::string> keys_of(const Map& map) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : map) keys.push_back(key);
  return keys;
}

const char* word(const CatalogObject& object) { return object.view ? "view" : "table"; }
const char* word(Catalog::Kind kind) { return kind == Catalog::Kind::kView ? "view" : "table"; }

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool lies_in(const ObjectPath& path, const std::string& catalog, const std::string& database) {
  return path.catalog == catalog && path.database == database;
}

Status taken(const CatalogObject& object, const std::string& name) {
  return Status::Invalid("a ", word(object), " named '", name,
                         "' exists already; drop it first or write IF NOT EXISTS");
}

}  // namespace

Catalog::Catalog() : current_catalog_(kDefaultCatalog), current_database_(kDefaultDatabase) {
  Entry& entry = catalogs_[current_catalog_];
  entry.definition.options = {{"type", std::string(kInMemory)},
                              {"default-database", current_database_}};
  entry.definition.default_database = current_database_;
  entry.databases[current_database_];
}

// ---- names --------------------------------------------------------------------------------------

Result<const Catalog::Entry*> Catalog::require_catalog(const std::string& name) const {
  const auto found = catalogs_.find(name);
  if (found != catalogs_.end()) return &found->second;
  return Status::KeyError("there is no catalog '", name, "'",
                          did_you_mean_or("there are", name, keys_of(catalogs_)));
}

Status Catalog::require_database(const std::string& catalog, const std::string& database) const {
  HW_ASSIGN_OR_RETURN(const std::vector<std::string> names, databases(catalog));
  if (contains(names, database)) return Status::OK();
  if (catalog == current_catalog_ && catalogs_.contains(database)) {
    return Status::KeyError("there is no database '", database, "' in catalog '", catalog, "'; '",
                            database, "' is a catalog: write ", database,
                            ".<database>, or USE CATALOG ", database, " first");
  }
  return Status::KeyError("there is no database '", database, "' in catalog '", catalog, "'",
                          did_you_mean_or("there are", database, names));
}

Status Catalog::use_catalog(const std::string& catalog) {
  HW_ASSIGN_OR_RETURN(const Entry* entry, require_catalog(catalog));
  HW_ASSIGN_OR_RETURN(const std::vector<std::string> names, databases(catalog));
  const std::string& wanted = entry->definition.default_database;
  current_catalog_ = catalog;
  current_database_ = names.empty() || contains(names, wanted) ? wanted : names.front();
  return Status::OK();
}

Status Catalog::use_database(std::span<const std::string> parts) {
  if (parts.empty() || parts.size() > 2) {
    return Status::Invalid("a database is named by one or two parts");
  }
  const std::string catalog = parts.size() == 2 ? parts[0] : current_catalog_;
  HW_TRY(require_database(catalog, parts.back()));
  current_catalog_ = catalog;
  current_database_ = parts.back();
  return Status::OK();
}

Result<ObjectPath> Catalog::complete(std::span<const std::string> parts) const {
  switch (parts.size()) {
    case 1:
      return ObjectPath{current_catalog_, current_database_, parts[0]};
    case 2:
      return ObjectPath{current_catalog_, parts[0], parts[1]};
    case 3:
      return ObjectPath{parts[0], parts[1], parts[2]};
    default:
      return Status::Invalid("a table is named by one to three parts, but there are ",
                             parts.size());
  }
}

Result<const CatalogDefinition*> Catalog::catalog(const std::string& name) const {
  HW_ASSIGN_OR_RETURN(const Entry* entry, require_catalog(name));
  return &entry->definition;
}

Result<DatabaseDefinition> Catalog::database(const std::string& catalog,
                                             const std::string& database) const {
  HW_TRY(require_database(catalog, database));
  const Entry& entry = catalogs_.at(catalog);
  if (const StoredCatalog* stored = as_stored(entry.definition.external.get())) {
    return stored->database(database);
  }
  const auto found = entry.databases.find(database);
  return found == entry.databases.end() ? DatabaseDefinition{} : found->second.definition;
}

// ---- objects ------------------------------------------------------------------------------------

Result<std::optional<CatalogObject>> Catalog::find_outside(const ObjectPath& path,
                                                           ExternalCatalog& external) const {
  const auto imagined = imagined_.find(path);
  if (imagined != imagined_.end()) return imagined->second;
  HW_ASSIGN_OR_RETURN(const std::vector<std::string> databases, external.databases());
  if (!contains(databases, path.database)) return std::nullopt;
  if (StoredCatalog* stored = as_stored(&external)) return stored->object(path);
  HW_ASSIGN_OR_RETURN(std::optional<ExternalTable> table,
                      external.table(path.database, path.object));
  if (!table) return std::nullopt;
  HW_ASSIGN_OR_RETURN(TablePtr definition, from_external(std::move(*table)));
  return CatalogObject{.table = std::move(definition), .view = nullptr};
}

Result<std::optional<CatalogObject>> Catalog::find_permanent(const ObjectPath& path) const {
  const auto entry = catalogs_.find(path.catalog);
  if (entry == catalogs_.end()) return std::nullopt;
  const auto& external = entry->second.definition.external;
  if (external != nullptr) {
    auto found = find_outside(path, *external);
    if (found.ok()) return found;
    return while_doing(found.status(), "looking for '" + path.to_text() + "'");
  }
  const auto database = entry->second.databases.find(path.database);
  if (database == entry->second.databases.end()) return std::nullopt;
  const auto found = database->second.objects.find(path.object);
  if (found == database->second.objects.end()) return std::nullopt;
  return found->second;
}

Result<std::optional<CatalogObject>> Catalog::find(const ObjectPath& path) const {
  const auto temporary = temporary_.find(path);
  if (temporary != temporary_.end()) return temporary->second;
  return find_permanent(path);
}

Result<CatalogObject> Catalog::require(const ObjectPath& path) const {
  HW_ASSIGN_OR_RETURN(std::optional<CatalogObject> object, find(path));
  if (object) return std::move(*object);
  const Status place = require_database(path.catalog, path.database);
  if (!place.ok()) {
    return while_doing(place, "looking for '" + path.to_text() + "'");
  }
  HW_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                      objects(path.catalog, path.database, false));
  return Status::KeyError("there is no table or view '", path.object, "' in ", path.catalog, ".",
                          path.database, did_you_mean_or("there are", path.object, names));
}

Status Catalog::create_outside(const ObjectPath& path, CatalogObject object,
                               ExternalCatalog& external, CreateOptions options) {
  if (StoredCatalog* stored = as_stored(&external)) {
    const Status made = outside_left_alone_ ? Status::OK() : stored->create(path, object);
    if (outside_left_alone_) imagined_[path] = std::move(object);
    if (!made.IsAlreadyExists()) return made;
    return options.if_not_exists ? Status::OK() : taken(object, path.object);
  }
  if (object.view != nullptr) {
    return Status::Invalid("catalog '", path.catalog,
                           "' holds tables only; write CREATE TEMPORARY VIEW");
  }
  HW_ASSIGN_OR_RETURN(auto all, external.table_options(path.object, object.table->options));
  HW_ASSIGN_OR_RETURN(const ExternalTable table, to_external(*object.table, std::move(all)));
  if (outside_left_alone_) {
    HW_ASSIGN_OR_RETURN(object.table, from_external(table));
    imagined_[path] = std::move(object);
    return Status::OK();
  }
  const Status made = external.create_table(path.database, path.object, table);
  if (!made.IsAlreadyExists()) return made;
  // Somebody was faster.
  return options.if_not_exists ? Status::OK() : taken(object, path.object);
}

Status Catalog::create(const ObjectPath& path, CatalogObject object, CreateOptions options) {
  HW_TRY(require_database(path.catalog, path.database));
  Entry& entry = catalogs_[path.catalog];
  std::optional<CatalogObject> present;
  if (!object.temporary) {
    HW_ASSIGN_OR_RETURN(present, find_permanent(path));
  } else if (const auto found = temporary_.find(path); found != temporary_.end()) {
    present = found->second;
  }
  if (present) return options.if_not_exists ? Status::OK() : taken(*present, path.object);
  if (object.temporary) {
    temporary_.emplace(path, std::move(object));
    return Status::OK();
  }
  if (entry.definition.external != nullptr) {
    return create_outside(path, std::move(object), *entry.definition.external, options);
  }
  entry.databases[path.database].objects.emplace(path.object, std::move(object));
  return Status::OK();
}

Status Catalog::drop_permanent(const ObjectPath& path) {
  Entry& entry = catalogs_[path.catalog];
  if (entry.definition.external == nullptr) {
    entry.databases[path.database].objects.erase(path.object);
    return Status::OK();
  }
  if (outside_left_alone_) {
    imagined_[path] = std::nullopt;
    return Status::OK();
  }
  return entry.definition.external->drop_table(path.database, path.object);
}

Status Catalog::drop(const ObjectPath& path, DropOptions options) {
  std::optional<CatalogObject> found;
  const auto temporary = temporary_.find(path);
  if (!options.temporary) {
    Result<std::optional<CatalogObject>> looked = find_permanent(path);
    if (!looked.ok()) {
      // What cannot be read can still be dropped.
      StoredCatalog* stored = as_stored(catalogs_.at(path.catalog).definition.external.get());
      if (stored == nullptr) return looked.status();
      HW_ASSIGN_OR_RETURN(const std::optional<bool> view, stored->is_view(path));
      if (view && *view == (options.kind == Kind::kView)) return drop_permanent(path);
      return looked.status();
    }
    found = std::move(*looked);
  } else if (temporary != temporary_.end()) {
    found = temporary->second;
  }
  if (!found) {
    if (!options.temporary && temporary != temporary_.end()) {
      return Status::Invalid("'", path.object, "' is temporary: write DROP TEMPORARY ",
                             options.kind == Kind::kView ? "VIEW" : "TABLE");
    }
    if (options.if_exists) return Status::OK();
    HW_TRY(require_database(path.catalog, path.database));
    return Status::KeyError("there is no ", options.temporary ? "temporary " : "",
                            word(options.kind), " '", path.object, "'");
  }
  const bool is_view = found->view != nullptr;
  if (is_view != (options.kind == Kind::kView)) {
    return Status::Invalid("'", path.object, "' is a ", word(*found), ", not a ",
                           word(options.kind), ": write DROP ", is_view ? "VIEW" : "TABLE");
  }
  if (!options.temporary && temporary != temporary_.end()) {
    return Status::Invalid("a temporary ", word(temporary->second), " hides '", path.object,
                           "': drop that first, by DROP TEMPORARY ",
                           temporary->second.view != nullptr ? "VIEW" : "TABLE");
  }
  if (!options.temporary) return drop_permanent(path);
  temporary_.erase(temporary);
  return Status::OK();
}

Status Catalog::replace(const ObjectPath& path, CatalogObject object) {
  if (object.temporary) {
    temporary_[path] = std::move(object);
    return Status::OK();
  }
  HW_TRY(require_database(path.catalog, path.database));
  Entry& entry = catalogs_[path.catalog];
  if (StoredCatalog* stored = as_stored(entry.definition.external.get())) {
    if (!outside_left_alone_) return stored->replace(path, object);
    imagined_[path] = std::move(object);
    return Status::OK();
  }
  if (entry.definition.external != nullptr) {
    return Status::Invalid("the tables of catalog '", path.catalog,
                           "' lie outside and cannot be altered; make the table anew, or declare "
                           "a temporary one over it");
  }
  entry.databases[path.database].objects[path.object] = std::move(object);
  return Status::OK();
}

Status Catalog::rename(const ObjectPath& path, const ObjectPath& to) {
  if (to.catalog != path.catalog || to.database != path.database) {
    return Status::Invalid("RENAME TO gives another name in the same database; '", to.to_text(),
                           "' lies in another one");
  }
  HW_ASSIGN_OR_RETURN(CatalogObject object, require(path));
  ExternalCatalog* external = catalogs_.at(path.catalog).definition.external.get();
  if (!object.temporary && external != nullptr && as_stored(external) == nullptr) {
    return Status::Invalid("the tables of catalog '", path.catalog,
                           "' lie outside and cannot be renamed");
  }
  const bool temporary = object.temporary;
  HW_TRY(create(to, std::move(object), {}));
  if (temporary) {
    temporary_.erase(path);
    return Status::OK();
  }
  return drop_permanent(path);
}

Status Catalog::create_function(const ObjectPath& path, UserFunctions::Place place,
                                FunctionPtr function, bool if_not_exists) {
  if (place != UserFunctions::Place::kTemporarySystem) {
    HW_TRY(require_database(path.catalog, path.database));
  }
  ExternalCatalog* external = place == UserFunctions::Place::kPermanent
                                  ? catalogs_.at(path.catalog).definition.external.get()
                                  : nullptr;
  if (external == nullptr) {
    return functions_.create(path, place, std::move(function), if_not_exists);
  }
  StoredCatalog* stored = as_stored(external);
  if (stored == nullptr) {
    return Status::Invalid("catalog '", path.catalog,
                           "' holds tables only; write CREATE TEMPORARY FUNCTION");
  }
  const Status taken = Status::Invalid("a function named '", path.object,
                                       "' exists already; drop it first or write IF NOT EXISTS");
  HW_ASSIGN_OR_RETURN(const bool is_there, stored->has_function(path));
  if (is_there) return if_not_exists ? Status::OK() : taken;
  if (outside_left_alone_) {
    stored->imagine_function(path, std::move(function));
    return Status::OK();
  }
  const Status created = stored->create_function(path, *function);
  // Somebody was faster.
  if (created.IsAlreadyExists()) return if_not_exists ? Status::OK() : taken;
  return created;
}

Status Catalog::drop_function(const ObjectPath& path, UserFunctions::Place place, bool if_exists) {
  const auto entry = catalogs_.find(path.catalog);
  StoredCatalog* stored = place == UserFunctions::Place::kPermanent && entry != catalogs_.end()
                              ? as_stored(entry->second.definition.external.get())
                              : nullptr;
  if (stored == nullptr) return functions_.drop(path, place, if_exists);
  HW_ASSIGN_OR_RETURN(const bool is_there, stored->has_function(path));
  if (is_there && outside_left_alone_) {
    stored->imagine_function(path, nullptr);
    return Status::OK();
  }
  if (is_there) return stored->drop_function(path);
  if (if_exists) return Status::OK();
  HW_ASSIGN_OR_RETURN(const std::vector<std::string> names, stored->functions(path.database));
  return Status::KeyError("there is no function '", path.object, "'",
                          did_you_mean_or("there are", path.object, names));
}

// ---- catalogs and databases ---------------------------------------------------------------------

Status Catalog::create_catalog(const std::string& catalog, CatalogDefinition definition,
                               bool if_not_exists) {
  if (catalogs_.contains(catalog)) {
    return if_not_exists ? Status::OK()
                         : Status::Invalid("a catalog named '", catalog,
                                           "' exists already; drop it first or write IF NOT "
                                           "EXISTS");
  }
  Entry entry;
  if (definition.external == nullptr) entry.databases[definition.default_database];
  entry.definition = std::move(definition);
  catalogs_.emplace(catalog, std::move(entry));
  return Status::OK();
}

Status Catalog::alter_catalog(const std::string& catalog, CatalogDefinition definition) {
  HW_TRY(require_catalog(catalog).status());
  catalogs_[catalog].definition = std::move(definition);
  return Status::OK();
}

Status Catalog::alter_database(const std::string& catalog, const std::string& database,
                               DatabaseDefinition definition) {
  HW_TRY(require_database(catalog, database));
  Entry& entry = catalogs_[catalog];
  if (StoredCatalog* stored = as_stored(entry.definition.external.get())) {
    if (!outside_left_alone_) return stored->alter_database(database, definition);
    stored->imagine_database(database, std::move(definition));
    return Status::OK();
  }
  if (entry.definition.external != nullptr) {
    return Status::Invalid("the database of catalog '", catalog,
                           "' lies outside and has no options");
  }
  entry.databases[database].definition = std::move(definition);
  return Status::OK();
}

Status Catalog::drop_catalog(const std::string& catalog, bool if_exists) {
  if (if_exists && !catalogs_.contains(catalog)) return Status::OK();
  HW_TRY(require_catalog(catalog).status());
  if (catalog == current_catalog_) {
    return Status::Invalid("the current catalog '", catalog,
                           "' cannot be dropped; USE CATALOG another one first");
  }
  catalogs_.erase(catalog);
  const auto in_it = [&](const auto& object) { return object.first.catalog == catalog; };
  std::erase_if(temporary_, in_it);
  std::erase_if(imagined_, in_it);
  functions_.drop_in(catalog);
  return Status::OK();
}

Status Catalog::create_database(const std::string& catalog, const std::string& database,
                                DatabaseDefinition definition, bool if_not_exists) {
  HW_TRY(require_catalog(catalog).status());
  HW_ASSIGN_OR_RETURN(const std::vector<std::string> names, databases(catalog));
  if (contains(names, database)) {
    return if_not_exists ? Status::OK()
                         : Status::Invalid("a database named '", database,
                                           "' exists already; drop it first or write IF NOT "
                                           "EXISTS");
  }
  Entry& entry = catalogs_[catalog];
  if (StoredCatalog* stored = as_stored(entry.definition.external.get())) {
    if (!outside_left_alone_) return stored->create_database(database, definition);
    stored->imagine_database(database, std::move(definition));
    return Status::OK();
  }
  if (entry.definition.external != nullptr) {
    return Status::Invalid("catalog '", catalog, "' has the database '",
                           entry.definition.default_database, "' and takes no other");
  }
  entry.databases[database].definition = std::move(definition);
  return Status::OK();
}

Status Catalog::drop_database(const std::string& catalog, const std::string& database,
                              DropDatabaseOptions options) {
  const Status there = require_database(catalog, database);
  if (!there.ok()) return options.if_exists && there.IsKeyError() ? Status::OK() : there;
  Entry& entry = catalogs_[catalog];
  StoredCatalog* stored = as_stored(entry.definition.external.get());
  const bool always_there = stored != nullptr && database == stored->default_database();
  if (always_there || (stored == nullptr && entry.definition.external != nullptr)) {
    return Status::Invalid("the database of catalog '", catalog,
                           "' cannot be dropped; drop its tables, or the catalog");
  }
  if (catalog == current_catalog_ && database == current_database_) {
    return Status::Invalid("the current database '", database,
                           "' cannot be dropped; USE another one first");
  }
  HW_ASSIGN_OR_RETURN(const std::vector<std::string> names, objects(catalog, database, false));
  bool empty = names.empty() && !functions_.any_in(catalog, database);
  if (stored != nullptr) {
    HW_ASSIGN_OR_RETURN(const std::vector<std::string> functions, stored->functions(database));
    empty = empty && functions.empty();
  }
  if (!options.cascade && !empty) {
    return Status::Invalid("database '", database, "' is not empty; write CASCADE to drop it all");
  }
  if (stored != nullptr && outside_left_alone_) {
    stored->imagine_database(database, std::nullopt);
  } else if (stored != nullptr) {
    HW_TRY(stored->drop_database(database));
  } else {
    entry.databases.erase(database);
  }
  std::erase_if(temporary_,
                [&](const auto& object) { return lies_in(object.first, catalog, database); });
  functions_.drop_in(catalog, database);
  return Status::OK();
}

// ---- listings -----------------------------------------------------------------------------------

std::vector<std::string> Catalog::catalogs() const { return keys_of(catalogs_); }

Result<std::vector<std::string>> Catalog::databases(const std::string& catalog) const {
  HW_ASSIGN_OR_RETURN(const Entry* entry, require_catalog(catalog));
  if (entry->definition.external != nullptr) return entry->definition.external->databases();
  return keys_of(entry->databases);
}

Result<std::vector<std::string>> Catalog::objects(const std::string& catalog,
                                                  const std::string& database,
                                                  bool views_only) const {
  HW_TRY(require_database(catalog, database));
  const Entry& entry = catalogs_.at(catalog);
  std::map<std::string, bool> is_view;
  if (entry.definition.external != nullptr) {
    const StoredCatalog* stored = as_stored(entry.definition.external.get());
    if (stored != nullptr) {
      HW_ASSIGN_OR_RETURN(is_view, stored->objects(database));
    } else {
      HW_ASSIGN_OR_RETURN(const std::vector<std::string> tables,
                          entry.definition.external->tables(database));
      for (const std::string& table : tables) is_view[table] = false;
    }
    for (const auto& [path, object] : imagined_) {
      if (!lies_in(path, catalog, database)) continue;
      if (object) is_view[path.object] = object->view != nullptr;
      if (!object) is_view.erase(path.object);
    }
  } else {
    for (const auto& [name, object] : entry.databases.at(database).objects) {
      is_view[name] = object.view != nullptr;
    }
  }
  for (const auto& [path, object] : temporary_) {
    if (lies_in(path, catalog, database)) is_view[path.object] = object.view != nullptr;
  }
  std::vector<std::string> names;
  for (const auto& [name, view] : is_view) {
    if (!views_only || view) names.push_back(name);
  }
  return names;
}

}  // namespace hw
