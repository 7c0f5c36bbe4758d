// SPDX-License-Identifier: Apache-2.0
//
// How a table's rows lie in messages that may have a key: which columns are in the key and which
// in the value, and in which formats. What `key.format`, `key.fields`, `key.fields-prefix`,
// `value.format` and `value.fields-include` say, for every connector that has them.

#pragma once

#include <string_view>
#include <vector>

#include "runtime/connector_catalogue.h"

namespace hw {

namespace message_options {

OptionSpec key_format();
OptionSpec key_fields();
OptionSpec key_fields_prefix();
OptionSpec value_format();
OptionSpec value_fields_include();

}  // namespace message_options

/// One of the two byte strings of a message.
struct MessageSide {
  const FormatRecord* format = nullptr;  // null: a key that is not there
  Options options;                       // the format's
  std::vector<int> columns;              // of the table's physical ones, in the message's order
  SchemaPtr schema;                      // of these, under their names in the message
};

struct MessageFormats {
  MessageSide key;
  MessageSide value;
};

/// Columns of a table that has messages.
struct MessageColumns {
  const Schema& physical;
  const std::vector<int>& primary_key;  // of `physical`; what the key holds unless `key.fields`
};

/// Requires: check_table_options() succeeded; `value` is a row format. Fails (Invalid) when the
/// options contradict each other or the columns, or a format cannot carry its columns.
Result<MessageFormats> parse_message_formats(const Options& options, const FormatRecord& value,
                                             const FormatCatalogue& formats,
                                             const MessageColumns& columns);

/// Fails (Invalid) when a table without messages has options of a key.
Status check_no_message_key(const Options& options);

}  // namespace hw
