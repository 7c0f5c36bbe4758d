// SPDX-License-Identifier: Apache-2.0
//
// Texts and bytes of a file as VARIANTs and BITMAPs.

#pragma once

#include <memory>
#include <string>

#include <arrow/type_fwd.h>

#include "columnar/sql_type.h"

namespace hw {

/// The array with each value in the form in which it is stored. Fails (SerializationError) naming
/// the column. Requires: CanonicalForm::applies_to(type), and an array of the type that it is
/// stored as.
Result<std::shared_ptr<arrow::ArrayData>> canonical_array(const SqlType& type,
                                                          const std::string& column,
                                                          const arrow::ArrayData& data);

}  // namespace hw
