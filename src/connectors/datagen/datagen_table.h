// SPDX-License-Identifier: Apache-2.0
//
// A datagen table as its options describe it.

#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "connectors/datagen/field_plan.h"

namespace hw {

std::vector<OptionSpec> datagen_options();

struct DatagenTable {
  int64_t rows_per_second = 0;
  /// Where the table ends, by its number of rows or its first sequence; nothing = never.
  std::optional<int64_t> rows;
  std::optional<int64_t> seed;
  std::vector<FieldPlan> plans;  // of all columns

  static Result<DatagenTable> from(const Schema& physical, const Options& options);
};

}  // namespace hw
