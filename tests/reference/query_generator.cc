// SPDX-License-Identifier: Apache-2.0

#include "reference/query_generator.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "reference/lookup_queries.h"
#include "reference/made_query.h"
#include "reference/over_generator.h"
#include "reference/table_windows.h"
#include "reference/term_generator.h"
#include "reference/window_queries.h"

namespace hw::reference {
namespace {

/// What WHERE may ask of a source: its tests may become keys of a join below, and keys hold NaN
/// equal, which `=` does not.
std::vector<Term> filterable(const Made& from) {
  if (from.source.kind == Source::Kind::kTable) return from.scope;
  std::vector<Term> terms = tame(from.scope);
  if (terms.empty()) terms.push_back({SqlType::bigint(), "CAST(1 AS BIGINT)"});
  return terms;
}

/// Those that any query may read.
std::vector<GeneratedTable> plain_tables(const std::vector<GeneratedTable>& tables) {
  std::vector<GeneratedTable> others;
  for (const GeneratedTable& table : tables) {
    if (!table.is_versioned && !table.is_lookup) others.push_back(table);
  }
  return others;
}

/// Each change of a row may change those of all behind it: the work grows with the square.
constexpr int64_t kOverRowsMax = 4'000;

class Generator {
 public:
  Generator(const std::vector<GeneratedTable>& tables, const QueryWishes& wishes, Chance& chance)
      : tables_(plain_tables(tables)), wishes_(wishes), chance_(chance) {
    for (const GeneratedTable& table : tables) {
      if (table.is_versioned) versions_.push_back(&table);
      if (table.is_lookup) lookups_.push_back(&table);
    }
  }

  MadeQuery whole(int depth) {
    MadeQuery made = body(depth);
    if (!wishes_.insert_only && chance_.share(0.2)) cut(made);
    return made;
  }

 private:
  MadeQuery body(int depth) {
    if (wishes_.whole_grammar && !wishes_.insert_only && chance_.share(0.4)) {
      if (std::optional<MadeQuery> made = by_rows_around(depth)) return std::move(*made);
    }
    if (wishes_.whole_grammar && !wishes_.insert_only && chance_.share(0.25)) {
      WindowQueries windows(tables_, chance_);
      if (std::optional<MadeQuery> made = windows.any()) return std::move(*made);
    }
    if (depth > 0 && chance_.share(0.12)) return unite(depth);
    if (wishes_.whole_grammar && !wishes_.insert_only && chance_.share(0.1)) {
      if (std::optional<MadeQuery> made = late_rows(tables_, chance_)) return std::move(*made);
    }
    if (chance_.share(0.2)) {
      if (std::optional<MadeQuery> made = windowed(tables_, chance_)) return std::move(*made);
    }
    return select(depth);
  }

  /// ORDER BY all columns, so that the rows that LIMIT keeps are the same everywhere.
  void cut(MadeQuery& made) {
    if (!std::all_of(made.columns.begin(), made.columns.end(), has_order)) return;
    std::vector<size_t> columns;
    for (size_t i = 0; i < made.columns.size(); ++i) columns.push_back(i);
    for (size_t i = columns.size(); i > 1; --i) {
      std::swap(columns[i - 1],
                columns[static_cast<size_t>(chance_.below(static_cast<int64_t>(i)))]);
    }
    for (const size_t i : columns) {
      made.query.order.push_back("c" + std::to_string(i) +
                                 chance_.pick({"", " ASC", " DESC", " DESC NULLS LAST",
                                               " NULLS LAST", " DESC NULLS FIRST"}));
    }
    made.query.limit = chance_.pick({int64_t{0}, int64_t{1}, int64_t{3}, int64_t{10}});
    if (chance_.share(0.3)) made.query.offset = chance_.below(5);
    made.rows = std::min<int64_t>(made.rows, *made.query.limit);
  }

