// SPDX-License-Identifier: Apache-2.0

#include "operators/distinct_values.h"

#include <algorithm>
#include <string>
#include <utility>

#include "columnar/gather.h"
#include "state/age_column.h"

namespace hw {

DistinctValues::DistinctValues(DistinctArgs args, bool retracts)
    : args_(std::move(args)), retracts_(retracts), changes_(args_.filters.size()) {}

TableSchema DistinctValues::table_schema(const Schema& input) const {
  // Names tell which filter a bit or a count is of: state is taken over by name.
  const auto condition = [&](int filter) {
    return filter < 0 ? std::string() : " WHERE " + input.name(filter);
  };
  TableSchema schema;
  for (const int arg : args_.args) {
    schema.keys.push_back({"value_" + input.name(arg), input.type(arg)});
  }
  if (!counts()) {
    std::string name;
    for (const int filter : args_.filters) {
      name += (name.empty() ? "seen" : ", seen") + condition(filter);
    }
    schema.values = {{name, SqlType::bigint().not_null()}};
  }
  for (int slot = 0; counts() && slot < num_slots(); ++slot) {
    const int filter = args_.filters[static_cast<size_t>(slot)];
    schema.values.push_back({"count" + condition(filter), SqlType::bigint().not_null()});
  }
  if (groups_ != nullptr) schema.values.push_back(birth_field());
  return schema;
}

Status DistinctValues::update(KeyedTable& table, const DenseInput& input,
                              std::span<const uint32_t> groups, std::span<const int8_t> signs) {
  const auto num_rows = static_cast<size_t>(input.num_rows());
  // Only rows that some filter lets through leave a value behind.
  bool all = false;
  std::vector<uint8_t> wanted(num_rows, 0);
  std::vector<int8_t> scratch;
  for (size_t slot = 0; slot < changes_.size(); ++slot) {
    std::vector<int8_t>& asked = changes_[slot];
    const std::span<const int8_t> counting =
        filtered_signs(input, args_.filters[slot], signs, scratch);
    if (counting.empty()) {
      asked.assign(num_rows, 1);
      all = true;
      continue;
    }
    asked.assign(counting.begin(), counting.end());
    for (size_t i = 0; i < num_rows && !all; ++i) wanted[i] |= asked[i] != 0 ? 1 : 0;
  }
  std::vector<int32_t> rows;
  for (size_t i = 0; i < num_rows && !all; ++i) {
    if (wanted[i] != 0) rows.push_back(static_cast<int32_t>(i));
  }
  all = all || rows.size() == num_rows;
  std::vector<uint32_t> entries;
  HW_TRY(find_entries(table, input, groups, all ? nullptr : &rows, entries));
  if (counts()) return count(table, entries);
  mark_bits(table, entries);
  return Status::OK();
}

/// An entry that is new, or of an earlier life of its group, begins at nothing.
void DistinctValues::forget_earlier_lives(KeyedTable& table, std::span<const uint32_t> entries,
                                          std::span<const uint32_t> groups) const {
  const FixedColumn<int64_t> own = table.fixed<int64_t>(num_values());
  const FixedColumn<int64_t> born = groups_->fixed<int64_t>(births_);
  for (size_t i = 0; i < entries.size(); ++i) {
    const uint32_t entry = entries[i];
    if (own[entry] == born[groups[i]]) continue;
    own[entry] = born[groups[i]];
    for (int value = 0; value < num_values(); ++value) table.fixed<int64_t>(value)[entry] = 0;
  }
}

Status DistinctValues::find_entries(KeyedTable& table, const DenseInput& input,
                                    std::span<const uint32_t> groups,
                                    const std::vector<int32_t>* rows,
                                    std::vector<uint32_t>& entries) const {
  std::vector<uint32_t> groups_of_rows;
  if (rows != nullptr) {
    for (const int32_t row : *rows) groups_of_rows.push_back(groups[static_cast<size_t>(row)]);
    groups = groups_of_rows;
  }
  std::vector<ColumnPtr> keys = {parent_row_column(groups)};
  for (const int arg : args_.args) {
    ColumnPtr values = input.column(arg);
    if (rows != nullptr) {
      HW_ASSIGN_OR_RETURN(values, gather(*values, *rows));
    }
    keys.push_back(std::move(values));
  }
  const KeyColumns wanted{
      .columns = keys, .num_rows = static_cast<int64_t>(groups.size()), .hashes = nullptr};
  std::vector<uint32_t> some;
  std::vector<uint32_t>& found = rows == nullptr ? entries : some;
  HW_TRY(table.find_or_insert(wanted, found, nullptr));
  if (groups_ != nullptr) forget_earlier_lives(table, found, groups);
  if (rows == nullptr) return Status::OK();
  entries.assign(static_cast<size_t>(input.num_rows()), KeyedTable::kNoRow);
  for (size_t i = 0; i < rows->size(); ++i) entries[static_cast<size_t>((*rows)[i])] = found[i];
  return Status::OK();
}

Status DistinctValues::update_asked(KeyedTable& table, const DenseInput& input,
                                    std::span<const uint32_t> groups, std::vector<int64_t> asked) {
  bits_ = std::move(asked);
  std::vector<uint32_t> entries;
  HW_TRY(find_entries(table, input, groups, nullptr, entries));
  settle_bits(table, entries);
  return Status::OK();
}

const std::vector<int8_t>& DistinctValues::changes(int filter_slot) {
  std::vector<int8_t>& change = changes_[static_cast<size_t>(filter_slot)];
  if (counts()) return change;
  change.resize(bits_.size());
  const std::span<const int64_t> bits = bits_;
  const std::span<int8_t> out = change;
  for (size_t i = 0; i < bits.size(); ++i) {
    out[i] = static_cast<int8_t>((bits[i] >> filter_slot) & 1);
  }
  return change;
}

void DistinctValues::mark_bits(KeyedTable& table, std::span<const uint32_t> entries) {
  // An entry is looked at once, whatever the number of filters.
  bits_.assign(entries.size(), 0);
  for (size_t slot = 0; slot < changes_.size(); ++slot) {
    const std::vector<int8_t>& asked = changes_[slot];
    for (size_t i = 0; i < entries.size(); ++i) {
      bits_[i] |= static_cast<int64_t>(asked[i] != 0) << slot;
    }
  }
  settle_bits(table, entries);
}

/// Of the filters that let each row through, those for which its value is new.
void DistinctValues::settle_bits(KeyedTable& table, std::span<const uint32_t> entries) {
  const FixedColumn<int64_t> seen = table.fixed<int64_t>(0);
  for (size_t i = 0; i < entries.size(); ++i) {
    if (bits_[i] == 0) continue;
    int64_t& known = seen[entries[i]];
    const int64_t all = known | bits_[i];
    bits_[i] &= ~known;
    known = all;
  }
}

Status DistinctValues::count(KeyedTable& table, std::span<const uint32_t> entries) {
  for (size_t slot = 0; slot < changes_.size(); ++slot) {
    std::vector<int8_t>& change = changes_[slot];
    const FixedColumn<int64_t> counts = table.fixed<int64_t>(static_cast<int>(slot));
    for (size_t i = 0; i < entries.size(); ++i) {
      if (change[i] == 0) continue;
      int64_t& count = counts[entries[i]];
      if (change[i] > 0) {
        change[i] = ++count == 1 ? 1 : 0;
      } else if (count == 0) {
        change[i] = 0;  // takes back what was never there
      } else {
        change[i] = --count == 0 ? -1 : 0;
      }
    }
  }
  if (!retracts_) return Status::OK();
  std::vector<uint32_t> gone;
  for (const uint32_t entry : entries) {
    if (entry == KeyedTable::kNoRow) continue;
    bool live = false;
    for (int slot = 0; slot < num_slots(); ++slot) live |= table.fixed<int64_t>(slot)[entry] > 0;
    if (!live) gone.push_back(entry);
  }
  std::sort(gone.begin(), gone.end());
  gone.erase(std::unique(gone.begin(), gone.end()), gone.end());
  return table.erase(gone);
}

std::vector<uint32_t> DistinctValues::live_values(const KeyedTable& table, int filter_slot,
                                                  std::span<const uint32_t> rows) const {
  std::vector<uint32_t> live;
  if (counts()) {
    const FixedColumn<int64_t> counts = table.fixed<int64_t>(filter_slot);
    std::copy_if(rows.begin(), rows.end(), std::back_inserter(live),
                 [&](uint32_t row) { return counts[row] > 0; });
  } else {
    const FixedColumn<int64_t> seen = table.fixed<int64_t>(0);
    std::copy_if(rows.begin(), rows.end(), std::back_inserter(live),
                 [&](uint32_t row) { return ((seen[row] >> filter_slot) & 1) != 0; });
  }
  return live;
}

}  // namespace hw
