// SPDX-License-Identifier: Apache-2.0

#include "operators/unnest.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/assert.h"
#include "columnar/gather.h"
#include "columnar/key_bytes.h"
#include "columnar/nested.h"
#include "expr/kernel_output.h"
#include "operators/dense_input.h"
#include "runtime/operator.h"

namespace hw {
namespace {

class Unnest final : public Operator {
 public:
  explicit Unnest(UnnestSpec spec)
      : spec_(std::move(spec)), type_(spec_.input->type(spec_.collection)) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    return Status::OK();
  }

  Result<Flow> on_batch(int, const Batch& batch, Output& output) override {
    if (!work_) {
      HW_ASSIGN_OR_RETURN(DenseInput rows, DenseInput::of(batch));
      work_.emplace(Work{.rows = std::move(rows), .elements = {}, .order = {}, .entry_keys = {}});
      work_->elements.emplace(*work_->rows.column(spec_.collection));
    }
    const int64_t rows_max = std::min<int64_t>(context_->output_rows_max(), kBatchRowsMax);
    list_rows(static_cast<size_t>(std::max<int64_t>(1, rows_max)));
    if (!rows_.empty()) {
      HW_ASSIGN_OR_RETURN(Batch made, made_batch());
      output.emit(std::move(made));
    }
    if (work_->row < work_->rows.num_rows()) return Flow::kMoreOutput;
    work_.reset();
    return Flow::kNeedInput;
  }

  Description describe() const override { return {.name = "Unnest", .details = {}}; }

 private:
  struct Work {
    DenseInput rows;
    std::optional<ElementsView> elements;
    int64_t row = 0;
    int64_t element = 0;   // of the row, entries of a MULTISET
    int64_t repeated = 0;  // MULTISET: how often the entry is out already
    int32_t number = 0;    // of the elements of the row that are out
    // Entries with numbers: those of one row by their keys.
    int64_t ordered_row = -1;
    std::vector<int64_t> order;
    std::vector<std::string> entry_keys;
  };

  /// Fills rows_, picks_ and numbers_ with the next output rows.
  void list_rows(size_t max) {
    rows_.clear();
    picks_.clear();
    numbers_.clear();
    const Column& collections = *work_->rows.column(spec_.collection);
    for (; work_->row < work_->rows.num_rows(); next_row()) {
      const int64_t row = work_->row;
      const int64_t count = collections.is_null(row) ? 0 : work_->elements->count(row);
      for (; work_->element < count; next_entry()) {
        const int64_t entry = entry_of(row, count);
        const int64_t copies = copies_of(entry);
        for (; work_->repeated < copies; ++work_->repeated) {
          if (rows_.size() == max) return;
          add(row, entry, ++work_->number);
        }
      }
      if (work_->number > 0 || !spec_.keep_empty) continue;
      if (rows_.size() == max) return;
      add(row, -1, -1);
    }
  }

  /// A MAP and a MULTISET have no order: where entries have numbers, these follow the keys, so that
  /// a row that is taken back gives the numbers that it gave when it came.
  int64_t entry_of(int64_t row, int64_t count) {
    const ElementsView& elements = *work_->elements;
    if (!spec_.ordinality || type_.is(TypeKind::kArray)) {
      return elements.begin(row) + work_->element;
    }
    if (work_->ordered_row != row) {
      work_->ordered_row = row;
      std::vector<std::string>& keys = work_->entry_keys;
      keys.assign(static_cast<size_t>(count), std::string());
      work_->order.resize(keys.size());
      for (size_t i = 0; i < keys.size(); ++i) {
        const int64_t entry = elements.begin(row) + static_cast<int64_t>(i);
        append_order_bytes(*elements.keys(), entry, false, true, keys[i]);
        append_order_bytes(*elements.values(), entry, false, true, keys[i]);
        work_->order[i] = entry;
      }
      std::sort(work_->order.begin(), work_->order.end(), [&](int64_t a, int64_t b) {
        const int64_t begin = elements.begin(row);
        return keys[static_cast<size_t>(a - begin)] < keys[static_cast<size_t>(b - begin)];
      });
    }
    return work_->order[static_cast<size_t>(work_->element)];
  }

