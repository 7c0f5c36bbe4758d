// SPDX-License-Identifier: Apache-2.0
//
// What a table remembers of its snapshots: a version for each that is not settled yet, oldest
// first. A frozen table shares them: the newest one has the rows, all together know what changed.
// Internal to state/.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "state/row_chunks.h"
#include "state/state_table.h"

namespace hw {

/// `Version` has members `snapshot` and `rows` (a pinned RowChunks).
template <typename Version>
class FrozenVersions {
 public:
  using List = std::vector<std::shared_ptr<const Version>>;

  void add(std::shared_ptr<const Version> version) { list_.push_back(std::move(version)); }
  /// `rows`: where the versions were pinned.
  void settle(StateTable::Settled settled, RowChunks& rows) {
    size_t n = 0;
    for (; n < list_.size() && list_[n]->snapshot <= settled.snapshot; ++n) {
      if (settled.unread) rows.release(*list_[n]->rows);
    }
    list_.erase(list_.begin(), list_.begin() + static_cast<std::ptrdiff_t>(n));
  }
  void clear() { list_.clear(); }
  const List& list() const { return list_; }

 private:
  List list_;
};

/// The rows of the newest version that any of them knows to have changed.
template <typename Version>
std::vector<uint32_t> changed_rows(const std::vector<std::shared_ptr<const Version>>& versions) {
  std::vector<const RowChunks*> pins;
  for (const auto& version : versions) pins.push_back(version->rows.get());
  std::vector<uint32_t> rows;
  versions.back()->rows->find_changed(pins, rows);
  return rows;
}

}  // namespace hw
