// SPDX-License-Identifier: Apache-2.0

#include "formats/slots/canonical_array.h"

#include <string_view>

#include <arrow/array/data.h>
#include <arrow/buffer.h>

#include "columnar/canonical_form.h"
#include "columnar/column_builder.h"

namespace hw {

Result<std::shared_ptr<arrow::ArrayData>> canonical_array(const SqlType& type,
                                                          const std::string& column,
                                                          const arrow::ArrayData& data) {
  HW_ASSIGN_OR_RETURN(const std::unique_ptr<ColumnBuilder> out,
                      ColumnBuilder::make(type.with_nullable(true)));
  out->reserve(data.length);
  CanonicalForm form(type);
  std::string value;
  for (int64_t i = 0; i < data.length; ++i) {
    if (data.IsNull(i)) {
      HW_TRY(out->append_null());
      continue;
    }
    const auto* const offsets = data.GetValues<int32_t>(1);
    const std::string_view bytes(
        reinterpret_cast<const char*>(data.buffers[2]->data()) + offsets[i],
        static_cast<size_t>(offsets[i + 1] - offsets[i]));
    value.clear();
    const Status status = form.write(bytes, value);
    if (!status.ok()) {
      return Status::SerializationError("column '", column, "' cannot be read as ",
                                        type.to_sql_without_null(), ": ", status.message());
    }
    HW_TRY(out->append_bytes(value));
  }
  HW_ASSIGN_OR_RETURN(const ColumnPtr made, out->finish());
  return made->values_ptr();
}

}  // namespace hw