  void next_row() {
    ++work_->row;
    work_->element = 0;
    work_->repeated = 0;
    work_->number = 0;
  }
  void next_entry() {
    ++work_->element;
    work_->repeated = 0;
  }
  int64_t copies_of(int64_t entry) const {
    if (!type_.is(TypeKind::kMultiset)) return 1;
    return work_->elements->values()->value<int32_t>(entry);
  }
  void add(int64_t row, int64_t entry, int32_t number) {
    rows_.push_back(static_cast<int32_t>(row));
    picks_.push_back(static_cast<int32_t>(entry));
    numbers_.push_back(number);
  }

  Result<Batch> made_batch() const {
    std::vector<ColumnPtr> columns;
    const auto push = [&](ColumnPtr column) {
      const SqlType& type = spec_.output->type(static_cast<int>(columns.size()));
      columns.push_back(column->type() == type ? std::move(column) : column->with_type(type));
    };
    for (const int passed : spec_.passed) {
      HW_ASSIGN_OR_RETURN(ColumnPtr column, gather(*work_->rows.column(passed), rows_));
      push(std::move(column));
    }
    for (const ColumnPtr& part : element_parts()) {
      HW_ASSIGN_OR_RETURN(ColumnPtr column, gather(*part, picks_));
      push(std::move(column));
    }
    if (spec_.ordinality) {
      HW_ASSIGN_OR_RETURN(ColumnPtr numbers, number_column());
      push(std::move(numbers));
    }
    return Batch(spec_.output, std::move(columns), static_cast<int64_t>(rows_.size()), kinds());
  }

  /// The columns that an element spreads into.
  std::vector<ColumnPtr> element_parts() const {
    const ElementsView& elements = *work_->elements;
    if (type_.is(TypeKind::kMap)) return {elements.keys(), elements.values()};
    const ColumnPtr& values = elements.elements();
    if (!values->type().is(TypeKind::kRow)) return {values};
    std::vector<ColumnPtr> fields;
    for (int i = 0; i < static_cast<int>(values->type().fields().size()); ++i) {
      fields.push_back(row_field(*values, i));
    }
    return fields;
  }

  Result<ColumnPtr> number_column() const {
    const auto n = static_cast<int64_t>(numbers_.size());
    HW_ASSIGN_OR_RETURN(BufferPtr values, allocate_values<int32_t>(n));
    std::copy(numbers_.begin(), numbers_.end(), reinterpret_cast<int32_t*>(values->mutable_data()));
    BufferPtr validity;
    if (std::find(picks_.begin(), picks_.end(), -1) != picks_.end()) {
      std::vector<uint8_t> present;
      for (const int32_t pick : picks_) present.push_back(pick >= 0 ? 1 : 0);
      HW_ASSIGN_OR_RETURN(validity, allocate_bitmap(n));
      pack_bits(present.data(), n, validity->mutable_data());
    }
    return make_plain(SqlType::integer(), n, std::move(validity), std::move(values));
  }

  RowKindsPtr kinds() const {
    if (work_->rows.insert_only()) return nullptr;
    auto kinds = std::make_shared<std::vector<RowKind>>();
    for (const int32_t row : rows_) {
      kinds->push_back(is_retraction(work_->rows.row_kind(row)) ? RowKind::kDelete
                                                                : RowKind::kInsert);
    }
    return kinds;
  }

  const UnnestSpec spec_;
  const SqlType type_;
  OperatorContext* context_ = nullptr;
  // Of the batch at hand; a batch is done before anything else comes.
  std::optional<Work> work_;
  std::vector<int32_t> rows_;
  std::vector<int32_t> picks_;  // of the elements' columns; -1 = padded
  std::vector<int32_t> numbers_;
};

}  // namespace

std::vector<SqlField> element_fields(const SqlType& collection) {
  if (collection.is(TypeKind::kMap)) {
    return {{"KEY", collection.key()}, {"VALUE", collection.value()}};
  }
  const SqlType& element = collection.element();
  if (!element.is(TypeKind::kRow)) return {{"EXPR$0", element}};
  std::vector<SqlField> fields = element.fields();
  // A ROW that is NULL spreads into NULLs.
  for (SqlField& field : fields) {
    if (element.nullable()) field.type = field.type.with_nullable(true);
  }
  return fields;
}

Result<std::unique_ptr<Operator>> make_unnest(UnnestSpec spec) {
  const SqlType& type = spec.input->type(spec.collection);
  HW_CHECK(type.is(TypeKind::kArray) || type.is(TypeKind::kMap) || type.is(TypeKind::kMultiset));
  return std::make_unique<Unnest>(std::move(spec));
}

}  // namespace hw
