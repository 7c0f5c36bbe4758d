// SPDX-License-Identifier: Apache-2.0
//
// A table that an INSERT fills: what was written into it, and what must have been.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "columnar/batch.h"
#include "reference/value.h"
#include "runtime/sink.h"

namespace hw::reference {

struct WrittenTable {
  /// `out (c0 INT NOT NULL, …, PRIMARY KEY (c0) NOT ENFORCED)`
  std::string declaration;
  /// insert_only, upsert or all.
  RowKindSet accepts = RowKindSet::all();
  /// Positions of its PRIMARY KEY.
  std::vector<int> key;
  /// There is one row a key. Else rows are a bag: without a key, and where a table that takes all
  /// changes is given what the query sends.
  bool replaces = false;
};

/// Keeps what all writers write, in order.
std::unique_ptr<Sink> make_keeping_sink(RowKindSet accepts,
                                        std::shared_ptr<std::vector<Batch>> written);

/// The rows that are left of what was written. Fails (Invalid) when a row is taken back that is
/// not there, and when a kind was written that the table does not take.
Result<std::vector<Row>> rows_left(const WrittenTable& table, const std::vector<Batch>& written);

/// The values of some columns.
Row key_of(const Row& row, const std::vector<int>& key);

/// Says what is wrong unless there is one row for each key of `expected`, and it is one of those
/// that have it. Without a key: unless they are the same rows.
std::string difference_by_key(const Schema& schema, const std::vector<int>& key,
                              const std::vector<Row>& expected, const std::vector<Row>& found);

}  // namespace hw::reference
