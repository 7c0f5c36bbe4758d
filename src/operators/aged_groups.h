// SPDX-License-Identifier: Apache-2.0
//
// The age of an aggregate's groups. A group is forgotten as a whole, with the values that its
// DISTINCT calls have seen. Those lie in tables of their own and would have to be searched for, so
// a group whose life begins anew says when, values of an earlier life count as not there, and are
// removed when their table is looked through; only then is a group that has expired.

#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/status.h"
#include "operators/state_age.h"
#include "state/keyed_table.h"
#include "state/table_schema.h"

namespace hw {

class AgedGroups {
 public:
  /// 0 = groups live for ever, and all of this does nothing.
  explicit AgedGroups(int64_t ttl_ms) : age_(ttl_ms) {}

  bool is_on() const { return age_.is_on(); }
  /// At open(): appends the columns of the groups' table; `sets` will hold values of its groups.
  void add_columns(TableSchema& groups, bool sets);
  void open(OperatorContext& context, KeyedTable& groups);
  /// A table of values, with a birth_field() last.
  void add_set(KeyedTable& values) { sets_.push_back(&values); }
  /// Where groups say when their life began; -1 = nowhere.
  int birth_column() const { return births_; }
  /// After a restore.
  void adopt();

  /// `groups` have been looked up, `inserted` are new ones among them. Gives all of those that have
  /// expired a new life: they are as if they had just been inserted.
  std::vector<uint32_t> revive(std::span<const uint32_t> groups,
                               std::span<const uint32_t> inserted);
  /// The groups take rows.
  void write(std::span<const uint32_t> groups);
  /// The groups have lost their last row: they are erased, now or when their values are.
  Status erase(std::span<const uint32_t> groups);

  /// on_timer: `forget` is told groups before they are erased.
  Status sweep(const std::function<void(uint32_t group)>& forget);

 private:
  Status sweep_values(KeyedTable& values, const std::vector<uint32_t>& rows);
  int64_t num_rows() const;
  int64_t emptied_mark() const;

  StateAge age_;
  KeyedTable* groups_ = nullptr;
  int ages_ = -1;  // value columns of the groups
  int births_ = -1;
  std::vector<KeyedTable*> sets_;
  // The look at all tables: first the sets, then the groups that had expired when it began.
  size_t place_ = 0;
  uint32_t cursor_ = 0;
  int64_t doomed_ms_ = 0;
  bool odd_look_ = false;
};

}  // namespace hw
