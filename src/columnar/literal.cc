// SPDX-License-Identifier: Apache-2.0

#include "columnar/literal.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "columnar/column_builder.h"
#include "columnar/text/integer.h"
#include "columnar/text/type_text.h"

namespace hw {
namespace {

struct Value {
  std::string text;
  bool quoted = false;
};

/// What stands between quotes, from the opening one at `from`; moves `from` behind the closing one.
std::string take_quoted(std::string_view text, size_t& from) {
  std::string value;
  for (++from; from < text.size(); ++from) {
    if (text[from] != '\'') {
      value += text[from];
    } else if (from + 1 < text.size() && text[from + 1] == '\'') {
      value += text[from++];
    } else {
      break;
    }
  }
  if (from < text.size()) ++from;
  return value;
}

/// Up to the next blank that is not inside of brackets.
std::string take_plain(std::string_view text, size_t& from) {
  const size_t begin = from;
  int depth = 0;
  for (; from < text.size(); ++from) {
    const char c = text[from];
    if (c == '[' || c == '{' || c == '(') ++depth;
    if (c == ']' || c == '}' || c == ')') --depth;
    if (c == ' ' && depth <= 0) break;
  }
  return std::string(text.substr(begin, from - begin));
}

std::vector<Value> split_values(std::string_view text) {
  std::vector<Value> values;
  size_t from = 0;
  while (true) {
    while (from < text.size() && text[from] == ' ') ++from;
    if (from == text.size()) return values;
    const bool quoted = text[from] == '\'';
    values.push_back({quoted ? take_quoted(text, from) : take_plain(text, from), quoted});
  }
}

std::vector<std::string_view> split_rows(std::string_view text) {
  std::vector<std::string_view> rows;
  bool quoted = false;
  size_t begin = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '\'') quoted = !quoted;
    if (i < text.size() && (quoted || text[i] != '|')) continue;
    const std::string_view row = trimmed(text.substr(begin, i - begin));
    if (!row.empty()) rows.push_back(row);
    begin = i + 1;
  }
  return rows;
}

std::optional<RowKind> parse_kind(const Value& value) {
  if (value.quoted) return std::nullopt;
  if (value.text == "+" || value.text == "+I") return RowKind::kInsert;
  if (value.text == "-U") return RowKind::kUpdateBefore;
  if (value.text == "+U") return RowKind::kUpdateAfter;
  if (value.text == "-" || value.text == "-D") return RowKind::kDelete;
  return std::nullopt;
}

/// Builds one column from values.
class LiteralColumn {
 public:
  static Result<LiteralColumn> make(const SqlType& type) {
    LiteralColumn column;
    HW_ASSIGN_OR_RETURN(column.builder_, ColumnBuilder::make(type));
    if (type.is(TypeKind::kNull)) return column;
    HW_ASSIGN_OR_RETURN(column.parser_, ValueParser::make(type, "UTC"));
    return column;
  }

  Status append(const Value& value) {
    const bool is_null = !value.quoted && (value.text == "null" || value.text == "NULL");
    if (is_null || parser_ == nullptr) return builder_->append_null();
    return parser_->parse(value.text, *builder_);
  }
  Result<ColumnPtr> finish() { return builder_->finish(); }

 private:
  std::unique_ptr<ColumnBuilder> builder_;
  std::unique_ptr<ValueParser> parser_;
};

Result<RowKind> append_row(std::string_view row, std::vector<LiteralColumn>& columns) {
  const std::vector<Value> values = split_values(row);
  const std::optional<RowKind> kind = parse_kind(values[0]);
  if (!kind) {
    return Status::Invalid("a row begins with one of + +I -U +U - -D, but it is `", row, "`");
  }
  if (values.size() != columns.size() + 1) {
    return Status::Invalid("a row has ", columns.size(), " values here, but `", row, "` has ",
                           values.size() - 1);
  }
  for (size_t i = 0; i < columns.size(); ++i) {
    HW_TRY(while_doing(columns[i].append(values[i + 1]),
                       "reading the row `" + std::string(row) + "`"));
  }
  return *kind;
}

}  // namespace

Result<Batch> parse_batch(const SchemaPtr& schema, std::string_view rows) {
  std::vector<LiteralColumn> literals;
  for (const SqlField& field : schema->fields()) {
    HW_ASSIGN_OR_RETURN(LiteralColumn literal, LiteralColumn::make(field.type));
    literals.push_back(std::move(literal));
  }
  std::vector<RowKind> kinds;
  for (const std::string_view row : split_rows(rows)) {
    HW_ASSIGN_OR_RETURN(const RowKind kind, append_row(row, literals));
    kinds.push_back(kind);
  }
  std::vector<ColumnPtr> columns;
  for (LiteralColumn& literal : literals) {
    HW_ASSIGN_OR_RETURN(ColumnPtr column, literal.finish());
    columns.push_back(std::move(column));
  }
  const auto num_rows = static_cast<int64_t>(kinds.size());
  const bool insert_only = std::all_of(kinds.begin(), kinds.end(),
                                       [](RowKind kind) { return kind == RowKind::kInsert; });
  RowKindsPtr row_kinds;
  if (!insert_only) row_kinds = std::make_shared<const std::vector<RowKind>>(std::move(kinds));
  return Batch(schema, std::move(columns), num_rows, std::move(row_kinds));
}

Result<ColumnPtr> parse_column(const SqlType& type, std::string_view values) {
  HW_ASSIGN_OR_RETURN(LiteralColumn column, LiteralColumn::make(type));
  for (const Value& value : split_values(values)) HW_TRY(column.append(value));
  return column.finish();
}

Result<ColumnPtr> parse_column(std::string_view type, std::string_view values) {
  HW_ASSIGN_OR_RETURN(const SqlType sql_type, parse_sql_type(type));
  return parse_column(sql_type, values);
}

}  // namespace hw
