// SPDX-License-Identifier: Apache-2.0
//
// Names and types of a batch's columns. Immutable and shared.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "columnar/sql_type.h"

namespace hw {

class Schema {
 public:
  explicit Schema(std::vector<SqlField> fields) : fields_(std::move(fields)) {}

  int num_fields() const { return static_cast<int>(fields_.size()); }
  const SqlField& field(int i) const { return fields_[static_cast<size_t>(i)]; }
  const SqlType& type(int i) const { return field(i).type; }
  const std::string& name(int i) const { return field(i).name; }
  const std::vector<SqlField>& fields() const { return fields_; }
  /// Returns the first column of that name (case-sensitive), or -1.
  int index_of(std::string_view name) const;

  std::shared_ptr<arrow::Schema> to_arrow() const;
  /// `(a INT, b STRING NOT NULL)`.
  std::string to_sql() const;
  bool operator==(const Schema& other) const { return fields_ == other.fields_; }

 private:
  const std::vector<SqlField> fields_;
};

using SchemaPtr = std::shared_ptr<const Schema>;

inline SchemaPtr make_schema(std::vector<SqlField> fields) {
  return std::make_shared<const Schema>(std::move(fields));
}

}  // namespace hw
