// SPDX-License-Identifier: Apache-2.0

#include "state/keyed_table.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include <arrow/array/data.h>
#include <arrow/type.h>

#include "base/assert.h"
#include "base/memory.h"
#include "columnar/key_bytes.h"
#include "state/key_codes.h"
#include "state/key_tags.h"
#include "state/row_columns.h"
#include "state/version_rows.h"

namespace hw {
namespace {

// How far ahead of the comparison a slot, then the key behind it, is asked for. Measured on random
// keys: flat between 12 and 24.
constexpr size_t kSlotsAhead = 16;
constexpr size_t kKeysAhead = 8;

/// Compares and stores keys of one form; `refresh` after rows were added.
template <typename Word>
class WordKeys {
 public:
  WordKeys(const RowChunks& rows, const Word* words, const uint8_t* masks, bool check_masks)
      : stored_(rows.fixed<Word>(0)),
        stored_masks_(rows.fixed<uint8_t>(1)),
        words_(words),
        masks_(masks),
        check_masks_(check_masks) {}
  void refresh(const RowChunks& rows) {
    stored_ = rows.fixed<Word>(0);
    stored_masks_ = rows.fixed<uint8_t>(1);
  }
  bool equal(uint32_t row, size_t i) const {
    if (!(stored_[row] == words_[i])) return false;
    return !check_masks_ || stored_masks_[row] == (masks_ != nullptr ? masks_[i] : 0);
  }
  void prefetch(uint32_t row) const { __builtin_prefetch(&stored_[row]); }
  void store(RowChunks& rows, uint32_t row, size_t i) const {
    stored_[row] = words_[i];
    if (masks_ != nullptr) stored_masks_[row] = masks_[i];
  }

 private:
  FixedColumn<Word> stored_;
  FixedColumn<uint8_t> stored_masks_;
  const Word* words_;
  const uint8_t* masks_;
  bool check_masks_;
};

class ByteKeys {
 public:
  ByteKeys(const RowChunks& rows, const std::string_view* bytes, const uint8_t* masks,
           bool check_masks)
      : rows_(&rows),
        stored_masks_(rows.fixed<uint8_t>(1)),
        bytes_(bytes),
        masks_(masks),
        check_masks_(check_masks) {}
  void refresh(const RowChunks& rows) { stored_masks_ = rows.fixed<uint8_t>(1); }
  bool equal(uint32_t row, size_t i) const {
    if (!rows_->bytes_equal(0, row, bytes_[i])) return false;
    return !check_masks_ || stored_masks_[row] == (masks_ != nullptr ? masks_[i] : 0);
  }
  void prefetch(uint32_t row) const { __builtin_prefetch(&rows_->bytes_ref(0, row)); }
  void store(RowChunks& rows, uint32_t row, size_t i) const {
    rows.set_bytes(0, row, bytes_[i]);
    if (masks_ != nullptr) stored_masks_[row] = masks_[i];
  }

