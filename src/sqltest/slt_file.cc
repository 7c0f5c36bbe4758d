// SPDX-License-Identifier: Apache-2.0

#include "sqltest/slt_file.h"

#include <utility>

#include "sqltest/case_sink.h"

namespace hw {
namespace {

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  size_t i = 0;
  while (i < line.size()) {
    const size_t begin = line.find_first_not_of(" \t", i);
    if (begin == std::string_view::npos) break;
    size_t end = line.find_first_of(" \t", begin);
    if (end == std::string_view::npos) end = line.size();
    words.emplace_back(line.substr(begin, end - begin));
    i = end;
  }
  return words;
}

class SltParser {
 public:
  explicit SltParser(std::string_view text) : lines_(split_lines(text)) {}

  Result<std::vector<SltRecord>> parse() {
    std::vector<SltRecord> records;
    SltRecord::Condition condition = SltRecord::Condition::kAlways;
    while (next_ < lines_.size()) {
      const std::string_view line = lines_[next_];
      if (is_blank(line) || line.starts_with('#')) {
        ++next_;
        continue;
      }
      const std::vector<std::string> words = words_of(line);
      if (words[0] == "halt") break;
      if (words[0] == "onlyif" || words[0] == "skipif") {
        HW_ASSIGN_OR_RETURN(condition, parse_condition(words));
        ++next_;
        continue;
      }
      HW_ASSIGN_OR_RETURN(SltRecord record, parse_record(words));
      record.condition = std::exchange(condition, SltRecord::Condition::kAlways);
      records.push_back(std::move(record));
    }
    return records;
  }

 private:
  static bool is_blank(std::string_view line) {
    return line.find_first_not_of(" \t") == std::string_view::npos;
  }

  Status error(std::string_view rule) const {
    return Status::Invalid("line ", next_ + 1, ": ", rule, ", found '", lines_[next_], "'");
  }

  Result<SltRecord::Condition> parse_condition(const std::vector<std::string>& words) const {
    const bool only = words[0] == "onlyif";
    if (words.size() >= 2 && words[1] == "batch") {
      return only ? SltRecord::Condition::kBatchOnly : SltRecord::Condition::kStreamOnly;
    }
    if (words.size() >= 2 && words[1] == "stream") {
      return only ? SltRecord::Condition::kStreamOnly : SltRecord::Condition::kBatchOnly;
    }
    return error("onlyif and skipif take batch or stream");
  }

  Result<SltRecord> parse_record(const std::vector<std::string>& words) {
    SltRecord record;
    record.line = static_cast<int>(next_) + 1;
    if (words[0] == "table") {
      record.kind = SltRecord::Kind::kTable;
      HW_TRY(read_columns("table", record));
      read_input(record);
      return record;
    }
    if (words[0] == "sink") {
      const auto accepts = words.size() >= 2 ? sink_kinds(words[1]) : std::nullopt;
      if (!accepts) return error("a sink takes insert, upsert or all");
      record.kind = SltRecord::Kind::kSink;
      record.accepts = *accepts;
      HW_TRY(read_columns(words[1], record));
      return record;
    }
    HW_TRY(read_heading(words, record));
    ++next_;
    read_sql(record);
    if (record.kind == SltRecord::Kind::kStatementOk) return record;
    read_expected(record);
    return record;
  }

