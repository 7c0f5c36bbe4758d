// SPDX-License-Identifier: Apache-2.0
//
// Values as Flink's print connector shows them: as Java prints them. Timestamps with a `T` and
// without zero seconds, decimals with an exponent where they are tiny, binary as numbers, a nested
// row with its kind.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "columnar/column.h"
#include "columnar/nested.h"

namespace hw {

/// One thread. Bound to a batch's column, then asked row by row.
class JavaPrinter {
 public:
  explicit JavaPrinter(const SqlType& type);
  void bind(const Column& column);
  void print(int64_t row, std::string& out) const;

 private:
  void print_list(int64_t row, std::string& out) const;
  void print_entries(int64_t row, std::string& out) const;
  void print_scalar(int64_t row, std::string& out) const;

  SqlType type_;
  std::vector<JavaPrinter> children_;
  const Column* column_ = nullptr;
  std::vector<ColumnPtr> bound_;
  std::unique_ptr<ElementsView> elements_;
};

}  // namespace hw
