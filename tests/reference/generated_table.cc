// SPDX-License-Identifier: Apache-2.0

#include "reference/generated_table.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "reference/decimal.h"

namespace hw::reference {
namespace {

constexpr int64_t kMinute = 60'000;
constexpr int64_t kDay = 24 * 60 * kMinute;
/// 2024-03-30 20:00, five hours before Europe goes to summer time, which TIMESTAMP must not notice.
constexpr int64_t kTimeStart = 19'812 * kDay + 20 * 60 * kMinute;

/// Some hours before Europe goes to summer time and to winter time, before New York goes to winter
/// time, before Lord Howe goes back by half an hour.
const std::vector<int64_t>& before_transitions() {
  static const auto* const kTimes =
      new std::vector<int64_t>{kTimeStart, 1'729'972'800'000, 1'730'592'000'000, 1'712'394'000'000};
  return *kTimes;
}

const std::vector<std::string>& words() {
  static const auto* const kWords = new std::vector<std::string>{"",
                                                                 "a",
                                                                 "b",
                                                                 "abc",
                                                                 "ABC",
                                                                 "aXbXc",
                                                                 " ",
                                                                 "  padded  ",
                                                                 "it's",
                                                                 "a,b,,c",
                                                                 "\"q\"",
                                                                 "\\",
                                                                 "line\nbreak",
                                                                 "tab\t",
                                                                 "G\xc3\xb6re",
                                                                 "\xe6\x97\xa5\xe6\x9c\xac",
                                                                 "\xf0\x9f\x98\x80",
                                                                 "NULL",
                                                                 "null",
                                                                 "%",
                                                                 "_",
                                                                 "100%",
                                                                 std::string(70, 'z')};
  return *kWords;
}
const std::vector<std::string>& numbers() {
  static const auto* const kNumbers = new std::vector<std::string>{"0",
                                                                   "1",
                                                                   "-1",
                                                                   "42",
                                                                   " 7 ",
                                                                   "+5",
                                                                   "007",
                                                                   "2147483647",
                                                                   "2147483648",
                                                                   "-2147483648",
                                                                   "abc",
                                                                   "",
                                                                   "12a",
                                                                   "--1",
                                                                   "1.9",
                                                                   "-0.5",
                                                                   "9223372036854775807",
                                                                   "9223372036854775808"};
  return *kNumbers;
}

/// As a VARIANT holds them: a number or not, a text, an array.
const std::vector<std::string>& objects() {
  static const auto* const kObjects =
      new std::vector<std::string>{"{}",
                                   R"({"n":1})",
                                   R"({"n":1.0})",
                                   R"({"n":1.50,"t":"a"})",
                                   R"({"n":-7,"t":"}],\""})",
                                   R"({"l":[1,[2,3],{"x":"]"}],"n":3})",
                                   R"({"l":[],"t":"abc"})",
                                   R"({"l":["a","b,c"],"n":null,"t":null})",
                                   R"({"f":true,"n":2147483648})",
                                   R"({"f":false,"n":"5","t":7})"};
  return *kObjects;
}

int64_t integer_of(const SqlType& type, Chance& chance) {
  const int bits = type.fixed_width() * 8;
  const int64_t highest = static_cast<int64_t>((uint64_t{1} << (bits - 1)) - 1);
  const int64_t lowest = -highest - 1;
  if (chance.share(0.15)) {
    return chance.pick({lowest, highest, lowest + 1, highest - 1, int64_t{0}, int64_t{-1}});
  }
  if (chance.share(0.7)) return chance.between(std::max<int64_t>(lowest, -50), 50);
  return static_cast<int64_t>(chance.next()) >> (64 - bits);
}

Value decimal_value(const SqlType& type, Chance& chance) {
  Unscaled highest = 1;
  for (int i = 0; i < type.precision(); ++i) highest *= 10;
  highest -= 1;
  if (chance.share(0.15)) {
    return Value::decimal(chance.pick({highest, -highest, Unscaled{0}, Unscaled{1}, Unscaled{-1}}));
  }
  if (chance.share(0.5)) return Value::decimal(chance.between(-999, 999) % (highest + 1));
  const Unscaled high = Unscaled{static_cast<int64_t>(chance.next())} << 63;
  const Unscaled any = high + static_cast<int64_t>(chance.next() >> 1);
  return Value::decimal(any % (highest + 1));
}