 private:
  const RowChunks* rows_;
  FixedColumn<uint8_t> stored_masks_;
  const std::string_view* bytes_;
  const uint8_t* masks_;
  bool check_masks_;
};

/// Looks each key of coded columns up once. `look_up` does it for plain columns. Returns false,
/// having done nothing, where the columns have no codes.
template <typename LookUp>
Result<bool> look_up_by_code(const KeyColumns& keys, std::vector<uint32_t>& rows,
                             LookUp&& look_up) {
  const std::optional<KeyCodes> codes = KeyCodes::of(keys.columns, keys.num_rows);
  if (!codes) return false;
  HW_ASSIGN_OR_RETURN(const std::vector<ColumnPtr> few, codes->keys_at_first_rows(keys.columns));
  std::vector<uint32_t> found;
  HW_TRY(look_up({.columns = few,
                  .num_rows = static_cast<int64_t>(codes->first_rows.size()),
                  .hashes = nullptr},
                 found));
  rows.resize(codes->places.size());
  for (size_t i = 0; i < rows.size(); ++i) rows[i] = found[codes->places[i]];
  return true;
}

std::vector<SqlType> types_of(const std::vector<SqlField>& fields) {
  std::vector<SqlType> types;
  for (const SqlField& field : fields) types.push_back(field.type);
  return types;
}

std::vector<RowColumn> stored_columns(const KeyEncoder& encoder, const TableSchema& schema) {
  std::vector<RowColumn> columns = encoder.row_columns();
  for (const SqlField& field : schema.values) columns.push_back(row_column_of(field.type));
  return columns;
}

TableSchema with_parent_row(TableSchema schema) {
  schema.keys.insert(schema.keys.begin(), {"parent", SqlType::integer().not_null()});
  return schema;
}

class FrozenKeyed final : public FrozenTable {
 public:
  using Versions = FrozenVersions<KeyedVersion>::List;
  explicit FrozenKeyed(Versions versions) : versions_(std::move(versions)) {}
  int64_t num_rows() const override { return versions_.back()->rows->num_rows(); }
  bool has_changes() const override {
    return std::none_of(versions_.begin(), versions_.end(),
                        [](const auto& version) { return version->cleared; });
  }
  std::unique_ptr<FrozenRows> all() const override {
    std::vector<uint32_t> rows;
    rows.reserve(static_cast<size_t>(num_rows()));
    versions_.back()->rows->scan(0, SIZE_MAX, rows);
    return std::make_unique<VersionRows<KeyedVersion>>(versions_.back(), std::move(rows));
  }
  std::unique_ptr<FrozenRows> changed() const override {
    return std::make_unique<VersionRows<KeyedVersion>>(versions_.back(), changed_rows(versions_));
  }
  std::unique_ptr<FrozenRows> removed() const override { return erased_rows(versions_); }

