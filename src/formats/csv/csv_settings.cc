// SPDX-License-Identifier: Apache-2.0

#include "formats/csv/csv_settings.h"

#include <utility>

#include "columnar/sql_type.h"

namespace hw {
namespace {

OptionSpec text_option(std::string name, std::string default_value, std::string sentence) {
  return {.name = std::move(name),
          .default_value = std::move(default_value),
          .sentence = std::move(sentence)};
}

OptionSpec switch_option(std::string name, bool default_value, std::string sentence) {
  return {.name = std::move(name),
          .type = OptionType::kBoolean,
          .default_value = default_value ? "true" : "false",
          .sentence = std::move(sentence)};
}

OptionSpec header_option() {
  return {.name = "header",
          .type = OptionType::kEnum,
          .default_value = "none",
          .values = {"none", "skip", "by-name"},
          .sentence =
              "Whether files begin with a line of names: none; skip, columns by position; "
              "by-name, columns by the names there. Also written."};
}

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// One character, `\t` and the like, or `U&'\0001'` as a unicode literal writes it.
Result<char> one_character(const std::string& name, const std::string& text) {
  if (text.size() == 1) return text[0];
  if (text == "\\t") return '\t';
  if (text == "\\\\") return '\\';
  if (text.size() == 9 && text.starts_with("U&'\\") && text.ends_with('\'')) {
    const std::string digits = text.substr(4, 4);
    bool hex = true;
    for (const char c : digits) hex = hex && is_hex(c);
    const int code = hex ? std::stoi(digits, nullptr, 16) : 0;
    if (code > 0 && code < 128) return static_cast<char>(code);
  }
  return Status::Invalid("option 'csv.", name,
                         "' must be one ASCII character, '\\t', or U&'\\0001' "
                         "with four hex digits, but is '",
                         text, "'");
}

Status check_character(char c, const std::string& name) {
  if (c != '\n' && c != '\r') return Status::OK();
  return Status::Invalid("option 'csv.", name, "' cannot be a line break: lines end with it");
}

}  // namespace

std::vector<OptionSpec> csv_options() {
  return {
      text_option("field-delimiter", ",",
                  "Stands between fields: one character, '\\t', or U&'\\0001'."),
      switch_option("disable-quote-character", false, "Quotes are characters like others."),
      text_option("quote-character", "\"", "Encloses fields that hold other special characters."),
      switch_option("allow-comments", false, "Lines that begin with # are skipped."),
      switch_option("ignore-parse-errors", false,
                    "A field that cannot be converted becomes NULL and a record that cannot be "
                    "parsed is skipped; both are counted."),
      text_option("array-element-delimiter", ";",
                  "Stands between the elements of an ARRAY and the fields of a ROW."),
      text_option("escape-character", "", "Takes the meaning from the character behind it."),
      text_option("null-literal", "", "The text that stands for NULL, when it is not quoted."),
      switch_option("write-bigdecimal-in-scientific-notation", true,
                    "Writes 100000 of type DECIMAL as 1E+5."),
      switch_option("trim-spaces", false, "Cuts blanks around fields."),
      switch_option("ignore-trailing-unmappable", false,
                    "Fields beyond the last column are ignored."),
      switch_option("allow-trailing-comma", true, "A delimiter at the end of a line is no field."),
      switch_option("fail-on-missing-columns", false,
                    "A line with fewer fields than columns is an error instead of NULLs."),
      switch_option("empty-string-as-null", false,
                    "An empty text is NULL for text columns too; for others it always is."),
      header_option(),
  };
}

Result<CsvSettings> CsvSettings::from(const Options& options) {
  const std::vector<OptionSpec> specs = csv_options();
  const auto text = [&](std::string_view name) { return options.text(*find_option(specs, name)); };
  const auto on = [&](std::string_view name) { return options.boolean(*find_option(specs, name)); };
  CsvSettings settings;
  HW_ASSIGN_OR_RETURN(settings.delimiter,
                      one_character("field-delimiter", text("field-delimiter")));
  HW_ASSIGN_OR_RETURN(settings.quote, one_character("quote-character", text("quote-character")));
  HW_TRY(check_character(settings.delimiter, "field-delimiter"));
  HW_TRY(check_character(settings.quote, "quote-character"));
  settings.quoting = !on("disable-quote-character");
  if (!text("escape-character").empty()) {
    HW_ASSIGN_OR_RETURN(settings.escape,
                        one_character("escape-character", text("escape-character")));
    HW_TRY(check_character(*settings.escape, "escape-character"));
  }
  const bool clash = (settings.quoting && settings.quote == settings.delimiter) ||
                     settings.escape == settings.delimiter;
  if (clash) {
    return Status::Invalid(
        "field delimiter, quote and escape character must differ, but one of "
        "them is the delimiter '",
        std::string(1, settings.delimiter), "'");
  }
  settings.array_delimiter = text("array-element-delimiter");
  if (settings.array_delimiter.empty()) {
    return Status::Invalid("option 'csv.array-element-delimiter' cannot be empty");
  }
  settings.null_literal = options.given("null-literal");
  settings.allow_comments = on("allow-comments");
  settings.ignore_parse_errors = on("ignore-parse-errors");
  settings.trim_spaces = on("trim-spaces");
  settings.ignore_trailing_unmappable = on("ignore-trailing-unmappable");
  settings.allow_trailing_comma = on("allow-trailing-comma");
  settings.fail_on_missing_columns = on("fail-on-missing-columns");
  settings.empty_string_as_null = on("empty-string-as-null");
  settings.scientific_decimals = on("write-bigdecimal-in-scientific-notation");
  const std::string header = text("header");
  settings.header = header == "skip"      ? Header::kSkip
                    : header == "by-name" ? Header::kByName
                                          : Header::kNone;
  return settings;
}

Status check_csv_schema(const Schema& schema) {
  for (const SqlField& column : schema.fields()) {
    const bool list = column.type.is(TypeKind::kArray) || column.type.is(TypeKind::kRow);
    bool nested = column.type.is_constructed() && !list;
    for (const SqlField& field : column.type.fields()) nested |= field.type.is_constructed();
    if (!nested) continue;
    return Status::Invalid("csv carries scalars, and ARRAYs and ROWs of scalars, but column '",
                           column.name, "' is ", column.type.to_sql(),
                           "; use the json format, or declare the column as STRING");
  }
  return Status::OK();
}

}  // namespace hw
