// SPDX-License-Identifier: Apache-2.0

#include "sql/bind_insert.h"

#include <algorithm>
#include <utility>

#include "base/letters.h"
#include "expr/cast.h"
#include "expr/function_catalogue.h"
#include "expr/literal.h"
#include "expr/resolve.h"
#include "plan/catalog/near_names.h"
#include "plan/logical/project.h"
#include "plan/logical/sink.h"
#include "plan/logical/values.h"
#include "sql/bind_aggregate.h"
#include "sql/bind_expr.h"
#include "sql/bind_from.h"
#include "sql/bind_query.h"

namespace hw {
namespace {

struct Target {
  ObjectPath path;
  TablePtr table;
  /// Declared positions that INSERT may write, in declared order.
  std::vector<int> writable;

  const TableColumn& column(int i) const { return table->columns[static_cast<size_t>(i)]; }
};

Result<Target> find_target(const ast::Name& name, BindSession& session) {
  Target target;
  HW_ASSIGN_OR_RETURN(target.path, bind_path(name, session));
  const Result<CatalogObject> found = session.context.catalog->require(target.path);
  if (!found.ok()) return at(name.position(), found.status());
  if (found->table == nullptr) {
    return at(name.position(),
              Status::Invalid("INSERT writes tables, but '", target.path.object, "' is a view"));
  }
  target.table = found->table;
  target.writable = written_columns(*target.table);
  std::sort(target.writable.begin(), target.writable.end());
  return target;
}

/// The declared position of a column that INSERT may write.
Result<int> find_writable(const ast::Identifier& name, const Target& target) {
  const int index = target.table->index_of(name.text);
  if (index < 0) {
    std::vector<std::string> names;
    for (const int i : target.writable) names.push_back(target.column(i).name);
    return at(name.position,
              Status::KeyError("table '", target.path.object, "' has no column '", name.text, "'",
                               did_you_mean_or("it has", name.text, names)));
  }
  if (std::find(target.writable.begin(), target.writable.end(), index) == target.writable.end()) {
    const bool computed = target.column(index).origin == ColumnOrigin::kComputed;
    return at(name.position, Status::Invalid("column '", name.text, "' cannot be written: it is ",
                                             computed ? "computed" : "VIRTUAL"));
  }
  return index;
}

/// What is written into each declared column; -1 / null = nothing was given.
struct Given {
  std::vector<int> query_column;
  std::vector<BoundExprPtr> constant;
};

Status give_constants(const ast::Insert& insert, const Target& target, BindSession& session,
                      Given& given) {
  const Relation nothing{ValuesNode::one_row(), Scope()};
  ExprBinder binder(session, nothing, "PARTITION");
  for (const ast::Assignment& assignment : insert.partition) {
    HW_ASSIGN_OR_RETURN(const int index, find_writable(assignment.column, target));
    if (assignment.value == nullptr) {
      return not_supported_yet("PARTITION without a value", assignment.column.position);
    }
    HW_ASSIGN_OR_RETURN(given.constant[static_cast<size_t>(index)],
                        binder.bind_value(*assignment.value));
  }
  return Status::OK();
}

Result<std::vector<int>> listed_columns(const ast::Insert& insert, const Target& target,
                                        const Given& given) {
  std::vector<int> columns;
  if (insert.columns.empty()) {
    for (const int i : target.writable) {
      if (given.constant[static_cast<size_t>(i)] == nullptr) columns.push_back(i);
    }
    return columns;
  }
  for (const ast::Identifier& name : insert.columns) {
    HW_ASSIGN_OR_RETURN(const int index, find_writable(name, target));
    if (std::find(columns.begin(), columns.end(), index) != columns.end() ||
        given.constant[static_cast<size_t>(index)] != nullptr) {
      return at(name.position, Status::Invalid("column '", name.text, "' is written twice"));
    }
    columns.push_back(index);
  }
  return columns;
}

/// Text or bytes as long as the column says, where the session wants that.
Result<BoundExprPtr> fitted(BoundExprPtr value, const TableColumn& column, SqlPosition position,
                            BindSession& session) {
  const SqlType& from = value->type();
  const SqlType& to = column.type;
  const bool exact = to.is(TypeKind::kChar) || to.is(TypeKind::kBinary);
  const bool fits = exact ? from.kind() == to.kind() && from.length() == to.length()
                          : from.length() <= to.length();
  const std::string enforcer =
      upper_case(session.context.config->text("table.exec.sink.type-length-enforcer"));
  if (fits || enforcer == "IGNORE") return value;
  if (enforcer == "TRIM_PAD") return cast_if_needed(value, to.with_nullable(from.nullable()));
  const ScalarFunction& check = *session.context.functions->scalar("LENGTH_CHECKED");
  HW_ASSIGN_OR_RETURN(const BoundExprPtr checked,
                      bind_call(check,
                                {std::move(value), integer_literal(to.length(), SqlType::integer()),
                                 boolean_literal(exact), text_literal(column.name)},
                                session.expr));
  return checked->with_position(position);
}

/// A value of the query as the column's type.
Result<BoundExprPtr> as_column(BoundExprPtr value, const TableColumn& column, const Target& target,
                               SqlPosition position, BindSession& session) {
  const SqlType& from = value->type();
  const SqlType& to = column.type;
  if (from.is(TypeKind::kNull)) return null_literal(to.with_nullable(true));
  if ((from.is_text() && to.is_text()) || (from.is_bytes() && to.is_bytes())) {
    return fitted(std::move(value), column, position, session);
  }
  if (from.equals_ignoring_null(to)) return value;
  if (!can_cast_implicitly(from, to)) {
    const std::string hint = can_cast(from, to)
                                 ? "; write CAST(.. AS " + to.to_sql_without_null() + ")"
                                 : instead_of_cast(from, to);
    return at(position,
              Status::TypeError("column '", column.name, "' of '", target.path.object, "' is ",
                                to.to_sql_without_null(), ", but the query gives ",
                                from.to_sql_without_null(), hint));
  }
  return cast_if_needed(std::move(value), to);
}

Result<LogicalNodePtr> projected(const ast::Insert& insert, const Target& target,
                                 const LogicalNodePtr& query, const Given& given,
                                 BindSession& session) {
  std::vector<BoundExprPtr> exprs;
  std::vector<std::string> names;
  for (const int i : written_columns(*target.table)) {
    const TableColumn& column = target.column(i);
    BoundExprPtr value = given.constant[static_cast<size_t>(i)];
    const int from = given.query_column[static_cast<size_t>(i)];
    if (from >= 0) value = column_of(*query, from);
    if (value == nullptr || value->is_null_literal()) {
      if (!column.type.nullable()) {
        return at(insert.position,
                  Status::Invalid("column '", column.name, "' of '", target.path.object,
                                  "' is NOT NULL, so INSERT must give it a value"));
      }
      value = null_literal(column.type);
    }
    HW_ASSIGN_OR_RETURN(
        value, as_column(std::move(value), column, target, insert.query->position, session));
    exprs.push_back(std::move(value));
    names.push_back(column.name);
  }
  return std::make_shared<ProjectNode>(query, std::move(exprs), std::move(names));
}

OnConflict on_conflict_of(const ast::Insert& insert) {
  switch (insert.on_conflict) {
    case ast::OnConflict::kNothing:
      return OnConflict::kNothing;
    case ast::OnConflict::kError:
      return OnConflict::kError;
    case ast::OnConflict::kDeduplicate:
      return OnConflict::kDeduplicate;
    case ast::OnConflict::kDefault:
      break;
  }
  return OnConflict::kDefault;
}

Status check_target(const ast::Insert& insert, const Target& target) {
  const bool says = insert.on_conflict != ast::OnConflict::kDefault;
  if (!says || !target.table->primary_key.empty()) return Status::OK();
  return at(insert.position, Status::Invalid("ON CONFLICT says what becomes of rows with one "
                                             "PRIMARY KEY, but table '",
                                             target.path.object, "' has none"));
}

Status check_insert(const ast::Insert& insert, BindSession& session) {
  if (insert.overwrite && !session.batch()) {
    return at(insert.position, Status::Invalid("INSERT OVERWRITE needs batch mode: SET "
                                               "'execution.runtime-mode' = 'batch'"));
  }
  return Status::OK();
}

}  // namespace

Result<LogicalNodePtr> bind_insert(const ast::Insert& insert, BindSession& session) {
  HW_TRY(check_insert(insert, session));
  HW_ASSIGN_OR_RETURN(const Target target, find_target(insert.table, session));
  HW_TRY(check_target(insert, target));
  Given given;
  given.query_column.assign(target.table->columns.size(), -1);
  given.constant.resize(target.table->columns.size());
  HW_TRY(give_constants(insert, target, session, given));
  HW_ASSIGN_OR_RETURN(const std::vector<int> columns, listed_columns(insert, target, given));
  HW_ASSIGN_OR_RETURN(LogicalNodePtr query,
                      bind_query(*insert.query, QueryPlace::kOutermost, session));
  if (static_cast<int>(columns.size()) != query->num_columns()) {
    return at(insert.query->position,
              Status::Invalid("INSERT into '", target.path.object, "' writes ", columns.size(),
                              " columns, but the query gives ", query->num_columns(),
                              insert.columns.empty() ? "; list the columns to write fewer" : ""));
  }
  HW_ASSIGN_OR_RETURN(query, with_clock_read(query, session));
  std::vector<SqlType> wanted;
  for (size_t i = 0; i < columns.size(); ++i) {
    given.query_column[static_cast<size_t>(columns[i])] = static_cast<int>(i);
    wanted.push_back(target.column(columns[i]).type);
  }
  query = with_null_types(query, wanted);
  HW_ASSIGN_OR_RETURN(LogicalNodePtr plan, projected(insert, target, query, given, session));
  SinkSpec spec;
  spec.path = target.path;
  spec.table = target.table;
  spec.options = target.table->options;
  HW_ASSIGN_OR_RETURN(const auto hinted, bind_hint_options(insert.hints, session));
  for (const auto& [key, value] : hinted) spec.options[key] = value;
  spec.overwrite = insert.overwrite;
  spec.on_conflict = on_conflict_of(insert);
  spec.position = insert.table.position();
  return std::make_shared<SinkNode>(std::move(plan), std::move(spec));
}

Result<std::vector<LogicalNodePtr>> bind_statement_set(const ast::StatementSet& set,
                                                       BindSession& session) {
  std::vector<LogicalNodePtr> sinks;
  for (const ast::StatementPtr& statement : set.statements) {
    if (statement->kind != ast::StatementKind::kInsert) {
      return not_supported_yet("this statement in a statement set", statement->position);
    }
    HW_ASSIGN_OR_RETURN(LogicalNodePtr sink, bind_insert(statement->as<ast::Insert>(), session));
    const SinkSpec& spec = sink->as<SinkNode>().spec();
    const auto same = std::find_if(sinks.begin(), sinks.end(), [&](const LogicalNodePtr& other) {
      const SinkSpec& known = other->as<SinkNode>().spec();
      return known.path == spec.path && known.options == spec.options;
    });
    if (same == sinks.end()) {
      sinks.push_back(std::move(sink));
      continue;
    }
    // Lengths of text and bytes are the sink's business, so the inputs may differ in them.
    HW_ASSIGN_OR_RETURN(LogicalNodePtr both,
                        union_all({(*same)->input(), sink->input()}, statement->position));
    *same = (*same)->with_inputs({std::move(both)});
  }
  return sinks;
}

}  // namespace hw
