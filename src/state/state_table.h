// SPDX-License-Identifier: Apache-2.0
//
// What the store knows of a table of any kind: how to freeze it at a barrier, and how to take rows
// back. Internal to state/.

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
  /// What tells two rows of the table apart: the columns by which a delta names rows that are gone.
  std::vector<int> identity;
  /// A BIGINT whose rows of one value may go together (a pane, a due time); -1 = none.
  int drop_column = -1;
  int version = 1;
};

/// Rows of a table. Position i is the i-th row; rows of equal key keep their order.
class FrozenRows {
 public:
  virtual ~FrozenRows() = default;
  virtual int64_t num_rows() const = 0;
  /// Those columns of SnapshotLayout, of the rows at `positions`.
  virtual Result<std::vector<ColumnPtr>> read(std::span<const int> columns,
                                              std::span<const uint32_t> positions) const = 0;
};

/// A table as it was at a barrier, and what changed since the last one that is settled. Refers to
/// nothing of the table that anybody writes: any thread may read it, while the table goes on and
/// after it is gone.
class FrozenTable {
 public:
  virtual ~FrozenTable() = default;
  virtual int64_t num_rows() const = 0;
  virtual std::unique_ptr<FrozenRows> all() const = 0;

  /// False: only all() is to be had, the table has been cleared.
  virtual bool has_changes() const { return true; }
  /// Rows that may be new or different; more than necessary does no harm.
  virtual std::unique_ptr<FrozenRows> changed() const = 0;
  /// Rows that are gone, or were replaced by one of changed(): identity columns only. Null = none.
  virtual std::unique_ptr<FrozenRows> removed() const = 0;
  /// Values of drop_column whose rows are gone, or all in changed(). Ascending.
  virtual std::vector<int64_t> drops() const { return {}; }
};

class StateTable {
 public:
  virtual ~StateTable() = default;
  virtual SnapshotLayout layout() const = 0;
  /// Takes time by the number of chunks, not of rows. From the first call on changes are
  /// remembered. `snapshot` rises with every call; a parent freezes before its children.
  virtual std::shared_ptr<const FrozenTable> freeze(int64_t snapshot) = 0;
  /// Changes up to this snapshot need not be remembered any more.
  struct Settled {
    int64_t snapshot = 0;
    /// And nobody reads what was frozen up to it.
    bool unread = false;
  };
  virtual void settle(Settled settled) = 0;
  /// Adds rows of a snapshot, columns as in the layout. Rows of one key come in order, unless the
  /// snapshot had deltas.
  virtual Status restore_rows(const std::vector<ColumnPtr>& columns, int64_t num_rows) = 0;
  /// After the last of them.
  virtual void finish_restore() {}
  virtual int64_t num_rows() const = 0;
  virtual int64_t num_bytes() const = 0;

  const std::string& name() const { return name_; }
  void set_name(std::string_view name) { name_ = name; }

 private:
  std::string name_;
};

}  // namespace hw
