// SPDX-License-Identifier: Apache-2.0

#include "columnar/schema.h"

#include <arrow/type.h>

namespace hw {

int Schema::index_of(std::string_view name) const {
  for (size_t i = 0; i < fields_.size(); ++i) {
    if (fields_[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

std::shared_ptr<arrow::Schema> Schema::to_arrow() const {
  arrow::FieldVector fields;
  fields.reserve(fields_.size());
  for (const SqlField& field : fields_) {
    fields.push_back(arrow::field(field.name, field.type.to_arrow(), field.type.nullable()));
  }
  return arrow::schema(std::move(fields));
}

std::string Schema::to_sql() const {
  std::string text = "(";
  for (size_t i = 0; i < fields_.size(); ++i) {
    if (i > 0) text += ", ";
    text += name_to_sql(fields_[i].name) + " " + fields_[i].type.to_sql();
  }
  return text + ")";
}

}  // namespace hw
