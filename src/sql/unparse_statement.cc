// SPDX-License-Identifier: Apache-2.0

#include <array>

#include "sql/sql_writer.h"

namespace hw::ast {
namespace {

constexpr auto kObjects = std::to_array<std::string_view>(
    {"TABLE ", "VIEW ", "FUNCTION ", "CATALOG ", "DATABASE ", "JOB "});
constexpr auto kShows = std::to_array<std::string_view>(
    {"CATALOGS", "DATABASES", "TABLES", "VIEWS", "COLUMNS", "PARTITIONS", "FUNCTIONS",
     "USER FUNCTIONS", "JOBS", "JARS", "CURRENT CATALOG", "CURRENT DATABASE"});
constexpr auto kDetails = std::to_array<std::string_view>(
    {"ESTIMATED_COST", "CHANGELOG_MODE", "PLAN_ADVICE", "JSON_EXECUTION_PLAN", "STATE", "ANALYZE"});
constexpr auto kLanguages =
    std::to_array<std::string_view>({"", "JAVA", "SCALA", "PYTHON", "CPP", "WASM", "SQL"});
constexpr auto kConflicts = std::to_array<std::string_view>(
    {"", " ON CONFLICT DO NOTHING", " ON CONFLICT DO ERROR", " ON CONFLICT DO DEDUPLICATE"});

std::string_view word_of(ObjectKind object) { return kObjects[static_cast<size_t>(object)]; }

}  // namespace

void SqlWriter::write(const Statement& statement) {
  switch (statement.kind) {
    case StatementKind::kQuery:
      return write(*statement.as<QueryStatement>().query);
    case StatementKind::kInsert:
      return write_insert(statement.as<Insert>());
    case StatementKind::kStatementSet:
      return write_statement_set(statement.as<StatementSet>());
    case StatementKind::kExplain:
      return write_explain(statement.as<Explain>());
    case StatementKind::kCreateTable:
      return write_create_table(statement.as<CreateTable>());
    case StatementKind::kAlterTable:
      return write_alter_table(statement.as<AlterTable>());
    case StatementKind::kCreateFunction:
      return write_create_function(statement.as<CreateFunction>());
    case StatementKind::kCreateView:
    case StatementKind::kCreateCatalog:
    case StatementKind::kCreateDatabase:
    case StatementKind::kDrop:
      return write_create_statement(statement);
    case StatementKind::kAlterView:
    case StatementKind::kAlterCatalog:
    case StatementKind::kAlterDatabase:
    case StatementKind::kUpdate:
    case StatementKind::kDelete:
    case StatementKind::kTruncate:
      return write_change(statement);
    case StatementKind::kShow:
      return write_show(statement.as<Show>());
    default:
      return write_short_statement(statement);
  }
}

void SqlWriter::write_insert(const Insert& insert) {
  text(insert.overwrite ? "INSERT OVERWRITE " : "INSERT INTO ");
  write(insert.table);
  if (!insert.hints.empty()) {
    text(" ");
    write_hints(insert.hints);
  }
  if (!insert.partition.empty()) {
    text(" ");
    write_partition(insert.partition);
  }
  if (!insert.columns.empty()) {
    text(" ");
    write_identifiers(insert.columns);
  }
  text(" ");
  write(*insert.query);
  text(kConflicts[static_cast<size_t>(insert.on_conflict)]);
}

void SqlWriter::write_statement_set(const StatementSet& set) {
  text("EXECUTE STATEMENT SET BEGIN");
  for (const StatementPtr& statement : set.statements) {
    text(" ");
    write(*statement);
    text(";");
  }
  text(" END");
}

void SqlWriter::write_explain(const Explain& explain) {
  text("EXPLAIN ");
  write_separated(explain.details,
                  [this](ExplainDetail detail) { text(kDetails[static_cast<size_t>(detail)]); });
  if (!explain.details.empty()) text(" ");
  write(*explain.statement);
}

void SqlWriter::write_create_function(const CreateFunction& function) {
  text("CREATE ").text(function.temporary ? "TEMPORARY " : "");
  text(function.system ? "SYSTEM FUNCTION " : "FUNCTION ");
  if (function.if_not_exists) text("IF NOT EXISTS ");
  write(function.name);
  if (function.language == FunctionLanguage::kSql) {
    text(" (");
    write_separated(function.parameters, [this](const FunctionParameter& parameter) {
      write(parameter.name);
      text(" ");
      write(parameter.type);
    });
    text(") RETURNS ");
    write(*function.returns);
    text(" LANGUAGE SQL RETURN ");
    return write(*function.body);
  }
  text(" AS ");
  write_string(function.class_name);
  if (function.language != FunctionLanguage::kDefault) {
    text(" LANGUAGE ").text(kLanguages[static_cast<size_t>(function.language)]);
  }
  if (!function.resources.empty()) {
    text(" USING ");
    write_separated(function.resources, [this](const FunctionResource& resource) {
      text(resource.artifact ? "ARTIFACT " : "JAR ");
      write_string(resource.path);
    });
  }
  if (function.options.empty()) return;
  text(" WITH ");
  write_properties(function.options);
}

void SqlWriter::write_create_statement(const Statement& statement) {
  const auto exists = [this](bool given) { text(given ? "IF NOT EXISTS " : ""); };
  if (statement.kind == StatementKind::kCreateView) {
    const auto& view = statement.as<CreateView>();
    text(view.temporary ? "CREATE TEMPORARY VIEW " : "CREATE VIEW ");
    exists(view.if_not_exists);
    write(view.name);
    if (!view.columns.empty()) {
      text(" ");
      write_identifiers(view.columns);
    }
    write_comment(view.comment);
    text(" AS ");
    return write(*view.query);
  }
  if (statement.kind == StatementKind::kCreateCatalog) {
    const auto& catalog = statement.as<CreateCatalog>();
    text("CREATE CATALOG ");
    exists(catalog.if_not_exists);
    write(catalog.name);
    write_comment(catalog.comment);
    text(" WITH ");
    return write_properties(catalog.options);
  }
  if (statement.kind == StatementKind::kCreateDatabase) {
    const auto& database = statement.as<CreateDatabase>();
    text("CREATE DATABASE ");
    exists(database.if_not_exists);
    write(database.name);
    write_comment(database.comment);
    if (database.options.empty()) return;
    text(" WITH ");
    return write_properties(database.options);
  }
  const auto& drop = statement.as<Drop>();
  text(drop.temporary ? "DROP TEMPORARY " : "DROP ").text(drop.system ? "SYSTEM " : "");
  text(word_of(drop.object)).text(drop.if_exists ? "IF EXISTS " : "");
  write(drop.name);
  if (drop.cascade) text(" CASCADE");
}

void SqlWriter::write_alter_catalog(const AlterCatalog& catalog) {
  text("ALTER CATALOG ");
  write(catalog.name);
  switch (catalog.action) {
    case AlterPropertiesKind::kSet:
      text(" SET ");
      return write_properties(catalog.options);
    case AlterPropertiesKind::kReset:
      text(" RESET ");
      return write_keys(catalog.keys);
    case AlterPropertiesKind::kComment:
      return write_comment(catalog.comment);
  }
}

void SqlWriter::write_change(const Statement& statement) {
  const auto target = [this](std::string_view words, const Name& table, const Identifier& alias) {
    text(words);
    write(table);
    if (alias.text.empty()) return;
    text(" AS ");
    write(alias);
  };
  const auto where = [this](const ExprPtr& condition) {
    if (condition == nullptr) return;
    text(" WHERE ");
    write(*condition);
  };
  if (statement.kind == StatementKind::kAlterCatalog) {
    write_alter_catalog(statement.as<AlterCatalog>());
  } else if (statement.kind == StatementKind::kAlterDatabase) {
    target("ALTER DATABASE ", statement.as<AlterDatabase>().name, {});
    text(" SET ");
    write_properties(statement.as<AlterDatabase>().options);
  } else if (statement.kind == StatementKind::kAlterView) {
    const auto& view = statement.as<AlterView>();
    target(view.if_exists ? "ALTER VIEW IF EXISTS " : "ALTER VIEW ", view.name, {});
    text(view.query == nullptr ? " RENAME TO " : " AS ");
    if (view.query == nullptr) return write(view.new_name);
    write(*view.query);
  } else if (statement.kind == StatementKind::kUpdate) {
    const auto& update = statement.as<Update>();
    target("UPDATE ", update.table, update.alias);
    text(" SET ");
    write_separated(update.assignments, [this](const Assignment& assignment) {
      write(assignment.column);
      text(" = ");
      write(*assignment.value);
    });
    where(update.where);
  } else if (statement.kind == StatementKind::kDelete) {
    const auto& remove = statement.as<Delete>();
    target("DELETE FROM ", remove.table, remove.alias);
    where(remove.where);
  } else {
    target("TRUNCATE TABLE ", statement.as<Truncate>().table, {});
  }
}

void SqlWriter::write_show(const Show& show) {
  text("SHOW ").text(kShows[static_cast<size_t>(show.object)]);
  if (!show.from.empty()) {
    text(show.object == ShowKind::kPartitions ? " " : " FROM ");
    write(show.from);
  }
  if (!show.partition.empty()) {
    text(" ");
    write_partition(show.partition);
  }
  if (!show.like) return;
  text(show.negated ? " NOT" : "").text(show.case_insensitive ? " ILIKE " : " LIKE ");
  write_string(*show.like);
}

void SqlWriter::write_short_statement(const Statement& statement) {
  const auto words_and_string = [this](std::string_view words, std::string_view string) {
    text(words);
    write_string(string);
  };
  switch (statement.kind) {
    case StatementKind::kSet: {
      const auto& property = statement.as<Set>().property;
      if (!property) return void(text("SET"));
      words_and_string("SET ", property->key);
      return words_and_string(" = ", property->value);
    }
    case StatementKind::kReset: {
      const auto& key = statement.as<Reset>().key;
      return key ? words_and_string("RESET ", key->key) : void(text("RESET"));
    }
    case StatementKind::kUse:
      text(statement.as<Use>().catalog ? "USE CATALOG " : "USE ");
      return write(statement.as<Use>().name);
    case StatementKind::kDescribe: {
      const auto& node = statement.as<Describe>();
      if (node.object == ObjectKind::kJob) return words_and_string("DESCRIBE JOB ", node.job_id);
      text("DESCRIBE ").text(node.object == ObjectKind::kTable ? "" : word_of(node.object));
      text(node.extended ? "EXTENDED " : "");
      return write(node.name);
    }
    case StatementKind::kShowCreate:
      text("SHOW CREATE ").text(word_of(statement.as<ShowCreate>().object));
      return write(statement.as<ShowCreate>().name);
    case StatementKind::kStopJob: {
      const auto& node = statement.as<StopJob>();
      words_and_string("STOP JOB ", node.job_id);
      text(node.with_savepoint ? " WITH SAVEPOINT" : "").text(node.with_drain ? " WITH DRAIN" : "");
      return;
    }
    case StatementKind::kCompilePlan: {
      const auto& node = statement.as<CompilePlan>();
      words_and_string(node.execute ? "COMPILE AND EXECUTE PLAN " : "COMPILE PLAN ", node.file);
      text(node.if_not_exists ? " IF NOT EXISTS FOR " : " FOR ");
      return write(*node.statement);
    }
    case StatementKind::kExecutePlan:
      return words_and_string("EXECUTE PLAN ", statement.as<ExecutePlan>().file);
    case StatementKind::kJar:
      return words_and_string(statement.as<Jar>().remove ? "REMOVE JAR " : "ADD JAR ",
                              statement.as<Jar>().file);
    default:
      text(statement.as<UnsupportedStatement>().what);
  }
}

}  // namespace hw::ast
