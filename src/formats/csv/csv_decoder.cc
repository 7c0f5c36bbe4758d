// SPDX-License-Identifier: Apache-2.0

#include "formats/csv/csv_decoder.h"

#include <algorithm>
#include <bit>
#include <deque>
#include <immintrin.h>
#include <string>
#include <utility>
#include <vector>

#include "base/did_you_mean.h"
#include "formats/csv/csv_value.h"
#include "formats/slots/scalar_text.h"

namespace hw {
namespace {

// Text that a batch takes before it is full; a longer record travels alone.
constexpr int64_t kBatchTextMax = 4 << 20;
constexpr size_t kPadding = 64;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// One field of a record; `text` points into the block, or into scratch when it had escapes.
struct Field {
  std::string_view text;
  bool quoted = false;
};

class CsvDecoder final : public Decoder {
 public:
  CsvDecoder(const DecoderRequest& request, CsvSettings settings)
      : schema_(request.schema),
        physical_(request.physical),
        settings_(std::move(settings)),
        columns_(SqlType::row(schema_->fields()), request.memory_pool) {
    for (int i = 0; i < schema_->num_fields(); ++i) {
      converters_.emplace_back(schema_->type(i), &columns_.child(i), settings_);
    }
    for (int i = 0; i < physical_->num_fields(); ++i) names_.push_back(physical_->name(i));
    map_columns();
    if (request.counter) {
      rows_skipped_ = &request.counter("rows_skipped");
      fields_ignored_ = &request.counter("fields_set_to_null");
    }
  }

  Status decode_record(std::string_view record, const RecordPlace& place) override;
  Result<int64_t> decode_block(std::string_view block, bool last,
                               const RecordPlace& place) override;
  int64_t lines_consumed() const override { return lines_; }
  int64_t num_rows() const override { return num_rows_; }
  Result<Batch> take() override;
  std::string file_state() const override;
  Status restore_file_state(const std::string& state) override;

 private:
  enum class Scan : uint8_t { kRecord, kIncomplete, kBroken };

  void map_columns();
  bool full() const { return num_rows_ >= kBatchRowsMax || text_bytes_ >= kBatchTextMax; }
  const char* find_special(const char* p, const char* end) const;
  Scan scan_record(const char*& p, const char* end, bool last);
  Scan scan_field(const char*& p, const char* end, bool last, bool* record_ends);
  Scan scan_quoted(const char*& p, const char* end, bool last, bool* record_ends);
  Scan end_field(const char*& p, const char* end, bool last, bool* record_ends);
  Status take_record(std::string_view record);
  Status take_fields(std::string_view record, size_t count);
  Status take_header(std::string_view record);
  Status failed(std::string_view record, const std::string& message);
  std::string place_text() const;

  // Constant after construction.
  const SchemaPtr schema_;
  const SchemaPtr physical_;
  const CsvSettings settings_;
  Counter* rows_skipped_ = nullptr;
  Counter* fields_ignored_ = nullptr;