double wild_real(const SqlType& type, Chance& chance) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const double value = chance.pick(
      {std::nan(""), kInfinity, -kInfinity, -0.0, 0.0, 0.1, 1e16, -1e-7, 1e30, -1e30, 3.0});
  return type.is(TypeKind::kFloat) ? static_cast<double>(static_cast<float>(value)) : value;
}

int64_t point_of(const GeneratedColumn& column, Chance& chance) {
  if (column.domain == Domain::kWild) {  // the years 1 and 9999, and around the epoch
    return chance.pick(
        {int64_t{-62'135'596'800'000}, int64_t{253'402'300'799'999}, int64_t{-1}, int64_t{0}});
  }
  const int64_t day = kTimeStart + chance.between(-400, 400) * kDay;
  const int64_t ms = day + chance.pick({int64_t{0}, chance.below(kDay)});
  if (column.type.is(TypeKind::kDate)) return ms / kDay;
  return ms * (column.type.ticks_per_second() / 1000);
}

Value key_of(const GeneratedColumn& column, Chance& chance, int64_t hot) {
  // Uniform, or most rows with one key.
  const int64_t number = chance.share(0.4) ? hot : chance.below(9);
  if (column.type.is_text()) return Value::text(words()[static_cast<size_t>(number)]);
  return Value::integer(number);
}

/// Of a few small parts, some of them NULL.
Value part_value(const SqlType& type, Chance& chance) {
  if (type.nullable() && chance.share(0.15)) return Value::null();
  if (type.is_text())
    return Value::text(
        chance.pick({std::string(), std::string("a"), std::string("b"), std::string("abc")}));
  return Value::integer(chance.pick({int64_t{1}, int64_t{2}, int64_t{3}, int64_t{-7}}));
}

Value constructed_value(const SqlType& type, Chance& chance) {
  Elements parts;
  if (type.is(TypeKind::kRow)) {
    for (const SqlField& field : type.fields()) parts.push_back(part_value(field.type, chance));
    return Value::elements(std::move(parts));
  }
  const int64_t count = chance.pick({int64_t{0}, int64_t{1}, int64_t{2}, int64_t{3}});
  if (type.is(TypeKind::kArray)) {
    for (int64_t i = 0; i < count; ++i) parts.push_back(part_value(type.element(), chance));
    return Value::elements(std::move(parts));
  }
  const bool counts = type.is(TypeKind::kMultiset);
  std::map<Row, Value, RowLess> entries;
  for (int64_t i = 0; i < count; ++i) {
    Value key = part_value((counts ? type.element() : type.key()).not_null(), chance);
    entries[{std::move(key)}] =
        counts ? Value::integer(chance.between(1, 3)) : part_value(type.value(), chance);
  }
  for (auto& [key, value] : entries) parts.push_back(Value::elements({key[0], value}));
  return Value::elements(std::move(parts));
}

Value value_of(const GeneratedColumn& column, Chance& chance, int64_t hot) {
  const SqlType& type = column.type;
  if (type.nullable() && chance.share(0.12)) return Value::null();
  if (column.domain == Domain::kKey) return key_of(column, chance, hot);
  switch (type.kind()) {
    case TypeKind::kArray:
    case TypeKind::kMap:
    case TypeKind::kMultiset:
    case TypeKind::kRow:
      return constructed_value(type, chance);
    case TypeKind::kVariant:
      return Value::text(chance.pick(objects()));
    case TypeKind::kChar:
      return Value::text(chance.pick({std::string("abc"), std::string("a  "), std::string("   ")}));
    case TypeKind::kBinary:
      return Value::text(chance.pick({std::string("\xff\xfe"), std::string("ab")}));
    case TypeKind::kTime:
      return Value::integer(chance.pick({int64_t{0}, int64_t{86'399'000}, int64_t{3'600'000}}));
    case TypeKind::kTimestampLtz:
      return Value::integer(kTimeStart + chance.below(3 * kDay));
    case TypeKind::kBoolean:
      return Value::boolean(chance.share(0.5));
    case TypeKind::kFloat:
    case TypeKind::kDouble:
      if (column.domain == Domain::kWild) return Value::real(wild_real(type, chance));
      return Value::real(static_cast<double>(chance.between(-4000, 4000)) / 4);
    case TypeKind::kDecimal:
      return decimal_value(type, chance);
    case TypeKind::kVarchar:
      if (column.name == "num") return Value::text(chance.pick(numbers()));
      return Value::text(chance.pick(words()));
    case TypeKind::kVarbinary:  // not UTF-8
      return Value::text(chance.pick(
          {std::string("\xff\xfe"), std::string("\xc3"), std::string(), std::string("\0a", 2)}));
    case TypeKind::kDate:
    case TypeKind::kTimestamp:
      return Value::integer(point_of(column, chance));
    default:
      return Value::integer(integer_of(type, chance));
  }
}

