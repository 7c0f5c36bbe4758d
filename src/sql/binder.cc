// SPDX-License-Identifier: Apache-2.0
//
// Which statement is bound by what.

#include "sql/binder.h"

#include <optional>
#include <utility>

#include "plan/logical/sink.h"
#include "sql/bind_aggregate.h"
#include "sql/bind_alter.h"
#include "sql/bind_catalog.h"
#include "sql/bind_create_as.h"
#include "sql/bind_from.h"
#include "sql/bind_insert.h"
#include "sql/bind_query.h"
#include "sql/bind_session.h"
#include "sql/bind_table.h"
#include "sql/bind_user_function.h"
#include "sql/listing.h"

namespace hw {
namespace {

Result<LogicalNodePtr> bind_outermost(const ast::Query& query, BindSession& session) {
  HW_ASSIGN_OR_RETURN(LogicalNodePtr plan, bind_query(query, QueryPlace::kOutermost, session));
  HW_ASSIGN_OR_RETURN(plan, with_clock_read(plan, session));
  return with_null_types(plan);
}

BoundInsert insert_of(std::vector<LogicalNodePtr> sinks) {
  BoundInsert insert;
  for (const LogicalNodePtr& sink : sinks) insert.sinks.push_back(sink->as<SinkNode>().spec().path);
  insert.plans = std::move(sinks);
  return insert;
}

Result<BoundExplain> bind_explain(const ast::Explain& explain, BindSession& session) {
  BoundExplain bound;
  for (const ast::ExplainDetail detail : explain.details) {
    switch (detail) {
      case ast::ExplainDetail::kChangelogMode:
        bound.changelog = true;
        break;
      case ast::ExplainDetail::kEstimatedCost:
        session.warn("ESTIMATED_COST changes nothing: plans are not chosen by cost here");
        break;
      default:
        break;  // what is shown beside the plans, and whether the job runs, is the session's affair
    }
  }
  const ast::Statement& statement = *explain.statement;
  switch (statement.kind) {
    case ast::StatementKind::kQuery: {
      HW_ASSIGN_OR_RETURN(LogicalNodePtr plan,
                          bind_outermost(*statement.as<ast::QueryStatement>().query, session));
      bound.plans.push_back(std::move(plan));
      return bound;
    }
    case ast::StatementKind::kInsert: {
      HW_ASSIGN_OR_RETURN(LogicalNodePtr plan, bind_insert(statement.as<ast::Insert>(), session));
      bound.plans.push_back(std::move(plan));
      return bound;
    }
    case ast::StatementKind::kStatementSet: {
      HW_ASSIGN_OR_RETURN(bound.plans,
                          bind_statement_set(statement.as<ast::StatementSet>(), session));
      return bound;
    }
    case ast::StatementKind::kCreateTable: {
      const auto& create = statement.as<ast::CreateTable>();
      if (create.query == nullptr) break;
      HW_ASSIGN_OR_RETURN(BoundCreateAs made, bind_create_as(create, session));
      if (made.plan != nullptr) bound.plans.push_back(std::move(made.plan));
      return bound;
    }
    default:
      break;
  }
  return not_supported_yet("EXPLAIN of this statement", statement.position);
}

std::vector<std::string> texts(const ast::Name& name) {
  std::vector<std::string> parts;
  for (const ast::Identifier& part : name.parts) parts.push_back(part.text);
  return parts;
}

Result<BoundChange> bind_drop(const ast::Drop& drop, const BindSession& session) {
  switch (drop.object) {
    case ast::ObjectKind::kTable:
    case ast::ObjectKind::kView: {
      HW_ASSIGN_OR_RETURN(ObjectPath path, bind_path(drop.name, session));
      const Catalog::Kind kind =
          drop.object == ast::ObjectKind::kView ? Catalog::Kind::kView : Catalog::Kind::kTable;
      return BoundChange{DropObject{std::move(path), {kind, drop.temporary, drop.if_exists}}};
    }
    case ast::ObjectKind::kDatabase: {
      HW_ASSIGN_OR_RETURN(DatabasePath name, bind_database_path(drop.name, session));
      return BoundChange{DropDatabaseChange{
          std::move(name.catalog), std::move(name.database), {drop.if_exists, drop.cascade}}};
    }
    case ast::ObjectKind::kCatalog: {
      HW_ASSIGN_OR_RETURN(std::string catalog, bind_catalog_name(drop.name));
      return BoundChange{DropCatalogChange{std::move(catalog), drop.if_exists}};
    }
    case ast::ObjectKind::kFunction: {
      HW_ASSIGN_OR_RETURN(DropFunctionChange change, bind_drop_function(drop, session));
      return BoundChange{std::move(change)};
    }
    case ast::ObjectKind::kJob:
      break;
  }
  return not_supported_yet("DROP of a job", drop.position);
}

Result<BoundChange> bind_change(const ast::Statement& statement, BindSession& session) {
  switch (statement.kind) {
    case ast::StatementKind::kCreateTable: {
      HW_ASSIGN_OR_RETURN(CreateObject create,
                          bind_create_table(statement.as<ast::CreateTable>(), session));
      return BoundChange{std::move(create)};
    }
    case ast::StatementKind::kCreateView: {
      HW_ASSIGN_OR_RETURN(CreateObject create,
                          bind_create_view(statement.as<ast::CreateView>(), session));
      return BoundChange{std::move(create)};
    }
    case ast::StatementKind::kCreateFunction: {
      HW_ASSIGN_OR_RETURN(CreateFunctionChange create,
                          bind_create_function(statement.as<ast::CreateFunction>(), session));
      return BoundChange{std::move(create)};
    }
    case ast::StatementKind::kCreateDatabase: {
      HW_ASSIGN_OR_RETURN(CreateDatabaseChange create,
                          bind_create_database(statement.as<ast::CreateDatabase>(), session));
      return BoundChange{std::move(create)};
    }
    case ast::StatementKind::kCreateCatalog: {
      HW_ASSIGN_OR_RETURN(CreateCatalogChange create,
                          bind_create_catalog(statement.as<ast::CreateCatalog>(), session));
      return BoundChange{std::move(create)};
    }
    case ast::StatementKind::kAlterCatalog:
      return bind_alter_catalog(statement.as<ast::AlterCatalog>(), session);
    case ast::StatementKind::kAlterDatabase:
      return bind_alter_database(statement.as<ast::AlterDatabase>(), session);
    case ast::StatementKind::kDrop:
      return bind_drop(statement.as<ast::Drop>(), session);
    case ast::StatementKind::kUse: {
      const auto& use = statement.as<ast::Use>();
      if (use.catalog) {
        HW_ASSIGN_OR_RETURN(std::string catalog, bind_catalog_name(use.name));
        return BoundChange{UseCatalogChange{std::move(catalog)}};
      }
      return BoundChange{UseDatabaseChange{texts(use.name)}};
    }
    case ast::StatementKind::kReset: {
      const auto& reset = statement.as<ast::Reset>();
      return BoundChange{ResetChange{reset.key ? std::optional(reset.key->key) : std::nullopt}};
    }
    default:
      return Status::UnknownError("a statement that changes nothing");
  }
}

/// What parses and is not built, in the words of the dialect.
std::string what_of(const ast::Statement& statement) {
  switch (statement.kind) {
    case ast::StatementKind::kStopJob:
      return "STOP JOB in a script; type it in the shell, headwater sql";
    case ast::StatementKind::kCompilePlan:
      return "COMPILE PLAN";
    case ast::StatementKind::kExecutePlan:
      return "EXECUTE PLAN";
    case ast::StatementKind::kJar:
      return "ADD JAR and REMOVE JAR";
    case ast::StatementKind::kUpdate:
      return "UPDATE";
    case ast::StatementKind::kDelete:
      return "DELETE";
    case ast::StatementKind::kTruncate:
      return "TRUNCATE TABLE";
    case ast::StatementKind::kUnsupported:
      return statement.as<ast::UnsupportedStatement>().what;
    default:
      return "this statement";
  }
}

/// ALTER .. IF EXISTS of what is not there changes nothing.
Status bind_alter(const ast::Statement& statement, BindSession& session, BoundStatement& bound) {
  std::optional<BoundChange> change;
  if (statement.kind == ast::StatementKind::kAlterView) {
    HW_ASSIGN_OR_RETURN(change, bind_alter_view(statement.as<ast::AlterView>(), session));
  } else {
    HW_ASSIGN_OR_RETURN(change, bind_alter_table(statement.as<ast::AlterTable>(), session));
  }
  if (change) {
    bound.what = std::move(*change);
  } else {
    bound.what = BoundNothing{};
  }
  return Status::OK();
}

Status bind_into(const ast::Statement& statement, BindSession& session, BoundStatement& bound) {
  switch (statement.kind) {
    case ast::StatementKind::kQuery: {
      HW_ASSIGN_OR_RETURN(LogicalNodePtr plan,
                          bind_outermost(*statement.as<ast::QueryStatement>().query, session));
      bound.what = BoundQuery{std::move(plan)};
      return Status::OK();
    }
    case ast::StatementKind::kInsert: {
      HW_ASSIGN_OR_RETURN(LogicalNodePtr sink, bind_insert(statement.as<ast::Insert>(), session));
      bound.what = insert_of({std::move(sink)});
      return Status::OK();
    }
    case ast::StatementKind::kStatementSet: {
      HW_ASSIGN_OR_RETURN(std::vector<LogicalNodePtr> sinks,
                          bind_statement_set(statement.as<ast::StatementSet>(), session));
      bound.what = insert_of(std::move(sinks));
      return Status::OK();
    }
    case ast::StatementKind::kExplain: {
      HW_ASSIGN_OR_RETURN(bound.what, bind_explain(statement.as<ast::Explain>(), session));
      return Status::OK();
    }
    case ast::StatementKind::kShow: {
      HW_ASSIGN_OR_RETURN(bound.what, list_objects(statement.as<ast::Show>(), session));
      return Status::OK();
    }
    case ast::StatementKind::kShowCreate: {
      HW_ASSIGN_OR_RETURN(bound.what, show_create(statement.as<ast::ShowCreate>(), session));
      return Status::OK();
    }
    case ast::StatementKind::kDescribe: {
      HW_ASSIGN_OR_RETURN(bound.what, describe(statement.as<ast::Describe>(), session));
      return Status::OK();
    }
    case ast::StatementKind::kSet: {
      const auto& set = statement.as<ast::Set>();
      if (set.property) {
        bound.what = BoundChange{SetChange{set.property->key, set.property->value}};
      } else {
        bound.what = list_settings(session);
      }
      return Status::OK();
    }
    case ast::StatementKind::kAlterTable:
    case ast::StatementKind::kAlterView:
      return bind_alter(statement, session, bound);
    case ast::StatementKind::kCreateTable:
      if (const auto& create = statement.as<ast::CreateTable>(); create.query != nullptr) {
        HW_ASSIGN_OR_RETURN(bound.what, bind_create_as(create, session));
        return Status::OK();
      }
      [[fallthrough]];
    case ast::StatementKind::kAlterCatalog:
    case ast::StatementKind::kAlterDatabase:
    case ast::StatementKind::kCreateView:
    case ast::StatementKind::kCreateFunction:
    case ast::StatementKind::kCreateDatabase:
    case ast::StatementKind::kCreateCatalog:
    case ast::StatementKind::kDrop:
    case ast::StatementKind::kUse:
    case ast::StatementKind::kReset: {
      HW_ASSIGN_OR_RETURN(bound.what, bind_change(statement, session));
      return Status::OK();
    }
    default:
      return not_supported_yet(what_of(statement), statement.position);
  }
}

}  // namespace

Result<BoundStatement> Binder::bind(const ast::Statement& statement) const {
  BindSession session(context_);
  BoundStatement bound;
  bound.position = statement.position;
  HW_TRY(bind_into(statement, session, bound));
  bound.warnings = std::move(session.warnings);
  return bound;
}

}  // namespace hw
