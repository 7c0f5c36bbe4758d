// SPDX-License-Identifier: Apache-2.0

#include "formats/json/json_encoder.h"

#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include <arrow/util/decimal.h>

#include "columnar/nested.h"
#include "columnar/sql_type.h"
#include "columnar/text/decimal.h"
#include "columnar/text/float.h"
#include "columnar/text/integer.h"
#include "columnar/text/json_text.h"
#include "columnar/text/timestamp.h"
#include "formats/json/json_options.h"
#include "formats/json/json_shape.h"
#include "formats/slots/scalar_text.h"

namespace hw {
namespace {

/// Writes the values of one column, field or element. Bound to a batch's column first, so that
/// nothing is looked up per row.
class JsonWriter {
 public:
  JsonWriter(const SqlType& type, std::string path, const JsonEncodeSettings& settings);

  void bind(const Column& column);
  bool is_null(int64_t row) const { return column_->is_null(row); }
  Status write(int64_t row, std::string& out) const;

 private:
  Status write_row(int64_t row, std::string& out) const;
  Status write_array(int64_t row, std::string& out) const;
  Status write_map(int64_t row, std::string& out) const;
  void write_real(double value, bool is_float, std::string& out) const;
  void write_timestamp(int64_t ticks, std::string& out) const;
  void write_scalar(int64_t row, std::string& out) const;

