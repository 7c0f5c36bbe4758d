// SPDX-License-Identifier: Apache-2.0

#include "operators/pane_blocks.h"

#include <utility>

namespace hw {
namespace {

/// Blocks of more panes than that are never asked for: 2^40 ms are 34 years of 1 ms panes.
constexpr int kLevelsMax = 40;
constexpr int kRowsColumn = 0;

}  // namespace

PaneBlocks::PaneBlocks(const Aggregates& aggregates, PanedTable& panes, Options options)
    : aggregates_(aggregates), panes_(panes), options_(std::move(options)) {}

Status PaneBlocks::cover(int64_t start, int64_t end, std::vector<KeyedTable*>& tables) {
  const int64_t last = index_of(end);
  for (int64_t index = index_of(start); index < last;) {
    int level = 0;
    while (level < kLevelsMax && index % (int64_t{2} << level) == 0 &&
           index + (int64_t{2} << level) <= last) {
      ++level;
    }
    const BlockName name{level, index >> level};
    if (has_panes(name)) {
      HW_ASSIGN_OR_RETURN(KeyedTable * table, block(name));
      tables.push_back(table);
    }
    index += int64_t{1} << level;
  }
  return Status::OK();
}

bool PaneBlocks::has_panes(BlockName name) const {
  const int64_t first = pane_at(name.second << name.first);
  const int64_t end = pane_at((name.second + 1) << name.first);
  const auto found = panes_.panes().lower_bound(first);
  return found != panes_.panes().end() && found->first < end;
}

Result<KeyedTable*> PaneBlocks::block(BlockName name) {
  if (name.first == 0) return panes_.find_pane(pane_at(name.second));
  const auto found = blocks_.find(name);
  if (found != blocks_.end()) return found->second.get();
  std::vector<KeyedTable*> halves;
  for (const int64_t half : {name.second * 2, name.second * 2 + 1}) {
    const BlockName half_name{name.first - 1, half};
    if (!has_panes(half_name)) continue;
    // At most kLevelsMax deep.
    HW_ASSIGN_OR_RETURN(KeyedTable * table, block(half_name));
    halves.push_back(table);
  }
  // Nothing to merge: the half stands for the whole.
  if (halves.size() == 1) return halves[0];
  auto table = std::make_unique<KeyedTable>(options_.schema, options_.memory_pool);
  std::vector<uint32_t> rows;
  for (KeyedTable* half : halves) {
    HW_TRY(merge_tables(aggregates_, kRowsColumn, *half, half->live_rows(), *table, rows));
  }
  return (blocks_[name] = std::move(table)).get();
}

void PaneBlocks::forget(int64_t pane) {
  const int64_t index = index_of(pane);
  for (int level = 1; level <= kLevelsMax; ++level) blocks_.erase({level, index >> level});
}

void PaneBlocks::drop_before(int64_t end) {
  const int64_t first = index_of(end);
  std::erase_if(blocks_, [&](const auto& block) {
    return (block.first.second << block.first.first) < first;
  });
}

Status merge_tables(const Aggregates& aggregates, int rows_column, KeyedTable& from,
                    std::span<const uint32_t> from_rows, KeyedTable& to,
                    std::vector<uint32_t>& rows) {
  rows.clear();
  if (from_rows.empty()) return Status::OK();
  std::vector<uint32_t> inserted;
  HW_TRY(to.find_or_insert_from(from, from_rows, rows, &inserted));
  aggregates.initialize(to, inserted);
  const FixedColumn<int64_t> totals = to.fixed<int64_t>(rows_column);
  const FixedColumn<int64_t> counts = from.fixed<int64_t>(rows_column);
  for (size_t i = 0; i < rows.size(); ++i) totals[rows[i]] += counts[from_rows[i]];
  return aggregates.merge(to, rows, from, from_rows);
}

}  // namespace hw
