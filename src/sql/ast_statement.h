// SPDX-License-Identifier: Apache-2.0
//
// Statements of the syntax tree, told apart by `kind`. `position` is the first token.
// ast_table.h holds what CREATE TABLE and ALTER TABLE are made of.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/assert.h"
#include "base/status.h"
#include "sql/ast_expr.h"
#include "sql/ast_name.h"
#include "sql/ast_query.h"
#include "sql/ast_table.h"
#include "sql/ast_type.h"

namespace hw::ast {

enum class StatementKind : uint8_t {
  kQuery,
  kInsert,
  kStatementSet,
  kExplain,
  kCreateTable,
  kCreateView,
  kCreateFunction,
  kCreateCatalog,
  kCreateDatabase,
  kDrop,
  kAlterTable,
  kAlterView,
  kAlterCatalog,
  kAlterDatabase,
  kSet,
  kReset,
  kUse,
  kDescribe,
  kShow,
  kShowCreate,
  kStopJob,
  kCompilePlan,
  kExecutePlan,
  kJar,
  kUpdate,
  kDelete,
  kTruncate,
  kUnsupported,
};

struct Statement {
  const StatementKind kind;
  SqlPosition position;

  /// Requires: T::kKind == kind.
  template <typename T>
  const T& as() const {
    HW_DCHECK(kind == T::kKind);
    return static_cast<const T&>(*this);
  }

