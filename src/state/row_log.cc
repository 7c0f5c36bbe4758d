// SPDX-License-Identifier: Apache-2.0

#include "state/row_log.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/assert.h"
#include "columnar/key_bytes.h"
#include "state/age_column.h"
#include "state/row_columns.h"
#include "state/version_rows.h"

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

int first_column(const RowLogSpec& spec) {
  if (spec.one_per_key()) return 0;
  if (spec.erasable) return spec.unique_columns ? 3 : 4;
  return spec.aged ? 3 : 1;
}

std::vector<int> identity_of(const RowLogSpec& spec) {
  std::vector<int> columns;
  if (!spec.unique_columns) return columns;
  columns = spec.key_columns;
  for (const int column : *spec.unique_columns) {
    if (std::find(columns.begin(), columns.end(), column) == columns.end()) {
      columns.push_back(column);
    }
  }
  return columns;
}

int count_column(const RowLogSpec& spec) {
  return first_column(spec) + static_cast<int>(spec.columns.size());
}
int age_column(const RowLogSpec& spec) { return count_column(spec) + (spec.counted ? 1 : 0); }
int arrival_column(const RowLogSpec& spec) { return age_column(spec) + (spec.aged ? 1 : 0); }

std::vector<RowColumn> stored_columns(const RowLogSpec& spec) {
  std::vector<RowColumn> columns(static_cast<size_t>(first_column(spec)),
                                 RowColumn{.width = 4, .nullable = false});
  for (const SqlField& field : spec.columns) columns.push_back(row_column_of(field.type));
  if (spec.counted) columns.push_back({.width = 4, .nullable = true});
  if (spec.aged) columns.push_back({.width = 8, .nullable = true});
  columns.push_back({.width = 8, .nullable = true});
  return columns;
}

class FrozenLog final : public FrozenTable {
 public:
  using Versions = FrozenVersions<RowLogVersion>::List;
  explicit FrozenLog(Versions versions) : versions_(std::move(versions)) {}
  int64_t num_rows() const override { return versions_.back()->rows->num_rows(); }
  bool has_changes() const override {
    return std::none_of(versions_.begin(), versions_.end(),
                        [](const auto& version) { return version->cleared; });
  }
  std::unique_ptr<FrozenRows> all() const override {
    std::vector<uint32_t> ids;
    ids.reserve(static_cast<size_t>(num_rows()));
    versions_.back()->rows->scan(0, SIZE_MAX, ids);
    return in_order_of_arrival(std::move(ids));
  }
  std::unique_ptr<FrozenRows> changed() const override {
    return in_order_of_arrival(changed_rows(versions_));
  }
  std::unique_ptr<FrozenRows> removed() const override { return erased_rows(versions_); }

 private:
  std::unique_ptr<FrozenRows> in_order_of_arrival(std::vector<uint32_t> ids) const {
    const RowLogVersion& version = *versions_.back();
    const auto arrivals = version.rows->fixed<int64_t>(arrival_column(*version.spec));
    const auto before = [&](uint32_t a, uint32_t b) { return arrivals[a] < arrivals[b]; };
    // Numbers of rows that went are used again; a log that only grows has its order already.
    if (!std::is_sorted(ids.begin(), ids.end(), before)) std::sort(ids.begin(), ids.end(), before);
    return std::make_unique<VersionRows<RowLogVersion>>(versions_.back(), std::move(ids));
  }

  const Versions versions_;
};

}  // namespace

bool RowLogSpec::one_per_key() const {
  return unique_columns &&
         std::all_of(unique_columns->begin(), unique_columns->end(), [&](int column) {
           return std::find(key_columns.begin(), key_columns.end(), column) != key_columns.end();
         });
}

RowLog::RowLog(RowLogSpec spec, arrow::MemoryPool* pool)
    : shared_spec_(std::make_shared<const RowLogSpec>(std::move(spec))),
      spec_(*shared_spec_),
      one_per_key_(spec_.one_per_key()),
      identity_(identity_of(spec_)),
      first_column_(first_column(spec_)),
      count_column_(count_column(spec_)),
      age_column_(age_column(spec_)),
      arrival_column_(arrival_column(spec_)),
      chains_(chain_schema(spec_), pool),
      rows_(stored_columns(spec_), pool) {
  HW_DCHECK(!by_identity() || (spec_.erasable && !spec_.by_id_only));
}

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
  rows_.fixed<int64_t>(arrival_column_)[id] = next_arrival_++;
  if (one_per_key_) return id;
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
  if (linked()) {
    rows_.fixed<uint32_t>(kPrevious)[id] = previous;
    rows_.fixed<uint32_t>(kChain)[id] = chain;
  }
  if (spec_.erasable && !by_identity()) rows_.fixed<uint32_t>(kSame)[id] = kNoRow;
  return id;
}