  SlotColumn columns_;
  std::vector<CsvConverter> converters_;
  std::vector<std::string> names_;    // of the file's fields, in order
  std::vector<int> column_of_field_;  // output column, or -1
  bool header_pending_ = false;
  std::vector<Field> fields_;
  size_t num_fields_ = 0;
  std::deque<std::string> scratch_;  // one per field with escapes; fields point into them
  size_t num_scratch_ = 0;
  std::string padded_;
  const char* broken_rule_ = nullptr;
  int64_t num_rows_ = 0;
  int64_t capacity_ = 0;
  int64_t text_bytes_ = 0;
  int64_t lines_ = 0;
  RecordPlace place_;
  bool is_message_ = false;
};

void CsvDecoder::map_columns() {
  column_of_field_.clear();
  for (const std::string& name : names_) column_of_field_.push_back(schema_->index_of(name));
}

// --- scanning ---

/// The first delimiter or line break (or escape) from `p` on, or `end`.
const char* CsvDecoder::find_special(const char* p, const char* end) const {
  const __m256i delimiter = _mm256_set1_epi8(settings_.delimiter);
  const __m256i line = _mm256_set1_epi8('\n');
  const __m256i escape = _mm256_set1_epi8(settings_.escape.value_or('\n'));
  for (; p < end; p += 32) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    const __m256i found = _mm256_or_si256(
        _mm256_or_si256(_mm256_cmpeq_epi8(bytes, delimiter), _mm256_cmpeq_epi8(bytes, line)),
        _mm256_cmpeq_epi8(bytes, escape));
    const auto mask = static_cast<uint32_t>(_mm256_movemask_epi8(found));
    if (mask != 0) return std::min(end, p + std::countr_zero(mask));
  }
  return end;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// What follows a field: a delimiter, a line break or the end of the file.
CsvDecoder::Scan CsvDecoder::end_field(const char*& p, const char* end, bool last,
                                       bool* record_ends) {
  if (p == end) {
    *record_ends = true;
    return last ? Scan::kRecord : Scan::kIncomplete;
  }
  *record_ends = *p == '\n';
  ++p;
  return Scan::kRecord;
}

CsvDecoder::Scan CsvDecoder::scan_quoted(const char*& p, const char* end, bool last,
                                         bool* record_ends) {
  const char* begin = ++p;
  std::string* copy = nullptr;
  const auto copy_up_to = [&](const char* to) {
    if (copy == nullptr) {
      if (num_scratch_ == scratch_.size()) scratch_.emplace_back();
      copy = &scratch_[num_scratch_++];
      copy->clear();
    }
    copy->append(begin, to);
  };
  while (true) {
    while (p < end && *p != settings_.quote && (!settings_.escape || *p != *settings_.escape)) ++p;
    if (p == end) {
      broken_rule_ = "a quoted field does not end";
      return last ? Scan::kBroken : Scan::kIncomplete;
    }
    const bool escaped = settings_.escape && *p == *settings_.escape;
    if (p + 1 == end && !last) return Scan::kIncomplete;
    const bool doubled = !escaped && p + 1 < end && p[1] == settings_.quote;
    if (!escaped && !doubled) break;
    if (p + 1 == end) {
      broken_rule_ = "nothing follows the escape character";
      return Scan::kBroken;
    }
    copy_up_to(p);
    begin = p + 1;
    p += 2;
  }
  std::string_view text(begin, static_cast<size_t>(p - begin));
  if (copy != nullptr) {
    copy->append(text);
    text = *copy;
  }
  ++p;
  while (p < end && *p == ' ') ++p;
  if (p < end && *p == '\r') ++p;
  if (p < end && *p != settings_.delimiter && *p != '\n') {
    broken_rule_ = "a delimiter or the end of the line follows a closing quote";
    return Scan::kBroken;
  }
  fields_[num_fields_++] = {text, true};
  return end_field(p, end, last, record_ends);
}

CsvDecoder::Scan CsvDecoder::scan_field(const char*& p, const char* end, bool last,
                                        bool* record_ends) {
  if (num_fields_ == fields_.size()) fields_.emplace_back();
  const char* front = p;
  if (settings_.trim_spaces) {
    while (front < end && *front == ' ') ++front;
  }
  if (settings_.quoting && front < end && *front == settings_.quote) {
    p = front;
    return scan_quoted(p, end, last, record_ends);
  }
  const char* begin = p;
  std::string* copy = nullptr;
  p = find_special(p, end);
  while (p < end && settings_.escape && *p == *settings_.escape) {
    if (p + 1 == end) {
      broken_rule_ = "nothing follows the escape character";
      return last ? Scan::kBroken : Scan::kIncomplete;
    }
    if (copy == nullptr) {
      if (num_scratch_ == scratch_.size()) scratch_.emplace_back();
      copy = &scratch_[num_scratch_++];
      copy->clear();
    }
    copy->append(begin, p);
    begin = p + 1;
    p = find_special(p + 2, end);
  }
  std::string_view text(begin, static_cast<size_t>(p - begin));
  if ((p == end || *p == '\n') && text.ends_with('\r')) text.remove_suffix(1);
  if (copy != nullptr) {
    copy->append(text);
    text = *copy;
  }
  fields_[num_fields_++] = {settings_.trim_spaces ? trimmed(text) : text, false};
  return end_field(p, end, last, record_ends);
}

/// Splits the record at `p` and moves behind it.
CsvDecoder::Scan CsvDecoder::scan_record(const char*& p, const char* end, bool last) {
  num_fields_ = 0;
  num_scratch_ = 0;
  bool record_ends = false;
  while (!record_ends) {
    const Scan scan = scan_field(p, end, last, &record_ends);
    if (scan != Scan::kRecord) return scan;
  }
  return Scan::kRecord;
}

// --- records ---

std::string CsvDecoder::place_text() const {
  if (is_message_) return std::string(place_.origin);
  return std::string(place_.origin) + ", line " + std::to_string(place_.line + lines_);
}

Status CsvDecoder::failed(std::string_view record, const std::string& message) {
  if (num_rows_ < capacity_) columns_.truncate(num_rows_);
  if (settings_.ignore_parse_errors) {
    if (rows_skipped_ != nullptr) rows_skipped_->add(1);
    return Status::OK();
  }
  return Status::SerializationError(message, ": ", scalar_text::quoted_cut(record), " (",
                                    place_text(), ")");
}

Status CsvDecoder::take_header(std::string_view record) {
  header_pending_ = false;
  if (settings_.header != CsvSettings::Header::kByName) return Status::OK();
  names_.clear();
  for (size_t i = 0; i < num_fields_; ++i) names_.emplace_back(trimmed(fields_[i].text));
  map_columns();
  for (const SqlField& field : schema_->fields()) {
    if (std::find(names_.begin(), names_.end(), field.name) != names_.end()) continue;
    const std::vector<std::string> near = nearest(field.name, names_);
    return Status::SerializationError(
        "'csv.header' = 'by-name' needs each column in the header, but '", field.name,
        "' is not there", near.empty() ? "" : "; did you mean '" + near[0] + "'?", ": ",
        scalar_text::quoted_cut(record), " (", place_text(), ")");
  }
  return Status::OK();
}

Status CsvDecoder::take_record(std::string_view record) {
  if (header_pending_) return take_header(record);
  size_t count = num_fields_;
  const size_t expected = column_of_field_.size();
  if (count > expected && settings_.allow_trailing_comma && !fields_[count - 1].quoted &&
      fields_[count - 1].text.empty()) {
    --count;
  }
  if (count > expected && !settings_.ignore_trailing_unmappable) {
    return failed(record, "a record has at most " + std::to_string(expected) +
                              " fields, but this one has " + std::to_string(count) +
                              "; declare the columns, or set 'csv.ignore-trailing-unmappable' = "
                              "'true'");
  }
  if (count < expected && settings_.fail_on_missing_columns) {
    return failed(record, "a record has " + std::to_string(expected) +
                              " fields with 'csv.fail-on-missing-columns' = 'true', but this one "
                              "has " +
                              std::to_string(count));
  }
  if (num_rows_ == capacity_) {
    capacity_ = std::max<int64_t>(64, num_rows_ * 2);
    HW_TRY(columns_.reserve(capacity_));
  }
  return take_fields(record, std::min(count, expected));
}

Status CsvDecoder::take_fields(std::string_view record, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const int column = column_of_field_[i];
    if (column < 0) continue;
    const Field& field = fields_[i];
    const auto failed_field = [&](const std::string& rule, const std::string& hint) {
      if (num_rows_ < capacity_) columns_.truncate(num_rows_);
      return Status::SerializationError("column '", schema_->name(column), "' needs ", rule,
                                        ", but has ", scalar_text::quoted_cut(field.text), " (",
                                        place_text(), ")", hint.empty() ? "" : "; ", hint);
    };
    if (schema_->type(column).is_text() && scalar_text::find_invalid_utf8(field.text) >= 0) {
      if (settings_.ignore_parse_errors) return failed(record, "");
      return failed_field("valid UTF-8", "");
    }
    const CsvStored stored =
        converters_[static_cast<size_t>(column)].store(num_rows_, field.text, field.quoted);
    if (stored == CsvStored::kYes) continue;
    if (stored == CsvStored::kNoRoom) {
      return Status::CapacityError("more than 2 GiB of text in one batch");
    }
    if (!settings_.ignore_parse_errors) {
      return failed_field("a value of type " + schema_->type(column).to_sql_without_null(),
                          converters_[static_cast<size_t>(column)].hint());
    }
    columns_.child(column).truncate(num_rows_);
    if (fields_ignored_ != nullptr) fields_ignored_->add(1);
  }
  for (int column = 0; column < schema_->num_fields(); ++column) {
    if (schema_->type(column).nullable() || columns_.child(column).is_set(num_rows_)) continue;
    return failed(record, "column '" + schema_->name(column) +
                              "' is declared NOT NULL, but the record has no value for it");
  }
  ++num_rows_;
  return Status::OK();
}

// --- blocks ---

Result<int64_t> CsvDecoder::decode_block(std::string_view block, bool last,
                                         const RecordPlace& place) {
  place_ = place;
  is_message_ = false;
  lines_ = 0;
  const char* p = block.data();
  const char* const end = p + block.size();
  const char* first = p;
  if (place.line == 1) {
    if (block.starts_with(kByteOrderMark)) p += kByteOrderMark.size();
    first = p;
    header_pending_ = settings_.header != CsvSettings::Header::kNone;
  }
  while (p < end && !full()) {
    const char* const begin = p;
    const bool blank = *p == '\n' || (*p == '\r' && p + 1 < end && p[1] == '\n');
    const bool comment = settings_.allow_comments && *p == '#';
    if (blank || comment) {
      const char* line_end = std::find(p, end, '\n');
      if (line_end == end && !last) break;
      p = std::min(end, line_end + 1);
      ++lines_;
      continue;
    }
    const Scan scan = scan_record(p, end, last);
    if (scan == Scan::kIncomplete) {
      p = begin;
      break;
    }
    if (num_rows_ > 0 && p - begin > kBatchTextMax) {
      p = begin;
      break;
    }
    if (scan == Scan::kBroken) {
      // Goes on with the next line: what was taken for a quoted field may be many records.
      p = std::find(begin, end, '\n');
      if (p == end && !last) {
        p = begin;
        break;
      }
      HW_TRY(failed({begin, static_cast<size_t>(p - begin)},
                    std::string("malformed CSV: ") + broken_rule_));
      p = std::min(end, p + 1);
      ++lines_;
      continue;
    }
    const std::string_view record(begin, static_cast<size_t>(p - begin));
    HW_TRY(take_record(record.ends_with('\n') ? record.substr(0, record.size() - 1) : record));
    text_bytes_ += p - begin;
    lines_ += std::max<int64_t>(1, std::count(begin, p, '\n'));
  }
  // A byte order mark goes with the first line: alone it would be looked for again behind itself.
  if (p == first && !last) return 0;
  return p - block.data();
}

Status CsvDecoder::decode_record(std::string_view record, const RecordPlace& place) {
  padded_.assign(record);
  padded_.append(kPadding, ' ');
  place_ = place;
  is_message_ = true;
  lines_ = 0;
  header_pending_ = false;
  const char* p = padded_.data();
  const char* const end = p + record.size();
  if (p == end) return Status::OK();
  if (scan_record(p, end, true) == Scan::kBroken) {
    return failed(record, std::string("malformed CSV: ") + broken_rule_);
  }
  if (p != end) return failed(record, "a message holds one CSV record");
  text_bytes_ += static_cast<int64_t>(record.size());
  return take_record(record);
}

Result<Batch> CsvDecoder::take() {
  HW_ASSIGN_OR_RETURN(std::vector<ColumnPtr> columns, columns_.finish_fields(num_rows_));
  Batch batch(schema_, std::move(columns), num_rows_);
  num_rows_ = capacity_ = text_bytes_ = 0;
  return batch;
}

std::string CsvDecoder::file_state() const {
  if (settings_.header != CsvSettings::Header::kByName) return {};
  std::string state;
  for (const std::string& name : names_) state += std::to_string(name.size()) + ":" + name;
  return state;
}

Status CsvDecoder::restore_file_state(const std::string& state) {
  header_pending_ = false;
  if (settings_.header != CsvSettings::Header::kByName) return Status::OK();
  names_.clear();
  size_t at = 0;
  while (at < state.size()) {
    const size_t colon = state.find(':', at);
    int64_t size = 0;
    if (colon == std::string::npos ||
        !scalar_text::parse_int64(std::string_view(state).substr(at, colon - at), &size) ||
        size < 0 || colon + 1 + static_cast<size_t>(size) > state.size()) {
      return Status::SerializationError("a csv reader's position is damaged");
    }
    names_.push_back(state.substr(colon + 1, static_cast<size_t>(size)));
    at = colon + 1 + static_cast<size_t>(size);
  }
  map_columns();
  return Status::OK();
}

}  // namespace

Result<std::unique_ptr<Decoder>> make_csv_decoder(const DecoderRequest& request,
                                                  const CsvSettings& settings) {
  HW_TRY(check_csv_schema(*request.schema));
  return std::make_unique<CsvDecoder>(request, settings);
}

}  // namespace hw
