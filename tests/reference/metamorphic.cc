// SPDX-License-Identifier: Apache-2.0

#include "reference/metamorphic.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

#include "reference/columns.h"
#include "reference/examination.h"
#include "reference/functions.h"
#include "reference/into_table.h"
#include "reference/term_generator.h"

namespace hw::reference {
namespace {

using Made = std::optional<Variant>;

/// The job as it is, under a relation's name.
Variant variant_of(const GeneratedJob& job, const char* relation) {
  return {.relation = relation,
          .tables = given_tables(job),
          .statements = {},
          .query = job.query(),
          .result = job.result,
          .expected = job.expected};
}

/// The same query over changed tables.
Variant over_tables(const GeneratedJob& job, const char* relation,
                    std::vector<GeneratedTable> tables) {
  GeneratedJob changed = job;
  changed.tables = std::move(tables);
  Variant variant = variant_of(job, relation);
  variant.tables = given_tables(changed);
  return variant;
}

Result<Answer> ask(const GeneratedJob& job, const std::string& query, Answering answering) {
  return job.reference->answer(query, answering);
}

/// Its rows may come in any order that its disorder allows.
bool has_free_order(const GeneratedTable& table) {
  return table.kinds.is_insert_only() && table.patience_ms >= table.disorder_ms;
}

/// One SELECT of rows, without grouping, DISTINCT, OVER or order.
const Select* plain_select(const GeneratedJob& job) {
  if (job.shape.parts.size() != 1 || job.shape.limit) return nullptr;
  const Select& select = job.shape.parts[0];
  const bool sees_others = select.qualify || to_sql(select).find(" OVER (") != std::string::npos;
  return select.grouped || select.distinct || sees_others ? nullptr : &select;
}

Query query_of(const GeneratedJob& job, Select select) {
  Query query;
  query.with = job.shape.with;
  query.parts = {std::move(select)};
  return query;
}

// --------------------------------------------------------------------------------- other inputs

Made reordered(const GeneratedJob& job, Chance& chance) {
  std::vector<GeneratedTable> tables = job.tables;
  bool any = false;
  for (GeneratedTable& table : tables) {
    if (!has_free_order(table)) continue;
    any = true;
    // A row's place: its time and a delay within the disorder, or anything.
    std::vector<std::pair<int64_t, size_t>> places;
    for (size_t i = 0; i < table.changes.size(); ++i) {
      int64_t place = chance.below(int64_t{1} << 40);
      if (table.time_column >= 0) {
        place = table.changes[i].row[static_cast<size_t>(table.time_column)].as<int64_t>() +
                chance.below(table.disorder_ms + 1);
      }
      places.emplace_back(place, i);
    }
    std::sort(places.begin(), places.end());
    const std::vector<Change> changes = table.changes;
    for (size_t i = 0; i < places.size(); ++i) table.changes[i] = changes[places[i].second];
  }
  if (!any) return std::nullopt;
  return over_tables(job, "M-01", std::move(tables));
}

Made dealt_otherwise(const GeneratedJob& job, Chance& chance) {
  std::vector<GeneratedTable> tables = job.tables;
  bool any = false;
  for (GeneratedTable& table : tables) {
    if (!has_free_order(table)) continue;
    any = true;
    table.num_partitions = static_cast<int>(chance.between(1, 5));
    for (int& partition : table.partition_of) {
      partition = static_cast<int>(chance.below(table.num_partitions));
    }
  }
  if (!any) return std::nullopt;
  return over_tables(job, "M-03", std::move(tables));
}

/// Rows that come and go, and updates to another row and back, between the table's own changes.
GeneratedTable with_noise(const GeneratedTable& table, Chance& chance) {
  GeneratedTable noisy = table;
  noisy.kinds = RowKindSet::all();
  noisy.changes.clear();
  noisy.partition_of.clear();
  const auto put = [&](RowKind kind, const Row& row, int partition) {
    noisy.changes.push_back({kind, row});
    noisy.partition_of.push_back(partition);
  };
  std::vector<std::pair<Row, int>> passing;
  for (size_t i = 0; i < table.changes.size(); ++i) {
    const Change& change = table.changes[i];
    const int partition = table.partition_of[i];
    put(change.kind, change.row, partition);
    // Not between a -U and its +U.
    if (change.kind == RowKind::kUpdateBefore) continue;
    const Row& other =
        table.changes[static_cast<size_t>(chance.below(static_cast<int64_t>(table.changes.size())))]
            .row;
    if (chance.share(0.15)) {
      put(RowKind::kInsert, other, partition);
      passing.emplace_back(other, partition);
    }
    if (change.kind != RowKind::kDelete && chance.share(0.15)) {
      put(RowKind::kUpdateBefore, change.row, partition);
      put(RowKind::kUpdateAfter, other, partition);
      put(RowKind::kUpdateBefore, other, partition);
      put(RowKind::kUpdateAfter, change.row, partition);
    }
    if (!passing.empty() && chance.share(0.2)) {
      put(RowKind::kDelete, passing.back().first, passing.back().second);
      passing.pop_back();
    }
  }
  for (const auto& [row, partition] : passing) put(RowKind::kDelete, row, partition);
  return noisy;
}

Made noisy(const GeneratedJob& job, Chance& chance) {
  // Rows that are taken back are looked up again, which not every table takes.
  if (job.query().find("PROCTIME()") != std::string::npos) return std::nullopt;
  std::vector<GeneratedTable> tables = job.tables;
  bool any = false;
  for (GeneratedTable& table : tables) {
    // What is taken back has an old time, so it would be late.
    if (table.time_column >= 0 || !table.primary_key.empty()) continue;
    any = true;
    table = with_noise(table, chance);
  }
  if (!any) return std::nullopt;
  return over_tables(job, "M-07", std::move(tables));
}

// -------------------------------------------------------------------------------- other queries

Made halves(const GeneratedJob& job, Chance& chance) {
  const Select* select = plain_select(job);
  if (select == nullptr || select->from.kind != Source::Kind::kTable) return std::nullopt;
  GeneratedJob split = job;
  for (const GeneratedTable& table : job.tables) {
    if (table.name != select->from.table || !table.kinds.is_insert_only()) continue;
    GeneratedTable one = table;
    GeneratedTable other = table;
    for (GeneratedTable* half : {&one, &other}) {
      half->name += half == &one ? "a" : "b";
      half->changes.clear();
      half->partition_of.clear();
    }
    for (size_t i = 0; i < table.changes.size(); ++i) {
      GeneratedTable& half = chance.share(0.5) ? one : other;
      half.changes.push_back(table.changes[i]);
      half.partition_of.push_back(table.partition_of[i]);
    }
    split.tables.push_back(one);
    split.tables.push_back(other);
    Query query = job.shape;
    query.parts.push_back(*select);
    query.parts[0].from.table = one.name;
    query.parts[1].from.table = other.name;
    Variant variant = variant_of(job, "M-08");
    variant.tables = given_tables(split);
    variant.query = to_sql(query);
    return variant;
  }
  return std::nullopt;
}

/// A condition whose answer cannot be calculated with like any other.
bool asks_query(const Term& condition) {
  return to_sql(condition).find("SELECT") != std::string::npos;
}

/// Rows where the condition is TRUE, where it is FALSE and where it is neither are all rows.
Made three_parts(const GeneratedJob& job, Chance&) {
  const Select* select = plain_select(job);
  if (select == nullptr || !select->where || asks_query(*select->where)) return std::nullopt;
  Select all = *select;
  all.where.reset();
  const Result<Answer> answer = ask(job, to_sql(query_of(job, all)), Answering::kStream);
  if (!answer.ok()) return std::nullopt;
  Query query;
  query.with = job.shape.with;
  for (const char* form : {"$0", "(NOT $0)", "($0 IS UNKNOWN)"}) {
    Select part = *select;
    part.where = make_term(SqlType::boolean(), form, {*select->where});
    query.parts.push_back(std::move(part));
  }
  Variant variant = variant_of(job, "M-09");
  variant.query = to_sql(query);
  variant.expected = answer->rows;
  return variant;
}

Made counted(const GeneratedJob& job, Chance&) {
  const Select* select = plain_select(job);
  if (select == nullptr || !select->where || asks_query(*select->where)) return std::nullopt;
  Select count = *select;
  count.items = {make_term(SqlType::bigint(), "COUNT(*)")};
  const Result<Answer> answer = ask(job, to_sql(query_of(job, count)), Answering::kBatch);
  if (!answer.ok()) return std::nullopt;
  count.items = {make_term(SqlType::bigint(),
                           "COALESCE(SUM(CASE WHEN $0 THEN CAST(1 AS BIGINT) ELSE "
                           "CAST(0 AS BIGINT) END), CAST(0 AS BIGINT))",
                           {*count.where})};
  count.where.reset();
  Variant variant = variant_of(job, "M-10");
  variant.query = to_sql(query_of(job, count));
  variant.result = answer->schema;
  variant.expected = answer->rows;
  variant.batch = true;
  return variant;
}

Made hop_for_tumble(const GeneratedJob& job, Chance& chance) {
  Query query = job.shape;
  bool any = false;
  for (Select& part : query.parts) {
    std::string& window = part.from.window;
    const std::string head = "TUMBLE($, DESCRIPTOR(wt), ";
    if (part.from.kind != Source::Kind::kWindow || !window.starts_with(head)) continue;
    any = true;
    const std::string rest = window.substr(head.size());
    const std::string size = rest.substr(0, rest.find_first_of(",)"));
    window = std::string(chance.pick({"HOP", "CUMULATE"})) + head.substr(6) + size + ", " + rest;
  }
  if (!any) return std::nullopt;
  Variant variant = variant_of(job, "M-13");
  variant.query = to_sql(query);
  return variant;
}

/// What an aggregate becomes when each row comes twice; nothing where overflow would tell.
std::optional<Value> doubled(const Term& item, const Value& value) {
  if (item.form.starts_with("AVG(")) {
    const bool may_overflow = item.type.is(TypeKind::kBigint) || item.type.is(TypeKind::kDecimal);
    return may_overflow ? std::nullopt : std::optional<Value>(value);
  }
  const bool counts = item.form.starts_with("COUNT(*)") || item.form.starts_with("COUNT($0)");
  if (!counts && !item.form.starts_with("SUM($0)")) return value;
  if (value.is_null()) return value;
  if (item.type.is(TypeKind::kDecimal)) return std::nullopt;
  if (item.type.is_approximate()) return Value::real(value.as<double>() * 2);
  return Value::integer(wrap(Unscaled{value.as<int64_t>()} * 2, item.type));
}

Made twice(const GeneratedJob& job, Chance&) {
  if (job.shape.parts.size() != 1 || job.shape.limit) return std::nullopt;
  const Select& select = job.shape.parts[0];
  const bool fits = select.grouped && !select.having && !select.keys.empty() &&
                    job.shape.with.empty() && select.items.size() > select.keys.size() &&
                    select.from.kind == Source::Kind::kTable;
  if (!fits) return std::nullopt;
  Variant variant = variant_of(job, "M-17");
  const auto is_key = [&](const Term& item) {
    return std::any_of(select.keys.begin(), select.keys.end(),
                       [&](const Term& key) { return to_sql(key) == to_sql(item); });
  };
  for (Row& row : variant.expected) {
    for (size_t i = 0; i < row.size(); ++i) {
      if (is_key(select.items[i])) continue;
      std::optional<Value> value = doubled(select.items[i], row[i]);
      if (!value) return std::nullopt;
      row[i] = std::move(*value);
    }
  }
  const std::string& name = select.from.table;
  variant.statements = {"CREATE VIEW twice AS SELECT * FROM " + name + " UNION ALL SELECT * FROM " +
                        name};
  Select over_view = select;
  over_view.from.table = "twice";
  variant.query = to_sql(query_of(job, std::move(over_view)));
  return variant;
}

/// The query inside of a source, if there is one.
Source* nested(Source& source) {
  if (source.kind == Source::Kind::kQuery) return &source;
  for (Source& side : source.sides) {
    if (Source* found = nested(side)) return found;
  }
  return nullptr;
}

/// The inner query as a view, or as a table of what the engine found for it.
Made by_way_of_a_table(const GeneratedJob& job, Chance& chance) {
  if (!job.shape.with.empty()) return std::nullopt;
  Query query = job.shape;
  Source* source = nullptr;
  for (Select& part : query.parts) {
    if (source == nullptr) source = nested(part.from);
  }
  if (source == nullptr) return std::nullopt;
  const std::string inner = to_sql(*source->query);
  *source = {.kind = Source::Kind::kTable, .alias = source->alias, .table = "made"};
  Variant variant = variant_of(job, "M-18");
  variant.query = to_sql(query);
  if (chance.share(0.5)) {
    variant.statements = {"CREATE VIEW made AS " + inner};
    return variant;
  }
  // Which functions of an OVER are read decides whether it drops late rows.
  const bool late = has_late_rows(job);
  if (late && inner.find(" OVER (") != std::string::npos) return std::nullopt;
  const Result<Answer> answer = ask(job, inner, Answering::kStream);
  if (!answer.ok()) return std::nullopt;
  const bool timed = std::any_of(job.tables.begin(), job.tables.end(),
                                 [](const auto& table) { return table.time_column >= 0; });
  for (const SqlField& field : answer->schema->fields()) {
    if (field.type.is(TypeKind::kChar)) return std::nullopt;  // CHAR(0) cannot be declared
    // The table has no watermark: what was an event time would be one no more.
    if (timed && field.type.is_timestamp()) return std::nullopt;
  }
  const Result<std::vector<Row>> rows =
      run_on_engine(variant.tables, {}, inner, {.time_zone = job.time_zone});
  if (!rows.ok()) return std::nullopt;
  TableRows made{.kinds = RowKindSet::insert_only(), .partitions = {{}}};
  for (const Row& row : *rows) made.partitions[0].push_back({RowKind::kInsert, row});
  variant.tables.push_back({"made " + answer->schema->to_sql(), std::move(made)});
  return variant;
}

// ------------------------------------------------------------------------------- time and keys

/// The table that a window table function of a lone SELECT reads, or null.
const GeneratedTable* windowed_table(const GeneratedJob& job) {
  if (job.shape.parts.size() != 1 || job.shape.limit) return nullptr;
  const Source& from = job.shape.parts[0].from;
  if (from.kind != Source::Kind::kWindow) return nullptr;
  for (const GeneratedTable& table : job.tables) {
    if (table.name == from.table) return &table;
  }
  return nullptr;
}

/// Whether the SQL names this column of some alias.
bool names(const std::string& sql, const std::string& column) {
  for (size_t at = sql.find("." + column); at != std::string::npos;
       at = sql.find("." + column, at + 1)) {
    const size_t behind = at + 1 + column.size();
    if (behind == sql.size() ||
        (std::isalnum(static_cast<unsigned char>(sql[behind])) == 0 && sql[behind] != '_')) {
      return true;
    }
  }
  return false;
}

/// Every item, key and condition of a SELECT but those that are this very column.
bool names_elsewhere(const Select& select, const std::string& column) {
  const auto named = [&](const Term& term) {
    const bool is_column = term.args.empty() && term.form.ends_with("." + column);
    return !is_column && names(to_sql(term), column);
  };
  return std::any_of(select.items.begin(), select.items.end(), named) ||
         std::any_of(select.keys.begin(), select.keys.end(), named) ||
         (select.where && names(to_sql(*select.where), column)) ||
         (select.having && names(to_sql(*select.having), column));
}

bool is_grouped_by_window(const Select& select) {
  const auto has = [&](const char* name) {
    return std::any_of(select.keys.begin(), select.keys.end(),
                       [&](const Term& key) { return key.form.ends_with(name); });
  };
  return select.grouped && has(".window_start") && has(".window_end");
}

/// A row of long ago that comes last is late for all windows.
Made far_past(const GeneratedJob& job, Chance&) {
  const GeneratedTable* table = windowed_table(job);
  if (table == nullptr || table->num_partitions != 1 || table->changes.empty() ||
      !is_grouped_by_window(job.shape.parts[0])) {
    return std::nullopt;
  }
  std::vector<GeneratedTable> tables = job.tables;
  for (GeneratedTable& changed : tables) {
    if (changed.name != table->name) continue;
    Change late = changed.changes.back();
    late.row[static_cast<size_t>(changed.time_column)] = Value::integer(0);
    changed.changes.push_back(std::move(late));
    changed.partition_of.push_back(0);
  }
  return over_tables(job, "M-11", std::move(tables));
}

/// All times a week later: windows a week later with the same in them.
Made week_later(const GeneratedJob& job, Chance&) {
  constexpr int64_t kWeekMs = int64_t{7} * 86'400'000;
  const GeneratedTable* table = windowed_table(job);
  // Clocks may be changed in between.
  if (table == nullptr || table->has_instants()) return std::nullopt;
  const Select& select = job.shape.parts[0];
  if (names_elsewhere(select, "wt") || names_elsewhere(select, "window_start") ||
      names_elsewhere(select, "window_end") || names_elsewhere(select, "window_time")) {
    return std::nullopt;
  }
  std::vector<GeneratedTable> tables = job.tables;
  for (GeneratedTable& changed : tables) {
    if (changed.name != table->name) continue;
    for (Change& change : changed.changes) {
      Value& time = change.row[static_cast<size_t>(changed.time_column)];
      time = Value::integer(time.as<int64_t>() + kWeekMs);
    }
  }
  Variant variant = over_tables(job, "M-12", std::move(tables));
  for (size_t i = 0; i < select.items.size(); ++i) {
    const std::string& form = select.items[i].form;
    const bool is_time = form == "a.window_start" || form == "a.window_end" ||
                         form == "a.window_time" || form == "a.wt";
    if (!is_time) continue;
    for (Row& row : variant.expected) row[i] = Value::integer(row[i].as<int64_t>() + kWeekMs);
  }
  return variant;
}

/// A join of times without end is a join.
Made join_of_all_times(const GeneratedJob& job, Chance&) {
  if (job.shape.parts.size() != 1) return std::nullopt;
  Query query = job.shape;
  // A join by time keeps event time: an OVER in its order drops rows whose time is padded.
  if (to_sql(query).find(" OVER (") != std::string::npos) return std::nullopt;
  Source& from = query.parts[0].from;
  if (from.kind != Source::Kind::kJoin) return std::nullopt;
  std::vector<Term> times;
  for (const Source& side : from.sides) {
    for (const GeneratedTable& table : job.tables) {
      const bool fits = side.kind == Source::Kind::kTable && table.name == side.table &&
                        table.time_column >= 0 && table.kinds.is_insert_only() &&
                        !table.has_instants();
      if (fits) times.push_back(make_term(SqlType::timestamp(3), side.alias + ".wt"));
    }
  }
  if (times.size() != 2) return std::nullopt;
  from.on = make_term(SqlType::boolean(),
                      "($0 AND $1 BETWEEN $2 - INTERVAL '99999' DAY AND $2 + INTERVAL '99999' DAY)",
                      {*from.on, times[0], times[1]});
  Variant variant = variant_of(job, "M-14");
  variant.query = to_sql(query);
  return variant;
}

/// The last row of a key is the one of the greatest time, the first that of the least.
Made last_of_key(const GeneratedJob& job, Chance& chance) {
  for (const GeneratedTable& table : job.tables) {
    if (table.time_column < 0 || table.patience_ms < table.disorder_ms || table.is_versioned)
      continue;
    const bool last = chance.share(0.5);
    const std::string key = chance.pick(std::vector<std::string>{"k", "s"});
    const std::string grouped = "SELECT a." + key + " AS c0, " + (last ? "MAX" : "MIN") +
                                "(a.wt) AS c1 FROM " + table.name + " AS a GROUP BY a." + key;
    const Result<Answer> answer = ask(job, grouped, Answering::kStream);
    if (!answer.ok()) return std::nullopt;
    Variant variant = variant_of(job, "M-15");
    variant.query = "SELECT q.c0, q.c1 FROM (SELECT a." + key +
                    " AS c0, a.wt AS c1, ROW_NUMBER() OVER (PARTITION BY a." + key +
                    " ORDER BY a.wt" + (last ? " DESC" : "") + ") AS c2 FROM " + table.name +
                    " AS a) AS q WHERE q.c2 " + chance.pick({"= 1", "<= 1", "< 2"});
    variant.result = answer->schema;
    variant.expected = answer->rows;
    return variant;
  }
  return std::nullopt;
}

/// Keys of other names group the same rows.
Made renamed_keys(const GeneratedJob& job, Chance&) {
  if (job.shape.parts.size() != 1 || job.shape.limit) return std::nullopt;
  const Select& select = job.shape.parts[0];
  const bool fits =
      select.grouped && job.shape.with.empty() &&
      (select.from.kind == Source::Kind::kTable || select.from.kind == Source::Kind::kWindow);
  if (!fits || names_elsewhere(select, "k")) return std::nullopt;
  const auto renamed = [](const Value& key) {
    return key.is_null() ? key : Value::integer(-key.as<int64_t>() - 7);
  };
  std::vector<GeneratedTable> tables = job.tables;
  for (GeneratedTable& table : tables) {
    for (Change& change : table.changes) change.row[0] = renamed(change.row[0]);
  }
  Variant variant = over_tables(job, "M-16", std::move(tables));
  for (size_t i = 0; i < select.items.size(); ++i) {
    if (select.items[i].form != "a.k") continue;
    for (Row& row : variant.expected) row[i] = renamed(row[i]);
  }
  return variant;
}

/// Only nodes whose output grows with their input: no row of a prefix is missing from the whole.
bool is_monotonic(const GeneratedJob& job, const Source& source) {
  switch (source.kind) {
    case Source::Kind::kTable:
      return std::any_of(job.tables.begin(), job.tables.end(), [&](const GeneratedTable& table) {
        return table.name == source.table && table.kinds.is_insert_only();
      });
    case Source::Kind::kJoin:
      // With other versions a row meets another one.
      return source.join_word == "JOIN" && source.sides[1].as_of.empty() &&
             is_monotonic(job, source.sides[0]) && is_monotonic(job, source.sides[1]);
    default:
      return false;
  }
}

Made prefix(const GeneratedJob& job, Chance& chance) {
  if (job.shape.limit || !job.shape.union_all) return std::nullopt;
  for (const Select& part : job.shape.parts) {
    const std::string text = to_sql(part);
    const bool grows = !part.grouped && !part.distinct &&
                       text.find(" OVER (") == std::string::npos &&
                       !(part.where && asks_query(*part.where)) && is_monotonic(job, part.from);
    if (!grows) return std::nullopt;
  }
  std::vector<GeneratedTable> tables = job.tables;
  for (GeneratedTable& table : tables) {
    if (!table.kinds.is_insert_only()) continue;
    const auto kept =
        static_cast<size_t>(chance.below(static_cast<int64_t>(table.changes.size()) + 1));
    table.changes.resize(kept);
    table.partition_of.resize(kept);
  }
  Variant variant = over_tables(job, "prefix", std::move(tables));
  variant.contained = true;
  return variant;
}

/// Jobs that are also an INSERT.
constexpr double kInsertShare = 0.35;

constexpr std::array kRelations = {reordered,      dealt_otherwise, noisy,
                                   halves,         three_parts,     counted,
                                   hop_for_tumble, twice,           by_way_of_a_table,
                                   far_past,       week_later,      join_of_all_times,
                                   last_of_key,    renamed_keys,    prefix};

}  // namespace

std::vector<Variant> variants_of(const GeneratedJob& job, uint64_t seed) {
  std::vector<Variant> variants;
  Chance chance(seed ^ 0x6d657461);
  // From a random one on, the first that fits.
  const auto first = static_cast<size_t>(chance.below(static_cast<int64_t>(kRelations.size())));
  for (size_t i = 0; i < kRelations.size(); ++i) {
    Made made = kRelations[(first + i) % kRelations.size()](job, chance);
    if (!made) continue;
    variants.push_back(std::move(*made));
    break;
  }
  Chance insert_chance(seed ^ 0x696e7372);
  if (!insert_chance.share(kInsertShare)) return variants;
  if (Made made = into_table(job, insert_chance)) variants.push_back(std::move(*made));
  return variants;
}

}  // namespace hw::reference
