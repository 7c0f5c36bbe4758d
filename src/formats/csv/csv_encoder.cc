// SPDX-License-Identifier: Apache-2.0

#include "formats/csv/csv_encoder.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <arrow/util/decimal.h>

#include "columnar/nested.h"
#include "columnar/text/decimal.h"
#include "columnar/text/float.h"
#include "columnar/text/integer.h"
#include "columnar/text/json_text.h"
#include "columnar/text/timestamp.h"
#include "formats/csv/special_bytes.h"
#include "formats/slots/scalar_text.h"

namespace hw {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Appends one scalar as text, without quotes.
void append_scalar(const SqlType& type, const Column& column, int64_t row, bool scientific,
                   std::string& out) {
  switch (type.physical()) {
    case PhysicalType::kBool:
      out += column.value<bool>(row) ? "true" : "false";
      return;
    case PhysicalType::kInt8:
      return append_integer(column.value<int8_t>(row), out);
    case PhysicalType::kInt16:
      return append_integer(column.value<int16_t>(row), out);
    case PhysicalType::kInt32:
      if (type.is(TypeKind::kDate)) {
        return scalar_text::append_date(column.value<int32_t>(row), out);
      }
      if (type.is(TypeKind::kTime)) {
        return append_time(column.value<int32_t>(row), type.precision(), Fraction::kCut, out);
      }
      return append_integer(column.value<int32_t>(row), out);
    case PhysicalType::kInt64:
      if (!type.is_timestamp()) return append_integer(column.value<int64_t>(row), out);
      scalar_text::append_timestamp(column.value<int64_t>(row), type.precision(), out);
      if (type.is(TypeKind::kTimestampLtz)) out += 'Z';
      return;
    case PhysicalType::kFloat32:
      return append_float(column.value<float>(row), out);
    case PhysicalType::kFloat64:
      return append_double(column.value<double>(row), out);
    case PhysicalType::kDecimal128:
      if (scientific) {
        return append_decimal_scientific(column.value<arrow::Decimal128>(row), type.scale(), out);
      }
      return append_decimal(column.value<arrow::Decimal128>(row), type.scale(), out);
    case PhysicalType::kBytes:
      if (type.is_bytes() || type.is_bitmap()) {
        return append_base64(column.value<std::string_view>(row), out);
      }
      out += column.value<std::string_view>(row);
      return;
    default:
      return;
  }
}

class CsvWriter {
 public:
  CsvWriter(const SqlField& field, const CsvSettings& settings)
      : type_(field.type),
        name_(field.name),
        settings_(settings),
        special_({settings.delimiter, settings.quote, settings.escape.value_or(settings.quote),
                  '\n', '\r'}) {
    std::string special = {settings.delimiter, settings.quote};
    if (settings.escape) special += *settings.escape;
    if (settings.null_literal) special += *settings.null_literal;
    is_bare_ = type_.is_integer() && special.find_first_of("-0123456789") == special.npos;
  }

  void bind(const Column& column) {
    column_ = &column;
    children_.clear();
    if (type_.is(TypeKind::kRow)) {
      for (int i = 0; i < static_cast<int>(type_.fields().size()); ++i) {
        children_.push_back(row_field(column, i));
      }
    } else if (type_.is(TypeKind::kArray)) {
      elements_ = std::make_unique<ElementsView>(column);
      children_.push_back(elements_->elements());
    }
  }

  Status write(int64_t row, std::string& out) {
    if (column_->is_null(row)) {
      if (type_.is(TypeKind::kArray) && !settings_.null_literal) return no_text_for("a NULL ARRAY");
      out += settings_.null_literal.value_or("");
      return Status::OK();
    }
    if (is_bare_) {
      append_scalar(type_, *column_, row, settings_.scientific_decimals, out);
      return Status::OK();
    }
    if (type_.is_text()) return append_field(column_->value<std::string_view>(row), out);
    text_.clear();
    if (type_.is_constructed()) {
      HW_TRY(write_elements(row));
    } else {
      append_scalar(type_, *column_, row, settings_.scientific_decimals, text_);
    }
    return append_field(text_, out);
  }

 private:
  /// An empty field of an ARRAY is the empty ARRAY, an empty text in it is one.
  Status no_text_for(std::string_view value) const {
    return Status::Invalid("csv has no text for ", value, " (column '", name_,
                           "') that would read back as it; set 'csv.null-literal', or write the "
                           "json format");
  }

