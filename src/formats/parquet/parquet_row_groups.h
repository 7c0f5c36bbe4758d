// SPDX-License-Identifier: Apache-2.0
//
// Which row groups of a file cannot hold a row that a pushed predicate keeps, by their statistics.

#pragma once

#include <vector>

#include "formats/parquet/parquet_plan.h"
#include "runtime/source.h"

namespace parquet {
class FileMetaData;
}

namespace hw {

/// The numbers of the row groups to read, ascending. May throw parquet's exceptions.
std::vector<int> row_groups_to_read(const parquet::FileMetaData& file,
                                    const parquet::arrow::SchemaManifest& manifest,
                                    const std::vector<PushedPredicate>& predicates);

}  // namespace hw
