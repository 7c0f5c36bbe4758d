// SPDX-License-Identifier: Apache-2.0
//
// The raw format: a record is the bytes of its one column, a file's records are its lines. Values
// that would read back as something else (NULL, a line break inside) are refused, not written.

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "columnar/canonical_form.h"
#include "columnar/sql_type.h"
#include "formats/slots/scalar_text.h"
#include "formats/slots/slot_column.h"
#include "runtime/format_catalogue.h"

namespace hw {
namespace {

constexpr int64_t kBatchTextMax = 4 << 20;

OptionSpec charset() {
  return {.name = "charset",
          .default_value = "UTF-8",
          .sentence = "How text is encoded; only UTF-8 is built."};
}

OptionSpec endianness() {
  return {.name = "endianness",
          .type = OptionType::kEnum,
          .default_value = "big-endian",
          .values = {"big-endian", "little-endian"},
          .sentence = "The order of a number's bytes."};
}

bool is_variable(const SqlType& type) { return type.physical() == PhysicalType::kBytes; }

/// Bytes of one value of fixed width.
int64_t width_of(const SqlType& type) {
  return type.is(TypeKind::kBoolean) ? 1 : type.fixed_width();
}

Status check(const Schema& schema, const Options& options) {
  if (schema.num_fields() != 1) {
    return Status::Invalid("the raw format has exactly one column, but the table has ",
                           schema.num_fields());
  }
  const std::string name = options.text(charset());
  if (name != "UTF-8" && name != "utf-8" && name != "UTF8") {
    return not_supported_yet("'raw.charset' = '" + name + "'");
  }
  const SqlType& type = schema.type(0);
  if (type.is_bitmap()) {
    return not_supported_yet("BITMAP in the raw format (column '" + schema.name(0) +
                             "'); declare it as BYTES, for BITMAP_FROM_BYTES and BITMAP_TO_BYTES");
  }
  if (is_variable(type) || type.is(TypeKind::kBoolean) || type.is_integer() ||
      type.is_approximate()) {
    return Status::OK();
  }
  return Status::Invalid("the raw format carries text, bytes, BOOLEAN and numbers, but column '",
                         schema.name(0), "' is ", type.to_sql());
}

/// Copies `width` bytes, turned around when the wire's order is not the machine's.
void copy_number(const char* from, int64_t width, bool big_endian, char* to) {
  if (big_endian) {
    std::reverse_copy(from, from + width, to);
  } else {
    std::memcpy(to, from, static_cast<size_t>(width));
  }
}

class RawDecoder final : public Decoder {
 public:
  RawDecoder(const DecoderRequest& request, bool big_endian)
      : schema_(request.schema),
        type_(request.physical->type(0)),
        big_endian_(big_endian),
        columns_(SqlType::row(schema_->fields()), request.memory_pool) {}

  Status decode_record(std::string_view record, const RecordPlace& place) override {
    lines_ = 0;
    return append(record, place);
  }

  Result<int64_t> decode_block(std::string_view block, bool last,
                               const RecordPlace& place) override {
    lines_ = 0;
    size_t at = 0;
    // Numbers stand one behind the other, text stands in lines.
    const auto width = static_cast<size_t>(is_variable(type_) ? 0 : width_of(type_));
    while (at < block.size() && num_rows_ < kBatchRowsMax && text_bytes_ < kBatchTextMax) {
      size_t end = width > 0 ? at + width : block.find('\n', at);
      if (end == std::string_view::npos || end > block.size()) {
        if (!last) break;
        end = block.size();
      }
      if (num_rows_ > 0 && static_cast<int64_t>(end - at) > kBatchTextMax) break;
      std::string_view record = block.substr(at, end - at);
      if (width == 0 && record.ends_with('\r') && !type_.is_bytes()) record.remove_suffix(1);
      HW_TRY(append(record, place));
      ++lines_;
      at = std::min(block.size(), width > 0 ? end : end + 1);
    }
    return static_cast<int64_t>(at);
  }

  int64_t lines_consumed() const override { return lines_; }
  int64_t num_rows() const override { return num_rows_; }

  Result<Batch> take() override {
    HW_ASSIGN_OR_RETURN(std::vector<ColumnPtr> columns, columns_.finish_fields(num_rows_));
    Batch batch(schema_, std::move(columns), num_rows_);
    num_rows_ = text_bytes_ = 0;
    return batch;
  }

 private:
  Status append(std::string_view record, const RecordPlace& place) {
    const int64_t row = num_rows_;
    if (schema_->num_fields() == 0) {
      ++num_rows_;
      return Status::OK();
    }
    HW_TRY(columns_.reserve(row + 1));
    SlotColumn& slot = columns_.child(0);
    if (is_variable(type_)) {
      if (type_.is_text() && scalar_text::find_invalid_utf8(record) >= 0) {
        return Status::SerializationError("column '", schema_->name(0),
                                          "' needs valid UTF-8, but has ",
                                          scalar_text::quoted_cut(record), where(place),
                                          "; declare it as BYTES to read any bytes");
      }
      HW_TRY(type_.is_variant() ? store_variant(slot, row, record, place)
                                : slot.set_bytes(row, record));
    } else {
      const int64_t width = width_of(type_);
      if (static_cast<int64_t>(record.size()) != width) {
        return Status::SerializationError("a raw ", type_.to_sql(), " has ", width,
                                          " bytes, but there are ", record.size(), where(place));
      }
      store_number(slot, row, record.data(), width);
    }
    text_bytes_ += static_cast<int64_t>(record.size());
    ++num_rows_;
    return Status::OK();
  }