  MadeQuery unite(int depth) {
    MadeQuery first = select(depth - 1);
    MadeQuery made{{}, first.columns, first.rows};
    made.query.union_all = wishes_.insert_only || chance_.share(0.6);
    made.query.parts.push_back(first.query.parts[0]);
    Made from = source(depth - 1);
    TermGenerator terms(from.scope, chance_);
    Select second;
    for (size_t i = 0; i < made.columns.size(); ++i) {
      const SqlType& type = made.columns[i].type;
      Term term = terms.of(type, 1);
      // Decimals and lengths of different types would change the column's type.
      if (!term.type.equals_ignoring_null(type)) term = as(type, std::move(term));
      second.items.push_back(std::move(term));
      made.columns[i].wild = made.columns[i].wild || second.items.back().wild;
    }
    if (chance_.share(0.4)) {
      second.where = TermGenerator(filterable(from), chance_).condition(1);
    }
    second.from = std::move(from.source);
    made.query.parts.push_back(std::move(second));
    made.rows += from.rows;
    return made;
  }

  static Term as(const SqlType& type, Term term) {
    return make_term(type, "CAST($0 AS " + type.to_sql_without_null() + ")", {std::move(term)});
  }

  // ---------------------------------------------------------------------------------------- FROM

  Made table(const std::string& alias) {
    const GeneratedTable& table = chance_.pick(tables_);
    Made made;
    made.source.alias = alias;
    made.source.table = table.name;
    made.scope = columns_of(table, alias);
    made.rows = static_cast<int64_t>(table.changes.size());
    return made;
  }

  Made relation(int depth, const std::string& alias) {
    if (depth <= 0 || !chance_.share(0.35)) return table(alias);
    MadeQuery inner = whole(depth - 1);
    Made made;
    made.source.kind = Source::Kind::kQuery;
    made.source.alias = alias;
    made.source.query = std::make_shared<const Query>(std::move(inner.query));
    for (size_t i = 0; i < inner.columns.size(); ++i) {
      made.scope.push_back(column_term(inner.columns[i].type, alias + ".c" + std::to_string(i),
                                       inner.columns[i].wild));
    }
    made.rows = inner.rows;
    return made;
  }

  Made source(int depth) {
    Made left = relation(depth, "a");
    if (wishes_.whole_grammar && chance_.share(0.15)) unnest(left);
    if (!wishes_.joins || !chance_.share(0.3)) return left;
    Made right = relation(depth - 1, "b");
    if (left.rows * right.rows > kJoinPairsMax) return left;
    std::vector<std::pair<const Term*, const Term*>> pairs;
    for (const Term& x : left.scope) {
      for (const Term& y : right.scope) {
        // Keys hold NaN equal, which `=` does not, so wild numbers are no keys here.
        if (x.type.equals_ignoring_null(y.type) && !x.wild && !y.wild && has_order(x)) {
          pairs.emplace_back(&x, &y);
        }
      }
    }
    if (pairs.empty()) return left;
    // Columns of few values stand first; most joins then have matches.
    const auto& pair = chance_.share(0.6) ? pairs[0] : chance_.pick(pairs);
    Term on = make_term(SqlType::boolean(), "$0 = $1", {*pair.first, *pair.second});
    Made made;
    made.source.kind = Source::Kind::kJoin;
    made.scope = left.scope;
    made.scope.insert(made.scope.end(), right.scope.begin(), right.scope.end());
    if (chance_.share(0.3)) {
      Term more = TermGenerator(tame(made.scope), chance_).condition(1);
      on = make_term(SqlType::boolean(), "$0 AND $1", {std::move(on), std::move(more)});
    }
    made.source.on = std::move(on);
    made.source.join_word = wishes_.insert_only
                                ? "JOIN"
                                : chance_.pick({"JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"});
    made.rows = left.rows * std::max<int64_t>(right.rows, 1) + right.rows;
    made.source.sides = {std::move(left.source), std::move(right.source)};
    return made;
  }

