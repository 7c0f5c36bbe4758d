// SPDX-License-Identifier: Apache-2.0
//
// Parts of table definitions in the syntax tree: columns, watermarks, keys, options, LIKE. Checks
// that need more than the text (duplicate names, which columns a key may use) are the binder's.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "sql/ast_expr.h"
#include "sql/ast_name.h"
#include "sql/ast_type.h"

namespace hw::ast {

/// 'key' = 'value'
struct Property {
  std::string key;
  std::string value;
  /// Of the key.
  SqlPosition position;
};

struct PropertyKey {
  std::string key;
  SqlPosition position;
};

enum class ColumnKind : uint8_t {
  kPhysical,   // c INT
  kMetadata,   // c INT METADATA [FROM 'key'] [VIRTUAL]
  kComputed,   // c AS expr
  kReference,  // c: names a column of the query in CREATE TABLE .. AS
};

/// FIRST and AFTER c of ALTER TABLE.
enum class ColumnPlace : uint8_t { kDefault, kFirst, kAfter };

struct ColumnDefinition {
  Identifier name;
  ColumnKind kind = ColumnKind::kPhysical;
  /// kPhysical and kMetadata; NOT NULL is in the type.
  std::optional<Type> type;
  /// kMetadata with FROM.
  std::optional<std::string> metadata_key;
  bool is_virtual = false;
  /// kComputed; else null.
  ExprPtr expr;
  /// Written behind the column: PRIMARY KEY NOT ENFORCED.
  bool primary_key = false;
  std::optional<std::string> comment;
  ColumnPlace place = ColumnPlace::kDefault;
  Identifier after;
};

/// WATERMARK FOR column AS expr; the column may be a path into a ROW only in other dialects.
struct WatermarkDefinition {
  Name column;
  ExprPtr expr;
  SqlPosition position;
};

/// [CONSTRAINT name] PRIMARY KEY (columns) NOT ENFORCED
struct PrimaryKey {
  /// Empty text = unnamed.
  Identifier constraint;
  std::vector<Identifier> columns;
  SqlPosition position;
};

enum class DistributionKind : uint8_t { kDefault, kHash, kRange };

/// DISTRIBUTED [BY [HASH|RANGE] (columns)] [INTO n BUCKETS]
struct Distribution {
  DistributionKind kind = DistributionKind::kDefault;
  std::vector<Identifier> columns;
  std::optional<int64_t> buckets;
  SqlPosition position;
};

enum class LikeMerge : uint8_t { kIncluding, kExcluding, kOverwriting };
enum class LikeFeature : uint8_t {
  kAll,
  kConstraints,
  kDistribution,
  kPartitions,
  kGenerated,
  kMetadata,
  kOptions,
  kWatermarks,
};

struct LikeOption {
  LikeMerge merge = LikeMerge::kIncluding;
  LikeFeature feature = LikeFeature::kAll;
};

/// LIKE name (INCLUDING ALL ..); no options = the default of the dialect.
struct LikeClause {
  Name table;
  std::vector<LikeOption> options;
};

}  // namespace hw::ast
