// SPDX-License-Identifier: Apache-2.0

#include "functions/json/json_writer.h"

namespace hw {

Result<JsonWriter> JsonWriter::make(const SqlType& type, bool is_json, const ExprSession& session) {
  JsonWriter writer;
  writer.is_json_ = is_json;
  writer.sorts_ = type.is_constructed();
  HW_ASSIGN_OR_RETURN(writer.printer_,
                      ValuePrinter::make(type, TextStyle::kJson, session.time_zone));
  return writer;
}

void JsonWriter::append(const Column& column, int64_t row, std::string& out) {
  if (column.is_null(row)) {
    out += "null";
  } else if (is_json_) {
    out += column.value<std::string_view>(row);
  } else if (!sorts_) {
    printer_->print(column, row, out);
  } else {
    text_.clear();
    printer_->print(column, row, text_);
    // The fields of a ROW come in their own order.
    document_->parse(text_);
    document_->append_text(document_->root(), out);
  }
}

}  // namespace hw