void RowLog::ask_for_ends(std::span<const uint32_t> chains, size_t at) const {
  // How far ahead of add_row(): first the chain, then the row at its end.
  constexpr size_t kChainsAhead = 16, kRowsAhead = 8;
  const FixedColumn<uint32_t> newest = chains_.fixed<uint32_t>(kNewest);
  if (at + kChainsAhead < chains.size()) __builtin_prefetch(&newest[chains[at + kChainsAhead]]);
  if (at + kRowsAhead >= chains.size()) return;
  const uint32_t row = newest[chains[at + kRowsAhead]];
  if (row != kNoRow) __builtin_prefetch(&rows_.fixed<uint32_t>(kNext)[row]);
  // A function that only prefetches is as good as none to the compiler.
  asm volatile("" : : "r"(row));
}

void RowLog::write(std::span<const ColumnPtr> columns, std::span<const uint32_t> ids,
                   std::span<const int32_t> source_rows) {
  for (size_t c = 0; c < spec_.columns.size(); ++c) {
    write_rows(rows_, stored_column(static_cast<int>(c)), *columns[c], ids, source_rows);
  }
}

Status RowLog::append(const Rows& rows, std::vector<uint32_t>& ids) {
  if (by_identity()) return apply_by_identity(rows, {}, ids);
  std::vector<uint32_t> chains;
  HW_TRY(find_chain_rows(rows, chains));
  ids.clear();
  ids.reserve(chains.size());
  for (size_t i = 0; i < chains.size(); ++i) {
    if (!one_per_key_) ask_for_ends(chains, i);
    HW_ASSIGN_OR_RETURN(const uint32_t id, add_row(chains[i]));
    ids.push_back(id);
  }
  write(rows.columns, ids, {});
  if (!rows.counts.empty()) {
    for (size_t i = 0; i < ids.size(); ++i) counts()[ids[i]] = rows.counts[i];
  }
  if (spec_.aged) {
    for (const uint32_t id : ids) ages()[id] = rows.now_ms;
  }
  if (!spec_.erasable || spec_.by_id_only) return Status::OK();
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

/// Of several equal rows the second goes: it is found without a search. One that has expired is
/// none.
uint32_t RowLog::equal_to_take(uint32_t first_equal, int64_t expired_ms) const {
  const FixedColumn<uint32_t> same = rows_.fixed<uint32_t>(kSame);
  if (!spec_.aged) return same[first_equal] != kNoRow ? same[first_equal] : first_equal;
  const FixedColumn<int64_t> written = ages();
  for (uint32_t id = same[first_equal]; id != kNoRow; id = same[id]) {
    if (written[id] > expired_ms) return id;
  }
  return written[first_equal] > expired_ms ? first_equal : kNoRow;
}

Status RowLog::apply(const Rows& rows, std::span<const int8_t> signs, std::vector<uint32_t>& ids) {
  HW_DCHECK(spec_.erasable && !spec_.by_id_only);
  if (by_identity()) return apply_by_identity(rows, signs, ids);
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
      if (spec_.aged) ages()[ids[i]] = rows.now_ms;
      index_row(tag, ids[i], rows.columns, static_cast<int64_t>(i));
    } else if (signs[i] < 0) {
      const uint32_t first = find_equal(tag, rows.columns, static_cast<int64_t>(i));
      if (first == kNoRow) continue;
      ids[i] = equal_to_take(first, rows.expired_ms);
      if (ids[i] == kNoRow) continue;
      unindex_row(tag, ids[i], first);
      unlink(ids[i]);
      rows_.erase(ids[i]);
    }
  }
  return drop_empty_chains(chains);
}

