// SPDX-License-Identifier: Apache-2.0

#include "reference/into_table.h"

#include <algorithm>
#include <set>
#include <utility>

#include "reference/columns.h"
#include "reference/examination.h"

namespace hw::reference {
namespace {

constexpr const char* kConflictText = "rows of the query have the PRIMARY KEY";

std::string named(size_t i) { return "c" + std::to_string(i); }

bool is_wild(const Query& query, size_t column) {
  return std::any_of(query.parts.begin(), query.parts.end(),
                     [&](const Select& part) { return part.items[column].wild; });
}

/// Keys hold NaN equal, and -0.0 and 0.0.
std::vector<int> key_columns(const GeneratedJob& job) {
  std::vector<int> columns;
  for (int i = 0; i < job.result->num_fields(); ++i) {
    const SqlType& type = job.result->type(i);
    if (type.is_constructed() || type.is_variant() || type.is_approximate()) continue;
    if (!is_wild(job.shape, static_cast<size_t>(i))) columns.push_back(i);
  }
  return columns;
}

struct InsteadOfNull {
  std::string text;
  Value value;
};

/// A value of the type that stands where a key is NULL, or nothing.
std::optional<InsteadOfNull> instead_of_null(const SqlType& type) {
  switch (type.kind()) {
    case TypeKind::kTinyint:
    case TypeKind::kSmallint:
    case TypeKind::kInt:
    case TypeKind::kBigint:
      return InsteadOfNull{"CAST(-77 AS " + type.to_sql_without_null() + ")", Value::integer(-77)};
    case TypeKind::kBoolean:
      return InsteadOfNull{"FALSE", Value::boolean(false)};
    case TypeKind::kVarchar:
      if (type != SqlType::string().with_nullable(type.nullable())) return std::nullopt;
      return InsteadOfNull{"'none'", Value::text("none")};
    default:
      return std::nullopt;
  }
}

/// The query's rows in the order in which they come in any run, if they have one.
bool has_one_order(const GeneratedJob& job) {
  if (job.shape.parts.size() != 1 || job.shape.limit || !job.shape.with.empty()) return false;
  const Select& select = job.shape.parts[0];
  const std::string text = to_sql(select);
  const bool plain = !select.grouped && !select.distinct && !select.qualify &&
                     select.from.kind == Source::Kind::kTable &&
                     text.find(" OVER (") == std::string::npos &&
                     text.find("(SELECT ") == std::string::npos;
  return plain && std::any_of(job.tables.begin(), job.tables.end(), [&](const auto& table) {
           return table.name == select.from.table && table.kinds.is_insert_only() &&
                  table.num_partitions == 1;
         });
}

/// The first or the last row of each key.
std::vector<Row> one_of_each(std::vector<Row> rows, const std::vector<int>& key, bool first) {
  if (!first) std::reverse(rows.begin(), rows.end());
  std::set<Row, RowLess> seen;
  std::erase_if(rows, [&](const Row& row) { return !seen.insert(key_of(row, key)).second; });
  return rows;
}

class IntoTable {
 public:
  IntoTable(const GeneratedJob& job, Chance& chance) : job_(job), chance_(chance) {}

  std::optional<Variant> make() {
    for (const SqlField& field : job_.result->fields()) {
      if (field.type.is(TypeKind::kChar)) return std::nullopt;  // CHAR(0) cannot be declared
      types_.push_back(field.type);
    }
    for (size_t i = 0; i < types_.size(); ++i) items_.push_back("q." + named(i));
    made_.relation = "INSERT";
    made_.tables = given_tables(job_);
    made_.batch = chance_.share(0.3);
    made_.expected = made_.batch ? job_.expected_batch : job_.expected;
    made_.written.emplace();
    WrittenTable& table = *made_.written;
    table.accepts = RowKindSet::all();
    if (chance_.share(0.8)) choose_key();
    if (!table.key.empty() && chance_.share(0.6)) table.accepts = RowKindSet::upsert();
    const std::string conflict = table.key.empty() ? "" : on_conflict();
    table.declaration = declaration();
    made_.query = "INSERT INTO written" + output_mode() + " " + query() + conflict;
    made_.result = make_schema(fields());
    return std::move(made_);
  }

 private:
  void choose_key() {
    std::vector<int> columns = key_columns(job_);
    std::vector<int>& key = made_.written->key;
    const int64_t count = chance_.pick({int64_t{1}, int64_t{1}, int64_t{1}, int64_t{2}});
    while (!columns.empty() && static_cast<int64_t>(key.size()) < count) {
      key.push_back(chance_.pick(columns));
      std::erase(columns, key.back());
    }
    for (const int column : key) without_nulls(static_cast<size_t>(column));
  }