  /// Adds the elements of a collection, if there is one.
  void unnest(Made& from) {
    std::vector<Term> found;
    for (const Term& term : from.scope) {
      if (term.type.is_constructed() && !term.type.is(TypeKind::kRow)) found.push_back(term);
    }
    if (found.empty()) return;
    const Term collection = chance_.pick(found);
    const SqlType& type = collection.type;
    Source source;
    source.kind = Source::Kind::kUnnest;
    source.join_word = chance_.pick({"CROSS JOIN", "LEFT JOIN"});
    std::string names = type.is(TypeKind::kMap) ? "e, f" : "e";
    // Equal maps may have their entries in any order.
    const bool numbered = type.is(TypeKind::kArray) && chance_.share(0.3);
    if (numbered) names += ", o";
    source.unnest = "UNNEST(" + to_sql(collection) + ")" + (numbered ? " WITH ORDINALITY" : "") +
                    " AS u (" + names + ")";
    source.sides = {std::move(from.source)};
    from.source = std::move(source);
    const SqlType element = type.is(TypeKind::kMap) ? type.key() : type.element();
    from.scope.push_back(column_term(element.with_nullable(true), "u.e", false));
    if (type.is(TypeKind::kMap)) {
      from.scope.push_back(column_term(type.value().with_nullable(true), "u.f", false));
    }
    if (numbered) from.scope.push_back(column_term(SqlType::integer(), "u.o", false));
    from.rows *= 4;
  }

  // -------------------------------------------------------------------------------------- SELECT

  MadeQuery select(int levels) {
    Made from = source(levels);
    TermGenerator terms(from.scope, chance_);
    Select select;
    if (chance_.share(0.4)) {
      const int depth = static_cast<int>(chance_.between(1, 3));
      select.where = TermGenerator(filterable(from), chance_).condition(depth);
    }
    if (wishes_.joins && !wishes_.insert_only && chance_.share(0.12)) ask_query(terms, select);
    MadeQuery made;
    made.rows = from.rows;
    if (!wishes_.insert_only && chance_.share(0.4)) {
      group(terms, select);
    } else {
      const int64_t items = chance_.between(1, 5);
      for (int64_t i = 0; i < items; ++i) {
        select.items.push_back(terms.any(static_cast<int>(chance_.below(4))));
      }
      select.distinct = !wishes_.insert_only && chance_.share(0.15);
    }
    select.from = std::move(from.source);
    return finish(std::move(select), std::move(made));
  }

  /// Adds a query inside of WHERE: IN, EXISTS or a value to compare with.
  void ask_query(TermGenerator& terms, Select& select) {
    const GeneratedTable& table = chance_.pick(tables_);
    const std::vector<Term> inner = columns_of(table, "q");
    const Term* own = &chance_.pick(inner);
    const Term* outer = terms.column([&](const Term& term) {
      return !term.wild && has_order(term) && term.type.equals_ignoring_null(own->type);
    });
    if (outer == nullptr || own->wild) return;
    std::string form = chance_.pick({"($0 IN (SELECT $1 FROM # AS q))",
                                     "($0 NOT IN (SELECT $1 FROM # AS q WHERE $2))",
                                     "($0 IN (SELECT $1 FROM # AS q WHERE $2))",
                                     "(EXISTS (SELECT 1 FROM # AS q WHERE $0 = $1 AND $2))",
                                     "(NOT EXISTS (SELECT 1 FROM # AS q WHERE $0 = $1))",
                                     "($0 >= (SELECT MIN($1) FROM # AS q WHERE $2))",
                                     "($0 < (SELECT MAX($1) FROM # AS q WHERE $0 = $1))"});
    form.replace(form.find('#'), 1, table.name);
    Term more = TermGenerator(tame(inner), chance_).condition(1);
    Term test = make_term(SqlType::boolean(), form, {*outer, *own, std::move(more)});
    select.where =
        select.where ? make_term(SqlType::boolean(), "($0 AND $1)", {*select.where, test}) : test;
  }

