// SPDX-License-Identifier: Apache-2.0
//
// The words that the grammar knows. Most are ordinary identifiers wherever that is unambiguous; the
// reserved ones must be quoted to be identifiers. A `Keyword` is made from a string while
// compiling, so that a misspelt or unlisted word does not compile.

#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace hw {

// clang-format off
/// Sorted; looked up by binary search.
inline constexpr auto kKeywords = std::to_array<std::string_view>({
    "ABSENT", "ADD", "AFTER", "ALL", "ALTER", "ANALYZE", "AND", "ANY", "ARRAY", "ARTIFACT", "AS",
    "ASC", "ASYMMETRIC", "BEGIN", "BETWEEN", "BIGINT", "BINARY", "BITMAP", "BOOLEAN", "BOTH",
    "BUCKETS", "BY", "BYTES", "CALL", "CASCADE", "CASE", "CAST", "CATALOG", "CATALOGS", "CEIL",
    "CEILING", "CHANGELOG_MODE", "CHAR", "CHARACTER", "COLUMN", "COLUMNS", "COMMENT", "COMPILE",
    "CONDITIONAL", "CONFLICT", "CONNECTION", "CONNECTIONS", "CONSTRAINT", "CONSTRAINTS", "CPP",
    "CREATE", "CROSS", "CUBE", "CURRENT", "CURRENT_DATE", "CURRENT_ROW_TIMESTAMP", "CURRENT_TIME",
    "CURRENT_TIMESTAMP", "DATABASE", "DATABASES", "DATE", "DAY", "DAYS", "DEC", "DECIMAL",
    "DEDUPLICATE", "DEFAULT", "DEFINE", "DELETE", "DESC", "DESCRIBE", "DESCRIPTOR", "DISTINCT",
    "DISTRIBUTED", "DISTRIBUTION", "DO", "DOUBLE", "DRAIN", "DROP", "ELSE", "EMPTY", "END",
    "ENFORCED", "ERROR", "ESCAPE", "ESTIMATED_COST", "EXCEPT", "EXCLUDE", "EXCLUDING", "EXECUTE",
    "EXISTS", "EXPLAIN", "EXTENDED", "EXTRACT", "FALSE", "FETCH", "FILTER", "FINAL", "FIRST",
    "FLOAT", "FLOOR", "FOLLOWING", "FOR", "FORMAT", "FROM", "FULL", "FUNCTION", "FUNCTIONS",
    "GENERATED", "GROUP", "GROUPING", "GROUPS", "HASH", "HAVING", "HOUR", "HOURS", "IF", "IGNORE",
    "ILIKE", "IN", "INCLUDING", "INNER", "INSERT", "INT", "INTEGER", "INTERSECT", "INTERVAL",
    "INTO", "IS", "JAR", "JARS", "JAVA", "JOB", "JOBS", "JOIN", "JSON", "JSON_ARRAY",
    "JSON_ARRAYAGG", "JSON_EXECUTION_PLAN", "JSON_EXISTS", "JSON_OBJECT", "JSON_OBJECTAGG",
    "JSON_QUERY", "JSON_VALUE", "KEY", "KEYS", "LANGUAGE", "LAST", "LATERAL", "LEADING", "LEFT",
    "LIKE", "LIMIT", "LOAD", "LOCAL", "LOCALTIME", "LOCALTIMESTAMP", "MAP", "MATCH", "MATCHES",
    "MATCH_RECOGNIZE", "MATERIALIZED", "MEASURES", "MERGE", "METADATA", "MINUTE", "MINUTES",
    "MODEL", "MODELS", "MODIFY", "MODULE", "MODULES", "MONTH", "MONTHS", "MULTISET", "NATURAL",
    "NEXT", "NOT", "NOTHING", "NULL", "NULLS", "NUMERIC", "OBJECT", "OF", "OFFSET", "OMIT", "ON",
    "ONE", "ONLY", "OPTIONS", "OR", "ORDER", "ORDINALITY", "OUTER", "OVER", "OVERLAPS", "OVERLAY",
    "OVERWRITE", "OVERWRITING", "PARTITION", "PARTITIONED", "PARTITIONS", "PAST", "PATTERN",
    "PER", "PERMUTE", "PIVOT", "PLACING", "PLAN", "PLAN_ADVICE", "POSITION", "PRECEDING",
    "PRECISION", "PRIMARY", "PROCEDURES", "PYTHON", "QUALIFY", "QUARTER", "QUARTERS", "RANGE",
    "RAW", "REAL", "RECURSIVE", "REMOVE", "RENAME", "REPLACE", "RESET", "RESPECT", "RESTRICT",
    "RETURN", "RETURNING", "RETURNS", "RIGHT", "ROLLUP", "ROW", "ROWS", "RUNNING", "SAVEPOINT",
    "SCALA", "SCALAR", "SECOND", "SECONDS", "SELECT", "SET", "SETS", "SHOW", "SIMILAR", "SKIP",
    "SMALLINT", "SOME", "SQL", "STATE", "STATEMENT", "STOP", "STRING", "SUBSET", "SUBSTRING",
    "SYMMETRIC", "SYSTEM", "SYSTEM_TIME", "TABLE", "TABLES", "TABLESAMPLE", "TEMPORARY", "THEN",
    "TIME", "TIMESTAMP", "TIMESTAMPADD", "TIMESTAMPDIFF", "TIMESTAMP_LTZ", "TINYINT", "TO",
    "TRAILING", "TRIM", "TRUE", "TRUNCATE", "TRY_CAST", "UESCAPE", "UNBOUNDED", "UNCONDITIONAL",
    "UNION", "UNIQUE", "UNKNOWN", "UNLOAD", "UNMATCHED", "UNNEST", "UNPIVOT", "UPDATE", "USE",
    "USER", "USING", "VALUE", "VALUES", "VARBINARY", "VARCHAR", "VARIANT", "VARYING", "VIEW",
    "VIEWS", "VIRTUAL", "WASM", "WATERMARK", "WATERMARKS", "WEEK", "WEEKS", "WHEN", "WHERE",
    "WINDOW", "WITH", "WITHIN", "WITHOUT", "WRAPPER", "YEAR", "YEARS", "ZONE",
});

