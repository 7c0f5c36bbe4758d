// SPDX-License-Identifier: Apache-2.0

#include "state/ordered_table.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "columnar/key_bytes.h"
#include "state/row_columns.h"
#include "state/version_rows.h"

namespace hw {
namespace {

std::vector<RowColumn> stored_columns(const OrderedTableSpec& spec) {
  std::vector<RowColumn> columns = {{.width = 4, .nullable = false},
                                    {.width = 0, .nullable = true},
                                    {.width = 8, .nullable = true}};
  if (spec.searchable) columns.insert(columns.end(), 2, {.width = 4, .nullable = false});
  for (const SqlField& field : spec.payload) columns.push_back(row_column_of(field.type));
  return columns;
}

uint32_t payload_tag(uint32_t parent_row, uint64_t payload_hash) {
  return HashIndex::tag_of(((payload_hash ^ parent_row) * 0x9e3779b97f4a7c15) >> 16);
}

int first_payload(const OrderedTableSpec& spec) {
  return OrderedTable::kMark + (spec.searchable ? 3 : 1);
}

class FrozenEntries final : public FrozenTable {
 public:
  using Versions = FrozenVersions<OrderedVersion>::List;
  explicit FrozenEntries(Versions versions) : versions_(std::move(versions)) {}
  int64_t num_rows() const override { return versions_.back()->rows->num_rows(); }
  std::unique_ptr<FrozenRows> all() const override {
    std::vector<uint32_t> rows;
    rows.reserve(static_cast<size_t>(num_rows()));
    versions_.back()->rows->scan(0, SIZE_MAX, rows);
    return std::make_unique<VersionRows<OrderedVersion>>(versions_.back(), std::move(rows));
  }
  std::unique_ptr<FrozenRows> changed() const override {
    return std::make_unique<VersionRows<OrderedVersion>>(versions_.back(), changed_rows(versions_));
  }
  std::unique_ptr<FrozenRows> removed() const override { return erased_rows(versions_); }

