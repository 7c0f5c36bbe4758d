// SPDX-License-Identifier: Apache-2.0

#include "sql/stored_definition.h"

#include <string_view>
#include <utility>

#include "columnar/type_parser.h"
#include "sql/bind_session.h"
#include "sql/bind_table.h"
#include "sql/bind_user_function.h"
#include "sql/definition_text.h"
#include "sql/parser.h"
#include "sql/unparse.h"

namespace hw {
namespace {

constexpr std::string_view kTable = "-- headwater table 1";
constexpr std::string_view kView = "-- headwater view 1";
constexpr std::string_view kDatabase = "-- headwater database 1";
constexpr std::string_view kFunction = "-- headwater function 1";
constexpr std::string_view kPlace = "-- in ";

std::string_view take_line(std::string_view& text) {
  const size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

Status not_ours(std::string_view what) {
  return Status::Invalid("a file of a catalog begins with '", kTable, "', '", kView, "', '",
                         kFunction, "' or '", kDatabase, "', but this one ", what);
}

/// The statement as a T.
template <typename T>
Result<std::shared_ptr<const T>> statement_as(std::string_view text, ast::StatementKind kind) {
  HW_ASSIGN_OR_RETURN(const ast::StatementPtr statement, parse_statement(text));
  if (statement->kind != kind) return not_ours("holds another statement");
  return std::shared_ptr<const T>(statement, &statement->template as<T>());
}

/// Where names are looked up; the catalog itself may have another name in another session.
std::string place_text(const ObjectPath& path, const DatabasePath& place) {
  const std::string catalog = place.catalog == path.catalog ? "" : quoted_name(place.catalog) + ".";
  return std::string(kPlace) + catalog + quoted_name(place.database);
}

std::string write_function(const ObjectPath& path, const FunctionDefinition& function) {
  return std::string(kFunction) + "\n" + place_text(path, {function.catalog, function.database}) +
         "\n" + function.create_sql + ";\n";
}

Result<std::string> write(const ObjectPath& path, const CatalogObject& object) {
  if (object.table != nullptr && object.table->options.empty()) {
    return Status::Invalid(
        "a table that the program declared lives with the session only, and "
        "catalog '",
        path.catalog, "' keeps its tables in files");
  }
  std::string text(object.table != nullptr ? kTable : kView);
  if (object.view != nullptr) {
    const ViewDefinition& view = *object.view;
    text += "\n" + place_text(path, {view.catalog, view.database}) + ", " +
            SqlType::row(view.schema->fields()).to_sql_without_null();
  }
  return text + "\n" + definition_text(path, object, Secrets::kWritten) + ";\n";
}

/// `` `c`.`d` `` or `` `d` ``
Result<DatabasePath> read_place(std::string_view text, const ObjectPath& path) {
  HW_ASSIGN_OR_RETURN(const ast::ExprPtr name, parse_expression(text));
  const auto* place = ast::expr_if<ast::ColumnRef>(name);
  if (place == nullptr || place->name.parts.size() > 2) return not_ours("names no database");
  const std::vector<ast::Identifier>& parts = place->name.parts;
  return DatabasePath{parts.size() == 2 ? parts[0].text : path.catalog, parts.back().text};
}

/// The place, and behind it `, ROW<..>`.
Status read_view_line(std::string_view line, const ObjectPath& path, ViewDefinition& view) {
  if (!line.starts_with(kPlace)) return not_ours("does not say where its names are looked up");
  line.remove_prefix(kPlace.size());
  const size_t columns = line.find(", ROW<");
  if (columns == std::string_view::npos) return not_ours("does not say its columns");
  HW_ASSIGN_OR_RETURN(const DatabasePath place, read_place(line.substr(0, columns), path));
  view.catalog = place.catalog;
  view.database = place.database;
  HW_ASSIGN_OR_RETURN(const SqlType row, parse_sql_type(line.substr(columns + 2)));
  view.schema = make_schema(row.fields());
  return Status::OK();
}

Result<FunctionPtr> read_function(const ObjectPath& path, std::string_view text) {
  if (take_line(text) != kFunction) return not_ours("does not");
  std::string_view line = take_line(text);
  if (!line.starts_with(kPlace)) return not_ours("does not say where its names are looked up");
  line.remove_prefix(kPlace.size());
  HW_ASSIGN_OR_RETURN(const DatabasePath place, read_place(line, path));
  HW_ASSIGN_OR_RETURN(const auto create,
                      statement_as<ast::CreateFunction>(text, ast::StatementKind::kCreateFunction));
  return written_function(*create, place);
}

Result<CatalogObject> read_view(const ObjectPath& path, std::string_view text) {
  ViewDefinition view;
  HW_TRY(read_view_line(take_line(text), path, view));
  HW_ASSIGN_OR_RETURN(const auto create,
                      statement_as<ast::CreateView>(text, ast::StatementKind::kCreateView));
  view.sql = ast::to_sql(*create->query);
  view.renamed = true;
  view.comment = create->comment;
  CatalogObject object;
  object.view = std::make_shared<const ViewDefinition>(std::move(view));
  return object;
}

Result<CatalogObject> read_table(const ObjectPath& path, std::string_view text,
                                 const BinderContext& context) {
  HW_ASSIGN_OR_RETURN(const auto create,
                      statement_as<ast::CreateTable>(text, ast::StatementKind::kCreateTable));
  BindSession session(context);
  // Functions of computed columns are looked up beside it.
  session.catalog = path.catalog;
  session.database = path.database;
  HW_ASSIGN_OR_RETURN(CreateObject made, bind_create_table(*create, session));
  return std::move(made.object);
}

Result<DatabaseDefinition> read_database(std::string_view text) {
  if (take_line(text) != kDatabase) return not_ours("does not");
  HW_ASSIGN_OR_RETURN(const auto create,
                      statement_as<ast::CreateDatabase>(text, ast::StatementKind::kCreateDatabase));
  DatabaseDefinition definition;
  definition.comment = create->comment;
  for (const ast::Property& option : create->options) {
    definition.options.emplace(option.key, option.value);
  }
  return definition;
}

std::string write_database(const std::string& name, const DatabaseDefinition& definition) {
  return std::string(kDatabase) + "\nCREATE DATABASE " + quoted_name(name) +
         definition_tail(definition.comment, definition.options, Secrets::kWritten) + ";\n";
}

}  // namespace

DefinitionLanguage stored_definitions(const BinderContext& context) {
  DefinitionLanguage language;
  language.write = write;
  language.read = [context](const ObjectPath& path,
                            const std::string& text) -> Result<CatalogObject> {
    std::string_view rest = text;
    const std::string_view first = take_line(rest);
    if (first == kView) return read_view(path, rest);
    if (first == kTable) return read_table(path, rest, context);
    return not_ours("does not");
  };
  language.is_view = [](const std::string& text) { return text.starts_with(kView); };
  language.write_database = write_database;
  language.read_database = read_database;
  language.write_function = write_function;
  language.read_function = [](const ObjectPath& path, const std::string& text) {
    return read_function(path, text);
  };
  return language;
}

}  // namespace hw