const std::vector<GeneratedColumn>& column_pool() {
  static const auto* const kPool = new std::vector<GeneratedColumn>{
      {"k64", SqlType::bigint(), Domain::kKey},
      {"k2", SqlType::integer().not_null(), Domain::kKey},
      {"i8", SqlType::tinyint()},
      {"i16", SqlType::smallint()},
      {"i32", SqlType::integer()},
      {"n32", SqlType::integer().not_null()},
      {"i64", SqlType::bigint()},
      {"de", SqlType::float64(), Domain::kExact},
      {"dw", SqlType::float64(), Domain::kWild},
      {"fw", SqlType::float32(), Domain::kWild},
      {"d5", SqlType::decimal(5, 2)},
      {"d18", SqlType::decimal(18, 4)},
      {"d38", SqlType::decimal(38, 10)},
      {"txt", SqlType::string()},
      {"num", SqlType::string()},
      {"raw", SqlType::bytes()},
      {"flag", SqlType::boolean()},
      {"dd", SqlType::date()},
      {"t3", SqlType::timestamp(3)},
      {"t6", SqlType::timestamp(6)},
      {"tx", SqlType::timestamp(3), Domain::kWild},
  };
  return *kPool;
}

/// Of the whole grammar.
const std::vector<GeneratedColumn>& more_columns() {
  static const auto* const kPool = new std::vector<GeneratedColumn>{
      {"d0", SqlType::decimal(38, 0)},
      {"d37", SqlType::decimal(38, 37)},
      {"ltz", SqlType::timestamp_ltz(3)},
      {"tm", SqlType::time(0)},
      {"ch", SqlType::character(3)},
      {"bin", SqlType::binary(2)},
      {"ai", SqlType::array(SqlType::integer())},
      {"ast", SqlType::array(SqlType::string())},
      {"mp", SqlType::map(SqlType::string().not_null(), SqlType::integer())},
      {"ms", SqlType::multiset(SqlType::string())},
      {"va", SqlType::variant()},
      {"rw", SqlType::row({{"x", SqlType::integer()}, {"y", SqlType::string()}})},
  };
  return *kPool;
}

std::vector<GeneratedColumn> choose_columns(Chance& chance, bool whole_grammar) {
  std::vector<GeneratedColumn> columns = {{"k", SqlType::integer(), Domain::kKey},
                                          {"s", SqlType::string(), Domain::kKey}};
  const double share = chance.pick({0.1, 0.25, 0.5});
  for (const GeneratedColumn& column : column_pool()) {
    if (chance.share(share)) columns.push_back(column);
  }
  if (!whole_grammar) return columns;
  for (const GeneratedColumn& column : more_columns()) {
    if (chance.share(share * 0.7)) columns.push_back(column);
  }
  return columns;
}

/// Makes the rows of a table and the order in which they come.
class Arrivals {
 public:
  Arrivals(GeneratedTable& table, Chance& chance)
      : table_(table), chance_(chance), hot_(chance.below(9)), newest_(table.time_start_ms) {}

  void insert_only(int64_t rows) {
    for (int64_t i = 0; i < rows; ++i) put(RowKind::kInsert, fresh_row());
  }

