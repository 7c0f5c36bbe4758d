// SPDX-License-Identifier: Apache-2.0
//
// The distinct table rows that one batch touches, in order of first touch. Scratch memory that
// grows with the table and is reset row by row, so that a batch costs its own size only.

#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace hw {

class TouchedRows {
 public:
  /// Starts anew with these rows, all below `end_row`.
  void assign(std::span<const uint32_t> rows, uint32_t end_row) {
    for (const uint32_t row : rows_) place_of_[row] = 0;
    rows_.clear();
    if (place_of_.size() < end_row) place_of_.resize(end_row);
    for (const uint32_t row : rows) {
      if (place_of_[row] != 0) continue;
      rows_.push_back(row);
      place_of_[row] = static_cast<uint32_t>(rows_.size());
    }
  }
  const std::vector<uint32_t>& rows() const { return rows_; }
  /// Place of a touched row in rows().
  size_t place(uint32_t row) const { return place_of_[row] - 1; }

 private:
  std::vector<uint32_t> rows_;
  std::vector<uint32_t> place_of_;  // + 1; 0 = not touched
};

}  // namespace hw
