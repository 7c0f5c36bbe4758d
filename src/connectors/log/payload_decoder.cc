// SPDX-License-Identifier: Apache-2.0

#include "connectors/log/payload_decoder.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "columnar/gather.h"

namespace hw {
namespace {

/// Where a table's column is on a side, or -1.
int place_on(const MessageSide& side, int column) {
  const auto found = std::find(side.columns.begin(), side.columns.end(), column);
  return found == side.columns.end() ? -1 : static_cast<int>(found - side.columns.begin());
}

/// The table's key, if the side has all of it.
std::vector<int> key_on(const MessageSide& side, const std::vector<int>& primary_key) {
  std::vector<int> key;
  for (const int column : primary_key) key.push_back(place_on(side, column));
  if (std::find(key.begin(), key.end(), -1) != key.end()) key.clear();
  return key;
}

Result<std::unique_ptr<Decoder>> make_decoder(const MessageSide& side, std::vector<SqlField> wanted,
                                              const ScanRequest& request,
                                              const SourceContext& context) {
  return side.format->decoder({.schema = make_schema(std::move(wanted)),
                               .physical = side.schema,
                               .primary_key = key_on(side, request.primary_key),
                               .time_zone = request.time_zone,
                               .memory_pool = context.memory_pool,
                               .counter = context.counter},
                              side.options);
}

Status at_message(const Status& status, std::string_view what, int64_t offset,
                  const std::string& origin) {
  return while_doing(status, "decoding the " + std::string(what) + " at offset " +
                                 std::to_string(offset) + " of " + origin);
}

int64_t offset_of(const TopicBatch& read, int64_t row) {
  return read.offsets == nullptr ? read.first_offset + row : read.offsets->value<int64_t>(row);
}

Status without_key(std::string_view why, int64_t offset, const std::string& origin) {
  return Status::Invalid(why, ", but the message at offset ", offset, " of ", origin,
                         " has no key");
}

}  // namespace

Result<std::unique_ptr<PayloadDecoder>> PayloadDecoder::make(const LogPayload& payload,
                                                             LogChangelog changelog,
                                                             const ScanRequest& request,
                                                             const SourceContext& context) {
  std::unique_ptr<PayloadDecoder> made(new PayloadDecoder(payload, changelog));
  std::vector<SqlField> of_key;
  std::vector<SqlField> of_value;
  for (const ScanRequest::Column& column : request.columns) {
    if (!column.metadata_key.empty()) continue;
    const int number = request.physical->index_of(column.name);
    Place place{.name = column.name, .type = column.type};
    const int in_value = place_on(payload.value, number);
    const int in_key = payload.keyed() ? place_on(payload.key, number) : -1;
    if (in_value >= 0) {
      place.in_value = static_cast<int>(of_value.size());
      of_value.push_back({column.name, column.type});
    }
    if (in_key >= 0 && (in_value < 0 || changelog == LogChangelog::kUpsert)) {
      place.in_key = static_cast<int>(of_key.size());
      of_key.push_back({payload.key.schema->name(in_key), column.type});
    }
    made->reads_keys_ = made->reads_keys_ || in_value < 0;
    made->columns_.push_back(std::move(place));
  }
  if (!of_key.empty() || changelog == LogChangelog::kUpsert) {
    HW_ASSIGN_OR_RETURN(made->key_, make_decoder(payload.key, std::move(of_key), request, context));
  }
  HW_ASSIGN_OR_RETURN(made->value_,
                      make_decoder(payload.value, std::move(of_value), request, context));
  return made;
}

Result<std::optional<int32_t>> PayloadDecoder::decode_key(const From& from, int64_t message,
                                                          int64_t offset) {
  if (from.keys == nullptr || from.keys->is_null(message)) {
    if (changelog_ == LogChangelog::kUpsert) {
      return without_key("a message of a table with a PRIMARY KEY has a key", offset, from.origin);
    }
    for (const Place& place : columns_) {
      if (place.in_value >= 0 || place.type.nullable()) continue;
      return without_key("column '" + place.name + "' is in the key and declared NOT NULL", offset,
                         from.origin);
    }
    return std::optional<int32_t>(-1);
  }
  const int64_t before = key_->num_rows();
  const Status decoded = key_->decode_record(from.keys->value<std::string_view>(message),
                                             {.origin = from.origin, .line = offset});
  if (!decoded.ok()) return at_message(decoded, "key of the message", offset, from.origin);
  const int64_t num_rows = key_->num_rows() - before;
  if (num_rows == 1) return std::optional<int32_t>(static_cast<int32_t>(before));
  if (num_rows == 0) return std::optional<int32_t>();  // counted by the format
  return Status::Invalid("the key of a message is one row, but that at offset ", offset, " of ",
                         from.origin, " holds ", num_rows);
}

Status PayloadDecoder::decode_value(const From& from, int64_t message, int64_t offset) {
  const Status decoded = value_->decode_record(from.values.value<std::string_view>(message),
                                               {.origin = from.origin, .line = offset});
  return decoded.ok() ? decoded : at_message(decoded, "message", offset, from.origin);
}

Status PayloadDecoder::check_kind(const TopicBatch& read, int64_t message, int64_t offset,
                                  const std::string& origin) const {
  const bool append = changelog_ == LogChangelog::kAppend;
  if (!append || read.batch.row_kind(message) == RowKind::kInsert) return Status::OK();
  return Status::Invalid(
      "the message at offset ", offset, " of ", origin, " is a change (",
      to_text(read.batch.row_kind(message)),
      "), but the table reads inserts only: set 'changelog-mode' = 'all', or declare the PRIMARY "
      "KEY and 'key.format'");
}

Result<PayloadDecoder::Rows> PayloadDecoder::rows(const TopicBatch& read, const From& from) {
  Rows rows;
  Places places;
  const bool upserts = changelog_ == LogChangelog::kUpsert;
  auto kinds = std::make_shared<std::vector<RowKind>>();
  for (int64_t message = 0; message < from.values.num_rows(); ++message) {
    const bool deletes = upserts && (from.values.is_null(message) ||
                                     read.batch.row_kind(message) == RowKind::kDelete);
    if (from.values.is_null(message) && !deletes) continue;
    const int64_t offset = offset_of(read, message);
    HW_TRY(check_kind(read, message, offset, from.origin));
    std::optional<int32_t> key = -1;
    if (reads_keys_ || upserts) {
      HW_ASSIGN_OR_RETURN(key, decode_key(from, message, offset));
    }
    if (!key) continue;
    const auto first = static_cast<int32_t>(value_->num_rows());
    if (!deletes) HW_TRY(decode_value(from, message, offset));
    const int32_t num_rows = deletes ? 1 : static_cast<int32_t>(value_->num_rows()) - first;
    for (int32_t row = 0; row < num_rows; ++row) {
      places.in_value.push_back(deletes ? -1 : first + row);
      places.in_key.push_back(*key);
      rows.messages.push_back(static_cast<int32_t>(message));
      kinds->push_back(deletes ? RowKind::kDelete : read.batch.row_kind(message));
    }
  }
  Batch keys;
  if (key_ != nullptr) {
    HW_ASSIGN_OR_RETURN(keys, key_->take());
  }
  HW_ASSIGN_OR_RETURN(const Batch values, value_->take());
  for (const Place& place : columns_) {
    HW_ASSIGN_OR_RETURN(ColumnPtr column, column_of(place, keys, values, places));
    rows.columns.push_back(std::move(column));
  }
  if (holds_kinds_) {
    rows.kinds = values.row_kinds();
  } else if (changelog_ != LogChangelog::kAppend) {
    rows.kinds = std::move(kinds);
  }
  return rows;
}

Result<ColumnPtr> PayloadDecoder::column_of(const Place& place, const Batch& keys,
                                            const Batch& values, const Places& places) const {
  if (place.in_value < 0) return gather(*keys.column(place.in_key), places.in_key);
  const ColumnPtr& value = values.column(place.in_value);
  const bool whole =
      std::find(places.in_value.begin(), places.in_value.end(), -1) == places.in_value.end();
  if (whole) return value;
  if (place.in_key < 0) return gather(*value, places.in_value);
  // Of deleted rows the key's.
  HW_ASSIGN_OR_RETURN(const ColumnPtr both, concatenate({value, keys.column(place.in_key)}));
  std::vector<int32_t> from = places.in_value;
  for (size_t row = 0; row < from.size(); ++row) {
    if (from[row] < 0) from[row] = static_cast<int32_t>(value->num_rows()) + places.in_key[row];
  }
  return gather(*both, from);
}

}  // namespace hw
