// SPDX-License-Identifier: Apache-2.0

#include "engine/result_printer.h"

#include <memory>
#include <utility>
#include <vector>

#include "columnar/text/type_text.h"
#include "engine/table_layout.h"

namespace hw {
namespace {

constexpr size_t kFlushBytes = 64 << 10;

using Printers = std::vector<std::unique_ptr<ValuePrinter>>;

Result<Printers> make_printers(const Schema& schema, TextStyle style, std::string_view zone) {
  Printers printers;
  for (const SqlField& field : schema.fields()) {
    HW_ASSIGN_OR_RETURN(auto printer, ValuePrinter::make(field.type, style, zone));
    printers.push_back(std::move(printer));
  }
  return printers;
}

void append_json_string(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      constexpr char kHex[] = "0123456789abcdef";
      out += "\\u00";
      out += kHex[(c >> 4) & 15];
      out += kHex[c & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

/// One JSON object a line; with `op` it is a changelog line.
class JsonPrinter final : public ResultPrinter {
 public:
  JsonPrinter(PrintRequest request, TextWriter writer, Printers printers)
      : request_(std::move(request)), writer_(std::move(writer)), printers_(std::move(printers)) {
    for (const SqlField& field : request_.schema->fields()) {
      std::string key;
      append_json_string(field.name, key);
      keys_.push_back(key + ":");
    }
  }

  Status begin() override { return Status::OK(); }
  Status print(const Batch& batch) override {
    HW_ASSIGN_OR_RETURN(const Batch dense, batch.compacted());
    std::string out;
    for (int64_t row = 0; row < dense.num_rows(); ++row) {
      append_row(dense, row, out);
      if (out.size() >= kFlushBytes) {
        HW_TRY(writer_(out));
        out.clear();
      }
    }
    return out.empty() ? Status::OK() : writer_(out);
  }
  Status end() override { return Status::OK(); }

 private:
  void append_row(const Batch& batch, int64_t row, std::string& out) const {
    const bool changelog = request_.form == OutputForm::kChangelog;
    if (changelog) {
      out += "{\"op\":\"";
      out += to_text(batch.row_kind(row));
      out += "\",\"data\":";
    }
    out += '{';
    for (size_t i = 0; i < printers_.size(); ++i) {
      if (i > 0) out += ',';
      out += keys_[i];
      printers_[i]->print(*batch.column(static_cast<int>(i)), row, out);
    }
    out += changelog ? "}}\n" : "}\n";
  }

  const PrintRequest request_;
  const TextWriter writer_;
  const Printers printers_;
  std::vector<std::string> keys_;
};

void append_csv_cell(std::string_view text, std::string& out) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

/// RFC 4180 with a header line. NULL is an empty cell.
class CsvPrinter final : public ResultPrinter {
 public:
  CsvPrinter(PrintRequest request, TextWriter writer, Printers printers)
      : request_(std::move(request)), writer_(std::move(writer)), printers_(std::move(printers)) {}

  Status begin() override {
    std::string out;
    for (int i = 0; i < request_.schema->num_fields(); ++i) {
      if (i > 0) out += ',';
      append_csv_cell(request_.schema->name(i), out);
    }
    out += '\n';
    return writer_(out);
  }
  Status print(const Batch& batch) override {
    HW_ASSIGN_OR_RETURN(const Batch dense, batch.compacted());
    std::string out;
    std::string cell;
    for (int64_t row = 0; row < dense.num_rows(); ++row) {
      for (size_t i = 0; i < printers_.size(); ++i) {
        if (i > 0) out += ',';
        const Column& column = *dense.column(static_cast<int>(i));
        if (column.is_null(row)) continue;
        cell.clear();
        printers_[i]->print(column, row, cell);
        append_csv_cell(cell, out);
      }
      out += '\n';
      if (out.size() >= kFlushBytes) {
        HW_TRY(writer_(out));
        out.clear();
      }
    }
    return out.empty() ? Status::OK() : writer_(out);
  }
  Status end() override { return Status::OK(); }

 private:
  const PrintRequest request_;
  const TextWriter writer_;
  const Printers printers_;
};

void append_hex(std::string_view bytes, std::string& out) {
  constexpr char kHex[] = "0123456789abcdef";
  out += "x'";
  for (const char c : bytes) {
    out += kHex[(c >> 4) & 15];
    out += kHex[c & 15];
  }
  out += '\'';
}

/// Aligned columns between rules. BYTES are shown as the literal that makes them.
class TablePrinter final : public ResultPrinter {
 public:
  TablePrinter(PrintRequest request, TextWriter writer, Printers printers)
      : request_(std::move(request)),
        writer_(std::move(writer)),
        printers_(std::move(printers)),
        layout_(*request_.schema, request_.show_kind, request_.unbounded) {}

  Status begin() override { return Status::OK(); }
  Status print(const Batch& batch) override {
    HW_ASSIGN_OR_RETURN(const Batch dense, batch.compacted());
    std::string out;
    for (int64_t row = 0; row < dense.num_rows(); ++row) {
      std::vector<std::string> cells;
      if (request_.show_kind) cells.emplace_back(to_text(dense.row_kind(row)));
      for (size_t i = 0; i < printers_.size(); ++i) {
        std::string cell;
        const Column& column = *dense.column(static_cast<int>(i));
        if (column.type().is_bytes() && !column.is_null(row)) {
          append_hex(column.value<std::string_view>(row), cell);
        } else {
          printers_[i]->print(column, row, cell);
        }
        cells.push_back(std::move(cell));
      }
      layout_.add(std::move(cells), out);
    }
    return out.empty() ? Status::OK() : writer_(out);
  }
  Status end() override {
    std::string out;
    layout_.finish(out);
    return writer_(out);
  }

 private:
  const PrintRequest request_;
  const TextWriter writer_;
  const Printers printers_;
  TableLayout layout_;
};

}  // namespace

std::optional<OutputForm> parse_output_form(std::string_view name) {
  if (name == "table") return OutputForm::kTable;
  if (name == "json") return OutputForm::kJson;
  if (name == "csv") return OutputForm::kCsv;
  if (name == "changelog") return OutputForm::kChangelog;
  return std::nullopt;
}

Result<std::unique_ptr<ResultPrinter>> ResultPrinter::make(PrintRequest request,
                                                           TextWriter writer) {
  TextStyle style = TextStyle::kSql;
  if (request.form == OutputForm::kJson || request.form == OutputForm::kChangelog) {
    style = TextStyle::kJson;
  } else if (request.form == OutputForm::kCsv) {
    style = TextStyle::kCsv;
  }
  HW_ASSIGN_OR_RETURN(Printers printers, make_printers(*request.schema, style, request.time_zone));
  std::unique_ptr<ResultPrinter> printer;
  if (request.form == OutputForm::kTable) {
    printer =
        std::make_unique<TablePrinter>(std::move(request), std::move(writer), std::move(printers));
  } else if (request.form == OutputForm::kCsv) {
    printer =
        std::make_unique<CsvPrinter>(std::move(request), std::move(writer), std::move(printers));
  } else {
    printer =
        std::make_unique<JsonPrinter>(std::move(request), std::move(writer), std::move(printers));
  }
  return printer;
}

Status print_listing(const Batch& rows, OutputForm form, const TextWriter& writer) {
  const bool lone = rows.num_rows() == 1 && rows.num_columns() == 1 &&
                    rows.column(0)->type().is_text() && !rows.column(0)->is_null(0);
  if (form == OutputForm::kTable && lone) {
    const auto text = rows.column(0)->value<std::string_view>(0);
    if (text.find('\n') != std::string_view::npos) return writer(std::string(text) + "\n");
  }
  HW_ASSIGN_OR_RETURN(auto printer,
                      ResultPrinter::make({.schema = rows.schema(), .form = form}, writer));
  HW_TRY(printer->begin());
  HW_TRY(printer->print(rows));
  return printer->end();
}

}  // namespace hw