 private:
  const Versions versions_;
};

}  // namespace

OrderedTable::OrderedTable(OrderedTableSpec spec, KeyedTable& parent, arrow::MemoryPool* pool)
    : shared_spec_(std::make_shared<const OrderedTableSpec>(std::move(spec))),
      spec_(*shared_spec_),
      payload_(first_payload(spec_)),
      parent_(parent),
      rows_(stored_columns(spec_), pool) {
  HW_CHECK(parent.parent() == nullptr);
  HW_CHECK(!spec_.searchable || spec_.equal == EqualEntries::kArrival);
}

OrderedTable::~OrderedTable() = default;

SortedSet& OrderedTable::set_of(uint32_t parent_row) {
  if (parent_row >= sets_.size()) sets_.resize(parent_row + 1);
  return sets_[parent_row];
}

const SortedSet* OrderedTable::find_set(uint32_t parent_row) const {
  return parent_row < sets_.size() ? &sets_[parent_row] : nullptr;
}

Result<uint32_t> OrderedTable::add_entry(uint32_t parent_row, std::string_view order, int64_t mark,
                                         std::span<const ColumnPtr> payload, int64_t payload_row) {
  if (!rows_.has_room()) HW_TRY(rows_.grow());
  const uint32_t entry = rows_.add();
  rows_.fixed<uint32_t>(kParent)[entry] = parent_row;
  rows_.fixed<int64_t>(kMark)[entry] = mark;
  rows_.set_bytes(kOrder, entry, order);
  const auto source_row = static_cast<int32_t>(payload_row);
  for (size_t c = 0; c < spec_.payload.size(); ++c) {
    write_rows(rows_, payload_ + static_cast<int>(c), *payload[c], std::span(&entry, 1),
               std::span(&source_row, 1));
  }
  return entry;
}

Status OrderedTable::add_count(uint32_t parent_row, std::string_view order, int64_t count,
                               std::span<const ColumnPtr> payload, int64_t payload_row) {
  HW_DCHECK(spec_.equal == EqualEntries::kCounted);
  SortedSet& set = set_of(parent_row);
  const uint64_t prefix = SortedSet::prefix_of(order);
  const SortedSet::Place place = set.lower_bound([&](const SortedSet::Item& item) {
    return item.prefix != prefix ? item.prefix < prefix : order_bytes(item.entry) < order;
  });
  if (!set.at_end(place) && set.at(place).prefix == prefix &&
      order_bytes(set.at(place).entry) == order) {
    const uint32_t entry = set.at(place).entry;
    rows_.touch(entry);
    int64_t& stored = rows_.fixed<int64_t>(kMark)[entry];
    stored += count;
    if (stored > 0) return Status::OK();
    set.erase(place);
    rows_.erase(entry);
    return Status::OK();
  }
  if (count <= 0) return Status::OK();
  HW_ASSIGN_OR_RETURN(const uint32_t entry,
                      add_entry(parent_row, order, count, payload, payload_row));
  set.insert(place, {prefix, entry});
  return Status::OK();
}

Result<uint32_t> OrderedTable::insert(uint32_t parent_row, std::string_view order,
                                      uint64_t payload_hash, std::span<const ColumnPtr> payload,
                                      int64_t payload_row) {
  HW_DCHECK(spec_.equal == EqualEntries::kArrival);
  HW_ASSIGN_OR_RETURN(const uint32_t entry,
                      add_entry(parent_row, order, next_arrival_++, payload, payload_row));
  SortedSet& set = set_of(parent_row);
  const uint64_t prefix = SortedSet::prefix_of(order);
  // Behind every item with the same order bytes: those arrived before.
  const SortedSet::Place place = set.lower_bound([&](const SortedSet::Item& item) {
    return item.prefix != prefix ? item.prefix < prefix : order_bytes(item.entry) <= order;
  });
  set.insert(place, {prefix, entry});
  if (spec_.searchable) {
    index_entry(entry, payload_tag(parent_row, payload_hash), payload, payload_row);
  }
  return entry;
}

// Equal entries share one place in the index: it names the newest of them, which leads to the
// oldest, and so on in order of arrival.
void OrderedTable::index_entry(uint32_t entry, uint32_t tag, std::span<const ColumnPtr> payload,
                               int64_t payload_row) {
  const FixedColumn<uint32_t> same = rows_.fixed<uint32_t>(kSame);
  rows_.fixed<uint32_t>(kTag)[entry] = tag;
  const uint32_t newest =
      newest_equal(tag, rows_.fixed<uint32_t>(kParent)[entry], payload, payload_row);
  if (newest == kNoEntry) {
    same[entry] = entry;
  } else {
    same[entry] = same[newest];
    same[newest] = entry;
    by_payload_.erase(tag, newest);
  }
  by_payload_.insert(tag, entry);
}

void OrderedTable::unindex_entry(uint32_t entry) {
  const FixedColumn<uint32_t> same = rows_.fixed<uint32_t>(kSame);
  const uint32_t tag = rows_.fixed<uint32_t>(kTag)[entry];
  // The oldest is met first: it is what goes as a rule.
  uint32_t before = kNoEntry;
  const uint32_t newest = by_payload_.find(tag, [&](uint32_t candidate) {
    before = candidate;
    while (same[before] != entry) {
      before = same[before];
      if (before == candidate) return false;
    }
    return true;
  });
  HW_CHECK(newest != kNoEntry);
  same[before] = same[entry];
  if (newest != entry) return;
  by_payload_.erase(tag, entry);
  if (before != entry) by_payload_.insert(tag, before);
}

uint32_t OrderedTable::newest_equal(uint32_t tag, uint32_t parent_row,
                                    std::span<const ColumnPtr> payload, int64_t payload_row) const {
  const FixedColumn<uint32_t> parents = rows_.fixed<uint32_t>(kParent);
  return by_payload_.find(tag, [&](uint32_t entry) {
    if (parents[entry] != parent_row) return false;
    for (size_t c = 0; c < spec_.payload.size(); ++c) {
      if (!row_equals(rows_, payload_ + static_cast<int>(c), entry, *payload[c], payload_row)) {
        return false;
      }
    }
    return true;
  });
}

uint32_t OrderedTable::find_equal(uint32_t parent_row, uint64_t payload_hash,
                                  std::span<const ColumnPtr> payload, int64_t payload_row) const {
  HW_DCHECK(spec_.searchable);
  const uint32_t newest =
      newest_equal(payload_tag(parent_row, payload_hash), parent_row, payload, payload_row);
  return newest == kNoEntry ? kNoEntry : rows_.fixed<uint32_t>(kSame)[newest];
}

SortedSet::Place OrderedTable::place_of(uint32_t entry) const {
  const SortedSet& set = sets_[rows_.fixed<uint32_t>(kParent)[entry]];
  const std::string_view order = order_bytes(entry);
  const uint64_t prefix = SortedSet::prefix_of(order);
  const FixedColumn<int64_t> marks = rows_.fixed<int64_t>(kMark);
  const SortedSet::Place place = set.lower_bound([&](const SortedSet::Item& item) {
    if (item.prefix != prefix) return item.prefix < prefix;
    const int compared = order_bytes(item.entry).compare(order);
    if (compared != 0) return compared < 0;
    return spec_.equal == EqualEntries::kArrival && marks[item.entry] < marks[entry];
  });
  HW_CHECK(!set.at_end(place) && set.at(place).entry == entry);
  return place;
}

void OrderedTable::remove(uint32_t entry) {
  sets_[rows_.fixed<uint32_t>(kParent)[entry]].erase(place_of(entry));
  if (spec_.searchable) unindex_entry(entry);
  removed_.push_back(entry);
}

void OrderedTable::free_removed() {
  for (const uint32_t entry : removed_) rows_.erase(entry);
  removed_.clear();
}

void OrderedTable::erase_set(uint32_t parent_row) {
  if (parent_row >= sets_.size()) return;
  std::vector<uint32_t> entries;
  read_range(parent_row, 0, SIZE_MAX, entries);
  for (const uint32_t entry : entries) {
    if (spec_.searchable) unindex_entry(entry);
    rows_.erase(entry);
  }
  sets_[parent_row].clear();
}

size_t OrderedTable::size(uint32_t parent_row) const {
  const SortedSet* set = find_set(parent_row);
  return set != nullptr ? set->size() : 0;
}

uint32_t OrderedTable::first(uint32_t parent_row) const { return sets_[parent_row].front().entry; }

uint32_t OrderedTable::last(uint32_t parent_row) const { return sets_[parent_row].back().entry; }

void OrderedTable::read_range(uint32_t parent_row, size_t begin, size_t end,
                              std::vector<uint32_t>& entries) const {
  const SortedSet* set = find_set(parent_row);
  if (set == nullptr) return;
  set->visit_range(begin, end, [&](uint32_t entry) { entries.push_back(entry); });
}

Result<ColumnPtr> OrderedTable::read(int payload_column, std::span<const uint32_t> entries) const {
  return read_rows(rows_, payload_ + payload_column,
                   spec_.payload[static_cast<size_t>(payload_column)].type, entries);
}

SnapshotLayout OrderedTable::layout() const {
  SnapshotLayout layout = parent_.layout();
  layout.kind = "ordered";
  layout.version = spec_.version;
  layout.columns.resize(parent_.schema().keys.size());
  layout.columns.push_back({"order", SqlType::bytes().not_null()});
  layout.columns.push_back(
      {spec_.equal == EqualEntries::kCounted ? "count" : "arrival", SqlType::bigint().not_null()});
  // Arrivals are numbered through the table; counted entries have one for each order.
  const size_t num_named = layout.columns.size() - (spec_.equal == EqualEntries::kCounted ? 1 : 0);
  layout.identity.clear();
  for (size_t i = 0; i < num_named; ++i) layout.identity.push_back(static_cast<int>(i));
  layout.columns.insert(layout.columns.end(), spec_.payload.begin(), spec_.payload.end());
  return layout;
}

Result<ColumnPtr> OrderedVersion::read(int column, std::span<const uint32_t> entries,
                                       const ColumnsWithoutNulls& without_nulls) const {
  const int num_keys = static_cast<int>(parent->schema->keys.size());
  if (column < num_keys) {
    std::vector<uint32_t> parent_rows;
    const FixedColumn<uint32_t> parents = rows->fixed<uint32_t>(OrderedTable::kParent);
    for (const uint32_t entry : entries) parent_rows.push_back(parents[entry]);
    return parent->read_key(column, parent_rows);
  }
  if (column == num_keys) {
    return read_rows(*rows, OrderedTable::kOrder, SqlType::bytes().not_null(), entries);
  }
  if (column == num_keys + 1) {
    return read_rows(*rows, OrderedTable::kMark, SqlType::bigint().not_null(), entries);
  }
  const int payload = column - num_keys - 2;
  const int stored = first_payload(*spec) + payload;
  return read_rows(*rows, stored, spec->payload[static_cast<size_t>(payload)].type, entries,
                   without_nulls.has(stored));
}

std::shared_ptr<const FrozenTable> OrderedTable::freeze(int64_t snapshot) {
  HW_DCHECK(removed_.empty());
  auto version = std::make_shared<OrderedVersion>();
  version->snapshot = snapshot;
  version->spec = shared_spec_;
  version->rows = rows_.pin();
  version->parent = parent_.newest_version();
  versions_.add(std::move(version));
  return std::make_shared<FrozenEntries>(versions_.list());
}

Status OrderedTable::restore_rows(const std::vector<ColumnPtr>& columns, int64_t num_rows) {
  HW_ASSIGN_OR_RETURN(const std::vector<uint32_t> parents,
                      parent_.rows_of_snapshot(columns, num_rows));
  const size_t num_keys = parent_.schema().keys.size();
  const Column& orders = *columns[num_keys];
  const Column& marks = *columns[num_keys + 1];
  const std::span payload = std::span(columns).subspan(num_keys + 2);
  const std::vector<uint64_t> hashes =
      spec_.searchable ? hash_keys(payload, num_rows) : std::vector<uint64_t>();
  for (int64_t i = 0; i < num_rows; ++i) {
    const auto parent_row = parents[static_cast<size_t>(i)];
    const auto order = orders.value<std::string_view>(i);
    const auto mark = marks.value<int64_t>(i);
    HW_ASSIGN_OR_RETURN(const uint32_t entry, add_entry(parent_row, order, mark, payload, i));
    const uint64_t prefix = SortedSet::prefix_of(order);
    const FixedColumn<int64_t> stored = rows_.fixed<int64_t>(kMark);
    SortedSet& set = set_of(parent_row);
    const SortedSet::Place place = set.lower_bound([&](const SortedSet::Item& item) {
      if (item.prefix != prefix) return item.prefix < prefix;
      const int compared = order_bytes(item.entry).compare(order);
      return compared != 0 ? compared < 0 : stored[item.entry] < mark;
    });
    set.insert(place, {prefix, entry});
    if (spec_.equal == EqualEntries::kArrival) next_arrival_ = std::max(next_arrival_, mark + 1);
    if (spec_.searchable) {
      index_entry(entry, payload_tag(parent_row, hashes[static_cast<size_t>(i)]), payload, i);
    }
  }
  return Status::OK();
}

int64_t OrderedTable::num_bytes() const {
  int64_t bytes = rows_.num_bytes() + static_cast<int64_t>(sets_.capacity() * sizeof(SortedSet));
  for (const SortedSet& set : sets_) bytes += set.num_bytes();
  return bytes + (spec_.searchable ? by_payload_.num_bytes() : 0);
}

}  // namespace hw
