// SPDX-License-Identifier: Apache-2.0

#include "formats/json/json_decoder.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "base/assert.h"
#include "formats/json/json_index.h"
#include "formats/json/json_reader.h"
#include "formats/json/json_token.h"
#include "runtime/reads_in_parts.h"

namespace hw {
namespace {

// A chunk's text and offsets stay in the second-level cache between indexing and walking.
constexpr int64_t kChunkBytes = 64 << 10;
constexpr int64_t kChunkBytesMin = 4 << 10;
// Text that a batch takes before it is full; a longer line travels alone.
constexpr int64_t kBatchTextMax = 4 << 20;
constexpr size_t kPadding = 64;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

class JsonDecoder final : public Decoder, public DecodesLines {
 public:
  JsonDecoder(const DecoderRequest& request, JsonSettings settings,
              std::optional<JsonEnvelope> envelope)
      : schema_(request.schema),
        settings_(std::move(settings)),
        envelope_(std::move(envelope)),
        columns_(SqlType::row(schema_->fields()), request.memory_pool),
        reader_(root_, settings_.ignore_parse_errors, settings_.fail_on_missing_field) {
    if (request.counter) {
      rows_skipped_ = &request.counter("rows_skipped");
      fields_ignored_ = &request.counter("fields_set_to_null");
    }
  }

  Status shape(const DecoderRequest& request);

  Status decode_record(std::string_view record, const RecordPlace& place) override;
  Result<int64_t> decode_block(std::string_view block, bool last,
                               const RecordPlace& place) override;
  int64_t lines_consumed() const override { return lines_; }
  int64_t num_rows() const override { return num_rows_; }
  Result<Batch> take() override;
  /// The two halves of an update stand one behind the other.
  bool lines_stand_alone() const override { return !envelope_; }

 private:
  using Cursor = JsonReader::Cursor;

  bool full() const { return num_rows_ >= kBatchRowsMax || text_bytes_ >= kBatchTextMax; }
  int64_t chunk_bytes_wanted() const;
  Result<int64_t> decode_chunk(std::string_view chunk);
  Result<int64_t> decode_line_by_line(std::string_view chunk);
  Status decode_single_line(std::string_view line);
  Result<Cursor> read_line(const char* text, const char* line_begin, Cursor at);
  Cursor read_rows_of_line(const char* text, Cursor at);
  Cursor read_row(Cursor at);
  Cursor fail_line(Cursor at, JsonFailure failure);
  void forget_rows(int64_t rows);
  bool check_envelope();
  Status failed_line(std::string_view line, const JsonFailure& failure);
  Status failed_line(std::string_view line, std::string_view rule);
  std::string place_text() const;

  // Constant after construction.
  const SchemaPtr schema_;
  const JsonSettings settings_;
  const std::optional<JsonEnvelope> envelope_;
  std::vector<int> key_columns_;
  Counter* rows_skipped_ = nullptr;
  Counter* fields_ignored_ = nullptr;

