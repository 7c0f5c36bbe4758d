// SPDX-License-Identifier: Apache-2.0
//
// How a Parquet file's columns become a table's: which leaves to read, and what to do with each
// array. Types must be the declared ones or widen without loss; anything else is said before a row
// is read.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "columnar/column.h"
#include "columnar/schema.h"
#include "columnar/text/time_zone.h"

namespace parquet::arrow {
struct SchemaManifest;
struct SchemaField;
}  // namespace parquet::arrow

namespace hw {

/// One column, field or element.
struct ParquetPlan {
  enum class Step : uint8_t { kSame, kCast, kTimestamp, kRow, kList, kMap };
  Step step = Step::kSame;
  SqlType type;
  std::string path;  // for messages
  int leaf = -1;     // of the file, where it has no children
  /// kTimestamp: ticks of the file a second; instants that become wall-clock time of the zone.
  int64_t file_ticks = 0;
  bool to_wall_clock = false;
  /// kRow: which of the fields that were read; kList and kMap: 0, and 0 and 1.
  std::vector<int> sources;
  std::vector<ParquetPlan> children;
};

/// What the plan needs to know beside the file.
struct ParquetScan {
  SchemaPtr schema;
  std::string origin;
  /// TIMESTAMPs that a file holds as instants are wall-clock time of this zone; empty = UTC.
  std::string wall_clock_zone;
};

struct ParquetPlans {
  std::vector<ParquetPlan> columns;
  std::vector<int> leaves;   // of the file, ascending
  std::vector<int> sources;  // of `columns` among the top-level columns that are read
};

/// Fails (SerializationError) naming the column, its declared type and the file's.
Result<ParquetPlans> plan_parquet(const ParquetScan& scan,
                                  const parquet::arrow::SchemaManifest& manifest);

/// Converts one array; `zone` is for kTimestamp.
Result<std::shared_ptr<arrow::ArrayData>> convert_parquet(
    const ParquetPlan& plan, const std::shared_ptr<arrow::ArrayData>& data, TimeZone& zone,
    arrow::MemoryPool* pool);

/// The column of an array that is a dictionary, as such. Null where it has to be converted or is
/// better written out. Fails (SerializationError) where codes lie beyond the dictionary.
Result<ColumnPtr> dictionary_column(const ParquetPlan& plan,
                                    const std::shared_ptr<arrow::ArrayData>& data);

}  // namespace hw