  Status store_variant(SlotColumn& slot, int64_t row, std::string_view record,
                       const RecordPlace& place) {
    scratch_.clear();
    const Status status = CanonicalForm(type_).write(record, scratch_);
    if (!status.ok()) {
      return Status::SerializationError("column '", schema_->name(0), "' needs JSON, but ",
                                        status.message(), where(place),
                                        "; declare it as STRING to read any text");
    }
    return slot.set_bytes(row, scratch_);
  }

  std::string where(const RecordPlace& place) const {
    return " (" + std::string(place.origin) + ", line " + std::to_string(place.line + lines_) + ")";
  }

  void store_number(SlotColumn& slot, int64_t row, const char* bytes, int64_t width) {
    char value[8] = {};
    copy_number(bytes, width, big_endian_, value);
    const auto as = [&]<typename T>(T number) {
      std::memcpy(&number, value, sizeof(number));
      slot.set(row, number);
    };
    switch (type_.physical()) {
      case PhysicalType::kBool:
        return slot.set_bool(row, value[0] != 0);
      case PhysicalType::kInt8:
        return as(int8_t{});
      case PhysicalType::kInt16:
        return as(int16_t{});
      case PhysicalType::kInt32:
        return as(int32_t{});
      case PhysicalType::kFloat32:
        return as(float{});
      case PhysicalType::kFloat64:
        return as(double{});
      default:
        return as(int64_t{});
    }
  }

  const SchemaPtr schema_;
  const SqlType type_;
  const bool big_endian_;
  SlotColumn columns_;
  int64_t num_rows_ = 0;
  int64_t text_bytes_ = 0;
  int64_t lines_ = 0;
  std::string scratch_;
};

class RawEncoder final : public Encoder {
 public:
  RawEncoder(SqlField column, bool big_endian)
      : name_(std::move(column.name)), type_(std::move(column.type)), big_endian_(big_endian) {}

  Status encode(const Batch& batch, std::string& out) override {
    const Column& column = *batch.column(0);
    const SelectionPtr& selection = batch.selection();
    for (int64_t i = 0; i < batch.num_rows(); ++i) {
      const int64_t row = selection ? (*selection)[static_cast<size_t>(i)] : i;
      if (column.is_null(row)) {
        return Status::Invalid("the raw format has no bytes for NULL, but column '", name_,
                               "' is NULL in a row; give it a value with COALESCE, or filter such "
                               "rows out before");
      }
      if (is_variable(type_)) {
        const auto record = column.value<std::string_view>(row);
        HW_TRY(check_line(record));
        out.append(record).append("\n");
      } else {
        append_number(column, row, out);
      }
    }
    return Status::OK();
  }

 private:
  /// Fails when `record` would not read back as one line: the decoder ends a record at a line feed
  /// and takes a carriage return before it from texts.
  Status check_line(std::string_view record) const {
    const bool broken = record.find('\n') != std::string_view::npos;
    if (!broken && !(type_.is_text() && record.ends_with('\r'))) return Status::OK();
    return Status::Invalid("a record of the raw format is one line, but column '", name_, "' has ",
                           scalar_text::quoted_cut(record), broken ? " with" : " that ends with",
                           " a line break; write the json format, or take line breaks out with "
                           "REPLACE");
  }

  void append_number(const Column& column, int64_t row, std::string& out) const {
    const auto put = [&](const auto value) {
      char raw[sizeof(value)];
      char turned[sizeof(value)];
      std::memcpy(raw, &value, sizeof(value));
      copy_number(raw, sizeof(value), big_endian_, turned);
      out.append(turned, sizeof(value));
    };
    switch (type_.physical()) {
      case PhysicalType::kBool:
        return put(static_cast<int8_t>(column.value<bool>(row)));
      case PhysicalType::kInt8:
        return put(column.value<int8_t>(row));
      case PhysicalType::kInt16:
        return put(column.value<int16_t>(row));
      case PhysicalType::kInt32:
        return put(column.value<int32_t>(row));
      case PhysicalType::kFloat32:
        return put(column.value<float>(row));
      case PhysicalType::kFloat64:
        return put(column.value<double>(row));
      default:
        return put(column.value<int64_t>(row));
    }
  }

  const std::string name_;
  const SqlType type_;
  const bool big_endian_;
};

bool is_big_endian(const Options& options) { return options.text(endianness()) == "big-endian"; }

}  // namespace

void register_raw(FormatCatalogue& catalogue) {
  FormatRecord record;
  record.name = "raw";
  record.sentence =
      "The bytes of one column as they are: a message, or a line of a file; numbers in binary. "
      "NULL "
      "and texts with line breaks are read back as something else, so writing them is an error.";
  record.options = {charset(), endianness()};
  record.check = check;
  record.decoder = [](const DecoderRequest& request,
                      const Options& options) -> Result<std::unique_ptr<Decoder>> {
    HW_TRY(check(*request.physical, options));
    return std::make_unique<RawDecoder>(request, is_big_endian(options));
  };
  record.encoder = [](const SchemaPtr& schema,
                      const Options& options) -> Result<std::unique_ptr<Encoder>> {
    HW_TRY(check(*schema, options));
    return std::make_unique<RawEncoder>(schema->fields()[0], is_big_endian(options));
  };
  record.example = R"(CREATE TABLE lines (
  line STRING
) WITH (
  'connector' = 'filesystem',
  'path' = 'server.log',
  'format' = 'raw'
))";
  catalogue.add(std::move(record));
}

}  // namespace hw
