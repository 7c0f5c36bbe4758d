// SPDX-License-Identifier: Apache-2.0

#include "reference/query_generator.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "reference/term_generator.h"

namespace hw::reference {
namespace {

constexpr int64_t kJoinPairsMax = 40'000;

/// A source, the columns that it shows, and how many rows it has at most.
struct Made {
  Source source;
  std::vector<Term> scope;
  int64_t rows = 0;
};

struct MadeQuery {
  Query query;
  std::vector<Term> columns;  // c0, c1, …
  int64_t rows = 0;
};

Term column_term(const SqlType& type, std::string name, bool wild) {
  Term term{type, std::move(name)};
  term.wild = wild;
  term.reads = true;
  return term;
}

class Generator {
 public:
  Generator(const std::vector<GeneratedTable>& tables, const QueryWishes& wishes, Chance& chance)
      : tables_(tables), wishes_(wishes), chance_(chance) {}

  MadeQuery whole(int depth) {
    MadeQuery made = body(depth);
    if (!wishes_.insert_only && chance_.share(0.2)) cut(made);
    return made;
  }

 private:
  MadeQuery body(int depth) {
    if (depth > 0 && chance_.share(0.12)) return unite(depth);
    if (chance_.share(0.2)) {
      if (std::optional<MadeQuery> made = windowed()) return std::move(*made);
    }
    return select(depth);
  }

  /// ORDER BY all columns, so that the rows that LIMIT keeps are the same everywhere.
  void cut(MadeQuery& made) {
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
    second.from = std::move(from.source);
    if (chance_.share(0.4)) second.where = terms.condition(1);
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

  static std::vector<Term> columns_of(const GeneratedTable& table, const std::string& alias) {
    std::vector<Term> scope;
    for (const GeneratedColumn& column : table.columns) {
      scope.push_back(
          column_term(column.type, alias + "." + column.name, column.domain == Domain::kWild));
    }
    return scope;
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
    if (!wishes_.joins || !chance_.share(0.3)) return left;
    Made right = relation(depth - 1, "b");
    if (left.rows * right.rows > kJoinPairsMax) return left;
    std::vector<std::pair<const Term*, const Term*>> pairs;
    for (const Term& x : left.scope) {
      for (const Term& y : right.scope) {
        // Keys hold NaN equal, which `=` does not, so wild numbers are no keys here.
        if (x.type.equals_ignoring_null(y.type) && !x.wild && !y.wild) pairs.emplace_back(&x, &y);
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
      std::vector<Term> tame;
      for (const Term& term : made.scope) {
        if (!term.wild) tame.push_back(term);
      }
      Term more = TermGenerator(std::move(tame), chance_).condition(1);
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

  // -------------------------------------------------------------------------------------- SELECT

  MadeQuery select(int depth) {
    Made from = source(depth);
    TermGenerator terms(from.scope, chance_);
    Select select;
    if (chance_.share(0.4)) select.where = terms.condition(static_cast<int>(chance_.between(1, 3)));
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
    const Term* outer = terms.column(
        [&](const Term& term) { return !term.wild && term.type.equals_ignoring_null(own->type); });
    if (outer == nullptr || own->wild) return;
    std::string form = chance_.pick({"($0 IN (SELECT $1 FROM # AS q))",
                                     "($0 NOT IN (SELECT $1 FROM # AS q WHERE $2))",
                                     "($0 IN (SELECT $1 FROM # AS q WHERE $2))",
                                     "(EXISTS (SELECT 1 FROM # AS q WHERE $0 = $1 AND $2))",
                                     "(NOT EXISTS (SELECT 1 FROM # AS q WHERE $0 = $1))",
                                     "($0 >= (SELECT MIN($1) FROM # AS q WHERE $2))",
                                     "($0 < (SELECT MAX($1) FROM # AS q WHERE $0 = $1))"});
    form.replace(form.find('#'), 1, table.name);
    std::vector<Term> tame;
    for (const Term& term : inner) {
      if (!term.wild) tame.push_back(term);
    }
    Term more = TermGenerator(std::move(tame), chance_).condition(1);
    Term test = make_term(SqlType::boolean(), form, {*outer, *own, std::move(more)});
    select.where =
        select.where ? make_term(SqlType::boolean(), "($0 AND $1)", {*select.where, test}) : test;
  }

  static MadeQuery finish(Select select, MadeQuery made) {
    for (size_t i = 0; i < select.items.size(); ++i) {
      made.columns.push_back(
          column_term(select.items[i].type, "c" + std::to_string(i), select.items[i].wild));
    }
    made.query.parts = {std::move(select)};
    return made;
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

  /// GROUP BY over a window table function, if some table has event time.
  std::optional<MadeQuery> windowed() {
    std::vector<const GeneratedTable*> timed;
    for (const GeneratedTable& table : tables_) {
      if (table.time_column >= 0) timed.push_back(&table);
    }
    if (timed.empty()) return std::nullopt;
    const GeneratedTable& table = *chance_.pick(timed);
    Select select;
    select.grouped = true;
    select.from.kind = Source::Kind::kWindow;
    select.from.alias = "a";
    select.from.table = table.name;
    select.from.window = window_text();
    const std::vector<Term> scope = columns_of(table, "a");
    TermGenerator terms(scope, chance_);
    if (chance_.share(0.3)) select.where = terms.condition(1);
    const SqlType border = SqlType::timestamp(3);
    select.keys = {column_term(border, "a.window_start", false),
                   column_term(border, "a.window_end", false)};
    const int64_t keys = chance_.pick({int64_t{0}, int64_t{1}, int64_t{1}, int64_t{2}});
    for (int64_t i = 0; i < keys; ++i) select.keys.push_back(chance_.pick(scope));
    select.items = select.keys;
    if (chance_.share(0.2)) select.items.erase(select.items.begin());
    const int64_t calls = chance_.between(1, 4);
    for (int64_t i = 0; i < calls; ++i) select.items.push_back(terms.aggregate());
    if (chance_.share(0.15)) select.having = make_term(SqlType::boolean(), "COUNT(*) > 1");
    MadeQuery made;
    made.rows = static_cast<int64_t>(table.changes.size()) * 6;
    return finish(std::move(select), std::move(made));
  }

  std::string window_text() {
    struct Size {
      const char* size;
      const char* step;
    };
    const Size size = chance_.pick({Size{"INTERVAL '1' HOUR", "INTERVAL '20' MINUTE"},
                                    Size{"INTERVAL '1' DAY", "INTERVAL '6' HOUR"},
                                    Size{"INTERVAL '10' MINUTE", "INTERVAL '5' MINUTE"},
                                    Size{"INTERVAL '7' HOUR", "INTERVAL '7' HOUR"}});
    const std::string kind = chance_.pick({"TUMBLE", "HOP", "CUMULATE"});
    std::string text = kind + "($, DESCRIPTOR(wt), ";
    if (kind != "TUMBLE") text += std::string(size.step) + ", ";
    text += size.size;
    if (chance_.share(0.2)) text += ", INTERVAL '7' MINUTE";
    return text + ")";
  }

  const std::vector<GeneratedTable>& tables_;
  const QueryWishes& wishes_;
  Chance& chance_;
};

}  // namespace

Query generate_query(const std::vector<GeneratedTable>& tables, const QueryWishes& wishes,
                     Chance& chance) {
  return Generator(tables, wishes, chance).whole(wishes.depth).query;
}

}  // namespace hw::reference