 private:
  const Versions versions_;
};

}  // namespace

ColumnPtr parent_row_column(std::span<const uint32_t> rows) {
  const SqlType type = SqlType::integer().not_null();
  auto buffer = pooled_buffer(static_cast<int64_t>(rows.size_bytes()));
  if (!rows.empty()) std::memcpy(buffer->mutable_data(), rows.data(), rows.size_bytes());
  return Column::plain(type,
                       arrow::ArrayData::Make(type.to_arrow(), static_cast<int64_t>(rows.size()),
                                              {nullptr, std::move(buffer)}));
}

KeyedTable::KeyedTable(TableSchema schema, arrow::MemoryPool* pool)
    : shared_schema_(std::make_shared<const TableSchema>(std::move(schema))),
      schema_(*shared_schema_),
      encoder_(types_of(schema_.keys)),
      rows_(stored_columns(encoder_, schema_), pool) {}

KeyedTable::KeyedTable(TableSchema schema, KeyedTable& parent, arrow::MemoryPool* pool)
    : shared_schema_(std::make_shared<const TableSchema>(with_parent_row(std::move(schema)))),
      schema_(*shared_schema_),
      parent_(&parent),
      encoder_(types_of(schema_.keys)),
      rows_(stored_columns(encoder_, schema_), pool) {
  HW_CHECK(parent.parent_ == nullptr);
}

template <bool kInsert, bool kPrefetch, typename Keys>
Status KeyedTable::probe(Keys keys, size_t num_rows, uint32_t* rows,
                         std::vector<uint32_t>* inserted) {
  const uint32_t* tags = tags_.data();
  for (size_t i = 0; i < num_rows; ++i) {
    if constexpr (kPrefetch) {
      if (i + kSlotsAhead < num_rows) index_.prefetch(tags[i + kSlotsAhead]);
      if (i + kKeysAhead < num_rows) {
        const uint32_t likely = index_.peek(tags[i + kKeysAhead]);
        if (likely != kNoRow) keys.prefetch(likely);
      }
    }
    uint32_t row = index_.find(tags[i], [&](uint32_t r) { return keys.equal(r, i); });
    if constexpr (kInsert) {
      if (row == kNoRow) [[unlikely]] {
        if (!rows_.has_room()) HW_TRY(rows_.grow());
        row = rows_.add();
        keys.refresh(rows_);
        keys.store(rows_, row, i);
        index_.insert(tags[i], row);
        if (inserted != nullptr) inserted->push_back(row);
      }
    }
    rows[i] = row;
  }
  return Status::OK();
}

template <bool kInsert>
Status KeyedTable::probe_encoded(const EncodedKeys& keys, std::vector<uint32_t>& rows,
                                 std::vector<uint32_t>* inserted) {
  const auto n = static_cast<size_t>(keys.num_rows);
  rows.resize(n);
  if (inserted != nullptr) inserted->clear();
  const uint8_t* masks = keys.null_masks;
  if (kInsert && masks != nullptr) has_null_keys_ = true;
  const bool check_masks = has_null_keys_ || masks != nullptr;
  const auto run = [&](auto form) {
    return index_.large() ? probe<kInsert, true>(form, n, rows.data(), inserted)
                          : probe<kInsert, false>(form, n, rows.data(), inserted);
  };
  switch (encoder_.form()) {
    case KeyForm::kWord64:
      HW_TRY(run(WordKeys<uint64_t>(rows_, keys.words, masks, check_masks)));
      break;
    case KeyForm::kWord128:
      HW_TRY(run(WordKeys<Word128>(rows_, keys.wide_words, masks, check_masks)));
      break;
    case KeyForm::kText:
    case KeyForm::kBytes:
      HW_TRY(run(ByteKeys(rows_, keys.bytes.data(), masks, check_masks)));
      break;
  }
  if constexpr (kInsert) rows_.touch(rows);
  return Status::OK();
}

Status KeyedTable::find(const KeyColumns& keys, std::vector<uint32_t>& rows) {
  const auto look_up = [&](const KeyColumns& few, std::vector<uint32_t>& found) {
    return find(few, found);
  };
  HW_ASSIGN_OR_RETURN(const bool by_code, look_up_by_code(keys, rows, look_up));
  if (by_code) return Status::OK();
  key_tags(keys.columns, keys.num_rows, keys.hashes, tags_);
  HW_ASSIGN_OR_RETURN(const EncodedKeys* encoded, encoder_.encode(keys.columns, keys.num_rows));
  return probe_encoded<false>(*encoded, rows, nullptr);
}

Status KeyedTable::find_or_insert(const KeyColumns& keys, std::vector<uint32_t>& rows,
                                  std::vector<uint32_t>* inserted) {
  const auto look_up = [&](const KeyColumns& few, std::vector<uint32_t>& found) {
    return find_or_insert(few, found, inserted);
  };
  HW_ASSIGN_OR_RETURN(const bool by_code, look_up_by_code(keys, rows, look_up));
  if (by_code) return Status::OK();
  key_tags(keys.columns, keys.num_rows, keys.hashes, tags_);
  HW_ASSIGN_OR_RETURN(const EncodedKeys* encoded, encoder_.encode(keys.columns, keys.num_rows));
  return probe_encoded<true>(*encoded, rows, inserted);
}

Status KeyedTable::find_or_insert_from(const KeyedTable& other,
                                       std::span<const uint32_t> other_rows,
                                       std::vector<uint32_t>& rows,
                                       std::vector<uint32_t>* inserted) {
  HW_DCHECK(encoder_.form() == other.encoder_.form());
  const size_t n = other_rows.size();
  std::vector<uint32_t> all_tags(size_t{other.end_row()} + 1);
  other.index_.tags_by_row(all_tags);
  tags_.resize(n);
  for (size_t i = 0; i < n; ++i) tags_[i] = all_tags[other_rows[i]];

  EncodedKeys keys;
  keys.num_rows = static_cast<int64_t>(n);
  std::vector<uint8_t> masks;
  if (other.has_null_keys_) {
    const FixedColumn<uint8_t> stored = other.rows_.fixed<uint8_t>(1);
    for (const uint32_t row : other_rows) masks.push_back(stored[row]);
    keys.null_masks = masks.data();
  }
  std::vector<uint64_t> words;
  std::vector<Word128> wide_words;
  switch (encoder_.form()) {
    case KeyForm::kWord64:
      words.resize(n);
      for (size_t i = 0; i < n; ++i) words[i] = other.rows_.fixed<uint64_t>(0)[other_rows[i]];
      break;
    case KeyForm::kWord128:
      wide_words.resize(n);
      for (size_t i = 0; i < n; ++i) wide_words[i] = other.rows_.fixed<Word128>(0)[other_rows[i]];
      break;
    case KeyForm::kText:
    case KeyForm::kBytes:
      for (const uint32_t row : other_rows) keys.bytes.push_back(other.rows_.bytes(0, row));
      break;
  }
  keys.words = words.data();
  keys.wide_words = wide_words.data();
  return probe_encoded<true>(keys, rows, inserted);
}

Status KeyedTable::erase(std::span<const uint32_t> rows) {
  if (rows.empty()) return Status::OK();
  std::vector<ColumnPtr> keys;
  for (size_t k = 0; k < schema_.keys.size(); ++k) {
    HW_ASSIGN_OR_RETURN(ColumnPtr key, read_key(static_cast<int>(k), rows));
    keys.push_back(std::move(key));
  }
  key_tags(keys, static_cast<int64_t>(rows.size()), nullptr, tags_);
  for (size_t i = 0; i < rows.size(); ++i) {
    index_.erase(tags_[i], rows[i]);
    rows_.erase(rows[i]);
  }
  return Status::OK();
}

void KeyedTable::reset_values(std::span<const uint32_t> rows) {
  rows_.touch(rows);
  for (size_t c = kKeyColumns; c < rows_.columns().size(); ++c) {
    const int column = static_cast<int>(c);
    const RowColumn& stored = rows_.columns()[c];
    const auto width = static_cast<size_t>(stored.width);
    for (const uint32_t row : rows) {
      if (stored.nullable) rows_.nulls(column)[row] = 0;
      if (width == 0) {
        rows_.set_bytes(column, row, {});
      } else {
        std::byte* const chunk = rows_.fixed_chunks(column)[row >> kRowChunkShift];
        std::memset(chunk + (row & kRowChunkMask) * width, 0, width);
      }
    }
  }
}

void KeyedTable::clear() {
  rows_.clear();
  index_.clear();
  has_null_keys_ = false;
  cleared_ = true;
}

void KeyedTable::forget_versions() {
  versions_.clear();
  cleared_ = false;
}

Result<ColumnPtr> KeyedTable::read_key(int key, std::span<const uint32_t> rows) const {
  return encoder_.decode(rows_, key, rows);
}

Result<ColumnPtr> KeyedTable::read_value(int value, std::span<const uint32_t> rows) const {
  return read_rows(rows_, kKeyColumns + value, schema_.values[static_cast<size_t>(value)].type,
                   rows);
}

void KeyedTable::write_value(int value, const Column& source, std::span<const uint32_t> rows,
                             std::span<const int32_t> source_rows) {
  write_rows(rows_, kKeyColumns + value, source, rows, source_rows);
}

std::vector<uint32_t> KeyedTable::live_rows() const {
  std::vector<uint32_t> rows;
  rows.reserve(static_cast<size_t>(rows_.num_rows()));
  rows_.scan(0, SIZE_MAX, rows);
  return rows;
}

SnapshotLayout KeyedTable::layout() const {
  SnapshotLayout layout;
  layout.kind = "keyed";
  layout.version = schema_.version;
  const TableSchema& distributed = parent_ != nullptr ? parent_->schema_ : schema_;
  for (const SqlField& key : distributed.keys) {
    const int column = static_cast<int>(layout.columns.size());
    const int num_distribution_keys = distributed.num_distribution_keys;
    if (num_distribution_keys < 0 || column < num_distribution_keys) {
      layout.key_columns.push_back(column);
    }
    layout.columns.push_back(key);
  }
  if (parent_ != nullptr) {
    layout.columns.insert(layout.columns.end(), schema_.keys.begin() + 1, schema_.keys.end());
  }
  for (size_t i = 0; i < layout.columns.size(); ++i) layout.identity.push_back(static_cast<int>(i));
  layout.columns.insert(layout.columns.end(), schema_.values.begin(), schema_.values.end());
  return layout;
}

Result<ColumnPtr> KeyedVersion::read_key(int key, std::span<const uint32_t> numbers) const {
  return encoder->decode(*rows, key, numbers);
}

Result<ColumnPtr> KeyedVersion::read(int column, std::span<const uint32_t> numbers,
                                     const ColumnsWithoutNulls& without_nulls) const {
  int index = column;
  if (parent != nullptr) {
    const int num_parent_keys = static_cast<int>(parent->schema->keys.size());
    if (index < num_parent_keys) {
      HW_ASSIGN_OR_RETURN(ColumnPtr parents, read_key(0, numbers));
      return parent->read_key(index, std::span(parents->data<uint32_t>(), numbers.size()));
    }
    index = index - num_parent_keys + 1;
  }
  const int num_keys = static_cast<int>(schema->keys.size());
  if (index < num_keys) return read_key(index, numbers);
  const int value = index - num_keys;
  const int stored = KeyedTable::kKeyColumns + value;
  return read_rows(*rows, stored, schema->values[static_cast<size_t>(value)].type, numbers,
                   without_nulls.has(stored));
}

std::shared_ptr<const FrozenTable> KeyedTable::freeze(int64_t snapshot) {
  if (decoder_ == nullptr) decoder_ = std::make_shared<const KeyEncoder>(types_of(schema_.keys));
  auto version = std::make_shared<KeyedVersion>();
  version->snapshot = snapshot;
  version->schema = shared_schema_;
  version->encoder = decoder_;
  version->rows = rows_.pin();
  if (parent_ != nullptr) version->parent = parent_->newest_version();
  version->cleared = std::exchange(cleared_, false);
  versions_.add(std::move(version));
  return std::make_shared<FrozenKeyed>(versions_.list());
}

Result<std::vector<uint32_t>> KeyedTable::rows_of_snapshot(const std::vector<ColumnPtr>& columns,
                                                           int64_t num_rows) {
  std::vector<uint32_t> rows;
  HW_TRY(find({.columns = std::span(columns).first(schema_.keys.size()),
               .num_rows = num_rows,
               .hashes = nullptr},
              rows));
  for (const uint32_t row : rows) {
    if (row == kNoRow) {
      return Status::SerializationError("a row of state names a key that table '", name(),
                                        "' of the same snapshot does not have");
    }
  }
  return rows;
}

Status KeyedTable::restore_rows(const std::vector<ColumnPtr>& columns, int64_t num_rows) {
  std::vector<ColumnPtr> keys;
  size_t column = 0;
  if (parent_ != nullptr) {
    HW_ASSIGN_OR_RETURN(const std::vector<uint32_t> parent_rows,
                        parent_->rows_of_snapshot(columns, num_rows));
    keys.push_back(parent_row_column(parent_rows));
    column = parent_->schema_.keys.size();
  }
  while (keys.size() < schema_.keys.size()) keys.push_back(columns[column++]);
  std::vector<uint32_t> rows;
  HW_TRY(find_or_insert({.columns = keys, .num_rows = num_rows, .hashes = nullptr}, rows, nullptr));
  for (size_t v = 0; v < schema_.values.size(); ++v) {
    write_value(static_cast<int>(v), *columns[column++], rows);
  }
  return Status::OK();
}

}  // namespace hw
