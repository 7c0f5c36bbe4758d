// SPDX-License-Identifier: Apache-2.0
//
// The schema of a topic and how it may change. Versions count from 1; rows stay in the version in
// which they were written and are widened when they are read.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/status.h"
#include "columnar/batch.h"

namespace hw {

/// Says why rows of `from` cannot be read as `to` (Invalid): a column is missing in `to`, a new
/// one is NOT NULL, a type does not widen. Widening: TINYINT to SMALLINT to INT to BIGINT, FLOAT to
/// DOUBLE, longer CHAR / VARCHAR / BINARY / VARBINARY, NOT NULL to nullable. Columns are matched by
/// name; their order is that of `to`.
Status check_evolution(const Schema& from, const Schema& to);

/// Returns the rows of `batch`, of an older schema, as `to`. Requires: check_evolution() is OK.
Result<Batch> widened(const Batch& batch, const SchemaPtr& to, arrow::MemoryPool* pool);

/// `(a INT NOT NULL, b STRING)` as bytes of a record and back.
std::string encode_schema(const Schema& schema);
Result<SchemaPtr> decode_schema(std::string_view bytes);

/// What the Arrow data of a frame is: the schema's columns, then an INT8 column `$kind` if rows
/// carry kinds, then an INT64 column `$offset` if their offsets have gaps.
struct FrameColumns {
  bool kinds = false;
  bool offsets = false;
};
std::shared_ptr<arrow::Schema> frame_schema(const Schema& schema, FrameColumns columns);

}  // namespace hw
