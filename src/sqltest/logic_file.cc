// SPDX-License-Identifier: Apache-2.0

#define OPENSSL_SUPPRESS_DEPRECATED

#include "sqltest/logic_file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <optional>

#include <fmt/format.h>
#include <openssl/md5.h>

namespace hw {
namespace {

constexpr std::string_view kOurName = "headwater";

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  while (true) {
    const size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return words;
    const size_t end = std::min(line.find_first_of(" \t", begin), line.size());
    // What follows is for people.
    if (line[begin] == '#') return words;
    words.emplace_back(line.substr(begin, end - begin));
    line.remove_prefix(end);
  }
}

std::optional<LogicSort> sort_of(std::string_view word) {
  if (word == "nosort") return LogicSort::kNone;
  if (word == "rowsort") return LogicSort::kRows;
  if (word == "valuesort") return LogicSort::kValues;
  return std::nullopt;
}

class LogicParser {
 public:
  explicit LogicParser(std::string_view text) : rest_(text) { advance(); }

  Result<std::vector<LogicRecord>> parse() {
    std::vector<LogicRecord> records;
    bool skips = false;
    while (has_line_) {
      const std::vector<std::string> words = words_of(line_);
      if (words.empty()) {
        advance();
        continue;
      }
      const std::string& first = words[0];
      if (first == "skipif" || first == "onlyif") {
        if (words.size() < 2) return error("skipif and onlyif take the name of an engine");
        skips = skips || (words[1] == kOurName) == (first == "skipif");
        advance();
        continue;
      }
      if (first == "halt") {
        if (!skips) break;
        advance();
      } else if (first == "hash-threshold") {
        advance();
      } else {
        HW_ASSIGN_OR_RETURN(LogicRecord record, parse_record(words));
        if (!skips) records.push_back(std::move(record));
      }
      skips = false;
    }
    return records;
  }

 private:
  void advance() {
    has_line_ = !rest_.empty();
    const size_t end = std::min(rest_.find('\n'), rest_.size());
    line_ = rest_.substr(0, end);
    if (line_.ends_with('\r')) line_.remove_suffix(1);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    ++number_;
  }

  Status error(std::string_view rule) const {
    return Status::Invalid("line ", number_, ": ", rule, ", found '", line_, "'");
  }

  Result<LogicRecord> parse_record(const std::vector<std::string>& words) {
    LogicRecord record;
    record.line = number_;
    record.is_query = words[0] == "query";
    if (words[0] == "statement" && words.size() >= 2 && (words[1] == "ok" || words[1] == "error")) {
      record.fails = words[1] == "error";
    } else if (record.is_query && words.size() >= 2) {
      record.types = words[1];
      if (record.types.find_first_not_of("ITR") != std::string::npos) {
        return error("the columns of a query are I, R or T");
      }
      size_t next = 2;
      if (words.size() > next) {
        const std::optional<LogicSort> sort = sort_of(words[next]);
        if (!sort) return error("a query is sorted by nosort, rowsort or valuesort");
        record.sort = *sort;
        ++next;
      }
      if (words.size() > next) record.label = words[next];
    } else {
      return error("a record is statement ok, statement error or query TYPES [SORT [LABEL]]");
    }
    advance();
    for (; has_line_ && !line_.empty() && line_ != "----"; advance()) {
      if (!record.sql.empty()) record.sql += '\n';
      record.sql += line_;
    }
    if (has_line_ && line_ == "----") {
      for (advance(); has_line_ && !line_.empty(); advance()) add_expected(record);
    }
    return record;
  }

  /// A line is a value, or a row whose values are parted by tabs.
  void add_expected(LogicRecord& record) const {
    std::string_view line = line_;
    while (record.types.size() > 1 && line.find('\t') != std::string_view::npos) {
      record.expected.emplace_back(line.substr(0, line.find('\t')));
      line.remove_prefix(line.find('\t') + 1);
    }
    record.expected.emplace_back(line);
  }

  std::string_view rest_;
  std::string_view line_;
  bool has_line_ = false;
  int number_ = 0;
};

bool is_integer(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

/// A cell as `%d`, `%.3f` or text of printable characters.
std::string value_of(const std::string& cell, char type) {
  if (cell == "NULL") return cell;
  if (type == 'T') {
    if (cell.empty()) return "(empty)";
    std::string text = cell;
    std::replace_if(text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '@');
    return text;
  }
  if (cell == "TRUE" || cell == "FALSE") return value_of(cell == "TRUE" ? "1" : "0", type);
  if (type == 'I' && is_integer(cell)) return cell;
  const double number = std::strtod(cell.c_str(), nullptr);
  if (type == 'I') return std::to_string(static_cast<int64_t>(number));
  return fmt::format("{:.3f}", number);
}

}  // namespace

Result<std::vector<LogicRecord>> parse_logic_file(std::string_view text) {
  return LogicParser(text).parse();
}

std::vector<std::string> logic_values(const std::vector<std::vector<std::string>>& rows,
                                      std::string_view types, LogicSort sort) {
  std::vector<std::vector<std::string>> printed;
  for (const auto& row : rows) {
    std::vector<std::string>& values = printed.emplace_back();
    for (size_t i = 0; i < row.size(); ++i) values.push_back(value_of(row[i], types[i]));
  }
  if (sort == LogicSort::kRows) std::sort(printed.begin(), printed.end());
  std::vector<std::string> values;
  for (auto& row : printed) values.insert(values.end(), row.begin(), row.end());
  if (sort == LogicSort::kValues) std::sort(values.begin(), values.end());
  return values;
}

std::string logic_hash(const std::vector<std::string>& values) {
  MD5_CTX context;
  MD5_Init(&context);
  for (const std::string& value : values) {
    MD5_Update(&context, value.data(), value.size());
    MD5_Update(&context, "\n", 1);
  }
  std::array<unsigned char, MD5_DIGEST_LENGTH> digest;
  MD5_Final(digest.data(), &context);
  std::string text = std::to_string(values.size()) + " values hashing to ";
  for (const unsigned char byte : digest) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

bool is_logic_hash(const std::vector<std::string>& expected) {
  return expected.size() == 1 && expected[0].find(" values hashing to ") != std::string::npos;
}

}  // namespace hw