  void group(TermGenerator& terms, Select& select) {
    select.grouped = true;
    const int64_t keys = chance_.pick({int64_t{0}, int64_t{1}, int64_t{1}, int64_t{2}, int64_t{3}});
    for (int64_t i = 0; i < keys; ++i) {
      Term key = chance_.share(0.7) ? chance_.pick(terms.scope()) : terms.any(1);
      if (key.reads) select.keys.push_back(std::move(key));
    }
    select.items = select.keys;
    const int64_t calls = chance_.between(1, 4);
    for (int64_t i = 0; i < calls; ++i) select.items.push_back(terms.aggregate());
    if (!chance_.share(0.25)) return;
    select.having = make_term(SqlType::boolean(), chance_.pick({"COUNT(*) > 1", "COUNT(*) < 3"}));
  }

  // ------------------------------------------------------------------------------------ rows
  // around

  /// OVER, Top-N, deduplication, ROLLUP and CUBE, a join by an interval.
  std::optional<MadeQuery> by_rows_around(int depth) {
    switch (chance_.below(6)) {
      case 5:
        if (std::optional<MadeQuery> made = join_versions()) return made;
        if (!wishes_.joins) return rolled_up(depth);
        if (std::optional<MadeQuery> made = looked_up(tables_, lookups_, chance_)) return made;
        return rolled_up(depth);
      case 0:
        return rolled_up(depth);
      case 1:
        return join_in_time();
      case 2:
        return first_in_time();
      case 3:
        return bounded_rank(depth);
      default:
        return over(depth);
    }
  }

  /// A few columns of a source, and the position of its event time among them. Of a table with late
  /// rows a window goes by time or is not asked: which rows a Top-N has seen is another matter.
  struct Few {
    Made from;
    std::vector<Term> columns;
    int time = -1;
    bool has_late_rows = false;
  };
  Few few_columns(int depth) {
    Few few{source(depth), {}, -1, false};
    std::vector<Term> left = few.from.scope;
    std::erase_if(left, [](const Term& term) { return !has_order(term); });
    if (left.empty()) left.push_back({SqlType::bigint(), "CAST(1 AS BIGINT)"});
    for (size_t i = left.size(); i > 1; --i) {
      std::swap(left[i - 1], left[static_cast<size_t>(chance_.below(static_cast<int64_t>(i)))]);
    }
    const int64_t count = chance_.between(1, 4);
    for (Term& term : left) {
      if (static_cast<int64_t>(few.columns.size()) < count) few.columns.push_back(std::move(term));
    }
    few.has_late_rows = reads_late_rows(few.from.source);
    if (few.from.source.kind != Source::Kind::kTable) return few;
    const GeneratedTable& table = table_of(few.from.source.table);
    if (table.time_column >= 0 && (few.has_late_rows || chance_.share(0.6))) {
      const std::string name = few.from.source.alias + ".wt";
      std::erase_if(few.columns, [&](const Term& term) { return term.form == name; });
      few.time = static_cast<int>(few.columns.size());
      few.columns.push_back(
          column_term(table.columns[static_cast<size_t>(table.time_column)].type, name, false));
    }
    return few;
  }

  bool reads_late_rows(const Source& source) const {
    const std::string text = to_sql(source);
    return std::any_of(tables_.begin(), tables_.end(), [&](const GeneratedTable& table) {
      return table.patience_ms < table.disorder_ms &&
             text.find(table.name + " ") != std::string::npos;
    });
  }

  const GeneratedTable& table_of(const std::string& name) const {
    return *std::find_if(tables_.begin(), tables_.end(),
                         [&](const GeneratedTable& table) { return table.name == name; });
  }

  std::optional<MadeQuery> over(int depth) {
    Few few = few_columns(depth);
    if (few.from.rows > kOverRowsMax) return std::nullopt;
    OverGenerator windows(few.columns, few.time, chance_);
    TermGenerator terms(few.columns, chance_);
    Select select;
    if (chance_.share(0.3))
      select.where = TermGenerator(filterable(few.from), chance_).condition(1);
    select.items = {chance_.pick(few.columns)};
    const int64_t calls = chance_.between(1, 3);
    for (int64_t i = 0; i < calls; ++i) select.items.push_back(windows.call());
    // A bound on a rank by time would make a Top-N, which drops no late rows.
    if (!few.has_late_rows && chance_.share(0.3)) {
      const char* bound = chance_.pick({"$0 <= 2", "$0 = 1", "$0 > 1"});
      select.qualify = make_term(SqlType::boolean(), bound, {windows.rank()});
    }
    MadeQuery made;
    made.rows = few.from.rows;
    select.from = std::move(few.from.source);
    return finish(std::move(select), std::move(made));
  }

