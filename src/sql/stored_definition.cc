// SPDX-License-Identifier: Apache-2.0

#include "sql/stored_definition.h"

#include <string_view>
#include <utility>

#include "columnar/type_parser.h"
#include "sql/bind_session.h"
#include "sql/bind_table.h"
#include "sql/definition_text.h"
#include "sql/parser.h"
#include "sql/unparse.h"

namespace hw {
namespace {

constexpr std::string_view kTable = "-- headwater table 1";
constexpr std::string_view kView = "-- headwater view 1";
constexpr std::string_view kDatabase = "-- headwater database 1";
constexpr std::string_view kPlace = "-- in ";

std::string_view take_line(std::string_view& text) {
  const size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

Status not_ours(std::string_view what) {
  return Status::Invalid("a file of a catalog begins with '", kTable, "', '", kView,
                                    "' or '", kDatabase, "', but this one ", what);
}

/// The statement as a T.
template <typename T>
Result<std::shared_ptr<const T>> statement_as(std::string_view text, ast::StatementKind kind) {
  HW_ASSIGN_OR_RETURN(const ast::StatementPtr statement, parse_statement(text));
  if (statement->kind != kind) return not_ours("holds another statement");
  return std::shared_ptr<const T>(statement, &statement->template as<T>());
}

std::string place_text(const ObjectPath& path, const ViewDefinition& view) {
  const std::string catalog = view.catalog == path.catalog ? "" : quoted_name(view.catalog) + ".";
  return std::string(kPlace) + catalog + quoted_name(view.database) + ", " +
         SqlType::row(view.schema->fields()).to_sql_without_null();
}

Result<std::string> write(const ObjectPath& path, const CatalogObject& object) {
  if (object.table != nullptr && object.table->options.empty()) {
    return Status::Invalid(
        "a table that the program declared lives with the session only, and "
        "catalog '",
        path.catalog, "' keeps its tables in files");
  }
  std::string text(object.table != nullptr ? kTable : kView);
  if (object.view != nullptr) text += "\n" + place_text(path, *object.view);
  return text + "\n" + definition_text(path, object, Secrets::kWritten) + ";\n";
}

/// `` `c`.`d`, ROW<..> `` or `` `d`, ROW<..> ``
Status read_place(std::string_view line, const ObjectPath& path, ViewDefinition& view) {
  if (!line.starts_with(kPlace)) return not_ours("does not say where its names are looked up");
  line.remove_prefix(kPlace.size());
  const size_t columns = line.find(", ROW<");
  if (columns == std::string_view::npos) return not_ours("does not say its columns");
  HW_ASSIGN_OR_RETURN(const ast::ExprPtr name, parse_expression(line.substr(0, columns)));
  const auto* place = ast::expr_if<ast::ColumnRef>(name);
  if (place == nullptr || place->name.parts.size() > 2) return not_ours("names no database");
  const std::vector<ast::Identifier>& parts = place->name.parts;
  view.catalog = parts.size() == 2 ? parts[0].text : path.catalog;
  view.database = parts.back().text;
  HW_ASSIGN_OR_RETURN(const SqlType row, parse_sql_type(line.substr(columns + 2)));
  view.schema = make_schema(row.fields());
  return Status::OK();
}

Result<CatalogObject> read_view(const ObjectPath& path, std::string_view text) {
  ViewDefinition view;
  HW_TRY(read_place(take_line(text), path, view));
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
  return language;
}

}  // namespace hw
