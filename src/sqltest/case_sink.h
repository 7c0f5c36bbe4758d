// SPDX-License-Identifier: Apache-2.0
//
// The sink behind a `sink` record: takes the kinds that the record names and keeps the rows, so
// that plans can be stated for sinks that append, that replace by key and that take all changes,
// and what jobs write can be asked for.

#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "columnar/batch.h"
#include "columnar/row_kind.h"
#include "runtime/sink.h"

namespace hw {

/// `insert`, `upsert` (all but -U) or `all`; no value for another word.
std::optional<RowKindSet> sink_kinds(std::string_view word);

/// Everything that was written into one table. Each subtask writes into its own place; to be read
/// when no job runs.
struct WrittenRows {
  static constexpr int kSubtasksMax = 64;
  std::array<std::vector<Batch>, kSubtasksMax> by_subtask;
};

std::unique_ptr<Sink> make_case_sink(RowKindSet accepts, std::shared_ptr<WrittenRows> rows);

}  // namespace hw
