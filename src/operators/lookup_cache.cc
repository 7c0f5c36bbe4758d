// SPDX-License-Identifier: Apache-2.0

#include "operators/lookup_cache.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "columnar/gather.h"
#include "operators/lookup_chains.h"
#include "state/row_log.h"

namespace hw {
namespace {

constexpr uint32_t kNone = RowLog::kNoRow;
/// Keys that are forgotten in one call because of their age, without having been asked for.
constexpr int kSweepsPerCall = 256;

/// A key that was asked for; a link of a list from the one used last to the one used first.
struct Entry {
  int64_t written_ms = 0;
  int64_t used_ms = 0;
  int64_t rows = 0;  // 1 for none
  uint32_t newer = kNone;
  uint32_t older = kNone;
};

class LookupCache final : public LookupReader {
 public:
  LookupCache(std::unique_ptr<LookupReader> reader, LookupCacheSpec spec, OperatorContext& context)
      : reader_(std::move(reader)),
        spec_(std::move(spec)),
        context_(context),
        keys_(log_of_keys(spec_, true), context.memory_pool()),
        rows_({.columns = spec_.schema->fields(),
               .key_columns = spec_.keys,
               .erasable = true,
               .by_id_only = true},
              context.memory_pool()) {}

  Status ask(const LookupKeys& keys) override {
    wanted_ = keys;
    now_ms_ = context_.now_ms();
    sought_ = false;
    HW_TRY(make_room());
    std::vector<int32_t> missing;
    HW_TRY(find_entries(missing));
    asking_ = !missing.empty();
    return asking_ ? ask_for(missing) : Status::OK();
  }

  Result<Flow> poll(LookupMatches& matches) override {
    matches.rows.clear();
    matches.columns.clear();
    if (asking_) {
      LookupMatches found;
      HW_ASSIGN_OR_RETURN(const Flow flow, reader_->poll(found));
      HW_TRY(keep(found));
      if (flow != Flow::kNeedInput) return flow;
      HW_TRY(keep_keys());
      asking_ = false;
    }
    if (!sought_) HW_TRY(chains_.begin(wanted_, rows_));
    sought_ = true;
    return chains_.next(rows_, matches);
  }

 private:
  static RowLogSpec log_of_keys(const LookupCacheSpec& spec, bool erasable) {
    RowLogSpec log;
    for (size_t i = 0; i < spec.keys.size(); ++i) {
      log.columns.push_back(spec.schema->field(spec.keys[i]));
      log.key_columns.push_back(static_cast<int>(i));
    }
    log.erasable = erasable;
    log.by_id_only = erasable;
    return log;
  }

  bool is_old(const Entry& entry) const {
    const LookupCacheRule& rule = spec_.rule;
    return (rule.after_write_ms > 0 && now_ms_ - entry.written_ms >= rule.after_write_ms) ||
           (rule.after_access_ms > 0 && now_ms_ - entry.used_ms >= rule.after_access_ms);
  }

  /// Forgets what was used first, while it is too old or there is too much.
  Status make_room() {
    std::vector<uint32_t> gone;
    int64_t rows = num_rows_;
    int sweeps = kSweepsPerCall;
    for (uint32_t id = oldest_; id != kNone; id = entries_[id].newer) {
      const bool too_many = spec_.rule.rows_max > 0 && rows > spec_.rule.rows_max;
      if (!too_many && (!is_old(entries_[id]) || --sweeps < 0)) break;
      rows -= entries_[id].rows;
      gone.push_back(id);
    }
    return forget(gone);
  }

  /// Marks the entries of the keys asked for as used; lists the keys without one, each once.
  Status find_entries(std::vector<int32_t>& missing) {
    const KeyColumns keys{
        .columns = wanted_.columns, .num_rows = wanted_.num_rows, .hashes = nullptr};
    std::vector<uint32_t> found;
    HW_TRY(keys_.find_chains(keys, found));
    std::vector<uint32_t> old;
    for (const uint32_t id : found) {
      if (id != kNone && is_old(entries_[id])) old.push_back(id);
    }
    if (!old.empty()) {
      std::sort(old.begin(), old.end());
      old.erase(std::unique(old.begin(), old.end()), old.end());
      HW_TRY(forget(old));
      HW_TRY(keys_.find_chains(keys, found));
    }
    for (size_t i = 0; i < found.size(); ++i) {
      if (found[i] != kNone) {
        use(found[i]);
        continue;
      }
      const bool whole =
          std::none_of(wanted_.columns.begin(), wanted_.columns.end(),
                       [&](const ColumnPtr& key) { return key->is_null(static_cast<int64_t>(i)); });
      if (whole) missing.push_back(static_cast<int32_t>(i));
    }
    return Status::OK();
  }

