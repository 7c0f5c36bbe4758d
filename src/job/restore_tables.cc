// SPDX-License-Identifier: Apache-2.0

#include "job/restore_tables.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "columnar/sql_type.h"
#include "columnar/type_parser.h"
#include "state/age_column.h"

namespace hw {
namespace {

constexpr std::string_view kDigits = "0123456789";

bool is_aggregate(const std::string& kind) {
  return kind == "GroupAggregate" || kind == "WindowAggregate";
}

/// `SUM(price).sum`: an accumulator, which may begin at zero.
bool is_accumulator(const OperatorState& state, const ManifestTable& table,
                    const ManifestColumn& column) {
  if (!is_aggregate(state.kind) || (table.kind != "keyed" && table.kind != "paned")) return false;
  return !column.key && !column.name.starts_with("key_") &&
         column.name.find(").") != std::string::npos;
}

/// `SUM(price)` of `SUM(price).sum`; other names as they are.
std::string call_of(const std::string& name) {
  const size_t end = name.rfind(").");
  if (end == std::string::npos) return name;
  const size_t filter = name.find(" FILTER (WHERE ");
  return name.substr(0, filter == std::string::npos || filter > end ? end + 1 : name.rfind('.'));
}

/// `ordered` of `ordered1`: tables of one kind that are numbered as their calls come.
std::string_view stem_of(const std::string& name) {
  const size_t last = name.find_last_not_of(kDigits);
  return std::string_view(name).substr(0, last + 1);
}
bool is_numbered(const ManifestTable& table) { return stem_of(table.name) != table.name; }

std::string quoted(const std::string& text) { return "'" + text + "'"; }

void add_once(std::vector<std::string>& texts, const std::string& text) {
  if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(text);
}

/// Names of a table's columns as they are meant, equal ones told apart by their order.
std::vector<std::string> names_of(const StateMeaning& meaning, const ManifestTable& table) {
  std::vector<std::string> names;
  for (const ManifestColumn& column : table.columns) {
    names.push_back(meant_name(meaning, table.name, column.name));
  }
  std::vector<std::string> unique = names;
  for (size_t i = 0; i < names.size(); ++i) {
    const auto before = names.begin() + static_cast<std::ptrdiff_t>(i);
    const auto count = std::count(names.begin(), before, names[i]);
    if (count > 0) unique[i] += " (" + std::to_string(count + 1) + ")";
  }
  return unique;
}

/// Compares the tables of one operator.
class Comparison {
 public:
  Comparison(const OperatorState& saved, const OperatorState& now) : saved_(saved), now_(now) {}

  StateComparison run() {
    std::vector<const ManifestTable*> left;
    for (const ManifestTable& table : saved_.tables) left.push_back(&table);
    for (const ManifestTable& table : now_.tables) {
      const auto found = std::find_if(left.begin(), left.end(), [&](const ManifestTable* old) {
        return is_same_table(*old, table);
      });
      if (found == left.end()) {
        missing_tables_.push_back(&table);
        continue;
      }
      compare(**found, table);
      left.erase(found);
    }
    for (const ManifestTable* table : left) add_lost(*table);
    for (const ManifestTable* table : missing_tables_) {
      if (!is_numbered(*table)) refuse("it needs state " + quoted(table->name));
      out_.equal = false;
    }
    return std::move(out_);
  }

 private:
  void refuse(const std::string& reason) { add_once(out_.refused, reason); }

  bool is_same_table(const ManifestTable& old, const ManifestTable& table) const {
    if (!is_numbered(table)) return old.name == table.name;
    // Numbered as they come: they are known by what they hold.
    return stem_of(old.name) == stem_of(table.name) && old.kind == table.kind &&
           without_ages(names_of(saved_.meaning, old)) ==
               without_ages(names_of(now_.meaning, table));
  }

  static std::vector<std::string> without_ages(std::vector<std::string> names) {
    std::erase_if(
        names, [](const std::string& name) { return name == kAgeColumn || name == kBirthColumn; });
    return names;
  }

