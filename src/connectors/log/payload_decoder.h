// SPDX-License-Identifier: Apache-2.0
//
// Messages of a topic back to rows. Columns that are in the key and in the value are read from the
// value; a row that is deleted has its key only. Belongs to one thread.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "columnar/batch.h"
#include "connectors/log/payload.h"
#include "log/topic_reader.h"
#include "runtime/source.h"

namespace hw {

class PayloadDecoder {
 public:
  /// Decodes the request's columns but for metadata.
  static Result<std::unique_ptr<PayloadDecoder>> make(const LogPayload& payload,
                                                      LogChangelog changelog,
                                                      const ScanRequest& request,
                                                      const SourceContext& context);

  /// The topic's columns that hold messages, and the partition in errors.
  struct From {
    const Column* keys = nullptr;  // null: messages have none
    const Column& values;
    std::string origin;
  };
  struct Rows {
    std::vector<ColumnPtr> columns;  // the request's without metadata
    std::vector<int32_t> messages;   // that the rows came from
    RowKindsPtr kinds;               // null: inserts
  };
  /// A message may hold no row or several. One without a value holds none, or, in a topic of
  /// upserts, a deletion. Fails naming the first message that is no row by its offset.
  Result<Rows> rows(const TopicBatch& read, const From& from);

 private:
  PayloadDecoder(const LogPayload& payload, LogChangelog changelog)
      : changelog_(changelog), holds_kinds_(payload.holds_kinds()) {}

  /// Where a row's columns are: rows of what the two decoders return; -1 = nowhere.
  struct Places {
    std::vector<int32_t> in_key;
    std::vector<int32_t> in_value;
  };
  /// A column of the output.
  struct Place {
    std::string name;
    SqlType type;
    int in_key = -1;
    int in_value = -1;
  };
  Status place_columns(const LogPayload& payload, const ScanRequest& request);
  /// The row of the key, -1 for a message without one; no value when it is to be skipped.
  Result<std::optional<int32_t>> decode_key(const From& from, int64_t message, int64_t offset);
  Status decode_value(const From& from, int64_t message, int64_t offset);
  Status check_kind(const TopicBatch& read, int64_t message, int64_t offset,
                    const std::string& origin) const;
  Result<ColumnPtr> column_of(const Place& place, const Batch& keys, const Batch& values,
                              const Places& places) const;

  const LogChangelog changelog_;
  const bool holds_kinds_;
  std::vector<Place> columns_;
  std::unique_ptr<Decoder> key_;  // null: keys are not looked at
  std::unique_ptr<Decoder> value_;
  /// Columns of the output are in keys only; else keys matter for deletions.
  bool reads_keys_ = false;
};

}  // namespace hw
