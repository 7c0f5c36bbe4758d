// SPDX-License-Identifier: Apache-2.0

#include "reference/lookup_queries.h"

#include <utility>

#include "reference/term_generator.h"

namespace hw::reference {
namespace {

Value text_of(Chance& chance, std::initializer_list<const char*> words) {
  if (chance.share(0.1)) return Value::null();
  return Value::text(chance.pick(words));
}

Value number_of(Chance& chance, int64_t lowest, int64_t highest) {
  if (chance.share(0.1)) return Value::null();
  return Value::integer(chance.between(lowest, highest));
}

/// The test by which rows are looked up.
Term key_test(const std::vector<Term>& left, const std::vector<Term>& right, Chance& chance) {
  const SqlType boolean = SqlType::boolean();
  const std::vector<Term> both = {left[0], right[0], left[1], right[1]};
  const char* form = chance.pick({"$0 = $1", "$1 = $0", "$2 = $3", "($0 = $1 AND $2 = $3)",
                                  "($3 = $2 AND $1 = 3)", "(ABS($0) + 1 = $1)", "$1 = 2"});
  return make_term(boolean, form, both);
}

}  // namespace

GeneratedTable generate_lookup(const std::string& name, Chance& chance) {
  GeneratedTable table;
  table.name = name;
  table.is_lookup = true;
  table.columns = {{"k", SqlType::integer(), Domain::kKey},
                   {"s", SqlType::string(), Domain::kKey},
                   {"v", SqlType::bigint()},
                   {"w", SqlType::string()}};
  table.lookup_options = chance.pick({"", "", "'lookup.cache' = 'FULL'", "'lookup.cache' = 'NONE'",
                                      "'lookup.cache' = 'PARTIAL', "
                                      "'lookup.partial-cache.max-rows' = '2'",
                                      "'lookup.cache' = 'PARTIAL', "
                                      "'lookup.partial-cache.max-rows' = '100'"});
  const int64_t rows = chance.pick({int64_t{0}, int64_t{1}, int64_t{5}, int64_t{20}});
  for (int64_t i = 0; i < rows; ++i) {
    table.changes.push_back(
        {RowKind::kInsert,
         {number_of(chance, 0, 9), text_of(chance, {"", "a", "b", "abc", "ABC", "aXbXc", "it's"}),
          number_of(chance, -50, 50),
          text_of(chance, {"", "x", "\"q\"", "\\", "line\nbreak", "G\xc3\xb6re", "a,b"})}});
    table.partition_of.push_back(0);
  }
  return table;
}

std::optional<MadeQuery> looked_up(const std::vector<GeneratedTable>& tables,
                                   const std::vector<const GeneratedTable*>& lookups,
                                   Chance& chance) {
  if (lookups.empty()) return std::nullopt;
  const GeneratedTable& left = chance.pick(tables);
  const GeneratedTable& right = *chance.pick(lookups);
  // What is read more than once could have changed when a row is taken back.
  if (!left.kinds.is_insert_only() && !right.is_kept_whole()) return std::nullopt;
  std::vector<Term> scope = columns_of(left, "a");
  const std::vector<Term> other = columns_of(right, "b");
  Select select;
  select.from.kind = Source::Kind::kJoin;
  select.from.join_word = chance.pick({"JOIN", "LEFT JOIN"});
  select.from.on = key_test(scope, other, chance);
  select.from.sides = {
      {.alias = "a", .table = "(SELECT x.*, PROCTIME() AS pt FROM " + left.name + " AS x)"},
      {.alias = "b", .table = right.name, .as_of = "a.pt"}};
  scope.insert(scope.end(), other.begin(), other.end());
  if (chance.share(0.3)) {
    Term more = TermGenerator(tame(scope), chance).condition(1);
    select.from.on = make_term(SqlType::boolean(), "$0 AND $1", {*select.from.on, std::move(more)});
  }
  if (chance.share(0.3)) select.where = TermGenerator(tame(scope), chance).condition(1);
  MadeQuery made;
  made.rows = static_cast<int64_t>(left.changes.size() * (right.changes.size() + 1));
  if (chance.share(0.3)) {
    select.grouped = true;
    select.keys = {chance.pick(scope)};
    select.items = {select.keys[0], TermGenerator(scope, chance).aggregate()};
    return finish(std::move(select), std::move(made));
  }
  for (int64_t i = chance.between(1, 3); i > 0; --i) select.items.push_back(chance.pick(scope));
  for (int64_t i = chance.between(1, 2); i > 0; --i) select.items.push_back(chance.pick(other));
  return finish(std::move(select), std::move(made));
}

}  // namespace hw::reference
