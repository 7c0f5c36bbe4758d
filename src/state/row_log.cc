// SPDX-License-Identifier: Apache-2.0

#include "state/row_log.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "columnar/key_bytes.h"
#include "state/row_columns.h"

namespace hw {
namespace {

constexpr int kOldest = 0;
constexpr int kNewest = 1;

TableSchema chain_schema(const RowLogSpec& spec) {
  TableSchema schema;
  for (const int column : spec.key_columns) {
    schema.keys.push_back(spec.columns[static_cast<size_t>(column)]);
  }
  schema.values = {{"oldest", SqlType::integer()}, {"newest", SqlType::integer()}};
  return schema;
}

std::vector<RowColumn> stored_columns(const RowLogSpec& spec) {
  std::vector<RowColumn> columns(spec.erasable ? 4 : 1, RowColumn{.width = 4, .nullable = false});
  for (const SqlField& field : spec.columns) columns.push_back(row_column_of(field.type));
  if (spec.counted) columns.push_back({.width = 4, .nullable = true});
  return columns;
}

class FrozenLog final : public FrozenRows {
 public:
  explicit FrozenLog(const RowLog& log) : log_(log), ids_(log.live_rows()) {}
  int64_t num_rows() const override { return static_cast<int64_t>(ids_.size()); }
  Result<std::vector<ColumnPtr>> read(std::span<const int> columns,
                                      std::span<const uint32_t> positions) const override {
    std::vector<uint32_t> ids;
    ids.reserve(positions.size());
    for (const uint32_t position : positions) ids.push_back(ids_[position]);
    std::vector<ColumnPtr> result;
    for (const int column : columns) {
      HW_ASSIGN_OR_RETURN(ColumnPtr values, log_.read(column, ids));
      result.push_back(std::move(values));
    }
    return result;
  }

