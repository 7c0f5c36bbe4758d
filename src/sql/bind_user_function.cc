// SPDX-License-Identifier: Apache-2.0

#include "sql/bind_user_function.h"

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "base/letters.h"
#include "expr/cast.h"
#include "expr/function_catalogue.h"
#include "expr/resolve.h"
#include "plan/catalog/stored_catalog.h"
#include "plan/logical/values.h"
#include "sql/bind_expr.h"
#include "sql/bind_from.h"
#include "sql/bind_type.h"
#include "sql/listing.h"
#include "sql/parser.h"
#include "sql/unparse.h"

namespace hw {
namespace {

/// An expression with more nodes than this, calls expanded, is refused: an argument stands wherever
/// its parameter does, so calls of calls may double each time.
constexpr int64_t kMaxExprNodes = 100'000;

/// Nodes of the tree, counted no further than kMaxExprNodes + 1.
int64_t count_nodes(const BoundExpr& expr, int64_t counted = 0) {
  ++counted;
  for (const BoundExprPtr& arg : expr.args()) {
    if (counted > kMaxExprNodes) break;
    counted = count_nodes(*arg, counted);
  }
  return counted;
}

void count_reads(const BoundExpr& expr, std::vector<int>& reads) {
  if (expr.kind() == BoundExpr::Kind::kColumn) ++reads[static_cast<size_t>(expr.column_index())];
  for (const BoundExprPtr& arg : expr.args()) count_reads(*arg, reads);
}

bool is_built_in(const std::string& name, const BindSession& session) {
  const FunctionCatalogue& functions = *session.context.functions;
  return functions.scalar(upper_case(name)) != nullptr ||
         functions.aggregate(upper_case(name)) != nullptr;
}

/// The parameters as the columns that the body reads.
Relation parameters_in_sight(const FunctionDefinition& function) {
  std::vector<PlanColumn> columns;
  for (const SqlField& parameter : function.parameters) {
    columns.push_back({parameter.name, parameter.type});
  }
  Relation relation;
  relation.plan =
      std::make_shared<ValuesNode>(std::move(columns), std::vector<std::vector<BoundExprPtr>>{});
  relation.scope = Scope::of(*relation.plan, {});
  return relation;
}

/// The body over its parameters, as the type that RETURNS says.
Result<BoundExprPtr> bind_body(const FunctionDefinition& function, const ast::Expr& body,
                               BindSession& session) {
  const Relation relation = parameters_in_sight(function);
  ExprBinder binder(session, relation, "a function");
  HW_ASSIGN_OR_RETURN(BoundExprPtr bound, binder.bind_value(body));
  const SqlType& type = bound->type();
  if (!type.is(TypeKind::kNull) && !type.equals_ignoring_null(function.returns) &&
      !can_cast_implicitly(type, function.returns)) {
    return at(
        body.position,
        Status::TypeError(function.name, " RETURNS ", function.returns.to_sql_without_null(),
                          ", but its expression is ", type.to_sql_without_null(),
                          can_cast(type, function.returns)
                              ? "; write CAST(.. AS " + function.returns.to_sql_without_null() + ")"
                              : ""));
  }
  return cast_if_needed(std::move(bound), function.returns.with_nullable(true));
}

Status check_arguments(const FunctionDefinition& function, const std::vector<int>& reads,
                       std::vector<BoundExprPtr>& args) {
  for (size_t i = 0; i < args.size(); ++i) {
    const SqlField& parameter = function.parameters[i];
    const SqlType& from = args[i]->type();
    if (!from.is(TypeKind::kNull) && !from.equals_ignoring_null(parameter.type) &&
        !can_cast_implicitly(from, parameter.type)) {
      return Status::TypeError("parameter '", parameter.name, "' of ", function.name, " is ",
                               parameter.type.to_sql_without_null(), ", but the argument ",
                               args[i]->to_sql(), " is ", from.to_sql_without_null());
    }
    if (!args[i]->repeatable() && reads[i] > 1) {
      return Status::Invalid(function.name, " uses '", parameter.name, "' ", reads[i],
                             " times, but the argument ", args[i]->to_sql(),
                             " gives another value each time; compute it in a sub-query");
    }
    args[i] = cast_if_needed(std::move(args[i]), parameter.type.with_nullable(true));
  }
  return Status::OK();
}

std::string form_of(const FunctionDefinition& function) {
  std::string text = function.name + "(";
  for (size_t i = 0; i < function.parameters.size(); ++i) {
    const SqlField& parameter = function.parameters[i];
    text += (i == 0 ? "" : ", ") + parameter.name + " " + parameter.type.to_sql_without_null();
  }
  return text + ") -> " + function.returns.to_sql_without_null();
}

const char* language_word(ast::FunctionLanguage language) {
  switch (language) {
    case ast::FunctionLanguage::kSql:
      return "";
    case ast::FunctionLanguage::kScala:
      return "SCALA";
    case ast::FunctionLanguage::kPython:
      return "PYTHON";
    case ast::FunctionLanguage::kCpp:
      return "CPP";
    case ast::FunctionLanguage::kWasm:
      return "WASM";
    case ast::FunctionLanguage::kDefault:
    case ast::FunctionLanguage::kJava:
      break;
  }
  return "JAVA";
}

UserFunctions::Place place_of(bool temporary, bool system) {
  if (system) return UserFunctions::Place::kTemporarySystem;
  return temporary ? UserFunctions::Place::kTemporary : UserFunctions::Place::kPermanent;
}

Status bind_parameters(const ast::CreateFunction& create, FunctionDefinition& function) {
  std::set<std::string> names;
  for (const ast::FunctionParameter& parameter : create.parameters) {
    if (!names.insert(parameter.name.text).second) {
      return at(parameter.name.position,
                Status::Invalid("the parameters of a function have different names, but '",
                                parameter.name.text, "' is there twice"));
    }
    HW_ASSIGN_OR_RETURN(SqlType type, bind_type(parameter.type));
    function.parameters.push_back({parameter.name.text, type.with_nullable(true)});
  }
  HW_ASSIGN_OR_RETURN(function.returns, bind_type(*create.returns));
  return Status::OK();
}

/// The catalog, where it keeps functions in files; else null.
StoredCatalog* stored_catalog(const std::string& name, const BindSession& session) {
  const auto catalog = session.context.catalog->catalog(name);
  return catalog.ok() ? as_stored((*catalog)->external.get()) : nullptr;
}

Result<FunctionPtr> require_user_function(const ast::Name& name, const BindSession& session) {
  HW_ASSIGN_OR_RETURN(FunctionPtr function, find_user_function(name, false, session));
  if (function != nullptr) return function;
  return at(name.position(), Status::KeyError("there is no user's function '", dotted(name), "'"));
}

BoundListing pairs() {
  BoundListing listing;
  listing.schema = text_schema({"info name", "info value"});
  return listing;
}

}  // namespace

Result<FunctionPtr> find_user_function(const ast::Name& name, bool is_built_in,
                                       const BindSession& session) {
  const UserFunctions& functions = session.context.catalog->functions();
  if (name.parts.size() == 1) {
    FunctionPtr system = functions.find_system(name.last().text);
    if (system != nullptr || is_built_in) return system;
  }
  HW_ASSIGN_OR_RETURN(const ObjectPath path, bind_path(name, session));
  FunctionPtr function = functions.find(path);
  if (function != nullptr) return function;
  StoredCatalog* stored = stored_catalog(path.catalog, session);
  if (stored == nullptr) return FunctionPtr();
  Result<FunctionPtr> kept = stored->function(path);
  if (!kept.ok()) return at(name.position(), kept.status());
  return kept;
}

Result<std::vector<std::string>> user_function_names(const BindSession& session) {
  std::vector<std::string> names =
      session.context.catalog->functions().names(session.catalog, session.database);
  if (StoredCatalog* stored = stored_catalog(session.catalog, session)) {
    HW_ASSIGN_OR_RETURN(const std::vector<std::string> kept, stored->functions(session.database));
    names.insert(names.end(), kept.begin(), kept.end());
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
  }
  return names;
}

Result<FunctionPtr> written_function(const ast::CreateFunction& create, const DatabasePath& place) {
  auto function = std::make_shared<FunctionDefinition>();
  function->name = create.name.last().text;
  function->language = language_word(create.language);
  function->create_sql = ast::to_sql(create);
  function->catalog = place.catalog;
  function->database = place.database;
  if (create.body != nullptr) {
    HW_TRY(bind_parameters(create, *function));
    function->body_sql = ast::to_sql(*create.body);
  }
  return function;
}

Result<BoundExprPtr> expand_user_function(const FunctionDefinition& function,
                                          std::vector<BoundExprPtr> args, SqlPosition position,
                                          BindSession& session) {
  if (!function.language.empty()) {
    return not_supported_yet("function '" + function.name + "', which is in " + function.language +
                                 "; write it as CREATE FUNCTION .. RETURNS .. LANGUAGE SQL RETURN "
                                 "..",
                             position);
  }
  if (args.size() != function.parameters.size()) {
    const size_t wanted = function.parameters.size();
    return at(position,
              Status::Invalid(function.name, " takes ", wanted, " argument", wanted == 1 ? "" : "s",
                              ", but there are ", args.size(), ": ", form_of(function)));
  }
  auto& expanding = session.expanding;
  if (std::find(expanding.begin(), expanding.end(), &function) != expanding.end()) {
    return at(position, Status::Invalid("function '", function.name, "' would call itself"));
  }
  if (expanding.size() >= kMaxQueryDepth) {
    return at(position, Status::Invalid("functions may call each other ", kMaxQueryDepth,
                                        " deep; this call of '", function.name, "' is deeper"));
  }
  expanding.push_back(&function);
  const std::string catalog = std::exchange(session.catalog, function.catalog);
  const std::string database = std::exchange(session.database, function.database);
  Result<BoundExprPtr> body = [&]() -> Result<BoundExprPtr> {
    HW_ASSIGN_OR_RETURN(const ast::ExprPtr syntax, parse_expression(function.body_sql, position));
    return bind_body(function, *syntax, session);
  }();
  session.catalog = catalog;
  session.database = database;
  expanding.pop_back();
  if (!body.ok()) {
    // Positions inside the function's text mean nothing to the reader of this statement.
    const Status bare(body.status().code(), body.status().message());
    return at(position, while_doing(bare, "expanding function '" + function.name + "'"));
  }
  std::vector<int> reads(args.size(), 0);
  count_reads(**body, reads);
  HW_TRY(at(position, check_arguments(function, reads, args)));
  BoundExprPtr expanded = substitute_columns(*body, args);
  if (count_nodes(*expanded) > kMaxExprNodes) {
    return at(position, Status::Invalid("an expression has at most ", kMaxExprNodes,
                                        " parts, functions expanded; this call of ", function.name,
                                        " has more"));
  }
  return expanded->with_position(position);
}

Result<CreateFunctionChange> bind_create_function(const ast::CreateFunction& create,
                                                  BindSession& session) {
  CreateFunctionChange change;
  HW_ASSIGN_OR_RETURN(change.path, bind_path(create.name, session));
  change.place = place_of(create.temporary, create.system);
  change.if_not_exists = create.if_not_exists;
  const std::string& name = create.name.last().text;
  if (!create.system && create.name.parts.size() == 1 && is_built_in(name, session)) {
    return at(create.name.position(),
              Status::Invalid("function ", upper_case(name),
                              " is built in; take another name, or write CREATE TEMPORARY SYSTEM "
                              "FUNCTION to hide it"));
  }
  HW_ASSIGN_OR_RETURN(FunctionPtr function,
                      written_function(create, {session.catalog, session.database}));
  if (create.body != nullptr) HW_TRY(bind_body(*function, *create.body, session).status());
  change.function = std::move(function);
  return change;
}

Result<DropFunctionChange> bind_drop_function(const ast::Drop& drop, const BindSession& session) {
  DropFunctionChange change;
  HW_ASSIGN_OR_RETURN(change.path, bind_path(drop.name, session));
  change.place = place_of(drop.temporary, drop.system);
  change.if_exists = drop.if_exists;
  return change;
}

Result<BoundListing> describe_function(const ast::Describe& describe, const BindSession& session) {
  const ast::Name& name = describe.name;
  const bool built_in = name.parts.size() == 1 && is_built_in(name.last().text, session);
  HW_ASSIGN_OR_RETURN(const FunctionPtr function, find_user_function(name, built_in, session));
  BoundListing listing = pairs();
  if (function != nullptr) {
    const bool in_sql = function->language.empty();
    listing.rows.push_back({"name", function->name});
    listing.rows.push_back({"kind", "user, in " + (in_sql ? "SQL" : function->language)});
    if (in_sql) listing.rows.push_back({"form", form_of(*function)});
    if (in_sql) listing.rows.push_back({"body", function->body_sql});
    return listing;
  }
  if (!built_in) return require_user_function(name, session).status();
  const FunctionCatalogue& functions = *session.context.functions;
  const std::string key = upper_case(name.last().text);
  const auto show = [&](const auto& record, const char* kind) {
    listing.rows.push_back({"name", record.name});
    listing.rows.push_back({"kind", kind});
    for (const std::string& form : record.signatures) {
      listing.rows.push_back({"form", record.name + form});
    }
    listing.rows.push_back({"meaning", record.sentence});
  };
  if (const ScalarFunction* scalar = functions.scalar(key)) {
    show(*scalar, "built in, scalar");
  } else {
    show(*functions.aggregate(key), "built in, aggregate");
  }
  return listing;
}

Result<BoundListing> show_create_function(const ast::ShowCreate& show, const BindSession& session) {
  HW_ASSIGN_OR_RETURN(const FunctionPtr function, require_user_function(show.name, session));
  BoundListing listing;
  listing.schema = text_schema({"result"});
  listing.rows.push_back({function->create_sql});
  return listing;
}

}  // namespace hw