  /// Values that an aggregate has seen are worth nothing without its accumulator, and the other
  /// way.
  void add_lost(const ManifestTable& table) {
    out_.equal = false;
    for (const ManifestTable* wanted : missing_tables_) {
      if (stem_of(wanted->name) != stem_of(table.name)) continue;
      if (wanted->columns.size() < 2 || table.columns.size() < 2) continue;
      const auto old_names = names_of(saved_.meaning, table);
      const auto new_names = names_of(now_.meaning, *wanted);
      const bool same_values = std::any_of(old_names.begin(), old_names.end(), [&](const auto& n) {
        return n.starts_with("value_") &&
               std::find(new_names.begin(), new_names.end(), n) != new_names.end();
      });
      if (same_values) {
        refuse("DISTINCT values were kept as " + quoted(old_names.back()) + ", but are wanted as " +
               quoted(new_names.back()));
        return;
      }
    }
    add_once(out_.lost, "state " + quoted(table.name));
  }

  void compare(const ManifestTable& old, const ManifestTable& table) {
    if (old.kind != table.kind || old.version != table.version) {
      refuse("state " + quoted(table.name) + " is a " + table.kind + " table of version " +
             std::to_string(table.version) + ", but was a " + old.kind + " table of version " +
             std::to_string(old.version));
      return;
    }
    const std::vector<std::string> old_names = names_of(saved_.meaning, old);
    const std::vector<std::string> names = names_of(now_.meaning, table);
    std::vector<bool> taken(old_names.size(), false);
    TableMigration migration{.saved_table = old.name, .table = table, .sources = {}};
    for (size_t c = 0; c < names.size(); ++c) {
      const auto found = std::find(old_names.begin(), old_names.end(), names[c]);
      if (found == old_names.end()) {
        fill_in(table, table.columns[c], names[c]);
        migration.sources.push_back({});
        continue;
      }
      const auto place = static_cast<size_t>(found - old_names.begin());
      taken[place] = true;
      compare(table, old.columns[place], table.columns[c], names[c]);
      out_.equal = out_.equal && place == c && old.columns[place].name == table.columns[c].name;
      migration.sources.push_back({static_cast<int>(place)});
    }
    for (size_t c = 0; c < taken.size(); ++c) {
      if (taken[c]) continue;
      if (old.columns[c].name == kAgeColumn) {
        out_.equal = false;
        add_once(out_.notes, "state " + quoted(old.name) + " is kept for ever from now on");
        continue;
      }
      if (old.columns[c].name == kBirthColumn) {
        refuse(
            "DISTINCT values of state " + quoted(old.name) +
            " were kept with a time to live, and those that have expired would count again: keep "
            "'table.exec.state.ttl' set, to a long time if need be");
        continue;
      }
      if (old.columns[c].key) refuse("key column " + quoted(old_names[c]) + " is gone");
      out_.equal = false;
      add_once(out_.lost, is_accumulator(saved_, old, old.columns[c])
                              ? call_of(old_names[c])
                              : quoted(old_names[c]) + " of state " + quoted(old.name));
    }
    out_.equal = out_.equal && old.name == table.name;
    out_.migration.tables.push_back(std::move(migration));
  }

  void compare(const ManifestTable& table, const ManifestColumn& old, const ManifestColumn& column,
               const std::string& name) {
    const Result<SqlType> from = parse_sql_type(old.type);
    const Result<SqlType> to = parse_sql_type(column.type);
    if (!from.ok() || !to.ok()) {
      if (old.type != column.type) refuse_type(table, old, column, name, "");
      return;
    }
    if (old.key != column.key) {
      refuse("'" + name + "' of state " + quoted(table.name) + (column.key ? " is" : " is no") +
             " key now");
    }
    if (from->nullable() && !to->nullable()) {
      refuse_type(table, old, column, name, ": NULLs may have been kept");
      return;
    }
    if (from->to_sql_without_null() == to->to_sql_without_null()) return;
    const bool same_bytes =
        from->kind() == to->kind() && (from->is_text() || from->is_bytes()) && widens(*from, *to);
    if (!widens(*from, *to)) {
      refuse_type(table, old, column, name, "");
    } else if (column.key && !same_bytes) {
      refuse_type(table, old, column, name, ": rows are dealt by this column as it was");
    } else if (table.kind == "ordered" && !same_bytes && is_order(name)) {
      refuse_type(table, old, column, name, ": rows are sorted by this column as it was");
    } else {
      out_.equal = false;
      add_once(out_.notes, quoted(name) + " is widened from " + from->to_sql_without_null() +
                               " to " + to->to_sql_without_null());
    }
  }