  /// Inserts, updates and deletes; some rows come and go without a trace.
  void with_retractions(int64_t rows) {
    std::vector<Row> live;
    for (int64_t i = 0; i < rows; ++i) {
      const double kind = chance_.real();
      if (kind < 0.6 || live.empty()) {
        live.push_back(fresh_row());
        put(RowKind::kInsert, live.back());
        continue;
      }
      const auto which = static_cast<size_t>(chance_.below(static_cast<int64_t>(live.size())));
      if (is_past(live[which])) continue;
      if (kind < 0.8) {
        // A pair stays in one partition: the first column, by which rows are dealt, stays.
        Row updated = fresh_row();
        updated[0] = live[which][0];
        put(RowKind::kUpdateBefore, live[which]);
        put(RowKind::kUpdateAfter, updated);
        live[which] = std::move(updated);
      } else {
        put(RowKind::kDelete, live[which]);
        live.erase(live.begin() + static_cast<long>(which));
      }
    }
  }

  void upserts(int64_t rows) {
    std::map<Row, bool, RowLess> live;
    for (int64_t i = 0; i < rows; ++i) {
      const Row row = fresh_row();
      bool& is_live = live[{row[0]}];
      const bool removes = is_live && chance_.share(0.2);
      put(removes ? RowKind::kDelete : is_live ? RowKind::kUpdateAfter : RowKind::kInsert, row);
      is_live = !removes;
    }
  }

 private:
  Row fresh_row() {
    Row row;
    for (const GeneratedColumn& column : table_.columns) {
      row.push_back(column.domain == Domain::kTime ? next_time() : value_of(column, chance_, hot_));
    }
    return row;
  }

  /// Whether windows of the row may have closed: it stays as it is.
  bool is_past(const Row& row) const {
    if (table_.time_column < 0) return false;
    const Value& time = row[static_cast<size_t>(table_.time_column)];
    return time.as<int64_t>() < newest_ - table_.disorder_ms;
  }

  /// Times rise by steps that often hit the borders of windows, and fall back within the bound.
  Value next_time() {
    newest_ += chance_.pick(
        {int64_t{0}, int64_t{1}, kMinute, 7 * kMinute, 60 * kMinute, chance_.below(40 * kMinute)});
    const int64_t back = chance_.share(0.4) ? chance_.below(table_.disorder_ms + 1) : 0;
    return Value::integer(std::max(newest_ - back, table_.time_start_ms));
  }

  void put(RowKind kind, Row row) {
    int partition = 0;
    if (!table_.kinds.is_insert_only()) {
      const auto found =
          partition_of_.emplace(row[0], static_cast<int>(chance_.below(table_.num_partitions)));
      partition = found.first->second;
    } else if (table_.num_partitions > 1) {
      partition = static_cast<int>(chance_.below(table_.num_partitions));
    }
    table_.changes.push_back({kind, std::move(row)});
    table_.partition_of.push_back(partition);
  }

  struct ValueLess {
    bool operator()(const Value& a, const Value& b) const { return compare(a, b) < 0; }
  };

  GeneratedTable& table_;
  Chance& chance_;
  const int64_t hot_;
  int64_t newest_;
  std::map<Value, int, ValueLess> partition_of_;
};

int64_t choose_rows(int64_t rows_max, Chance& chance) {
  if (chance.share(0.05)) return chance.below(2);
  if (chance.share(0.7)) return chance.between(0, std::min<int64_t>(rows_max, 40));
  return chance.between(0, rows_max);
}

}  // namespace

bool GeneratedTable::has_instants() const {
  return time_column >= 0 &&
         columns[static_cast<size_t>(time_column)].type.is(TypeKind::kTimestampLtz);
}

bool GeneratedTable::is_kept_whole() const {
  return lookup_options.empty() || lookup_options.find("'FULL'") != std::string::npos;
}

SchemaPtr GeneratedTable::schema() const {
  std::vector<SqlField> fields;
  for (const GeneratedColumn& column : columns) fields.push_back({column.name, column.type});
  return make_schema(std::move(fields));
}

