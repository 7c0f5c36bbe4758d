// SPDX-License-Identifier: Apache-2.0

#include "state/table_merge.h"

#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include "columnar/gather.h"
#include "state/keyed_table.h"

namespace hw {
namespace {

/// Which piece has the last word about an identity: 0 the base, i the i-th delta.
class LastWords {
 public:
  LastWords(const SnapshotTable& table, arrow::MemoryPool* pool) : table_(table), pool_(pool) {}

  /// Piece `number` names these rows.
  Status note(const arrow::RecordBatch& batch, const std::vector<int>& places, int32_t number) {
    HW_ASSIGN_OR_RETURN(const std::vector<ColumnPtr> keys, identities(batch, places));
    HW_TRY(words_->find_or_insert(
        {.columns = keys, .num_rows = batch.num_rows(), .hashes = nullptr}, rows_, nullptr));
    const FixedColumn<int32_t> words = words_->fixed<int32_t>(0);
    for (const uint32_t row : rows_) words[row] = number;
    return Status::OK();
  }
  void note_drops(const std::vector<int64_t>& values, int32_t number) {
    for (const int64_t value : values) drops_[value] = number;
  }

  /// Rows of a batch of piece `number` that no later one replaced or removed.
  Result<std::vector<int32_t>> surviving(const arrow::RecordBatch& batch, int32_t number) {
    std::vector<int32_t> survivors;
    HW_ASSIGN_OR_RETURN(const std::vector<ColumnPtr> keys, identities(batch, table_.identity));
    rows_.assign(static_cast<size_t>(batch.num_rows()), KeyedTable::kNoRow);
    if (words_ != nullptr) {
      HW_TRY(
          words_->find({.columns = keys, .num_rows = batch.num_rows(), .hashes = nullptr}, rows_));
    }
    ColumnPtr drop_values;
    if (!drops_.empty()) {
      HW_ASSIGN_OR_RETURN(drop_values, column_of(batch, table_.drop_column));
    }
    for (size_t i = 0; i < rows_.size(); ++i) {
      if (rows_[i] != KeyedTable::kNoRow && words_->fixed<int32_t>(0)[rows_[i]] > number) continue;
      if (drop_values != nullptr) {
        const auto drop = drops_.find(drop_values->value<int64_t>(static_cast<int64_t>(i)));
        if (drop != drops_.end() && drop->second > number) continue;
      }
      survivors.push_back(static_cast<int32_t>(i));
    }
    return survivors;
  }

 private:
  static Result<ColumnPtr> column_of(const arrow::RecordBatch& batch, int place) {
    if (place < 0 || place >= batch.num_columns()) {
      return Status::SerializationError("the snapshot's index names column ", place,
                                        " of a stream that has ", batch.num_columns());
    }
    HW_ASSIGN_OR_RETURN(const SqlType type, sql_type_of(*batch.schema()->field(place)));
    if (!type.to_arrow()->Equals(*batch.column(place)->type())) {
      return Status::SerializationError("column '", batch.schema()->field(place)->name(),
                                        "' of the snapshot is not what its SQL type says");
    }
    return Column::from_arrow(type, *batch.column(place));
  }

  Result<std::vector<ColumnPtr>> identities(const arrow::RecordBatch& batch,
                                            const std::vector<int>& places) {
    std::vector<ColumnPtr> columns;
    for (const int place : places) {
      HW_ASSIGN_OR_RETURN(ColumnPtr column, column_of(batch, place));
      columns.push_back(std::move(column));
    }
    if (words_ != nullptr) {
      for (size_t c = 0; c < columns.size(); ++c) {
        if (columns[c]->type() != words_->schema().keys[c].type) {
          return Status::SerializationError("streams of state table '", table_.name,
                                            "' differ in the type of an identity column");
        }
      }
      return columns;
    }
    TableSchema schema{.keys = {}, .values = {{"piece", SqlType::integer()}}};
    for (const ColumnPtr& column : columns) schema.keys.push_back({"", column->type()});
    words_ = std::make_unique<KeyedTable>(std::move(schema), pool_);
    return columns;
  }

  const SnapshotTable& table_;
  arrow::MemoryPool* const pool_;
  std::unique_ptr<KeyedTable> words_;  // made when the first identities show their types
  std::unordered_map<int64_t, int32_t> drops_;
  std::vector<uint32_t> rows_;  // scratch
};

/// First pass: what deltas say.
class Noting final : public TableFileVisitor {
 public:
  Noting(LastWords& words, std::vector<int> places, int32_t number)
      : words_(words), places_(std::move(places)), number_(number) {}
  Status on_rows(const arrow::RecordBatch& batch) override {
    return words_.note(batch, places_, number_);
  }

 private:
  LastWords& words_;
  const std::vector<int> places_;
  const int32_t number_;
};

/// Second pass: hands on what is left of each piece.
class Sifting final : public TableFileVisitor {
 public:
  Sifting(LastWords& words, int32_t number, TableFileVisitor& to)
      : words_(words), number_(number), to_(to) {}
  Status on_schema(const arrow::Schema& schema) override { return to_.on_schema(schema); }
  Status on_rows(const arrow::RecordBatch& batch) override {
    HW_ASSIGN_OR_RETURN(const std::vector<int32_t> rows, words_.surviving(batch, number_));
    if (rows.empty()) return Status::OK();
    if (static_cast<int64_t>(rows.size()) == batch.num_rows()) return to_.on_rows(batch);
    arrow::ArrayVector arrays;
    for (int c = 0; c < batch.num_columns(); ++c) {
      HW_ASSIGN_OR_RETURN(const SqlType type, sql_type_of(*batch.schema()->field(c)));
      HW_ASSIGN_OR_RETURN(const ColumnPtr column, Column::from_arrow(type, *batch.column(c)));
      HW_ASSIGN_OR_RETURN(const ColumnPtr left, gather(*column, rows));
      arrays.push_back(left->to_arrow());
    }
    return to_.on_rows(*arrow::RecordBatch::Make(batch.schema(), static_cast<int64_t>(rows.size()),
                                                 std::move(arrays)));
  }

 private:
  LastWords& words_;
  const int32_t number_;
  TableFileVisitor& to_;
};

}  // namespace

Status read_snapshot_table(const SnapshotTable& table, KeyGroupRange range,
                           const SnapshotSource& source, arrow::MemoryPool* pool,
                           TableFileVisitor& visitor) {
  if (table.deltas.empty()) return read_table_file(table.base(), range, source, pool, visitor);
  LastWords words(table, pool);
  // A removal's stream has the identity columns and no others.
  std::vector<int> in_removed;
  for (size_t i = 0; i < table.identity.size(); ++i) in_removed.push_back(static_cast<int>(i));
  int32_t number = 0;
  for (const SnapshotDelta& delta : table.deltas) {
    ++number;
    words.note_drops(delta.drops, number);
    Noting removed(words, in_removed, number);
    HW_TRY(read_table_file(delta.removed, range, source, pool, removed));
    Noting changed(words, table.identity, number);
    HW_TRY(read_table_file(delta.changed, range, source, pool, changed));
  }
  Sifting base(words, 0, visitor);
  HW_TRY(read_table_file(table.base(), range, source, pool, base));
  number = 0;
  for (const SnapshotDelta& delta : table.deltas) {
    Sifting changed(words, ++number, visitor);
    HW_TRY(read_table_file(delta.changed, range, source, pool, changed));
  }
  return Status::OK();
}

}  // namespace hw
