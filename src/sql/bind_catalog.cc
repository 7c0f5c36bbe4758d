// SPDX-License-Identifier: Apache-2.0

#include "sql/bind_catalog.h"

#include <map>
#include <utility>

#include "runtime/connector_catalogue.h"
#include "runtime/options_reference.h"
#include "sql/bind_scope.h"
#include "sql/definition_text.h"
#include "sql/listing.h"
#include "sql/stored_definition.h"
#include "sql/unparse.h"

namespace hw {
namespace {

using OptionMap = std::map<std::string, std::string>;

Result<OptionMap> option_map(const std::vector<ast::Property>& properties) {
  OptionMap options;
  for (const ast::Property& option : properties) {
    if (!options.emplace(option.key, option.value).second) {
      return at(option.position, Status::Invalid("option '", option.key, "' is given twice"));
    }
  }
  return options;
}

/// Options of catalogs in memory, next to `type`.
const std::vector<OptionSpec>& options_in_memory() {
  static const std::vector<OptionSpec> specs = {
      {.name = "default-database",
       .default_value = "default",
       .sentence = "The database that is there from the beginning."}};
  return specs;
}

/// The type of catalogs that keep their definitions in a directory.
constexpr std::string_view kFilesystem = "filesystem";

const OptionSpec& directory_option() {
  static const OptionSpec spec = {
      .name = "path", .required = true, .sentence = "The directory that holds the definitions."};
  return spec;
}
const OptionSpec& stored_database_option() {
  static const OptionSpec spec = {.name = "default-database",
                                  .default_value = "default_database",
                                  .sentence = "The database that is always there."};
  return spec;
}

std::string types_of(const BindSession& session) {
  std::string list(Catalog::kInMemory);
  list.append(", ").append(kFilesystem);
  for (const CatalogTypeRecord& record : session.context.connectors->catalog_types()) {
    list += ", " + record.name;
  }
  return list;
}

/// Flink's, which people will try first.
bool is_type_to_come(std::string_view type) { return type == "jdbc" || type == "hive"; }

/// The options but `type`, checked.
Result<Options> checked(const OptionMap& given, const std::vector<OptionSpec>& specs) {
  OptionMap own = given;
  own.erase("type");
  Options options(std::move(own));
  HW_TRY(check_options(options, specs, "catalog type '" + given.at("type") + "'"));
  return options;
}

Status open_external(const CatalogTypeRecord& record, const std::string& name,
                     const BindSession& session, CatalogDefinition& definition) {
  ExternalCatalogContext context{.env = session.context.env, .catalog = name, .options = {}};
  HW_ASSIGN_OR_RETURN(context.options, checked(definition.options, record.options));
  if (context.env != nullptr) {
    HW_ASSIGN_OR_RETURN(context.options, resolve_references(context.options, *context.env));
  }
  HW_ASSIGN_OR_RETURN(definition.external, record.open(context));
  definition.default_database = definition.external->default_database();
  return Status::OK();
}

Status open_stored(const BindSession& session, CatalogDefinition& definition) {
  HW_ASSIGN_OR_RETURN(Options options,
                      checked(definition.options, {directory_option(), stored_database_option()}));
  if (session.context.env == nullptr) return not_supported_yet("catalogs of files in this program");
  HW_ASSIGN_OR_RETURN(options, resolve_references(options, *session.context.env));
  HW_ASSIGN_OR_RETURN(definition.external,
                      StoredCatalog::open(*session.context.env, options.text(directory_option()),
                                          options.text(stored_database_option()),
                                          stored_definitions(session.context)));
  definition.default_database = definition.external->default_database();
  return Status::OK();
}

Result<CatalogDefinition> open_catalog(const ast::CreateCatalog& create,
                                       const BindSession& session) {
  CatalogDefinition definition;
  HW_ASSIGN_OR_RETURN(definition.options, option_map(create.options));
  definition.comment = create.comment;
  const auto given = definition.options.find("type");
  if (given == definition.options.end()) {
    return Status::Invalid("a catalog needs the option 'type', one of: ", types_of(session));
  }
  const std::string& type = given->second;
  if (type == Catalog::kInMemory) {
    HW_ASSIGN_OR_RETURN(const Options options, checked(definition.options, options_in_memory()));
    definition.default_database = options.text(options_in_memory().front());
    return definition;
  }
  if (type == kFilesystem) {
    HW_TRY(open_stored(session, definition));
    return definition;
  }
  const CatalogTypeRecord* record = session.context.connectors->find_catalog_type(type);
  if (record != nullptr) {
    HW_TRY(open_external(*record, create.name.text, session, definition));
    return definition;
  }
  if (is_type_to_come(type)) return not_supported_yet("catalogs of type '" + type + "'");
  return Status::Invalid("there is no catalog type '", type,
                         "'; the types are: ", types_of(session));
}

BoundListing one_text(std::string text) {
  BoundListing listing;
  listing.schema = text_schema({"result"});
  listing.rows.push_back({std::move(text)});
  return listing;
}

/// Rows `option:<key>`, as EXTENDED shows them.
void add_options(const OptionMap& options, BoundListing& listing) {
  for (const auto& [name, value] : options) {
    if (name != "type") listing.rows.push_back({"option:" + name, shown_option_value(name, value)});
  }
}

struct FoundDatabase {
  DatabasePath path;
  DatabaseDefinition definition;
};

Result<FoundDatabase> find_database(const ast::Name& name, const BindSession& session) {
  FoundDatabase found;
  HW_ASSIGN_OR_RETURN(found.path, bind_database_path(name, session));
  auto definition = session.context.catalog->database(found.path.catalog, found.path.database);
  if (!definition.ok()) return at(name.position(), definition.status());
  found.definition = std::move(*definition);
  return found;
}

struct FoundCatalog {
  std::string name;
  const CatalogDefinition* definition = nullptr;
};

Result<FoundCatalog> find_catalog(const ast::Name& name, const BindSession& session) {
  FoundCatalog found;
  HW_ASSIGN_OR_RETURN(found.name, bind_catalog_name(name));
  const auto definition = session.context.catalog->catalog(found.name);
  if (!definition.ok()) return at(name.position(), definition.status());
  found.definition = *definition;
  return found;
}

}  // namespace

Result<std::string> bind_catalog_name(const ast::Name& name) {
  if (name.parts.size() == 1) return name.last().text;
  return at(name.position(), Status::Invalid("a catalog is named by one part, but '", dotted(name),
                                             "' has ", name.parts.size()));
}

Result<DatabasePath> bind_database_path(const ast::Name& name, const BindSession& session) {
  if (name.parts.size() > 2) {
    return at(name.position(), Status::Invalid("a database is named by one or two parts, but '",
                                               dotted(name), "' has ", name.parts.size()));
  }
  return DatabasePath{name.parts.size() == 2 ? name.parts[0].text : session.catalog,
                      name.last().text};
}

Result<CatalogDefinition> bind_catalog_definition(const ast::CreateCatalog& create,
                                                  std::string_view doing,
                                                  const BindSession& session) {
  Result<CatalogDefinition> opened = open_catalog(create, session);
  if (opened.ok()) return opened;
  return at(create.position, while_doing(opened.status(), std::string(doing) + " catalog '" +
                                                              create.name.text + "'"));
}

Result<CreateCatalogChange> bind_create_catalog(const ast::CreateCatalog& create,
                                                BindSession& session) {
  CreateCatalogChange change{
      .catalog = create.name.text, .definition = {}, .if_not_exists = create.if_not_exists};
  if (session.context.catalog->catalog(change.catalog).ok()) return change;
  HW_ASSIGN_OR_RETURN(change.definition, bind_catalog_definition(create, "creating", session));
  return change;
}

Result<CreateDatabaseChange> bind_create_database(const ast::CreateDatabase& create,
                                                  BindSession& session) {
  HW_ASSIGN_OR_RETURN(DatabasePath path, bind_database_path(create.name, session));
  CreateDatabaseChange change;
  change.catalog = std::move(path.catalog);
  change.database = std::move(path.database);
  change.definition.comment = create.comment;
  HW_ASSIGN_OR_RETURN(change.definition.options, option_map(create.options));
  change.if_not_exists = create.if_not_exists;
  return change;
}

Result<BoundListing> describe_catalog(const ast::Describe& describe, const BindSession& session) {
  HW_ASSIGN_OR_RETURN(const FoundCatalog found, find_catalog(describe.name, session));
  BoundListing listing;
  listing.schema = text_schema({"info name", "info value"});
  listing.rows.push_back({"name", found.name});
  listing.rows.push_back({"type", found.definition->options.at("type")});
  listing.rows.push_back({"comment", found.definition->comment});
  if (describe.extended) add_options(found.definition->options, listing);
  return listing;
}

Result<BoundListing> describe_database(const ast::Describe& describe, const BindSession& session) {
  HW_ASSIGN_OR_RETURN(const FoundDatabase found, find_database(describe.name, session));
  BoundListing listing;
  listing.schema = text_schema({"info name", "info value"});
  listing.rows.push_back({"catalog", found.path.catalog});
  listing.rows.push_back({"name", found.path.database});
  listing.rows.push_back({"comment", found.definition.comment});
  if (describe.extended) add_options(found.definition.options, listing);
  return listing;
}

Result<BoundListing> show_create_catalog(const ast::ShowCreate& show, const BindSession& session) {
  HW_ASSIGN_OR_RETURN(const FoundCatalog found, find_catalog(show.name, session));
  return one_text(
      "CREATE CATALOG " + quoted_name(found.name) +
      definition_tail(found.definition->comment, found.definition->options, Secrets::kMasked));
}

Result<BoundListing> show_create_database(const ast::ShowCreate& show, const BindSession& session) {
  HW_ASSIGN_OR_RETURN(const FoundDatabase found, find_database(show.name, session));
  return one_text(
      "CREATE DATABASE " + quoted_name(found.path.catalog) + "." +
      quoted_name(found.path.database) +
      definition_tail(found.definition.comment, found.definition.options, Secrets::kMasked));
}

}  // namespace hw