 protected:
  explicit Statement(StatementKind k) : kind(k) {}
  ~Statement() = default;
};
using StatementPtr = std::shared_ptr<const Statement>;

template <StatementKind K>
struct StatementOf : Statement {
  static constexpr StatementKind kKind = K;
  StatementOf() : Statement(K) {}
};

/// A query, or EXECUTE query.
struct QueryStatement final : StatementOf<StatementKind::kQuery> {
  QueryPtr query;
};

/// c = v in INSERT .. PARTITION (..), UPDATE .. SET, ALTER TABLE .. PARTITION (..).
struct Assignment {
  Identifier column;
  ExprPtr value;
};

enum class OnConflict : uint8_t { kDefault, kNothing, kError, kDeduplicate };

struct Insert final : StatementOf<StatementKind::kInsert> {
  bool overwrite = false;
  Name table;
  std::vector<Hint> hints;
  std::vector<Assignment> partition;
  std::vector<Identifier> columns;
  QueryPtr query;
  OnConflict on_conflict = OnConflict::kDefault;
};

/// EXECUTE STATEMENT SET BEGIN .. END and BEGIN STATEMENT SET; .. END
struct StatementSet final : StatementOf<StatementKind::kStatementSet> {
  /// Each is an Insert.
  std::vector<StatementPtr> statements;
};

enum class ExplainDetail : uint8_t {
  kEstimatedCost,
  kChangelogMode,
  kPlanAdvice,
  kJsonExecutionPlan,
  kState,
  kAnalyze,
};

struct Explain final : StatementOf<StatementKind::kExplain> {
  std::vector<ExplainDetail> details;
  /// A query, insert, statement set or CREATE TABLE .. AS.
  StatementPtr statement;
};

struct CreateTable final : StatementOf<StatementKind::kCreateTable> {
  bool temporary = false;
  bool if_not_exists = false;
  /// [CREATE OR] REPLACE TABLE: replace is set; or_create tells whether CREATE OR was written.
  bool replace = false;
  bool or_create = false;
  Name name;
  /// In the order written; for CTAS an element may be a bare column name (ColumnKind::kReference).
  std::vector<ColumnDefinition> columns;
  /// As written; more than one is for the binder to refuse.
  std::vector<WatermarkDefinition> watermarks;
  std::vector<PrimaryKey> primary_keys;
  std::optional<std::string> comment;
  std::optional<Distribution> distribution;
  std::vector<Identifier> partitioned_by;
  std::vector<Property> options;
  std::optional<LikeClause> like;
  /// AS query; may be null.
  QueryPtr query;
};

struct CreateView final : StatementOf<StatementKind::kCreateView> {
  bool temporary = false;
  bool if_not_exists = false;
  Name name;
  std::vector<Identifier> columns;
  std::optional<std::string> comment;
  QueryPtr query;
};

enum class FunctionLanguage : uint8_t { kDefault, kJava, kScala, kPython, kCpp, kWasm, kSql };

struct FunctionParameter {
  Identifier name;
  Type type;
};

/// USING JAR 'path', ARTIFACT 'path'
struct FunctionResource {
  bool artifact = false;
  std::string path;
};

struct CreateFunction final : StatementOf<StatementKind::kCreateFunction> {
  bool temporary = false;
  bool system = false;
  bool if_not_exists = false;
  Name name;
  FunctionLanguage language = FunctionLanguage::kDefault;
  /// AS 'id'; empty for LANGUAGE SQL.
  std::string class_name;
  std::vector<FunctionResource> resources;
  std::vector<Property> options;
  /// f(a INT) RETURNS INT LANGUAGE SQL RETURN body: the next three; else empty and null.
  std::vector<FunctionParameter> parameters;
  std::optional<Type> returns;
  ExprPtr body;
};

struct CreateCatalog final : StatementOf<StatementKind::kCreateCatalog> {
  bool if_not_exists = false;
  Identifier name;
  std::optional<std::string> comment;
  std::vector<Property> options;
};

struct CreateDatabase final : StatementOf<StatementKind::kCreateDatabase> {
  bool if_not_exists = false;
  Name name;
  std::optional<std::string> comment;
  std::vector<Property> options;
};

enum class ObjectKind : uint8_t { kTable, kView, kFunction, kCatalog, kDatabase, kJob };

struct Drop final : StatementOf<StatementKind::kDrop> {
  ObjectKind object = ObjectKind::kTable;
  bool temporary = false;
  bool system = false;
  bool if_exists = false;
  Name name;
  /// RESTRICT is the default.
  bool cascade = false;
};

enum class AlterTableKind : uint8_t {
  kAdd,          // columns, watermarks, primary_keys, distribution
  kModify,       // the same
  kDropColumns,  // names
  kDropPrimaryKey,
  kDropConstraint,  // names[0]
  kDropWatermark,
  kDropDistribution,
  kAddPartition,   // partitions
  kDropPartition,  // partitions
  kRenameColumn,   // names[0] to names[1]
  kRename,         // new_name
  kSet,            // options
  kReset,          // keys
};

struct AlterTable final : StatementOf<StatementKind::kAlterTable> {
  AlterTableKind action = AlterTableKind::kSet;
  bool if_exists = false;
  Name name;
  /// IF [NOT] EXISTS of a partition.
  bool partition_if = false;
  std::vector<ColumnDefinition> columns;
  std::vector<WatermarkDefinition> watermarks;
  std::vector<PrimaryKey> primary_keys;
  std::optional<Distribution> distribution;
  std::vector<Identifier> names;
  Name new_name;
  std::vector<std::vector<Assignment>> partitions;
  std::vector<Property> options;
  std::vector<PropertyKey> keys;
};

struct AlterView final : StatementOf<StatementKind::kAlterView> {
  bool if_exists = false;
  Name name;
  /// RENAME TO; empty when `query` is set.
  Name new_name;
  /// AS query; null when `new_name` is set.
  QueryPtr query;
};

enum class AlterPropertiesKind : uint8_t { kSet, kReset, kComment };

struct AlterCatalog final : StatementOf<StatementKind::kAlterCatalog> {
  AlterPropertiesKind action = AlterPropertiesKind::kSet;
  Identifier name;
  std::vector<Property> options;
  std::vector<PropertyKey> keys;
  std::string comment;
};

struct AlterDatabase final : StatementOf<StatementKind::kAlterDatabase> {
  Name name;
  std::vector<Property> options;
};

/// SET 'k' = 'v', also without quotes; SET alone lists the settings.
struct Set final : StatementOf<StatementKind::kSet> {
  std::optional<Property> property;
};

/// RESET 'k'; RESET alone resets all.
struct Reset final : StatementOf<StatementKind::kReset> {
  std::optional<PropertyKey> key;
};

/// USE x, USE CATALOG x
struct Use final : StatementOf<StatementKind::kUse> {
  bool catalog = false;
  Name name;
};

struct Describe final : StatementOf<StatementKind::kDescribe> {
  /// kTable also for views.
  ObjectKind object = ObjectKind::kTable;
  bool extended = false;
  /// Empty for a job.
  Name name;
  std::string job_id;
};

enum class ShowKind : uint8_t {
  kCatalogs,
  kDatabases,
  kTables,
  kViews,
  kColumns,
  kPartitions,
  kFunctions,
  kUserFunctions,
  kJobs,
  kJars,
  kCurrentCatalog,
  kCurrentDatabase,
};

struct Show final : StatementOf<StatementKind::kShow> {
  ShowKind object = ShowKind::kTables;
  /// FROM x, IN x, and the table of SHOW PARTITIONS; may be empty.
  Name from;
  std::vector<Assignment> partition;
  /// [NOT] LIKE 'p', [NOT] ILIKE 'p'
  std::optional<std::string> like;
  bool negated = false;
  bool case_insensitive = false;
};

struct ShowCreate final : StatementOf<StatementKind::kShowCreate> {
  /// kTable, kView, kCatalog, kDatabase or kFunction.
  ObjectKind object = ObjectKind::kTable;
  Name name;
};

struct StopJob final : StatementOf<StatementKind::kStopJob> {
  std::string job_id;
  bool with_savepoint = false;
  bool with_drain = false;
};

/// COMPILE PLAN 'file' [IF NOT EXISTS] FOR ..; COMPILE AND EXECUTE PLAN 'file' FOR ..
struct CompilePlan final : StatementOf<StatementKind::kCompilePlan> {
  std::string file;
  bool if_not_exists = false;
  bool execute = false;
  /// An insert or statement set.
  StatementPtr statement;
};

struct ExecutePlan final : StatementOf<StatementKind::kExecutePlan> {
  std::string file;
};

/// ADD JAR 'file', REMOVE JAR 'file'
struct Jar final : StatementOf<StatementKind::kJar> {
  bool remove = false;
  std::string file;
};

struct Update final : StatementOf<StatementKind::kUpdate> {
  Name table;
  Identifier alias;
  std::vector<Assignment> assignments;
  /// May be null.
  ExprPtr where;
};

struct Delete final : StatementOf<StatementKind::kDelete> {
  Name table;
  Identifier alias;
  /// May be null.
  ExprPtr where;
};

struct Truncate final : StatementOf<StatementKind::kTruncate> {
  Name table;
};

/// Recognised by its first words and skipped to its end: CREATE MODEL, CALL, LOAD MODULE, ...
struct UnsupportedStatement final : StatementOf<StatementKind::kUnsupported> {
  /// For not_supported_yet(): "CREATE MODEL".
  std::string what;
};

}  // namespace hw::ast
