// SPDX-License-Identifier: Apache-2.0

#include "sqltest/case_source.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/env/env.h"
#include "base/memory.h"
#include "columnar/column_builder.h"
#include "columnar/gather.h"
#include "columnar/key_bytes.h"
#include "columnar/text/type_text.h"

namespace hw {
namespace {

std::optional<RowKind> parse_kind(std::string_view text) {
  for (const RowKind kind :
       {RowKind::kInsert, RowKind::kUpdateBefore, RowKind::kUpdateAfter, RowKind::kDelete}) {
    if (text == to_text(kind)) return kind;
  }
  return std::nullopt;
}

class CaseReader final : public SplitReader {
 public:
  CaseReader(Batch rows, Slicing slicing)
      : rows_(std::move(rows)), slicing_(slicing), random_(slicing.seed) {}

  Result<Flow> poll(Output& output) override {
    if (next_ >= rows_.num_rows()) return Flow::kFinished;
    int64_t length = slicing_.rows > 0 ? slicing_.rows : kBatchRowsMax;
    if (slicing_.seed != 0) {
      length = 1 + static_cast<int64_t>(random_.below(static_cast<uint64_t>(length)));
    }
    length = std::min(length, rows_.num_rows() - next_);
    const int64_t last = next_ + length - 1;
    if (rows_.row_kind(last) == RowKind::kUpdateBefore && last + 1 < rows_.num_rows() &&
        rows_.row_kind(last + 1) == RowKind::kUpdateAfter) {
      ++length;
    }
    output.emit(rows_.slice(next_, length));
    next_ += length;
    return Flow::kNeedInput;
  }
  Result<std::string> position() const override { return std::to_string(next_); }
  Status seek(const std::string& position) override {
    next_ = std::stoll(position);
    return Status::OK();
  }

 private:
  const Batch rows_;
  const Slicing slicing_;
  Random random_;
  int64_t next_ = 0;
};

class CaseEnumerator final : public SplitEnumerator {
 public:
  Result<std::vector<Split>> discover() override {
    if (std::exchange(done_, true)) return std::vector<Split>{};
    return std::vector<Split>{{.id = "rows", .descriptor = ""}};
  }
  bool finished() const override { return done_; }

 private:
  bool done_ = false;
};

class CaseSource final : public Source {
 public:
  CaseSource(Batch rows, Slicing slicing) : rows_(std::move(rows)), slicing_(slicing) {}

  bool bounded() const override { return true; }
  RowKindSet changelog() const override {
    if (rows_.insert_only()) return RowKindSet::insert_only();
    RowKindSet kinds;
    for (int64_t row = 0; row < rows_.num_rows(); ++row) kinds = kinds.with(rows_.row_kind(row));
    // Updates that come without the old row replace by PRIMARY KEY.
    const bool upserts =
        kinds.contains(RowKind::kUpdateAfter) && !kinds.contains(RowKind::kUpdateBefore);
    return upserts ? RowKindSet::upsert() : RowKindSet::all();
  }
  Result<std::unique_ptr<SplitEnumerator>> make_enumerator(const SourceContext&) override {
    return std::make_unique<CaseEnumerator>();
  }
  Result<std::unique_ptr<SplitReader>> make_reader(const Split&, const SourceContext&) override {
    return std::make_unique<CaseReader>(rows_, slicing_);
  }
  Description describe() const override { return {.name = "Rows", .details = {}}; }

 private:
  const Batch rows_;
  const Slicing slicing_;
};

/// The same texts as codes into a dictionary that has each of them twice.
Result<ColumnPtr> coded(const ColumnPtr& column) {
  if (column->type().physical() != PhysicalType::kBytes) return column;
  std::map<std::string, int32_t> numbers;
  std::vector<int32_t> values;  // rows
  auto codes = pooled_buffer(column->num_rows() * static_cast<int64_t>(sizeof(int32_t)));
  auto* code = reinterpret_cast<int32_t*>(codes->mutable_data());
  for (int64_t row = 0; row < column->num_rows(); ++row) {
    std::string bytes;
    append_value_bytes(*column, row, bytes);
    const auto [known, is_new] = numbers.emplace(bytes, static_cast<int32_t>(values.size()));
    if (is_new) values.insert(values.end(), 2, static_cast<int32_t>(row));
    code[row] = known->second + static_cast<int32_t>(row % 2);
  }
  HW_ASSIGN_OR_RETURN(const ColumnPtr dictionary, gather(*column, values));
  return Column::dictionary(column->type(), dictionary->values_ptr(), std::move(codes),
                            column->num_rows());
}

Status append_cell(const ValueParser& parser, std::string_view cell, ColumnBuilder& builder) {
  if (cell == "NULL") return builder.append_null();
  return parser.parse(cell == "(empty)" ? "" : cell, builder);
}

}  // namespace

Result<Batch> parse_rows(const SchemaPtr& schema, const std::vector<std::vector<std::string>>& rows,
                         std::string_view time_zone) {
  std::vector<std::unique_ptr<ColumnBuilder>> builders;
  std::vector<std::unique_ptr<ValueParser>> parsers;
  for (const SqlField& field : schema->fields()) {
    HW_ASSIGN_OR_RETURN(auto builder, ColumnBuilder::make(field.type));
    HW_ASSIGN_OR_RETURN(auto parser, ValueParser::make(field.type, time_zone));
    builders.push_back(std::move(builder));
    parsers.push_back(std::move(parser));
  }
  auto kinds = std::make_shared<std::vector<RowKind>>();
  bool insert_only = true;
  for (const std::vector<std::string>& row : rows) {
    const std::optional<RowKind> kind = parse_kind(row[0]);
    const size_t first = kind ? 1 : 0;
    if (row.size() - first != builders.size()) {
      return Status::Invalid("a row has one cell a column: ", builders.size(), ", found ",
                             row.size() - first, " in the row that begins with '", row[0], "'");
    }
    for (size_t i = 0; i < builders.size(); ++i) {
      HW_TRY(append_cell(*parsers[i], row[first + i], *builders[i]));
    }
    kinds->push_back(kind.value_or(RowKind::kInsert));
    insert_only = insert_only && kinds->back() == RowKind::kInsert;
  }
  std::vector<ColumnPtr> columns;
  for (auto& builder : builders) {
    HW_ASSIGN_OR_RETURN(ColumnPtr column, builder->finish());
    columns.push_back(std::move(column));
  }
  return Batch(schema, std::move(columns), static_cast<int64_t>(rows.size()),
               insert_only ? nullptr : std::move(kinds));
}

Result<std::unique_ptr<Source>> make_case_source(const Batch& rows, const ScanRequest& request,
                                                 Slicing slicing) {
  std::vector<ColumnPtr> columns;
  std::vector<SqlField> fields;
  for (const ScanRequest::Column& column : request.columns) {
    const int i = rows.schema()->index_of(column.name);
    if (i < 0) return Status::KeyError("a table record has no column '", column.name, "'");
    columns.push_back(rows.column(i));
    if (slicing.coded) {
      HW_ASSIGN_OR_RETURN(columns.back(), coded(columns.back()));
    }
    fields.push_back(rows.schema()->field(i));
  }
  Batch projected(make_schema(std::move(fields)), std::move(columns), rows.num_stored_rows(),
                  rows.row_kinds());
  return std::make_unique<CaseSource>(std::move(projected), slicing);
}

}  // namespace hw
