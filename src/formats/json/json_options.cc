// SPDX-License-Identifier: Apache-2.0

#include "formats/json/json_options.h"

namespace hw::json_options {

OptionSpec fail_on_missing_field() {
  return {.name = "fail-on-missing-field",
          .type = OptionType::kBoolean,
          .default_value = "false",
          .sentence = "A field that a record does not have is an error instead of NULL."};
}

OptionSpec ignore_parse_errors() {
  return {.name = "ignore-parse-errors",
          .type = OptionType::kBoolean,
          .default_value = "false",
          .sentence =
              "A field that cannot be converted becomes NULL and a record that cannot be "
              "parsed is skipped; both are counted."};
}

OptionSpec timestamp_standard() {
  return {.name = "timestamp-format.standard",
          .type = OptionType::kEnum,
          .default_value = "SQL",
          .values = {"SQL", "ISO-8601", "ISO-8601-WITH-OFFSET"},
          .sentence =
              "How timestamps are written: with a blank between date and time (SQL), with "
              "a T (ISO-8601), or with a T and TIMESTAMP_LTZ with any offset."};
}

OptionSpec map_null_key_mode() {
  return {.name = "map-null-key.mode",
          .type = OptionType::kEnum,
          .default_value = "FAIL",
          .values = {"FAIL", "DROP", "LITERAL"},
          .sentence =
              "What writing a MAP with a NULL key does: fail, leave the entry out, or "
              "write the literal."};
}

OptionSpec map_null_key_literal() {
  return {.name = "map-null-key.literal",
          .default_value = "null",
          .sentence = "The key that stands for NULL when the mode is LITERAL."};
}

OptionSpec decimal_as_plain_number() {
  return {.name = "encode.decimal-as-plain-number",
          .type = OptionType::kBoolean,
          .default_value = "false",
          .sentence =
              "Accepted for compatibility: a DECIMAL is always written as a plain number "
              "with its scale, never as 2.7E-8."};
}

OptionSpec ignore_null_fields() {
  return {.name = "encode.ignore-null-fields",
          .type = OptionType::kBoolean,
          .default_value = "false",
          .sentence = "Leaves fields that are NULL out instead of writing null."};
}

OptionSpec parser_enabled() {
  return {.name = "decode.json-parser.enabled",
          .type = OptionType::kBoolean,
          .default_value = "true",
          .sentence = "Accepted for compatibility; there is one parser."};
}

std::vector<OptionSpec> all() {
  return {fail_on_missing_field(), ignore_parse_errors(),  timestamp_standard(),
          map_null_key_mode(),     map_null_key_literal(), decimal_as_plain_number(),
          ignore_null_fields(),    parser_enabled()};
}

}  // namespace hw::json_options