/// Sorted; each is also in kKeywords.
inline constexpr auto kReservedWords = std::to_array<std::string_view>({
    "ALL", "AND", "ANY", "ARRAY", "AS", "BETWEEN", "BY", "CASE", "CAST", "CREATE", "CROSS",
    "DEFAULT", "DELETE", "DISTINCT", "DROP", "ELSE", "END", "EXCEPT", "EXISTS", "FALSE", "FETCH",
    "FOR", "FROM", "FULL", "GROUP", "HAVING", "IN", "INNER", "INSERT", "INTERSECT", "INTERVAL",
    "INTO", "IS", "JOIN", "LATERAL", "LEFT", "LIKE", "LIMIT", "MATCH_RECOGNIZE", "NATURAL", "NOT",
    "NULL", "OFFSET", "ON", "OR", "ORDER", "OUTER", "OVER", "PARTITION", "QUALIFY", "RIGHT",
    "SELECT", "SET", "SIMILAR", "SOME", "TABLE", "THEN", "TRUE", "UNION", "UNNEST", "USING",
    "VALUES", "WHEN", "WHERE", "WINDOW", "WITH",
});
// clang-format on

static_assert(std::ranges::is_sorted(kKeywords));
static_assert(std::ranges::is_sorted(kReservedWords));

class Keyword {
 public:
  /// No keyword.
  constexpr Keyword() = default;
  // Implicit, so that the parser's rules read accept("ORDER", "BY").
  consteval Keyword(const char* word)  // NOLINT(google-explicit-constructor)
      : index_(index_of(word)) {
    if (index_ < 0) throw "not in kKeywords";
  }

  /// Returns the keyword that `word` spells, whatever its case, or no keyword.
  static Keyword find(std::string_view word);

  bool known() const { return index_ >= 0; }
  bool reserved() const;
  /// Returns the word in upper case, empty for no keyword.
  std::string_view text() const;

  constexpr bool operator==(const Keyword&) const = default;

 private:
  static constexpr int16_t index_of(std::string_view word) {
    const auto found = std::ranges::lower_bound(kKeywords, word);
    if (found == kKeywords.end() || *found != word) return -1;
    return static_cast<int16_t>(found - kKeywords.begin());
  }

  int16_t index_ = -1;
};

}  // namespace hw
