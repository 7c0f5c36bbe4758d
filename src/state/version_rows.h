// SPDX-License-Identifier: Apache-2.0
//
// Rows of frozen tables, by number in one version, or of several versions and panes together.
// Internal to state/.

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "state/row_chunks.h"
#include "state/state_table.h"

namespace hw {

/// Rows of one version: it has `rows`, a pinned copy, and `Result<ColumnPtr> read(int column,
/// span<const uint32_t> rows, const ColumnsWithoutNulls&)`, columns of `rows`.
template <typename Version>
class VersionRows final : public FrozenRows {
 public:
  VersionRows(std::shared_ptr<const Version> version, std::vector<uint32_t> rows)
      : version_(std::move(version)),
        rows_(std::move(rows)),
        without_nulls_(version_->rows->columns_without_nulls(rows_.size())) {}
  int64_t num_rows() const override { return static_cast<int64_t>(rows_.size()); }
  Result<std::vector<ColumnPtr>> read(std::span<const int> columns,
                                      std::span<const uint32_t> positions) const override {
    std::vector<uint32_t> rows;
    rows.reserve(positions.size());
    for (const uint32_t position : positions) rows.push_back(rows_[position]);
    std::vector<ColumnPtr> result;
    for (const int column : columns) {
      HW_ASSIGN_OR_RETURN(ColumnPtr values, version_->read(column, rows, without_nulls_));
      result.push_back(std::move(values));
    }
    return result;
  }

 private:
  const std::shared_ptr<const Version> version_;
  const std::vector<uint32_t> rows_;
  const ColumnsWithoutNulls without_nulls_;
};

/// Several, one after the other.
class JoinedRows final : public FrozenRows {
 public:
  struct Part {
    int64_t pane = 0;
    std::unique_ptr<FrozenRows> rows;  // not null
  };
  /// `paned`: column 0 is the pane, and the parts' columns follow.
  JoinedRows(std::vector<Part> parts, bool paned);
  int64_t num_rows() const override { return static_cast<int64_t>(part_of_row_.size()); }
  Result<std::vector<ColumnPtr>> read(std::span<const int> columns,
                                      std::span<const uint32_t> positions) const override;

 private:
  ColumnPtr panes(std::span<const uint32_t> positions) const;

  std::vector<Part> parts_;
  const bool paned_;
  std::vector<uint32_t> begin_of_part_;
  std::vector<uint32_t> part_of_row_;
};

/// The rows that each version lost, as their bytes were when it was frozen.
template <typename Version>
std::unique_ptr<FrozenRows> erased_rows(
    const std::vector<std::shared_ptr<const Version>>& versions) {
  std::vector<JoinedRows::Part> parts;
  for (const auto& version : versions) {
    std::vector<uint32_t> rows;
    version->rows->find_erased(rows);
    if (rows.empty()) continue;
    parts.push_back({0, std::make_unique<VersionRows<Version>>(version, std::move(rows))});
  }
  if (parts.empty()) return nullptr;
  if (parts.size() == 1) return std::move(parts.front().rows);
  return std::make_unique<JoinedRows>(std::move(parts), /*paned=*/false);
}

}  // namespace hw
