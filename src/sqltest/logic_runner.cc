// SPDX-License-Identifier: Apache-2.0

#include "sqltest/logic_runner.h"

#include <algorithm>
#include <cctype>
#include <initializer_list>
#include <map>
#include <memory>
#include <string_view>
#include <utility>

#include "base/env/env.h"
#include "base/letters.h"
#include "sqltest/golden_session.h"

namespace hw {
namespace {

/// A table in memory.
struct MadeTable {
  std::vector<std::string> columns;
  std::shared_ptr<CellRows> rows;
};

/// The text between a pair of parentheses that begins at `begin`, and where it ends.
std::pair<std::string, size_t> in_parentheses(const std::string& sql, size_t begin) {
  int depth = 0;
  for (size_t i = begin; i < sql.size(); ++i) {
    depth += sql[i] == '(' ? 1 : sql[i] == ')' ? -1 : 0;
    if (depth == 0) return {sql.substr(begin + 1, i - begin - 1), i + 1};
  }
  return {sql.substr(begin), sql.size()};
}

/// Parts at the commas that stand outside of parentheses, without spaces around.
std::vector<std::string> parts_of(const std::string& list) {
  std::vector<std::string> parts(1);
  int depth = 0;
  for (const char c : list) {
    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (c == ',' && depth == 0) {
      parts.emplace_back();
    } else if (!parts.back().empty() || (c != ' ' && c != '\n' && c != '\t')) {
      parts.back() += c;
    }
  }
  return parts;
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// The word at `at` or behind spaces there, and moves behind it.
std::string next_word(std::string_view sql, size_t& at) {
  while (at < sql.size() && std::isspace(static_cast<unsigned char>(sql[at])) != 0) ++at;
  const size_t begin = at;
  while (at < sql.size() && is_word(sql[at])) ++at;
  return std::string(sql.substr(begin, at - begin));
}

/// The name behind these words at the beginning of the statement, or nothing; moves behind it.
std::string name_behind(std::string_view sql, std::initializer_list<std::string_view> words,
                        size_t& at) {
  for (const std::string_view word : words) {
    if (upper_case(next_word(sql, at)) != word) return "";
  }
  return next_word(sql, at);
}

/// Moves to a parenthesis at `at` or behind spaces there, if there is one.
bool opens(std::string_view sql, size_t& at) {
  const size_t next = std::min(sql.find_first_not_of(" \t\n", at), sql.size());
  if (next == sql.size() || sql[next] != '(') return false;
  at = next;
  return true;
}

/// SQLite's names of types as ours, without what says nothing about rows here.
std::string as_our_columns(const std::string& columns) {
  std::string text;
  for (size_t at = 0; at < columns.size();) {
    if (!is_word(columns[at])) {
      text += columns[at++];
      continue;
    }
    std::string word = next_word(columns, at);
    const std::string name = upper_case(word);
    if (name == "PRIMARY" || name == "KEY" || name == "UNIQUE") continue;
    if (name == "TEXT") word = "STRING";
    if (name == "REAL" || name == "FLOAT") {
      word = "DOUBLE";
      if (opens(columns, at)) at = in_parentheses(columns, at).second;
    }
    text += word;
  }
  return text;
}

class LogicRun {
 public:
  LogicRun(const GoldenMode& mode, Env& env) : session_(mode, env) {}

  Status configure() { return session_.configure(); }

  Status check(const LogicRecord& record) {
    if (record.is_query) return check_query(record);
    const Status status = execute(record.sql);
    if (!record.fails) return status;
    // What is to come may be an error for another reason.
    if (status.IsNotImplemented()) return status;
    return status.ok() ? Status::Invalid("an error was expected, but the statement succeeded")
                       : Status::OK();
  }

 private:
  Status execute(const std::string& sql) {
    size_t at = 0;
    const std::string made = name_behind(sql, {"CREATE", "TABLE"}, at);
    if (!made.empty() && opens(sql, at)) {
      auto [columns, behind] = in_parentheses(sql, at);
      if (upper_case(next_word(sql, behind)) != "WITH") return create(made, columns);
    }
    at = 0;
    const auto filled = tables_.find(name_behind(sql, {"INSERT", "INTO"}, at));
    if (filled != tables_.end()) return insert(filled->second, sql, at);
    return session_.execute(sql, std::make_shared<CapturingReceiver>()).status();
  }

  Status create(const std::string& name, const std::string& given) {
    const std::string columns = as_our_columns(given);
    MadeTable table{.columns = {}, .rows = std::make_shared<CellRows>()};
    for (const std::string& column : parts_of(columns)) {
      table.columns.push_back(column.substr(0, column.find_first_of(" \t\n")));
    }
    HW_TRY(session_.make_table(name + " (" + columns + ")", table.rows));
    tables_[name] = std::move(table);
    return Status::OK();
  }

  /// INSERT INTO t [(columns)] query: the query's rows, a cell a column.
  Status insert(const MadeTable& table, const std::string& sql, size_t begin) {
    std::vector<std::string> columns = table.columns;
    if (opens(sql, begin)) {
      auto [list, end] = in_parentheses(sql, begin);
      columns = parts_of(list);
      begin = end;
      for (std::string& column : columns) column.erase(column.find_last_not_of(" \t\n") + 1);
    }
    HW_ASSIGN_OR_RETURN(const CellRows rows, rows_of(sql.substr(begin), nullptr));
    for (const auto& row : rows) {
      if (row.size() != columns.size()) {
        return Status::Invalid("there are ", columns.size(), " columns, but ", row.size(),
                               " values");
      }
      std::vector<std::string> cells(table.columns.size(), "NULL");
      for (size_t i = 0; i < row.size(); ++i) {
        const auto at = std::find(table.columns.begin(), table.columns.end(), columns[i]);
        if (at == table.columns.end()) {
          return Status::KeyError("there is no column '", columns[i], "'");
        }
        cells[static_cast<size_t>(at - table.columns.begin())] = row[i];
      }
      table.rows->push_back(std::move(cells));
    }
    return Status::OK();
  }

  Result<CellRows> rows_of(const std::string& query, bool* order_is_lost) {
    const auto receiver = std::make_shared<CapturingReceiver>();
    HW_TRY(session_.execute(query, receiver).status());
    HW_ASSIGN_OR_RETURN(const std::vector<Batch> batches, receiver->final_batches());
    if (order_is_lost != nullptr) *order_is_lost = !receiver->shape().kinds.is_insert_only();
    CellRows rows;
    for (const Batch& batch : batches) HW_TRY(session_.append_texts(batch, false, rows));
    return rows;
  }

  Status check_query(const LogicRecord& record) {
    bool order_is_lost = false;
    HW_ASSIGN_OR_RETURN(const CellRows rows, rows_of(record.sql, &order_is_lost));
    for (const auto& row : rows) {
      if (row.size() != record.types.size()) {
        return Status::Invalid("the result has ", row.size(), " columns, the types '", record.types,
                               "' say ", record.types.size());
      }
    }
    const bool unordered = order_is_lost && record.sort == LogicSort::kNone;
    std::vector<std::string> values = logic_values(rows, record.types, record.sort);
    std::vector<std::string> expected = record.expected;
    const std::string hash = logic_hash(values);
    // A stream's final rows stand in order of last change: only their number can be compared.
    if (is_logic_hash(expected)) {
      const bool same =
          unordered ? expected[0].substr(0, expected[0].find(' ')) == std::to_string(values.size())
                    : expected[0] == hash;
      if (!same) return Status::Invalid("expected ", expected[0], ", got ", hash);
    } else {
      if (unordered) {
        std::sort(values.begin(), values.end());
        std::sort(expected.begin(), expected.end());
      }
      if (values != expected) {
        return Status::Invalid("expected\n", joined(expected), "  got\n", joined(values));
      }
    }
    if (record.label.empty() || unordered) return Status::OK();
    const auto [first, is_new] = labels_.emplace(record.label, hash);
    if (is_new || first->second == hash) return Status::OK();
    return Status::Invalid("another result of label ", record.label, " was ", first->second,
                           ", this one is ", hash);
  }

  static std::string joined(const std::vector<std::string>& values) {
    std::string text;
    for (const std::string& value : values) text += "    " + value + "\n";
    return text.empty() ? "    (no values)\n" : text;
  }

  GoldenSession session_;
  std::map<std::string, MadeTable> tables_;
  std::map<std::string, std::string> labels_;
};

}  // namespace

void run_logic_file(const std::string& file, const std::vector<LogicRecord>& records,
                    const GoldenMode& mode, Env& env, int64_t* unsupported, GoldenReport& report) {
  LogicRun run(mode, env);
  const auto fail = [&](int line, const Status& status) {
    report.failures.push_back(
        {.file = file, .line = line, .mode = mode.name, .message = status.message()});
  };
  if (const Status status = run.configure(); !status.ok()) return fail(0, status);
  for (const LogicRecord& record : records) {
    ++report.checks;
    const Status status = run.check(record);
    if (status.ok()) continue;
    if (unsupported != nullptr && status.IsNotImplemented()) {
      ++*unsupported;
    } else {
      fail(record.line, status);
    }
  }
}

}  // namespace hw
