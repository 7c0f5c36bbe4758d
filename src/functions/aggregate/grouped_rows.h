// SPDX-License-Identifier: Apache-2.0
//
// The rows of a batch by the group that they go to, for aggregates that rewrite a group's bytes
// once per batch.

#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "expr/aggregate_function.h"

namespace hw {

class GroupedRows {
 public:
  /// `weights` as row_weights() gives them (empty = 1 everywhere); rows of weight 0 are left out.
  GroupedRows(const AggregateInput& input, const std::vector<int8_t>& weights)
      : groups_(input.groups) {
    rows_.reserve(groups_.size());
    for (size_t i = 0; i < groups_.size(); ++i) {
      if (weights.empty() || weights[i] != 0) rows_.push_back(static_cast<uint32_t>(i));
    }
    std::stable_sort(rows_.begin(), rows_.end(),
                     [&](uint32_t a, uint32_t b) { return groups_[a] < groups_[b]; });
  }

  /// Calls visit(group, its rows in order of arrival) for each group until one fails.
  template <typename Visit>
  Status for_each(Visit visit) const {
    size_t begin = 0;
    while (begin < rows_.size()) {
      const uint32_t group = groups_[rows_[begin]];
      size_t end = begin + 1;
      while (end < rows_.size() && groups_[rows_[end]] == group) ++end;
      HW_TRY(visit(group, std::span(rows_).subspan(begin, end - begin)));
      begin = end;
    }
    return Status::OK();
  }

 private:
  const std::span<const uint32_t> groups_;
  std::vector<uint32_t> rows_;
};

}  // namespace hw
