// SPDX-License-Identifier: Apache-2.0

#include "runtime/message_formats.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/did_you_mean.h"

namespace hw {

namespace message_options {

OptionSpec key_format() {
  return {.name = "key.format",
          .sentence =
              "Gives messages a key, in this format, whose options then begin with "
              "`key.`: `key.json.ignore-parse-errors`. With a PRIMARY KEY rows are upserts "
              "then, and a message without a value deletes."};
}

OptionSpec key_fields() {
  return {.name = "key.fields",
          .type = OptionType::kList,
          .sentence =
              "For key.format: the columns in the key, in this order; without it those of the "
              "PRIMARY KEY."};
}

OptionSpec key_fields_prefix() {
  return {.name = "key.fields-prefix",
          .sentence =
              "For key.format: what the names of the key's columns begin with in the table and not "
              "in the key; with value.fields-include = EXCEPT_KEY."};
}

OptionSpec value_format() {
  return {.name = "value.format",
          .sentence =
              "The same as format; the format's options then stand behind `value.`: "
              "`value.json.ignore-parse-errors`."};
}

OptionSpec value_fields_include() {
  return {.name = "value.fields-include",
          .type = OptionType::kEnum,
          .default_value = "ALL",
          .values = {"ALL", "EXCEPT_KEY"},
          .sentence = "For key.format: whether the value holds the key's columns too."};
}

}  // namespace message_options

namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::vector<std::string> names_of(const Schema& schema) {
  std::vector<std::string> names;
  for (const SqlField& field : schema.fields()) names.push_back(field.name);
  return names;
}

bool contains(const std::vector<int>& numbers, int number) {
  return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
}

Result<std::vector<int>> key_columns(const Options& options, const MessageColumns& columns) {
  const std::vector<std::string> names = names_of(columns.physical);
  const std::vector<std::string> fields = options.list(message_options::key_fields());
  if (fields.empty()) {
    if (!columns.primary_key.empty()) return columns.primary_key;
    return Status::Invalid(
        "'key.format' needs 'key.fields', the columns of the key by ';', or a PRIMARY KEY; the "
        "table has ",
        joined(names));
  }
  std::vector<int> key;
  for (const std::string& field : fields) {
    const int place = columns.physical.index_of(field);
    if (place < 0) {
      std::string message = "'key.fields' names columns that the table stores, but '" + field +
                            "' is none; it has " + joined(names);
      const std::vector<std::string> near = nearest(field, names);
      if (!near.empty()) message += "\n  did you mean '" + near[0] + "'?";
      return Status::Invalid(message);
    }
    if (contains(key, place)) {
      return Status::Invalid("'key.fields' names a column once, but '", field, "' twice");
    }
    key.push_back(place);
  }
  std::vector<int> sorted = key;
  std::vector<int> primary = columns.primary_key;
  std::sort(sorted.begin(), sorted.end());
  std::sort(primary.begin(), primary.end());
  if (primary.empty() || sorted == primary) return key;
  std::vector<std::string> wanted;
  for (const int column : columns.primary_key) wanted.push_back(columns.physical.name(column));
  return Status::Invalid("the key of a message is the table's PRIMARY KEY (", joined(wanted),
                         "), but 'key.fields' is '", joined(fields), "'; leave the option away");
}

/// Fails when a side's format is one of files, or cannot carry the side's columns.
Status check_side(std::string_view what, const MessageSide& side) {
  if (!side.format->decoder || !side.format->encoder) {
    return Status::Invalid("the ", what, " of a message holds a row, but format '",
                           side.format->name,
                           "' is one of files; use json, csv, raw or changelog-json");
  }
  if (!side.format->check) return Status::OK();
  const Status checked = side.format->check(*side.schema, side.options);
  return checked.ok() ? checked
                      : while_doing(checked, "checking the " + std::string(what) + "'s columns " +
                                                 side.schema->to_sql());
}

Status check_key_format(const MessageSide& key) {
  HW_TRY(check_side("key", key));
  const bool changes =
      key.format->changelog && !key.format->changelog(key.options).is_insert_only();
  if (!changes) return Status::OK();
  return Status::Invalid("a key is no change, but format '", key.format->name,
                         "' holds changes; use json, csv or raw for 'key.format'");
}

/// The names of the key's columns in the key.
Result<SchemaPtr> key_schema(const Options& options, const std::vector<int>& key,
                             const Schema& physical) {
  const std::string prefix = options.text(message_options::key_fields_prefix());
  if (!prefix.empty() && options.text(message_options::value_fields_include()) == "ALL") {
    return Status::Invalid(
        "'key.fields-prefix' tells the key's columns from those of the value, which must not hold "
        "them too: it needs 'value.fields-include' = 'EXCEPT_KEY'");
  }
  std::vector<SqlField> fields;
  for (const int column : key) {
    SqlField field = physical.field(column);
    if (!field.name.starts_with(prefix) || field.name.size() == prefix.size()) {
      return Status::Invalid("with 'key.fields-prefix' = '", prefix,
                             "' the key's columns are called so at the front, but one is '",
                             field.name, "'");
    }
    field.name.erase(0, prefix.size());
    fields.push_back(std::move(field));
  }
  return make_schema(std::move(fields));
}

}  // namespace

Status check_no_message_key(const Options& options) {
  if (options.has("key.format")) {
    return Status::Invalid(
        "'key.format' is for messages, so it needs 'value.format' (or 'format'): json, csv, raw or "
        "changelog-json");
  }
  for (const char* name : {"key.fields", "key.fields-prefix"}) {
    if (options.has(name)) {
      return Status::Invalid("'", name,
                             "' is about the key of a message, which needs 'key.format'");
    }
  }
  if (options.text(message_options::value_fields_include()) == "ALL") return Status::OK();
  return Status::Invalid(
      "'value.fields-include' = 'EXCEPT_KEY' is about the key of a message, which needs "
      "'key.format'");
}

Result<MessageFormats> parse_message_formats(const Options& options, const FormatRecord& value,
                                             const FormatCatalogue& formats,
                                             const MessageColumns& columns) {
  MessageFormats made;
  made.value.format = &value;
  made.value.options =
      format_options(options, options.has("value.format") ? "value." + value.name : value.name);
  const std::optional<std::string> key_format = options.given("key.format");
  if (key_format) {
    made.key.format = formats.find(*key_format);
    if (made.key.format == nullptr) {
      return Status::Invalid("the key of a message has a format of rows, but 'key.format' is '",
                             *key_format, "'; use json, csv or raw");
    }
    made.key.options = format_options(options, "key." + *key_format);
    HW_ASSIGN_OR_RETURN(made.key.columns, key_columns(options, columns));
    HW_ASSIGN_OR_RETURN(made.key.schema, key_schema(options, made.key.columns, columns.physical));
    HW_TRY(check_key_format(made.key));
  } else {
    HW_TRY(check_no_message_key(options));
  }
  const bool all = options.text(message_options::value_fields_include()) == "ALL";
  std::vector<SqlField> fields;
  for (int column = 0; column < columns.physical.num_fields(); ++column) {
    if (!all && contains(made.key.columns, column)) continue;
    made.value.columns.push_back(column);
    fields.push_back(columns.physical.field(column));
  }
  if (fields.empty() && columns.physical.num_fields() > 0) {
    return Status::Invalid(
        "'value.fields-include' = 'EXCEPT_KEY' leaves no column for the value, since the key has "
        "all of them");
  }
  made.value.schema = make_schema(std::move(fields));
  HW_TRY(check_side("value", made.value));
  return made;
}

}  // namespace hw
