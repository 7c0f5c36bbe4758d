// SPDX-License-Identifier: Apache-2.0
//
// How values of an ORC file become a table's. Types must be the declared ones or widen without
// loss; anything else is said before a row is read.

#pragma once

#include <memory>
#include <string>

#include <arrow/type_fwd.h>

#include "base/status.h"
#include "columnar/sql_type.h"

namespace hw {

/// A column, field or element that is wanted.
struct OrcValue {
  SqlType type;
  std::string path;  // for messages
};

/// Fails (SerializationError) naming the column, its declared type and the file's.
Status check_orc_type(const OrcValue& wanted, const arrow::DataType& have);

/// Requires: check_orc_type() accepted the array's type.
Result<std::shared_ptr<arrow::ArrayData>> convert_orc(const OrcValue& wanted,
                                                      const std::shared_ptr<arrow::ArrayData>& data,
                                                      arrow::MemoryPool* pool);

}  // namespace hw