  /// SELECT … FROM (SELECT …, RANK() OVER (…) …) WHERE rank <= n.
  std::optional<MadeQuery> bounded_rank(int depth) {
    Few few = few_columns(depth);
    if (few.has_late_rows || few.from.rows > kOverRowsMax) return std::nullopt;
    OverGenerator windows(few.columns, few.time, chance_);
    Select inner;
    inner.items = few.columns;
    inner.items.push_back(windows.rank());
    if (chance_.share(0.3)) inner.where = TermGenerator(filterable(few.from), chance_).condition(1);
    MadeQuery made;
    made.rows = few.from.rows;
    inner.from = std::move(few.from.source);
    const char* bound =
        chance_.pick({"$0 <= 1", "$0 <= 3", "$0 = 1", "$0 BETWEEN 2 AND 3", "$0 < 3"});
    return above(std::move(inner), std::move(made), bound, chance_.share(0.4));
  }

  /// The first or last row of a key by event time; shown are columns in which rows of one time are
  /// equal.
  std::optional<MadeQuery> first_in_time() {
    std::vector<const GeneratedTable*> timed;
    for (const GeneratedTable& table : tables_) {
      if (table.time_column >= 0) timed.push_back(&table);
    }
    if (timed.empty()) return std::nullopt;
    const GeneratedTable& table = *chance_.pick(timed);
    const std::vector<Term> scope = columns_of(table, "a");
    const auto time = static_cast<size_t>(table.time_column);
    // One key, so that it is in PARTITION BY or the only other column.
    std::vector<Term> columns = {chance_.pick(scope), scope[time]};
    if (columns[0].form == columns[1].form || !has_order(columns[0])) columns[0] = scope[0];
    Select inner;
    inner.items = columns;
    const bool late = table.patience_ms < table.disorder_ms;
    const bool last = !late && chance_.share(0.5);
    inner.items.push_back(make_term(
        SqlType::bigint(),
        std::string("ROW_NUMBER() OVER (PARTITION BY $0 ORDER BY $1") + (last ? " DESC)" : ")"),
        columns));
    inner.from.alias = "a";
    inner.from.table = table.name;
    MadeQuery made;
    made.rows = static_cast<int64_t>(table.changes.size());
    return above(std::move(inner), std::move(made), "$0 = 1", false);
  }

  MadeQuery rolled_up(int depth) {
    Made from = source(depth);
    TermGenerator terms(from.scope, chance_);
    Select select;
    select.grouped = true;
    select.grouping = chance_.pick({"ROLLUP", "CUBE", "GROUPING SETS"});
    const int64_t keys = chance_.between(1, 3);
    for (int64_t i = 0; i < keys; ++i) select.keys.push_back(chance_.pick(from.scope));
    select.items = select.keys;
    select.items.push_back(make_term(SqlType::bigint(), "GROUPING($0)", {select.keys[0]}));
    const int64_t calls = chance_.between(1, 3);
    for (int64_t i = 0; i < calls; ++i) select.items.push_back(terms.aggregate());
    MadeQuery made;
    made.rows = from.rows * 8;
    select.from = std::move(from.source);
    return finish(std::move(select), std::move(made));
  }

