// SPDX-License-Identifier: Apache-2.0

#include "reference/reference.h"

#include <utility>

#include "base/env/env.h"
#include "engine/catalogues.h"
#include "plan/catalog/catalog.h"
#include "plan/config/session_config.h"
#include "reference/reading.h"
#include "reference/wall_clock.h"
#include "sql/binder.h"
#include "sql/parser.h"

namespace hw::reference {

struct Reference::State {
  Catalog catalog;
  SessionConfig config;
  Tables tables;

  Result<BoundStatement> bind(std::string_view statement, bool registered) const {
    const BinderContext context{.catalog = &catalog,
                                .config = &config,
                                .functions = &catalogues().functions,
                                .connectors = &catalogues().connectors,
                                .formats = &catalogues().formats,
                                .env = &real_env(),
                                .registered_tables = registered};
    HW_ASSIGN_OR_RETURN(const ast::StatementPtr parsed, parse_statement(std::string(statement)));
    return Binder(context).bind(*parsed);
  }

  Result<LogicalNodePtr> plan_of(std::string_view statement) const {
    HW_ASSIGN_OR_RETURN(const BoundStatement bound, bind(statement, /*registered=*/false));
    LogicalNodePtr plan;
    if (const auto* query = std::get_if<BoundQuery>(&bound.what)) plan = query->plan;
    if (const auto* insert = std::get_if<BoundInsert>(&bound.what)) plan = insert->plans[0];
    if (plan == nullptr) return Status::Invalid("only a query or an INSERT has an answer");
    return plan;
  }

  Result<std::vector<Row>> rows_of(const LogicalNode& plan, Answering answering) const {
    const std::string zone = config.text("table.local-time-zone");
    enter_zone(zone == "default" ? "UTC" : zone);
    const auto calls = read_calls(plan);
    HW_ASSIGN_OR_RETURN(
        Relation relation,
        interpret(plan, {.tables = &tables, .answering = answering, .read_calls = &calls}));
    std::vector<Row> rows;
    for (Arrival& arrival : relation) rows.push_back(std::move(arrival.row));
    return rows;
  }
};

Reference::Reference() : state_(std::make_unique<State>()) {}
Reference::~Reference() = default;

Status Reference::add_table(const std::string& declaration, TableRows rows) {
  HW_ASSIGN_OR_RETURN(const BoundStatement bound,
                      state_->bind("CREATE TABLE " + declaration, /*registered=*/true));
  const auto* change = std::get_if<BoundChange>(&bound.what);
  const auto* create = change ? std::get_if<CreateObject>(&change->change) : nullptr;
  if (create == nullptr) return Status::Invalid("a table is declared as name (columns)");
  state_->tables[create->path.object] = std::move(rows);
  return apply_change(bound, state_->catalog, state_->config).status();
}

Status Reference::execute(std::string_view statement) {
  HW_ASSIGN_OR_RETURN(const BoundStatement bound, state_->bind(statement, /*registered=*/false));
  if (!std::holds_alternative<BoundChange>(bound.what)) return Status::OK();
  return apply_change(bound, state_->catalog, state_->config).status();
}

Result<Answer> Reference::answer(std::string_view statement, Answering answering) const {
  HW_ASSIGN_OR_RETURN(const LogicalNodePtr plan, state_->plan_of(statement));
  HW_ASSIGN_OR_RETURN(std::vector<Row> rows, state_->rows_of(*plan, answering));
  return Answer{plan->schema(), std::move(rows)};
}

Result<Answers> Reference::answers(std::string_view statement) const {
  HW_ASSIGN_OR_RETURN(const LogicalNodePtr plan, state_->plan_of(statement));
  HW_ASSIGN_OR_RETURN(std::vector<Row> stream, state_->rows_of(*plan, Answering::kStream));
  HW_ASSIGN_OR_RETURN(std::vector<Row> batch, state_->rows_of(*plan, Answering::kBatch));
  return Answers{plan->schema(), std::move(stream), std::move(batch)};
}

}  // namespace hw::reference