  const SqlType type_;
  const TypeKind kind_;
  const std::string path_;
  const JsonEncodeSettings& settings_;
  std::vector<std::string> names_;  // of a ROW's fields: `"name":`
  std::vector<JsonWriter> children_;
  const Column* column_ = nullptr;
  std::vector<ColumnPtr> bound_;
  std::unique_ptr<ElementsView> elements_;
};

std::string quoted_name(const std::string& name) {
  std::string text;
  append_json_string(name, text);
  return text + ":";
}

JsonWriter::JsonWriter(const SqlType& type, std::string path, const JsonEncodeSettings& settings)
    : type_(type), kind_(type.kind()), path_(std::move(path)), settings_(settings) {
  if (kind_ == TypeKind::kMultiset) {
    children_.emplace_back(type.element(), path_, settings);
    children_.emplace_back(SqlType::integer(), path_, settings);
    return;
  }
  for (const SqlField& field : type.fields()) {
    names_.push_back(quoted_name(field.name));
    children_.emplace_back(field.type, path_ + "." + field.name, settings);
  }
}

void JsonWriter::bind(const Column& column) {
  column_ = &column;
  bound_.clear();
  if (kind_ == TypeKind::kRow) {
    for (int i = 0; i < static_cast<int>(children_.size()); ++i) {
      bound_.push_back(row_field(column, i));
    }
  } else if (type_.is_constructed()) {
    elements_ = std::make_unique<ElementsView>(column);
    bound_.push_back(elements_->elements());
    if (kind_ != TypeKind::kArray) bound_.push_back(elements_->values());
  }
  for (size_t i = 0; i < bound_.size(); ++i) children_[i].bind(*bound_[i]);
}

Status JsonWriter::write_row(int64_t row, std::string& out) const {
  out += '{';
  bool first = true;
  for (size_t i = 0; i < children_.size(); ++i) {
    if (settings_.ignore_null_fields && children_[i].is_null(row)) continue;
    if (!first) out += ',';
    first = false;
    out += names_[i];
    HW_TRY(children_[i].write(row, out));
  }
  out += '}';
  return Status::OK();
}

Status JsonWriter::write_array(int64_t row, std::string& out) const {
  out += '[';
  for (int64_t i = elements_->begin(row); i < elements_->end(row); ++i) {
    if (i > elements_->begin(row)) out += ',';
    HW_TRY(children_[0].write(i, out));
  }
  out += ']';
  return Status::OK();
}

Status JsonWriter::write_map(int64_t row, std::string& out) const {
  using NullKey = JsonEncodeSettings::NullKey;
  out += '{';
  bool first = true;
  for (int64_t i = elements_->begin(row); i < elements_->end(row); ++i) {
    const bool null_key = bound_[0]->is_null(i);
    if (null_key && settings_.null_key == NullKey::kDrop) continue;
    if (null_key && settings_.null_key == NullKey::kFail) {
      return Status::Invalid("json has no NULL keys, but a map in column '", path_,
                             "' has one; set 'json.map-null-key.mode' = 'DROP' or 'LITERAL'");
    }
    if (!first) out += ',';
    first = false;
    append_json_string(null_key ? std::string_view(settings_.null_key_literal)
                                : bound_[0]->value<std::string_view>(i),
                       out);
    out += ':';
    HW_TRY(children_[1].write(i, out));
  }
  out += '}';
  return Status::OK();
}

void JsonWriter::write_real(double value, bool is_float, std::string& out) const {
  if (!std::isfinite(value)) {
    out += std::isnan(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  } else if (is_float) {
    append_float(static_cast<float>(value), out);
  } else {
    append_double(value, out);
  }
}

void JsonWriter::write_timestamp(int64_t ticks, std::string& out) const {
  out += '"';
  const size_t begin = out.size();
  scalar_text::append_timestamp(ticks, type_.precision(), out);
  if (settings_.timestamp_separator != ' ') {
    out[out.find(' ', begin)] = settings_.timestamp_separator;
  }
  if (kind_ == TypeKind::kTimestampLtz) out += 'Z';
  out += '"';
}

void JsonWriter::write_scalar(int64_t row, std::string& out) const {
  switch (type_.physical()) {
    case PhysicalType::kBool:
      out += column_->value<bool>(row) ? "true" : "false";
      return;
    case PhysicalType::kInt8:
      return append_integer(column_->value<int8_t>(row), out);
    case PhysicalType::kInt16:
      return append_integer(column_->value<int16_t>(row), out);
    case PhysicalType::kInt32:
      if (kind_ == TypeKind::kDate || kind_ == TypeKind::kTime) break;
      return append_integer(column_->value<int32_t>(row), out);
    case PhysicalType::kInt64:
      if (type_.is_timestamp()) return write_timestamp(column_->value<int64_t>(row), out);
      return append_integer(column_->value<int64_t>(row), out);
    case PhysicalType::kFloat32:
      return write_real(column_->value<float>(row), true, out);
    case PhysicalType::kFloat64:
      return write_real(column_->value<double>(row), false, out);
    case PhysicalType::kDecimal128:
      return append_decimal(column_->value<arrow::Decimal128>(row), type_.scale(), out);
    case PhysicalType::kBytes: {
      const auto value = column_->value<std::string_view>(row);
      if (type_.is_text()) return append_json_string(value, out);
      if (type_.is_variant()) {
        out += value;
        return;
      }
      out += '"';
      append_base64(value, out);
      out += '"';
      return;
    }
    default:
      break;
  }
  out += '"';
  if (kind_ == TypeKind::kDate) scalar_text::append_date(column_->value<int32_t>(row), out);
  if (kind_ == TypeKind::kTime) {
    append_time(column_->value<int32_t>(row), type_.precision(), Fraction::kCut, out);
  }
  out += '"';
}

Status JsonWriter::write(int64_t row, std::string& out) const {
  if (column_->is_null(row)) {
    out += "null";
    return Status::OK();
  }
  switch (kind_) {
    case TypeKind::kRow:
      return write_row(row, out);
    case TypeKind::kArray:
      return write_array(row, out);
    case TypeKind::kMap:
    case TypeKind::kMultiset:
      return write_map(row, out);
    default:
      write_scalar(row, out);
      return Status::OK();
  }
}

class JsonEncoder final : public Encoder {
 public:
  JsonEncoder(const SchemaPtr& schema, JsonEncodeSettings settings)
      : settings_(std::move(settings)) {
    for (const SqlField& field : schema->fields()) {
      names_.push_back(quoted_name(field.name));
      writers_.emplace_back(field.type, field.name, settings_);
    }
  }

  Status encode(const Batch& batch, std::string& out) override {
    for (size_t i = 0; i < writers_.size(); ++i)
      writers_[i].bind(*batch.column(static_cast<int>(i)));
    const SelectionPtr& selection = batch.selection();
    for (int64_t i = 0; i < batch.num_rows(); ++i) {
      const int64_t row = selection ? (*selection)[static_cast<size_t>(i)] : i;
      if (settings_.envelope) {
        out.append("{\"op\":\"").append(to_text(batch.row_kind(row))).append("\",\"data\":");
      }
      HW_TRY(write_fields(row, out));
      if (settings_.envelope) out += '}';
      out += '\n';
    }
    return Status::OK();
  }

 private:
  Status write_fields(int64_t row, std::string& out) const {
    out += '{';
    bool first = true;
    for (size_t i = 0; i < writers_.size(); ++i) {
      if (settings_.ignore_null_fields && writers_[i].is_null(row)) continue;
      if (!first) out += ',';
      first = false;
      out += names_[i];
      HW_TRY(writers_[i].write(row, out));
    }
    out += '}';
    return Status::OK();
  }

  const JsonEncodeSettings settings_;
  std::vector<std::string> names_;
  std::vector<JsonWriter> writers_;
};

}  // namespace

JsonEncodeSettings JsonEncodeSettings::from(const Options& options) {
  JsonEncodeSettings settings;
  const std::string standard = options.text(json_options::timestamp_standard());
  settings.timestamp_separator = standard == "SQL" ? ' ' : 'T';
  settings.ignore_null_fields = options.boolean(json_options::ignore_null_fields());
  const std::string mode = options.text(json_options::map_null_key_mode());
  settings.null_key = mode == "DROP"      ? NullKey::kDrop
                      : mode == "LITERAL" ? NullKey::kLiteral
                                          : NullKey::kFail;
  settings.null_key_literal = options.text(json_options::map_null_key_literal());
  return settings;
}

Result<std::unique_ptr<Encoder>> make_json_encoder(const SchemaPtr& schema,
                                                   const JsonEncodeSettings& settings) {
  HW_TRY(check_json_schema(*schema));
  return std::make_unique<JsonEncoder>(schema, settings);
}

}  // namespace hw