  /// Rows of a ranking, unless the ranking goes by this column; values of MIN and MAX always.
  bool is_order(const std::string& name) const {
    constexpr std::string_view kRow = "row_";
    if (!name.starts_with(kRow)) return true;
    const std::string_view bare = std::string_view(name).substr(kRow.size());
    return std::any_of(now_.meaning.fixed.begin(), now_.meaning.fixed.end(), [&](const auto& f) {
      return f.first == "orderBy" && f.second.find(bare) != std::string::npos;
    });
  }

  void refuse_type(const ManifestTable& table, const ManifestColumn& old,
                   const ManifestColumn& column, const std::string& name, const std::string& why) {
    refuse("column " + quoted(name) + " of state " + quoted(table.name) + " is " + column.type +
           ", but was " + old.type + why);
  }

  void fill_in(const ManifestTable& table, const ManifestColumn& column, const std::string& name) {
    out_.equal = false;
    const std::string shown = quoted(name) + " of state " + quoted(table.name);
    if (column.name == kAgeColumn || column.name == kBirthColumn) {
      add_once(out_.notes, "the time to live of state " + quoted(table.name) + " begins now");
    } else if (column.key) {
      refuse("key column " + shown + " is new");
    } else if (is_accumulator(now_, table, column)) {
      if (now_.meaning.input_retracts) {
        refuse(call_of(name) +
               " is new, and its input may take back rows that it has never counted");
        return;
      }
      add_once(out_.notes,
               call_of(name) + " counts from now on: it starts empty for keys that are there");
    } else if (!column.type.empty() && column.type.ends_with(" NOT NULL")) {
      refuse(shown + " is " + column.type + " and new: there is nothing to fill it with");
    } else if (now_.meaning.input_retracts && table.kind != "keyed" && !is_aggregate(now_.kind)) {
      refuse(shown +
             " is new, and rows kept without it could not be found when they are taken back");
    } else {
      add_once(out_.notes, shown + " is NULL in the rows kept so far");
    }
  }

  const OperatorState& saved_;
  const OperatorState& now_;
  std::vector<const ManifestTable*> missing_tables_;
  StateComparison out_;
};

}  // namespace

StateComparison compare_state(const OperatorState& saved, const OperatorState& now) {
  return Comparison(saved, now).run();
}

bool widens(const SqlType& from, const SqlType& to) {
  if (from.is_integer() && to.is_integer()) return from.kind() <= to.kind();
  if (from.kind() == TypeKind::kFloat && to.kind() == TypeKind::kDouble) return true;
  if (from.kind() != to.kind()) return false;
  switch (from.kind()) {
    case TypeKind::kDecimal:
      return to.scale() >= from.scale() &&
             to.precision() - to.scale() >= from.precision() - from.scale();
    case TypeKind::kVarchar:
    case TypeKind::kVarbinary:
      return to.length() >= from.length();
    default:
      return from.to_sql_without_null() == to.to_sql_without_null();
  }
}

std::string meant_name(const StateMeaning& meaning, const std::string& table,
                       const std::string& column) {
  const int input = table == "right" ? 1 : 0;
  std::string out;
  for (size_t at = 0; at < column.size();) {
    const std::string_view rest = std::string_view(column).substr(at);
    const StateMeaning::MadeUpName* found = nullptr;
    for (const StateMeaning::MadeUpName& name : meaning.names) {
      const bool ends =
          name.name.size() == rest.size() ||
          kDigits.find(rest[std::min(name.name.size(), rest.size() - 1)]) == std::string_view::npos;
      if (name.input == input && rest.starts_with(name.name) && ends) found = &name;
    }
    out += found != nullptr ? found->meaning : std::string(rest.substr(0, 1));
    at += found != nullptr ? found->name.size() : 1;
  }
  return out;
}

}  // namespace hw
