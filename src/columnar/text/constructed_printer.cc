// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "columnar/nested.h"
#include "columnar/text/constructed.h"
#include "columnar/text/json_text.h"

namespace hw {
namespace {

using PrinterPtr = std::unique_ptr<ValuePrinter>;

/// The signs around and between parts.
struct Signs {
  std::string_view open;
  std::string_view between;
  std::string_view close;
  std::string_view null;
};

Signs list_signs(TextStyle style) {
  switch (style) {
    case TextStyle::kSql:
      return {"[", ", ", "]", "NULL"};
    case TextStyle::kJson:
      return {"[", ",", "]", "null"};
    case TextStyle::kCsv:
      return {"", ";", "", ""};
  }
  HW_CHECK(false);
}

Signs map_signs(TextStyle style) {
  if (style == TextStyle::kSql) return {"{", ", ", "}", "NULL"};
  return {"{", ",", "}", "null"};
}

Signs row_signs(TextStyle style) {
  if (style == TextStyle::kSql) return {"(", ", ", ")", "NULL"};
  if (style == TextStyle::kJson) return {"{", ",", "}", "null"};
  return list_signs(style);
}

/// What looking into a column costs is paid once for all its rows.
class ColumnMemory {
 public:
  bool knows(const Column& column) const { return storage_ == column.values_ptr(); }
  void remember(const Column& column) { storage_ = column.values_ptr(); }

 private:
  std::shared_ptr<arrow::ArrayData> storage_;
};

/// Elements of the slot that `row` has, in a view of the storage as plain lists.
class Lists {
 public:
  const ElementsView& of(const Column& column) {
    if (!memory_.knows(column)) {
      storage_ = Column::plain(column.type(), column.values_ptr());
      view_ = std::make_unique<ElementsView>(*storage_);
      memory_.remember(column);
    }
    return *view_;
  }

 private:
  ColumnMemory memory_;
  ColumnPtr storage_;
  std::unique_ptr<ElementsView> view_;
};

class ArrayPrinter final : public ValuePrinter {
 public:
  ArrayPrinter(TextStyle style, PrinterPtr element)
      : signs_(list_signs(style)), element_(std::move(element)) {}

  void print(const Column& column, int64_t row, std::string& out) const override {
    const int64_t slot = column.slot(row);
    if (column.slot_is_null(slot)) {
      out += signs_.null;
      return;
    }
    const ElementsView& lists = lists_.of(column);
    out += signs_.open;
    for (int64_t i = lists.begin(slot); i < lists.end(slot); ++i) {
      if (i > lists.begin(slot)) out += signs_.between;
      element_->print(*lists.elements(), i, out);
    }
    out += signs_.close;
  }

 private:
  const Signs signs_;
  const PrinterPtr element_;
  mutable Lists lists_;
};

/// MAP and MULTISET.
class MapPrinter final : public ValuePrinter {
 public:
  MapPrinter(TextStyle style, PrinterPtr key, PrinterPtr value)
      : signs_(map_signs(style)),
        colon_(style == TextStyle::kSql ? "=" : ":"),
        key_(std::move(key)),
        value_(std::move(value)) {}

  void print(const Column& column, int64_t row, std::string& out) const override {
    const int64_t slot = column.slot(row);
    if (column.slot_is_null(slot)) {
      out += signs_.null;
      return;
    }
    const ElementsView& maps = maps_.of(column);
    out += signs_.open;
    for (int64_t i = maps.begin(slot); i < maps.end(slot); ++i) {
      if (i > maps.begin(slot)) out += signs_.between;
      key_->print(*maps.keys(), i, out);
      out += colon_;
      value_->print(*maps.values(), i, out);
    }
    out += signs_.close;
  }

 private:
  const Signs signs_;
  const std::string_view colon_;
  const PrinterPtr key_;
  const PrinterPtr value_;
  mutable Lists maps_;
};

class RowPrinter final : public ValuePrinter {
 public:
  /// `names` hold what stands before each value: nothing, or `"name":`.
  RowPrinter(TextStyle style, std::vector<std::string> names, std::vector<PrinterPtr> fields)
      : signs_(row_signs(style)), names_(std::move(names)), fields_(std::move(fields)) {}

  void print(const Column& column, int64_t row, std::string& out) const override {
    const int64_t slot = column.slot(row);
    if (column.slot_is_null(slot)) {
      out += signs_.null;
      return;
    }
    look_into(column);
    out += signs_.open;
    for (size_t i = 0; i < fields_.size(); ++i) {
      if (i > 0) out += signs_.between;
      out += names_[i];
      fields_[i]->print(*columns_[i], slot, out);
    }
    out += signs_.close;
  }

 private:
  void look_into(const Column& column) const {
    if (memory_.knows(column)) return;
    const ColumnPtr storage = Column::plain(column.type(), column.values_ptr());
    columns_.clear();
    for (int i = 0; i < static_cast<int>(fields_.size()); ++i) {
      columns_.push_back(row_field(*storage, i));
    }
    memory_.remember(column);
  }

  const Signs signs_;
  const std::vector<std::string> names_;
  const std::vector<PrinterPtr> fields_;
  mutable ColumnMemory memory_;
  mutable std::vector<ColumnPtr> columns_;
};

Result<PrinterPtr> make_map_printer(const SqlType& type, TextStyle style,
                                    std::string_view time_zone) {
  const bool is_map = type.is(TypeKind::kMap);
  const SqlType key = is_map ? type.key() : type.element();
  const SqlType value = is_map ? type.value() : SqlType::integer().not_null();
  if (style == TextStyle::kCsv) {
    return Status::TypeError("the csv format has no text for a ", type.to_sql_without_null(),
                             "; CAST it to STRING");
  }
  if (style == TextStyle::kJson && !key.is_text()) {
    return Status::TypeError("the keys of a JSON object are text, but the value is a ",
                             type.to_sql_without_null(), "; CAST the keys to STRING");
  }
  HW_ASSIGN_OR_RETURN(PrinterPtr key_printer, ValuePrinter::make(key, style, time_zone));
  HW_ASSIGN_OR_RETURN(PrinterPtr value_printer, ValuePrinter::make(value, style, time_zone));
  return std::make_unique<MapPrinter>(style, std::move(key_printer), std::move(value_printer));
}

Result<PrinterPtr> make_row_printer(const SqlType& type, TextStyle style,
                                    std::string_view time_zone) {
  std::vector<std::string> names;
  std::vector<PrinterPtr> fields;
  for (const SqlField& field : type.fields()) {
    HW_ASSIGN_OR_RETURN(PrinterPtr printer, ValuePrinter::make(field.type, style, time_zone));
    fields.push_back(std::move(printer));
    names.emplace_back();
    if (style != TextStyle::kJson) continue;
    append_json_string(field.name, names.back());
    names.back() += ':';
  }
  return std::make_unique<RowPrinter>(style, std::move(names), std::move(fields));
}

}  // namespace

Result<PrinterPtr> make_constructed_printer(const SqlType& type, TextStyle style,
                                            std::string_view time_zone) {
  if (type.is(TypeKind::kRow)) return make_row_printer(type, style, time_zone);
  if (!type.is(TypeKind::kArray)) return make_map_printer(type, style, time_zone);
  HW_ASSIGN_OR_RETURN(PrinterPtr element, ValuePrinter::make(type.element(), style, time_zone));
  return std::make_unique<ArrayPrinter>(style, std::move(element));
}

}  // namespace hw