void RowLog::unlink(uint32_t id) {
  if (one_per_key_) return;
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

Status RowLog::unindex_rows(std::span<const uint32_t> ids) {
  std::vector<int> numbers = identity_;
  if (!by_identity()) {
    numbers.resize(spec_.columns.size());
    std::iota(numbers.begin(), numbers.end(), 0);
  }
  std::vector<ColumnPtr> columns;
  for (const int number : numbers) {
    HW_ASSIGN_OR_RETURN(ColumnPtr values, read(number, ids));
    columns.push_back(std::move(values));
  }
  const std::vector<uint64_t> hashes = hash_keys(columns, static_cast<int64_t>(ids.size()));
  for (size_t i = 0; i < ids.size(); ++i) {
    const uint32_t tag = HashIndex::tag_of(hashes[i]);
    if (by_identity()) {
      by_row_.erase(tag, ids[i]);
      continue;
    }
    unindex_row(tag, ids[i], find_equal(tag, columns, static_cast<int64_t>(i)));
  }
  return Status::OK();
}

Status RowLog::erase(std::span<const uint32_t> ids) {
  HW_DCHECK(spec_.erasable || spec_.aged);
  if (spec_.erasable && !spec_.by_id_only) HW_TRY(unindex_rows(ids));
  std::vector<uint32_t> chains;
  chains.reserve(ids.size());
  for (const uint32_t id : ids) {
    if (!one_per_key_) chains.push_back(rows_.fixed<uint32_t>(kChain)[id]);
    unlink(id);
    rows_.erase(id);
  }
  return drop_empty_chains(chains);
}

void RowLog::adopt_ages(int64_t now_ms) {
  std::vector<uint32_t> ids;
  rows_.scan(0, SIZE_MAX, ids);
  std::erase_if(ids, [&](uint32_t id) { return rows_.nulls(age_column_)[id] == 0; });
  rows_.touch(ids);
  const FixedColumn<uint8_t> unknown = rows_.nulls(age_column_);
  for (const uint32_t id : ids) {
    unknown[id] = 0;
    ages()[id] = now_ms;
  }
}

Status RowLog::find_chains(const KeyColumns& keys, std::vector<uint32_t>& firsts) {
  if (one_per_key_) {
    find_single_rows(keys, firsts);
    return Status::OK();
  }
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
  if (one_per_key_) {
    rows_.scan(0, SIZE_MAX, ids);
    return ids;
  }
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
  cleared_ = true;
}

SnapshotLayout RowLog::layout() const {
  SnapshotLayout layout;
  layout.kind = "row_log";
  layout.version = spec_.version;
  layout.columns = spec_.columns;
  layout.key_columns = spec_.key_columns;
  if (spec_.counted) layout.columns.push_back({"count", SqlType::integer().not_null()});
  if (spec_.aged) layout.columns.push_back(age_field());
  layout.identity = spec_.key_columns;
  layout.identity.push_back(static_cast<int>(layout.columns.size()));
  layout.columns.push_back({"arrival", SqlType::bigint().not_null()});
  return layout;
}

Result<ColumnPtr> RowLogVersion::read(int column, std::span<const uint32_t> ids,
                                      const ColumnsWithoutNulls& without_nulls) const {
  const auto c = static_cast<size_t>(column);
  const int stored = first_column(*spec) + column;
  if (c < spec->columns.size()) {
    return read_rows(*rows, stored, spec->columns[c].type, ids, without_nulls.has(stored));
  }
  if (spec->aged && stored == age_column(*spec)) {
    return read_rows(*rows, stored, SqlType::bigint(), ids);
  }
  const bool is_arrival = stored == arrival_column(*spec);
  const SqlType type = is_arrival ? SqlType::bigint() : SqlType::integer();
  return read_rows(*rows, stored, type.not_null(), ids);
}

std::shared_ptr<const FrozenTable> RowLog::freeze(int64_t snapshot) {
  auto version = std::make_shared<RowLogVersion>();
  version->snapshot = snapshot;
  version->spec = shared_spec_;
  version->rows = rows_.pin();
  version->cleared = std::exchange(cleared_, false);
  versions_.add(std::move(version));
  return std::make_shared<FrozenLog>(versions_.list());
}

Status RowLog::restore_rows(const std::vector<ColumnPtr>& columns, int64_t num_rows) {
  std::vector<uint32_t> ids;
  HW_TRY(
      append({.columns = columns, .num_rows = num_rows, .key_hashes = nullptr, .counts = {}}, ids));
  const size_t num_logged = spec_.columns.size();
  if (spec_.counted) write_rows(rows_, count_column_, *columns[num_logged], ids, {});
  if (spec_.aged) write_rows(rows_, age_column_, *columns[columns.size() - 2], ids, {});
  write_rows(rows_, arrival_column_, *columns.back(), ids, {});
  for (int64_t i = 0; i < num_rows; ++i) {
    next_arrival_ = std::max(next_arrival_, columns.back()->value<int64_t>(i) + 1);
  }
  return Status::OK();
}

// A row whose count or age changed, or that was written over, came with a later delta than its
// neighbours.
void RowLog::finish_restore() {
  if (one_per_key_ || (!spec_.counted && !spec_.aged && !by_identity())) return;
  const FixedColumn<int64_t> arrivals = rows_.fixed<int64_t>(arrival_column_);
  const FixedColumn<uint32_t> next_ids = nexts();
  const FixedColumn<uint32_t> oldest = chains_.fixed<uint32_t>(kOldest);
  const FixedColumn<uint32_t> newest = chains_.fixed<uint32_t>(kNewest);
  const auto before = [&](uint32_t a, uint32_t b) { return arrivals[a] < arrivals[b]; };
  std::vector<uint32_t> ids;
  for (const uint32_t chain : chains_.live_rows()) {
    ids.clear();
    for (uint32_t id = oldest[chain]; id != kNoRow; id = next_ids[id]) ids.push_back(id);
    if (std::is_sorted(ids.begin(), ids.end(), before)) continue;
    std::sort(ids.begin(), ids.end(), before);
    for (size_t i = 0; i < ids.size(); ++i) {
      next_ids[ids[i]] = i + 1 < ids.size() ? ids[i + 1] : kNoRow;
      if (linked()) rows_.fixed<uint32_t>(kPrevious)[ids[i]] = i > 0 ? ids[i - 1] : kNoRow;
    }
    oldest[chain] = ids.front();
    newest[chain] = ids.back();
  }
}

int64_t RowLog::num_bytes() const {
  return rows_.num_bytes() + chains_.num_bytes() + (spec_.erasable ? by_row_.num_bytes() : 0);
}

}  // namespace hw
