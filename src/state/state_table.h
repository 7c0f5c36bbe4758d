// SPDX-License-Identifier: Apache-2.0
//
// What the store knows of a table of any kind: how to freeze its rows for a snapshot and how to
// take rows back. Internal to state/.

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "columnar/column.h"

namespace hw {

/// The columns of a table's snapshot, keys first.
struct SnapshotLayout {
  /// `keyed`, `paned`, `row_log`, `ordered`, `timers`.
  std::string_view kind;
  std::vector<SqlField> columns;
  /// The key group of a row is that of the hash of these columns; group 0 if there are none.
  std::vector<int> key_columns;
  int version = 1;
};

/// Frozen rows of one table. Position i is the i-th row; rows of equal key keep their order.
class FrozenRows {
 public:
  virtual ~FrozenRows() = default;
  virtual int64_t num_rows() const = 0;
  /// Columns of SnapshotLayout, or only those in `columns`, of the rows at `positions`.
  virtual Result<std::vector<ColumnPtr>> read(std::span<const int> columns,
                                              std::span<const uint32_t> positions) const = 0;
};

class StateTable {
 public:
  virtual ~StateTable() = default;
  virtual SnapshotLayout layout() const = 0;
  /// Valid until the table is written to again.
  virtual Result<std::unique_ptr<FrozenRows>> freeze() const = 0;
  /// Adds rows of a snapshot, columns as in the layout. Rows of one key come in order.
  virtual Status restore_rows(const std::vector<ColumnPtr>& columns, int64_t num_rows) = 0;
  virtual int64_t num_rows() const = 0;
  virtual int64_t num_bytes() const = 0;

  const std::string& name() const { return name_; }
  void set_name(std::string_view name) { name_ = name; }

 private:
  std::string name_;
};

}  // namespace hw
