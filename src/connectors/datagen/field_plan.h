// SPDX-License-Identifier: Apache-2.0
//
// How the values of each column are drawn: the `fields.#.*` options of a datagen table, checked
// against its columns. The parts of constructed types have paths: `a.element`, `m.key`,
// `m.value`, `r.<field>`.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "columnar/column.h"
#include "columnar/schema.h"
#include "runtime/options.h"

namespace hw {

struct FieldPlan {
  std::string path;
  SqlType type;
  /// Counts from `start` to `end`; else random.
  bool sequence = false;
  int64_t start = 0;
  int64_t end = 0;
  /// Numbers and intervals: one value each, both reached.
  ColumnPtr min;
  ColumnPtr max;
  /// Characters, bytes or elements.
  int64_t length = 0;
  bool variable_length = false;
  double null_rate = 0;
  int64_t max_past_ms = 0;
  /// Elements (ARRAY, MULTISET), keys and values (MAP) or fields (ROW).
  std::vector<FieldPlan> parts;
};

/// The options `fields.#.…`.
std::vector<OptionSpec> field_options();

/// One plan a column. Fails when an option names no column, does not suit its type, or has a value
/// that the type cannot take.
Result<std::vector<FieldPlan>> plan_fields(const Schema& physical, const Options& options);

/// Rows until the first sequence ends; nothing without a sequence.
std::optional<int64_t> sequence_rows(const std::vector<FieldPlan>& plans);

/// About how many bytes a value has, for the size of batches.
int64_t value_bytes(const FieldPlan& plan);

}  // namespace hw