  /// Times of both sides within a bound of each other.
  std::optional<MadeQuery> join_in_time() {
    std::vector<const GeneratedTable*> timed;
    for (const GeneratedTable& table : tables_) {
      if (table.time_column >= 0) timed.push_back(&table);
    }
    if (timed.empty() || !wishes_.joins) return std::nullopt;
    const GeneratedTable& left = *chance_.pick(timed);
    const GeneratedTable& right = *chance_.pick(timed);
    const auto pairs = static_cast<int64_t>(left.changes.size() * right.changes.size());
    if (pairs > kJoinPairsMax || left.has_instants() != right.has_instants()) return std::nullopt;
    std::vector<Term> scope = columns_of(left, "a");
    const std::vector<Term> other = columns_of(right, "b");
    const std::vector<Term> both = {scope[0], other[0],
                                    scope[static_cast<size_t>(left.time_column)],
                                    other[static_cast<size_t>(right.time_column)]};
    Select select;
    select.from.kind = Source::Kind::kJoin;
    select.from.join_word = chance_.pick({"JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"});
    select.from.on = make_term(
        SqlType::boolean(),
        "($0 = $1 AND $2 " +
            std::string(
                chance_.pick({"BETWEEN $3 - INTERVAL '10' MINUTE AND $3 + INTERVAL '1' HOUR",
                              ">= $3 AND $2 < $3 + INTERVAL '40' MINUTE", "= $3",
                              "> $3 - INTERVAL '2' HOUR AND $2 <= $3 - INTERVAL '1' MINUTE"})) +
            ")",
        both);
    select.from.sides = {{.alias = "a", .table = left.name}, {.alias = "b", .table = right.name}};
    scope.insert(scope.end(), other.begin(), other.end());
    const int64_t items = chance_.between(2, 5);
    for (int64_t i = 0; i < items; ++i) {
      Term item = chance_.pick(scope);
      // A time that may be NULL is plain above: an OVER drops such rows, a Top-N does not.
      if (select.from.join_word != "JOIN" && item.form.ends_with(".wt")) {
        item = make_term(item.type, "($0 + INTERVAL '0' SECOND)", {item});
      }
      select.items.push_back(std::move(item));
    }
    MadeQuery made;
    made.rows = pairs;
    return finish(std::move(select), std::move(made));
  }

  /// Rows with the versions of their times.
  std::optional<MadeQuery> join_versions() {
    std::vector<const GeneratedTable*> timed;
    for (const GeneratedTable& table : tables_) {
      const bool fits =
          table.time_column >= 0 && table.kinds.is_insert_only() && !table.has_instants();
      if (fits) timed.push_back(&table);
    }
    if (timed.empty() || versions_.empty() || !wishes_.joins) return std::nullopt;
    const GeneratedTable& left = *chance_.pick(timed);
    const GeneratedTable& right = *versions_[0];
    std::vector<Term> scope = columns_of(left, "a");
    const std::vector<Term> other = columns_of(right, "b");
    Select select;
    select.from.kind = Source::Kind::kJoin;
    select.from.join_word = chance_.pick({"JOIN", "LEFT JOIN"});
    select.from.on = make_term(SqlType::boolean(), "$0 = $1", {scope[0], other[0]});
    select.from.sides = {{.alias = "a", .table = left.name},
                         {.alias = "b", .table = right.name, .as_of = "a.wt"}};
    scope.insert(scope.end(), other.begin(), other.end());
    if (chance_.share(0.3)) {
      Term more = TermGenerator(tame(scope), chance_).condition(1);
      select.from.on =
          make_term(SqlType::boolean(), "$0 AND $1", {*select.from.on, std::move(more)});
    }
    const int64_t items = chance_.between(2, 5);
    for (int64_t i = 0; i < items; ++i) select.items.push_back(chance_.pick(scope));
    if (chance_.share(0.3)) select.where = TermGenerator(tame(scope), chance_).condition(1);
    MadeQuery made;
    made.rows = static_cast<int64_t>(left.changes.size());
    return finish(std::move(select), std::move(made));
  }

  const std::vector<GeneratedTable> tables_;
  /// Tables that only a join by time reads.
  std::vector<const GeneratedTable*> versions_;
  /// Tables that rows are looked up in.
  std::vector<const GeneratedTable*> lookups_;
  const QueryWishes& wishes_;
  Chance& chance_;
};

}  // namespace

Query generate_query(const std::vector<GeneratedTable>& tables, const QueryWishes& wishes,
                     Chance& chance) {
  return Generator(tables, wishes, chance).whole(wishes.depth).query;
}

}  // namespace hw::reference
