// SPDX-License-Identifier: Apache-2.0
//
// Rows of a log that are told apart by some of their columns. One index over these finds what a
// retraction takes back and what a row replaces; an update, taken back and added again in one go,
// is written over the old row: no index, no chain changes for it.

#include <array>
#include <utility>

#include "state/key_tags.h"
#include "state/row_columns.h"
#include "state/row_log.h"

namespace hw {
namespace {

constexpr size_t kPrefetchDistance = 16;

std::vector<uint32_t> tags_of(const KeyColumns& keys) {
  std::vector<uint32_t> tags;
  key_tags(keys.columns, keys.num_rows, keys.hashes, tags);
  return tags;
}

}  // namespace

/// Rows that have their place but not yet their values: these are written column by column.
struct RowLog::Pending {
  static constexpr uint32_t kBits = 1u << 14;
  std::vector<uint32_t> ids;
  std::vector<int32_t> source_rows;
  std::vector<uint32_t> tags;
  std::array<uint64_t, kBits / 64> bits = {};  // of the tags

  void add(uint32_t id, int32_t source_row, uint32_t tag) {
    ids.push_back(id);
    source_rows.push_back(source_row);
    tags.push_back(tag);
    bits[(tag % kBits) / 64] |= uint64_t{1} << (tag % 64);
  }
  bool may_have(uint32_t tag) const { return ((bits[(tag % kBits) / 64] >> (tag % 64)) & 1) != 0; }
  void clear() {
    for (const uint32_t tag : tags) bits[(tag % kBits) / 64] = 0;
    ids.clear();
    source_rows.clear();
    tags.clear();
  }
};

void RowLog::write_pending(const Rows& rows, Pending& pending) {
  write(rows.columns, pending.ids, pending.source_rows);
  for (size_t i = 0; i < pending.ids.size() && !rows.counts.empty(); ++i) {
    counts()[pending.ids[i]] = rows.counts[static_cast<size_t>(pending.source_rows[i])];
  }
  if (spec_.aged) {
    for (const uint32_t id : pending.ids) ages()[id] = rows.now_ms;
  }
  pending.clear();
}

uint32_t RowLog::find_identity(uint32_t tag, std::span<const ColumnPtr> identity,
                               int64_t row) const {
  return by_row_.find(tag, [&](uint32_t id) {
    for (size_t c = 0; c < identity.size(); ++c) {
      if (!row_equals(rows_, stored_column(identity_[c]), id, *identity[c], row)) return false;
    }
    return true;
  });
}

void RowLog::find_single_rows(const KeyColumns& keys, std::vector<uint32_t>& firsts) const {
  const std::vector<uint32_t> tags = tags_of(keys);
  firsts.resize(tags.size());
  const bool prefetch = by_row_.large();
  for (size_t i = 0; i < tags.size(); ++i) {
    if (prefetch && i + kPrefetchDistance < tags.size()) {
      by_row_.prefetch(tags[i + kPrefetchDistance]);
    }
    firsts[i] = find_identity(tags[i], keys.columns, static_cast<int64_t>(i));
  }
}

void RowLog::erase_identified(uint32_t tag, uint32_t id) {
  by_row_.erase(tag, id);
  unlink(id);
  rows_.erase(id);
}

// A retraction takes only what it equals as a whole, and what has not expired.
Status RowLog::apply_by_identity(const Rows& rows, std::span<const int8_t> signs,
                                 std::vector<uint32_t>& ids) {
  std::vector<ColumnPtr> identity;
  for (const int column : identity_) identity.push_back(rows.columns[static_cast<size_t>(column)]);
  const std::vector<uint32_t> tags = tags_of({.columns = identity,
                                              .num_rows = rows.num_rows,
                                              .hashes = one_per_key_ ? rows.key_hashes : nullptr});
  std::vector<uint32_t> chains;
  if (!one_per_key_) HW_TRY(find_chain_rows(rows, chains));
  const auto is_taken = [&](uint32_t id, int64_t row) {
    if (spec_.aged && ages()[id] <= rows.expired_ms) return false;
    for (size_t c = 0; c < spec_.columns.size(); ++c) {
      const int column = stored_column(static_cast<int>(c));
      if (!row_equals(rows_, column, id, *rows.columns[c], row)) return false;
    }
    return true;
  };
  ids.assign(tags.size(), kNoRow);
  Pending pending;
  uint32_t leaving = kNoRow;  // unless the next row is written over it
  uint32_t leaving_tag = 0;
  for (size_t i = 0; i < tags.size(); ++i) {
    if (!signs.empty() && signs[i] == 0) continue;
    if (by_row_.large() && i + kPrefetchDistance < tags.size()) {
      by_row_.prefetch(tags[i + kPrefetchDistance]);
    }
    if (pending.may_have(tags[i])) write_pending(rows, pending);
    const bool adds = signs.empty() || signs[i] > 0;
    uint32_t found = find_identity(tags[i], identity, static_cast<int64_t>(i));
    if (leaving != kNoRow && !(adds && found == leaving)) {
      if (found == leaving) found = kNoRow;
      erase_identified(leaving_tag, leaving);
    }
    leaving = kNoRow;
    if (!adds) {
      if (found == kNoRow || !is_taken(found, static_cast<int64_t>(i))) continue;
      ids[i] = leaving = found;
      leaving_tag = tags[i];
      continue;
    }
    if (found != kNoRow) {
      rows_.touch(found);
    } else {
      HW_ASSIGN_OR_RETURN(found, add_row(one_per_key_ ? 0 : chains[i]));
      by_row_.insert(tags[i], found);
    }
    ids[i] = found;
    pending.add(found, static_cast<int32_t>(i), tags[i]);
  }
  if (leaving != kNoRow) erase_identified(leaving_tag, leaving);
  write_pending(rows, pending);
  return drop_empty_chains(chains);
}

}  // namespace hw