  /// Something stands in the place of NULL, or rows with NULL are dropped.
  void without_nulls(size_t column) {
    if (!types_[column].nullable()) return;
    const std::optional<InsteadOfNull> other = instead_of_null(types_[column]);
    types_[column] = types_[column].not_null();
    if (other && chance_.share(0.7)) {
      is_plain_ = false;
      items_[column] = "COALESCE(" + items_[column] + ", " + other->text + ")";
      for (Row& row : made_.expected) {
        if (row[column].is_null()) row[column] = other->value;
      }
      return;
    }
    made_.options.emplace_back("table.exec.sink.not-null-enforcer", "DROP");
    std::erase_if(made_.expected, [&](const Row& row) { return row[column].is_null(); });
  }

  std::string on_conflict() {
    const std::string action = chance_.pick({"", "", "DEDUPLICATE", "NOTHING", "NOTHING", "ERROR"});
    const std::vector<int>& key = made_.written->key;
    const bool resolved = action == "NOTHING" || action == "ERROR";
    made_.written->replaces = resolved || made_.written->accepts == RowKindSet::upsert();
    if (action == "ERROR") {
      const std::vector<Row> each = one_of_each(made_.expected, key, true);
      made_.has_conflict = each.size() < made_.expected.size();
      // What does not last may be one when the watermark rises.
      made_.may_conflict =
          std::any_of(job_.tables.begin(), job_.tables.end(),
                      [](const GeneratedTable& table) { return table.time_column >= 0; });
    } else if (made_.written->replaces && !made_.batch && has_one_order(job_)) {
      made_.expected = one_of_each(made_.expected, key, action == "NOTHING");
    }
    return action.empty() ? "" : " ON CONFLICT DO " + action;
  }

  std::string output_mode() {
    if (made_.batch || !chance_.share(0.3)) return "";
    const std::string mode = chance_.pick({"append", "update", "complete", "complete"});
    made_.may_refuse_mode = mode != "update";
    if (mode == "complete") {
      made_.options.emplace_back("execution.trigger",
                                 chance_.pick({"1 ms", "10 s", "once", "available-now"}));
    }
    return " /*+ OPTIONS('output-mode' = '" + mode + "') */";
  }

  std::vector<SqlField> fields() const {
    std::vector<SqlField> fields;
    for (size_t i = 0; i < types_.size(); ++i) fields.push_back({named(i), types_[i]});
    return fields;
  }

  std::string declaration() const {
    std::string text = "written (";
    for (size_t i = 0; i < types_.size(); ++i) {
      text += (i > 0 ? ", " : "") + named(i) + " " + types_[i].to_sql();
    }
    std::string key;
    for (const int column : made_.written->key) {
      key += (key.empty() ? "" : ", ") + named(static_cast<size_t>(column));
    }
    return text + (key.empty() ? "" : ", PRIMARY KEY (" + key + ") NOT ENFORCED") + ")";
  }

  /// As it is, or as a table of which columns are taken.
  std::string query() {
    if (is_plain_ && chance_.share(0.6)) return job_.query();
    std::string list;
    for (const std::string& item : items_) list += (list.empty() ? "" : ", ") + item;
    return "SELECT " + list + " FROM (" + job_.query() + ") AS q";
  }

  const GeneratedJob& job_;
  Chance& chance_;
  Variant made_;
  std::vector<SqlType> types_;
  std::vector<std::string> items_;
  bool is_plain_ = true;
};

}  // namespace

std::optional<Variant> into_table(const GeneratedJob& job, Chance& chance) {
  return IntoTable(job, chance).make();
}

std::string problem_of_insert(const Variant& variant, const Result<std::vector<Row>>& found) {
  if (found.ok()) {
    if (variant.has_conflict) return "a key has several rows, but ON CONFLICT DO ERROR took them";
    const WrittenTable& table = *variant.written;
    return difference_by_key(*variant.result, table.replaces ? table.key : std::vector<int>(),
                             variant.expected, *found);
  }
  const std::string& message = found.status().message();
  const auto says = [&](const char* text) { return message.find(text) != std::string::npos; };
  if (says(kConflictText) && (variant.has_conflict || variant.may_conflict)) return {};
  if (says("'output-mode' = '") && variant.may_refuse_mode) return {};
  return found.status().IsNotImplemented() ? "" : message;
}

}  // namespace hw::reference
