// SPDX-License-Identifier: Apache-2.0
//
// The engine's source over the changes of a reference table: a split a partition, in batches of
// random length. A -U and its +U stay in one batch, as every source keeps them.

#pragma once

#include <memory>

#include "reference/relation.h"
#include "runtime/source.h"

namespace hw::reference {

struct Slices {
  /// Rows in a batch at most.
  int64_t rows_max = 4096;
  /// Not 0: each batch gets 1 to rows_max rows, drawn from this seed.
  uint64_t seed = 0;
};

/// Fails when a column is asked for that the table does not have.
Result<std::unique_ptr<Source>> make_partitioned_source(const TableRows& rows,
                                                        const ScanRequest& request, Slices slices);

}  // namespace hw::reference