 private:
  const RowLog& log_;
  const std::vector<uint32_t> ids_;
};

}  // namespace

RowLog::RowLog(RowLogSpec spec, arrow::MemoryPool* pool)
    : spec_(std::move(spec)),
      first_column_(spec_.erasable ? 4 : 1),
      count_column_(first_column_ + static_cast<int>(spec_.columns.size())),
      chains_(chain_schema(spec_), pool),
      rows_(stored_columns(spec_), pool) {}

Status RowLog::find_chain_rows(const Rows& rows, std::vector<uint32_t>& chains) {
  std::vector<ColumnPtr> keys;
  for (const int column : spec_.key_columns) {
    keys.push_back(rows.columns[static_cast<size_t>(column)]);
  }
  std::vector<uint32_t> inserted;
  HW_TRY(chains_.find_or_insert(
      {.columns = keys, .num_rows = rows.num_rows, .hashes = rows.key_hashes}, chains, &inserted));
  const FixedColumn<uint32_t> oldest = chains_.fixed<uint32_t>(kOldest);
  const FixedColumn<uint32_t> newest = chains_.fixed<uint32_t>(kNewest);
  for (const uint32_t chain : inserted) oldest[chain] = newest[chain] = kNoRow;
  return Status::OK();
}

Result<uint32_t> RowLog::add_row(uint32_t chain) {
  if (!rows_.has_room()) HW_TRY(rows_.grow());
  const uint32_t id = rows_.add();
  uint32_t& newest = chains_.fixed<uint32_t>(kNewest)[chain];
  const uint32_t previous = newest;
  newest = id;
  const FixedColumn<uint32_t> nexts = rows_.fixed<uint32_t>(kNext);
  nexts[id] = kNoRow;
  if (previous == kNoRow) {
    chains_.fixed<uint32_t>(kOldest)[chain] = id;
  } else {
    // Links are rebuilt by a restore, so a changed link is no change of the row: no touch().
    nexts[previous] = id;
  }
  if (spec_.erasable) {
    rows_.fixed<uint32_t>(kPrevious)[id] = previous;
    rows_.fixed<uint32_t>(kChain)[id] = chain;
    rows_.fixed<uint32_t>(kSame)[id] = kNoRow;
  }
  return id;
}

void RowLog::write(std::span<const ColumnPtr> columns, std::span<const uint32_t> ids,
                   std::span<const int32_t> source_rows) {
  for (size_t c = 0; c < spec_.columns.size(); ++c) {
    write_rows(rows_, stored_column(static_cast<int>(c)), *columns[c], ids, source_rows);
  }
}

Status RowLog::append(const Rows& rows, std::vector<uint32_t>& ids) {
  std::vector<uint32_t> chains;
  HW_TRY(find_chain_rows(rows, chains));
  ids.clear();
  ids.reserve(chains.size());
  for (const uint32_t chain : chains) {
    HW_ASSIGN_OR_RETURN(const uint32_t id, add_row(chain));
    ids.push_back(id);
  }
  write(rows.columns, ids, {});
  if (!rows.counts.empty()) {
    for (size_t i = 0; i < ids.size(); ++i) counts()[ids[i]] = rows.counts[i];
  }
  if (!spec_.erasable) return Status::OK();
  const std::vector<uint64_t> hashes =
      hash_keys(rows.columns.first(spec_.columns.size()), rows.num_rows);
  for (size_t i = 0; i < ids.size(); ++i) {
    index_row(HashIndex::tag_of(hashes[i]), ids[i], rows.columns, static_cast<int64_t>(i));
  }
  return Status::OK();
}

// Equal rows share one place in the index: a value that comes a million times must not make a
// million slots of one hash.
void RowLog::index_row(uint32_t tag, uint32_t id, std::span<const ColumnPtr> columns, int64_t row) {
  const uint32_t first = find_equal(tag, columns, row);
  if (first == kNoRow) return by_row_.insert(tag, id);
  const FixedColumn<uint32_t> same = rows_.fixed<uint32_t>(kSame);
  same[id] = same[first];
  same[first] = id;
}

void RowLog::unindex_row(uint32_t tag, uint32_t id, uint32_t first_equal) {
  const FixedColumn<uint32_t> same = rows_.fixed<uint32_t>(kSame);
  if (id == first_equal) {
    by_row_.erase(tag, id);
    if (same[id] != kNoRow) by_row_.insert(tag, same[id]);
    return;
  }
  uint32_t before = first_equal;
  while (same[before] != id) before = same[before];
  same[before] = same[id];
}

uint32_t RowLog::find_equal(uint32_t tag, std::span<const ColumnPtr> columns, int64_t row) const {
  return by_row_.find(tag, [&](uint32_t id) {
    for (size_t c = 0; c < spec_.columns.size(); ++c) {
      if (!row_equals(rows_, stored_column(static_cast<int>(c)), id, *columns[c], row)) {
        return false;
      }
    }
    return true;
  });
}

Status RowLog::apply(const Rows& rows, std::span<const int8_t> signs, std::vector<uint32_t>& ids) {
  HW_DCHECK(spec_.erasable);
  std::vector<uint32_t> chains;
  HW_TRY(find_chain_rows(rows, chains));
  const std::vector<uint64_t> hashes =
      hash_keys(rows.columns.first(spec_.columns.size()), rows.num_rows);
  ids.assign(static_cast<size_t>(rows.num_rows), kNoRow);
  for (size_t i = 0; i < ids.size(); ++i) {
    const uint32_t tag = HashIndex::tag_of(hashes[i]);
    if (signs[i] > 0) {
      HW_ASSIGN_OR_RETURN(ids[i], add_row(chains[i]));
      const auto source_row = static_cast<int32_t>(i);
      write(rows.columns, std::span(&ids[i], 1), std::span(&source_row, 1));
      if (!rows.counts.empty()) counts()[ids[i]] = rows.counts[i];
      index_row(tag, ids[i], rows.columns, static_cast<int64_t>(i));
    } else if (signs[i] < 0) {
      const uint32_t first = find_equal(tag, rows.columns, static_cast<int64_t>(i));
      if (first == kNoRow) continue;
      // Of several equal rows the second goes: it is found without a search.
      const uint32_t second = rows_.fixed<uint32_t>(kSame)[first];
      ids[i] = second != kNoRow ? second : first;
      unindex_row(tag, ids[i], first);
      unlink(ids[i]);
      rows_.erase(ids[i]);
    }
  }
  return drop_empty_chains(chains);
}

void RowLog::unlink(uint32_t id) {
  const FixedColumn<uint32_t> nexts = rows_.fixed<uint32_t>(kNext);
  const FixedColumn<uint32_t> previous = rows_.fixed<uint32_t>(kPrevious);
  const uint32_t chain = rows_.fixed<uint32_t>(kChain)[id];
  const uint32_t before = previous[id];
  const uint32_t after = nexts[id];
  if (before == kNoRow) {
    chains_.fixed<uint32_t>(kOldest)[chain] = after;
  } else {
    nexts[before] = after;
  }
  if (after == kNoRow) {
    chains_.fixed<uint32_t>(kNewest)[chain] = before;
  } else {
    previous[after] = before;
  }
}

Status RowLog::drop_empty_chains(std::span<const uint32_t> chains) {
  std::vector<uint32_t> empty;
  const FixedColumn<uint32_t> oldest = chains_.fixed<uint32_t>(kOldest);
  for (const uint32_t chain : chains) {
    if (oldest[chain] == kNoRow) empty.push_back(chain);
  }
  std::sort(empty.begin(), empty.end());
  empty.erase(std::unique(empty.begin(), empty.end()), empty.end());
  return chains_.erase(empty);
}

Status RowLog::erase(std::span<const uint32_t> ids) {
  HW_DCHECK(spec_.erasable);
  std::vector<ColumnPtr> columns;
  for (size_t c = 0; c < spec_.columns.size(); ++c) {
    HW_ASSIGN_OR_RETURN(ColumnPtr values, read(static_cast<int>(c), ids));
    columns.push_back(std::move(values));
  }
  const std::vector<uint64_t> hashes = hash_keys(columns, static_cast<int64_t>(ids.size()));
  std::vector<uint32_t> chains;
  for (size_t i = 0; i < ids.size(); ++i) {
    chains.push_back(rows_.fixed<uint32_t>(kChain)[ids[i]]);
    const uint32_t tag = HashIndex::tag_of(hashes[i]);
    unindex_row(tag, ids[i], find_equal(tag, columns, static_cast<int64_t>(i)));
    unlink(ids[i]);
    rows_.erase(ids[i]);
  }
  return drop_empty_chains(chains);
}

Status RowLog::find_chains(const KeyColumns& keys, std::vector<uint32_t>& firsts) {
  HW_TRY(chains_.find(keys, firsts));
  const FixedColumn<uint32_t> oldest = chains_.fixed<uint32_t>(kOldest);
  for (uint32_t& first : firsts) {
    if (first != kNoRow) first = oldest[first];
  }
  return Status::OK();
}

Result<ColumnPtr> RowLog::read(int column, std::span<const uint32_t> ids) const {
  const auto c = static_cast<size_t>(column);
  const SqlType type =
      c < spec_.columns.size() ? spec_.columns[c].type : SqlType::integer().not_null();
  return read_rows(rows_, stored_column(column), type, ids);
}

std::vector<uint32_t> RowLog::live_rows() const {
  std::vector<uint32_t> ids;
  ids.reserve(static_cast<size_t>(rows_.num_rows()));
  const FixedColumn<uint32_t> oldest = chains_.fixed<uint32_t>(kOldest);
  const FixedColumn<uint32_t> next_ids = nexts();
  for (const uint32_t chain : chains_.live_rows()) {
    for (uint32_t id = oldest[chain]; id != kNoRow; id = next_ids[id]) ids.push_back(id);
  }
  return ids;
}

void RowLog::clear() {
  chains_.clear();
  rows_.clear();
  by_row_.clear();
}

SnapshotLayout RowLog::layout() const {
  SnapshotLayout layout;
  layout.kind = "row_log";
  layout.version = spec_.version;
  layout.columns = spec_.columns;
  layout.key_columns = spec_.key_columns;
  if (spec_.counted) layout.columns.push_back({"count", SqlType::integer().not_null()});
  return layout;
}

Result<std::unique_ptr<FrozenRows>> RowLog::freeze() const {
  return std::make_unique<FrozenLog>(*this);
}

Status RowLog::restore_rows(const std::vector<ColumnPtr>& columns, int64_t num_rows) {
  std::vector<uint32_t> ids;
  HW_TRY(
      append({.columns = columns, .num_rows = num_rows, .key_hashes = nullptr, .counts = {}}, ids));
  if (spec_.counted) write_rows(rows_, count_column_, *columns.back(), ids, {});
  return Status::OK();
}

int64_t RowLog::num_bytes() const {
  return rows_.num_bytes() + chains_.num_bytes() + (spec_.erasable ? by_row_.num_bytes() : 0);
}

}  // namespace hw
