// SPDX-License-Identifier: Apache-2.0
//
// Rows as messages: a topic with a column `value` of bytes, each of which is one row in some format
// (json, csv, raw, changelog-json). What the topic does with its rows does not change; whoever
// reads it without the format sees the bytes.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/status.h"
#include "columnar/batch.h"
#include "runtime/connector_catalogue.h"

namespace hw {

constexpr std::string_view kValueColumn = "value";

/// How rows lie in messages. Constant after parsing.
struct LogPayload {
  const FormatRecord* format = nullptr;  // null: they do not, rows are rows of the topic
  Options options;                       // the format's

  bool any() const { return format != nullptr; }
  /// Kinds of rows that messages bring, and that they take.
  RowKindSet changelog() const;
  RowKindSet accepts() const;
};

/// Fails (Invalid) for a format that is one of files.
Result<LogPayload> parse_payload(const ConnectorContext& context);

/// The topic's columns of rows with these: `value`, then those that begin with `$`.
SchemaPtr message_schema(const Schema& rows);
/// Fails (Invalid) when a topic has no messages.
Status check_messages(const Schema& topic, const std::string& topic_name);

class PayloadEncoder {
 public:
  /// `rows`: the columns that go into messages.
  static Result<std::unique_ptr<PayloadEncoder>> make(const LogPayload& payload, SchemaPtr rows);

  /// A message for each row of a dense batch, whose first columns are those.
  Result<ColumnPtr> values(const Batch& rows);

 private:
  PayloadEncoder(std::unique_ptr<Encoder> encoder, SchemaPtr rows, bool terminated)
      : encoder_(std::move(encoder)), rows_(std::move(rows)), terminated_(terminated) {}

  const std::unique_ptr<Encoder> encoder_;
  const SchemaPtr rows_;
  const bool terminated_;  // the format ends a record with a line feed
  std::string record_;     // of one row; kept for its memory
};

class PayloadDecoder {
 public:
  /// Decodes the request's columns but for metadata.
  static Result<std::unique_ptr<PayloadDecoder>> make(const LogPayload& payload,
                                                      const ScanRequest& request,
                                                      const SourceContext& context);

  struct Rows {
    Batch batch;
    std::vector<int32_t> messages;  // that the rows came from
  };
  /// A message may hold no row or several; one that is NULL holds none. `origin` names the
  /// partition in errors, `first_offset` is the first message's.
  struct From {
    std::string origin;
    int64_t first_offset = 0;
  };
  Result<Rows> rows(const Column& values, const From& from);

 private:
  explicit PayloadDecoder(std::unique_ptr<Decoder> decoder) : decoder_(std::move(decoder)) {}
  const std::unique_ptr<Decoder> decoder_;
};

}  // namespace hw
