// SPDX-License-Identifier: Apache-2.0
//
// Rows as messages: a topic with a column `value` of bytes, each of which is one row in some format
// (json, csv, raw, changelog-json), and maybe one `key`. What the topic does with its rows does not
// change; whoever reads it without the format sees the bytes.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/status.h"
#include "columnar/batch.h"
#include "runtime/message_formats.h"

namespace hw {

constexpr std::string_view kKeyColumn = "key";
constexpr std::string_view kValueColumn = "value";

/// What the rows of a topic mean.
enum class LogChangelog : uint8_t { kAppend, kUpsert, kAll };

/// How rows lie in messages. Constant after parsing.
struct LogPayload {
  MessageSide key;    // without a format: messages have none
  MessageSide value;  // without a format: there are no messages, rows are rows of the topic

  bool any() const { return value.format != nullptr; }
  bool keyed() const { return key.format != nullptr; }
  /// Kinds of rows that the value's format brings, and that it takes.
  RowKindSet changelog() const;
  RowKindSet accepts() const;
  /// The value's format says what kind of change a row is; the topic does not.
  bool holds_kinds() const { return any() && !changelog().is_insert_only(); }
};

/// Fails (Invalid) for a format that is one of files, and for a key that cannot be made.
Result<LogPayload> parse_payload(const ConnectorContext& context, const MessageColumns& columns);

/// The topic's columns of rows with these: `key` if there is one, `value`, then those that begin
/// with `$`.
SchemaPtr message_schema(const LogPayload& payload, const Schema& rows, LogChangelog changelog);
/// Fails (Invalid) when a topic has no such messages.
Status check_messages(const LogPayload& payload, const Schema& topic,
                      const std::string& topic_name);

/// Columns of a table as one of the two byte strings.
class MessageEncoder {
 public:
  static Result<std::unique_ptr<MessageEncoder>> make(const MessageSide& side);

  /// A string for each row of a dense batch that begins with the table's columns; NULL where
  /// `kinds`, if given, has a -U or -D.
  Result<ColumnPtr> column(const Batch& rows, const std::vector<RowKind>* kinds);

 private:
  MessageEncoder(const MessageSide& side, std::unique_ptr<Encoder> encoder);

  const std::vector<int> columns_;
  const SchemaPtr schema_;
  const std::unique_ptr<Encoder> encoder_;
  const bool terminated_;   // the format ends a record with a line feed
  const bool holds_kinds_;  // and says what kind of change it is
  std::string record_;      // of one row; kept for its memory
};

/// Rows of a table as messages.
class PayloadEncoder {
 public:
  static Result<std::unique_ptr<PayloadEncoder>> make(const LogPayload& payload,
                                                      LogChangelog changelog);

  struct Messages {
    std::vector<ColumnPtr> columns;  // the key's if there is one, the value's
    RowKindsPtr kinds;               // of the topic's rows; null: inserts
  };
  /// A message for each row of a dense batch that begins with the table's columns.
  Result<Messages> messages(const Batch& rows);

 private:
  explicit PayloadEncoder(LogChangelog changelog) : changelog_(changelog) {}

  const LogChangelog changelog_;
  std::unique_ptr<MessageEncoder> key_;  // may be null
  std::unique_ptr<MessageEncoder> value_;
};

}  // namespace hw
