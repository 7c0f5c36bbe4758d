// SPDX-License-Identifier: Apache-2.0
//
// What the statistics of a file's row groups say: which of them cannot hold a row that a pushed
// predicate keeps, and between what bounds columns lie.

#pragma once

#include <vector>

#include "formats/parquet/parquet_plan.h"
#include "runtime/source.h"
#include "runtime/table_estimate.h"

namespace parquet {
class FileMetaData;
}

namespace hw {

/// The numbers of the row groups to read, ascending. May throw parquet's exceptions.
std::vector<int> row_groups_to_read(const parquet::FileMetaData& file,
                                    const parquet::arrow::SchemaManifest& manifest,
                                    const std::vector<PushedPredicate>& predicates);

/// All rows, and the ranges of columns of integers and dates. May throw parquet's exceptions.
TableEstimate estimate_of(const parquet::FileMetaData& file,
                          const parquet::arrow::SchemaManifest& manifest);

}  // namespace hw