  Status write_elements(int64_t row) {
    const bool is_array = type_.is(TypeKind::kArray);
    const int64_t begin = is_array ? elements_->begin(row) : 0;
    const int64_t end = is_array ? elements_->end(row) : static_cast<int64_t>(children_.size());
    for (int64_t i = begin; i < end; ++i) {
      if (i > begin) text_ += settings_.array_delimiter;
      const Column& child = *children_[is_array ? 0 : static_cast<size_t>(i)];
      const SqlType& child_type =
          is_array ? type_.element() : type_.fields()[static_cast<size_t>(i)].type;
      const int64_t child_row = is_array ? i : row;
      const size_t size = text_.size();
      if (child.is_null(child_row)) {
        if (child_type.is_text() && !settings_.null_literal && !settings_.empty_string_as_null) {
          return no_text_for("a NULL text among elements");
        }
        text_ += settings_.null_literal.value_or("");
        continue;
      }
      append_scalar(child_type, child, child_row, settings_.scientific_decimals, text_);
      if (text_.find(settings_.array_delimiter, size) != std::string::npos) {
        return Status::Invalid("csv cannot write an element that holds the delimiter '",
                               settings_.array_delimiter, "' (column '", name_,
                               "'); set another 'csv.array-element-delimiter'");
      }
    }
    if (text_.empty() && end > begin) return no_text_for("a single element that is empty");
    return Status::OK();
  }

  bool needs_quotes(std::string_view text) const {
    if (settings_.null_literal && text == *settings_.null_literal) return true;
    // Without quotes an empty field of bytes is NULL.
    if (text.empty()) return type_.is_bytes();
    // At the front of a file it would be taken for the file's own.
    if (text.starts_with(kByteOrderMark)) return true;
    if (text.front() == ' ' || text.back() == ' ' || text.front() == '#') return true;
    return special_.any_in(text);
  }

  /// Appends `text` so that it reads back as it is.
  Status append_field(std::string_view text, std::string& out) const {
    if (!needs_quotes(text)) {
      out += text;
      return Status::OK();
    }
    if (settings_.quoting) {
      out += settings_.quote;
      for (const char c : text) {
        if (settings_.escape && (c == *settings_.escape || c == settings_.quote)) {
          out += *settings_.escape;
        } else if (c == settings_.quote) {
          out += c;
        }
        out += c;
      }
      out += settings_.quote;
      return Status::OK();
    }
    const bool breaks = text.find_first_of("\n\r") != std::string::npos ||
                        (!settings_.escape && text.find(settings_.delimiter) != std::string::npos);
    if (breaks) {
      return Status::Invalid(
          "csv without quotes cannot write a text with a delimiter or line "
          "break (column '",
          name_, "'); set 'csv.disable-quote-character' = 'false'");
    }
    for (const char c : text) {
      if (settings_.escape && (c == *settings_.escape || c == settings_.delimiter)) {
        out += *settings_.escape;
      }
      out += c;
    }
    return Status::OK();
  }

  const SqlType type_;
  const std::string name_;
  const CsvSettings& settings_;
  const SpecialBytes special_;
  bool is_bare_ = false;  // integers, of which none needs quotes
  const Column* column_ = nullptr;
  std::vector<ColumnPtr> children_;
  std::unique_ptr<ElementsView> elements_;
  std::string text_;
};

class CsvEncoder final : public Encoder {
 public:
  CsvEncoder(SchemaPtr schema, CsvSettings settings)
      : schema_(std::move(schema)), settings_(std::move(settings)) {
    for (const SqlField& field : schema_->fields()) writers_.emplace_back(field, settings_);
  }

  void begin_file(std::string& out) override {
    if (settings_.header == CsvSettings::Header::kNone) return;
    for (int i = 0; i < schema_->num_fields(); ++i) {
      if (i > 0) out += settings_.delimiter;
      const std::string& name = schema_->name(i);
      const bool plain = name.find_first_of("\"\n\r,;\t ") == std::string::npos &&
                         name.find(settings_.delimiter) == std::string::npos;
      if (plain || !settings_.quoting) {
        out += name;
        continue;
      }
      out += settings_.quote;
      for (const char c : name) {
        if (c == settings_.quote) out += c;
        out += c;
      }
      out += settings_.quote;
    }
    out += '\n';
  }

  Status encode(const Batch& batch, std::string& out) override {
    for (size_t i = 0; i < writers_.size(); ++i)
      writers_[i].bind(*batch.column(static_cast<int>(i)));
    const SelectionPtr& selection = batch.selection();
    for (int64_t i = 0; i < batch.num_rows(); ++i) {
      const int64_t row = selection ? (*selection)[static_cast<size_t>(i)] : i;
      const size_t begin = out.size();
      for (size_t column = 0; column < writers_.size(); ++column) {
        if (column > 0) out += settings_.delimiter;
        HW_TRY(writers_[column].write(row, out));
      }
      // A lone empty field would be a blank line, which is no record.
      if (out.size() == begin && settings_.quoting) out.append(2, settings_.quote);
      out += '\n';
    }
    return Status::OK();
  }

 private:
  const SchemaPtr schema_;
  const CsvSettings settings_;
  std::vector<CsvWriter> writers_;
};

}  // namespace

Result<std::unique_ptr<Encoder>> make_csv_encoder(const SchemaPtr& schema,
                                                  const CsvSettings& settings) {
  HW_TRY(check_csv_schema(*schema));
  return std::make_unique<CsvEncoder>(schema, settings);
}

}  // namespace hw
