// SPDX-License-Identifier: Apache-2.0

#include "operators/window_panes.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "state/state_store.h"

namespace hw {
namespace {

/// Entries that are handed to a kernel at once.
constexpr size_t kBlockRows = 4096;
constexpr size_t kFiltersMax = 63;
/// Rows of panes that are added to the running window in a call: some milliseconds. A pane costs as
/// much as some rows, also when it is empty.
constexpr int64_t kAddedRowsPerCall = 65'536;
constexpr int64_t kRowsPerPane = 16;
/// Windows of more panes than that are put together from blocks.
constexpr int64_t kSinglePanesMax = 8;

}  // namespace

WindowPanes::WindowPanes(const Aggregates& aggregates, const Schema& input, Options options,
                         StateStore& store)
    : aggregates_(aggregates), options_(std::move(options)) {
  TableSchema schema;
  schema.keys = options_.keys;
  schema.num_distribution_keys = options_.num_distribution_keys;
  schema.values.push_back({"rows", SqlType::bigint().not_null()});
  schema.values.insert(schema.values.end(), aggregates.columns().begin(),
                       aggregates.columns().end());
  panes_ = &store.paned_table("panes", schema);
  if (!options_.single_pane) {
    window_ = std::make_unique<KeyedTable>(schema, options_.memory_pool);
  }
  for (const DistinctArgs& args : aggregates.distinct_sets()) {
    HW_CHECK(args.filters.size() <= kFiltersMax);
    DistinctValues values(args, options_.retracts);
    TableSchema table = values.table_schema(input);
    const std::string name = "distinct" + std::to_string(distinct_.size());
    PanedTable& panes = store.paned_table(name, *panes_, table);
    std::unique_ptr<KeyedTable> fed;
    if (!options_.single_pane) {
      table.values = {{"fed", SqlType::bigint().not_null()}};
      fed = std::make_unique<KeyedTable>(std::move(table), *window_, options_.memory_pool);
    }
    distinct_.push_back({std::move(values), &panes, std::move(fed)});
  }
  if (options_.sliding && options_.panes_per_window > kSinglePanesMax && distinct_.empty() &&
      !aggregates.invertible()) {
    blocks_.emplace(aggregates, *panes_,
                    PaneBlocks::Options{.schema = schema,
                                        .memory_pool = options_.memory_pool,
                                        .pane_ms = options_.pane_ms,
                                        .origin_ms = options_.origin_ms});
  }
}

Status WindowPanes::update(int64_t pane, const DenseInput& input, std::span<const int> keys) {
  // A late row for a pane that is in the running window already: that is put together anew.
  if (pane < added_until_) forget_window();
  if (blocks_) blocks_->forget(pane);
  KeyedTable& table = panes_->pane(pane);
  std::vector<uint32_t> groups;
  std::vector<uint32_t> inserted;
  HW_TRY(table.find_or_insert({.columns = input.columns(keys),
                               .num_rows = input.num_rows(),
                               .hashes = input.hashes_of(keys)},
                              groups, &inserted));
  aggregates_.initialize(table, inserted);
  const std::vector<int8_t> signs = input.signs();
  if (options_.retracts) {
    const FixedColumn<int64_t> rows = table.fixed<int64_t>(kRows);
    for (size_t i = 0; i < groups.size(); ++i) rows[groups[i]] += signs.empty() ? 1 : signs[i];
  } else {
    // Insert-only: it is enough to know that the key is there.
    const FixedColumn<int64_t> rows = table.fixed<int64_t>(kRows);
    for (const uint32_t group : inserted) rows[group] = 1;
  }
  HW_TRY(aggregates_.update(table, input, groups, signs));
  for (Distinct& distinct : distinct_) {
    HW_TRY(distinct.values.update(distinct.panes->pane(pane), input, groups, signs));
  }
  return Status::OK();
}

void WindowPanes::list_rows(KeyedTable& table, std::vector<uint32_t>& rows) const {
  rows.clear();
  table.scan(0, SIZE_MAX, rows);
  const FixedColumn<int64_t> num_rows = table.fixed<int64_t>(kRows);
  std::erase_if(rows, [&](uint32_t row) { return num_rows[row] <= 0; });
}

Result<bool> WindowPanes::open_window(int64_t start, int64_t end, std::vector<uint32_t>& rows) {
  if (options_.single_pane) {
    open_ = panes_->find_pane(start);
    HW_CHECK(open_ != nullptr);
    HW_TRY(feed_distinct(*open_, start, *open_, {}));
    list_rows(*open_, rows);
    return true;
  }
  HW_ASSIGN_OR_RETURN(const bool complete, add_panes(std::max(start, added_until_), end));
  if (!complete) return false;
  added_until_ = end;
  open_ = window_.get();
  list_rows(*window_, rows);
  return true;
}

// Adds a bounded number of rows, at least one pane; added_until_ says how far it came.
Result<bool> WindowPanes::add_panes(int64_t start, int64_t end) {
  if (blocks_) {
    std::vector<KeyedTable*> tables;
    HW_TRY(blocks_->cover(start, end, tables));
    std::vector<uint32_t> rows;
    for (KeyedTable* table : tables) {
      HW_TRY(merge_tables(aggregates_, kRows, *table, table->live_rows(), *window_, rows));
    }
    return true;
  }
  const auto& panes = panes_->panes();
  int64_t added_rows = 0;
  for (auto at = panes.lower_bound(start); at != panes.end() && at->first < end; ++at) {
    if (added_rows >= kAddedRowsPerCall) {
      added_until_ = at->first;
      return false;
    }
    HW_TRY(add_pane(*at->second, at->first));
    added_rows += kRowsPerPane + at->second->num_rows();
  }
  return true;
}

Status WindowPanes::add_pane(KeyedTable& pane, int64_t number) {
  const std::vector<uint32_t> pane_rows = pane.live_rows();
  std::vector<uint32_t> rows;
  HW_TRY(merge_tables(aggregates_, kRows, pane, pane_rows, *window_, rows));
  if (distinct_.empty()) return Status::OK();
  std::vector<uint32_t> window_row_of_pane_row(pane.end_row());
  for (size_t i = 0; i < rows.size(); ++i) window_row_of_pane_row[pane_rows[i]] = rows[i];
  return feed_distinct(pane, number, *window_, window_row_of_pane_row);
}

Status WindowPanes::take_out_pane(KeyedTable& pane) {
  const std::vector<uint32_t> pane_rows = pane.live_rows();
  std::vector<uint32_t> rows;
  HW_TRY(window_->find_or_insert_from(pane, pane_rows, rows, nullptr));
  const FixedColumn<int64_t> totals = window_->fixed<int64_t>(kRows);
  const FixedColumn<int64_t> counts = pane.fixed<int64_t>(kRows);
  std::vector<uint32_t> gone;
  for (size_t i = 0; i < rows.size(); ++i) {
    totals[rows[i]] -= counts[pane_rows[i]];
    if (totals[rows[i]] == 0) gone.push_back(rows[i]);
  }
  HW_TRY(aggregates_.unmerge(*window_, rows, pane, pane_rows));
  return window_->erase(gone);
}

// Gives the kernels every value of the pane that they have not had in this window.
Status WindowPanes::feed_distinct(KeyedTable& pane, int64_t number, KeyedTable& window,
                                  std::span<const uint32_t> window_row_of_pane_row) {
  for (Distinct& distinct : distinct_) {
    KeyedTable* table = distinct.panes->find_pane(number);
    if (table == nullptr) continue;
    const std::vector<uint32_t> entries = table->live_rows();
    const int num_slots = static_cast<int>(distinct.values.args().filters.size());
    for (int slot = 0; slot < num_slots; ++slot) {
      const std::vector<uint32_t> live = distinct.values.live_values(*table, slot, entries);
      for (size_t begin = 0; begin < live.size(); begin += kBlockRows) {
        const std::span block =
            std::span(live).subspan(begin, std::min(kBlockRows, live.size() - begin));
        HW_ASSIGN_OR_RETURN(const ColumnPtr parents, table->read_key(0, block));
        const std::span pane_rows(parents->data<uint32_t>(), block.size());
        std::vector<ColumnPtr> values;
        for (size_t k = 1; k < table->schema().keys.size(); ++k) {
          HW_ASSIGN_OR_RETURN(ColumnPtr value, table->read_key(static_cast<int>(k), block));
          values.push_back(std::move(value));
        }
        if (&window == &pane) {
          // A snapshot may still have to write these rows as they were.
          pane.touch(pane_rows);
          HW_TRY(feed_values(distinct, slot, window, values, pane_rows, nullptr));
          continue;
        }
        std::vector<uint32_t> groups;
        for (const uint32_t row : pane_rows) groups.push_back(window_row_of_pane_row[row]);
        std::vector<ColumnPtr> keys = {parent_row_column(groups)};
        keys.insert(keys.end(), values.begin(), values.end());
        std::vector<uint32_t> fed_rows;
        HW_TRY(distinct.fed->find_or_insert(
            {.columns = keys, .num_rows = static_cast<int64_t>(block.size()), .hashes = nullptr},
            fed_rows, nullptr));
        const FixedColumn<int64_t> fed = distinct.fed->fixed<int64_t>(0);
        std::vector<int8_t> signs;
        for (const uint32_t row : fed_rows) {
          const int64_t bit = int64_t{1} << slot;
          signs.push_back((fed[row] & bit) == 0 ? 1 : 0);
          fed[row] |= bit;
        }
        HW_TRY(feed_values(distinct, slot, window, values, groups, &signs));
      }
    }
  }
  return Status::OK();
}

Status WindowPanes::feed_values(const Distinct& distinct, int filter_slot, KeyedTable& window,
                                std::span<const ColumnPtr> values, std::span<const uint32_t> groups,
                                const std::vector<int8_t>* signs) {
  const int set = static_cast<int>(&distinct - distinct_.data());
  for (const BoundAggregate& bound : aggregates_.calls()) {
    if (bound.set != set || bound.filter_slot != filter_slot) continue;
    HW_TRY(bound.kernel->update(
        window.values(bound.first_column),
        {.args = values, .groups = groups, .signs = signs != nullptr ? signs->data() : nullptr}));
  }
  return Status::OK();
}

Result<ColumnPtr> WindowPanes::read_key(int key, std::span<const uint32_t> rows) const {
  return open_->read_key(key, rows);
}

Result<ColumnPtr> WindowPanes::result(int call, std::span<const uint32_t> rows) {
  return aggregates_.result(call, *open_, rows);
}

Status WindowPanes::drop_before(int64_t end) {
  // Where some of the running window stays, its old panes are taken out; else it starts anew.
  const auto kept = panes_->panes().lower_bound(end);
  const bool some_stay = kept != panes_->panes().end() && kept->first < added_until_;
  const bool take_out = window_ != nullptr && some_stay && aggregates_.invertible();
  bool any = false;
  while (!panes_->empty() && first_pane() < end) {
    const int64_t pane = first_pane();
    any = true;
    if (take_out && pane < added_until_) HW_TRY(take_out_pane(*panes_->find_pane(pane)));
    for (Distinct& distinct : distinct_) distinct.panes->drop(pane);
    panes_->drop(pane);
  }
  if (any && !take_out) forget_window();
  if (any && blocks_) blocks_->drop_before(end);
  open_ = nullptr;
  return Status::OK();
}

void WindowPanes::forget_window() {
  if (window_ == nullptr) return;
  for (Distinct& distinct : distinct_) distinct.fed->clear();
  window_->clear();
  added_until_ = INT64_MIN;
}

}  // namespace hw