  Status ask_for(const std::vector<int32_t>& missing) {
    HW_ASSIGN_OR_RETURN(const std::vector<ColumnPtr> keys, gathered(wanted_.columns, missing));
    // Each key once: the first row of its chain stands for it.
    RowLog seen(log_of_keys(spec_, false), context_.memory_pool());
    std::vector<uint32_t> ids, firsts;
    const auto num_keys = std::ssize(missing);
    HW_TRY(seen.append({.columns = keys, .num_rows = num_keys, .key_hashes = nullptr, .counts = {}},
                       ids));
    HW_TRY(seen.find_chains({.columns = keys, .num_rows = num_keys, .hashes = nullptr}, firsts));
    std::vector<int32_t> each;
    for (size_t i = 0; i < ids.size(); ++i) {
      if (ids[i] == firsts[i]) each.push_back(static_cast<int32_t>(i));
    }
    HW_ASSIGN_OR_RETURN(asked_, gathered(keys, each));
    counts_.assign(each.size(), 0);
    return reader_->ask({.columns = asked_, .num_rows = std::ssize(each)});
  }

  static Result<std::vector<ColumnPtr>> gathered(std::span<const ColumnPtr> columns,
                                                 std::span<const int32_t> rows) {
    std::vector<ColumnPtr> made;
    for (const ColumnPtr& column : columns) {
      HW_ASSIGN_OR_RETURN(ColumnPtr one, gather(*column, rows));
      made.push_back(std::move(one));
    }
    return made;
  }

  Status keep(const LookupMatches& found) {
    if (found.rows.empty()) return Status::OK();
    for (const int32_t key : found.rows) ++counts_[static_cast<size_t>(key)];
    std::vector<uint32_t> ids;
    return rows_.append({.columns = found.columns,
                         .num_rows = std::ssize(found.rows),
                         .key_hashes = nullptr,
                         .counts = {}},
                        ids);
  }

  /// The keys of an answer that is complete.
  Status keep_keys() {
    std::vector<int32_t> kept;
    for (size_t i = 0; i < counts_.size(); ++i) {
      if (counts_[i] > 0 || spec_.rule.misses) kept.push_back(static_cast<int32_t>(i));
    }
    HW_ASSIGN_OR_RETURN(const std::vector<ColumnPtr> keys, gathered(asked_, kept));
    std::vector<uint32_t> ids;
    HW_TRY(keys_.append(
        {.columns = keys, .num_rows = std::ssize(kept), .key_hashes = nullptr, .counts = {}}, ids));
    for (size_t i = 0; i < ids.size(); ++i) {
      if (ids[i] >= entries_.size()) entries_.resize(ids[i] + size_t{1});
      const int64_t rows = std::max<int64_t>(1, counts_[static_cast<size_t>(kept[i])]);
      entries_[ids[i]] = {.written_ms = now_ms_, .used_ms = now_ms_, .rows = rows};
      num_rows_ += rows;
      link(ids[i]);
    }
    return Status::OK();
  }

  void use(uint32_t id) {
    entries_[id].used_ms = now_ms_;
    if (id == newest_) return;
    unlink(id);
    link(id);
  }

  void link(uint32_t id) {
    entries_[id].older = newest_;
    entries_[id].newer = kNone;
    (newest_ == kNone ? oldest_ : entries_[newest_].newer) = id;
    newest_ = id;
  }

  void unlink(uint32_t id) {
    const Entry& entry = entries_[id];
    (entry.newer == kNone ? newest_ : entries_[entry.newer].older) = entry.older;
    (entry.older == kNone ? oldest_ : entries_[entry.older].newer) = entry.newer;
  }

  /// Requires: each once.
  Status forget(const std::vector<uint32_t>& ids) {
    if (ids.empty()) return Status::OK();
    std::vector<ColumnPtr> keys;
    for (size_t c = 0; c < spec_.keys.size(); ++c) {
      HW_ASSIGN_OR_RETURN(ColumnPtr column, keys_.read(static_cast<int>(c), ids));
      keys.push_back(std::move(column));
    }
    std::vector<uint32_t> firsts, gone;
    HW_TRY(rows_.find_chains({.columns = keys, .num_rows = std::ssize(ids), .hashes = nullptr},
                             firsts));
    for (uint32_t id : firsts) {
      for (; id != kNone; id = rows_.next(id)) gone.push_back(id);
    }
    HW_TRY(rows_.erase(gone));
    for (const uint32_t id : ids) {
      num_rows_ -= entries_[id].rows;
      unlink(id);
    }
    return keys_.erase(ids);
  }

  const std::unique_ptr<LookupReader> reader_;
  const LookupCacheSpec spec_;
  OperatorContext& context_;
  RowLog keys_;                 // those that something is known of
  RowLog rows_;                 // that were found, by their keys
  std::vector<Entry> entries_;  // by row of keys_
  uint32_t newest_ = kNone;
  uint32_t oldest_ = kNone;
  int64_t num_rows_ = 0;
  // Of the keys asked for.
  LookupKeys wanted_;
  int64_t now_ms_ = 0;
  bool asking_ = false;
  std::vector<ColumnPtr> asked_;  // of which nothing was known
  std::vector<int64_t> counts_;   // their rows
  bool sought_ = false;
  LookupChains chains_;
};

}  // namespace

std::unique_ptr<LookupReader> make_lookup_cache(std::unique_ptr<LookupReader> reader,
                                                LookupCacheSpec spec, OperatorContext& context) {
  HW_CHECK(!spec.keys.empty());
  return std::make_unique<LookupCache>(std::move(reader), std::move(spec), context);
}

}  // namespace hw
