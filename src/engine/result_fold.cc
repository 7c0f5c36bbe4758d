// SPDX-License-Identifier: Apache-2.0

#include "engine/result_fold.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "columnar/column_builder.h"
#include "columnar/key_bytes.h"

namespace hw {

namespace {

/// Equal values of the type may be written apart.
bool is_written_apart(const SqlType& type) {
  if (type.is(TypeKind::kMap) || type.is(TypeKind::kMultiset) || type.is_approximate()) return true;
  return type.is_constructed() &&
         std::any_of(type.fields().begin(), type.fields().end(),
                     [](const SqlField& field) { return is_written_apart(field.type); });
}

}  // namespace

ResultFold::ResultFold(SchemaPtr schema)
    : schema_(std::move(schema)),
      written_apart_(
          std::any_of(schema_->fields().begin(), schema_->fields().end(),
                      [](const SqlField& field) { return is_written_apart(field.type); })) {}

Status ResultFold::add(const Batch& batch) {
  HW_ASSIGN_OR_RETURN(const Batch dense, batch.compacted());
  for (int64_t row = 0; row < dense.num_rows(); ++row) {
    std::string bytes;
    for (const ColumnPtr& column : dense.columns()) append_value_bytes(*column, row, bytes);
    std::string key;
    if (written_apart_) append_key_bytes(dense.columns(), row, key);
    if (is_retraction(dense.row_kind(row))) {
      HW_TRY(take_back(written_apart_ ? key : bytes, bytes));
      continue;
    }
    const auto [entry, is_new] = ages_of_.try_emplace(std::move(written_apart_ ? key : bytes));
    entry->second.push_back(next_age_);
    by_age_.emplace(next_age_++,
                    Entry{&entry->first, written_apart_ ? std::move(bytes) : std::string()});
  }
  return Status::OK();
}

Status ResultFold::take_back(const std::string& key, const std::string& row) {
  const auto entry = ages_of_.find(key);
  if (entry == ages_of_.end()) {
    return Status::UnknownError("a result row was retracted that is not there");
  }
  // Of equal rows the one that was written like this, else the oldest.
  auto age = std::find_if(entry->second.begin(), entry->second.end(),
                          [&](uint64_t a) { return by_age_.at(a).bytes() == row; });
  if (age == entry->second.end()) age = entry->second.begin();
  by_age_.erase(*age);
  entry->second.erase(age);
  if (entry->second.empty()) ages_of_.erase(entry);
  return Status::OK();
}

Result<std::vector<Batch>> ResultFold::rows() const {
  std::vector<std::unique_ptr<ColumnBuilder>> builders;
  for (const SqlField& field : schema_->fields()) {
    HW_ASSIGN_OR_RETURN(auto builder, ColumnBuilder::make(field.type));
    builders.push_back(std::move(builder));
  }
  std::vector<Batch> batches;
  int64_t rows = 0;
  const auto flush = [&]() -> Status {
    std::vector<ColumnPtr> columns;
    for (auto& builder : builders) {
      HW_ASSIGN_OR_RETURN(ColumnPtr column, builder->finish());
      columns.push_back(std::move(column));
    }
    batches.emplace_back(schema_, std::move(columns), rows);
    rows = 0;
    return Status::OK();
  };
  for (const auto& [age, entry] : by_age_) {
    std::string_view rest = entry.bytes();
    for (auto& builder : builders) {
      HW_TRY(append_decoded_value(builder->type(), rest, *builder));
    }
    if (++rows == kBatchRowsMax) HW_TRY(flush());
  }
  if (rows > 0) HW_TRY(flush());
  return batches;
}

}  // namespace hw
