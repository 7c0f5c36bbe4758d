// SPDX-License-Identifier: Apache-2.0
//
// Edits that have nothing to do with the state, each at each kind of operator that keeps some.

#include "engine/restore_edits.h"

namespace hw {
namespace {

/// A query with results r0 and r1, of which r0 is a number; `%`: a condition of its input.
struct Shape {
  std::string name;
  std::string query;
};

std::string windowed_shape(const std::string& function, const std::string& call) {
  return "SELECT k AS r0, " + call + " AS r1 FROM TABLE(" + function +
         ") WHERE % GROUP BY k, window_start, window_end";
}

std::string joined(const std::string& kind) {
  return "SELECT x.k AS r0, w AS r1 FROM (SELECT * FROM t WHERE %) x " + kind +
         " JOIN u ON x.k = u.k";
}

std::vector<Shape> shapes() {
  const std::string window = "(TABLE t, DESCRIPTOR(ts), INTERVAL ";
  return {
      {"a sum", "SELECT k AS r0, SUM(a) AS r1 FROM t WHERE % GROUP BY k"},
      {"a sum by text", "SELECT COUNT(b) AS r0, s AS r1 FROM t WHERE % GROUP BY s"},
      {"a global count", "SELECT COUNT(*) AS r0, MAX(s) AS r1 FROM t WHERE %"},
      {"a distinct count", "SELECT k AS r0, COUNT(DISTINCT s) AS r1 FROM t WHERE % GROUP BY k"},
      {"a filtered average",
       "SELECT k AS r0, AVG(d) FILTER (WHERE f > 1) AS r1 FROM t WHERE % GROUP BY k"},
      {"least of changes",
       "SELECT n AS r0, MIN(k) AS r1 FROM (SELECT k, COUNT(*) AS n FROM t WHERE % GROUP BY k) "
       "GROUP BY n"},
      {"distinct rows", "SELECT DISTINCT k AS r0, s AS r1 FROM t WHERE %"},
      {"a tumbling window", windowed_shape("TUMBLE" + window + "'1' MINUTE)", "SUM(b)")},
      {"a hopping window",
       windowed_shape("HOP" + window + "'10' SECOND, INTERVAL '1' MINUTE)", "COUNT(*)")},
      {"a cumulating window", windowed_shape("CUMULATE" + window +
                                                 "'10' SECOND, INTERVAL '1' "
                                                 "MINUTE)",
                                             "COUNT(DISTINCT v)")},
      {"an inner join", joined("INNER")},
      {"a left join", joined("LEFT")},
      {"a right join", joined("RIGHT")},
      {"a full join", joined("FULL")},
      {"a join of counts",
       "SELECT x.n AS r0, y.n AS r1 FROM (SELECT k, COUNT(*) AS n FROM t WHERE % GROUP BY k) x "
       "JOIN (SELECT k, COUNT(*) AS n FROM u GROUP BY k) y ON x.k = y.k"},
      {"a ranking", "SELECT a AS r0, s AS r1 FROM t WHERE % ORDER BY a, s LIMIT 3"},
      {"a sum of changes by key", "SELECT k AS r0, SUM(a) AS r1 FROM c WHERE % GROUP BY k"},
  };
}

/// An edit of any shape: from its query with a condition to another one.
struct Change {
  std::string name;
  std::string condition = "a > 3";
  std::string edited_condition = "a > 3";
  /// Around the query, which `@` stands for.
  std::string around = "@";
};

std::vector<Change> changes() {
  return {
      {.name = "nothing"},
      {.name = "another literal", .edited_condition = "a > 4"},
      {.name = "another condition", .edited_condition = "k + a < 10 OR k IS NULL"},
      {.name = "no condition", .edited_condition = "TRUE"},
      {.name = "a new condition", .condition = "TRUE"},
      {.name = "a derived table around", .around = "SELECT * FROM (@)"},
      {.name = "WITH around", .around = "WITH q AS (@) SELECT * FROM q"},
      {.name = "results in another order", .around = "SELECT r1, r0 FROM (@)"},
      {.name = "results renamed", .around = "SELECT r0 AS x, r1 AS y FROM (@)"},
      {.name = "results computed", .around = "SELECT r0 * 2 + 1, r1 FROM (@)"},
      {.name = "a result twice", .around = "SELECT r0, r1, r0 FROM (@)"},
  };
}

std::string replaced(std::string text, char mark, const std::string& by) {
  const size_t at = text.find(mark);
  return at == std::string::npos ? text : text.replace(at, 1, by);
}

}  // namespace

std::vector<Edit> shaped_edits() {
  std::vector<Edit> edits;
  for (const Shape& shape : shapes()) {
    for (const Change& change : changes()) {
      edits.push_back({.name = shape.name + ", " + change.name,
                       .before = replaced(shape.query, '%', change.condition),
                       .after = replaced(change.around, '@',
                                         replaced(shape.query, '%', change.edited_condition))});
    }
  }
  return edits;
}

}  // namespace hw
