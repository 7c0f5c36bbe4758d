// SPDX-License-Identifier: Apache-2.0

#include "sql/bind_alter.h"

#include <memory>
#include <string>
#include <utility>

#include "sql/alter_columns.h"
#include "sql/bind_catalog.h"
#include "sql/bind_from.h"
#include "sql/bind_table.h"
#include "sql/table_syntax.h"

namespace hw {
namespace {

using MaybeChange = Result<std::optional<BoundChange>>;

struct Altered {
  ObjectPath path;
  CatalogObject object;
};

/// No value when there is none and IF EXISTS allows it.
Result<std::optional<Altered>> find_altered(const ast::Name& name, bool if_exists,
                                            Catalog::Kind kind, const BindSession& session) {
  Altered found;
  HW_ASSIGN_OR_RETURN(found.path, bind_path(name, session));
  const Catalog& catalog = *session.context.catalog;
  if (if_exists) {
    const auto object = catalog.find(found.path);
    if (object.ok() && !*object) return std::nullopt;
  }
  Result<CatalogObject> object = catalog.require(found.path);
  if (!object.ok()) return at(name.position(), object.status());
  found.object = std::move(*object);
  const bool is_view = found.object.view != nullptr;
  if (is_view != (kind == Catalog::Kind::kView)) {
    return at(name.position(),
              Status::Invalid("'", found.path.object, "' is a ", is_view ? "view" : "table",
                              ": write ALTER ", is_view ? "VIEW" : "TABLE"));
  }
  return found;
}

Result<BoundChange> rename(const Altered& altered, const ast::Name& to,
                           const BindSession& session) {
  RenameObject change;
  change.path = altered.path;
  HW_ASSIGN_OR_RETURN(change.to, bind_path(to, session));
  // A name alone stays in the database of the old one.
  if (to.parts.size() == 1) {
    change.to.catalog = altered.path.catalog;
    change.to.database = altered.path.database;
  }
  return BoundChange{std::move(change)};
}

Status refuse_registered(const Altered& altered, SqlPosition position) {
  const TableDefinition& table = *altered.object.table;
  if (!table.registered_source && !table.registered_sink) return Status::OK();
  return at(position, Status::Invalid("table '", altered.path.object,
                                      "' was registered by the program, which alone can change "
                                      "it"));
}

/// Whether the view would be expanded without end: it is, in a catalog that has it already.
Status refuse_circle(const ReplaceObject& change, const ast::AlterView& alter,
                     const BindSession& session) {
  Catalog imagined = *session.context.catalog;
  HW_TRY(imagined.replace(change.path, change.object));
  BinderContext context = session.context;
  context.catalog = &imagined;
  BindSession fresh(context);
  if (bind_named(alter.name, {}, fresh).ok()) return Status::OK();
  return at(alter.query->position,
            Status::Invalid("view '", change.path.object, "' would read itself"));
}

}  // namespace

MaybeChange bind_alter_table(const ast::AlterTable& alter, BindSession& session) {
  HW_ASSIGN_OR_RETURN(const std::optional<Altered> altered,
                      find_altered(alter.name, alter.if_exists, Catalog::Kind::kTable, session));
  if (!altered) return std::nullopt;
  if (alter.action == ast::AlterTableKind::kRename) {
    HW_ASSIGN_OR_RETURN(BoundChange change, rename(*altered, alter.new_name, session));
    return change;
  }
  HW_TRY(refuse_registered(*altered, alter.name.position()));
  HW_ASSIGN_OR_RETURN(const std::shared_ptr<ast::CreateTable> create,
                      table_syntax(*altered->object.table));
  HW_TRY(alter_syntax(alter, *altered->object.table, *create));
  create->name = alter.name;
  create->position = alter.position;
  create->temporary = altered->object.temporary;
  HW_ASSIGN_OR_RETURN(CreateObject changed, bind_create_table(*create, session));
  return BoundChange{ReplaceObject{std::move(changed.path), std::move(changed.object)}};
}

MaybeChange bind_alter_view(const ast::AlterView& alter, BindSession& session) {
  HW_ASSIGN_OR_RETURN(const std::optional<Altered> altered,
                      find_altered(alter.name, alter.if_exists, Catalog::Kind::kView, session));
  if (!altered) return std::nullopt;
  if (alter.query == nullptr) {
    HW_ASSIGN_OR_RETURN(BoundChange change, rename(*altered, alter.new_name, session));
    return change;
  }
  ast::CreateView create;
  create.position = alter.position;
  create.name = alter.name;
  create.temporary = altered->object.temporary;
  create.comment = altered->object.view->comment;
  create.query = alter.query;
  HW_ASSIGN_OR_RETURN(CreateObject changed, bind_create_view(create, session));
  ReplaceObject change{std::move(changed.path), std::move(changed.object)};
  HW_TRY(refuse_circle(change, alter, session));
  return BoundChange{std::move(change)};
}

Result<BoundChange> bind_alter_catalog(const ast::AlterCatalog& alter, BindSession& session) {
  const auto found = session.context.catalog->catalog(alter.name.text);
  if (!found.ok()) return at(alter.name.position, found.status());
  AlterCatalogChange change{.catalog = alter.name.text, .definition = **found};
  if (alter.action == ast::AlterPropertiesKind::kComment) {
    change.definition.comment = alter.comment;
    return BoundChange{std::move(change)};
  }
  ast::CreateCatalog create;
  create.position = alter.position;
  create.name = alter.name;
  create.comment = change.definition.comment;
  auto options = change.definition.options;
  for (const ast::Property& option : alter.options) {
    if (option.key == "type" && options["type"] != option.value) {
      return at(option.position, Status::Invalid("the type of a catalog cannot be changed; DROP "
                                                 "CATALOG and create another"));
    }
    options[option.key] = option.value;
  }
  for (const ast::PropertyKey& key : alter.keys) {
    if (key.key == "type") {
      return at(key.position, Status::Invalid("the type of a catalog cannot be reset"));
    }
    options.erase(key.key);
  }
  for (const auto& [key, value] : options) create.options.push_back({key, value, {}});
  HW_ASSIGN_OR_RETURN(change.definition, bind_catalog_definition(create, "altering", session));
  return BoundChange{std::move(change)};
}

Result<BoundChange> bind_alter_database(const ast::AlterDatabase& alter, BindSession& session) {
  HW_ASSIGN_OR_RETURN(const DatabasePath path, bind_database_path(alter.name, session));
  auto found = session.context.catalog->database(path.catalog, path.database);
  if (!found.ok()) return at(alter.name.position(), found.status());
  AlterDatabaseChange change{
      .catalog = path.catalog, .database = path.database, .definition = std::move(*found)};
  for (const ast::Property& option : alter.options) {
    change.definition.options[option.key] = option.value;
  }
  return BoundChange{std::move(change)};
}

}  // namespace hw