  SlotColumn columns_;
  JsonNode root_;
  JsonReader reader_;
  JsonIndex index_;
  std::string padded_;
  std::vector<RowKind> kinds_;
  int64_t num_rows_ = 0;
  int64_t capacity_ = 0;
  int64_t text_bytes_ = 0;
  int64_t lines_ = 0;
  int64_t bytes_per_line_ = 256;
  int64_t ignored_counted_ = 0;
  // Of the call in progress.
  RecordPlace place_;
  bool is_message_ = false;
  // Why the line in progress failed, and where the reader stood.
  const JsonFailure* failure_ = nullptr;
  JsonFailure own_failure_;
  Cursor failed_at_ = nullptr;
};

Status JsonDecoder::shape(const DecoderRequest& request) {
  HW_TRY(check_json_schema(*schema_));
  JsonNode* columns = &root_;
  root_.kind = JsonKind::kRow;
  if (envelope_) {
    root_.all_required = true;
    JsonNode& op = root_.children.emplace_back();
    op.kind = JsonKind::kRowKind;
    op.name = "op";
    JsonNode& data = root_.children.emplace_back();
    data.kind = JsonKind::kRow;
    for (JsonNode& child : root_.children) child.parent = &root_;
    root_.by_name = {{"op", &root_.children[0]}, {"data", &root_.children[1]}};
    columns = &data;
    for (const int key : request.primary_key) {
      const int column = schema_->index_of(request.physical->name(key));
      if (column >= 0) key_columns_.push_back(column);
    }
  }
  const JsonNode* parent = columns->parent;
  HW_TRY(shape_json_node(columns_.type(), &columns_, settings_, columns));
  columns->slot = nullptr;
  columns->parent = parent;
  columns->name.clear();  // an envelope's "data" is no part of a column's name
  if (envelope_ && envelope_->deletes_by_key) columns->has_not_null = false;
  return Status::OK();
}

std::string JsonDecoder::place_text() const {
  if (place_.origin.empty()) return "line " + std::to_string(place_.line + lines_);
  return std::string(place_.origin) +
         (is_message_ ? "" : ", line " + std::to_string(place_.line + lines_));
}

// --- errors ---

/// Reports a line that is no JSON object; under ignore-parse-errors it is skipped and counted.
Status JsonDecoder::failed_line(std::string_view line, std::string_view rule) {
  if (settings_.ignore_parse_errors) {
    if (rows_skipped_ != nullptr) rows_skipped_->add(1);
    return Status::OK();
  }
  return Status::SerializationError(rule, ": ", scalar_text::quoted_cut(line), " (", place_text(),
                                    ")");
}

Status JsonDecoder::failed_line(std::string_view line, const JsonFailure& failure) {
  if (failure.kind == JsonFailure::Kind::kStorage) return failure.status;
  if (settings_.ignore_parse_errors) return failed_line(line, std::string_view());
  const std::string where = " (" + place_text() + ")";
  std::string column = failure.node == nullptr ? "" : failure.node->path();
  if (envelope_ && failure.node == &root_.children[1]) column = "data";
  const bool in_envelope = envelope_ && failure.node != nullptr && failure.node->parent == &root_;
  if (failure.kind == JsonFailure::Kind::kMissing && in_envelope) {
    return Status::SerializationError("a change has the fields 'op' and 'data', but '", column,
                                      "' is missing: ", scalar_text::quoted_cut(line), where);
  }
  if (failure.kind == JsonFailure::Kind::kMissing) {
    return Status::SerializationError(
        "column '", column, "' is ", failure.rule,
        ", but the record has no value for it: ", scalar_text::quoted_cut(line), where);
  }
  if (failure.kind == JsonFailure::Kind::kValue) {
    const std::string rule = failure.rule.empty()
                                 ? "a value of type " + failure.node->type.to_sql_without_null()
                                 : failure.rule;
    std::string message = (in_envelope ? "field '" : "column '") + column + "' needs " + rule +
                          ", but has " + scalar_text::quoted_cut(failure.text) + where;
    if (failure.rule.empty()) message += "; " + json_token::hint(*failure.node, settings_.format);
    return Status::SerializationError(message);
  }
  const char* at = std::clamp(failure.at, line.data(), line.data() + line.size());
  const auto byte = at - line.data();
  std::string message = "malformed JSON: " + failure.rule;
  if (at == line.data() + line.size()) message += ", but the record ends";
  message += " at byte " + std::to_string(byte + 1);
  if (!column.empty()) message += ", in or after field '" + column + "'";
  message += ": " + scalar_text::quoted_cut(at == line.data() + line.size()
                                                ? line
                                                : line.substr(static_cast<size_t>(byte)));
  return Status::SerializationError(message, where);
}

// --- rows ---

bool JsonDecoder::check_envelope() {
  const RowKind kind = reader_.row_kind();
  const auto fail = [&](std::string rule, const JsonNode* node) {
    own_failure_ = {.kind = JsonFailure::Kind::kMissing, .rule = std::move(rule), .node = node};
    failure_ = &own_failure_;
    return false;
  };
  if (!envelope_->kinds.contains(kind)) {
    own_failure_ = {.kind = JsonFailure::Kind::kValue,
                    .rule = envelope_->kinds.is_insert_only()
                                ? "+I: 'changelog-mode' = 'insert' takes nothing else"
                                : "+I, +U or -D: 'changelog-mode' = 'upsert' takes no -U",
                    .node = &root_.children[0],
                    .text = to_text(kind)};
    failure_ = &own_failure_;
    return false;
  }
  if (envelope_->deletes_by_key) {
    JsonNode& data = root_.children[1];
    if (kind == RowKind::kDelete) {
      for (const int key : key_columns_) {
        if (!columns_.child(key).is_set(num_rows_)) {
          return fail("part of the PRIMARY KEY", &data.children[static_cast<size_t>(key)]);
        }
      }
    } else {
      for (const JsonNode& child : data.children) {
        if (!child.nullable && !child.slot->is_set(num_rows_))
          return fail("declared NOT NULL", &child);
      }
    }
  }
  kinds_.push_back(kind);
  return true;
}

JsonReader::Cursor JsonDecoder::read_row(Cursor at) {
  if (num_rows_ == capacity_) [[unlikely]] {
    capacity_ = std::max<int64_t>({64, num_rows_ * 2});
    if (Status room = columns_.reserve(capacity_); !room.ok()) {
      return fail_line(at, {.kind = JsonFailure::Kind::kStorage, .status = std::move(room)});
    }
  }
  const Cursor next = reader_.read_record(at, num_rows_);
  if (next == nullptr) {
    failure_ = &reader_.failure();
    failed_at_ = reader_.failed_at();
    return nullptr;
  }
  if (envelope_ && !check_envelope()) {
    failed_at_ = next;
    return nullptr;
  }
  ++num_rows_;
  return next;
}

JsonReader::Cursor JsonDecoder::fail_line(Cursor at, JsonFailure failure) {
  own_failure_ = std::move(failure);
  failure_ = &own_failure_;
  failed_at_ = at;
  return nullptr;
}

/// Reads the object, or the array of objects, that the line is.
JsonReader::Cursor JsonDecoder::read_rows_of_line(const char* text, Cursor at) {
  if (text[at[0]] != '[') return read_row(at);
  ++at;
  if (text[at[0]] == ']') return at + 1;
  while (true) {
    at = read_row(at);
    if (at == nullptr) return nullptr;
    const char c = text[at[0]];
    if (c == ']') return at + 1;
    if (c != ',') return fail_line(at, {.rule = "expected ',' or ']'", .at = text + at[0]});
    ++at;
  }
}

/// Reads the line at `at`, which is not blank; `line_begin` is where its text begins. Returns the
/// cursor of its end.
Result<JsonReader::Cursor> JsonDecoder::read_line(const char* text, const char* line_begin,
                                                  Cursor at) {
  const int64_t rows_before = num_rows_;
  Cursor next = read_rows_of_line(text, at);
  if (next != nullptr && text[next[0]] != '\n') {
    next = fail_line(
        next, {.rule = "expected the end of the line after the object", .at = text + next[0]});
  }
  if (next != nullptr) [[likely]] {
    return next;
  }
  forget_rows(rows_before);
  Cursor end = failed_at_;
  while (text[end[0]] != '\n') ++end;
  const auto size = static_cast<size_t>(text + end[0] - line_begin);
  HW_TRY(failed_line({line_begin, size}, *failure_));
  return end;
}

void JsonDecoder::forget_rows(int64_t rows) {
  num_rows_ = rows;
  if (envelope_) kinds_.resize(static_cast<size_t>(rows));
  columns_.truncate(rows);
}

// --- blocks ---

int64_t JsonDecoder::chunk_bytes_wanted() const {
  const int64_t expected = (kBatchRowsMax - num_rows_) * bytes_per_line_;
  return std::clamp(expected, kChunkBytesMin, kChunkBytes);
}

/// Decodes whole lines; returns the bytes of those it got through before the batch was full.
Result<int64_t> JsonDecoder::decode_chunk(std::string_view chunk) {
  const JsonIndex::Outcome outcome =
      index_.build(chunk, JsonIndex::Lines::kOffsets, static_cast<uint32_t>(chunk.size() - 1));
  if (outcome != JsonIndex::Outcome::kOk) return decode_line_by_line(chunk);
  const char* text = chunk.data();
  const char* end = text + chunk.size();
  const char* line = text;
  const int64_t lines_before = lines_;
  Cursor at = index_.offsets();
  reader_.set_text(text);
  while (line < end && !full()) {
    if (text[at[0]] != '\n') {
      HW_ASSIGN_OR_RETURN(at, read_line(text, line, at));
    }
    const char* next = text + at[0] + 1;
    text_bytes_ += next - line;
    line = next;
    ++lines_;
    ++at;
  }
  bytes_per_line_ =
      std::max<int64_t>(1, (line - text) / std::max<int64_t>(1, lines_ - lines_before));
  return line - text;
}

/// The chunk holds a broken string or invalid UTF-8: finds out in which line.
Result<int64_t> JsonDecoder::decode_line_by_line(std::string_view chunk) {
  int64_t consumed = 0;
  while (consumed < static_cast<int64_t>(chunk.size()) && !full()) {
    const std::string_view rest = chunk.substr(static_cast<size_t>(consumed));
    const std::string_view line = rest.substr(0, rest.find('\n') + 1);
    HW_TRY(decode_single_line(line));
    text_bytes_ += static_cast<int64_t>(line.size());
    consumed += static_cast<int64_t>(line.size());
    ++lines_;
  }
  return consumed;
}

/// Decodes one line, or one message; its last byte is a line break.
Status JsonDecoder::decode_single_line(std::string_view line) {
  const auto lines = is_message_ ? JsonIndex::Lines::kBlanks : JsonIndex::Lines::kOffsets;
  const JsonIndex::Outcome outcome =
      index_.build(line, lines, static_cast<uint32_t>(line.size() - 1));
  const std::string_view shown = line.substr(0, line.size() - 1);
  switch (outcome) {
    case JsonIndex::Outcome::kBlank:
      return Status::OK();
    case JsonIndex::Outcome::kTooLarge:
      return Status::CapacityError("a JSON record has at most 4 GiB, but this one has ",
                                   line.size(), " bytes (", place_text(), ")");
    case JsonIndex::Outcome::kBrokenString:
      return failed_line(shown,
                         "malformed JSON: a string does not end, or holds a control character that "
                         "must be escaped");
    case JsonIndex::Outcome::kOk:
    case JsonIndex::Outcome::kInvalidUtf8:
      break;
  }
  const Cursor at = index_.offsets();
  reader_.set_text(line.data());
  if (outcome == JsonIndex::Outcome::kOk) {
    if (line[at[0]] == '\n') return Status::OK();
    return read_line(line.data(), line.data(), at).status();
  }
  // Reads the line only to name the field; whatever it says, the row is not taken.
  const int64_t rows_before = num_rows_;
  reader_.set_check_utf8(true);
  const bool good = read_rows_of_line(line.data(), at) != nullptr;
  reader_.set_check_utf8(false);
  forget_rows(rows_before);
  const bool named =
      !good && failure_ == &reader_.failure() && failure_->kind == JsonFailure::Kind::kValue;
  return named ? failed_line(shown, *failure_) : failed_line(shown, "JSON must be valid UTF-8");
}

Result<int64_t> JsonDecoder::decode_block(std::string_view block, bool last,
                                          const RecordPlace& place) {
  place_ = place;
  is_message_ = false;
  lines_ = 0;
  int64_t consumed = 0;
  if (place.line == 1 && block.starts_with(kByteOrderMark)) consumed = kByteOrderMark.size();
  while (!full()) {
    std::string_view rest = block.substr(static_cast<size_t>(consumed));
    if (rest.empty()) break;
    const auto wanted = static_cast<size_t>(chunk_bytes_wanted());
    size_t size = rest.size() <= wanted ? rest.rfind('\n') : rest.rfind('\n', wanted - 1);
    if (size == std::string_view::npos) size = rest.find('\n');
    if (size == std::string_view::npos) {
      if (!last || (num_rows_ > 0 && static_cast<int64_t>(rest.size()) > kBatchTextMax)) break;
      // The last line has no end of its own.
      padded_.assign(rest);
      padded_ += '\n';
      padded_.append(kPadding, ' ');
      HW_TRY(decode_chunk(std::string_view(padded_).substr(0, rest.size() + 1)).status());
      consumed += static_cast<int64_t>(rest.size());
      break;
    }
    if (num_rows_ > 0 && static_cast<int64_t>(size) > kBatchTextMax) break;
    HW_ASSIGN_OR_RETURN(const int64_t got, decode_chunk(rest.substr(0, size + 1)));
    consumed += got;
  }
  // A byte order mark goes with the first line: alone it would be looked for again behind itself.
  if (lines_ == 0 && !last) consumed = 0;
  if (fields_ignored_ != nullptr && reader_.fields_ignored() > ignored_counted_) {
    fields_ignored_->add(reader_.fields_ignored() - ignored_counted_);
    ignored_counted_ = reader_.fields_ignored();
  }
  return consumed;
}

Status JsonDecoder::decode_record(std::string_view record, const RecordPlace& place) {
  place_ = place;
  is_message_ = true;
  lines_ = 0;
  if (record.starts_with(kByteOrderMark)) record.remove_prefix(kByteOrderMark.size());
  padded_.assign(record);
  padded_ += '\n';
  padded_.append(kPadding, ' ');
  const Status status = decode_single_line(std::string_view(padded_).substr(0, record.size() + 1));
  text_bytes_ += static_cast<int64_t>(record.size());
  if (fields_ignored_ != nullptr && reader_.fields_ignored() > ignored_counted_) {
    fields_ignored_->add(reader_.fields_ignored() - ignored_counted_);
    ignored_counted_ = reader_.fields_ignored();
  }
  return status;
}

Result<Batch> JsonDecoder::take() {
  HW_ASSIGN_OR_RETURN(std::vector<ColumnPtr> columns, columns_.finish_fields(num_rows_));
  RowKindsPtr kinds;
  const auto is_insert = [](RowKind kind) { return kind == RowKind::kInsert; };
  if (!std::all_of(kinds_.begin(), kinds_.end(), is_insert)) {
    kinds = std::make_shared<const std::vector<RowKind>>(kinds_);
  }
  kinds_.clear();
  Batch batch(schema_, std::move(columns), num_rows_, std::move(kinds));
  num_rows_ = 0;
  capacity_ = 0;
  text_bytes_ = 0;
  return batch;
}

}  // namespace

Result<std::unique_ptr<Decoder>> make_json_decoder(const DecoderRequest& request,
                                                   const JsonSettings& settings,
                                                   const std::optional<JsonEnvelope>& envelope) {
  auto decoder = std::make_unique<JsonDecoder>(request, settings, envelope);
  HW_TRY(decoder->shape(request));
  return std::unique_ptr<Decoder>(std::move(decoder));
}

}  // namespace hw
