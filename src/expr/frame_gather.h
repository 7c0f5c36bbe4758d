// SPDX-License-Identifier: Apache-2.0
//
// Gathers the columns of one batch at one ascending list of rows. What the columns have in common
// is found out once: runs of neighbouring rows, which are copied as blocks (a filter that keeps
// most rows leaves long ones), and validity bitmaps, which the fields of a ROW share.

#pragma once

#include <cstdint>
#include <vector>

#include "columnar/column.h"
#include "expr/kernel_output.h"

namespace hw {

class FrameGather {
 public:
  /// Forgets the rows; call it when they change.
  void clear() {
    known_.clear();
    runs_.clear();
    runs_found_ = false;
  }

  /// Returns rows `rows` of `column`. Requires: ascending row numbers, the same in every call since
  /// clear().
  Result<ColumnPtr> gather(const Column& column, const std::vector<int32_t>& rows);

 private:
  struct Run {
    int32_t first;
    int32_t length;
  };
  struct Known {
    BufferPtr from;
    int64_t offset;
    BufferPtr gathered;  // null when no row is NULL
  };

  void find_runs(const std::vector<int32_t>& rows);
  bool long_runs(const std::vector<int32_t>& rows) const;
  Result<BufferPtr> gather_validity(const Column& column, const std::vector<int32_t>& rows);
  void copy_bits(const uint8_t* bits, int64_t offset, const std::vector<int32_t>& rows,
                 uint64_t* words) const;
  template <typename T>
  Result<ColumnPtr> gather_fixed(const Column& column, const std::vector<int32_t>& rows);
  Result<ColumnPtr> gather_text(const Column& column, const std::vector<int32_t>& rows);

  std::vector<Known> known_;
  std::vector<Run> runs_;
  bool runs_found_ = false;
};

}  // namespace hw