std::string GeneratedTable::declaration() const {
  std::string text = "(";
  for (size_t i = 0; i < columns.size(); ++i) {
    text += (i > 0 ? ", " : "") + columns[i].name + " " + columns[i].type.to_sql();
  }
  if (time_column >= 0) {
    const std::string& time = columns[static_cast<size_t>(time_column)].name;
    // Not late is what is above the watermark: one millisecond more than the disorder.
    text += ", WATERMARK FOR " + time + " AS " + time + " - INTERVAL '" +
            std::to_string(patience_ms / 1000) + ".00" + std::to_string(margin_ms) + "' SECOND";
  }
  if (!primary_key.empty()) {
    text +=
        ", PRIMARY KEY (" + columns[static_cast<size_t>(primary_key[0])].name + ") NOT ENFORCED";
  }
  return text + ")";
}

TableRows GeneratedTable::rows() const {
  TableRows dealt{.kinds = kinds, .partitions = {}};
  dealt.partitions.resize(static_cast<size_t>(num_partitions));
  for (size_t i = 0; i < changes.size(); ++i) {
    dealt.partitions[static_cast<size_t>(partition_of[i])].push_back(changes[i]);
  }
  return dealt;
}

GeneratedTable generate_table(const std::string& name, const TableWishes& wishes, Chance& chance) {
  GeneratedTable table;
  table.name = name;
  table.columns = choose_columns(chance, wishes.whole_grammar);
  table.num_partitions = static_cast<int>(chance.pick({1, 1, 2, 3, 4}));
  table.time_start_ms = kTimeStart;
  if (wishes.with_time) {
    table.time_column = static_cast<int>(table.columns.size());
    table.columns.push_back({"wt", SqlType::timestamp(3), Domain::kTime});
    table.disorder_ms = chance.pick({int64_t{0}, int64_t{5'000}, 10 * kMinute, 3 * 60 * kMinute});
    table.patience_ms = table.disorder_ms;
    if (wishes.late_rows && table.num_partitions == 1 && chance.share(0.3)) table.patience_ms /= 4;
    if (wishes.whole_grammar && table.patience_ms >= table.disorder_ms) {
      table.margin_ms = 2;
      if (wishes.instants && chance.share(0.2)) {
        table.columns.back().type = SqlType::timestamp_ltz(3);
        table.time_start_ms = chance.pick(before_transitions());
      }
    }
  }
  const double kind = chance.real();
  Arrivals arrivals(table, chance);
  const int64_t rows = choose_rows(wishes.rows_max, chance);
  const bool changes_in_time = wishes.with_time && wishes.whole_grammar && wishes.changelogs &&
                               table.patience_ms >= table.disorder_ms && kind < 0.25;
  if (changes_in_time) {
    table.kinds = RowKindSet::all();
    arrivals.with_retractions(rows);
  } else if (wishes.with_time || !wishes.changelogs || kind < 0.5) {
    arrivals.insert_only(rows);
  } else if (kind < 0.8) {
    table.kinds = RowKindSet::all();
    arrivals.with_retractions(rows);
  } else {
    table.kinds = RowKindSet::upsert();
    table.primary_key = {0};
    table.columns[0].type = table.columns[0].type.not_null();
    arrivals.upserts(rows);
  }
  return table;
}

GeneratedTable generate_versions(const std::string& name, const TableWishes& wishes,
                                 Chance& chance) {
  GeneratedTable table = generate_table(name,
                                        {.rows_max = wishes.rows_max,
                                         .changelogs = false,
                                         .with_time = true,
                                         .late_rows = false,
                                         .instants = false,
                                         .whole_grammar = wishes.whole_grammar},
                                        chance);
  table.is_versioned = true;
  table.primary_key = {0};
  table.columns[0].type = table.columns[0].type.not_null();
  std::set<int64_t> taken;
  for (Change& change : table.changes) {
    if (change.row[0].is_null()) change.row[0] = Value::integer(chance.below(9));
    int64_t time = change.row[static_cast<size_t>(table.time_column)].as<int64_t>();
    while (!taken.insert(time).second) ++time;
    change.row[static_cast<size_t>(table.time_column)] = Value::integer(time);
  }
  // What has become later by some milliseconds must not make others late.
  table.disorder_ms += 1000;
  table.patience_ms += 1000;
  return table;
}

}  // namespace hw::reference
