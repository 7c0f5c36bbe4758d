// SPDX-License-Identifier: Apache-2.0

#include "reference/table_windows.h"

#include <memory>
#include <string>
#include <utility>

#include "reference/term_generator.h"
#include "reference/window_sizes.h"

namespace hw::reference {
namespace {

std::string window_text(Chance& chance) {
  const WindowSize size = chance.pick(window_sizes());
  const std::string kind = chance.pick({"TUMBLE", "HOP", "CUMULATE"});
  std::string text = kind + "($, DESCRIPTOR(wt), " + size.arguments_of(kind);
  if (chance.share(0.2)) text += ", INTERVAL '7' MINUTE";
  return text + ")";
}

}  // namespace

std::optional<MadeQuery> windowed(const std::vector<GeneratedTable>& tables, Chance& chance) {
  std::vector<const GeneratedTable*> timed;
  for (const GeneratedTable& table : tables) {
    if (table.time_column >= 0) timed.push_back(&table);
  }
  if (timed.empty()) return std::nullopt;
  const GeneratedTable& table = *chance.pick(timed);
  Select select;
  select.grouped = true;
  select.from.kind = Source::Kind::kWindow;
  select.from.alias = "a";
  select.from.table = table.name;
  select.from.window = window_text(chance);
  const std::vector<Term> scope = columns_of(table, "a");
  TermGenerator terms(scope, chance);
  if (chance.share(0.3)) select.where = terms.condition(1);
  const SqlType border = SqlType::timestamp(3);
  select.keys = {column_term(border, "a.window_start", false),
                 column_term(border, "a.window_end", false)};
  const int64_t keys = chance.pick({int64_t{0}, int64_t{1}, int64_t{1}, int64_t{2}});
  for (int64_t i = 0; i < keys; ++i) select.keys.push_back(chance.pick(scope));
  select.items = select.keys;
  if (chance.share(0.2)) select.items.erase(select.items.begin());
  const int64_t calls = chance.between(1, 4);
  for (int64_t i = 0; i < calls; ++i) select.items.push_back(terms.aggregate());
  if (chance.share(0.15)) select.having = make_term(SqlType::boolean(), "COUNT(*) > 1");
  MadeQuery made;
  made.rows = static_cast<int64_t>(table.changes.size()) * 6;
  return finish(std::move(select), std::move(made));
}

std::optional<MadeQuery> late_rows(const std::vector<GeneratedTable>& tables, Chance& chance) {
  std::vector<const GeneratedTable*> found;
  for (const GeneratedTable& table : tables) {
    if (table.patience_ms < table.disorder_ms) found.push_back(&table);
  }
  if (found.empty()) return std::nullopt;
  const GeneratedTable& table = *chance.pick(found);
  const std::vector<Term> inner = columns_of(table, "a");
  TermGenerator terms(inner, chance);
  Select dropping;
  dropping.from.alias = "a";
  dropping.from.table = table.name;
  // Rows that are filtered above their windows are late as rows of windows: with other columns.
  if (chance.share(0.6)) {
    dropping.from.kind = Source::Kind::kWindow;
    dropping.from.window = window_text(chance);
    dropping.grouped = true;
    dropping.keys = {column_term(SqlType::timestamp(3), "a.window_start", false),
                     column_term(SqlType::timestamp(3), "a.window_end", false)};
    if (chance.share(0.6)) dropping.keys.push_back(chance.pick(inner));
    dropping.items = {terms.aggregate()};
  } else {
    if (chance.share(0.3)) dropping.where = terms.condition(1);
    dropping.items = {make_term(SqlType::bigint(), "COUNT(*) OVER (PARTITION BY $0 ORDER BY $1)",
                                {inner[0], inner[static_cast<size_t>(table.time_column)]})};
  }
  MadeQuery dropped = finish(std::move(dropping), {});
  Select select;
  select.from.kind = Source::Kind::kLate;
  select.from.alias = "l";
  select.from.query = std::make_shared<const Query>(std::move(dropped.query));
  std::vector<Term> scope;
  for (const GeneratedColumn& column : table.columns) {
    scope.push_back(column_term(column.type, "l." + column.name, column.domain == Domain::kWild));
  }
  select.items = {column_term(SqlType::bigint(), "l.late_by", false),
                  column_term(SqlType::timestamp(3), "l.watermark", false),
                  column_term(SqlType::string(), "l.operator", false)};
  const int64_t items = chance.between(1, 3);
  for (int64_t i = 0; i < items; ++i) select.items.push_back(chance.pick(scope));
  if (chance.share(0.2)) select.where = TermGenerator(scope, chance).condition(1);
  MadeQuery made;
  made.rows = static_cast<int64_t>(table.changes.size());
  return finish(std::move(select), std::move(made));
}

}  // namespace hw::reference
