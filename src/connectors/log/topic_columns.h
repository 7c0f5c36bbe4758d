// SPDX-License-Identifier: Apache-2.0
//
// Columns of a table and columns of its topic. They match by name; metadata that a table writes
// lies in columns of the topic whose names begin with `$`.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "columnar/batch.h"
#include "connectors/log/log_table.h"
#include "connectors/log/payload_decoder.h"
#include "log/topic_reader.h"
#include "runtime/sink.h"
#include "runtime/source.h"

namespace hw {

constexpr std::string_view kTimestampColumn = "$timestamp";
constexpr std::string_view kHeadersColumn = "$headers";

/// Fails (Invalid) naming the first column of `table` that rows of the topic do not have, or have
/// in a type that does not widen to the declared one.
Status check_readable(const Schema& table, const Schema& topic, const std::string& topic_name);

/// The schema that rows of the sink have in a topic. Fails (Invalid) on names and types that
/// cannot be written.
Result<SchemaPtr> written_schema(const SinkRequest& request);
/// What such rows are stored as: a version of the topic's schema that they have; else with the
/// topic's `$` columns that they lack, and with its types where those are wider.
SchemaPtr stored_schema(const SchemaPtr& written, const TopicState& topic);

/// Turns rows of a topic in one schema into what a scan asked for.
class TopicColumns {
 public:
  struct From {
    std::string topic;
    int partition = 0;
  };
  /// `topic` is the schema that the reader produces. Fails as check_readable().
  static Result<TopicColumns> make(const ScanRequest& request, const SchemaPtr& topic, From from);

  /// The same where rows lie in messages.
  static Result<TopicColumns> make_decoded(const ScanRequest& request, const SchemaPtr& topic,
                                           From from, std::unique_ptr<PayloadDecoder> decoder);

  /// Fails (Invalid) when the rows are changes that the mode does not know.
  Result<Batch> rows(const TopicBatch& read, LogChangelog mode, arrow::MemoryPool* pool) const;

 private:
  TopicColumns() = default;
  Result<ColumnPtr> metadata(const ScanRequest::Column& column, const TopicBatch& read,
                             arrow::MemoryPool* pool) const;

  Result<Batch> decoded_rows(const TopicBatch& read, arrow::MemoryPool* pool) const;

  From from_;
  std::unique_ptr<PayloadDecoder> decoder_;  // null: rows are those of the topic
  std::vector<ScanRequest::Column> columns_;
  SchemaPtr output_;
  /// The physical ones: where they are in the topic, and what they are there and here.
  std::vector<int> places_;
  SchemaPtr stored_;
  SchemaPtr wanted_;
  int timestamp_ = -1;
  int headers_ = -1;
  int keys_ = -1;  // of messages
};

}  // namespace hw
