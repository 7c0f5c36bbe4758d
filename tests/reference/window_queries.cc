// SPDX-License-Identifier: Apache-2.0

#include "reference/window_queries.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "reference/term_generator.h"
#include "reference/window_sizes.h"

namespace hw::reference {
namespace {

const SqlType& border() {
  static const auto* const kType = new SqlType(SqlType::timestamp(3));
  return *kType;
}

bool is_key(const GeneratedColumn& column) {
  return column.domain != Domain::kWild && !column.type.is_approximate() &&
         !column.type.is_constructed() && !column.type.is_variant();
}

}  // namespace

std::optional<MadeQuery> WindowQueries::any() {
  bool timed = false;
  bool of_instants = false;
  for (const GeneratedTable& table : tables_) {
    if (table.patience_ms < table.disorder_ms) return std::nullopt;
    timed = timed || (table.time_column >= 0 && !table.has_instants());
    of_instants = of_instants || table.has_instants();
  }
  if (!timed && !of_instants) return std::nullopt;
  instants_ = of_instants && (!timed || chance_.share(0.5));
  MadeQuery made;
  switch (chance_.below(8)) {
    case 0:
    case 1:
      made = aggregated(input(2), false);
      break;
    case 2:
      made = joined();
      break;
    case 3:
      made = half_joined();
      break;
    case 4:
      made = ranked(input(1));
      break;
    case 5:
      made = first_or_last(input(1));
      break;
    case 6:
      made = by_old_windows(input(1));
      break;
    default:
      made = plain(input(1));
      break;
  }
  made.query.with = std::move(with_);
  return made;
}

// ----------------------------------------------------------------------------------------- inputs

bool WindowQueries::is_timed(const GeneratedTable& table) const {
  return table.time_column >= 0 && table.has_instants() == instants_;
}

SqlType WindowQueries::time_type() const {
  return instants_ ? SqlType::timestamp_ltz(3) : border();
}

WindowQueries::Input WindowQueries::table_input() {
  std::vector<const GeneratedTable*> timed;
  for (const GeneratedTable& table : tables_) {
    if (is_timed(table)) timed.push_back(&table);
  }
  const GeneratedTable& table = *chance_.pick(timed);
  return {table.name, table.columns, "wt", static_cast<int64_t>(table.changes.size())};
}

WindowQueries::Input WindowQueries::input(int depth) {
  const double kind = chance_.real();
  if (depth <= 0 || kind < 0.5 || instants_) return table_input();
  if (kind < 0.65) return projected(table_input());
  if (kind < 0.75) return united();
  const Input below = input(depth - 1);
  MadeQuery inner = aggregated(below, true);
  Input made = named(std::move(inner), 2);
  made.exact = false;
  return made;
}

WindowQueries::Input WindowQueries::named(MadeQuery query, int time) {
  Input made{"w" + std::to_string(with_.size()), {}, "c" + std::to_string(time), query.rows};
  for (size_t i = 0; i < query.columns.size(); ++i) {
    const Term& column = query.columns[i];
    made.columns.push_back({"c" + std::to_string(i), column.type,
                            static_cast<int>(i) == time ? Domain::kTime
                            : column.wild               ? Domain::kWild
                                                        : Domain::kPlain});
  }
  with_.emplace_back(made.name, std::make_shared<const Query>(std::move(query.query)));
  return made;
}

/// Some columns of the input and expressions over them; the event time stays what it is.
WindowQueries::Input WindowQueries::projected(Input below) {
  Select select;
  select.from.alias = "a";
  select.from.table = below.name;
  std::vector<Term> scope;
  for (const GeneratedColumn& column : below.columns) {
    scope.push_back(column_term(column.type, "a." + column.name, column.domain == Domain::kWild));
  }
  TermGenerator terms(scope, chance_);
  select.items = {scope[0], column_term(border(), "a." + below.time, false)};
  const int64_t more = chance_.between(0, 3);
  for (int64_t i = 0; i < more; ++i) {
    select.items.push_back(chance_.share(0.5) ? chance_.pick(scope) : terms.any(1));
  }
  if (chance_.share(0.5)) select.where = terms.condition(1);
  MadeQuery made;
  made.rows = below.rows;
  return named(finish(std::move(select), std::move(made)), 1);
}

WindowQueries::Input WindowQueries::united() {
  MadeQuery made;
  for (int i = 0; i < 2; ++i) {
    const Input one = table_input();
    Select select;
    select.from.alias = "a";
    select.from.table = one.name;
    select.items = {column_term(SqlType::integer(), "a.k", false),
                    column_term(border(), "a.wt", false),
                    column_term(SqlType::string(), "a.s", false)};
    made.rows += one.rows;
    Query parts = std::move(made.query);
    MadeQuery next = finish(std::move(select), {{}, {}, made.rows});
    if (i > 0) next.query.parts.insert(next.query.parts.begin(), parts.parts[0]);
    made = std::move(next);
  }
  return named(std::move(made), 1);
}

// ---------------------------------------------------------------------------------------- windows

std::string WindowQueries::size_and_step(const std::string& kind, bool exact) {
  std::vector<WindowSize> sizes = window_sizes();
  sizes.push_back({"INTERVAL '0.004' SECOND", "INTERVAL '0.001' SECOND"});
  const WindowSize size = chance_.pick(sizes);
  if (kind == "SESSION") {
    // Windows of windows may close when what touches them comes.
    if (!exact) return chance_.pick({"INTERVAL '60.5' SECOND", "INTERVAL '3600.5' SECOND"});
    return chance_.pick({"INTERVAL '1' MINUTE", "INTERVAL '7' MINUTE", "INTERVAL '1' HOUR",
                         "INTERVAL '0.001' SECOND", "INTERVAL '1' DAY"});
  }
  return size.arguments_of(kind);
}

WindowQueries::Windows WindowQueries::windows(const Input& input) {
  Windows made;
  made.kind = chance_.pick({"TUMBLE", "HOP", "CUMULATE", "SESSION", "SESSION"});
  made.arguments = size_and_step(made.kind, input.exact);
  if (made.kind != "SESSION") {
    if (chance_.share(0.2) && made.arguments.find("0.00") == std::string::npos) {
      made.arguments += chance_.pick({", INTERVAL '7' MINUTE", ", INTERVAL '-3' MINUTE"});
    }
    return made;
  }
  std::vector<std::string> keys;
  for (const GeneratedColumn& column : input.columns) {
    if (is_key(column) && column.name != input.time) keys.push_back(column.name);
  }
  const int64_t count = chance_.pick({int64_t{0}, int64_t{1}, int64_t{1}, int64_t{2}});
  for (int64_t i = 0; i < count && !keys.empty(); ++i) {
    const std::string key = chance_.share(0.6) ? keys[0] : chance_.pick(keys);
    made.partition.push_back(key);
    std::erase(keys, key);
  }
  return made;
}

WindowQueries::Placed WindowQueries::placed(const Input& input, const Windows& windows,
                                            const std::string& alias) const {
  Placed made;
  made.source.kind = Source::Kind::kWindow;
  made.source.alias = alias;
  made.source.table = input.name;
  std::string text = windows.kind + "($";
  for (size_t i = 0; i < windows.partition.size(); ++i) {
    text += (i == 0 ? " PARTITION BY " : ", ") + windows.partition[i];
  }
  made.source.window = text + ", DESCRIPTOR(" + input.time + "), " + windows.arguments + ")";
  for (const GeneratedColumn& column : input.columns) {
    made.scope.push_back(
        column_term(column.type, alias + "." + column.name, column.domain == Domain::kWild));
  }
  made.start = column_term(border(), alias + ".window_start", false);
  made.end = column_term(border(), alias + ".window_end", false);
  made.time = column_term(border(), alias + ".window_time", false);
  made.rows = input.rows * (windows.kind == "TUMBLE" || windows.kind == "SESSION" ? 1 : 4);
  return made;
}

// -------------------------------------------------------------------------------------- consumers

/// Columns: start, end, if it is asked for the time, keys, results.
MadeQuery WindowQueries::aggregated(const Input& input, bool with_time) {
  const Placed from = placed(input, windows(input), "a");
  TermGenerator terms(from.scope, chance_);
  Select select;
  select.grouped = true;
  select.keys = {from.start, from.end};
  if (with_time) select.keys.push_back(from.time);
  select.items = select.keys;
  std::vector<Term> keys;
  for (int64_t i = chance_.below(3); i > 0; --i) {
    keys.push_back(chance_.share(0.5) ? from.scope[0] : chance_.pick(from.scope));
  }
  if (!keys.empty() && !with_time && chance_.share(0.25)) {
    const bool two = keys.size() > 1;
    select.keys.push_back(make_term(SqlType::integer(),
                                    chance_.pick({"ROLLUP", "CUBE", "GROUPING SETS"}) +
                                        std::string(two ? " ($0, $1)" : " ($0)"),
                                    keys));
    select.items.push_back(make_term(SqlType::bigint(), "GROUPING($0)", {keys[0]}));
  } else {
    select.keys.insert(select.keys.end(), keys.begin(), keys.end());
  }
  select.items.insert(select.items.end(), keys.begin(), keys.end());
  for (int64_t i = chance_.between(1, 3); i > 0; --i) select.items.push_back(terms.aggregate());
  if (chance_.share(0.3)) select.where = terms.condition(1);
  if (chance_.share(0.15)) select.having = make_term(SqlType::boolean(), "COUNT(*) > 1");
  select.from = from.source;
  MadeQuery made;
  made.rows = from.rows;
  return finish(std::move(select), std::move(made));
}

/// Borders equal, and a pair of columns or none.
Term WindowQueries::window_equality(const Placed& a, const Placed& b) {
  Term on =
      make_term(SqlType::boolean(), "($0 = $1 AND $2 = $3)", {a.start, b.start, a.end, b.end});
  std::vector<std::pair<Term, Term>> pairs;
  for (const Term& x : a.scope) {
    for (const Term& y : b.scope) {
      if (x.type.equals_ignoring_null(y.type) && !x.wild && !y.wild && has_order(x)) {
        pairs.emplace_back(x, y);
      }
    }
  }
  if (pairs.empty() || chance_.share(0.15)) return on;
  const auto pair = chance_.share(0.7) ? pairs[0] : chance_.pick(pairs);
  return make_term(SqlType::boolean(), chance_.pick({"($0 AND $1 = $2)", "($1 = $2 AND $0)"}),
                   {std::move(on), pair.first, pair.second});
}

MadeQuery WindowQueries::joined() {
  const Input left = input(1);
  const Input right = chance_.share(0.3) ? left : input(1);
  Windows spec = windows(left);
  const Placed a = placed(left, spec, "a");
  if (spec.kind == "SESSION" && right.name != left.name) spec.partition = {right.columns[0].name};
  const Placed b = placed(right, spec, "b");
  if (a.rows * b.rows > kJoinPairsMax) return aggregated(left, false);
  Select select;
  select.from.kind = Source::Kind::kJoin;
  select.from.on = window_equality(a, b);
  std::vector<Term> scope = a.scope;
  scope.insert(scope.end(), b.scope.begin(), b.scope.end());
  if (chance_.share(0.25)) {
    Term more = TermGenerator(tame(scope), chance_).condition(1);
    select.from.on =
        make_term(SqlType::boolean(), "($0 AND $1)", {*select.from.on, std::move(more)});
  }
  select.from.join_word = chance_.pick({"JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"});
  select.from.sides = {a.source, b.source};
  MadeQuery made;
  made.rows = a.rows * b.rows;
  const bool inner = select.from.join_word == "JOIN";
  if (inner && chance_.share(0.4)) {  // in the windows that both sides have
    select.grouped = true;
    select.keys = {a.start, a.end};
    if (chance_.share(0.5)) select.keys.push_back(chance_.pick(scope));
    select.items = select.keys;
    select.items.push_back(TermGenerator(scope, chance_).aggregate());
    return finish(std::move(select), std::move(made));
  }
  select.items = {a.start, b.end};
  for (int64_t i = chance_.between(1, 4); i > 0; --i) select.items.push_back(chance_.pick(scope));
  return finish(std::move(select), std::move(made));
}

/// Rows that have, or have not, a partner in their window.
MadeQuery WindowQueries::half_joined() {
  const Input left = input(1);
  const Input right = table_input();
  Windows spec = windows(left);
  const Placed a = placed(left, spec, "a");
  if (spec.kind == "SESSION") spec.partition = {right.columns[0].name};
  const Placed b = placed(right, spec, "b");
  Select select;
  select.from = a.source;
  const Term on = window_equality(a, b);
  select.where = make_term(SqlType::boolean(),
                           std::string(chance_.pick({"EXISTS", "NOT EXISTS"})) +
                               " (SELECT 1 FROM " + to_sql(b.source) + " WHERE $0)",
                           {on});
  select.items = {a.start, a.end};
  for (int64_t i = chance_.between(1, 3); i > 0; --i) select.items.push_back(chance_.pick(a.scope));
  MadeQuery made;
  made.rows = a.rows;
  return finish(std::move(select), std::move(made));
}

/// The first rows of each window by an order of all columns, or by a rank.
MadeQuery WindowQueries::ranked(const Input& input) {
  Select inner;
  MadeQuery made;
  Term start;
  Term end;
  std::vector<Term> columns;
  if (chance_.share(0.4)) {  // of what a window holds in all
    MadeQuery below = aggregated(input, false);
    inner.from.kind = Source::Kind::kQuery;
    inner.from.alias = "r";
    inner.from.query = std::make_shared<const Query>(std::move(below.query));
    for (size_t i = 0; i < below.columns.size(); ++i) {
      columns.push_back(
          column_term(below.columns[i].type, "r.c" + std::to_string(i), below.columns[i].wild));
    }
    start = columns[0];
    end = columns[1];
    columns.erase(columns.begin(), columns.begin() + 2);
    made.rows = below.rows;
  } else {
    const Placed from = placed(input, windows(input), "a");
    inner.from = from.source;
    start = from.start;
    end = from.end;
    for (int64_t i = chance_.between(1, 4); i > 0; --i) {
      const Term& term = chance_.pick(from.scope);
      if (!has_order(term)) continue;
      const auto same = [&](const Term& other) { return other.form == term.form; };
      if (std::none_of(columns.begin(), columns.end(), same)) columns.push_back(term);
    }
    made.rows = from.rows;
  }
  std::erase_if(columns, [](const Term& term) { return !has_order(term); });
  if (columns.empty()) columns = {end};
  inner.items = {start, end};
  inner.items.insert(inner.items.end(), columns.begin(), columns.end());
  std::string text = "PARTITION BY $0, $1";
  size_t first = 0;
  if (columns.size() > 1 && chance_.share(0.5)) {
    text += ", $2";
    first = 1;
  }
  const bool by_row = chance_.share(0.6);
  text += " ORDER BY ";
  std::vector<Term> args = {start, end};
  for (size_t i = 0; i < columns.size() && args.size() < 9; ++i) {
    args.push_back(columns[i]);
    if (i < first || (!by_row && i > first)) continue;
    text += (i > first ? ", $" : "$") + std::to_string(i + 2) +
            chance_.pick({"", " DESC", " ASC NULLS LAST", " DESC NULLS LAST"});
  }
  const std::string name = by_row ? "ROW_NUMBER()" : chance_.pick({"RANK()", "DENSE_RANK()"});
  inner.items.push_back(make_term(SqlType::bigint(), name + " OVER (" + text + ")", args));
  const char* bound =
      chance_.pick({"$0 <= 1", "$0 <= 3", "$0 = 1", "$0 BETWEEN 2 AND 3", "$0 < 3"});
  return above(std::move(inner), std::move(made), bound, chance_.share(0.4));
}

/// Only the key and the time are shown, in which rows of one time are equal.
MadeQuery WindowQueries::first_or_last(const Input& input) {
  const Placed from = placed(input, windows(input), "a");
  Select inner;
  inner.items = {from.start, from.end, chance_.pick(from.scope),
                 column_term(time_type(), "a." + input.time, false)};
  inner.items.push_back(
      make_term(SqlType::bigint(),
                std::string("ROW_NUMBER() OVER (PARTITION BY $0, $1, $2 ORDER BY $3") +
                    chance_.pick({" DESC)", ")"}),
                inner.items));
  inner.from = from.source;
  MadeQuery made;
  made.rows = from.rows;
  return above(std::move(inner), std::move(made), "$0 = 1", false);
}

/// Rows with their windows.
MadeQuery WindowQueries::plain(const Input& input) {
  const Placed from = placed(input, windows(input), "a");
  Select select;
  select.from = from.source;
  select.items = {from.start, from.end};
  if (!instants_) select.items.push_back(from.time);
  for (int64_t i = chance_.between(1, 3); i > 0; --i)
    select.items.push_back(chance_.pick(from.scope));
  if (chance_.share(0.4)) select.where = TermGenerator(from.scope, chance_).condition(1);
  MadeQuery made;
  made.rows = from.rows;
  return finish(std::move(select), std::move(made));
}

/// GROUP BY TUMBLE(t, size) and its kin.
MadeQuery WindowQueries::by_old_windows(const Input& input) {
  const std::string kind = chance_.pick({"TUMBLE", "HOP", "SESSION"});
  std::string arguments = size_and_step(kind, input.exact);
  if (kind == "HOP" && chance_.share(0.3)) arguments = "INTERVAL '7' MINUTE, INTERVAL '20' MINUTE";
  const std::string call = "(a." + input.time + ", " + arguments + ")";
  Select select;
  select.from.alias = "a";
  select.from.table = input.name;
  std::vector<Term> scope;
  for (const GeneratedColumn& column : input.columns) {
    scope.push_back(column_term(column.type, "a." + column.name, column.domain == Domain::kWild));
  }
  TermGenerator terms(scope, chance_);
  select.grouped = true;
  for (int64_t i = chance_.below(3); i > 0; --i) {
    select.keys.push_back(chance_.share(0.5) ? scope[0] : chance_.pick(scope));
  }
  select.items = select.keys;
  select.keys.insert(
      select.keys.begin() + chance_.between(0, static_cast<int64_t>(select.keys.size())),
      column_term(border(), kind + call, false));
  for (const char* part : {"_START", "_END", "_ROWTIME"}) {
    if (instants_ && std::string_view(part) == "_ROWTIME") continue;
    if (chance_.share(0.6))
      select.items.push_back(column_term(border(), kind + part + call, false));
  }
  for (int64_t i = chance_.between(1, 3); i > 0; --i) select.items.push_back(terms.aggregate());
  if (chance_.share(0.3)) select.where = terms.condition(1);
  if (chance_.share(0.15)) select.having = make_term(SqlType::boolean(), "COUNT(*) > 1");
  MadeQuery made;
  made.rows = input.rows * 4;
  return finish(std::move(select), std::move(made));
}

}  // namespace hw::reference