  Status read_heading(const std::vector<std::string>& words, SltRecord& record) const {
    using Kind = SltRecord::Kind;
    if (words[0] == "explain") {
      record.kind = Kind::kExplain;
      record.whole_plan = words.size() >= 2 && words[1] == "all";
      if (words.size() >= 2 && !record.whole_plan) record.section = words[1];
      const bool known = record.section.empty() || record.section == "flow" ||
                         record.section == "state" || record.section == "advice";
      if (!known) return error("explain takes all, flow, state, advice or nothing");
      return Status::OK();
    }
    if (words[0] == "statement" && words.size() >= 2 && words[1] == "ok") {
      record.kind = Kind::kStatementOk;
      return Status::OK();
    }
    if (words[0] == "statement" && words.size() >= 2 && words[1] == "error") {
      record.kind = Kind::kStatementError;
      return Status::OK();
    }
    if ((words[0] == "query" || words[0] == "changelog") && words.size() >= 2) {
      record.kind = words[0] == "query" ? Kind::kQuery : Kind::kChangelog;
      record.types = words[1];
      record.rowsort = words.size() >= 3 && words[2] == "rowsort";
      return Status::OK();
    }
    if (words[0] == "written" && words.size() == 3) {
      record.kind = Kind::kWritten;
      record.types = words[1];
      record.sql = words[2];
      return Status::OK();
    }
    return error(
        "a record begins with table, sink, statement ok, statement error, query TYPES, "
        "changelog TYPES, written TYPES TABLE or explain");
  }

  void read_sql(SltRecord& record) {
    while (next_ < lines_.size() && lines_[next_] != "----" && !is_blank(lines_[next_])) {
      if (!record.sql.empty()) record.sql += '\n';
      record.sql += lines_[next_++];
    }
  }

  void read_expected(SltRecord& record) {
    if (next_ < lines_.size() && lines_[next_] == "----") ++next_;
    record.expected_line = static_cast<int>(next_) + 1;
    while (next_ < lines_.size() && !is_blank(lines_[next_])) {
      if (record.kind == SltRecord::Kind::kStatementError ||
          record.kind == SltRecord::Kind::kExplain) {
        record.lines.emplace_back(lines_[next_++]);
      } else {
        record.rows.push_back(split_cells(lines_[next_++]));
      }
    }
  }

  // The columns may take several lines: they go on to the closing parenthesis.
  Status read_columns(std::string_view last_word, SltRecord& record) {
    int depth = 0;
    bool opened = false;
    record.sql = lines_[next_].substr(lines_[next_].find(last_word) + last_word.size());
    for (std::string_view rest = record.sql;; rest = lines_[next_]) {
      for (const char c : rest) {
        depth += c == '(' ? 1 : c == ')' ? -1 : 0;
        opened = opened || c == '(';
      }
      if (opened && depth == 0) break;
      if (next_ + 1 >= lines_.size()) return error("the columns of a table end with ')'");
      ++next_;
      record.sql += '\n';
      record.sql += lines_[next_];
    }
    ++next_;
    return Status::OK();
  }

  void read_input(SltRecord& record) {
    record.expected_line = static_cast<int>(next_) + 1;
    while (next_ < lines_.size() && !is_blank(lines_[next_])) {
      if (!lines_[next_].starts_with('#')) record.rows.push_back(split_cells(lines_[next_]));
      ++next_;
    }
  }

  const std::vector<std::string_view> lines_;
  size_t next_ = 0;
};

}  // namespace

std::vector<std::string> split_cells(std::string_view line) {
  std::vector<std::string> cells;
  size_t begin = line.find_first_not_of(" \t");
  while (begin != std::string_view::npos && begin < line.size()) {
    size_t end = begin;
    while (end < line.size() && line[end] != '\t' && line.substr(end, 2) != "  ") ++end;
    std::string_view cell = line.substr(begin, end - begin);
    while (cell.ends_with(' ')) cell.remove_suffix(1);
    cells.emplace_back(cell);
    begin = line.find_first_not_of(" \t", end);
  }
  return cells;
}

std::string cell_text(std::string_view value) {
  if (value.empty()) return "(empty)";
  std::string out;
  for (const char c : value) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == ' ' && (out.empty() || out.back() == ' ')) {
      out += "\xE2\x90\xA0";  // U+2420, a visible space where a plain one would part cells
    } else {
      out += c;
    }
  }
  if (out.ends_with(' ')) out.replace(out.size() - 1, 1, "\xE2\x90\xA0");
  return out;
}

Result<std::vector<SltRecord>> parse_slt(std::string_view text) { return SltParser(text).parse(); }

}  // namespace hw
